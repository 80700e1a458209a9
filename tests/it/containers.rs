//! Containers: what lies where, and who may change that.

use crate::server::{BASE, Server};
use crate::stories::{PREFIXES, organization};

#[test]
fn the_root_lists_the_containers() {
    let body = Server::shared().get("/").accept("application/n-triples").send().body;
    for name in
        ["organizations", "commons", "codesocials", "seeds", "badges", "matrices", "sandbox"]
    {
        let line = format!(
            "<http://registre.example/> <http://www.w3.org/ns/ldp#contains> \
             <http://registre.example/{name}> ."
        );
        assert!(body.contains(&line), "{line} in {body}");
    }
}

#[test]
fn a_container_is_created_by_its_link_or_its_type_and_takes_members() {
    let server = Server::empty();
    let link = "<http://www.w3.org/ns/ldp#BasicContainer>; rel=\"type\"";
    let posted = server.post("/sandbox").header("Slug", "box").header("Link", link);
    let posted = posted.turtle(format!("{PREFIXES}<> dct:title \"Boîte\"@fr .")).send();
    assert_eq!(posted.expect_status(201).location(), "/sandbox/box");
    let typed = format!("{PREFIXES}<> a ldp:Container ; dct:title \"Autre\"@fr .");
    server.put("/sandbox/typed").turtle(typed).send().expect_status(201);
    for path in ["/sandbox/box", "/sandbox/typed"] {
        let member = server.post(path).header("Slug", "in").turtle("<> <a:p> 1 .").send();
        assert_eq!(member.expect_status(201).location(), format!("{path}/in"));
        assert_eq!(server.delete(path).status(), 409, "it is not empty");
        server.delete(&format!("{path}/in")).send().expect_status(204);
        assert_eq!(server.delete(path).status(), 204);
    }
}

#[test]
fn where_there_is_no_container_nothing_can_be_put_or_posted() {
    let server = Server::shared();
    for (status, request) in [
        (404, server.post("/nowhere").turtle(organization("Lac"))),
        (405, server.post("/organizations/wemob").turtle(organization("Lac"))),
        (409, server.put("/nowhere/lac").turtle(organization("Lac"))),
        (409, server.put("/organizations/wemob/lac").turtle(organization("Lac"))),
    ] {
        let answer = request.send();
        assert_eq!(answer.status, status, "{answer:?}");
    }
    let refused = server.post("/organizations/wemob").turtle(organization("Lac")).send();
    assert!(!refused.header("allow").contains("POST"), "{refused:?}");
}

#[test]
fn the_instances_own_containers_stay() {
    let server = Server::empty();
    for path in ["/", "/organizations", "/sandbox", "/.acl"] {
        let refused = server.delete(path).send().expect_status(405);
        let allowed = server.options(path).admin().send().header("allow").to_owned();
        assert_eq!(refused.header("allow"), allowed);
        assert!(allowed.ends_with(", PATCH"), "{path}: {allowed}");
    }
}

#[test]
fn what_the_server_says_of_a_document_is_refused_unless_it_is_so() {
    let server = Server::empty();
    server.put("/organizations/lac").turtle(organization("Lac")).send().expect_status(201);
    let current = server.get("/organizations/lac").accept("application/n-triples").send().body;
    let same = server.put("/organizations/lac").body("application/n-triples", current);
    assert_eq!(same.status(), 204, "equal values are ignored");
    let rows = [
        ("/organizations/lac", "<> dct:created \"2020-01-01T00:00:00Z\"^^xsd:dateTime ."),
        ("/organizations/lac", "<> dct:modified \"2020-01-01T00:00:00Z\"^^xsd:dateTime ."),
        ("/organizations/lac", "<> ldp:contains <x> ."),
        ("/organizations/lac", "<> a ldp:BasicContainer ."),
        ("/organizations", "<> ldp:contains <organizations/other> ."),
        ("/organizations/new", "<> dct:created \"2020-01-01T00:00:00Z\"^^xsd:dateTime ."),
        ("/organizations/new", "<> a ldp:IndirectContainer ."),
    ];
    for (path, triple) in rows {
        let body = format!("{}{triple}", organization("Lac"));
        let answer = server.put(path).turtle(body).send().expect_status(409);
        let constrained = "http://www.w3.org/ns/ldp#constrainedBy";
        assert!(answer.links("http://registre.example/shapes/server", constrained), "{answer:?}");
        let property = triple.split(' ').nth(1).unwrap_or_default();
        let named = property.rsplit(':').next().unwrap_or_default();
        let told = answer.json()["detail"].to_string();
        assert!(told.contains(if named == "a" { "type" } else { named }), "{triple}: {told}");
    }
    assert_eq!(server.get("/shapes/server").status(), 200, "the constraint can be read");
    for model in ["DirectContainer", "IndirectContainer"] {
        let link = format!("<http://www.w3.org/ns/ldp#{model}>; rel=\"type\"");
        let answer = server.post("/sandbox").header("Link", &link).turtle("<> <a:p> 1 .").send();
        assert_eq!(answer.status, 422, "it names no membership resource: {model}");
    }
}

