//! The command line: what each command prints and how it ends.

use crate::server::{BASE, Folder, Server, program};
use crate::stories::organization;
use std::fs;
use std::io::Write as _;
use std::process::{Command, Output};

#[track_caller]
fn told(output: &Output, status: i32) -> String {
    let (out, err) =
        (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.status.code(), Some(status), "{out}{err}");
    format!("{out}{err}")
}

fn file(folder: &Folder, name: &str, content: &[u8]) -> String {
    let path = folder.path().join(name);
    fs::write(&path, content).expect("the folder can be written");
    path.to_string_lossy().into_owned()
}

const SHAPES: &str = "@prefix sh: <http://www.w3.org/ns/shacl#> .
    <#S> a sh:NodeShape ; sh:targetNode <a:s> ; sh:property [ sh:path <a:p> ; sh:minCount 1 ;
      sh:message \"Il manque p.\"@fr , \"p is missing.\"@en ] .";

#[test]
fn validate_ends_with_0_1_or_2() {
    let folder = Folder::new();
    let shapes = file(&folder, "shapes.ttl", SHAPES.as_bytes());
    let good = file(&folder, "good.ttl", b"<a:s> <a:p> 1 .");
    let bad = file(&folder, "bad.ttl", b"<a:s> <a:q> 1 .");
    let broken = file(&folder, "broken.ttl", b"<a:s> <a:q");
    let ill = file(
        &folder,
        "ill.ttl",
        b"<#S> a <http://www.w3.org/ns/shacl#NodeShape> ; <http://www.w3.org/ns/shacl#targetNode> <a:s> ; <http://www.w3.org/ns/shacl#property> [ <http://www.w3.org/ns/shacl#minCount> 1 ] .",
    );
    let validate = |shapes: &str, data: &str, more: &[&str]| {
        let mut command = Command::new(program());
        command.args(["validate", "--shapes", shapes, "--data", data]).args(more);
        command.output().expect("the program runs")
    };
    told(&validate(&shapes, &good, &[]), 0);
    assert!(told(&validate(&shapes, &bad, &[]), 1).contains("Il manque p."));
    assert!(told(&validate(&shapes, &bad, &["--lang", "en"]), 1).contains("p is missing."));
    let turtle = told(&validate(&shapes, &bad, &["--format", "turtle"]), 1);
    assert!(turtle.contains("\"Il manque p.\"@fr") && turtle.contains("\"p is missing.\"@en"));
    let json = told(&validate(&shapes, &bad, &["--format", "json", "--lang", "fr"]), 1);
    assert!(json.contains("Il manque p.") && !json.contains("p is missing."), "{json}");
    told(&validate(&shapes, &broken, &[]), 2);
    told(&validate(&ill, &good, &[]), 2);
    told(&validate(&shapes, "none.ttl", &[]), 2);
}

