//! What the policy of a shapes graph makes of a violation, and what a change of shapes does.

use crate::server::{Folder, Server};
use crate::stories::{PREFIXES, organization};
use sha2::{Digest as _, Sha256};
use std::fs;

const REPORT: &str = "https://w3id.org/codesocial/ns#report";
const PONDS: &str = "/shapes/ponds";

/// Organisations have a comment, says a graph of that policy.
fn ponds(policy: &str, severity: &str) -> String {
    format!(
        "{PREFIXES}@prefix sh: <http://www.w3.org/ns/shacl#> .
         <> cs:policy cs:{policy} .
         <#Pond> a sh:NodeShape ; sh:targetClass pair:Organization ; sh:property <#comment> .
         <#comment> a sh:PropertyShape ; sh:path pair:comment ; sh:minCount 1 ;
           sh:severity sh:{severity} ; sh:message \"Dire ce que c'est.\"@fr, \"Say it.\"@en ."
    )
}

fn with_comment(label: &str) -> String {
    format!("{} <> pair:comment \"Un lac\"@fr, \"A lake\"@en .", organization(label))
}

/// Whether the stored results of a document name the rule.
#[track_caller]
fn is_told(server: &Server, path: &str) -> bool {
    let report = server.get(&format!("{path}?report")).accept("text/turtle").send();
    report.expect_status(200).body.contains("ponds#comment")
}

#[test]
fn each_policy_decides_what_a_violation_does() {
    let server = Server::empty();
    let rows = [
        // policy, severity; an old violation edited, a new one, told
        ("enforce", "Violation", 422, 422, true),
        ("no-worse", "Violation", 204, 422, true),
        ("warn", "Violation", 204, 201, true),
        ("off", "Violation", 204, 201, false),
        ("enforce", "Warning", 204, 201, true),
        ("no-worse", "Info", 204, 201, true),
        ("off", "Warning", 204, 201, false),
    ];
    for (n, (policy, severity, edited, created, told)) in rows.into_iter().enumerate() {
        let row = format!("{policy} {severity}");
        server.put(PONDS).turtle(ponds("warn", "Violation")).status();
        let old = format!("/organizations/old-{n}");
        let accepted = server.put(&old).turtle(organization("Vieux")).send().expect_status(201);
        assert!(accepted.links(&format!("http://registre.example{old}?report"), REPORT), "{row}");
        let changed = server.put(PONDS).turtle(ponds(policy, severity)).send();
        assert!([204, 201].contains(&changed.status), "{row}: the old is no news: {changed:?}");
        assert_eq!(is_told(&server, &old), told, "{row}");
        assert_eq!(server.put(&old).turtle(organization("Autre")).status(), edited, "{row}");
        assert_eq!(is_told(&server, &old), told, "{row}");
        let new = format!("/organizations/new-{n}");
        let answer = server.put(&new).turtle(organization("Neuf")).send().expect_status(created);
        let report = format!("http://registre.example{new}?report");
        assert_eq!(answer.links(&report, REPORT), told && created == 201, "{row}: {answer:?}");
        let mended = server.put(&old).turtle(with_comment("Mieux")).send();
        assert!(mended.expect_status(204).headers("link").all(|l| !l.contains(REPORT)), "{row}");
        assert!(!is_told(&server, &old), "{row}");
    }
}

#[test]
fn an_edit_under_no_worse_may_leave_what_was_wrong_and_add_nothing() {
    let server = Server::empty();
    let shape = format!(
        "{} <#Pond> sh:property <#home> .
         <#home> a sh:PropertyShape ; sh:path pair:homePage ; sh:minCount 1 .",
        ponds("warn", "Violation")
    );
    server.put(PONDS).turtle(&*shape).send().expect_status(201);
    let home = " <> pair:homePage <https://lac.example/> .";
    let path = "/organizations/lac";
    server.put(path).turtle(organization("Lac") + home).send().expect_status(201);
    server.put(PONDS).turtle(shape.replace("cs:warn", "cs:no-worse")).send().expect_status(204);
    server.put(path).turtle(organization("Grand lac") + home).send().expect_status(204);
    let worse = server.put(path).turtle(organization("Lac")).accept("text/plain").send();
    let report = worse.expect_status(422).body;
    assert!(report.contains("homePage") && !report.contains("comment"), "{report}");
}

#[test]
fn a_change_of_shapes_is_refused_with_the_list_of_what_fails() {
    let server = Server::empty();
    for name in ["lac", "rive"] {
        let path = format!("/organizations/{name}");
        server.put(&path).turtle(organization(name)).send().expect_status(201);
    }
    server.put("/organizations/net").turtle(with_comment("Net")).send().expect_status(201);
    let strict = ponds("enforce", "Violation");
    let refused = server.put(PONDS).turtle(&*strict).accept("text/turtle").send();
    let report = refused.expect_status(422).body;
    assert!(report.contains("organizations/lac") && report.contains("organizations/rive"));
    assert!(!report.contains("organizations/net"), "{report}");
    assert_eq!(server.get(PONDS).status(), 404, "a refusal leaves nothing behind");
    server.put(PONDS).turtle(ponds("no-worse", "Violation")).send().expect_status(201);
    assert!(is_told(&server, "/organizations/lac") && !is_told(&server, "/organizations/net"));
    server.delete(PONDS).send().expect_status(204);
    assert!(!is_told(&server, "/organizations/lac"), "with the shape its results go");
    server.put("/organizations/neuf").turtle(organization("Neuf")).send().expect_status(201);
}

