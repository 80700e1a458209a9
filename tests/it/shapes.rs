//! What the rules say over HTTP: reports that refuse, remarks that do not, and forms beforehand.

use crate::graph::triples;
use crate::server::Server;
use crate::stories::{PREFIXES, organization};
use codesocial_shacl::Shapes;

const SHACL: &str = "http://www.w3.org/ns/shacl#";
const CONSTRAINED_BY: &str = "http://www.w3.org/ns/ldp#constrainedBy";
const REPORT: &str = "https://w3id.org/codesocial/ns#report";

fn wrong() -> String {
    format!("{PREFIXES}<> a pair:Organization ; pair:label \"Lac\" ; pair:homePage \"lac\" .")
}

#[test]
fn a_report_comes_in_the_syntax_that_is_asked_for_and_names_the_shapes() {
    let server = Server::shared();
    for accept in ["text/turtle", "application/ld+json", "*/*"] {
        let answer = server.put("/organizations/wrong").accept(accept).turtle(wrong()).send();
        let answer = answer.expect_status(422);
        assert!(
            answer.links("http://registre.example/shapes/actors", CONSTRAINED_BY),
            "{answer:?}"
        );
        let report = triples(&answer, "/organizations/wrong");
        let has = |predicate: &str, object: &str| {
            report.iter().any(|triple| {
                triple.predicate.as_str() == format!("{SHACL}{predicate}")
                    && triple.object.to_string().contains(object)
            })
        };
        assert!(has("conforms", "false"), "{answer:?}");
        assert!(has("focusNode", "organizations/wrong"), "{answer:?}");
        assert!(has("sourceShape", "Organization-homePage"), "{answer:?}");
        assert!(has("resultMessage", "\"@fr"), "{answer:?}");
        assert!(!has("resultMessage", "\"@en"), "French is the default: {answer:?}");
    }
    let page = server.put("/organizations/wrong").accept("text/html").turtle(wrong()).send();
    assert!(page.expect_status(422).body.contains("Une adresse commence par"));
    assert_eq!(server.get("/organizations/wrong").status(), 404);
}

#[test]
fn warnings_do_not_refuse_and_their_report_is_linked() {
    let server = Server::shared();
    let body = format!("{PREFIXES}<> a pair:Organization ; pair:label \"Sans anglais\" .");
    let created = server.put("/organizations/sans-anglais").turtle(body).send().expect_status(201);
    let report = "http://registre.example/organizations/sans-anglais?report";
    assert!(created.links(report, REPORT), "{created:?}");
    for (accept, content_type) in [
        ("text/turtle", "text/turtle"),
        ("application/ld+json", "application/ld+json"),
        ("text/html", "text/html; charset=utf-8"),
    ] {
        let path = "/organizations/sans-anglais?report";
        let answer = server.get(path).accept(accept).send().expect_status(200);
        assert_eq!(answer.header("content-type"), content_type);
        assert!(answer.body.contains("prefLabel"), "{answer:?}");
    }
    assert_eq!(server.get("/organizations/none?report").status(), 404);
    let clean = server.put("/organizations/net").turtle(organization("Net")).send();
    assert!(!clean.headers("link").any(|link| link.contains(REPORT)), "{clean:?}");
}

#[test]
fn a_rule_that_another_document_breaks_refuses_the_write() {
    let server = Server::empty();
    let membership = format!(
        "{PREFIXES}<> a pair:MembershipAssociation ; pair:membershipActor <../organizations/lac> ;
         pair:membershipOrganization <../organizations/lac> ."
    );
    server.put("/organizations/lac").turtle(organization("Lac")).send().expect_status(201);
    let refused = server.put("/membership-associations/m").turtle(membership).send();
    assert_eq!(refused.status, 422, "a member of itself: {refused:?}");
}

#[test]
fn nothing_judges_the_sandbox() {
    let server = Server::shared();
    assert_eq!(server.put("/sandbox/wrong").turtle(wrong()).status(), 201);
}

const ORGANIZATION: &str = "/shapes?class=pair:Organization";

