//! Who may do what: Web Access Control. <https://solidproject.org/TR/wac>
//!
//! Each case has a container of its own, on which the administrator says what everyone may do.

use crate::ground::{Ground, N_TRIPLES, UPDATE, turtle};
use crate::{
    Proof::{Elsewhere, Here, Story},
    Row,
};
use codesocial_tests::graph::iri;
use codesocial_tests::http::Response;
use codesocial_tests::server::BASE;

pub(crate) const ROWS: &[Row] = &[
    ("WAC-01", "every resource links to at most one access document", Here(one_link)),
    ("WAC-02", "who controls a resource reads its access document", Here(controller_reads)),
    (
        "WAC-03",
        "an access document that is not there is told to who controls",
        Here(absent_document),
    ),
    ("WAC-04", "the root has an access document that grants control and stays", Here(root)),
    ("WAC-05", "the nearest access document decides, and replaces those above", Here(nearest)),
    ("WAC-06", "reading needs Read: else 401, for who is known 403", Here(reading)),
    ("WAC-07", "creating in a container needs Append or Write on it", Here(posting)),
    ("WAC-08", "PUT needs Write, and to create Append on the container too", Here(putting)),
    ("WAC-09", "PATCH needs Append to add, Read and Write to ask and to take away", Here(patching)),
    ("WAC-10", "DELETE needs Write on the resource and its container", Here(deleting)),
    ("WAC-11", "an access document needs Control, whatever else is granted", Here(controlling)),
    ("WAC-12", "agents, groups, who is known and everyone are granted to", Here(grantees)),
    ("WAC-13", "accessTo is for the resource, default for what is below", Here(reach)),
    ("WAC-14", "WAC-Allow says what the agent and what everyone may do", Here(wac_allow)),
    ("WAC-15", "what is not understood grants nothing", Here(unknown_modes)),
    ("WAC-16", "an authorization whose condition is not met grants nothing", Here(conditions)),
    ("WAC-17", "acl:origin limits what scripts of other origins may do", Here(origins)),
    (
        "WAC-18",
        "every channel answers by the same access",
        Story("canary.rs", "nobody_finds_a_secret"),
    ),
    ("WAC-19", "no question over all the data reveals a hidden triple", Here(questions)),
    ("WAC-20", "a child that may not be read is listed nowhere", Here(listings)),
    ("WAC-21", "a change of access acts at once", Here(at_once)),
    ("WAC-22", "what may not be read is as what is not there", Here(as_absent)),
    (
        "WAC-23",
        "a description and an access document follow their subject",
        Story("files.rs", "an_access_document_decides_on_the_bytes_and_on_the_description"),
    ),
    (
        "WAC-24",
        "an agent of elsewhere who signs is one like those of here",
        Story("signatures.rs", "an_agent_of_elsewhere_is_one_like_those_of_here"),
    ),
    (
        "WAC-25",
        "the addresses of SemApps show and change the same access",
        Story("semapps.rs", "somebody_is_let_in_and_nobody_loses_what_they_had"),
    ),
    ("WAC-26", "nobody can be locked out for ever: someone keeps control", Here(last_controller)),
    ("WAC-27", "who leaves a group loses what it gave at once", Here(revoked)),
    (
        "WAC-28",
        "the decision is that of an independent reference",
        Elsewhere(
            "../crates/codesocial-store/src/access/law.rs",
            "the_decision_is_that_of_the_specification",
        ),
    ),
];

const PUBLIC: &str = "acl:agentClass foaf:Agent";

/// An access document of the administrators', who may do all with a resource and below it, and of
/// others. `<>` is the resource.
fn access_of(path: &str, others: &[&str]) -> String {
    let authorizations: String =
        others.iter().map(|other| format!("[] a acl:Authorization ; {other} .\n")).collect();
    format!(
        "@prefix acl: <http://www.w3.org/ns/auth/acl#> .
        @prefix foaf: <http://xmlns.com/foaf/0.1/> .
        [] a acl:Authorization ; acl:agent <{BASE}#administrators> ; acl:accessTo <> ;
            acl:default <> ; acl:mode acl:Read, acl:Write, acl:Control .
        {authorizations}"
    )
    .replace("<>", &format!("<{}>", iri(path)))
}

/// Grants of a resource what others say, and nothing else to nobody but administrators.
#[track_caller]
fn grant(ground: &Ground, path: &str, others: &[&str]) {
    let answer = ground.put(&format!("{path}.acl")).turtle(access_of(path, others)).send();
    assert!([201, 204].contains(&answer.status), "{answer:?}");
}

