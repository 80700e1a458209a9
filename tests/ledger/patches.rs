//! `PATCH`: what the programs of others send, and what no patch may do.

use crate::ground::{Ground, TURTLE, UPDATE};
use crate::{Proof::Here, Row};
use codesocial_tests::graph::iri;

pub(crate) const ROWS: &[Row] = &[
    ("LDP-84", "an unknown kind of patch is 415, an unknown form 406", Here(unknown_types)),
    ("LDP-89", "the patches that clients write do what they say, whole", Here(patches_of_clients)),
    ("LDP-90", "a patch reaches no other graph and nothing of the server's", Here(no_injection)),
];

fn unknown_types(ground: &Ground) {
    let path = ground.resource();
    for content_type in ["text/plain", TURTLE, "application/json-patch+json", "application/json"] {
        let answer = ground.patch(&path).body(content_type, "x").send().expect_status(415);
        assert_eq!(answer.header("accept-patch"), "application/sparql-update, text/n3");
    }
    for accept in ["image/png", "text/turtle;q=0"] {
        ground.get(&path).accept(accept).send().expect_status(406);
    }
}

fn patches_of_clients(ground: &Ground) {
    let document = iri(&ground.path("patched"));
    let rows: [(&str, String, &[&str]); 6] = [
        (
            "@inrupt/solid-client",
            format!(
                "DELETE DATA {{<{document}> <http://e.example/p> \"a\".}}; \
                     INSERT DATA {{<{document}> <http://e.example/p> \"b\".}};"
            ),
            &["\"b\""],
        ),
        (
            "rdflib",
            format!(
                "DELETE DATA {{ <{document}> <http://e.example/p> \"a\" .\n }} \n ; \
                     INSERT DATA {{ <{document}> <http://e.example/p> \"b\" .\n }} "
            ),
            &["\"b\""],
        ),
        (
            "SemApps",
            format!(
                "INSERT DATA {{ <{document}> <http://e.example/p> \"b\" . }};\n\
                     DELETE DATA {{ <{document}> <http://e.example/p> \"a\" . }}"
            ),
            &["\"b\""],
        ),
        (
            "several insertions",
            "INSERT DATA { <> <http://e.example/p> \"b\", \"c\" }".to_owned(),
            &["\"a\"", "\"b\"", "\"c\""],
        ),
        (
            "a condition",
            "DELETE { ?s ?p \"a\" } INSERT { ?s ?p \"b\" } WHERE { ?s ?p \"a\" }".to_owned(),
            &["\"b\""],
        ),
        ("what is absent", "DELETE DATA { <> <http://e.example/p> \"z\" }".to_owned(), &["\"a\""]),
    ];
    let path = ground.path("patched");
    for (client, patch, values) in rows {
        let written = ground.put(&path).turtle("<> <http://e.example/p> \"a\" .").send();
        assert!([201, 204].contains(&written.status), "{written:?}");
        ground.patch(&path).body(UPDATE, patch).send().expect_status(204);
        let wanted: Vec<String> = values.iter().map(|value| format!("<> <e:p> {value}")).collect();
        let mut said = ground.says(&path);
        said.retain(|line| line.contains("<e:p>"));
        assert_eq!(said, wanted, "{client}");
    }
    // The first half would hold: nothing of it is kept.
    let half = "INSERT DATA { <> <http://e.example/p> \"x\" } ; \
                INSERT DATA { <> <http://purl.org/dc/terms/created> \"x\" }";
    let before = ground.says(&path);
    ground.patch(&path).body(UPDATE, half).send().expect_status(409);
    assert_eq!(ground.says(&path), before);
}

fn no_injection(ground: &Ground) {
    let (path, victim) = (ground.resource(), ground.written("victim", "<> e:p 1 ."));
    let other = iri(&victim);
    let before = [ground.says(&path), ground.says(&victim)];
    for (patch, status) in [
        (format!("INSERT DATA {{ GRAPH <{other}> {{ <{other}> <a:p> 2 }} }}"), 422),
        (format!("WITH <{other}> DELETE {{ ?s ?p ?o }} WHERE {{ ?s ?p ?o }}"), 422),
        (format!("CLEAR GRAPH <{other}>"), 422),
        ("DROP ALL".to_owned(), 422),
        (format!("MOVE <{other}> TO <http://e.example/g>"), 422),
        ("LOAD <http://127.0.0.1:1/x>".to_owned(), 403),
        (
            "INSERT { <> <a:p> ?o } WHERE { SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }"
                .to_owned(),
            403,
        ),
        ("INSERT DATA { <> <http://www.w3.org/ns/ldp#contains> <x> }".to_owned(), 409),
        ("INSERT DATA { <> <http://purl.org/dc/terms/modified> \"x\" }".to_owned(), 409),
        ("INSERT DATA { <> a <http://www.w3.org/ns/ldp#Container> }".to_owned(), 409),
        ("INSERT DATA { <> <a:p> } ; } DROP ALL".to_owned(), 400),
    ] {
        let answer = ground.patch(&path).body(UPDATE, patch.as_str()).send();
        assert_eq!(answer.status, status, "{patch}: {answer:?}");
    }
    assert_eq!([ground.says(&path), ground.says(&victim)], before);
}