#[test]
fn a_document_speaks_of_itself_only() {
    let server = Server::empty();
    server.put("/organizations/lac").turtle(organization("Lac")).send().expect_status(201);
    let victim = server.get("/organizations/lac").send();
    let rows = [
        "<lac> pair:comment \"autre\" .",
        "<http://elsewhere.example/x> pair:comment \"autre\" .",
        "</> dct:title \"autre\" .",
    ];
    for triple in rows {
        let body = format!("{}{triple}", organization("Rive"));
        assert_eq!(
            server.put("/organizations/rive").turtle(body.clone()).status(),
            422,
            "{triple}"
        );
        assert_eq!(server.post("/organizations").turtle(body).status(), 422, "{triple}");
    }
    assert_eq!(server.get("/organizations/lac").send().body, victim.body);
    let sandbox = server.put("/sandbox/any").turtle("<http://elsewhere.example/x> <a:p> 1 .");
    assert_eq!(sandbox.status(), 201, "the sandbox may speak of anything");
}

#[test]
fn reserved_names_are_refused() {
    let server = Server::empty();
    for path in [
        "/organizations/lac.acl",
        "/organizations/lac.meta",
        "/sandbox/x.meta",
        "/sandbox/x.acl",
        "/system/x",
        "/remote/example.org/x",
        "/codesocials/x/versions/1.0.0",
    ] {
        let status = server.put(path).turtle("<> <a:p> 1 .").status();
        assert!([403, 405, 409, 422].contains(&status), "{path}: {status}");
        assert_eq!(server.get(path).admin().status(), 404, "{path}");
    }
    for body in ["<#b-0123456789abcdef> <a:p> 1 .", "<> <a:p> <#b-0123456789abcdef> ."] {
        assert_eq!(server.put("/sandbox/names").turtle(body).status(), 422, "{body}");
    }
}

#[test]
fn a_container_lists_what_is_attached_to_it_until_it_is_detached() {
    let server = Server::empty();
    for (path, label) in [("/organizations/lac", "Lac"), ("/organizations/pic", "Pic")] {
        server.put(path).turtle(organization(label)).send().expect_status(201);
    }
    let container = "<> a <http://www.w3.org/ns/ldp#BasicContainer> .";
    server.put("/sandbox/members").turtle(container).send().expect_status(201);
    server.put("/sandbox/members/own").turtle("<> <a:p> 1 .").send().expect_status(201);
    let patch = |verb: &str, member: &str| {
        let update = format!(
            "PREFIX ldp: <http://www.w3.org/ns/ldp#> {verb} DATA {{ <> ldp:contains <{member}> . }};"
        );
        server.patch("/sandbox/members").body("application/sparql-update", update).send()
    };
    let listed = |max: &str| {
        let (mut path, mut members) = (format!("/sandbox/members?after=&max={max}"), Vec::new());
        loop {
            let page = server.get(&path).accept("application/n-triples").send().expect_status(200);
            let contains = page.body.lines().filter(|line| line.contains("ldp#contains>"));
            members.extend(contains.filter_map(|line| line.rsplit('/').next()).map(str::to_owned));
            let next = page.headers("link").find(|link| link.contains("rel=\"next\""));
            let Some(next) = next else { break members.concat().replace("> .", " ") };
            path = next[1..].split('>').next().expect("a target").replace(BASE, "/");
        }
    };
    for member in ["/organizations/pic", "/organizations/lac", "/organizations/lac"] {
        patch("INSERT", member).expect_status(204);
    }
    assert_eq!(listed("10"), "lac pic own ");
    assert_eq!(listed("1"), listed("10"), "a page may begin after one");
    let json = server.get("/sandbox/members").accept("application/ld+json").send().json();
    assert_eq!(json["ldp:contains"][0]["pair:label"], "Lac", "in full as the others: {json}");
    for absent in ["/organizations/absent", "http://elsewhere.example/x", "/ns", "/sandbox/members"]
    {
        patch("INSERT", absent).expect_status(409);
    }
    patch("DELETE", "/organizations/pic").expect_status(204);
    patch("DELETE", "/organizations/pic").expect_status(204);
    assert_eq!(listed("10"), "lac own ");
    server.get("/organizations/pic").send().expect_status(200);
    let refused = patch("DELETE", "/sandbox/members/own").expect_status(409);
    assert!(refused.headers("link").any(|link| link.contains("constrainedBy")), "{refused:?}");
    server.anonymous("PATCH", "/sandbox/members").send().expect_status(401);
    server.delete("/sandbox/members").send().expect_status(409);
    server.delete("/organizations/lac").send().expect_status(204);
    assert_eq!(listed("10"), "own ", "what is deleted is attached nowhere");
}