/// What everyone may do with a resource itself.
fn everyone(modes: &str) -> String {
    format!("{PUBLIC} ; acl:accessTo <> ; acl:mode {modes}")
}

/// What everyone may do with what lies below a container.
fn everyone_below(modes: &str) -> String {
    format!("{PUBLIC} ; acl:default <> ; acl:mode {modes}")
}

fn post(ground: &Ground, path: &str) -> u16 {
    ground.anonymous("POST", path).turtle(turtle("<> dct:title \"Un\" .")).status()
}

fn put(ground: &Ground, path: &str) -> u16 {
    ground.anonymous("PUT", path).turtle(turtle("<> dct:title \"Deux\" .")).status()
}

fn patch(ground: &Ground, path: &str, update: &str) -> u16 {
    ground.anonymous("PATCH", path).body(UPDATE, update).status()
}

fn acl_links(answer: &Response) -> usize {
    answer.headers("link").filter(|link| link.ends_with("; rel=\"acl\"")).count()
}

fn one_link(ground: &Ground) {
    let document = ground.resource();
    let file = ground.create().body("image/png", "octets").send().expect_status(201).location();
    let description = format!("{file}.meta");
    for path in [ground.container(), &document, &file, &description, "/", "/ns"] {
        let subject = path.trim_end_matches(".meta");
        let wanted = format!("{}.acl", iri(subject));
        for answer in [ground.get(path).send(), ground.head(path).send()] {
            let has = acl_links(&answer.expect_status(200));
            assert_eq!(has, usize::from(path != "/ns"), "{path}");
        }
        assert_eq!(ground.get(path).send().links(&wanted, "acl"), path != "/ns", "{path}");
    }
    let acl = format!("{document}.acl");
    grant(ground, &document, &[]);
    assert_eq!(acl_links(&ground.get(&acl).admin().send().expect_status(200)), 0);
}

fn controller_reads(ground: &Ground) {
    grant(ground, ground.container(), &[&everyone("acl:Control")]);
    let acl = format!("{}.acl", ground.container());
    for request in [ground.get(&acl), ground.head(&acl), ground.get(&acl).admin()] {
        let answer = request.accept("text/turtle").send().expect_status(200);
        assert_eq!(answer.header("content-type"), "text/turtle");
    }
}

fn absent_document(ground: &Ground) {
    let acl = format!("{}.acl", ground.resource());
    assert_eq!(ground.get(&acl).admin().status(), 404);
    assert_eq!(ground.head(&acl).admin().status(), 404);
    assert_eq!(ground.get(&acl).status(), 401, "and to nobody else");
}

fn root(ground: &Ground) {
    let read = ground.get("/.acl").admin().accept(N_TRIPLES).send().expect_status(200);
    assert!(read.body.contains("<http://www.w3.org/ns/auth/acl#Control>"), "{read:?}");
    let refused = ground.delete("/.acl").send().expect_status(405);
    assert!(!refused.header("allow").contains("DELETE"), "{refused:?}");
    assert_eq!(ground.get("/.acl").admin().status(), 200);
}

fn nearest(ground: &Ground) {
    let inner = ground.written("inner", "<> a ldp:BasicContainer .");
    let document = ground.path("inner/document");
    ground.put(&document).turtle(turtle("<> dct:title \"Un\" .")).send().expect_status(201);
    assert_eq!(ground.get(&document).status(), 200, "the sandbox is read by everyone");
    grant(ground, ground.container(), &[]);
    assert_eq!(ground.get(&document).status(), 401, "the container says otherwise");
    grant(ground, &inner, &[&everyone_below("acl:Read")]);
    assert_eq!(ground.get(&document).status(), 200, "the inner one says otherwise again");
    grant(ground, &document, &[]);
    assert_eq!(ground.get(&document).status(), 404, "its own replaces them");
    ground.delete(&format!("{document}.acl")).send().expect_status(204);
    assert_eq!(ground.get(&document).status(), 200);
}

fn reading(ground: &Ground) {
    let document = ground.resource();
    grant(ground, ground.container(), &[]);
    for request in [ground.get(&document), ground.head(&document)] {
        let refused = request.send().expect_status(401);
        assert!(refused.header("www-authenticate").starts_with("Bearer"), "{refused:?}");
    }
    let known = ground.person("wac-06");
    assert_eq!(known.get(&document).status(), 403);
    grant(ground, ground.container(), &[&everyone_below("acl:Read")]);
    assert_eq!(ground.get(&document).status(), 200);
    assert_eq!(known.get(&document).status(), 200);
}

