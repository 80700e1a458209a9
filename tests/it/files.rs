//! Files: what is sent comes back and runs nowhere; bytes are on disk exactly as long as a document
//! refers to them.

use crate::graph::iri;
use crate::http::Response;
use crate::server::{BASE, Folder, Server};
use expect_test::expect;
use std::path::PathBuf;

const PNG: &str = "image/png";
const TEXT: &str = "text/plain; charset=utf-8";

#[track_caller]
fn upload(server: &Server, container: &str, name: &str, media_type: &str, bytes: &str) -> Response {
    server.post(container).header("Slug", name).body(media_type, bytes).send().expect_status(201)
}

/// The contents on disk.
fn contents(folder: &Folder) -> Vec<PathBuf> {
    let files = std::fs::read_dir(folder.data().join("files")).expect("the folder is there");
    let mut paths: Vec<_> = files.map(|file| file.expect("it can be read").path()).collect();
    paths.sort_unstable();
    paths
}

#[test]
fn a_file_is_described_in_the_words_of_semapps() {
    let server = Server::shared();
    let path = upload(&server, "/files", "Été 2026.PNG", PNG, "bytes").location();
    assert_eq!(path, "/files/ete-2026.png");
    let described = server.get(&path).accept("application/ld+json").send().expect_status(200);
    assert_eq!(described.header("content-location"), iri("/files/ete-2026.png.meta"));
    assert_eq!(described.header("vary"), "Accept, Authorization, Cookie");
    let mut json = described.json();
    for varying in ["dc:created", "dc:modified"] {
        assert!(json.as_object_mut().expect("an object").remove(varying).is_some(), "{varying}");
    }
    expect![[r#"
        {
          "@context": [
            "https://www.w3.org/ns/activitystreams",
            "http://registre.example/.well-known/context.jsonld"
          ],
          "id": "http://registre.example/files/ete-2026.png",
          "type": [
            "semapps:File",
            "ldp:NonRDFSource"
          ],
          "dcat:byteSize": 5,
          "semapps:mimeType": "image/png",
          "schema:sha256": "277089d91c0bdf4f2e6862ba7e4a07605119431f5d13f726dd352b06f1b206a9",
          "semapps:fileName": "Été 2026.PNG"
        }"#]]
    .assert_eq(&format!("{json:#}"));
}

#[test]
fn a_client_adds_to_a_description_but_changes_no_fact() {
    let server = Server::shared();
    let path = upload(&server, "/files", "licence", TEXT, "libre").location();
    let meta = format!("{path}.meta");
    let described = server.get(&meta).send().expect_status(200);
    let more = format!("{}\n<{}> dc:title \"Un fichier\" .\n", described.body, iri(&path));
    let tag = described.header("etag");
    let put = server.put(&meta).header("If-Match", tag).turtle(more).send().expect_status(204);
    let title = format!(
        "PREFIX dct: <http://purl.org/dc/terms/>
        DELETE DATA {{ <{0}> dct:title \"Un fichier\" }} ; INSERT DATA {{ <{0}> dct:title \"Le fichier\" }}",
        iri(&path)
    );
    let patched = server.patch(&meta).header("If-Match", put.header("etag"));
    patched.body("application/sparql-update", title).send().expect_status(204);
    let read = server.get(&meta).accept("application/n-triples").send().body;
    assert!(read.contains("\"Le fichier\"") && !read.contains("\"Un fichier\""), "{read}");
    assert_eq!(server.get(&path).send().body, "libre");
    for fact in ["schema:sha256 \"00\"", "semapps:mimeType \"text/html\"", "dcat:byteSize 1"] {
        let body = format!(
            "@prefix schema: <http://schema.org/> . @prefix dcat: <http://www.w3.org/ns/dcat#> .
            @prefix semapps: <http://semapps.org/ns/core#> . <{}> {fact} .",
            iri(&path)
        );
        let refused = server.put(&meta).turtle(body).send().expect_status(409);
        assert!(refused.headers("link").any(|link| link.contains("constrainedBy")), "{refused:?}");
    }
    let patch = format!("INSERT DATA {{ <{}> <http://schema.org/sha256> \"00\" }}", iri(&path));
    server.patch(&meta).body("application/sparql-update", patch).send().expect_status(409);
    server.delete(&meta).send().expect_status(405);
    assert_eq!(server.get(&path).send().header("content-type"), TEXT);
}

#[test]
fn what_could_run_is_never_shown_in_its_place() {
    let server = Server::shared();
    for (media_type, disposition) in [
        (PNG, "inline"),
        ("Image/JPEG", "inline"),
        ("application/pdf", "inline"),
        (TEXT, "inline"),
        ("video/mp4", "inline"),
        ("text/html", "attachment"),
        ("text/html; charset=utf-8", "attachment"),
        ("image/svg+xml", "attachment"),
        ("application/xhtml+xml", "attachment"),
        ("text/xml", "attachment"),
        ("text/javascript", "attachment"),
        ("application/x-unknown", "attachment"),
    ] {
        let posted = upload(&server, "/sandbox", "l'œuvre", media_type, "<script>x()</script>");
        let read = server.get(&posted.location()).send().expect_status(200);
        let told = format!("{disposition}; filename*=UTF-8''l%27%C5%93uvre");
        assert_eq!(read.header("content-disposition"), told, "{media_type}");
        assert_eq!(read.header("content-type"), media_type);
        assert_eq!(read.header("x-content-type-options"), "nosniff");
        let policy = read.header("content-security-policy");
        assert_eq!(policy.starts_with("sandbox;"), disposition == "attachment", "{read:?}");
    }
}

#[test]
fn a_form_brings_one_file() {
    let server = Server::shared();
    let part = |name: &str| {
        format!(
            "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\
             Content-Type: {PNG}\r\n\r\noctets\r\n"
        )
    };
    let field = "--b\r\nContent-Disposition: form-data; name=\"note\"\r\n\r\nune note\r\n";
    let post = |body: String| {
        let form = "multipart/form-data; boundary=b";
        server.post("/files").body(form, format!("{body}--b--\r\n")).send()
    };
    let posted = post(format!("{field}{}", part("Plan du lieu.png"))).expect_status(201);
    assert_eq!(posted.location(), "/files/plan-du-lieu.png");
    let read = server.get(&posted.location()).send().expect_status(200);
    assert_eq!((read.header("content-type"), &*read.body), (PNG, "octets"));
    for refused in [field.to_owned(), format!("{}{}", part("a.png"), part("b.png")), part("a\r\n")]
    {
        post(refused).expect_status(400);
    }
    server.post("/files").body("multipart/form-data", part("a.png")).send().expect_status(400);
}

#[test]
fn who_may_not_write_sends_nothing_to_the_disk() {
    let folder = Folder::new();
    let config = folder.path().join("codesocial.toml");
    std::fs::write(&config, "[ldp]\nfile_bytes_max = 1000\n").expect("the folder can be written");
    let config = config.to_str().expect("a path of the system's is UTF-8");
    let server = folder.serve(&["--base", BASE, "--config", config]);
    let large = "x".repeat(1001);
    let post = |path: &str| server.anonymous("POST", path).body(PNG, "octets").send();
    post("/files").expect_status(401);
    post("/absent").expect_status(401);
    server.post("/files").body(PNG, &*large).send().expect_status(413);
    server.put("/files/x.png").body(PNG, &*large).send().expect_status(413);
    for path in ["/absent", "/absent/x"] {
        server.post(path).body(PNG, "octets").send().expect_status(404);
    }
    server.put("/absent/x.png").body(PNG, "octets").send().expect_status(409);
    for path in ["/shapes/x", "/ns", "/files/x.acl"] {
        let status = server.put(path).body(PNG, "octets").status();
        assert!([403, 405, 415].contains(&status), "{path}: {status}");
    }
    let organization = "<> a <http://virtual-assembly.org/ontologies/pair#Organization> ;
        <http://virtual-assembly.org/ontologies/pair#label> \"L\" .";
    server.put("/organizations/l").turtle(organization).send().expect_status(201);
    server.put("/organizations/l").body(PNG, "octets").send().expect_status(415);
    assert_eq!(contents(&folder), Vec::<PathBuf>::new());
    server.post("/files").body(PNG, &large[..1000]).send().expect_status(201);
    assert_eq!(contents(&folder).len(), 1);
}

#[test]
fn an_access_document_decides_on_the_bytes_and_on_the_description() {
    let server = Server::empty();
    let path = upload(&server, "/files", "secret", TEXT, "0123456789").location();
    let meta = format!("{path}.meta");
    let read = server.get(&path).send().expect_status(200);
    let tag = read.header("etag").to_owned();
    let acl = iri(&format!("{path}.acl"));
    for told in [&read, &server.get(&meta).send(), &server.options(&path).send()] {
        assert!(told.links(&acl, "acl"), "{told:?}");
        assert_eq!(told.header("wac-allow"), "user=\"read\", public=\"read\"");
    }
    let for_administrators = format!(
        "@prefix acl: <http://www.w3.org/ns/auth/acl#> .
        <#a> a acl:Authorization ; acl:agentGroup <{BASE}#administrators> ; acl:accessTo <{}> ;
            acl:mode acl:Read, acl:Write, acl:Control .",
        iri(&path)
    );
    server.put(&format!("{path}.acl")).turtle(for_administrators).send().expect_status(201);
    for (path, absent) in [(&*path, "/files/absent"), (&meta, "/files/absent.meta")] {
        let answers = |path: &str| {
            [
                server.get(path).send(),
                server.head(path).send(),
                server.get(path).header("Range", "bytes=0-3").send(),
                server.get(path).header("If-None-Match", &tag).send(),
                server.get(path).accept("application/ld+json").send(),
                server.options(path).send(),
            ]
            .map(|told| {
                (told.status, told.header("allow").to_owned(), told.headers("link").count())
            })
        };
        assert_eq!(answers(path), answers(absent), "unreadable is as absent: {path}");
    }
    let listed = |answer: Response| answer.expect_status(200).body.contains("files/secret");
    assert!(!listed(server.get("/files").send()));
    assert!(listed(server.get("/files").admin().send()));
    assert_eq!(server.get(&path).admin().send().expect_status(200).body, "0123456789");
    server.get(&meta).admin().send().expect_status(200);
    server.delete(&format!("{path}.acl")).send().expect_status(204);
    server.get(&path).header("If-None-Match", &tag).send().expect_status(304);
}

#[test]
fn bytes_go_with_the_last_document_that_refers_to_them() {
    let folder = Folder::new();
    let server = Server::empty_in(&folder);
    let same = |name: &str| upload(&server, "/files", name, TEXT, "les mêmes").location();
    let (one, other) = (same("un.txt"), same("autre.txt"));
    assert_eq!(contents(&folder).len(), 1, "one content, whatever refers to it");
    server.delete(&one).send().expect_status(204);
    assert_eq!(server.get(&other).send().body, "les mêmes");
    server.put(&other).body(TEXT, "autre").send().expect_status(204);
    assert_eq!(contents(&folder).len(), 1, "what was replaced is gone");
    server.delete(&other).send().expect_status(204);
    server.get(&other).send().expect_status(410);
    assert_eq!(contents(&folder), Vec::<PathBuf>::new());
}

#[test]
fn bytes_without_an_entry_go_at_the_next_start() {
    let folder = Folder::new();
    drop(Server::empty_in(&folder).stop());
    let mut server = folder.serve(&["--crash-at", "before-journal-commit:1"]);
    let sent = server.post("/files").body(TEXT, "orphelin").try_send();
    assert!(sent.is_err() && server.has_crashed(), "it dies before the entry is written");
    assert_eq!(contents(&folder).len(), 1, "the bytes were there before the entry");
    std::fs::write(folder.data().join("files/x.partial"), "half").expect("it can be written");
    let told = String::from_utf8_lossy(&folder.run("verify", &[]).stdout).into_owned();
    assert!(told.contains("2 files that nothing refers to"), "{told}");
    let server = folder.serve(&[]);
    assert_eq!(contents(&folder), Vec::<PathBuf>::new());
    let kept = upload(&server, "/files", "gardé", TEXT, "gardé").location();
    drop(server);
    let server = folder.serve(&[]);
    assert_eq!(server.get(&kept).send().expect_status(200).body, "gardé");
}

#[test]
fn a_backup_holds_the_files_and_verify_tells_what_is_wrong_with_them() {
    let folder = Folder::new();
    let server = Server::empty_in(&folder);
    let path = upload(&server, "/files", "acte", TEXT, "signé").location();
    let backup = folder.path().join("backup");
    let made = folder.run("backup", &["--to", backup.to_str().expect("UTF-8")]);
    assert!(made.status.success(), "{made:?}");
    let verified = folder.run("verify", &[]);
    let told = String::from_utf8_lossy(&verified.stdout).into_owned();
    assert!(told.contains("1 files, 6 bytes, are what their digests say"), "{told}");
    drop(server);

    let restored = Folder::new();
    let done = restored.run("restore", &["--from", backup.to_str().expect("UTF-8")]);
    assert!(done.status.success(), "{done:?}");
    let server = restored.serve(&[]);
    assert_eq!(server.get(&path).send().expect_status(200).body, "signé");
    drop(server);

    let [content] = &contents(&restored)[..] else { unreachable!("one content") };
    std::fs::write(content, "autre").expect("it can be written");
    let refused = |told: &str| {
        let output = restored.run("verify", &[]);
        let error = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success() && error.contains(told), "{error}");
        assert!(error.contains(&iri(&path)), "{error}");
        let to = restored.path().join("refused");
        assert!(!restored.run("backup", &["--to", to.to_str().expect("UTF-8")]).status.success());
    };
    refused("are others");
    std::fs::remove_file(content).expect("it is there");
    refused("are missing");
}
