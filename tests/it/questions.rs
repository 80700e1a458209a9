//! What the source set holds, and what it answers to the competency questions of the domain.
//!
//! Invariant: who asks is an anonymous visitor, so a private answer would show here. The questions
//! stand as partners send them; their rows are sorted, and their addresses shortened.

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
PREFIX sta: <https://w3id.org/codesocial/scheme/statut-action/>
PREFIX sto: <https://w3id.org/codesocial/scheme/statut-offre-besoin/>
PREFIX wanted: <https://w3id.org/codesocial/scheme/richesse-recherchee/>
PREFIX spec: <https://w3id.org/codesocial/scheme/specification/>
PREFIX eng: <https://w3id.org/codesocial/scheme/engagement/>
PREFIX hor: <https://w3id.org/codesocial/scheme/horizon/>
PREFIX rea: <https://w3id.org/codesocial/scheme/reaction/>
PREFIX stf: <https://w3id.org/codesocial/scheme/statut-flux/>
PREFIX wk: <https://w3id.org/codesocial/scheme/richesse/>
PREFIX prov: <http://www.w3.org/ns/prov#>
PREFIX ob: <https://purl.imsglobal.org/spec/vc/ob/vocab.html#>
PREFIX cred: <https://www.w3.org/2018/credentials#>
";

#[track_caller]
fn check(question: &str, expected: &Expect) {
    expected.assert_eq(&answer(&Server::source(), question));
}