fn posting(ground: &Ground) {
    let container = ground.container();
    for (modes, status) in
        [("acl:Read", 401), ("acl:Control", 401), ("acl:Append", 201), ("acl:Write", 201)]
    {
        grant(ground, container, &[&everyone(modes)]);
        assert_eq!(post(ground, container), status, "{modes}");
    }
    grant(ground, container, &[&everyone_below("acl:Append, acl:Write")]);
    assert_eq!(post(ground, container), 401, "what is granted below is not granted of it");
}

fn putting(ground: &Ground) {
    let (container, document) = (ground.container(), ground.resource());
    let (new, newer) = (ground.path("new"), ground.path("newer"));
    grant(ground, container, &[&everyone("acl:Append"), &everyone_below("acl:Append")]);
    assert_eq!((put(ground, &new), put(ground, &document)), (401, 401));
    grant(ground, container, &[&everyone_below("acl:Write")]);
    assert_eq!((put(ground, &new), put(ground, &document)), (401, 204));
    grant(ground, container, &[&everyone("acl:Append"), &everyone_below("acl:Write")]);
    assert_eq!((put(ground, &new), put(ground, &document)), (201, 204));
    grant(ground, container, &[&everyone("acl:Write")]);
    assert_eq!((put(ground, &newer), put(ground, &document)), (401, 401));
}

fn patching(ground: &Ground) {
    const INSERT: &str = "INSERT DATA { <> <http://e.example/p> 1 }";
    const DELETE: &str = "DELETE DATA { <> <http://e.example/p> 1 }";
    const ASK: &str = "INSERT { <> <http://e.example/q> ?p } WHERE { <> <http://e.example/p> ?p }";
    let document = ground.resource();
    let rows = [
        ("acl:Read", [401, 401, 401]),
        ("acl:Append", [204, 401, 401]),
        ("acl:Write", [204, 401, 401]),
        ("acl:Read, acl:Append", [204, 401, 401]),
        ("acl:Read, acl:Write", [204, 204, 204]),
    ];
    for (modes, expected) in rows {
        grant(ground, &document, &[&everyone(modes)]);
        let statuses = [INSERT, DELETE, ASK].map(|update| patch(ground, &document, update));
        assert_eq!(statuses, expected, "{modes}");
    }
}

fn deleting(ground: &Ground) {
    let (container, document) = (ground.container(), ground.resource());
    let delete = || ground.anonymous("DELETE", &document).status();
    let both = [everyone("acl:Read, acl:Write"), everyone_below("acl:Read, acl:Write")];
    for (granted, status) in [(&both[..1], 401), (&both[1..], 401), (&both[..], 204)] {
        let granted: Vec<&str> = granted.iter().map(String::as_str).collect();
        grant(ground, container, &granted);
        assert_eq!(delete(), status, "{granted:?}");
    }
}

fn controlling(ground: &Ground) {
    let document = ground.resource();
    let acl = format!("{document}.acl");
    let mine = access_of(&document, &[&everyone("acl:Read, acl:Write, acl:Control")]);
    let write = || ground.anonymous("PUT", &acl).turtle(mine.clone()).status();
    grant(ground, &document, &[&everyone("acl:Read, acl:Append, acl:Write")]);
    assert_eq!((ground.get(&acl).status(), write()), (401, 401));
    grant(ground, &document, &[&everyone("acl:Control")]);
    assert_eq!(ground.get(&document).status(), 404, "control gives nothing of the document");
    assert_eq!((ground.get(&acl).status(), write()), (200, 204));
    assert_eq!(ground.get(&document).status(), 200, "but who controls it may take more");
}

fn grantees(ground: &Ground) {
    let document = ground.resource();
    let (one, other) = (ground.person("wac-12-one"), ground.person("wac-12-other"));
    let group = ground.written(
        "group",
        &format!("<#it> <http://www.w3.org/2006/vcard/ns#hasMember> <{}> .", one.webid),
    );
    let statuses = || {
        let answers = [ground.get(&document), other.get(&document), one.get(&document)];
        answers.map(|request| request.status())
    };
    for (grantee, expected) in [
        (PUBLIC.to_owned(), [200, 200, 200]),
        ("acl:agentClass acl:AuthenticatedAgent".to_owned(), [404, 200, 200]),
        (format!("acl:agent <{}>", one.webid), [404, 404, 200]),
        (format!("acl:agentGroup <{}#it>", iri(&group)), [404, 404, 200]),
        (format!("acl:agentGroup <{}#nobody>", iri(&group)), [404, 404, 404]),
        ("acl:agent <http://elsewhere.example/me>".to_owned(), [404, 404, 404]),
    ] {
        let granted = format!("{grantee} ; acl:accessTo <> ; acl:mode acl:Read");
        grant(ground, &document, &[&granted]);
        assert_eq!(statuses(), expected, "{grantee}");
    }
}

