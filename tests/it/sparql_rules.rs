//! The rules that Core cannot say, in `shapes/sparql`: no instance loads them yet, since the engine
//! refuses `sh:sparql`. Until it evaluates them, their queries are run here on their fixtures, each
//! focus node bound to `$this`.

use crate::fixtures::{AROUND, BASE, CSS, SHACL, absolute, files, head, judge, read, read_all};
use codesocial_rdf::vocab::{cs, rdf, rdfs};
use oxrdf::{Dataset, GraphName, NamedNode, Term, Triple, Variable};
use spareval::{QueryEvaluator, QueryResults};
use spargebra::{Query, SparqlParser};
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fs;

/// One `sh:sparql` constraint.
struct Rule {
    number: String,
    shape: String,
    classes: Vec<Term>,
    select: String,
}

struct Rules {
    prefixes: Vec<(String, String)>,
    rules: Vec<Rule>,
}

impl Rules {
    fn read() -> Self {
        let triples = read_all(&["shapes/sparql"]);
        let of = |subject: &str, predicate: &str| -> Vec<Term> {
            let own = triples.iter().filter(|triple| {
                triple.subject.to_string() == subject && triple.predicate.as_str() == predicate
            });
            own.map(|triple| triple.object.clone()).collect()
        };
        let one = |subject: &str, local: &str| match of(subject, &format!("{SHACL}{local}"))[..] {
            [Term::Literal(ref literal)] => literal.value().to_owned(),
            ref other => unreachable!("{subject} has one sh:{local}: {other:?}"),
        };
        let subjects = |local: &str| -> Vec<&Triple> {
            let predicate = format!("{SHACL}{local}");
            triples.iter().filter(|triple| triple.predicate.as_str() == predicate).collect()
        };
        let prefixes = subjects("declare").into_iter().map(|triple| {
            let node = triple.object.to_string();
            (one(&node, "prefix"), one(&node, "namespace"))
        });
        let rules = subjects("sparql").into_iter().map(|triple| {
            let (shape, query) = (triple.subject.to_string(), triple.object.to_string());
            let number = match &of(&shape, &format!("{}rule", cs::NS))[..] {
                [Term::Literal(number)] => number.value().to_owned(),
                other => unreachable!("{shape} states one rule: {other:?}"),
            };
            let classes = of(&shape, &format!("{SHACL}targetClass"));
            Rule { number, shape, classes, select: one(&query, "select") }
        });
        Self { prefixes: prefixes.collect(), rules: rules.collect() }
    }

    fn parse(&self, rule: &Rule) -> Query {
        let parser = self.prefixes.iter().fold(SparqlParser::new(), |parser, (name, iri)| {
            parser.with_prefix(name, iri).expect("a namespace is an IRI")
        });
        let parsed = parser.parse_query(&rule.select);
        parsed.unwrap_or_else(|error| unreachable!("{}: {error}", rule.shape))
    }
}

/// The nodes of the data on which the query of a rule has solutions.
fn broken_on(rule: &Rule, query: &Query, data: &[Triple], set: &Dataset) -> BTreeSet<String> {
    let is_a = |class: &Term| -> HashSet<Term> {
        let narrower = |wider: &HashSet<Term>| -> HashSet<Term> {
            let below = data.iter().filter(|triple| {
                triple.predicate == rdfs::SUB_CLASS_OF && wider.contains(&triple.object)
            });
            below.map(|triple| triple.subject.clone().into()).chain(wider.clone()).collect()
        };
        let mut classes = HashSet::from([class.clone()]);
        while narrower(&classes).len() > classes.len() {
            classes = narrower(&classes);
        }
        classes
    };
    let classes: HashSet<Term> = rule.classes.iter().flat_map(is_a).collect();
    let typed = data.iter().filter(|t| t.predicate == rdf::TYPE && classes.contains(&t.object));
    let nodes: HashSet<Term> = typed.map(|triple| triple.subject.clone().into()).collect();
    let this = Variable::new("this").expect("a name");
    let broken = nodes.into_iter().filter(|node| {
        let evaluator = QueryEvaluator::new();
        let query = evaluator.prepare(query).substitute_variable(this.clone(), node.clone());
        match query.execute(set).expect("the query can be evaluated") {
            QueryResults::Solutions(mut solutions) => {
                solutions.next().transpose().expect("solutions can be read").is_some()
            }
            QueryResults::Boolean(_) | QueryResults::Graph(_) => {
                unreachable!("{} selects", rule.shape)
            }
        }
    });
    broken.map(|node| node.to_string()).collect()
}

