//! All that the instance holds of somebody: given to them as one file, and forgotten.

use crate::server::{Person, Server};
use std::path::Path;

const HANDLE: &str = "jeanne-du-lac";
const SECRETS: [&str; 4] = [HANDLE, "SECRET-autodiagnostic", "SECRET-profil", "SECRET-effacé"];

/// Somebody who wrote of themselves, and for others.
fn jeanne(server: &Server) -> Person {
    let jeanne = server.person(HANDLE);
    jeanne.get(&jeanne.profile()).send().expect_status(200);
    let patch = "INSERT DATA { <> <http://xmlns.com/foaf/0.1/name> \"SECRET-profil\" }";
    let patched = jeanne.ask("PATCH", &jeanne.profile()).body("application/sparql-update", patch);
    patched.send().expect_status(204);
    for (container, slug, said) in [
        ("/self-diagnoses", "mien", "<urn:p> \"SECRET-autodiagnostic\""),
        ("/self-diagnoses", "ancien", "<urn:p> \"SECRET-effacé\""),
        ("/themes", "commun", "<urn:p> \"à tout le monde\""),
    ] {
        let post = jeanne.ask("POST", container).header("Slug", slug);
        post.turtle(format!("<> {said} .")).send().expect_status(201);
    }
    jeanne.ask("DELETE", "/self-diagnoses/ancien").send().expect_status(204);
    let theme = format!("<> <urn:by> <{}> ; <urn:p> \"à tout le monde\" .", jeanne.webid);
    jeanne.ask("PUT", "/themes/commun").turtle(theme).send().expect_status(204);
    jeanne
}

/// Which of the secrets stand in some file of a folder.
fn found(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for file in std::fs::read_dir(folder).expect("a folder") {
        let path = file.expect("a file").path();
        if path.is_dir() {
            found.extend(self::found(&path));
            continue;
        }
        let bytes = std::fs::read(&path).expect("its bytes");
        let holds = |text: &&&str| bytes.windows(text.len()).any(|part| part == text.as_bytes());
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        found.extend(SECRETS.iter().filter(holds).map(|text| format!("{text} in {name}")));
    }
    found
}

#[test]
fn somebody_is_given_all_that_is_held_of_them() {
    let server = Server::empty();
    let jeanne = jeanne(&server);
    let file = server.folder.told(&["user", "export", HANDLE]);
    let parsed: serde_json::Value = serde_json::from_str(&file).expect("JSON-LD");
    let graphs = parsed["@graph"].as_array().or(parsed.as_array()).expect("a list of graphs");
    assert!(graphs.len() > 4, "{file}");
    for held in ["SECRET-profil", "SECRET-autodiagnostic", HANDLE] {
        assert!(file.contains(held), "{held} in {file}");
    }
    assert!(file.contains("/themes/commun") && file.contains(&jeanne.webid), "{file}");
    let paul = server.person("paul");
    paul.get(&paul.profile()).send().expect_status(200);
    let of_paul = server.folder.told(&["user", "export", "paul"]);
    assert!(!of_paul.contains("SECRET") && !of_paul.contains(&jeanne.webid), "{of_paul}");
}

#[test]
fn who_is_forgotten_is_nowhere_on_the_disk_and_the_journal_verifies() {
    let server = Server::empty();
    let jeanne = jeanne(&server);
    let folder = server.stop();
    assert!(!found(&folder.data()).is_empty(), "it is there before");
    folder.told(&["user", "erase", HANDLE]);
    let left = found(&folder.data());
    assert!(left.is_empty(), "{left:?}");
    let verified = folder.told(&["verify"]);
    assert!(verified.contains("erased by entry"), "{verified}");
    let server = folder.serve(&[]);
    let token = server.get("/themes/commun").bearer(&jeanne.token).status();
    assert_eq!(token, 401, "her token is good no more");
    assert_eq!(server.get(&jeanne.profile()).admin().status(), 410);
    let theme = server.get("/themes/commun").send().expect_status(200);
    assert!(theme.body.contains("users/anonymised") && !theme.body.contains(&jeanne.webid));
    let stand_in = server.get("/users/anonymised").send().expect_status(200);
    assert!(stand_in.body.contains("Contributeur anonymisé"), "{stand_in:?}");
    assert_eq!(server.get("/self-diagnoses/mien").admin().status(), 410);
}