fn reach(ground: &Ground) {
    let (container, document) = (ground.container(), ground.resource());
    let statuses = || (ground.get(container).status(), ground.get(&document).status());
    grant(ground, container, &[&everyone("acl:Read")]);
    assert_eq!(statuses(), (200, 401), "accessTo is not for what is below");
    grant(ground, container, &[&everyone_below("acl:Read")]);
    assert_eq!(statuses(), (404, 200), "default is not for the container");
}

fn wac_allow(ground: &Ground) {
    let document = ground.resource();
    grant(ground, &document, &[&everyone("acl:Read, acl:Append")]);
    let told = |answer: Response| answer.expect_status(200).header("wac-allow").to_owned();
    let both = "user=\"read append\", public=\"read append\"";
    assert_eq!(told(ground.get(&document).send()), both);
    assert_eq!(told(ground.head(&document).send()), both);
    let all = "user=\"read append write control\", public=\"read append\"";
    assert_eq!(told(ground.get(&document).admin().send()), all);
    let exposed = ground.get(&document).header("Origin", "https://app.example").send();
    assert!(exposed.header("access-control-expose-headers").contains("wac-allow"), "{exposed:?}");
}

fn unknown_modes(ground: &Ground) {
    let document = ground.resource();
    let unknown = everyone("<http://www.w3.org/ns/auth/acl#Levitate>, <http://e.example/Read>");
    grant(ground, &document, &[&unknown]);
    assert_eq!(ground.get(&document).status(), 404);
    grant(ground, &document, &[&everyone("acl:Read, <http://e.example/Write>")]);
    assert_eq!((ground.get(&document).status(), put(ground, &document)), (200, 401));
}

fn conditions(ground: &Ground) {
    let document = ground.resource();
    let limited = everyone("acl:Read") + " ; acl:condition [ a <http://e.example/Condition> ]";
    grant(ground, &document, &[&limited]);
    assert_eq!(ground.get(&document).status(), 404);
    assert_eq!(ground.get(&document).admin().status(), 200);
}

fn origins(ground: &Ground) {
    let document = ground.resource();
    let known = ground.person("wac-17");
    let granted = format!(
        "acl:agent <{}> ; acl:origin <https://app.example> ; acl:accessTo <> ; acl:mode acl:Read",
        known.webid
    );
    grant(ground, &document, &[&granted]);
    let from = |origin: &str| known.get(&document).header("Origin", origin).status();
    assert_eq!(from("https://app.example"), 200);
    assert_eq!(from("https://other.example"), 404);
    let allowed = ground.get("/").header("Origin", "https://other.example").send();
    assert_eq!(allowed.header("access-control-allow-origin"), "*", "CORS hides nothing");
}

fn questions(ground: &Ground) {
    let document =
        ground.written("hidden", "<> <http://e.example/wac19> <http://e.example/next> .");
    let graph = format!("GRAPH <{}>", iri(&document));
    let pattern = "?s <http://e.example/wac19> ?o";
    let questions = [
        format!("SELECT (COUNT(*) AS ?n) {{ {graph} {{ {pattern} }} }}"),
        format!("SELECT (COUNT(DISTINCT ?g) AS ?n) {{ GRAPH ?g {{ {pattern} }} }}"),
        format!("SELECT (SAMPLE(?o) AS ?n) {{ {graph} {{ {pattern} }} }}"),
        format!("SELECT ?o {{ {graph} {{ <{}> <http://e.example/wac19>+ ?o }} }}", iri(&document)),
        format!("SELECT (EXISTS {{ {graph} {{ {pattern} }} }} AS ?n) {{ }}"),
    ];
    let answers = || questions.each_ref().map(|question| ground.rows(question));
    let before = answers();
    grant(ground, &document, &[]);
    let hidden = answers();
    assert!(before.iter().zip(&hidden).all(|(before, hidden)| before != hidden), "{hidden:?}");
    ground.delete(&document).send().expect_status(204);
    assert_eq!(hidden, answers(), "as if it were not there");
}