#[test]
fn each_query_keeps_to_what_pre_binding_allows() {
    // SHACL 5.2.1: queries must not contain MINUS, SERVICE or VALUES, nor `AS` on a pre-bound
    // variable. https://www.w3.org/TR/shacl/#sparql-constraints-prebound
    let rules = Rules::read();
    for rule in &rules.rules {
        let query = rules.parse(rule);
        assert!(matches!(query, Query::Select { .. }), "{} selects", rule.shape);
        let words: Vec<&str> =
            rule.select.split(|c: char| !c.is_alphanumeric() && c != '$').collect();
        for word in ["VALUES", "MINUS", "SERVICE"] {
            assert!(!words.contains(&word), "{} holds {word}", rule.shape);
        }
        assert!(words.contains(&"$this"), "{} is about its focus node", rule.shape);
        assert!(!words.windows(2).any(|two| two == ["AS", "$this"]), "{}", rule.shape);
    }
}

#[test]
fn each_rule_in_sparql_is_broken_by_a_file_and_kept_by_another() {
    let rules = Rules::read();
    let mut seen: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for folder in ["invalid", "valid"] {
        for file in files(&format!("fixtures/{folder}/sparql")) {
            let name = file.display();
            let text = fs::read_to_string(&file).expect("it was just listed");
            let one = |field| head(&text, field).next().unwrap_or_default().to_owned();
            let shape = format!("<{}>", one("shape").replace("css:", CSS));
            // A rule that Core states has its files beside the others.
            let rule = rules.rules.iter().find(|rule| rule.shape == shape);
            let Some(rule) = rule else { unreachable!("{name}: {shape} is no rule in SPARQL") };
            assert_eq!(rule.number, one("rule"), "{name}");
            assert!(!judge(&file).blocks(), "{name} breaks a rule of Core");
            let data: Vec<Triple> = read(&file, BASE).into_iter().chain(AROUND.clone()).collect();
            let quads = data.iter().cloned().map(|triple| triple.in_graph(GraphName::DefaultGraph));
            let set: Dataset = quads.collect();
            for other in &rules.rules {
                let found = broken_on(other, &rules.parse(other), &data, &set);
                let expected = other.shape == rule.shape && folder == "invalid";
                assert_eq!(!found.is_empty(), expected, "{name}: {} on {found:?}", other.shape);
                assert!(!expected || found.contains(&absolute(&one("focus"))), "{name}: {found:?}");
            }
            seen.entry(&rule.shape).or_default().insert(folder);
        }
    }
    let both = BTreeSet::from(["invalid", "valid"]);
    for rule in &rules.rules {
        assert_eq!(seen.get(&*rule.shape), Some(&both), "{}", rule.shape);
    }
}

#[test]
fn the_known_terms_are_those_of_the_ontology() {
    let rules = Rules::read();
    let rule = rules.rules.iter().find(|rule| rule.number == "R02").expect("it is written");
    let listed: BTreeSet<&str> = rule
        .select
        .split(|c: char| c.is_whitespace() || c == ',')
        .filter(|word| word.len() > 3 && word.starts_with("cs:"))
        .collect();
    let declared: BTreeSet<String> = read_all(&["ontology"])
        .into_iter()
        .filter(|triple| triple.predicate == rdf::TYPE)
        .filter_map(|triple| NamedNode::try_from(Term::from(triple.subject)).ok())
        .filter_map(|term| term.as_str().strip_prefix(cs::NS).map(str::to_owned))
        .filter(|local| local.starts_with(char::is_lowercase))
        .map(|local| format!("cs:{local}"))
        .collect();
    assert_eq!(listed, declared.iter().map(String::as_str).collect());
}