#[test]
fn validate_says_where_in_which_file() {
    let folder = Folder::new();
    let shapes = "@prefix sh: <http://www.w3.org/ns/shacl#> .
        [] a sh:NodeShape ; sh:targetClass <urn:C> ; sh:nodeKind sh:IRI ;
          sh:property [ sh:path <urn:p> ; sh:maxCount 1 ; sh:datatype <urn:d> ] ,
            [ sh:path <urn:q> ; sh:minCount 1 ] , [ sh:path ( <urn:p> <urn:q> ) ; sh:maxCount 0 ] .";
    let shapes = file(&folder, "shapes.ttl", shapes.as_bytes());
    let text =
        b"<urn:s> a <urn:C> ;\n <urn:p> <urn:v> ,\n  1 .\n<urn:v> <urn:q> 2 .\n[] a <urn:C> .";
    let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gz.write_all(text).expect("a Vec takes all");
    let plain = file(&folder, "data.ttl", text);
    let compressed = file(&folder, "data.ttl.gz", &gz.finish().expect("a Vec takes all"));
    let json = file(&folder, "data.jsonld", br#"{"@id": "urn:s", "@type": "urn:C"}"#);
    // The value that is wrong, the property, the node; nothing of a node without a name.
    let in_turtle = [Some("3"), Some("2"), Some("2"), Some("1"), Some("1"), None, None];
    for (data, expected) in [(plain, &in_turtle[..]), (compressed, &in_turtle), (json, &[None])] {
        let mut command = Command::new(program());
        command.args(["validate", "--lang", "en", "--shapes", &shapes, "--data", &data]);
        let told = told(&command.output().expect("the program runs"), 1);
        let place = |line: &str| {
            Some(line.strip_prefix(&format!("{data}:"))?.split_once(':')?.0.to_owned())
        };
        let places: Vec<Option<String>> = told.lines().map(place).collect();
        assert_eq!(places.iter().map(Option::as_deref).collect::<Vec<_>>(), expected, "{told}");
    }
}

#[test]
fn import_adds_what_is_absent_all_or_nothing() {
    let folder = Server::empty().stop();
    let lac = organization("Lac").replace("<>", "<organizations/lac>");
    let rive = organization("Rive").replace("<>", "<organizations/rive>");
    let path = file(&folder, "lac.ttl", lac.as_bytes());
    let head = folder.head();
    told(&folder.run("import", &["--dry-run", &path]), 0);
    assert_eq!(folder.head(), head, "a dry run writes nothing");
    told(&folder.run("import", &[&path]), 0);
    let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gz.write_all(rive.as_bytes()).expect("a Vec takes all");
    let compressed = file(&folder, "rive.ttl.gz", &gz.finish().expect("a Vec takes all"));
    told(&folder.run("import", &[&compressed]), 0);
    let wrong =
        "<organizations/faux> a <http://virtual-assembly.org/ontologies/pair#Organization> .";
    let both = file(&folder, "both.ttl", format!("{wrong}\n<documents/d> <a:p> 1 .").as_bytes());
    let head = folder.head();
    assert!(told(&folder.run("import", &[&both]), 1).contains("organizations/faux"));
    assert_eq!(folder.head(), head, "all or nothing");
    told(&folder.run("import", &["none.ttl"]), 2);
    let server = folder.serve(&[]);
    assert_eq!(server.get("/organizations/lac").status(), 200);
    assert_eq!(server.get("/organizations/rive").status(), 200);
    assert_eq!(server.get("/documents/d").status(), 404);
}

#[test]
fn import_tells_what_became_of_each_document() {
    let folder = Server::empty().stop();
    let lac = organization("Lac").replace("<>", "<organizations/lac>");
    let wrong =
        "<organizations/faux> a <http://virtual-assembly.org/ontologies/pair#Organization> .";
    let homeless = "<nowhere/x> <a:p> 1 .";
    let path = file(&folder, "a.ttl", format!("{lac}\n{wrong}\n{homeless}").as_bytes());
    let report = folder.path().join("report.jsonl");
    let name = report.to_string_lossy().into_owned();
    let outcomes = || -> Vec<String> {
        let text = fs::read_to_string(&report).expect("it was written");
        let lines = text.lines().map(|line| -> serde_json::Value {
            serde_json::from_str(line).expect("each line is JSON")
        });
        let told = |line: serde_json::Value| format!("{} {}", line["outcome"], line["document"]);
        lines.map(told).collect()
    };
    let head = folder.head();
    told(&folder.run("import", &["--report", &name, &path]), 1);
    told(&folder.run("import", &["--dry-run", "--partial", "--report", &name, &path]), 1);
    let expected = [
        "\"imported\" \"http://registre.example/organizations/lac\"",
        "\"refused\" \"http://registre.example/nowhere/x\"",
        "\"refused\" \"http://registre.example/organizations/faux\"",
    ];
    assert_eq!(outcomes(), expected);
    assert_eq!(folder.head(), head, "neither wrote");
    told(&folder.run("import", &["--partial", "--report", &name, &path]), 1);
    assert_eq!(outcomes(), expected);
    let head = folder.head();
    told(&folder.run("import", &["--partial", "--report", &name, &path]), 1);
    assert!(outcomes()[0].starts_with("\"present\""), "{:?}", outcomes());
    assert_eq!(folder.head(), head, "what is there stays as it is");
}

/// More than fits in an entry, and enough for the view to be sorted anew.
#[test]
fn a_large_import_is_one_batch_and_replays_to_the_same() {
    let folder = Server::empty().stop();
    let mut text = String::new();
    for n in 0..2_500 {
        let next = (n + 1) % 2_500;
        text.push_str(&format!(
            "<documents/d{n}> <a:p> {n}, \"un\"@fr, <documents/d{next}>, [ <a:q> {n} ], \"x{n}\" .\n"
        ));
    }
    let path = file(&folder, "large.ttl", text.as_bytes());
    assert!(told(&folder.run("import", &[&path]), 0).contains("2500 documents imported"));
    let head = folder.head();
    for checkpoint in fs::read_dir(folder.data()).expect("the directory is there") {
        let path = checkpoint.expect("it can be listed").path();
        if path.extension().is_some_and(|extension| extension == "bin") {
            fs::remove_file(path).expect("it can be removed");
        }
    }
    assert_eq!(folder.head(), head, "the journal alone replays to it");
    assert!(told(&folder.run("import", &[&path]), 0).contains("2500 present"));
    let server = folder.serve(&[]);
    let count = "SELECT (COUNT(*) AS ?n) WHERE { ?s <a:p> ?o OPTIONAL { ?o <a:q> ?q } }";
    let answer = server.query(count).accept("text/csv").send().expect_status(200);
    assert_eq!(answer.body, "n\r\n12500\r\n");
}

#[test]
fn import_is_held_to_what_every_client_is() {
    let folder = Server::empty().stop();
    let head = folder.head();
    let person = "<organizations/p> a <http://xmlns.com/foaf/0.1/Person> .";
    let contains = "<seeds> <http://www.w3.org/ns/ldp#contains> <seeds/x> .";
    for (name, text, status) in [
        ("person.ttl", person, 1),
        ("contains.ttl", contains, 0),
        ("meta.trig", "<seeds.meta> { <seeds.meta> <a:p> 1 }", 2),
        ("system.trig", "<system/x> { <system/x> <a:p> 1 }", 2),
        ("elsewhere.ttl", "<urn:x> <a:p> 1 .", 2),
    ] {
        told(&folder.run("import", &[&file(&folder, name, text.as_bytes())]), status);
        assert_eq!(folder.head(), head, "{name}: nothing was written");
    }
}

#[test]
fn export_works_beside_the_server_and_can_be_imported() {
    let server = Server::empty();
    server.put("/organizations/lac").turtle(organization("Lac")).send().expect_status(201);
    server.put("/documents/d").turtle("<> <a:p> [ <a:q> 1 ] .").send().expect_status(201);
    for format in ["nquads", "trig", "turtle", "jsonld"] {
        let text = told(&server.folder.run("export", &["--format", format]), 0);
        assert!(text.contains("organizations/lac") && text.contains("documents/d"), "{text}");
    }
    let one = ["--format", "nquads", "--class", "pair:Organization"];
    let text = told(&server.folder.run("export", &one), 0);
    assert!(text.contains("organizations/lac") && !text.contains("documents/d"), "{text}");

    let target = server.folder.path().join("all.nq.gz").to_string_lossy().into_owned();
    told(&server.folder.run("export", &["--output", &target]), 0);
    let other = Server::empty().stop();
    told(&other.run("import", &[&target]), 0);
    let copy = other.serve(&[]);
    let path = "/organizations/lac";
    let query = "CONSTRUCT { ?s ?p ?o } WHERE { GRAPH <organizations/lac> { ?s ?p ?o } }";
    let said = |server: &Server| crate::graph::said(&server.query(query).send(), path);
    assert_eq!(said(&copy), said(&server));
    assert_eq!(copy.get("/documents/d").status(), 200);
}

#[test]
fn a_set_is_loaded_once_and_never_overwrites() {
    let folder = Folder::new();
    let set = folder.path().join("set");
    fs::create_dir(&set).expect("the folder can be written");
    let write = |text: &str| fs::write(set.join("a.ttl"), text).expect("the folder can be written");
    write("<documents/one> <a:p> 1 . <documents/two> <a:p> 1 .");
    let load = ["--base", BASE, "--load", &set.to_string_lossy()];
    let server = folder.serve(&load);
    server.put("/documents/one").turtle("<> <a:p> \"edited\" .").send().expect_status(204);
    server.delete("/documents/two").send().expect_status(204);
    let head = server.stop().head();
    assert_eq!(folder.serve(&load).stop().head(), head, "the journal holds the set");
    write("<documents/one> <a:p> 2 . <documents/two> <a:p> 2 . <documents/three> <a:p> 2 .");
    let server = folder.serve(&load);
    assert!(server.get("/documents/one").send().body.contains("edited"));
    assert_eq!(server.get("/documents/two").status(), 410);
    assert_eq!(server.get("/documents/three").status(), 200);
}

#[test]
fn the_administrators_token_is_shown_once_and_kept_hashed() {
    let folder = Folder::new();
    let serve = |folder: &Folder| {
        let mut command = folder.command("serve");
        command.env_remove("CODESOCIAL_ADMIN_TOKEN").args(["--listen", "256.0.0.1:0"]);
        command.output().expect("the program runs")
    };
    assert_eq!(serve(&folder).status.code(), Some(2), "an address that is none");
    assert!(!folder.data().exists(), "nothing was created");
    let server = folder.serve(&[]);
    let token = crate::http::TOKEN.as_bytes();
    let files = fs::read_dir(server.folder.data()).expect("the directory is there");
    let paths = files.map(|file| file.expect("it can be listed").path());
    for file in paths.filter(|path| path.is_file()) {
        let bytes = fs::read(file).expect("it can be read");
        assert!(!bytes.windows(token.len()).any(|window| window == token), "the token is in clear");
    }
}

#[test]
fn a_reset_token_replaces_the_one_before() {
    let server = Folder::new().serve(&["--base", BASE]);
    let reset = |folder: &Folder| {
        let mut command = Command::new(program());
        command.args(["token", "reset", "--data"]).arg(folder.data());
        command.env_remove("CODESOCIAL_ADMIN_TOKEN");
        command
    };
    let output = |mut command: Command| command.output().expect("the program runs");
    let put = |token: &str| {
        let request = server.anonymous("PUT", "/sandbox/x").turtle("<> <a:p> 1 .");
        request.header("Authorization", &format!("Bearer {token}")).status()
    };
    assert_eq!(put(crate::http::TOKEN), 201);
    let mut fixed = reset(&server.folder);
    fixed.env("CODESOCIAL_ADMIN_TOKEN", crate::http::TOKEN);
    assert!(told(&output(fixed), 2).contains("CODESOCIAL_ADMIN_TOKEN"));
    let shown = told(&output(reset(&server.folder)), 0);
    let token = shown.trim_end().rsplit(' ').next().expect("it is shown");
    assert_eq!(put(crate::http::TOKEN), 401, "at once, beside the server");
    assert_eq!(put(token), 204);
    let folder = server.stop();
    let head = folder.head();
    told(&output(reset(&folder)), 0);
    assert_eq!(folder.head(), head, "tokens are not in the journal");
    assert!(told(&output(reset(&Folder::new())), 2).contains("no journal"));
}

#[test]
fn a_configuration_file_is_read_and_its_mistakes_are_told() {
    let folder = Folder::new();
    let good =
        file(&folder, "good.toml", b"base = \"http://registre.example/\"\nbody_bytes_max = 100\n");
    let server = folder.serve(&["--config", &good]);
    let body = format!("<> <a:p> \"{}\" .", "x".repeat(100));
    assert_eq!(server.put("/sandbox/x").turtle(body).status(), 413);
    let bad = file(&folder, "bad.toml", b"bse = \"http://registre.example/\"\n");
    let refused = Folder::new().try_serve(&["--config", &bad]).map(|_| ());
    assert!(refused.expect_err("an unknown key").contains("bse"));
}

#[test]
fn check_config_tells_each_setting_and_what_would_stop_a_server() {
    let folder = Folder::new();
    let check = |text: &str, variables: &[(&str, &str)]| {
        let path = file(&folder, "codesocial.toml", text.as_bytes());
        let mut command = folder.command("check-config");
        command.args(["--config", &path]).envs(variables.iter().copied());
        command.output().expect("the program runs")
    };
    let good = "body_bytes_max = 7\n[sparql]\nrows_max = 9\n";
    let shown = told(&check(good, &[("CODESOCIAL_LISTEN", "127.0.0.1:0")]), 0);
    for line in [
        "listen = \"127.0.0.1:0\" (CODESOCIAL_LISTEN)",
        "base = none (default)",
        "body_bytes_max = 7 (file)",
        "sparql.rows_max = 9 (file)",
        "sparql.workers_public = 2 (default)",
        "sparql.cache_bytes_max = 33554432 (default)",
        "shacl = \"1.0\" (default)",
    ] {
        assert!(shown.lines().any(|shown| shown == line), "{line}: {shown}");
    }
    assert!(shown.contains("data\" (command line)"), "{shown}");
    assert!(!folder.data().exists(), "nothing is created");
    for (text, why) in [
        ("lisen = \"127.0.0.1:0\"", "did you mean «listen»?"),
        ("[sparql]\nrow_max = 1", "did you mean «sparql.rows_max»?"),
        ("[sparkle]\nx = 1", "«sparkle.x»"),
        ("colour = 1", "«colour»"),
        ("body_bytes_max = \"much\"", "body_bytes_max"),
        ("page_members_max = 0", "page_members_max is 0"),
        ("shacl = \"1.1\"", "1.2"),
        ("base = \"registre\"", "base:"),
        ("listen = \"192.0.2.1:8080\"", "listen: 192.0.2.1:8080"),
        ("= 1", "codesocial.toml"),
    ] {
        let shown = told(&check(text, &[]), 2);
        assert!(shown.contains(why), "{text}: {shown}");
    }
    told(&check("", &[("CODESOCIAL_LISTEN", "here")]), 2);
    folder.serve(&["--base", BASE]).stop();
    let free = "listen = \"127.0.0.1:0\"\n";
    let fixed = told(&check(free, &[]), 0);
    assert!(fixed.contains("base = \"http://registre.example/\" (instance)"), "{fixed}");
    let other = check(&format!("{free}base = \"http://elsewhere.example/\""), &[]);
    assert!(told(&other, 2).contains("created with http://registre.example"));
}

#[test]
fn a_taken_address_leaves_no_directory_behind() {
    let server = Server::empty();
    let folder = Folder::new();
    let mut command = folder.command("serve");
    let output = command.args(["--listen", &server.address]).output().expect("the program runs");
    assert!(told(&output, 2).contains("--listen"));
    assert!(!folder.data().exists());
}

#[test]
fn query_answers_beside_a_running_server_and_after_it() {
    let server = Server::empty();
    let lac = organization("Lac");
    server.put("/organizations/lac").turtle(lac).send().expect_status(201);
    server.put("/quizzes/q/key").turtle("<> <a:said> \"secret\" .").send().expect_status(201);
    let folder = server.folder.clone();
    let ask = |arguments: &[&str]| told(&folder.run("query", arguments), 0);
    let names = "PREFIX pair: <http://virtual-assembly.org/ontologies/pair#>
        SELECT ?o ?name { ?o a pair:Organization ; pair:label ?name }";
    let table = "o                  name\n-----------------  ----\norganizations/lac  Lac\n";
    assert_eq!(ask(&[names]), table);
    let path = file(&folder, "names.rq", names.as_bytes());
    assert_eq!(ask(&["--file", &path]), table);
    let mut command = folder.command("query");
    command.args(["--file", "-", "--format", "csv"]);
    command.stdin(fs::File::open(&path).expect("it was just written"));
    let csv = "o,name\r\nhttp://registre.example/organizations/lac,Lac\r\n";
    assert_eq!(told(&command.output().expect("the program runs"), 0), csv);
    let secret = "ASK { ?key <a:said> \"secret\" }";
    assert_eq!(ask(&[secret]), "false\n");
    assert_eq!(ask(&["--all", secret]), "true\n");
    let graph = ask(&["--format", "ntriples", "CONSTRUCT { <urn:a> <urn:b> 1 } WHERE {}"]);
    assert_eq!(graph, "<urn:a> <urn:b> \"1\"^^<http://www.w3.org/2001/XMLSchema#integer> .\n");
    drop(server);
    assert_eq!(ask(&[names]), table, "no server is needed");
}

#[test]
fn query_asks_the_saved_questions_and_says_what_it_cannot_do() {
    let folder = Server::empty().stop();
    let ask = |arguments: &[&str], status| told(&folder.run("query", arguments), status);
    let overdue = ["--question", "cq05", "--with", "day=2030-01-01", "--format", "tsv"];
    assert_eq!(ask(&overdue, 0), "?organisation\t?intention\t?due\t?late\n");
    for (arguments, why) in [
        (&["--question", "cq05", "--with", "day=hier"][..], "no value of day"),
        (&["--question", "cq05", "--with", "jour=2030-01-01"], "has no parameter jour: it has day"),
        (&["--question", "cq99"], "cq99"),
        (&["ASK {}", "--format", "turtle"], "answers with rows: --format table"),
        (&["DESCRIBE <a>", "--format", "csv"], "answers with a graph: --format turtle"),
        (&["SELECT"], "cannot be read"),
        (&["--file", "none.rq"], "none.rq"),
        (&[], "--question"),
    ] {
        let told = ask(arguments, 2);
        assert!(told.contains(why), "{arguments:?}: {told}");
    }
}
