//! The fixtures of the rules: each valid file conforms, each invalid one trips its rule, on its
//! focus node, by its shape. In process; what the door would derive is written in the files.

use crate::server::figures;
use codesocial_rdf::vocab::{cs, owl, rdf, skos};
use codesocial_rdf::{RdfSyntax, parse};
use codesocial_shacl::{DateTime, MemoryGraph, Report, Severity, Shapes, validate};
use oxrdf::{Graph, NamedNode, Term, Triple};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

pub(crate) const BASE: &str = "http://registre.example/";
pub(crate) const CSS: &str = "https://w3id.org/codesocial/shapes#";
pub(crate) const SHACL: &str = "http://www.w3.org/ns/shacl#";

pub(crate) fn root() -> PathBuf {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    tests.parent().expect("the tests lie in the project").to_owned()
}

pub(crate) fn files(folder: &str) -> Vec<PathBuf> {
    let listed = fs::read_dir(root().join(folder)).expect("the folder is there");
    let mut files: Vec<PathBuf> = listed
        .map(|file| file.expect("it can be listed").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "ttl"))
        .collect();
    files.sort_unstable();
    assert!(!files.is_empty(), "{folder} is empty");
    files
}

pub(crate) fn read(file: &Path, base: &str) -> Vec<Triple> {
    let bytes = fs::read(file).expect("it was just listed");
    parse::triples(&bytes, RdfSyntax::Turtle, base)
        .unwrap_or_else(|error| unreachable!("{}: {error}", file.display()))
}

pub(crate) fn read_all(folders: &[&str]) -> Vec<Triple> {
    let files = folders.iter().flat_map(|folder| files(folder));
    files.flat_map(|file| read(&file, BASE)).collect()
}

/// Rules that Core states, and rules that are queries.
pub(crate) const SHAPE_FOLDERS: [&str; 2] = ["shapes", "shapes/sparql"];

pub(crate) static SHAPES: LazyLock<Shapes> = LazyLock::new(|| {
    let graph: Graph = read_all(&SHAPE_FOLDERS).into_iter().collect();
    Shapes::parse(&graph).expect("our shapes are well-formed")
});

/// What stands in the data graph beside a document: schemes, and the ontology's class hierarchy.
pub(crate) static AROUND: LazyLock<Vec<Triple>> = LazyLock::new(|| {
    let hierarchy = "http://www.w3.org/2000/01/rdf-schema#subClassOf";
    let ontology = read_all(&["ontology"]).into_iter();
    let mut around = read_all(&["ontology/schemes"]);
    around.extend(ontology.filter(|triple| triple.predicate.as_str() == hierarchy));
    around
});

/// The moment at which the fixtures are judged.
pub(crate) fn now() -> DateTime {
    "2026-11-23T00:00:00Z".parse().expect("a date and a time")
}

pub(crate) fn judge(file: &Path) -> Report {
    judge_with_schemes(read(file, BASE))
}

/// The report on triples that stand in a registry with the schemes.
pub(crate) fn judge_with_schemes(triples: impl IntoIterator<Item = Triple>) -> Report {
    let data: MemoryGraph = triples.into_iter().chain(AROUND.iter().cloned()).collect();
    validate(&SHAPES, &data, now()).expect("the shapes can be evaluated")
}

/// The IRI of one of our shapes, as reports have it.
pub(crate) fn css(prefixed: &str) -> String {
    format!("<{}>", prefixed.replace("css:", CSS))
}

/// Focus node and shape of each violation.
pub(crate) fn violations(report: &Report) -> BTreeSet<[String; 2]> {
    let found = results(report, &Severity::Violation);
    found.into_iter().map(|[focus, shape, _]| [focus, shape]).collect()
}

/// The values of `# name: value` in the head of a file.
pub(crate) fn head<'a>(text: &'a str, name: &'a str) -> impl Iterator<Item = &'a str> + 'a {
    let comments = text.lines().take_while(|line| line.starts_with('#'));
    comments.filter_map(move |line| line.strip_prefix("# ")?.strip_prefix(name)?.strip_prefix(": "))
}

pub(crate) fn absolute(iri: &str) -> String {
    format!("<{BASE}{}>", iri.trim_start_matches('<').trim_end_matches('>'))
}

