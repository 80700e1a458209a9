//! `/metrics`: for the networks that are listed, and absent for all others.

use crate::server::{BASE, Folder, Server};
use std::fs;

pub(crate) fn with(settings: &str) -> Server {
    let folder = Folder::new();
    let file = folder.path().join("codesocial.toml");
    fs::write(&file, settings).expect("the folder can be written");
    folder.serve(&["--base", BASE, "--config", file.to_str().expect("a path in UTF-8")])
}

#[test]
fn metrics_count_what_was_answered() {
    let server = with("metrics_from = [\"127.0.0.0/8\"]");
    for (status, path) in [(200, "/"), (404, "/organizations/none"), (200, "/organizations")] {
        assert_eq!(server.get(path).status(), status, "{path}");
    }
    server.rows("SELECT * {}");
    let told = server.get("/metrics").send().expect_status(200);
    assert!(told.header("content-type").starts_with("text/plain; version=0.0.4"), "{told:?}");
    for line in [
        "codesocial_requests_total{method=\"GET\",status=\"2xx\"} 2",
        "codesocial_requests_total{method=\"GET\",status=\"4xx\"} 1",
        "codesocial_requests_total{method=\"POST\",status=\"2xx\"} 1",
        "codesocial_request_seconds_bucket{le=\"+Inf\"} 4",
        "codesocial_request_seconds_count 4",
        "codesocial_requests_open 1",
        "codesocial_queries_running 0",
        "codesocial_journal_entries_total 2",
        "codesocial_results{severity=\"violation\"} 0",
    ] {
        assert!(told.body.lines().any(|own| own == line), "{line} in {}", told.body);
    }
    let samples = told.body.lines().filter(|line| !line.starts_with('#'));
    for sample in samples {
        let (name, value) = sample.rsplit_once(' ').expect("a name and a value");
        assert!(name.starts_with("codesocial_") && value.parse::<f64>().is_ok(), "{sample}");
    }
}

#[test]
fn metrics_are_absent_for_who_may_not_read_them() {
    let nobody = with("");
    let never = nobody.get("/never").send();
    let told = nobody.get("/metrics").send();
    assert_eq!((told.status, told.header("content-type")), (404, never.header("content-type")));
    let trusting = with("metrics_from = [\"192.0.2.0/24\"]\ntrusted_proxies = [\"127.0.0.1\"]");
    for (status, header, value) in [
        (404, "X-Forwarded-For", "198.51.100.1"),
        (200, "X-Forwarded-For", "192.0.2.9"),
        (404, "X-Forwarded-For", "192.0.2.9, 198.51.100.1"),
        (200, "Forwarded", "for=192.0.2.9;proto=https"),
        (404, "Forwarded", "for=_hidden"),
    ] {
        let asked = trusting.get("/metrics").header(header, value).status();
        assert_eq!(asked, status, "{header}: {value}");
    }
    let own = with("metrics_from = [\"192.0.2.0/24\"]");
    let spoofed = own.get("/metrics").header("X-Forwarded-For", "192.0.2.9");
    assert_eq!(spoofed.status(), 404, "no proxy is trusted");
}