/// The rows of an answer, sorted and short.
#[track_caller]
pub(crate) fn answer(server: &Server, question: &str) -> String {
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
fn cq02_which_intentions_have_no_action_at_all() {
    check(
        "SELECT ?org ?i WHERE { ?i a cs:Intention ;
            cs:expressedIn/cs:sectionOf/cs:describes ?org . FILTER NOT EXISTS { ?a cs:realises ?i .
            FILTER NOT EXISTS { ?a cs:actionStatus sta:abandonnee } } }",
        &expect![[r#"
            commons/demarche-codesocial intentions/matrice-organisationnelle
            commons/demarche-codesocial intentions/oser-l-utopie
            commons/demarche-codesocial intentions/reseau-mondial-d-intelligence-collective
            commons/demarche-codesocial intentions/se-renouveler
            commons/demarche-codesocial intentions/societe-du-respect-et-de-la-joie
            commons/demarche-codesocial intentions/vivre-en-harmonie"#]],
    );
}

#[test]
fn cq24_which_arguments_for_and_against_each_position() {
    check(
        "SELECT ?pos ?arg ?rel ?val WHERE {
            ?pos ibis:responds-to <controversies/distribuer-ou-centraliser> .
            ?arg ?rel ?pos ; cs:valence ?val . FILTER(?rel IN (ibis:supports, ibis:opposes)) }",
        &expect![[r#"
            positions/centraliser arguments/centraliser-controle ibis:opposes valence/danger
            positions/centraliser arguments/centraliser-coordination ibis:supports valence/avantage
            positions/centraliser arguments/centraliser-fragilite ibis:opposes valence/danger
            positions/distribuer arguments/distribuer-dispersion ibis:opposes valence/danger
            positions/distribuer arguments/distribuer-efficience ibis:supports valence/avantage
            positions/distribuer-et-relier arguments/relier-autonomie ibis:supports valence/avantage
            positions/distribuer-et-relier arguments/relier-exigence ibis:opposes valence/danger"#]],
    );
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
fn cq27_which_seeds_miss_a_quiz_a_resource_person_or_a_community() {
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
fn cq28_which_seeds_feed_which_section_and_which_controversy() {
    check(
        "SELECT ?g ?target WHERE {
            ?g cs:feedsSection|cs:feedsControversy|cs:informs ?target }",
        &expect![[r#"
            seeds/cautic controversies/numerique-emancipe-ou-epuise
            seeds/decrire-artistique-culturel codesocials/demarche#artistique-culturel
            seeds/decrire-ecologique codesocials/demarche#ecologique
            seeds/decrire-economique codesocials/demarche#economique
            seeds/decrire-juridique-financier codesocials/demarche#juridique-financier
            seeds/decrire-juridique-financier controversies/codesocial-opposable
            seeds/decrire-raison-detre codesocials/demarche#raison-detre
            seeds/decrire-recit codesocials/demarche#recit
            seeds/decrire-social-humain codesocials/demarche#social-humain
            seeds/decrire-technologique codesocials/demarche#technologique
            seeds/habiter-l-economie-de-la-connaissance controversies/distribuer-ou-centraliser
            seeds/matrice-de-richesses controversies/echanger-local-ou-mondial
            seeds/quels-enfants controversies/humain-et-vivant
            seeds/vrm controversies/ouvrir-les-donnees"#]],
    );
}

#[test]
fn cq29_which_seeds_grew_from_which() {
    check(
        "SELECT ?g ?anc WHERE { ?g (cs:combines|cs:buildsOn)+ ?anc }",
        &expect![[r#"
            seeds/decrire-economique seeds/matrice-de-richesses
            seeds/decrire-economique seeds/vrm
            seeds/habiter-l-economie-de-la-connaissance seeds/graine-de-connaissance
            seeds/habiter-l-economie-de-la-connaissance seeds/territoire-resilient"#]],
    );
}

#[test]
fn cq32_what_does_the_commons_seek_and_who_offers_it_in_its_territories() {
    check(
        "SELECT DISTINCT ?w ?o WHERE {
            <commons/demarche-codesocial> cs:seeksWealth ?w ; cs:inTerritory ?t .
            ?o a cs:Offer ; cs:status sto:ouvert ; cs:offerer ?offerer ;
                cs:specification/skos:broader* ?w ; cs:inTerritory/cs:subTerritoryOf* ?t }",
        &expect![[r#"
            richesse-recherchee/conseil-expertise offers/formulaire-et-methode
            richesse-recherchee/conseil-expertise offers/graines-pour-se-former
            richesse-recherchee/contributeur-communaute offers/supports-de-communication
            richesse-recherchee/experimentation offers/kits"#]],
    );
}

#[test]
fn cq33_where_is_each_participant_in_the_six_phases() {
    let progress = "?pt cs:inProgramme <programmes/2021> ; cs:participant ?org ;
        cs:phaseProgress ?pp . ?pp cs:phase ?ph ; cs:phaseState ?state";
    check(
        &format!(
            "SELECT ?ph ?state (COUNT(?org) AS ?n) WHERE {{ {progress} }} GROUP BY ?ph ?state"
        ),
        &expect![[r#"
            phase/1 statut-phase/a-venir 21
            phase/2 statut-phase/a-venir 21
            phase/3 statut-phase/a-venir 21
            phase/4 statut-phase/a-venir 21
            phase/5 statut-phase/a-venir 21
            phase/6 statut-phase/a-venir 21"#]],
    );
    check(
        &format!(
            "SELECT ?org ?ph ?state WHERE {{ {progress} FILTER(?org = <organizations/grezi>) }}"
        ),
        &expect![[r#"
            organizations/grezi phase/1 statut-phase/a-venir
            organizations/grezi phase/2 statut-phase/a-venir
            organizations/grezi phase/3 statut-phase/a-venir
            organizations/grezi phase/4 statut-phase/a-venir
            organizations/grezi phase/5 statut-phase/a-venir
            organizations/grezi phase/6 statut-phase/a-venir"#]],
    );
}

#[test]
fn cq34_who_waits_who_is_accepted_who_is_interested() {
    check(
        "SELECT ?status ?l WHERE { ?pt cs:inProgramme <programmes/2021> ;
            cs:participationStatus ?status ; cs:participant/pair:label ?l }",
        &expect![[r#"
            statut-participation/accepte "Assemblée Virtuelle"
            statut-participation/accepte "Barcamp"
            statut-participation/accepte "Bien sur Terre"
            statut-participation/accepte "Boutikeo"
            statut-participation/accepte "ChezNous Mareuil"
            statut-participation/accepte "Comm1Possible"
            statut-participation/accepte "Eklore"
            statut-participation/accepte "Grezi"
            statut-participation/accepte "Ground"
            statut-participation/accepte "L'Hermitage"
            statut-participation/accepte "L'observatoire des effets de la crise"
            statut-participation/accepte "La Tournée des Tiers-Lieux"
            statut-participation/accepte "Le Fond Maj"
            statut-participation/accepte "Les Petits Débrouillards"
            statut-participation/accepte "Map In Action"
            statut-participation/accepte "Mnemotix"
            statut-participation/accepte "OwnTech"
            statut-participation/accepte "Pôles en pomme"
            statut-participation/accepte "Rokh"
            statut-participation/accepte "Thèse « Les business models de l'open source hardware »"
            statut-participation/accepte "WeMob"
            statut-participation/en-attente "1083"
            statut-participation/en-attente "Beeleadership"
            statut-participation/en-attente "Communauté des entreprises à mission"
            statut-participation/en-attente "Communecter"
            statut-participation/en-attente "Energiga"
            statut-participation/en-attente "La Fabrique des Mobilités"
            statut-participation/en-attente "Les Chemins de la Transition"
            statut-participation/en-attente "Mob-ion"
            statut-participation/en-attente "Place Libre"
            statut-participation/en-attente "Reconnaître – Open Recognition Alliance"
            statut-participation/en-attente "Transiscope"
            statut-participation/interesse "Bluesoil"
            statut-participation/interesse "EcoRhizo"
            statut-participation/interesse "Solucracy""#]],
    );
}

#[test]
fn cq38_which_needs_and_resources_does_a_territory_have_of_a_kind() {
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
