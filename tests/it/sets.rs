//! What the fixture sets hold: the source set, as the page tells it, and what the demo set adds.
//!
//! Invariant: who asks is an anonymous visitor, so a private answer would show here. The rows are
//! sorted, and their addresses shortened.

use crate::server::{BASE, Server};
use expect_test::{Expect, expect};

const PREFIXES: &str = "\
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX dct: <http://purl.org/dc/terms/>
PREFIX pair: <http://virtual-assembly.org/ontologies/pair#>
PREFIX cs: <https://w3id.org/codesocial/ns#>
PREFIX vf: <https://w3id.org/valueflows/ont/vf#>
PREFIX om: <http://www.ontology-of-units-of-measure.org/resource/om-2/>
PREFIX ibis: <https://vocab.methodandstructure.com/ibis#>
PREFIX schema: <http://schema.org/>
PREFIX wanted: <https://w3id.org/codesocial/scheme/richesse-recherchee/>
PREFIX spec: <https://w3id.org/codesocial/scheme/specification/>
PREFIX stf: <https://w3id.org/codesocial/scheme/statut-flux/>
PREFIX wk: <https://w3id.org/codesocial/scheme/richesse/>
";

#[track_caller]
fn check(question: &str, expected: &Expect) {
    expected.assert_eq(&answer(&Server::source(), question));
}

#[track_caller]
fn check_demo(question: &str, expected: &Expect) {
    expected.assert_eq(&answer(&Server::demo(), question));
}

/// The rows of an answer, sorted and short.
#[track_caller]
fn answer(server: &Server, question: &str) -> String {
    let answer = server.rows(&format!("{PREFIXES}{question}"));
    let short = answer
        .replace(BASE, "")
        .replace("https://w3id.org/codesocial/scheme/", "")
        .replace("https://w3id.org/codesocial/ns#", "cs:")
        .replace("https://vocab.methodandstructure.com/ibis#", "ibis:")
        .replace("http://virtual-assembly.org/ontologies/pair#", "pair:")
        .replace("http://www.w3.org/2001/XMLSchema#", "xsd:")
        .replace("http://www.ontology-of-units-of-measure.org/resource/om-2/", "om:")
        .replace("https://", "")
        .replace(['<', '>'], "");
    let mut rows: Vec<String> =
        short.lines().map(|row| row.replace('\t', " ").trim().to_owned()).collect();
    rows.sort_unstable();
    rows.join("\n")
}