#[test]
fn a_shape_that_is_worded_otherwise_keeps_its_results_and_tells_them_so() {
    let server = Server::empty();
    server.put(PONDS).turtle(ponds("warn", "Violation")).send().expect_status(201);
    server.put("/organizations/lac").turtle(organization("Lac")).send().expect_status(201);
    let worded = ponds("enforce", "Violation").replace("Say it.", "Tell us what it is.")
        + " <#Pond> skos:prefLabel \"Ponds\" ; cs:rule \"X1\" .";
    server.put(PONDS).turtle(worded).send().expect_status(204);
    let report = server.get("/organizations/lac?report").accept("text/plain");
    let report = report.header("Accept-Language", "en").send().expect_status(200).body;
    assert!(report.contains("Tell us what it is.") && !report.contains("Say it."), "{report}");
    let twice = ponds("enforce", "Violation").replace("sh:minCount 1", "sh:minCount 2");
    let refused = server.put(PONDS).turtle(&*twice).accept("text/plain").send();
    assert!(!refused.expect_status(204).body.contains("lac"), "the same constraint failed before");
    let output = server.stop().run("verify", &["--shapes"]);
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(told.contains("1 stored results of entry"), "{told}");
}

#[test]
fn shapes_are_written_by_the_administrator_whole_and_well_formed() {
    let server = Server::empty();
    let body = ponds("no-worse", "Violation");
    server.anonymous("PUT", PONDS).turtle(&*body).send().expect_status(401);
    server.put(PONDS).turtle(&*body).send().expect_status(201);
    let tag = server.get(PONDS).send().expect_status(200).header("etag").to_owned();
    let stale = server.put(PONDS).header("If-Match", "\"stale\"").turtle(&*body);
    stale.send().expect_status(412);
    for wrong in [
        body.replace("sh:minCount 1", "sh:minCount -1"),
        body.replace("cs:no-worse", "cs:sometimes"),
        format!("{body} <> cs:policy cs:warn ."),
        format!("{body} <#comment> sh:expression 1 ; sh:sparql [ sh:select \"SELECT\" ] ."),
    ] {
        let refused = server.put(PONDS).header("If-Match", &tag).turtle(&*wrong).send();
        let told = refused.expect_status(422).body;
        assert!(told.contains("malformed-shapes") && told.contains("ponds"), "{told}");
        assert_eq!(server.get(PONDS).send().header("etag"), tag, "the shapes in force stay");
    }
    let patch = "PREFIX cs: <https://w3id.org/codesocial/ns#> DELETE DATA { <> cs:policy \
        cs:no-worse } ; INSERT DATA { <> cs:policy cs:off }";
    let patch = server.patch(PONDS).body("application/sparql-update", patch);
    patch.header("If-Match", &tag).send().expect_status(204);
    assert!(server.get(PONDS).send().body.contains("cs:off"));
    server.post(PONDS).turtle(&*body).send().expect_status(405);
}

#[test]
fn a_restart_keeps_policies_shapes_and_results() {
    let server = Server::empty();
    server.put(PONDS).turtle(ponds("warn", "Violation")).send().expect_status(201);
    server.put("/organizations/lac").turtle(organization("Lac")).send().expect_status(201);
    let patch = "INSERT DATA { <> <https://w3id.org/codesocial/ns#policy> \
        <https://w3id.org/codesocial/ns#warn> }";
    let own = server.patch("/shapes/actors").body("application/sparql-update", patch);
    own.send().expect_status(204);
    server.delete("/shapes/coherence").send().expect_status(204);
    let report = "/organizations/lac?report";
    let before = server.get(report).accept("text/plain").send().expect_status(200).body;
    let mut server = server.stop().serve(&[]);
    for _ in 0..2 {
        let after = server.get(report).accept("text/plain").send().expect_status(200).body;
        assert_eq!(after, before);
        assert!(server.get("/shapes/actors").send().body.contains("cs:policy cs:warn"));
        assert_eq!(server.get("/shapes/coherence").status(), 404, "it was taken away");
        server.kill();
        server = server.folder.clone().serve(&[]);
    }
}

