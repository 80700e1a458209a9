//! Documents of one container and of a closed one in it, with rules that change: a plain model of
//! who may read which.

use crate::Random;
use codesocial_tests::http::Request;
use codesocial_tests::server::{BASE, Person, Server};
use std::collections::BTreeMap;
use std::fmt;

const GARDEN: &str = "garden";
const SHED: &str = "garden/shed";
/// Who is in it changes; everyone may read it.
const CIRCLE: &str = "circle";

/// Of one kind, so that questions meet.
const DOCUMENTS_MAX: usize = 10;

/// Who may read, as an access document says.
#[derive(Debug, Clone, Default)]
struct Rule {
    everyone: bool,
    known: bool,
    people: [bool; 2],
    circle: bool,
}

/// What an access document says of its document, and of what inherits from it.
#[derive(Debug, Clone, Default)]
struct Rules {
    own: Rule,
    below: Rule,
}

/// Who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Agent {
    Anonymous,
    /// One of the two people.
    Person(usize),
    Administrator,
}

pub(crate) struct World<'a> {
    server: &'a Server,
    pub(crate) people: [Person; 2],
    /// Living documents and containers, with their rules where they have some of their own.
    rules: BTreeMap<String, Option<Rules>>,
    in_circle: [bool; 2],
    made: usize,
    changes: usize,
}

impl<'a> World<'a> {
    pub(crate) fn new(server: &'a Server) -> Self {
        let people = [server.person("alice"), server.person("bob")];
        let rules = BTreeMap::new();
        let mut world =
            Self { server, people, rules, in_circle: [true, false], made: 0, changes: 0 };
        world.gather();
        let everyone = Rule { everyone: true, ..Rule::default() };
        world.govern(CIRCLE, Some(Rules { own: everyone.clone(), below: everyone.clone() }));
        for container in [GARDEN, SHED] {
            let basic = "<http://www.w3.org/ns/ldp#BasicContainer>; rel=\"type\"";
            let made = server.put(&format!("/{container}")).header("Link", basic).turtle("").send();
            assert!([201, 204].contains(&made.status), "{made:?}");
            let below = everyone.clone();
            world.govern(container, Some(Rules { own: everyone.clone(), below }));
        }
        world
    }

    pub(crate) fn changes(&self) -> usize {
        self.changes
    }

    /// The paths of all documents and containers that questions may be about.
    pub(crate) fn paths(&self) -> Vec<&str> {
        self.rules.keys().map(String::as_str).collect()
    }

    /// One to four changes of documents, rules and the circle.
    pub(crate) fn change(&mut self, random: &mut Random) {
        self.changes += 1;
        for _ in 0..=random.below(4) {
            match random.below(10) {
                0..=2 => self.write_new(random),
                3 | 4 => self.rewrite(random),
                5 => self.delete(random),
                6 => {
                    let n = random.below(2);
                    self.in_circle[n] = !self.in_circle[n];
                    self.gather();
                }
                _ => {
                    let paths: Vec<String> = self.rules.keys().cloned().collect();
                    self.regulate(random.pick::<String>(&paths), random);
                }
            }
        }
    }

    /// Whether an agent may read a document, by the nearest rules.
    /// <https://solidproject.org/TR/wac#effective-acl-resource>
    pub(crate) fn may_read(&self, agent: Agent, path: &str) -> bool {
        let mut inherited = None;
        let mut above = path;
        while let Some((parent, _)) = above.rsplit_once('/') {
            inherited = inherited.or_else(|| Some(&self.rules.get(parent)?.as_ref()?.below));
            above = parent;
        }
        let own = self.rules[path].as_ref().map(|rules| &rules.own);
        own.or(inherited).is_some_and(|rule| self.grants(rule, agent))
    }

    /// Whether it is one of these documents.
    pub(crate) fn holds(&self, path: &str) -> bool {
        self.rules.contains_key(path)
    }

    fn grants(&self, rule: &Rule, agent: Agent) -> bool {
        rule.everyone
            || match agent {
                Agent::Anonymous => false,
                Agent::Person(n) => {
                    rule.known || rule.people[n] || (rule.circle && self.in_circle[n])
                }
                Agent::Administrator => true,
            }
    }

    fn documents(&self) -> Vec<String> {
        let fixed = [GARDEN, SHED, CIRCLE];
        self.rules.keys().filter(|path| !fixed.contains(&path.as_str())).cloned().collect()
    }

    fn write_new(&mut self, random: &mut Random) {
        if self.documents().len() >= DOCUMENTS_MAX {
            return self.delete(random);
        }
        self.made += 1;
        let container = if random.percent(30) { SHED } else { GARDEN };
        let path = format!("{container}/d{}", self.made);
        self.rules.insert(path.clone(), None);
        self.write(&path, random, 201);
        self.regulate(&path, random);
    }

    fn rewrite(&self, random: &mut Random) {
        let documents = self.documents();
        if !documents.is_empty() {
            self.write(random.pick::<String>(&documents), random, 204);
        }
    }