#[test]
fn the_source_set_holds_what_the_page_tells() {
    check(
        "SELECT ?class (COUNT(DISTINCT ?s) AS ?n) {
            ?s a ?class FILTER(STRSTARTS(STR(?class), STR(cs:)) || ?class IN (pair:Organization,
                pair:Person, pair:Group, pair:MembershipAssociation, pair:PhysicalPlace))
        } GROUP BY ?class",
        &expect![[r#"
            cs:Action 26
            cs:AnimationTeam 1
            cs:Argument 41
            cs:Candidacy 1
            cs:Choice 68
            cs:Circle 1
            cs:CodeSocial 1
            cs:CodeSocialVersion 1
            cs:CollectedSource 1
            cs:Commons 1
            cs:CommunityOfInterest 1
            cs:Controversy 6
            cs:Deliverable 7
            cs:DiagnosisAnswer 8
            cs:InscriptionConvention 1
            cs:Intention 34
            cs:Kit 2
            cs:KnowledgeSeed 18
            cs:Need 8
            cs:Offer 5
            cs:Participation 35
            cs:PhaseProgress 126
            cs:Position 18
            cs:Programme 1
            cs:PurposeStatement 31
            cs:Quiz 6
            cs:QuizQuestion 30
            cs:Section 9
            cs:SelfDiagnosis 1
            cs:Stance 3
            cs:Territory 105
            cs:WealthFlow 14
            cs:WealthMatrix 1
            cs:WebResource 11
            cs:Workspace 1
            pair:Group 6
            pair:MembershipAssociation 6
            pair:Organization 39
            pair:PhysicalPlace 19"#]],
    );
}

#[test]
fn the_intentions_and_the_communes_are_all_there() {
    check(
        "SELECT ?strength ?horizon (COUNT(?i) AS ?n) {
            ?i a cs:Intention ; cs:commitment ?strength ; cs:horizon ?horizon
        } GROUP BY ?strength ?horizon",
        &expect![[r#"
            engagement/aspiration horizon/court 3
            engagement/aspiration horizon/long 3
            engagement/aspiration horizon/moyen 3
            engagement/engagement horizon/court 7
            engagement/orientation horizon/court 1
            engagement/orientation horizon/long 1
            engagement/orientation horizon/moyen 16"#]],
    );
    check(
        "SELECT (COUNT(?t) AS ?n) { ?t cs:subTerritoryOf <territories/pays-d-issoire> }",
        &expect!["87"],
    );
}

#[test]
fn each_life_cycle_stands_where_the_page_left_it() {
    check(
        "SELECT ?class ?state (COUNT(DISTINCT ?s) AS ?n) {
            ?s cs:status|cs:participationStatus|cs:actionStatus|cs:flowState|cs:inscriptionStatus
                ?state ; a ?class FILTER(STRSTARTS(STR(?class), STR(cs:))
                    || ?class = pair:Organization)
        } GROUP BY ?class ?state",
        &expect![[r#"
            cs:Action statut-action/a-faire 23
            cs:Action statut-action/en-cours 3
            cs:Candidacy statut-candidature/candidat 1
            cs:CodeSocial statut-codesocial/publie 1
            cs:Controversy statut-controverse/en-debat 6
            cs:InscriptionConvention statut-convention/modele 1
            cs:KnowledgeSeed statut-graine/animation 4
            cs:KnowledgeSeed statut-graine/collecte 8
            cs:KnowledgeSeed statut-graine/publiee 6
            cs:Need statut-offre-besoin/ouvert 8
            cs:Offer statut-offre-besoin/ouvert 5
            cs:Participation statut-participation/accepte 21
            cs:Participation statut-participation/en-attente 11
            cs:Participation statut-participation/interesse 3
            cs:WealthFlow statut-flux/prevu 13
            cs:WealthFlow statut-flux/souhaite 1
            cs:WealthMatrix statut-matrice/ouverte 1
            pair:Organization statut-inscription/non-inscrit 39"#]],
    );
}

#[test]
fn what_is_ours_in_the_source_set_says_so() {
    check(
        "SELECT ?class ?origin (COUNT(DISTINCT ?s) AS ?n) {
            ?s cs:origin ?origin ; a ?class FILTER(?class IN (cs:KnowledgeSeed, cs:Quiz,
                cs:Controversy, cs:Position, cs:Argument, cs:Stance, cs:Need, cs:Offer,
                cs:Participation, cs:InscriptionConvention))
        } GROUP BY ?class ?origin",
        &expect![[r#"
            cs:Argument "illustrative" 41
            cs:Controversy "source" 6
            cs:InscriptionConvention "illustrative" 1
            cs:KnowledgeSeed "illustrative" 6
            cs:KnowledgeSeed "source" 12
            cs:Need "source" 8
            cs:Offer "source" 5
            cs:Participation "source" 35
            cs:Position "illustrative" 18
            cs:Quiz "illustrative" 6
            cs:Stance "source" 3"#]],
    );
}

#[test]
fn only_the_bearer_of_the_page_takes_a_stance_and_only_the_commons_offers_and_seeks() {
    check(
        "SELECT ?actor ?said {
            { ?x cs:stanceActor ?actor } UNION { ?x cs:needer|cs:offerer ?actor }
            OPTIONAL { ?x cs:stancePosition ?position ; cs:stanceValue ?value
                BIND(CONCAT(STRAFTER(STR(?position), 'positions/'), ' ', STR(?value)) AS ?said) }
        } GROUP BY ?actor ?said",
        &expect![[r#"
            groups/communaute-du-commun
            organizations/wemob "distribuer-et-relier 2"
            organizations/wemob "opposable 2"
            organizations/wemob "ouverture-agregee 1""#]],
    );
    check(
        "SELECT ?x ?value ?unit {
            ?x cs:quantity|cs:requestedAmount|vf:resourceQuantity ?q .
            ?q om:hasNumericalValue ?value ; om:hasUnit ?unit }",
        &expect![[r#"
            commons/demarche-codesocial#candidature 28000.0 w3id.org/codesocial/unit/EUR
            flows/programme-2021-aide-de-l-appel 28000.0 w3id.org/codesocial/unit/EUR
            needs/aide-de-l-appel 28000.0 w3id.org/codesocial/unit/EUR"#]],
    );
}

#[test]
fn each_position_has_arguments_and_some_of_them_sources() {
    check(
        "SELECT ?arg ?src { ?arg a cs:Argument ; dct:source ?src }",
        &expect![[r#"
        arguments/declaratif-existe www.legifrance.gouv.fr/loda/id/JORFTEXT000038496102
        arguments/mutualise-ordre wiki.resilience-territoire.ademe.fr/wiki/CodeSocial
        arguments/numerique-ancre-lieux wiki.resilience-territoire.ademe.fr/wiki/CodeSocial
        arguments/ouvrir-loi www.legifrance.gouv.fr/loda/id/JORFTEXT000033202746
        arguments/ouvrir-personnes eur-lex.europa.eu/eli/reg/2016/679/oj
        arguments/relier-exigence wiki.resilience-territoire.ademe.fr/wiki/CodeSocial"#]],
    );
    check(
        "SELECT ?k (COUNT(DISTINCT ?pos) AS ?positions) (COUNT(DISTINCT ?arg) AS ?arguments) {
            ?pos ibis:responds-to ?k . ?arg ibis:supports|ibis:opposes ?pos } GROUP BY ?k",
        &expect![[r#"
            controversies/codesocial-opposable 3 7
            controversies/distribuer-ou-centraliser 3 7
            controversies/echanger-local-ou-mondial 3 6
            controversies/humain-et-vivant 3 6
            controversies/numerique-emancipe-ou-epuise 3 7
            controversies/ouvrir-les-donnees 3 7"#]],
    );
}

#[test]
fn twelve_seeds_have_no_quiz_and_one_has_a_community() {
    check(
        "SELECT ?noQuiz ?noPerson ?noCommunity (COUNT(?g) AS ?seeds) WHERE {
            ?g a cs:KnowledgeSeed . BIND(NOT EXISTS { ?g cs:hasQuiz/schema:hasPart ?q } AS ?noQuiz)
            BIND(NOT EXISTS { ?g cs:resourcePerson ?p } AS ?noPerson)
            BIND(NOT EXISTS { ?g cs:community ?c } AS ?noCommunity)
            FILTER(?noQuiz || ?noPerson || ?noCommunity)
        } GROUP BY ?noQuiz ?noPerson ?noCommunity",
        &expect![[r#"
            false true false 1
            false true true 5
            true true true 12"#]],
    );
}

#[test]
fn no_participant_has_begun_a_phase() {
    check(
        "SELECT ?ph ?state (COUNT(?org) AS ?n) WHERE {
            ?pt cs:inProgramme <programmes/2021> ; cs:participant ?org ; cs:phaseProgress ?pp .
            ?pp cs:phase ?ph ; cs:phaseState ?state } GROUP BY ?ph ?state",
        &expect![[r#"
            phase/1 statut-phase/a-venir 21
            phase/2 statut-phase/a-venir 21
            phase/3 statut-phase/a-venir 21
            phase/4 statut-phase/a-venir 21
            phase/5 statut-phase/a-venir 21
            phase/6 statut-phase/a-venir 21"#]],
    );
}

#[test]
fn a_territory_needs_and_offers_what_the_commons_seeks() {
    let of = |top: &str| {
        format!(
            "SELECT ?kind ?spec (COUNT(DISTINCT ?x) AS ?n) WHERE {{ ?x a ?kind ;
                cs:specification ?spec ;
                cs:inTerritory/cs:subTerritoryOf* <territories/pays-d-issoire> .
                ?spec skos:broader* {top} . FILTER(?kind IN (cs:Offer, cs:Need))
            }} GROUP BY ?kind ?spec"
        )
    };
    // The page names mobility as a challenge, and no need of it.
    check(&of("spec:mobilite-logistique"), &expect![""]);
    check(
        &of("wanted:conseil-expertise"),
        &expect![[r#"
            cs:Need richesse-recherchee/conseil-expertise 1
            cs:Offer specification/formation-codesocial 1
            cs:Offer specification/ontologie-semantique 1"#]],
    );
    check(
        &of("wanted:financement"),
        &expect![[r#"
            cs:Need richesse-recherchee/financement 1
            cs:Need specification/subvention 1"#]],
    );
}

#[test]
fn the_demo_set_holds_every_level_that_needs_no_seal() {
    check_demo(
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
}

#[test]
fn one_matrix_of_the_demo_set_has_a_giver_who_receives_nothing_and_two_flows_are_money() {
    check_demo(
        "SELECT ?m ?a ?given ?received {
            { SELECT ?m ?a (COUNT(?f) AS ?given) { ?m cs:stakeholder ?a ; cs:origin 'illustrative'
                OPTIONAL { ?f cs:inMatrix ?m ; vf:provider ?a } } GROUP BY ?m ?a }
            { SELECT ?m ?a (COUNT(?g) AS ?received) { ?m cs:stakeholder ?a
                OPTIONAL { ?g cs:inMatrix ?m ; vf:receiver ?a } } GROUP BY ?m ?a }
            FILTER(?given = 0 || ?received = 0) }",
        &expect!["matrices/tournees-du-printemps organizations/transports-sans-hate 2 0"],
    );
    check_demo(
        "SELECT (COUNT(DISTINCT ?f) AS ?all) (COUNT(DISTINCT ?nm) AS ?nonMonetary) {
            ?f a cs:WealthFlow ; cs:flowState stf:realise ; cs:wealthKind ?k .
            OPTIONAL { ?f cs:wealthKind ?k2 FILTER(?k2 != wk:monnaie) BIND(?f AS ?nm) } }",
        &expect!["40 38"],
    );
}
