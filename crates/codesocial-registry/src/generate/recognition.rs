//! Who recognises whom: one decision of the ecosystem's circle recognises the issuers, each has one
//! badge, and awards it to its neighbours.

use super::World;
use super::document::{concept, french, instant};
use oxrdf::{Literal, NamedNode};

/// A grey square: badges must have an image, and this one claims nothing.
const IMAGE: &str = "data:image/svg+xml;base64,PHN2ZyB4bWxucz0iaHR0cDovL3d3dy53My5vcmcvMjAwMC9zdmciIH\
    ZpZXdCb3g9IjAgMCAxIDEiPjxwYXRoIGZpbGw9IiM3NzciIGQ9Ik0wIDBoMXYxSDB6Ii8+PC9zdmc+";
const DECISION: &str = "decisions/synthese";

impl World<'_> {
    pub(super) fn recognise(&mut self) {
        if self.organizations.len() < 2 {
            return;
        }
        self.decide();
        let mut issued = vec![0; self.organizations.len()];
        for issuer in 0..self.organizations.len() {
            for _ in 0..self.draw.poisson(3.0) {
                let Some(recipient) = self.neighbour(issuer) else { continue };
                self.award(issuer, recipient, &mut issued);
                if self.draw.chance(0.3) {
                    self.award(recipient, issuer, &mut issued);
                }
            }
        }
    }

    /// The circle, a proposal of its member, and the decision that grants.
    fn decide(&mut self) {
        let names = ["Cercle de l'écosystème", "Circle of the ecosystem"];
        let classes = ["cs:Circle", "pair:Group", "as:Group"];
        let circle = self.document("groups", "synthese-ecosysteme", &classes, names);
        let of = circle.iri.clone();
        self.emit(circle);
        let member = self.node(&self.organizations[0].path);
        let names = ["Appartenance au cercle", "Membership of the circle"];
        let classes = ["pair:MembershipAssociation", "org:Membership"];
        let mut membership = self.document("membership-associations", "synthese", &classes, names);
        membership.has("pair:membershipActor", member.clone());
        membership.has("pair:membershipOrganization", of.clone());
        membership.has("pair:membershipRole", concept("role", "membre"));
        self.emit(membership);
        let names = ["Reconnaître les membres", "Recognise the members"];
        let classes = ["cs:GovernanceProposal", "pair:Idea"];
        let mut proposal = self.document("proposals", "synthese", &classes, names);
        proposal.has("cs:inCircle", of);
        proposal.has("cs:proposes", self.node(super::actors::ECOSYSTEM));
        proposal.has("cs:status", concept("statut-proposition", "adoptee"));
        proposal.has("dc:creator", member);
        let proposed = proposal.iri.clone();
        self.emit(proposal);
        let names = ["Les membres sont reconnus", "The members are recognised"];
        let classes = ["cs:Decision", "prov:Activity"];
        let mut decision = self.document("decisions", "synthese", &classes, names);
        decision.has("cs:onProposal", proposed);
        decision.has("cs:outcome", concept("statut-proposition", "adoptee"));
        decision.has("cs:decidedAt", instant("2026-01-01T10:00:00Z"));
        decision.has("cs:mode", concept("mode-decision", "consentement"));
        self.emit(decision);
    }

    fn award(&mut self, issuer: usize, recipient: usize, issued: &mut [usize]) {
        if issued[issuer] == 0 {
            self.become_issuer(issuer);
        }
        let slug = format!("synthese-{issuer}-{}", issued[issuer]);
        issued[issuer] += 1;
        let names = [format!("Badge décerné {slug}"), format!("Awarded badge {slug}")];
        let names = [names[0].as_str(), names[1].as_str()];
        let classes = ["ob:OpenBadgeCredential", "cred:VerifiableCredential"];
        let mut credential = self.document("credentials", &slug, &classes, names);
        let (month, day) = (self.draw.between(1, 9), self.draw.between(1, 28));
        credential.has("cred:issuer", self.node(&self.organizations[issuer].path));
        let from = format!("2026-{month:02}-{day:02}T09:00:00Z");
        credential.has("cred:validFrom", instant(&from));
        let subject = credential.part("sujet", "ob:AchievementSubject");
        credential.has("cred:credentialSubject", subject.clone());
        let recipient = self.node(&self.organizations[recipient].path);
        credential.of(&subject, "cs:recipient", recipient);
        let badge = self.node(&format!("badges/synthese-{issuer}"));
        credential.of(&subject, "ob:achievement", badge);
        self.emit(credential);
    }

    fn become_issuer(&mut self, issuer: usize) {
        let own = self.node(&self.organizations[issuer].path);
        let slug = format!("synthese-{issuer}");
        let names = [format!("Reconnaissance {issuer}"), format!("Recognition {issuer}")];
        let names = [names[0].as_str(), names[1].as_str()];
        let classes = ["cs:IssuerRecognition"];
        let mut recognition = self.document("issuer-recognitions", &slug, &classes, names);
        recognition.has("cs:recognisedIssuer", own.clone());
        recognition.has("cs:status", concept("statut-reconnaissance", "actif"));
        recognition.has("cs:grantedBy", self.node(DECISION));
        self.emit(recognition);
        let names = [format!("Badge {issuer}"), format!("Badge {issuer}")];
        let names = [names[0].as_str(), names[1].as_str()];
        let classes = ["ob:Achievement", "pair:Document"];
        let mut badge = self.document("badges", &slug, &classes, names);
        badge.has("ob:creator", own);
        badge.has("cs:badgeKind", concept("type-badge", "reconnaissance"));
        badge.has("ob:image", NamedNode::new_unchecked(IMAGE));
        let criteria = badge.part("criteres", "ob:Criteria");
        badge.has("ob:Criteria", criteria.clone());
        badge.of(&criteria, "ob:narrative", Literal::new_simple_literal("Un critère inventé."));
        badge.has("pair:comment", french("Un badge inventé."));
        self.emit(badge);
    }
}