#[test]
fn the_shapes_of_a_class_come_whole_in_each_syntax_to_any_origin() {
    let server = Server::shared();
    let mut said_before: Option<String> = None;
    for accept in ["text/turtle", "application/ld+json", "application/n-triples"] {
        let answer = server.get(ORGANIZATION).accept(accept).header("Origin", "https://a.example");
        let answer = answer.send().expect_status(200);
        assert_eq!(answer.header("access-control-allow-origin"), "*");
        assert_eq!((answer.header("content-type"), answer.header("vary")), (accept, "Accept"));
        let shapes: oxrdf::Graph = triples(&answer, "/shapes").into_iter().collect();
        let shapes = Shapes::parse(&shapes).expect("they are a shapes graph by themselves");
        let named = |name: &str| {
            let node = oxrdf::NamedNode::new_unchecked(format!("{}{name}", crate::fixtures::CSS));
            shapes.find(&node.into()).is_some()
        };
        assert!(named("Organization") && named("Organization-homePage") && named("in-theme"));
        assert!(!named("KnowledgeSeed"), "no more than that");
        let said = crate::graph::said(&answer, "/shapes");
        assert_eq!(said_before.get_or_insert(said.clone()), &said);
    }
    let answer = server.get(ORGANIZATION).send();
    let same = server.get(ORGANIZATION).header("If-None-Match", answer.header("etag")).send();
    assert_eq!((same.status, same.body.as_str()), (304, ""));
    let other = server.get("/shapes?class=cs:KnowledgeSeed");
    assert_eq!(other.header("If-None-Match", answer.header("etag")).status(), 200);
}

#[test]
fn the_form_of_a_class_is_json_in_the_language_of_the_reader() {
    let server = Server::shared();
    for (language, label) in [("fr", "Nom"), ("en", "Name")] {
        let answer = server.get(ORGANIZATION).accept("application/json");
        let answer = answer.header("Accept-Language", language).send().expect_status(200);
        assert!(answer.header("vary").contains("Accept-Language"), "{answer:?}");
        let form = answer.json();
        assert_eq!(form["language"], language);
        assert_eq!(form["class"], "http://virtual-assembly.org/ontologies/pair#Organization");
        let field = &form["groups"][0]["fields"][0];
        assert_eq!((&field["name"], &field["required"]), (&label.into(), &true.into()));
        let fields = form["groups"].as_array().expect("groups").iter();
        let mut fields = fields.flat_map(|group| group["fields"].as_array().expect("fields"));
        let kind = fields.find(|field| field["property"].as_str().unwrap().ends_with("#hasType"));
        let instances = kind.expect("a field")["instances"].as_str().expect("an address");
        let path = format!("/{}", instances.strip_prefix(crate::server::BASE).expect("ours"));
        let offered = server.get(&path).accept("application/json").send().expect_status(200);
        assert!(offered.json()["total"].as_u64() > Some(5), "{offered:?}");
    }
}

#[test]
fn a_page_explains_each_class_and_a_list_leads_there() {
    let server = Server::shared();
    let list = server.get("/shapes?lang=en").accept("text/html").send().expect_status(200);
    let link = "?class=http%3A%2F%2Fvirtual-assembly.org%2Fontologies%2Fpair%23Organization";
    assert!(list.body.contains(&format!("<a href=\"{link}\">Organisation</a>")), "{list:?}");
    for (language, help) in
        [("fr", "L&#x27;adresse du site."), ("en", "The address of the website.")]
    {
        let page = server.get(&format!("/shapes{link}&lang={language}")).accept("text/html").send();
        let page = page.expect_status(200);
        assert!(page.body.contains(help), "{page:?}");
    }
    let classes = server.get("/shapes").accept("application/json").send().expect_status(200);
    assert!(classes.json()["classes"].as_array().is_some_and(|classes| classes.len() > 60));
    let container = triples(&server.get("/shapes").send().expect_status(200), "/shapes");
    let contains = |triple: &&oxrdf::Triple| triple.predicate.as_str().ends_with("ldp#contains");
    assert!(container.iter().filter(contains).count() > 20);
}

#[test]
fn a_class_that_no_shape_describes_has_no_form() {
    let server = Server::shared();
    for class in ["", "cs:Nothing", "http://example.org/%3Cscript%3E", "not%20an%20iri"] {
        for accept in ["text/turtle", "application/json", "text/html"] {
            let answer = server.get(&format!("/shapes?class={class}")).accept(accept).send();
            let answer = answer.expect_status(404);
            assert!(answer.body.contains("shapes"), "{answer:?}");
            let is_page = accept == "text/html";
            assert!(!is_page || !answer.body.contains("<script>"), "{answer:?}");
        }
    }
    assert_eq!(server.get(ORGANIZATION).accept("image/png").status(), 406);
    assert_eq!(server.post("/shapes").turtle("").status(), 405);
}
