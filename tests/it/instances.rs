//! What a form offers to link to: instances of a class, concepts of a scheme, page by page.

use crate::server::Server;
use crate::stories::organization;
use serde_json::Value;

#[track_caller]
fn search(server: &Server, query: &str) -> Value {
    let answer = server.get(&format!("/search?{query}")).accept("application/json").send();
    answer.expect_status(200).json()
}

fn labels(found: &Value) -> Vec<&str> {
    let results = found["results"].as_array().expect("results").iter();
    results.map(|result| result["label"].as_str().expect("a label")).collect()
}

#[test]
fn instances_of_a_class_and_of_those_below_it_are_found_by_name() {
    let server = Server::source();
    let all = search(&server, "class=pair:Organization&max=100");
    assert!(labels(&all).contains(&"WeMob"), "{all}");
    let some = search(&server, "class=pair:Organization&q=wem");
    assert_eq!(labels(&some), ["WeMob"]);
    assert_eq!(labels(&search(&server, "class=cs:Territory&q=wem")), [""; 0]);
    let agents = search(&server, "class=org:Organization&q=wemob");
    assert_eq!(labels(&agents), ["WeMob"], "by the class hierarchy");
    let none = search(&server, "class=http%3A%2F%2Fexample.org%2FNothing");
    assert_eq!((&none["total"], &none["next"]), (&0.into(), &Value::Null));
}

#[test]
fn concepts_of_one_scheme_have_labels_in_the_language_asked_for() {
    let server = Server::source();
    let scheme = "scheme=https%3A%2F%2Fw3id.org%2Fcodesocial%2Fscheme%2Fstatut-graine";
    let french = search(&server, &format!("{scheme}&lang=fr"));
    let english = search(&server, &format!("{scheme}&lang=en"));
    assert_eq!(french["total"], english["total"]);
    assert!(labels(&french).contains(&"Publiée"), "{french}");
    assert!(labels(&english).contains(&"Published"), "{english}");
    let folded = search(&server, &format!("{scheme}&q=PUBLIEE&lang=fr"));
    assert_eq!(labels(&folded), ["Publiée"]);
    let mut sorted = labels(&english);
    sorted.sort_unstable_by_key(|label| label.to_lowercase());
    assert_eq!(labels(&english), sorted, "in the order of the reader's language");
}

/// All labels, page by page, with what happens after the first one.
fn walk(server: &Server, query: &str, between: impl Fn()) -> Vec<String> {
    let (mut walked, mut next) = (Vec::new(), Some(format!("?{query}")));
    while let Some(query) = next {
        let page = search(server, query.trim_start_matches('?'));
        walked.extend(labels(&page).into_iter().map(str::to_owned));
        next = page["next"].as_str().map(str::to_owned);
        between();
    }
    walked
}

#[test]
fn pages_follow_each_other_whatever_is_written_between_them() {
    let server = Server::empty();
    for name in ["Alder", "Birch", "Cedar", "Elm", "Fir"] {
        let path = format!("/organizations/{}", name.to_lowercase());
        server.put(&path).turtle(organization(name)).send().expect_status(201);
    }
    let query = "class=pair:Organization&max=2";
    let all = ["Alder", "Birch", "Cedar", "Elm", "Fir"];
    assert_eq!(walk(&server, query, || ()), all);
    let before_all = || {
        let aspen = server.put("/organizations/acacia").turtle(organization("Acacia"));
        assert!([201, 204].contains(&aspen.status()));
    };
    assert_eq!(walk(&server, query, before_all), all, "no page repeats and none skips");
    assert_eq!(search(&server, "class=pair:Organization&max=0")["results"][1], Value::Null);
    assert_eq!(search(&server, &format!("{query}&after=nonsense"))["total"], 6);
}

#[test]
fn what_a_reader_may_not_see_is_not_offered() {
    let server = Server::empty();
    let quiz = "@prefix cs: <https://w3id.org/codesocial/ns#> .
        @prefix pair: <http://virtual-assembly.org/ontologies/pair#> .
        <> a cs:QuizKey ; pair:label \"Corrigé secret\" .";
    let written = server.put("/quizzes/q/key").turtle(quiz).status();
    let as_admin = server.get("/search?class=cs:QuizKey").admin().accept("application/json").send();
    assert_eq!(as_admin.json()["total"] == 1, written == 201, "{as_admin:?}");
    assert_eq!(search(&server, "class=cs:QuizKey")["total"], 0);
}
