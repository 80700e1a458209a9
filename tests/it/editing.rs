//! Pages that write: forms as a browser without script gets them, fills them in and sends them.

use crate::graph::said;
use crate::http::{Request, Response};
use crate::server::{BASE, Server};
use crate::stories::organization;
use expect_test::expect;
use std::fmt::Write as _;

const SCHEME: &str = "https://w3id.org/codesocial/scheme/";

/// The controls of a form, each with what stands in it.
struct Controls(Vec<(String, String)>);

impl Controls {
    /// As a browser reads them: <https://html.spec.whatwg.org/multipage/form-control-infrastructure.html#constructing-entry-list>
    fn of(page: &Response) -> Self {
        let mut controls = Vec::new();
        let start = page.body.find("<form class=\"sheet\"").expect("a form");
        for tag in page.body[start..].split('<').skip(1) {
            let name = attribute(tag, "name");
            if tag.starts_with("input") && attribute(tag, "type").as_deref() != Some("checkbox") {
                let value = attribute(tag, "value").unwrap_or_default();
                controls.extend(name.map(|name| (name, value)));
            } else if tag.starts_with("select") {
                controls.extend(name.map(|name| (name, String::new())));
            } else if tag.starts_with("textarea") {
                let text = tag.split_once('>').map_or("", |(_, text)| text);
                let text = unescaped(text.strip_prefix('\n').unwrap_or(text));
                controls.extend(name.map(|name| (name, text)));
            } else if tag.starts_with("option") && tag.contains(" selected") {
                let chosen = attribute(tag, "value").unwrap_or_default();
                controls.last_mut().expect("a select").1 = chosen;
            }
        }
        Self(controls)
    }

    fn set(mut self, name: &str, value: &str) -> Self {
        self.0.retain(|(known, _)| known != name);
        self.0.push((name.to_owned(), value.to_owned()));
        self
    }

    #[track_caller]
    fn get(&self, name: &str) -> &str {
        let found = self.0.iter().find(|(known, _)| known == name);
        &found.unwrap_or_else(|| unreachable!("{name} is no control of {:?}", self.0)).1
    }

    fn body(&self) -> String {
        let mut body = String::new();
        for (n, (name, value)) in self.0.iter().enumerate() {
            let separator = if n > 0 { "&" } else { "" };
            write!(body, "{separator}{}={}", encoded(name), encoded(value)).expect("a text");
        }
        body
    }
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let rest = tag.split_once(&format!(" {name}=\""))?.1;
    rest.split_once('"').map(|(value, _)| unescaped(value))
}

fn unescaped(text: &str) -> String {
    let marks = [("&#x2f;", "/"), ("&#x27;", "'"), ("&quot;", "\""), ("&lt;", "<"), ("&gt;", ">")];
    let text =
        marks.iter().fold(text.to_owned(), |text, (mark, letter)| text.replace(mark, letter));
    text.replace("&amp;", "&")
}

fn encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |mut encoded, byte| {
        write!(encoded, "%{byte:02X}").expect("a text");
        encoded
    })
}

#[track_caller]
fn page(server: &Server, path: &str) -> Response {
    server.get(path).admin().accept("text/html").send().expect_status(200)
}

fn send(server: &Server, path: &str, controls: &Controls) -> Request {
    let form = "application/x-www-form-urlencoded";
    server.post(path).accept("text/html").body(form, controls.body())
}

#[track_caller]
fn holds(page: &Response, texts: &[&str]) {
    let body = unescaped(&page.body);
    for text in texts {
        assert!(body.contains(text), "{text}: {body}");
    }
}

/// What a document says, without when it was written.
#[track_caller]
fn document(server: &Server, path: &str) -> String {
    let answer = server.get(path).admin().send().expect_status(200);
    let triples = said(&answer, path);
    let is_stamp =
        |line: &&str| line.contains("terms/created>") || line.contains("terms/modified>");
    let lines = triples.lines().filter(|line| !is_stamp(line));
    lines.map(|line| format!("{}\n", line.replace(BASE, "/"))).collect()
}

