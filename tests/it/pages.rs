//! Pages as a browser without script gets them: what stands on them, where they lead.

use crate::http::Response;
use crate::server::Server;

#[track_caller]
fn page(server: &Server, path: &str) -> Response {
    server.get(path).accept("text/html").send().expect_status(200)
}

/// Each text stands on the page, in this order.
#[track_caller]
fn holds(page: &Response, texts: &[&str]) {
    // Templates write the slashes of attributes so.
    let body = page.body.replace("&#x2f;", "/");
    let mut rest = body.as_str();
    for text in texts {
        let (_, after) = rest.split_once(text).unwrap_or_else(|| unreachable!("{text}: {page:?}"));
        rest = after;
    }
}

fn organisation(label: &str) -> String {
    format!(
        "@prefix pair: <http://virtual-assembly.org/ontologies/pair#> .
         <> a pair:Organization ; pair:label \"{label}\" ."
    )
}

#[test]
fn the_front_page_counts_and_leads_to_what_it_counts() {
    let server = Server::shared();
    let front = page(&server, "/?lang=fr");
    holds(
        &front,
        &[
            "action=\"/search\"",
            "<a href=\"/organizations\"><span class=\"number\">",
            "<a href=\"/codesocials?cs:status=statut-codesocial/publie\">\
             <span class=\"number\">1</span> <span>#CodeSocial publiés</span>",
            "Décrire",
            "Apprendre",
            "Échanger",
            "Derniers changements",
            "href=\"/sparql\"",
            "href=\"/export\"",
        ],
    );
    let english = page(&server, "/?lang=en");
    holds(&english, &["published #CodeSocial", "Describe", "Latest changes"]);
}

#[test]
fn the_front_page_tells_what_was_written_last() {
    let server = Server::empty();
    for name in ["premier", "second"] {
        server
            .put(&format!("/organizations/{name}"))
            .turtle(organisation(name))
            .send()
            .expect_status(201);
    }
    holds(&page(&server, "/"), &["Derniers changements", ">second</a>", ">premier</a>"]);
    server.delete("/organizations/second").send().expect_status(204);
    let after = page(&server, "/");
    assert!(!after.body.contains(">second</a>"), "{after:?}");
}

/// The labels that a search finds, in their order.
fn found(server: &Server, query: &str) -> Vec<String> {
    let answer = server.get(&format!("/search?{query}")).accept("application/json").send();
    let json = answer.expect_status(200).json();
    let results = json["results"].as_array().expect("a list").iter();
    results.map(|result| result["label"].as_str().expect("a text").to_owned()).collect()
}

#[test]
fn a_search_finds_names_whatever_their_case_and_accents() {
    let server = Server::empty();
    for (slug, label) in [
        ("a", "Épicerie du Lac"),
        ("b", "La belle épicerie"),
        ("c", "Conépices"),
        ("d", "Le grand Lac"),
    ] {
        server
            .put(&format!("/organizations/{slug}"))
            .turtle(organisation(label))
            .send()
            .expect_status(201);
    }
    let all = ["Épicerie du Lac", "La belle épicerie", "Conépices"];
    assert_eq!(found(&server, "q=%C3%A9PIC"), all, "prefix, word, infix");
    assert_eq!(found(&server, "q=epic&max=2"), all[..2]);
    assert_eq!(found(&server, "q=epic&max=2&page=2"), all[2..]);
    assert_eq!(found(&server, "q=lac+epi"), ["Épicerie du Lac"]);
    assert_eq!(found(&server, "q=epic&in=organizations"), all);
    assert_eq!(found(&server, "q=epic&in=users"), [""; 0]);
    assert_eq!(found(&server, "q="), [""; 0]);
    server.delete("/organizations/c").send().expect_status(204);
    assert_eq!(found(&server, "q=epic"), all[..2], "what is gone is found no more");
}

#[test]
fn a_search_is_a_page_that_keeps_its_text_in_both_languages() {
    let server = Server::shared();
    let results = page(&server, "/search?q=%22%3E%3Cb%3E%C3%A9&lang=fr");
    holds(
        &results,
        &["href=\"?q=%22%3E%3Cb%3E%C3%A9&amp;lang=en\"", "value=\"&quot;&gt;&lt;b&gt;é\""],
    );
    holds(
        &page(&server, "/search?q=e&lang=fr"),
        &["résultats", "rel=\"next\" href=\"?q=e&amp;page=2\""],
    );
    holds(&page(&server, "/search?lang=en"), &["<h1>Search</h1>", "<label"]);
    assert_eq!(server.get("/search?q=eau").accept("text/turtle").status(), 406);
}