    fn write(&self, path: &str, random: &mut Random, status: u16) {
        let about = self.documents();
        let triples = (0..=random.below(8)).map(|_| triple(path, &about, random));
        let body: String = ["@prefix ex: <https://example.org/> .\n".to_owned()]
            .into_iter()
            .chain(triples)
            .collect();
        self.server.put(&format!("/{path}")).turtle(body).send().expect_status(status);
    }

    fn delete(&mut self, random: &mut Random) {
        let documents = self.documents();
        if documents.is_empty() {
            return;
        }
        let path = random.pick(&documents);
        self.server.delete(&format!("/{path}")).send().expect_status(204);
        self.rules.remove(path);
    }

    fn regulate(&mut self, path: &str, random: &mut Random) {
        let mut rule = || Rule {
            everyone: random.percent(25),
            known: random.percent(15),
            people: [random.percent(30), random.percent(30)],
            circle: random.percent(20),
        };
        let rules = Rules { own: rule(), below: rule() };
        let own = match path {
            CIRCLE => return,
            GARDEN | SHED => true,
            _ => random.percent(60),
        };
        self.govern(path, own.then_some(rules));
    }

    fn govern(&mut self, path: &str, rules: Option<Rules>) {
        let address = format!("/{path}.acl");
        match &rules {
            Some(rules) => {
                self.answered(self.server.put(&address).turtle(written(path, rules, &self.people)))
            }
            // It need not have had any.
            None => self.answered(self.server.delete(&address)),
        }
        self.rules.insert(path.to_owned(), rules);
    }

    fn answered(&self, request: Request) {
        let answer = request.send();
        assert!([201, 204, 404, 410].contains(&answer.status), "{answer:?}");
    }

    fn gather(&self) {
        let people = self.people.iter().zip(self.in_circle).filter(|(_, inside)| *inside);
        let members: String = people
            .map(|(person, _)| format!("<#us> vcard:hasMember <{}> .\n", person.webid))
            .collect();
        let body = format!(
            "@prefix vcard: <http://www.w3.org/2006/vcard/ns#> .\n<#us> a vcard:Group .\n{members}"
        );
        let put = self.server.put(&format!("/{CIRCLE}")).turtle(body).send();
        assert!([201, 204].contains(&put.status), "{put:?}");
    }
}

/// A statement of a document, of itself and its parts: now and then it names another, of which its
/// readers need not know.
fn triple(path: &str, about: &[String], random: &mut Random) -> String {
    let other = |random: &mut Random| format!("<{BASE}{}>", random.pick(about));
    let subject = match random.below(8) {
        0 | 1 => "<#it>".to_owned(),
        2 => "_:b".to_owned(),
        _ => format!("<{BASE}{path}>"),
    };
    let said = match random.below(8) {
        0..=3 => format!("ex:knows {}", other(random)),
        4 => format!("ex:size {}", random.below(5)),
        5 => format!("ex:label \"{}\"@fr", random.pick(&["jardin", "verger", "serre"])),
        6 => "ex:knows _:b".to_owned(),
        _ => "ex:knows <#it>".to_owned(),
    };
    format!("{subject} {said} .\n")
}

/// An access document; administrators keep control.
fn written(path: &str, rules: &Rules, people: &[Person; 2]) -> String {
    let mut text = format!(
        "@prefix acl: <http://www.w3.org/ns/auth/acl#> .\n\
         <#keepers> a acl:Authorization ;\n\
         acl:accessTo <{BASE}{path}> ; acl:default <{BASE}{path}> ;\n\
         acl:agent <{BASE}#administrators> ; acl:mode acl:Read, acl:Write, acl:Control .\n"
    );
    for (name, target, rule) in
        [("own", "accessTo", &rules.own), ("below", "default", &rules.below)]
    {
        let mut whom = Vec::new();
        if rule.everyone {
            whom.push("acl:agentClass <http://xmlns.com/foaf/0.1/Agent>".to_owned());
        }
        if rule.known {
            whom.push("acl:agentClass acl:AuthenticatedAgent".to_owned());
        }
        if rule.circle {
            whom.push(format!("acl:agentGroup <{BASE}{CIRCLE}#us>"));
        }
        let named = people.iter().zip(rule.people).filter(|(_, named)| *named);
        whom.extend(named.map(|(person, _)| format!("acl:agent <{}>", person.webid)));
        if !whom.is_empty() {
            text += &format!(
                "<#{name}> a acl:Authorization ; acl:{target} <{BASE}{path}> ;\n\
                 acl:mode acl:Read ; {} .\n",
                whom.join(" ; ")
            );
        }
    }
    text
}

impl fmt::Display for World<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "in the circle: {:?}", self.in_circle)?;
        self.rules.iter().try_for_each(|(path, rules)| writeln!(f, "{path}: {rules:?}"))
    }
}
