//! The synthetic generator: the same bytes for ever, no rule broken but those asked for.

use crate::fixtures::{css, judge_with_schemes, violations};
use crate::server::{BASE, Folder, Server, program};
use codesocial_rdf::{RdfSyntax, parse};
use oxrdf::Triple;
use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

/// Runs the generator; gives its folder and the line that it printed.
#[track_caller]
fn generate(folder: &Folder, arguments: &[&str]) -> (PathBuf, String) {
    let out = folder.path().join("generated");
    let mut command = Command::new(program());
    command.args(["generate", "--base", BASE, "--out"]).arg(&out).args(arguments);
    let output = command.output().expect("the program runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    (out, String::from_utf8_lossy(&output.stdout).into_owned())
}

#[test]
fn the_same_arguments_give_the_same_bytes_for_ever() {
    let small = ["--orgs", "5", "--seed", "42"];
    let (_, told) = generate(&Folder::new(), &small);
    assert_eq!(told, GOLDEN);
    let (_, other) = generate(&Folder::new(), &["--orgs", "5", "--seed", "43"]);
    assert_ne!(told, other);
}

const GOLDEN: &str = "193 documents, 2835 triples, 0 faults, sha-256 \
    6ade355665db9f6cc57b7e067110962f43d3b190a8bd0f6547a7becaf5635bb8\n";

#[test]
fn what_is_generated_is_accepted_and_answers_questions() {
    let folder = Folder::new();
    let (out, _) = generate(&folder, &["--orgs", "30", "--territory", "200070407"]);
    let file = out.join("registry.nq");
    Server::empty_in(&folder).stop();
    let output = folder.run("import", &[file.to_str().expect("a path in UTF-8")]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    let server = folder.serve(&[]);
    for (asked, question) in [
        (
            "needs where nobody offers",
            "ASK { ?n a cs:Need ; cs:status sto:ouvert ;
            cs:specification ?s . FILTER NOT EXISTS { ?o a cs:Offer ; cs:specification ?s } }",
        ),
        (
            "needs that could be pooled",
            "ASK { ?n a cs:Need ; cs:needer ?a ; cs:inTerritory ?t ;
            cs:specification ?s . ?m cs:needer ?b ; cs:inTerritory ?t ; cs:specification ?s
            FILTER(?a != ?b) }",
        ),
        (
            "wealth that was exchanged",
            "ASK { ?f a cs:WealthFlow ; cs:inMatrix ?m ;
            cs:rating/cs:ratingValue ?v }",
        ),
        (
            "mutual recognition",
            "ASK { ?v cred:issuer ?a ; cred:credentialSubject/cs:recipient ?b .
            ?w cred:issuer ?b ; cred:credentialSubject/cs:recipient ?a }",
        ),
    ] {
        let prefixes = "PREFIX cs: <https://w3id.org/codesocial/ns#>
            PREFIX cred: <https://www.w3.org/2018/credentials#>
            PREFIX sto: <https://w3id.org/codesocial/scheme/statut-offre-besoin/> ";
        let answer = server.query(&format!("{prefixes}{question}")).admin().send();
        assert!(answer.expect_status(200).body.contains("true"), "{asked}");
    }
}

#[test]
fn faults_break_the_rules_that_are_told_and_no_other() {
    let folder = Folder::new();
    let (out, _) = generate(&folder, &["--orgs", "30", "--faults", "0.05"]);
    let read = |name: &str| fs::read_to_string(out.join(name)).expect("it was written");
    let expected: BTreeSet<[String; 2]> = read("expected.jsonl")
        .lines()
        .map(|line| {
            let fault: serde_json::Value = serde_json::from_str(line).expect("JSON");
            let text = |name: &str| fault[name].as_str().expect("a text").to_owned();
            [format!("<{}>", text("focus")), css(&text("shape"))]
        })
        .collect();
    assert!(expected.len() > 50, "{expected:?}");
    let quads = parse::quads(read("registry.nq").as_bytes(), RdfSyntax::NQuads, BASE);
    let report = judge_with_schemes(quads.expect("N-Quads").into_iter().map(Triple::from));
    assert_eq!(violations(&report), expected);
}