/// A direct container in the sandbox whose members an organisation has.
#[track_caller]
fn direct(server: &Server, relation: &str) -> String {
    let link = "<http://www.w3.org/ns/ldp#DirectContainer>; rel=\"type\"";
    let body = format!(
        "{PREFIXES}<> ldp:membershipResource </organizations/lac> ; ldp:hasMemberRelation {relation} ."
    );
    let posted = server.post("/sandbox").header("Link", link).turtle(body).send();
    posted.expect_status(201).location()
}

#[test]
fn a_membership_keeps_the_rules_of_the_document_that_it_stands_in() {
    let server = Server::empty();
    server.put("/organizations/lac").turtle(organization("Lac")).send().expect_status(201);
    let before = server.get("/organizations/lac").send().body;
    // A label is a text, not a member.
    let container = direct(&server, "pair:label");
    let head = server.folder.head();
    server.post(&container).turtle("<> <a:p> 1 .").send().expect_status(422);
    assert_eq!(server.folder.head(), head, "nothing is left of what is refused");
    assert_eq!(server.get("/organizations/lac").send().body, before);
    let container = direct(&server, "<http://e.example/has>");
    let member = server.post(&container).turtle("<> <a:p> 1 .").send().expect_status(201);
    let said = server.get("/organizations/lac").send();
    assert!(said.body.contains(member.header("location")), "{said:?}");
    let definition = "<> <http://www.w3.org/ns/ldp#hasMemberRelation> <a:other> .";
    server.put(&container).turtle(definition).send().expect_status(409);
    let read = server.get(&container).send().body;
    server.put(&container).turtle(read).send().expect_status(204);
    // What it is a member of may go first.
    server.delete("/organizations/lac").send().expect_status(204);
    server.post(&container).turtle("<> <a:p> 2 .").send().expect_status(409);
    server.delete(&member.location()).send().expect_status(204);
    server.delete(&container).send().expect_status(204);
}

#[test]
fn a_relation_that_is_the_servers_makes_no_member() {
    let server = Server::shared();
    let link = "<http://www.w3.org/ns/ldp#DirectContainer>; rel=\"type\"";
    for definition in [
        "ldp:membershipResource <> ; ldp:hasMemberRelation ldp:contains",
        "ldp:membershipResource <> ; ldp:isMemberOfRelation a:created, a:modified",
        "ldp:membershipResource <> ; ldp:hasMemberRelation \"x\"",
        "ldp:membershipResource <> ; ldp:hasMemberRelation <http://purl.org/dc/terms/created>",
        "ldp:membershipResource <> ; ldp:isMemberOfRelation \
         <http://www.w3.org/1999/02/22-rdf-syntax-ns#type>",
        "ldp:membershipResource <> ; ldp:insertedContentRelation a:about",
        "ldp:membershipResource <http://elsewhere.example/>",
        "ldp:membershipResource </ns>",
    ] {
        let body = format!("{PREFIXES}@prefix a: <http://a.example/> . <> {definition} .");
        let answer = server.post("/sandbox").header("Link", link).turtle(body).send();
        assert_eq!(answer.status, 422, "{definition}: {answer:?}");
    }
}