#[test]
fn an_organisation_is_described_edited_and_deleted_by_forms() {
    let server = Server::empty();
    holds(
        &page(&server, "/organizations?lang=fr"),
        &["<a href=\"?new\">Décrire : Organisation</a>"],
    );
    let form = page(&server, "/organizations?new&lang=fr");
    holds(&form, &["<h1>Décrire : Organisation</h1>", "Le nom de la ressource", "Créer</button>"]);
    let controls = Controls::of(&form)
        .set("pair:label|0", "Atelier du Lac")
        .set("skos:prefLabel|1", "Lake workshop")
        .set("pair:homePage|0", "https://lac.example/")
        .set("pair:description|0", "Une ligne.\r\n\r\nUne autre.");
    let created = send(&server, "/organizations?new", &controls).send().expect_status(303);
    let path = created.header("location").to_owned();
    assert_eq!(path, "/organizations/atelier-du-lac");
    expect![[r#"
        </organizations/atelier-du-lac> <http://virtual-assembly.org/ontologies/pair#description> "Une ligne.\n\nUne autre." .
        </organizations/atelier-du-lac> <http://virtual-assembly.org/ontologies/pair#hasType> <https://w3id.org/codesocial/scheme/type-acteur/a-preciser> .
        </organizations/atelier-du-lac> <http://virtual-assembly.org/ontologies/pair#homePage> <https://lac.example/> .
        </organizations/atelier-du-lac> <http://virtual-assembly.org/ontologies/pair#label> "Atelier du Lac" .
        </organizations/atelier-du-lac> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <http://virtual-assembly.org/ontologies/pair#Organization> .
        </organizations/atelier-du-lac> <http://www.w3.org/2004/02/skos/core#prefLabel> "Atelier du Lac"@fr .
        </organizations/atelier-du-lac> <http://www.w3.org/2004/02/skos/core#prefLabel> "Lake workshop"@en .
        </organizations/atelier-du-lac> <https://w3id.org/codesocial/ns#inscriptionStatus> <https://w3id.org/codesocial/scheme/statut-inscription/non-inscrit> .
    "#]].assert_eq(&document(&server, &path));

    let shown = page(&server, &path);
    holds(&shown, &["<a href=\"?edit\">Modifier</a>", "<a href=\"?delete\">Supprimer</a>"]);
    let controls = Controls::of(&page(&server, &format!("{path}?edit")));
    assert_eq!(controls.get("pair:description|0"), "Une ligne.\n\nUne autre.");
    let controls = controls.set("pair:label|0", "Atelier de la Rive").set("pair:homePage|0", "");
    send(&server, &format!("{path}?edit"), &controls).send().expect_status(303);
    let after = document(&server, &path);
    assert!(
        after.contains("prefLabel> \"Atelier de la Rive\"@fr"),
        "the French name follows: {after}"
    );
    assert!(!after.contains("homePage"), "{after}");

    let asks = page(&server, &format!("{path}?delete&lang=en"));
    holds(&asks, &["<h1>Delete “Lake workshop”?</h1>"]);
    let gone = send(&server, &format!("{path}?delete"), &Controls::of(&asks)).send();
    assert_eq!(gone.expect_status(303).header("location"), "/organizations");
    assert_eq!(server.get(&path).status(), 410);
}

#[test]
fn a_form_that_is_sent_back_as_it_was_changes_nothing() {
    let server = Server::shared();
    for path in [
        "/organizations/wemob",
        "/needs/aide-de-l-appel",
        "/seeds/graine-de-connaissance",
        "/codesocials/demarche",
        "/controversies/distribuer-ou-centraliser",
        "/quizzes/graine-de-connaissance",
        "/programmes/2021",
        "/badges/main-d-atelier",
    ] {
        let before = server.get(path).admin().send().expect_status(200);
        let form = format!("{path}?edit");
        let controls = Controls::of(&page(&server, &form));
        send(&server, &form, &controls).send().expect_status(303);
        let after = server.get(path).admin().send();
        assert_eq!(after.header("etag"), before.header("etag"), "{path}");
    }
}

#[test]
fn what_is_refused_is_told_beside_its_field_and_nothing_typed_is_lost() {
    let server = Server::empty();
    let controls = Controls::of(&page(&server, "/organizations?new"))
        .set("pair:comment|0", "Une phrase \"citée\" <b>.")
        .set("pair:homePage|0", "lac.example");
    let sent = send(&server, "/organizations?new&lang=fr", &controls);
    let french = sent.send().expect_status(422);
    holds(
        &french,
        &[
            "À corriger avant d'enregistrer",
            "<a href=\"#pair:label\">Nom</a>",
            "<ul class=\"faults\" id=\"pair:homePage|0-faults\"><li>Une adresse commence par",
        ],
    );
    let kept = Controls::of(&french);
    assert_eq!(kept.get("pair:comment|0"), "Une phrase \"citée\" <b>.");
    assert_eq!(kept.get("pair:homePage|0"), "lac.example");
    let english = send(&server, "/organizations?new&lang=en", &controls).send();
    holds(&english.expect_status(422), &["To mend before saving", ">Name</a>"]);
    assert!(!server.get("/organizations").send().body.contains("ldp:contains"), "nothing is made");
}

#[test]
fn what_the_form_does_not_know_stays() {
    let server = Server::empty();
    let path = "/organizations/lac";
    let more = "<> <http://y.example/unknown> <#part> . <#part> <http://y.example/p> 1 , [] .";
    let turtle = format!("{}{more}", organization("Lac"));
    server.put(path).turtle(turtle).send().expect_status(201);
    let before = document(&server, path);
    let controls = Controls::of(&page(&server, "/organizations/lac?edit"));
    let sent = controls.set("pair:comment|0", "Ajouté.");
    send(&server, "/organizations/lac?edit", &sent).send().expect_status(303);
    let after = document(&server, path);
    let added: Vec<&str> = after.lines().filter(|line| !before.contains(line)).collect();
    assert_eq!(added.len(), 1, "{added:?}");
    assert_eq!(after.lines().count(), before.lines().count() + 1);
}

#[test]
fn an_edit_of_an_older_state_is_refused_with_both_versions_side_by_side() {
    let server = Server::empty();
    let path = "/organizations/lac";
    server.put(path).turtle(organization("Lac")).send().expect_status(201);
    let controls = Controls::of(&page(&server, "/organizations/lac?edit"));
    let theirs = format!("{}<> pair:comment \"La leur.\" .", organization("Lac"));
    server.put(path).turtle(theirs).send().expect_status(204);
    let mine = controls.set("pair:comment|0", "La mienne.");
    let refused = send(&server, "/organizations/lac?edit&lang=fr", &mine).send();
    let refused = refused.expect_status(412);
    holds(&refused, &["Modifié entre-temps", "Enregistré maintenant :", "<li>La leur.</li>"]);
    assert!(document(&server, path).contains("La leur."), "nothing is written");
    let again = Controls::of(&refused);
    assert_eq!(again.get("pair:comment|0"), "La mienne.");
    send(&server, "/organizations/lac?edit", &again).send().expect_status(303);
    assert!(document(&server, path).contains("La mienne."), "who saw both decides");
    let blind = Controls(vec![("pair:label|0".to_owned(), "Sans état".to_owned())]);
    send(&server, "/organizations/lac?edit", &blind).send().expect_status(412);
    send(&server, "/organizations/lac?delete", &blind).send().expect_status(412);
}

#[test]
fn a_button_asks_for_another_row_and_loses_nothing() {
    let server = Server::empty();
    let controls = Controls::of(&page(&server, "/organizations?new"))
        .set("pair:homePage|0", "https://a.example/")
        .set("add", "pair:homePage");
    let more = send(&server, "/organizations?new", &controls).send().expect_status(200);
    let more = Controls::of(&more);
    assert_eq!(more.get("pair:homePage|0"), "https://a.example/");
    assert_eq!(more.get("pair:homePage|1"), "");
}

#[test]
fn who_may_not_write_sees_no_link_and_is_told_so() {
    let server = Server::empty();
    server.put("/organizations/lac").turtle(organization("Lac")).send().expect_status(201);
    for path in ["/organizations", "/organizations/lac"] {
        let seen = server.get(path).accept("text/html").send().expect_status(200);
        assert!(!seen.body.contains("class=\"actions\""), "{seen:?}");
    }
    for path in ["/organizations?new", "/organizations/lac?edit", "/organizations/lac?delete"] {
        let refused = server.get(path).accept("text/html").send().expect_status(401);
        holds(&refused, &["<p class=\"status\">401</p>"]);
        let form = "application/x-www-form-urlencoded";
        let sent = server.anonymous("POST", path).accept("text/html").body(form, "pair:label|0=x");
        sent.send().expect_status(401);
    }
    assert!(document(&server, "/organizations/lac").contains("Lac"), "nothing is changed");
}

#[test]
fn a_part_is_described_in_the_form_and_its_faults_stand_there() {
    let server = Server::empty();
    server.put("/organizations/lac").turtle(organization("Lac")).send().expect_status(201);
    let form = page(&server, "/offers?new&lang=fr");
    let controls = Controls::of(&form)
        .set("pair:label|0", "Du bois")
        .set("cs:offerer|0", &format!("{BASE}organizations/lac"))
        .set("cs:specification|0", &format!("{SCHEME}specification/donnees-numerique"))
        .set("cs:wealthKind|0", &format!("{SCHEME}richesse/matiere"))
        .set("cs:quantity|0|om:hasUnit|0", "om:kilogram");
    let refused = send(&server, "/offers?new&lang=fr", &controls).send().expect_status(422);
    holds(&refused, &["id=\"cs:quantity|0|om:hasNumericalValue-faults\""]);
    let controls = Controls::of(&refused).set("cs:quantity|0|om:hasNumericalValue|0", "12,5");
    let created = send(&server, "/offers?new", &controls).send().expect_status(303);
    expect![[r#"
        </offers/du-bois> <http://virtual-assembly.org/ontologies/pair#label> "Du bois" .
        </offers/du-bois> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <https://w3id.org/codesocial/ns#Offer> .
        </offers/du-bois> <http://www.w3.org/2004/02/skos/core#prefLabel> "Du bois"@fr .
        </offers/du-bois> <https://w3id.org/codesocial/ns#disclosure> <https://w3id.org/codesocial/scheme/divulgation/public> .
        </offers/du-bois> <https://w3id.org/codesocial/ns#offerer> </organizations/lac> .
        </offers/du-bois> <https://w3id.org/codesocial/ns#quantity> _:c14n0 .
        </offers/du-bois> <https://w3id.org/codesocial/ns#specification> <https://w3id.org/codesocial/scheme/specification/donnees-numerique> .
        </offers/du-bois> <https://w3id.org/codesocial/ns#status> <https://w3id.org/codesocial/scheme/statut-offre-besoin/ouvert> .
        </offers/du-bois> <https://w3id.org/codesocial/ns#wealthKind> <https://w3id.org/codesocial/scheme/richesse/matiere> .
        </offers/du-bois> <https://w3id.org/valueflows/ont/vf#purpose> <https://w3id.org/valueflows/ont/vf#offer> .
        _:c14n0 <http://www.ontology-of-units-of-measure.org/resource/om-2/hasNumericalValue> "12.5"^^<http://www.w3.org/2001/XMLSchema#decimal> .
        _:c14n0 <http://www.ontology-of-units-of-measure.org/resource/om-2/hasUnit> <http://www.ontology-of-units-of-measure.org/resource/om-2/kilogram> .
        _:c14n0 <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <https://w3id.org/valueflows/ont/vf#Measure> .
    "#]].assert_eq(&document(&server, created.header("location")));
    let form = format!("{}?edit", created.header("location"));
    let controls = Controls::of(&page(&server, &form)).set("cs:quantity|0|drop", "1");
    send(&server, &form, &controls).send().expect_status(303);
    assert!(!document(&server, created.header("location")).contains("Measure"));
}

#[test]
fn a_thing_that_is_typed_by_its_name_is_found() {
    let server = Server::empty();
    for (path, name) in [("lac", "Le Lac"), ("rive-1", "La Rive"), ("rive-2", "La Rive")] {
        let path = format!("/organizations/{path}");
        server.put(&path).turtle(organization(name)).send().expect_status(201);
    }
    let named = |name: &str| {
        let form = Controls::of(&page(&server, "/commons?new"));
        let controls = form
            .set("pair:label|0", name)
            .set("cs:referent|0", name)
            .set("cs:developmentLevel|0", &format!("{SCHEME}niveau-developpement/idee"));
        send(&server, "/commons?new&lang=fr", &controls).send().expect_status(303)
    };
    let referent = |made: &Response| {
        let said = document(&server, made.header("location"));
        let line = said.lines().find(|line| line.contains("#referent>")).expect("a referent");
        line.split_once("#referent> ").map(|(_, value)| value.to_owned()).unwrap_or_default()
    };
    assert_eq!(referent(&named("le lac")), "</organizations/lac> .");
    assert_eq!(referent(&named("Quelqu'un")), "\"Quelqu'un\" .", "a name is good too");

    let seed = Controls::of(&page(&server, "/seeds?new"));
    let seed = seed.set("cs:question|0", "Quoi ?").set("cs:resourcePerson|0", "Quelqu'un");
    let refused = send(&server, "/seeds?new&lang=fr", &seed).send().expect_status(422);
    holds(&refused, &["id=\"cs:resourcePerson|0-faults\"><li>Rien ne porte ce nom"]);
}
