//! The `Slug` header: a hint, never a path. <https://www.rfc-editor.org/rfc/rfc5023#section-9.7>

use crate::server::Server;

#[test]
fn whatever_a_slug_says_the_name_is_safe_and_inside_the_container() {
    let server = Server::empty();
    let long = "x".repeat(10_000);
    let rows: &[(&[u8], &str)] = &[
        (b"simple", "simple"),
        (b"simple", "simple-2"),
        (b"../../etc/passwd", "etc-passwd"),
        (b"%2e%2e%2fetc", "etc"),
        (b"a/b", "a-b"),
        (b"x.acl", "x-acl"),
        (b"x.meta", "x-meta"),
        (b"Assembl%C3%A9e Virtuelle", "assemblee-virtuelle"),
        ("Forêt".as_bytes(), "foret"),
        (b"Caf\xe9", "caf"),
        (b"#b-0123456789abcdef", "b-0123456789abcdef"),
        (b"?report", "report"),
        (b"CON", "con"),
        (b".git", "git"),
        (b"a%00c", "a-c"),
        (long.as_bytes(), &long[..64]),
    ];
    for (slug, name) in rows {
        let request = server.post("/sandbox").header_bytes("Slug", slug).turtle("<> <a:p> 1 .");
        let shown = String::from_utf8_lossy(&slug[..slug.len().min(40)]);
        assert_eq!(request.send().location(), format!("/sandbox/{name}"), "{shown}");
    }
}

#[test]
fn where_nothing_is_left_of_a_slug_the_name_is_random() {
    let server = Server::empty();
    for slug in ["🎉", "日本語", "%00", "/", ""] {
        let location =
            server.post("/sandbox").header("Slug", slug).turtle("<> <a:p> 1 .").send().location();
        let name = location.strip_prefix("/sandbox/").expect("inside the container");
        assert_eq!(name.len(), 26, "{slug}: {name}");
        assert!(name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit()), "{name}");
    }
}

#[test]
fn without_a_slug_the_label_gives_the_name() {
    let server = Server::empty();
    let body = "<> <http://purl.org/dc/terms/title> \"L'eau & la forêt\" .";
    let location = server.post("/sandbox").turtle(body).send().location();
    assert_eq!(location, "/sandbox/l-eau-la-foret");
}

#[test]
fn no_document_takes_the_address_of_a_service() {
    let server = Server::empty();
    let body = "<> <http://purl.org/dc/terms/title> \"L'eau\"@fr .";
    for slug in ["search", "export", "metrics", "sparql", "healthz", "system", "context"] {
        let location = server.post("/").header("Slug", slug).turtle(body).send().location();
        assert_eq!(location, format!("/{slug}-2"));
        assert_eq!(server.get(&location).admin().status(), 200);
    }
}