#[test]
fn an_old_violation_elsewhere_does_not_refuse_a_large_import() {
    let server = Server::empty();
    server.put(PONDS).turtle(ponds("warn", "Violation")).send().expect_status(201);
    server.put("/organizations/lac").turtle(organization("Lac")).send().expect_status(201);
    server.put(PONDS).turtle(ponds("enforce", "Violation")).send().expect_status(204);
    let folder: Folder = server.stop();
    let documents = |first: &str| -> String {
        let one = |n| {
            let body = if n == 0 { first } else { "pair:comment \"Un lac\"@fr ;" };
            format!(
                "<organizations/o{n}> a pair:Organization ; {body} pair:label \"O{n}\" ;
                 skos:prefLabel \"O{n}\"@fr, \"O{n}\"@en .\n"
            )
        };
        PREFIXES.to_owned() + &(0..5_000).map(one).collect::<String>()
    };
    for (first, status) in [("", 1), ("pair:comment \"Un lac\"@fr ;", 0)] {
        let path = folder.path().join("large.ttl");
        fs::write(&path, documents(first)).expect("the folder can be written");
        let output = folder.run("import", &[&path.to_string_lossy()]);
        let told = String::from_utf8_lossy(&output.stdout).into_owned();
        assert_eq!(output.status.code(), Some(status), "{told}");
        assert!(!told.contains("organizations/lac"), "{told}");
        assert_eq!(told.contains("organizations/o0 —"), status == 1, "{told}");
    }
    let server = folder.serve(&[]);
    assert!(is_told(&server, "/organizations/lac") && !is_told(&server, "/organizations/o1"));
}

#[test]
fn stored_results_are_what_full_validation_finds_and_where_not_it_is_told() {
    let verify = |folder: &Folder, status: i32| -> String {
        let output = folder.run("verify", &["--shapes"]);
        let told = [output.stdout, output.stderr].concat();
        let told = String::from_utf8_lossy(&told).into_owned();
        assert_eq!(output.status.code(), Some(status), "{told}");
        told
    };
    let server = Server::empty();
    assert!(verify(&server.folder, 0).contains("no stored results to compare"));
    server.put(PONDS).turtle(ponds("no-worse", "Violation")).send().expect_status(201);
    server.put("/organizations/net").turtle(with_comment("Net")).send().expect_status(201);
    server.put(PONDS).turtle(ponds("warn", "Violation")).send().expect_status(204);
    for name in ["lac", "rive", "parti", "mieux"] {
        let path = format!("/organizations/{name}");
        server.put(&path).turtle(organization(name)).send().expect_status(201);
    }
    server.delete("/organizations/parti").send().expect_status(204);
    server.put("/organizations/mieux").turtle(with_comment("Mieux")).send().expect_status(204);
    let folder = server.stop();
    let told = verify(&folder, 0);
    assert!(told.contains("2 stored results of entry"), "{told}");
    let files = fs::read_dir(folder.data()).expect("the directory is there");
    let files = files.map(|file| file.expect("it can be listed").path());
    let newest = files.filter(|path| path.extension().is_some_and(|end| end == "bin")).max();
    let newest = newest.expect("a server that stops writes a checkpoint");
    let mut bytes = fs::read(&newest).expect("it can be read");
    bytes.truncate(bytes.len() - 32);
    let stored = bytes.windows(4).rposition(|window| window == b"/lac");
    bytes[stored.expect("it stores the result") + 1] = b'b';
    let checksum = Sha256::digest(&bytes);
    bytes.extend_from_slice(&checksum);
    fs::write(&newest, bytes).expect("it can be written");
    let told = verify(&folder, 2);
    assert!(told.contains("found, not stored: <http://registre.example/organizations/lac>"));
    assert!(told.contains("stored, not found"), "{told}");
    let mended = folder.serve(&[]);
    assert!(is_told(&mended, "/organizations/lac"), "opening works them out anew");
}

#[test]
fn shapes_use_the_draft_of_shacl_only_where_it_is_switched_on() {
    let folder = Folder::new();
    let config = folder.path().join("codesocial.toml");
    fs::write(&config, "shacl = \"1.2\"\n").expect("the folder can be written");
    let switch = ["--base", "http://registre.example/", "--config", &*config.to_string_lossy()];
    let unique = ponds("enforce", "Violation")
        .replace("sh:property <#comment> .", "sh:uniqueValuesFor pair:homePage .");
    let mut server = folder.serve(&switch[..2]);
    let refused = server.put(PONDS).turtle(&*unique).send().expect_status(422).body;
    assert!(refused.contains("draft of SHACL 1.2, which is not switched on"), "{refused}");
    server = server.stop().serve(&switch[2..]);
    server.put(PONDS).turtle(&*unique).send().expect_status(201);
    let home = |label| organization(label) + " <> pair:homePage <https://lac.example/> .";
    server.put("/organizations/lac").turtle(home("Lac")).send().expect_status(201);
    let second = server.put("/organizations/rive").turtle(home("Rive")).send();
    assert!(second.expect_status(422).body.contains("homePage"));
    let folder = server.stop();
    let refused = folder.try_serve(&[]).map(drop).expect_err("the shapes cannot be read");
    assert!(refused.contains("shacl = \"1.2\""), "{refused}");
    folder.serve(&switch[2..]).delete(PONDS).send().expect_status(204);
    folder.serve(&[]);
}