/// Focus, shape and component of each result of a severity.
fn results(report: &Report, severity: &Severity) -> BTreeSet<[String; 3]> {
    let of = report.results.iter().filter(|result| result.severity == *severity);
    of.map(|result| {
        let component = result.component.iri().as_str().to_owned();
        [result.focus.to_string(), result.source_shape.to_string(), component]
    })
    .collect()
}

#[test]
fn each_invalid_file_trips_its_rule_and_nothing_else() {
    let mut wrong = Vec::new();
    for file in files("fixtures/invalid") {
        let text = fs::read_to_string(&file).expect("it was just listed");
        let one = |name| head(&text, name).next().unwrap_or_default().to_owned();
        let wanted = [
            absolute(&one("focus")),
            one("shape").replace("css:", CSS),
            one("component").replace("sh:", SHACL),
        ];
        let shape = format!("<{}>", wanted[1]);
        let found = results(&judge(&file), &Severity::Violation);
        let tripped = found.iter().any(|[focus, own, component]| {
            *focus == wanted[0] && *own == shape && *component == wanted[2]
        });
        // A violation on a focus node that the file does not name would show a second rule broken.
        let named: Vec<String> = head(&text, "focus").map(absolute).collect();
        let others = found.iter().filter(|[focus, ..]| !named.contains(focus)).count();
        if !tripped || others > 0 {
            wrong.push(format!("{}: wanted {wanted:?}, found {found:#?}", file.display()));
        }
        let rule = one("rule");
        let name = file.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        assert!(name.starts_with(&rule), "{name} is named after its rule, {rule}");
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn each_valid_file_conforms_and_warns_only_where_it_says() {
    for file in files("fixtures/valid") {
        let text = fs::read_to_string(&file).expect("it was just listed");
        let report = judge(&file);
        assert!(
            !report.blocks(),
            "{}: {}",
            file.display(),
            report.to_text(codesocial_shacl::Lang::Fr)
        );
        for (kind, severity) in [("warning", Severity::Warning), ("info", Severity::Info)] {
            for shape in head(&text, kind).map(css) {
                let told = results(&report, &severity);
                let is_told = told.iter().any(|[_, own, _]| *own == shape);
                assert!(is_told, "{}: {shape}", file.display());
            }
        }
    }
}

#[test]
fn each_rule_that_a_file_breaks_is_kept_by_another() {
    let rules = |folder: &str| -> BTreeSet<String> {
        let texts = files(folder).into_iter().map(|file| fs::read_to_string(file).unwrap());
        texts.flat_map(|text| head(&text, "rule").map(str::to_owned).collect::<Vec<_>>()).collect()
    };
    let (broken, kept) = (rules("fixtures/invalid"), rules("fixtures/valid"));
    assert_eq!(broken.difference(&kept).collect::<Vec<_>>(), [] as [&String; 0]);
}

#[test]
fn both_sets_conform_together() {
    let mut data = AROUND.clone();
    data.extend(read_all(&["fixtures/source", "fixtures/demo"]));
    let data: MemoryGraph = data.into_iter().collect();
    let report = validate(&SHAPES, &data, now()).expect("the shapes can be evaluated");
    assert!(!report.blocks(), "{}", report.to_text(codesocial_shacl::Lang::Fr));
}

/// Where it is shown that the server keeps what of a rule no shape can say.
enum Shown {
    /// A test of this module.
    By(&'static str, &'static str),
    /// Not yet: it needs this first.
    Awaits(&'static str),
}

/// What of a rule only the server can say: who reads, what time it is, what was computed.
const SERVER: [(&str, Shown); 14] = [
    ("R05", Shown::By("server_rules", "who_is_inscribed_has_a_convention_in_force_today")),
    ("R06", Shown::Awaits("accounts: what a person's public document may hold")),
    ("R16", Shown::Awaits("remarks with a clock: when a version came stands in no data graph")),
    ("R18", Shown::By("versions", "nobody_writes_a_version")),
    ("R19", Shown::By("server_rules", "a_seal_bears_the_digest_that_was_published")),
    ("R32", Shown::By("server_rules", "a_decision_is_not_older_than_the_proposal_that_it_settles")),
    ("R45", Shown::Awaits("accounts: the consent of a person who takes a stance")),
    ("R46", Shown::By("server_rules", "who_is_opposed_opposes_and_no_longer_than_the_other")),
    ("R49", Shown::By("server_rules", "what_somebody_answered_is_no_public_document")),
    ("R53", Shown::Awaits("proofs: that of a badge verifies")),
    ("R54", Shown::Awaits("accounts: the consent of a recipient")),
    ("R56", Shown::Awaits("accounts: the attempt that earned a badge")),
    ("R61", Shown::By("server_rules", "what_is_open_does_not_end_in_the_past")),
    ("R62", Shown::By("server_rules", "a_need_under_a_pseudonym_does_not_say_whose_it_is")),
];

#[test]
fn what_only_the_server_can_say_is_told_by_a_story_or_known_to_be_missing() {
    let mut awaited = Vec::new();
    for (rule, shown) in &SERVER {
        match shown {
            Shown::By(module, test) => {
                let file = root().join(format!("tests/it/{module}.rs"));
                let text = fs::read_to_string(file).expect("the module is there");
                assert!(text.contains(&format!("#[test]\nfn {test}()")), "{rule}: {test}");
            }
            Shown::Awaits(what) => awaited.push(format!("{rule} awaits {what}")),
        }
    }
    figures(&format!("rules of the server: {}", awaited.join("; ")));
}

/// The rules of the domain, by number.
fn domain_rules() -> impl Iterator<Item = String> {
    let numbers = [1..=7, 10..=26, 30..=56, 60..=65, 70..=78, 80..=89];
    numbers.into_iter().flatten().map(|number| format!("R{number:02}"))
}

/// The rules that the shapes of a folder state, and whether breaking them is a violation.
fn stated(folder: &str) -> BTreeMap<String, bool> {
    let triples = read_all(&[folder]);
    let severity = format!("{SHACL}severity");
    let mut rules = BTreeMap::new();
    for triple in triples.iter().filter(|t| t.predicate.as_str() == format!("{}rule", cs::NS)) {
        let mild =
            triples.iter().any(|t| t.subject == triple.subject && t.predicate.as_str() == severity);
        let number = triple.object.to_string().trim_matches('"').to_owned();
        *rules.entry(number).or_default() |= !mild;
    }
    rules
}

#[test]
fn every_rule_of_the_domain_is_stated_somewhere_and_exercised() {
    let [core, sparql] = SHAPE_FOLDERS.map(stated);
    let files_of = |folder: &str| -> BTreeSet<String> {
        let texts = files(folder).into_iter().map(|file| fs::read_to_string(file).unwrap());
        texts.flat_map(|text| head(&text, "rule").map(str::to_owned).collect::<Vec<_>>()).collect()
    };
    let (broken, kept) = (files_of("fixtures/invalid"), files_of("fixtures/valid"));
    for rule in domain_rules() {
        let known = core.contains_key(&rule) || sparql.contains_key(&rule);
        assert!(known || SERVER.iter().any(|(own, _)| *own == rule), "{rule} is stated nowhere");
    }
    for (rule, violates) in core.iter().chain(&sparql) {
        assert!(domain_rules().any(|own| own == *rule) || rule == "R00", "{rule} is unknown");
        assert!(kept.contains(rule) || broken.contains(rule), "{rule} is not exercised");
        assert!(!violates || broken.contains(rule), "nothing breaks {rule}");
    }
    for rule in core.keys().chain(sparql.keys()).collect::<BTreeSet<_>>() {
        figures(&format!("{rule}: {}", files_about(rule)));
    }
    let of = |names: &BTreeMap<String, bool>| names.keys().filter(|rule| *rule != "R00").count();
    figures(&format!(
        "rules: {} in Core, {} in SPARQL, {} in part or wholly for the server, of {}",
        of(&core),
        of(&sparql),
        SERVER.len(),
        domain_rules().count(),
    ));
    count_the_domain();
}

/// The files that break a rule, keep it, or break it through a neighbour.
fn files_about(rule: &str) -> String {
    let about = |folder: &str| -> String {
        let listed = fs::read_dir(root().join("fixtures").join(folder)).expect("it is there");
        let mut names: Vec<String> = listed
            .map(|file| file.expect("it can be listed").path())
            .filter(|file| {
                let text = fs::read_to_string(file).expect("it was just listed");
                head(&text, "rule").any(|own| own == rule)
            })
            .filter_map(|file| Some(file.file_stem()?.to_str()?.to_owned()))
            .collect();
        names.sort_unstable();
        format!("{} {folder} ({})", names.len(), names.join(" "))
    };
    ["invalid", "valid", "neighbours"].map(about).join(", ")
}

/// What the demo promises, class by class; persons and what hangs on them wait for accounts.
#[test]
fn the_demo_set_holds_what_it_promises() {
    let triples = read_all(&["fixtures/demo", "fixtures/demo/ensuite"]);
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for triple in triples.iter().filter(|triple| triple.predicate == rdf::TYPE) {
        let class = triple.object.to_string();
        let local = class.trim_matches(['<', '>']).rsplit(['#', '/']).next().unwrap_or_default();
        found.entry(local.to_owned()).or_default().insert(triple.subject.to_string());
    }
    let counts: BTreeMap<_, _> = found.iter().map(|(class, all)| (&**class, all.len())).collect();
    for (class, wanted) in [
        ("Need", 30),
        ("Offer", 26),
        ("Match", 11),
        ("NeedPool", 3),
        ("WealthMatrix", 4),
        ("Stance", 24),
        ("PhotoMission", 36),
        ("Observation", 12),
        ("UsageFeedback", 9),
        ("Achievement", 6),
        ("OpenBadgeCredential", 40),
        ("EndorsementCredential", 12),
        ("IssuerRecognition", 2),
        ("InscriptionConvention", 3),
        ("CodeSocial", 5),
        ("Intention", 40),
        ("Action", 48),
        ("CoherenceAssessment", 90),
        ("RegulationCase", 2),
        ("Event", 4),
    ] {
        assert_eq!(counts.get(class), Some(&wanted), "{class}");
    }
    let text: Vec<String> =
        counts.iter().map(|(class, count)| format!("{class} {count}")).collect();
    figures(&format!("demo: {}", text.join(", ")));
}

fn count_the_domain() {
    let typed = |triples: &[Triple], wanted: &dyn Fn(&str) -> bool| {
        let of = triples.iter().filter(|t| t.predicate == rdf::TYPE);
        let named = of.filter(|t| wanted(t.object.to_string().trim_matches(['<', '>'])));
        named.map(|t| t.subject.to_string()).collect::<BTreeSet<_>>().len()
    };
    let ontology = read_all(&["ontology"]);
    let schemes = read_all(&["ontology/schemes"]);
    let shapes = read_all(&["shapes"]);
    let queries = read_all(&["shapes/sparql"]);
    let is = |iri: String| move |class: &str| class == iri;
    figures(&format!(
        "ontology: {} classes, {} properties, {} schemes, {} concepts",
        typed(&ontology, &is(owl::CLASS.as_str().to_owned())),
        typed(&ontology, &|class| class.ends_with("Property")),
        typed(&schemes, &is(skos::CONCEPT_SCHEME.as_str().to_owned())),
        typed(&schemes, &is(skos::CONCEPT.as_str().to_owned())),
    ));
    let fixtures = ["invalid", "valid"].map(|folder| files(&format!("fixtures/{folder}")).len());
    figures(&format!(
        "shapes: {} of nodes, {} of properties, {} queries; fixtures: {fixtures:?}",
        typed(&shapes, &is(format!("{SHACL}NodeShape"))),
        typed(&shapes, &is(format!("{SHACL}PropertyShape"))),
        typed(&queries, &is(format!("{SHACL}SPARQLConstraint"))),
    ));
}

/// A list in a query cannot ask the ontology, which is not data: it is a copy.
#[test]
fn the_known_terms_are_those_of_the_ontology() {
    let select = NamedNode::new_unchecked(format!("{SHACL}select"));
    let rules = read_all(&["shapes/sparql"]);
    let query = rules.iter().find(|triple| {
        triple.predicate == select && triple.subject.to_string() == css("css:Known-terms-query")
    });
    let Some(Term::Literal(query)) = query.map(|triple| &triple.object) else {
        unreachable!("the rule has a query");
    };
    let list = query.value().split("'''").nth(1).expect("the list is a long string");
    let words = list.split(|c: char| c.is_whitespace() || c == '|');
    let listed: BTreeSet<&str> = words.filter(|word| !word.is_empty()).collect();
    let declared: BTreeSet<String> = read_all(&["ontology"])
        .into_iter()
        .filter(|triple| triple.predicate == rdf::TYPE)
        .filter_map(|triple| NamedNode::try_from(Term::from(triple.subject)).ok())
        .filter_map(|term| term.as_str().strip_prefix(cs::NS).map(str::to_owned))
        .filter(|local| local.starts_with(char::is_lowercase))
        .collect();
    assert_eq!(listed, declared.iter().map(String::as_str).collect());
}
