//! The README's tour, run as a stranger would and compared with what the README shows.
//!
//! A block ```` ```console ```` holds commands and their output. A line `$ command` runs with
//! `sh -c` in the project's folder, `BASE`, `TOKEN` and `DATA` set, and `codesocial` is the program
//! as built; lines `> …` after it continue the command. The lines up to the next `$` are its
//! output, in which `…` stands for anything within a line, and a line `…` alone for any lines.

use crate::fixtures::root;
use crate::http::TOKEN;
use crate::server::{Folder, program};
use std::ffi::OsString;
use std::process::Command;

/// The README, as its readers have it.
pub(crate) fn readme() -> String {
    std::fs::read_to_string(root().join("README.md")).expect("there is a README")
}

/// The one block of the README in a language.
#[track_caller]
pub(crate) fn block(language: &str) -> String {
    let text = readme();
    let opening = format!("\n```{language}\n");
    let mut blocks = text.split(&opening).skip(1);
    let block = blocks.next().and_then(|rest| rest.split("```").next());
    assert!(blocks.next().is_none(), "the README has one block of {language}");
    block.expect("the README has such a block").to_owned()
}

/// Where commands are found: the program as it was built, before one that is installed.
fn path_of_commands() -> OsString {
    let mut path = program().parent().expect("a file is in a folder").as_os_str().to_owned();
    path.push(":");
    path.push(std::env::var_os("PATH").unwrap_or_default());
    path
}

#[derive(Debug, Default, PartialEq, Eq)]
struct Step {
    command: String,
    output: Vec<String>,
}

fn steps(text: &str) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    let mut inside = false;
    for line in text.lines() {
        let Some(last) = steps.last_mut().filter(|_| inside) else {
            inside = line == "```console" || inside && line != "```";
            if let Some(command) = line.strip_prefix("$ ").filter(|_| inside) {
                steps.push(Step { command: command.to_owned(), output: Vec::new() });
            }
            continue;
        };
        if line == "```" {
            inside = false;
        } else if let Some(command) = line.strip_prefix("$ ") {
            steps.push(Step { command: command.to_owned(), output: Vec::new() });
        } else if let Some(more) = line.strip_prefix('>').filter(|_| last.output.is_empty()) {
            last.command.push('\n');
            last.command.push_str(more.strip_prefix(' ').unwrap_or(more));
        } else {
            last.output.push(line.to_owned());
        }
    }
    steps
}

fn lines_match(pattern: &[String], lines: &[&str]) -> bool {
    match pattern.split_first() {
        None => lines.is_empty(),
        Some((any, rest)) if any == "…" => {
            (0..=lines.len()).any(|n| lines_match(rest, &lines[n..]))
        }
        Some((first, rest)) => lines
            .split_first()
            .is_some_and(|(line, more)| line_matches(first, line) && lines_match(rest, more)),
    }
}

fn line_matches(pattern: &str, line: &str) -> bool {
    match pattern.split_once('…') {
        None => pattern == line,
        Some((start, rest)) => line.strip_prefix(start).is_some_and(|line| {
            line.char_indices()
                .map(|(n, _)| n)
                .chain([line.len()])
                .any(|n| line_matches(rest, &line[n..]))
        }),
    }
}

#[test]
fn an_ellipsis_stands_for_what_varies() {
    let check = |pattern: &str, text: &str| {
        let pattern: Vec<String> = pattern.lines().map(str::to_owned).collect();
        lines_match(&pattern, &text.lines().collect::<Vec<_>>())
    };
    assert!(check("a\nb", "a\nb"));
    assert!(!check("a", "a\nb"));
    assert!(!check("a\nb", "a"));
    assert!(check("a…c", "abc") && check("a…c", "ac") && check("…", "") && check("é…", "éa"));
    assert!(!check("a…c", "abd"));
    assert!(check("a\n…\nd", "a\nb\nc\nd") && check("…\nd", "d") && check("a\n…", "a\nb"));
    assert!(!check("a\n…\nd", "a\nb\nc"));
}

#[test]
fn a_tour_is_read_command_by_command() {
    let text = "```toml\n$ no\n```\n```console\n$ one \\\n> two\n>   three\nout\n> shown\n\n$ four\n```\n$ no";
    let step = |command: &str, output: &[&str]| Step {
        command: command.to_owned(),
        output: output.iter().map(|&line| line.to_owned()).collect(),
    };
    let wanted = [step("one \\\ntwo\n  three", &["out", "> shown", ""]), step("four", &[])];
    assert_eq!(steps(text), wanted);
}

#[test]
fn the_tour_of_the_readme_shows_what_happens() {
    let steps = steps(&readme());
    assert!(!steps.is_empty(), "the README has a tour");
    // As `make run` serves: under the default base.
    let server = Folder::new().serve(&["--load", "source", "--load", "demo"]);
    for Step { command, output } in steps {
        let ran = Command::new("sh")
            .args(["-c", &command])
            .current_dir(root())
            .env("BASE", format!("http://{}", server.address))
            .env("TOKEN", TOKEN)
            .env("DATA", server.folder.data())
            .env("PATH", path_of_commands())
            .output()
            .expect("sh runs");
        let shown = String::from_utf8_lossy(&ran.stdout).replace('\r', "");
        let lines: Vec<&str> = shown.lines().collect();
        assert!(
            lines_match(&output, &lines),
            "$ {command}\nshows\n{shown}\nand not\n{}",
            output.join("\n")
        );
    }
}
