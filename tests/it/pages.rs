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
             <span class=\"number\">5</span> <span>#CodeSocial publiés</span>",
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
fn a_search_finds_what_says_so_after_what_is_called_so() {
    let server = Server::empty();
    let purposes = [
        ("a", "Les Jardins du lac", "Un lieu pour tous"),
        ("b", "Atelier", "Réparer, et cultiver le jardin partagé"),
        ("c", "Bibliothèque", "Prêter des livres"),
    ];
    for (slug, label, comment) in purposes {
        let body = organisation(label).replacen(
            "pair:label",
            &format!("pair:comment \"{comment}\"@fr ; pair:label"),
            1,
        );
        server.put(&format!("/organizations/{slug}")).turtle(body).send().expect_status(201);
    }
    assert_eq!(found(&server, "q=jardins"), ["Les Jardins du lac", "Atelier"]);
    assert_eq!(found(&server, "q=jardin+cultivez"), ["Atelier"], "inflected");
    assert_eq!(found(&server, "q=jardins&max=1&page=2"), ["Atelier"]);
    assert_eq!(found(&server, "q=jardins&class=pair:Organization"), ["Les Jardins du lac"]);
    let sparql = "PREFIX search: <https://w3id.org/codesocial/search#> \
                  SELECT ?t { ?s ?p ?t . ?t search:matches \"cultiver des jardins\" }";
    let rows = server.query(sparql).accept("text/csv").send().expect_status(200).body;
    assert_eq!(rows, "t\r\n\"Réparer, et cultiver le jardin partagé\"\r\n");
    server.delete("/organizations/b").send().expect_status(204);
    assert_eq!(found(&server, "q=jardins"), ["Les Jardins du lac"]);
    let told = server.get("/sparql").accept("application/n-triples").send().expect_status(200);
    for said in [
        "#propertyFeature> <https://w3id.org/codesocial/search#matches>",
        "#extensionFunction> <http://www.opengis.net/def/function/geosparql/distance>",
    ] {
        assert!(told.body.contains(said), "{said} in {}", told.body);
    }
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

#[test]
fn a_page_tells_the_history_of_its_document() {
    let server = Server::empty();
    let path = "/organizations/lac";
    server.put(path).turtle(organisation("Lac")).send().expect_status(201);
    let tag = server.get(path).send().expect_status(200).header("etag").to_owned();
    server
        .put(path)
        .header("If-Match", &tag)
        .turtle(organisation("Grand lac"))
        .send()
        .expect_status(204);
    let now = page(&server, &format!("{path}?lang=fr"));
    holds(
        &now,
        &[
            "<h2 id=\"history\">Historique</h2>",
            "Écrit par l&#x27;administration",
            "Retiré</span> <div class=\"prose\"><p>Lac</p>",
            "Ajouté</span> <div class=\"prose\"><p>Grand lac</p>",
        ],
    );
    for n in 0..60 {
        let label = format!("Lac {n}");
        server.put(path).turtle(organisation(&label)).send().expect_status(204);
    }
    holds(&page(&server, path), &["<a href=\"?history\">"]);
    let newest = page(&server, &format!("{path}?history&lang=en"));
    holds(&newest, &["History of Lac 59", "<p>Lac 59</p>", "href=\"?history&amp;before="]);
    let earlier =
        newest.body.split("?history&amp;before=").nth(1).and_then(|rest| {
            rest.split('"').next().map(|seq| format!("{path}?history&before={seq}"))
        });
    let oldest = page(&server, &earlier.expect("there are more than fifty"));
    holds(&oldest, &["<p>Lac 9</p>", "<p>Lac</p>"]);
    assert!(!oldest.body.contains("before="), "{oldest:?}");
    server.delete(path).send().expect_status(204);
    assert_eq!(server.get(&format!("{path}?history")).accept("text/html").status(), 410);
}

#[test]
fn what_may_not_be_read_has_no_history() {
    let server = Server::shared();
    for path in ["/quizzes/none/key?history", "/system/key?history", "/organizations.meta?history"]
    {
        assert_eq!(server.get(path).accept("text/html").status(), 404, "{path}");
    }
}

#[test]
fn a_description_says_where_it_stands_and_a_version_what_proves_it() {
    let server = Server::shared();
    holds(
        &page(&server, "/codesocials/demarche?lang=fr"),
        &[
            "Niveau d&#x27;opposabilité",
            "Publié",
            "1.0.0",
            "Complétude",
            "<meter",
            "Histoire et récit",
        ],
    );
    let version = page(&server, "/codesocials/demarche/versions/1.0.0?lang=en");
    let bytes = server.get("/codesocials/demarche/versions/1.0.0.nq").send().expect_status(200);
    let digest = bytes.header("etag").trim_matches('"').trim_end_matches("-nq").to_owned();
    holds(
        &version,
        &["version 1.0.0</h1>", &digest, "href=\"/codesocials/demarche/versions/1.0.0.nq\""],
    );
}

#[test]
fn links_of_a_page_lead_to_its_rdf() {
    let server = Server::shared();
    for (ending, media_type) in [
        ("ttl", "text/turtle"),
        ("jsonld", "application/ld+json"),
        ("nt", "application/n-triples"),
        ("nq", "application/n-quads"),
        ("trig", "application/trig"),
        ("rdf", "application/rdf+xml"),
    ] {
        holds(&page(&server, "/organizations/wemob"), &[&format!("href=\"?as={ending}\"")]);
        let path = format!("/organizations/wemob?as={ending}");
        let answer = server.get(&path).accept("text/html").send().expect_status(200);
        assert_eq!(answer.header("content-type"), media_type);
    }
}

#[test]
fn a_list_is_narrowed_by_what_its_members_say() {
    let server = Server::shared();
    let whole = page(&server, "/organizations?lang=fr");
    let texts = ["class=\"facets\"", "Rechercher dans cette liste", "href=\"?pair%3AhasType="];
    holds(&whole, &texts);
    let seeds = page(&server, "/seeds?cs:status=statut-graine/publiee&lang=en");
    holds(
        &seeds,
        &[
            "href=\"?cs%3Astatus=statut-graine%2Fpubliee&amp;lang=fr\"",
            "name=\"cs:status\" value=\"statut-graine/publiee\"",
            "aria-current=\"true\"",
            "<p role=\"status\">7 results</p>",
        ],
    );
    assert_eq!(seeds.body.matches("<p class=\"name\">").count(), 7);
    for none in ["cs:status=nothing", "cs:nothing=x", "cs:status=statut-graine/publiee&q=zzzz"] {
        let page = page(&server, &format!("/seeds?{none}&lang=en"));
        holds(&page, &["<p role=\"status\">0 results</p>"]);
    }
}

#[test]
fn a_list_has_pages_that_keep_what_was_chosen() {
    let server = Server::shared();
    let first = page(&server, "/territories?q=s&max=5&lang=fr");
    let next =
        first.body.split("rel=\"next\" href=\"").nth(1).and_then(|rest| rest.split('"').next());
    let next = next.expect("there are more").replace("&amp;", "&");
    assert!(next.contains("after=") && next.contains("max=5") && next.contains("q=s"), "{next}");
    let second = page(&server, &format!("/territories{next}"));
    let names = |page: &Response| -> Vec<String> {
        let names = page.body.split("<p class=\"name\">").skip(1);
        names.filter_map(|rest| rest.split('"').nth(1).map(str::to_owned)).collect()
    };
    let (first, second) = (names(&first), names(&second));
    assert_eq!((first.len(), second.len()), (5, 5));
    assert!(first.iter().all(|name| !second.contains(name)), "{first:?} {second:?}");
}

#[test]
fn files_of_pages_are_kept_for_ever_and_pages_run_nothing_else() {
    let server = Server::shared();
    let front = page(&server, "/");
    let policy = front.header("content-security-policy");
    assert!(policy.starts_with("default-src 'self'; img-src 'self' data:"), "{policy}");
    assert!(!front.body.contains("<style") && !front.body.contains(" style="), "{front:?}");
    let body = front.body.replace("&#x2f;", "/");
    let file = body.split("href=\"/_assets/style.").nth(1).and_then(|r| r.split('"').next());
    let file = format!("/_assets/style.{}", file.expect("a page has a style"));
    let plain = server.get(&file).send().expect_status(200);
    assert_eq!(plain.header("cache-control"), "public, max-age=31536000, immutable");
    assert!(plain.body.contains("--ground"), "{plain:?}");
    let small = server.get(&file).header("Accept-Encoding", "br, gzip").send().expect_status(200);
    assert_eq!(small.header("content-encoding"), "gzip");
    assert!(small.bytes.len() < plain.bytes.len() / 2, "{} bytes", small.bytes.len());
    assert_eq!(server.get("/_assets/style.css").status(), 404);
}
