//! What a container makes of what is posted to it: which resource, and under which name.

use crate::ground::{CONSTRAINED_BY, Ground, JSON_LD, is_a, model, turtle};
use crate::{Proof::Here, Proof::Story, Row};
use codesocial_tests::graph::iri;
use codesocial_tests::http::Request;

pub(crate) const ROWS: &[Row] = &[
    ("LDP-43", "POST answers 201 with the address", Here(created)),
    ("LDP-44", "what is created is listed", Here(listed)),
    ("LDP-45", "what is asked for as a plain resource is one", Here(plain_refuses_post)),
    ("LDP-46", "and shows nothing of a container", Here(plain_shows_no_container)),
    ("LDP-47", "an unknown model is refused, with the constraint", Here(unknown_model)),
    ("LDP-48", "POST takes Turtle", Here(turtle_is_taken)),
    ("LDP-50", "without a slug the server finds a name", Here(without_slug)),
    ("LDP-51", "one dct:title is enough without constraints", Here(one_title)),
    ("LDP-52", "a deleted name is not given again for its slug", Here(deleted_slug)),
    ("LDP-53", "nor without one", Here(deleted_name)),
    ("LDP-57", "a container may be asked for as an ldp:Container", Here(container_in_body)),
    ("LDP-58", "the slug stands in the name", Here(slug)),
    ("LDP-59", "POST takes JSON-LD, and Turtle says the same", Here(json_ld)),
    (
        "LDP-82",
        "a hundred resources of one slug have a hundred names",
        Story("concurrency.rs", "a_hundred_documents_of_the_same_slug_have_a_hundred_names"),
    ),
    (
        "LDP-86",
        "whatever a slug says, the name is safe",
        Story("slug.rs", "whatever_a_slug_says_the_name_is_safe_and_inside_the_container"),
    ),
    ("LDP-88", "only a container is posted to", Here(only_to_containers)),
];

fn created(ground: &Ground) {
    let answer = ground.create().turtle("<> <a:p> 1 .").send().expect_status(201);
    let path = answer.location();
    assert!(path.starts_with(&ground.path("")), "{answer:?}");
    ground.get(&path).send().expect_status(200);
}

fn listed(ground: &Ground) {
    let path = ground.created("<> <a:p> 1 .");
    assert!(ground.lists(&path), "{:?}", ground.says(ground.container()));
}

/// What is asked for as a plain resource, though it calls itself a container, by `POST` and `PUT`.
fn plain(ground: &Ground) -> [String; 2] {
    let send = |request: Request| {
        let body = turtle("<> a ldp:BasicContainer, ldp:Container ; dct:title \"Simple\" .");
        let request = request.header("Link", &model("Resource")).turtle(body);
        request.send().expect_status(201).location()
    };
    [send(ground.create()), send(ground.put(&ground.path("put")))]
}

// LDP 5.2.3.4: "If the request header specifies an LDPR interaction model, then the server MUST
// handle subsequent requests to the newly created resource's URI as if it is a LDPR (even if the
// content contains an rdf:type triple indicating a type of LDPC)".
// https://www.w3.org/TR/ldp/#ldpc-post-createrdf
fn plain_refuses_post(ground: &Ground) {
    for path in plain(ground) {
        ground.post(&path).turtle("<> <a:p> 1 .").send().expect_status(405);
        assert!(ground.holds(&path, "<> <a> <ldp:BasicContainer>"), "{:?}", ground.says(&path));
        let read = ground.get(&path).send().body;
        ground.put(&path).turtle(read).send().expect_status(204);
    }
    let link = model("BasicContainer");
    let container = ground.create().header("Link", &link).turtle(turtle("<> dct:title \"C\" ."));
    let container = container.send().expect_status(201).location();
    ground.post(&container).turtle("<> <a:p> 1 .").send().expect_status(201);
    let put = ground.path("container");
    ground.put(&put).header("Link", &link).turtle("").send().expect_status(201);
    ground.post(&put).turtle("<> <a:p> 1 .").send().expect_status(201);
}

fn plain_shows_no_container(ground: &Ground) {
    for path in plain(ground) {
        for answer in [ground.get(&path), ground.head(&path), ground.options(&path)] {
            let answer = answer.send();
            assert!(is_a(&answer, "Resource"), "{answer:?}");
            for kind in ["Container", "BasicContainer"] {
                assert!(!is_a(&answer, kind), "{answer:?}");
            }
            assert_eq!(answer.header("accept-post"), "");
            assert!(!answer.header("allow").contains("POST"), "{answer:?}");
        }
    }
}

