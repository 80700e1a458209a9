//! What the demo set answers to the competency questions of the domain that need more than the
//! source set tells: coherence, versions, governance, exchanges, recognition.
//!
//! Invariant: who asks is an anonymous visitor, of a registry that nobody writes to.

use crate::questions::answer;
use crate::server::Server;
use expect_test::{Expect, expect};

#[track_caller]
fn check(question: &str, expected: &Expect) {
    expected.assert_eq(&answer(&Server::demo(), question));
}

#[test]
fn the_demo_set_holds_every_level_that_needs_no_seal() {
    check(
        "SELECT ?c ?level ?completeness ?number ?decision {
            ?c cs:opposabilityLevel ?level ; cs:completeness ?completeness ;
                cs:origin 'illustrative'
            OPTIONAL { ?c cs:hasVersion ?v . ?v cs:versionNumber ?number
                OPTIONAL { ?v cs:adoptedBy ?decision } } }",
        &expect![[r#"
            codesocials/cafe-des-possibles opposabilite/0 "0.3769"^^xsd:double
            codesocials/fablab-du-volcan opposabilite/2 "0.6556"^^xsd:double "1.0.0" decisions/adopter-fablab-1-0-0
            codesocials/ferme-des-trois-ruisseaux opposabilite/2 "0.8"^^xsd:double "1.0.0" decisions/adopter-ferme-1-0-0
            codesocials/recyclerie-du-beffroi opposabilite/1 "0.613"^^xsd:double "1.0.0"
            codesocials/velo-ecole-la-roue-libre opposabilite/2 "0.6435"^^xsd:double "1.0.0" decisions/adopter-velo-1-0-0
            codesocials/velo-ecole-la-roue-libre opposabilite/2 "0.6435"^^xsd:double "1.1.0"
            codesocials/velo-ecole-la-roue-libre opposabilite/2 "0.6435"^^xsd:double "1.2.0" decisions/adopter-velo-1-2-0"#]],
    );
    check(
        "SELECT ?child ?parent { ?child cs:forkOf/cs:versionOf ?parent }",
        &expect!["codesocials/recyclerie-du-beffroi codesocials/fablab-du-volcan"],
    );
}

#[test]
fn cq01_which_actions_and_intentions_are_coherent() {
    check(
        "SELECT ?org ?actions ?linked ?intentions ?covered (ROUND(?score * 100) / 100 AS ?mean) {
            { SELECT ?org (COUNT(DISTINCT ?a) AS ?actions) (COUNT(DISTINCT ?l) AS ?linked) {
                ?a cs:carriedBy ?org OPTIONAL { ?a cs:realises ?x BIND(?a AS ?l) } } GROUP BY ?org }
            OPTIONAL { SELECT ?org (COUNT(DISTINCT ?i) AS ?intentions)
                    (COUNT(DISTINCT ?c) AS ?covered) {
                ?i cs:expressedIn/cs:sectionOf/cs:describes ?org
                OPTIONAL { ?a2 cs:realises ?i BIND(?i AS ?c) } } GROUP BY ?org }
            OPTIONAL { SELECT ?org (AVG(?sc) AS ?score) { ?ca cs:assessedAction/cs:carriedBy ?org ;
                cs:coherenceScore ?sc } GROUP BY ?org } }",
        &expect![[r#"
            commons/demarche-codesocial 26 26 34 28
            organizations/cafe-des-possibles 4 4 5 3
            organizations/fablab-du-volcan 10 10 9 9 0.1
            organizations/ferme-des-trois-ruisseaux 14 14 11 11 1.5
            organizations/recyclerie-du-beffroi 9 9 7 7 -0.8
            organizations/velo-ecole-la-roue-libre 11 11 8 7 1.25"#]],
    );
}

#[test]
fn cq04_coherence_by_systemic_model() {
    check(
        "SELECT ?k (COUNT(DISTINCT ?i) AS ?n) (COUNT(DISTINCT ?ok) AS ?covered) {
            ?s cs:sectionOf/cs:describes <organizations/cafe-des-possibles> ; cs:sectionKind ?k .
            ?k cs:isSystemicModel true .
            OPTIONAL { ?i cs:expressedIn ?s . OPTIONAL { ?a cs:realises ?i BIND(?i AS ?ok) } }
        } GROUP BY ?k",
        &expect![[r#"
            section/economique 1 1
            section/social-humain 1 1"#]],
    );
}

#[test]
fn cq05_which_commitments_are_overdue() {
    check(
        "SELECT ?org ?i ?due { ?i cs:commitment eng:engagement ; pair:dueDate ?due ;
            cs:origin 'illustrative' ; cs:expressedIn/cs:sectionOf/cs:describes ?org .
            FILTER(?due < '2026-11-23'^^xsd:date)
            FILTER NOT EXISTS { ?a cs:realises ?i ; cs:actionStatus sta:fait } }",
        &expect![[r#"
            organizations/fablab-du-volcan intentions/fablab-mercredis-gratuits "2026-07-05"^^xsd:date
            organizations/fablab-du-volcan intentions/fablab-peser-les-chutes "2026-06-30"^^xsd:date"#]],
    );
}

#[test]
fn cq06_what_changed_between_two_versions_and_was_a_commitment_weakened() {
    check(
        "SELECT ?v1 ?v2 ?i ?old ?new {
            GRAPH ?v1 { ?i cs:commitment ?old } GRAPH ?v2 { ?i cs:commitment ?new }
            ?v2 prov:wasRevisionOf ?v1 . ?old cs:order ?o . ?new cs:order ?n . FILTER(?n < ?o) }",
        &expect![
            "codesocials/velo-ecole-la-roue-libre/versions/1.1.0 codesocials/velo-ecole-la-roue-libre/versions/1.2.0 intentions/velo-livrer-a-velo engagement/engagement engagement/orientation"
        ],
    );
    check(
        "SELECT ?v1 ?v2 ?i { ?v2 prov:wasRevisionOf ?v1 . GRAPH ?v2 { ?i a cs:Intention }
            FILTER NOT EXISTS { GRAPH ?v1 { ?i a cs:Intention } } }",
        &expect![
            "codesocials/velo-ecole-la-roue-libre/versions/1.0.0 codesocials/velo-ecole-la-roue-libre/versions/1.1.0 intentions/velo-rouler-l-hiver"
        ],
    );
}

#[test]
fn cq09_which_organisations_share_intentions_by_model_and_theme() {
    check(
        "SELECT ?k ?th (COUNT(DISTINCT ?org) AS ?orgs) {
            ?i cs:expressedIn ?s ; dct:subject ?th . ?s cs:sectionKind ?k ;
                cs:sectionOf/cs:describes ?org
        } GROUP BY ?k ?th HAVING (COUNT(DISTINCT ?org) > 1)",
        &expect![[r#"
            section/artistique-culturel theme/facteurs-de-resilience/culture 3
            section/ecologique theme/anticipation/indicateur 2
            section/ecologique theme/vulnerabilites/ecosystemique 3
            section/economique theme/facteurs-de-resilience/economie 4
            section/juridique-financier theme/facteurs-de-resilience/gouvernance 2
            section/social-humain theme/vulnerabilites/sociale 4
            section/technologique theme/facteurs-de-resilience/instruments 4"#]],
    );
}

#[test]
fn cq10_which_needs_of_a_territory_are_unmet() {
    check(
        "SELECT ?spec (COUNT(DISTINCT ?n) AS ?needs) {
            ?n a cs:Need ; cs:status sto:ouvert ; cs:specification ?spec ; cs:needer ?w ;
                cs:inTerritory/cs:subTerritoryOf* <territories/hauts-de-france> .
            FILTER NOT EXISTS { ?o a cs:Offer ; cs:status sto:ouvert ; cs:offerer ?g ;
                cs:specification/skos:broader* ?spec .
                ?o cs:inTerritory/cs:subTerritoryOf* <territories/hauts-de-france>
                FILTER(?g != ?w) } } GROUP BY ?spec",
        &expect![[r#"
            richesse-recherchee/cas-usages 1
            richesse-recherchee/conseil-expertise 1
            richesse-recherchee/contributeur-communaute 1
            richesse-recherchee/financement 1
            richesse-recherchee/mentorat 1
            specification/animation-atelier 1
            specification/conseil-juridique 1
            specification/covoiturage 2
            specification/mentorat-projet 1
            specification/pret-solidaire 1
            specification/subvention 1
            specification/transformation 1"#]],
    );
}

#[test]
fn cq12_which_offers_meet_needs_within_ten_kilometres() {
    check(
        "SELECT ?n ?o (ROUND(?d2) AS ?square) {
            ?n a cs:Need ; cs:status sto:ouvert ; cs:needer ?w ; cs:specification ?sn .
            ?o a cs:Offer ; cs:status sto:ouvert ; cs:offerer ?g ;
                cs:specification/skos:broader* ?sn . FILTER(?g != ?w)
            ?w pair:hasLocation ?a . ?g pair:hasLocation ?b .
            ?a cs:lat ?la ; cs:long ?lo ; cs:cosLat ?c . ?b cs:lat ?lb ; cs:long ?mo .
            BIND((?la - ?lb) * 111.195e0 AS ?dy) BIND((?lo - ?mo) * 111.195e0 * ?c AS ?dx)
            BIND(?dx * ?dx + ?dy * ?dy AS ?d2) FILTER(?d2 <= 100) }",
        &expect![[r#"
            needs/affiches-de-saison offers/graphisme-des-sources "14"^^xsd:double
            needs/atelier-pour-la-serre offers/atelier-du-volcan "85"^^xsd:double
            needs/covoiturage-du-volcan offers/places-dans-le-minibus "27"^^xsd:double
            needs/legumes-de-la-cantine offers/legumes-d-automne "20"^^xsd:double
            needs/panneaux-du-bourg offers/prototypes-du-volcan "27"^^xsd:double
            needs/panneaux-du-bourg offers/prototypes-en-bois "27"^^xsd:double
            needs/prototype-de-semoir offers/prototypes-du-volcan "85"^^xsd:double
            needs/prototype-de-semoir offers/prototypes-en-bois "85"^^xsd:double
            needs/salle-de-degustation offers/salle-de-l-ecole "0"^^xsd:double
            needs/salle-de-repetition offers/salle-de-la-ferme "20"^^xsd:double
            needs/soupe-du-midi offers/bouillons-de-la-brasserie "0"^^xsd:double
            needs/stockage-frais offers/chambre-froide-des-sources "14"^^xsd:double
            needs/velo-cargo-du-samedi offers/velo-cargo-du-cafe "14"^^xsd:double"#]],
    );
}

#[test]
fn cq13_where_could_needs_be_pooled_and_cq14_which_pools_found_an_offer() {
    check(
        "SELECT ?t ?spec (COUNT(DISTINCT ?w) AS ?actors) {
            ?n a cs:Need ; cs:status sto:ouvert ; cs:needer ?w ; cs:inTerritory ?t ;
                cs:specification/skos:broader* ?spec . FILTER NOT EXISTS { ?p cs:pools ?n }
        } GROUP BY ?t ?spec HAVING (COUNT(DISTINCT ?w) > 1)",
        &expect![[r#"
            territories/hauts-de-france richesse-recherchee/conseil-expertise 3
            territories/hauts-de-france richesse-recherchee/contributeur-communaute 2
            territories/hauts-de-france richesse-recherchee/financement 2
            territories/hauts-de-france richesse-recherchee/mentorat 2
            territories/hauts-de-france richesse-recherchee/moyens-prototypage-production 2
            territories/hauts-de-france specification/alimentation-circuit-court 2
            territories/pays-d-issoire richesse-recherchee/conseil-expertise 2
            territories/pays-d-issoire richesse-recherchee/experimentation 2
            territories/pays-d-issoire richesse-recherchee/moyens-prototypage-production 3
            territories/pays-d-issoire specification/donnees-numerique 2
            territories/pays-d-issoire specification/prototypage-fablab 2"#]],
    );
    check(
        "SELECT ?p (COUNT(DISTINCT ?n) AS ?needs) (COUNT(DISTINCT ?ag) AS ?agreements) {
            ?p a cs:NeedPool ; cs:pools ?n .
            OPTIONAL { ?m cs:matchNeed ?n . ?ag cs:fromMatch ?m } } GROUP BY ?p",
        &expect![[r#"
            pools/bouger-ensemble 4 0
            pools/tournees 3 0
            pools/velos-cargo 2 0"#]],
    );
}

#[test]
fn cq15_who_brings_what_to_whom_and_cq16_who_mostly_gives() {
    check(
        "SELECT ?k ?unit (SUM(?v) AS ?quantity) (COUNT(?f) AS ?flows) {
            ?f a cs:WealthFlow ; cs:inMatrix <matrices/barcamp-du-bocage> ; cs:wealthKind ?k .
            OPTIONAL { ?f vf:resourceQuantity|vf:effortQuantity ?q .
                ?q om:hasNumericalValue ?v ; om:hasUnit ?unit } } GROUP BY ?k ?unit",
        &expect![[r#"
            richesse/attention om:hour "4"^^xsd:decimal 1
            richesse/bien om:one "8"^^xsd:decimal 3
            richesse/competence om:hour "14"^^xsd:decimal 2
            richesse/confiance   1
            richesse/connaissance om:one "25"^^xsd:decimal 1
            richesse/donnee   1
            richesse/lieu om:hour "40"^^xsd:decimal 2
            richesse/matiere om:kilogram "40"^^xsd:decimal 1
            richesse/monnaie w3id.org/codesocial/unit/EUR "300"^^xsd:decimal 1
            richesse/recit   1
            richesse/reconnaissance om:one "1"^^xsd:decimal 1
            richesse/relation om:one "13"^^xsd:decimal 2
            richesse/temps om:hour "32"^^xsd:decimal 3"#]],
    );
    check(
        "SELECT ?m ?a ?given ?received {
            { SELECT ?m ?a (COUNT(?f) AS ?given) { ?m cs:stakeholder ?a ; cs:origin 'illustrative'
                OPTIONAL { ?f cs:inMatrix ?m ; vf:provider ?a } } GROUP BY ?m ?a }
            { SELECT ?m ?a (COUNT(?g) AS ?received) { ?m cs:stakeholder ?a
                OPTIONAL { ?g cs:inMatrix ?m ; vf:receiver ?a } } GROUP BY ?m ?a }
            FILTER(?given = 0 || ?received = 0) }",
        &expect!["matrices/tournees-du-printemps organizations/transports-sans-hate 2 0"],
    );
}

#[test]
fn cq17_which_relations_weigh_and_cq18_what_share_is_not_money() {
    check(
        "SELECT ?p ?r ?d (AVG(?x) AS ?mean) {
            ?f vf:provider ?p ; vf:receiver ?r ; cs:rating ?rt .
            ?rt cs:ratingDimension ?d ; cs:ratingValue ?x } GROUP BY ?p ?r ?d HAVING (AVG(?x) < 0)",
        &expect![[r#"
            organizations/fablab-du-volcan organizations/mairie-de-parentignat-la-neuve qualite/penibilite "-1"^^xsd:decimal
            organizations/fablab-du-volcan organizations/velo-ecole-la-roue-libre qualite/penibilite "-1"^^xsd:decimal
            organizations/ferme-des-trois-ruisseaux organizations/cafe-des-possibles qualite/penibilite "-1"^^xsd:decimal
            organizations/mediatheque-des-sources organizations/ferme-des-trois-ruisseaux qualite/penibilite "-1"^^xsd:decimal
            organizations/mediatheque-des-sources organizations/mairie-de-parentignat-la-neuve qualite/motivation "-1"^^xsd:decimal
            organizations/velo-ecole-la-roue-libre organizations/ferme-des-trois-ruisseaux qualite/penibilite "-2"^^xsd:decimal"#]],
    );
    check(
        "SELECT (COUNT(DISTINCT ?f) AS ?all) (COUNT(DISTINCT ?nm) AS ?nonMonetary) {
            ?f a cs:WealthFlow ; cs:flowState stf:realise ; cs:wealthKind ?k .
            OPTIONAL { ?f cs:wealthKind ?k2 FILTER(?k2 != wk:monnaie) BIND(?f AS ?nm) } }",
        &expect!["40 38"],
    );
}

#[test]
fn cq20_who_recognises_whom_and_cq21_which_recognition_is_mutual() {
    check(
        "SELECT ?badge ?from (COUNT(?vc) AS ?n) {
            ?vc a ob:OpenBadgeCredential ; cred:issuer ?from ; cred:credentialSubject ?su .
            ?su ob:achievement ?badge } GROUP BY ?badge ?from",
        &expect![[r#"
            badges/bonne-compagnie organizations/cafe-des-possibles 7
            badges/bras-de-recolte organizations/ferme-des-trois-ruisseaux 7
            badges/main-d-atelier organizations/fablab-du-volcan 6
            badges/portes-ouvertes organizations/voisins-du-canal 1
            badges/premier-recit organizations/registre-demo 12
            badges/rayon-droit organizations/velo-ecole-la-roue-libre 7"#]],
    );
    check(
        "SELECT DISTINCT ?a ?b {
            ?v1 cred:issuer ?a ; cred:credentialSubject/cs:recipient ?b .
            ?v2 cred:issuer ?b ; cred:credentialSubject/cs:recipient ?a .
            FILTER(STR(?a) < STR(?b)) }",
        &expect![[r#"
            organizations/cafe-des-possibles organizations/fablab-du-volcan
            organizations/cafe-des-possibles organizations/ferme-des-trois-ruisseaux
            organizations/cafe-des-possibles organizations/velo-ecole-la-roue-libre
            organizations/fablab-du-volcan organizations/velo-ecole-la-roue-libre
            organizations/ferme-des-trois-ruisseaux organizations/velo-ecole-la-roue-libre"#]],
    );
}

#[test]
fn cq22_which_badges_are_most_endorsed() {
    check(
        "SELECT ?b (COUNT(DISTINCT ?e) AS ?endorsers) {
            ?en a ob:EndorsementCredential ; cred:issuer ?e ; cred:credentialSubject ?b
        } GROUP BY ?b",
        &expect![[r#"
            badges/bonne-compagnie 1
            badges/bras-de-recolte 3
            badges/main-d-atelier 2
            badges/premier-recit 1
            badges/rayon-droit 2
            credentials/46fe3afeae976663 1
            organizations/ferme-des-trois-ruisseaux 1
            organizations/mediatheque-des-sources 1"#]],
    );
}

#[test]
fn cq25_which_controversies_divide_a_territory_and_cq26_who_changed_their_mind() {
    check(
        "SELECT ?k ?t (COUNT(DISTINCT ?p) AS ?positions) {
            ?p ibis:responds-to ?k . ?st cs:stancePosition ?p ; cs:stanceValue ?v ;
                cs:stanceActor/cs:inTerritory/cs:subTerritoryOf* ?t .
            ?t cs:territoryKind ?kind FILTER(?v > 0 && ?t IN (<territories/pays-d-issoire>,
                <territories/hauts-de-france>))
        } GROUP BY ?k ?t HAVING (COUNT(DISTINCT ?p) > 1)",
        &expect![[r#"
            controversies/codesocial-opposable territories/pays-d-issoire 2
            controversies/distribuer-ou-centraliser territories/pays-d-issoire 3
            controversies/echanger-local-ou-mondial territories/hauts-de-france 3
            controversies/humain-et-vivant territories/pays-d-issoire 3
            controversies/ouvrir-les-donnees territories/pays-d-issoire 2"#]],
    );
    check(
        "SELECT ?actor ?pos ?v1 ?d1 ?v2 ?d2 {
            ?s1 cs:stanceActor ?actor ; cs:stancePosition ?pos ; cs:stanceValue ?v1 ; cs:since ?d1 .
            ?s2 cs:stanceActor ?actor ; cs:stancePosition ?pos ; cs:stanceValue ?v2 ; cs:since ?d2 .
            FILTER(?d1 < ?d2 && ?v1 * ?v2 < 0) }",
        &expect![[
            r#"organizations/brasserie-du-moulin-blanc positions/marche-mondialise 2 "2023-05-02"^^xsd:date -1 "2024-06-14"^^xsd:date"#
        ]],
    );
}

#[test]
fn cq35_which_proposals_are_blocked_and_cq36_how_were_cases_settled() {
    check(
        "SELECT ?gp ?r { ?gp a cs:GovernanceProposal ; cs:origin 'illustrative' .
            ?r cs:reactsTo ?gp ; cs:reactionKind rea:objection .
            FILTER NOT EXISTS { ?r cs:resolvedBy ?x } }",
        &expect!["proposals/ferme-ouvrir-le-dimanche reactions/ferme-ouvrir-le-dimanche-ferme"],
    );
    check(
        "SELECT (STRAFTER(STR(?case), 'cases/') AS ?name) ?i ?d {
            ?case cs:invokes ?i OPTIONAL { ?case cs:settledBy ?d } }",
        &expect![[r#"
            "fablab-plaques-en-pvc" intentions/fablab-refuser-l-irrecuperable decisions/fablab-sans-pvc
            "recyclerie-vente-aux-brocanteurs" intentions/recyclerie-caisse-solidaire
            "recyclerie-vente-aux-brocanteurs" intentions/recyclerie-prix-affiches"#]],
    );
}

#[test]
fn cq38_which_needs_and_offers_of_mobility_does_a_territory_have() {
    check(
        "SELECT ?kind ?spec (COUNT(DISTINCT ?x) AS ?n) {
            ?x a ?kind ; cs:specification ?spec .
            ?spec skos:broader* spec:mobilite-logistique . FILTER(?kind IN (cs:Offer, cs:Need))
        } GROUP BY ?kind ?spec",
        &expect![[r#"
            cs:Need specification/covoiturage 3
            cs:Need specification/dernier-kilometre 1
            cs:Need specification/stockage 2
            cs:Need specification/transport-marchandises 3
            cs:Need specification/velo-cargo 2
            cs:Offer specification/covoiturage 1
            cs:Offer specification/dernier-kilometre 1
            cs:Offer specification/stockage 2
            cs:Offer specification/transport-marchandises 1
            cs:Offer specification/velo-cargo 2"#]],
    );
}

#[test]
fn cq39_which_long_intentions_have_an_action_now_and_cq40_who_observes_what() {
    check(
        "SELECT (COUNT(DISTINCT ?i) AS ?long) (COUNT(DISTINCT ?j) AS ?withAction) {
            ?i cs:horizon hor:long ; cs:origin 'illustrative' .
            OPTIONAL { ?a cs:realises ?i ; cs:actionStatus ?st
                FILTER(?st IN (sta:en-cours, sta:fait)) BIND(?i AS ?j) } }",
        &expect!["3 2"],
    );
    check(
        "SELECT ?org ?ind (MAX(?d) AS ?last) (COUNT(?o) AS ?n) {
            ?o a cs:Observation ; cs:indicator ?ind ; dct:date ?d ; pair:about ?org
        } GROUP BY ?org ?ind",
        &expect![[r#"
            organizations/amap-le-panier-de-l-aisne indicators/legumes-locaux "2024-06-30"^^xsd:date 2
            organizations/cafe-des-possibles indicators/objets-repares "2024-12-31"^^xsd:date 1
            organizations/ecole-des-deux-rives indicators/legumes-locaux "2024-06-30"^^xsd:date 2
            organizations/ferme-des-trois-ruisseaux indicators/haies-plantees "2024-11-30"^^xsd:date 1
            organizations/mairie-de-parentignat-la-neuve indicators/haies-plantees "2024-11-30"^^xsd:date 3
            organizations/recyclerie-du-beffroi indicators/objets-repares "2024-12-31"^^xsd:date 3"#]],
    );
}