fn listings(ground: &Ground) {
    let hidden = ground.written("hidden", "<> dct:title \"Un\" .");
    let shown = ground.written("shown", "<> dct:title \"Deux\" .");
    grant(ground, &hidden, &[]);
    let container = ground.container();
    for accept in ["text/turtle", "application/ld+json", "text/html", "application/trig"] {
        let listing = ground.get(container).accept(accept).send().expect_status(200).body;
        let listing = listing.replace("&#x2f;", "/");
        assert!(listing.contains(&*shown) && !listing.contains(&*hidden), "{accept}: {listing}");
    }
    let own = iri(container);
    let contains = "<http://www.w3.org/ns/ldp#contains>";
    let members = format!("SELECT ?m {{ GRAPH <{own}.meta> {{ <{own}> {contains} ?m }} }}");
    let told = ground.rows(&members);
    assert!(told.contains(&*shown) && !told.contains(&*hidden), "{told}");
    // A condition of a patch asks too.
    let known = ground.person("wac-20");
    let granted =
        format!("acl:agent <{}> ; acl:accessTo <> ; acl:mode acl:Read, acl:Append", known.webid);
    grant(ground, container, &[&granted, &everyone_below("acl:Read")]);
    let asked = |member: &str| {
        let patch = format!(
            "@prefix solid: <http://www.w3.org/ns/solid/terms#> . [] a solid:InsertDeletePatch ;
            solid:where {{ <{own}> {contains} <{}> . }} ;
            solid:inserts {{ <{own}> <http://e.example/seen> 1 . }} .",
            iri(member)
        );
        known.ask("PATCH", container).body("text/n3", patch).status()
    };
    assert_eq!((asked(&shown), asked(&hidden), asked("/sandbox/absent")), (204, 409, 409));
}

fn at_once(ground: &Ground) {
    let document = ground.resource();
    let container = ground.container();
    let tag = ground.tag(&document);
    let again = || ground.get(&document).header("If-None-Match", &tag).status();
    let listed = || ground.get(container).send().body.contains(&*document);
    for _ in 0..5 {
        assert_eq!((again(), listed()), (304, true));
        grant(ground, &document, &[]);
        assert_eq!((again(), listed()), (404, false), "cached bytes are no way around");
        ground.delete(&format!("{document}.acl")).send().expect_status(204);
    }
}

fn as_absent(ground: &Ground) {
    let (hidden, absent) =
        (ground.written("hidden", "<> dct:title \"Un\" ."), ground.path("absent"));
    grant(ground, &hidden, &[]);
    for method in ["GET", "HEAD", "OPTIONS", "PUT", "POST", "PATCH", "DELETE"] {
        let answer = |path: &str| {
            let body = "INSERT DATA { <> <http://e.example/p> 1 }";
            let answer = ground.anonymous(method, path).body(UPDATE, body).send();
            let links = answer.headers("link").count();
            let said = answer.body.replace(path, "");
            (answer.status, links, answer.header("allow").to_owned(), said.len())
        };
        assert_eq!(answer(&hidden), answer(&absent), "{method}");
    }
}

fn last_controller(ground: &Ground) {
    let document = ground.resource();
    let acl = format!("{document}.acl");
    let locked = format!(
        "@prefix acl: <http://www.w3.org/ns/auth/acl#> .
        [] a acl:Authorization ; acl:agent <http://e.example/a> ; acl:accessTo <{}> ; acl:mode acl:Read .",
        iri(&document)
    );
    assert_eq!(ground.put(&acl).turtle(locked.clone()).status(), 409);
    grant(ground, &document, &[]);
    assert_eq!(ground.put(&acl).turtle(locked).status(), 409);
    assert_eq!(ground.get(&acl).admin().status(), 200, "what was there is there");
}

fn revoked(ground: &Ground) {
    let document = ground.resource();
    let known = ground.person("wac-27");
    let says = |members: &str| turtle(&format!("<#it> dct:title \"Le cercle\" . {members}"));
    let member = format!("<#it> <http://www.w3.org/2006/vcard/ns#hasMember> <{}> .", known.webid);
    let group = ground.path("group");
    ground.put(&group).turtle(says(&member)).send().expect_status(201);
    let granted =
        format!("acl:agentGroup <{}#it> ; acl:accessTo <> ; acl:mode acl:Read", iri(&group));
    grant(ground, &document, &[&granted]);
    for _ in 0..3 {
        assert_eq!(known.get(&document).status(), 200);
        ground.put(&group).turtle(says("")).send().expect_status(204);
        assert_eq!(known.get(&document).status(), 404);
        ground.put(&group).turtle(says(&member)).send().expect_status(204);
    }
}