fn unknown_model(ground: &Ground) {
    let before = ground.says(ground.container());
    for link in
        [model("SpiralContainer"), model("Page"), format!("{}, {}", model("Resource"), model("X"))]
    {
        for request in [ground.create(), ground.put(&ground.path("odd"))] {
            let answer = request.header("Link", &link).turtle("<> <a:p> 1 .").send();
            assert!((400..500).contains(&answer.status), "{link}: {answer:?}");
            assert!(answer.headers("link").any(|own| own.contains(CONSTRAINED_BY)), "{answer:?}");
        }
    }
    assert_eq!(ground.says(ground.container()), before);
    let document = ground.resource();
    let late = ground.put(&document).header("Link", &model("BasicContainer"));
    late.turtle("<> <a:p> 1 .").send().expect_status(409);
    // What is no model of LDP is somebody else's type.
    let other = ground.create().header("Link", "<http://e.example/Thing>; rel=\"type\"");
    assert_eq!(other.turtle("<> <a:p> 1 .").status(), 201);
}

fn turtle_is_taken(ground: &Ground) {
    for content_type in ["text/turtle", "text/turtle; charset=utf-8", "Text/Turtle"] {
        let answer = ground.create().body(content_type, turtle("<> e:p \"é\" .")).send();
        let path = answer.expect_status(201).location();
        assert!(ground.holds(&path, "<> <e:p> \"é\""), "{content_type}");
    }
}

fn without_slug(ground: &Ground) {
    let (one, other) = (ground.created("<> <a:p> 1 ."), ground.created("<> <a:p> 1 ."));
    assert_ne!(one, other);
}

fn one_title(ground: &Ground) {
    let path = ground.created("<> dct:title \"Seul\" .");
    assert!(ground.holds(&path, "<> <dct:title> \"Seul\""));
}

fn deleted_slug(ground: &Ground) {
    let post = || {
        let request = ground.create().header("Slug", "once").turtle("<> <a:p> 1 .");
        request.send().expect_status(201).location()
    };
    let first = post();
    ground.delete(&first).send().expect_status(204);
    assert_ne!(post(), first);
    ground.get(&first).send().expect_status(410);
}

fn deleted_name(ground: &Ground) {
    let first = ground.created("<> dct:title \"Nom\" .");
    ground.delete(&first).send().expect_status(204);
    assert_ne!(ground.created("<> dct:title \"Nom\" ."), first);
}

fn container_in_body(ground: &Ground) {
    let path = ground.created("<> a ldp:Container ; dct:title \"C\" .");
    for kind in ["Container", "BasicContainer"] {
        assert!(ground.holds(&path, &format!("<> <a> <ldp:{kind}>")), "{:?}", ground.says(&path));
    }
    ground.post(&path).turtle("<> <a:p> 1 .").send().expect_status(201);
}

fn slug(ground: &Ground) {
    let answer = ground.create().header("Slug", "un-nom").turtle("<> <a:p> 1 .").send();
    assert_eq!(answer.expect_status(201).location(), ground.path("un-nom"));
}

fn json_ld(ground: &Ground) {
    let body = r#"{"@id": "", "http://purl.org/dc/terms/title": "JSON", "http://e.example/p": {"@id": "x"}}"#;
    let created = ground.create().body(JSON_LD, body).send().expect_status(201);
    let path = created.location();
    let folder = iri(ground.container());
    for line in ["<> <dct:title> \"JSON\"".to_owned(), format!("<> <e:p> <{folder}/x>")] {
        assert!(ground.holds(&path, &line), "{line}: {:?}", ground.says(&path));
    }
    for answer in [created, ground.get(&path).send()] {
        assert!(!is_a(&answer, "NonRDFSource"), "{answer:?}");
    }
}

fn only_to_containers(ground: &Ground) {
    let refused = ground.post(&ground.resource()).turtle("<> <a:p> 1 .").send();
    let refused = refused.expect_status(405);
    assert_eq!(refused.header("allow"), "GET, HEAD, OPTIONS, PUT, PATCH, DELETE");
    ground.post(&ground.path("none")).turtle("<> <a:p> 1 .").send().expect_status(404);
}
