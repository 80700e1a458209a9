//! The fixtures of the rules: each valid file conforms, each invalid one trips its rule, on its
//! focus node, by its shape. In process, as the door judges them: what it derives included.

use codesocial_rdf::{RdfSyntax, parse};
use codesocial_shacl::{MemoryGraph, Report, Severity, Shapes, validate};
use oxrdf::{Graph, Triple};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

const BASE: &str = "http://registre.example/";
const CSS: &str = "https://w3id.org/codesocial/shapes#";
const SHACL: &str = "http://www.w3.org/ns/shacl#";

pub(crate) fn root() -> PathBuf {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    tests.parent().expect("the tests lie in the project").to_owned()
}

fn files(folder: &str) -> Vec<PathBuf> {
    let listed = fs::read_dir(root().join(folder)).expect("the folder is there");
    let mut files: Vec<PathBuf> = listed
        .map(|file| file.expect("it can be listed").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "ttl"))
        .collect();
    files.sort_unstable();
    assert!(!files.is_empty(), "{folder} is empty");
    files
}

fn read(file: &Path, base: &str) -> Vec<Triple> {
    let bytes = fs::read(file).expect("it was just listed");
    parse::triples(&bytes, RdfSyntax::Turtle, base)
        .unwrap_or_else(|error| unreachable!("{}: {error}", file.display()))
}

fn read_all(folders: &[&str]) -> Vec<Triple> {
    let files = folders.iter().flat_map(|folder| files(folder));
    files.flat_map(|file| read(&file, BASE)).collect()
}

static SHAPES: LazyLock<Shapes> = LazyLock::new(|| {
    let graph: Graph = read_all(&["shapes"]).into_iter().collect();
    Shapes::parse(&graph).expect("our shapes are well-formed")
});

/// What stands in the data graph beside a document: schemes, and the ontology's class hierarchy.
static AROUND: LazyLock<Vec<Triple>> = LazyLock::new(|| {
    let hierarchy = "http://www.w3.org/2000/01/rdf-schema#subClassOf";
    let ontology = read_all(&["ontology"]).into_iter();
    let mut around = read_all(&["ontology/schemes"]);
    around.extend(ontology.filter(|triple| triple.predicate.as_str() == hierarchy));
    around
});

fn judge(file: &Path) -> Report {
    let data: MemoryGraph = read(file, BASE).into_iter().chain(AROUND.iter().cloned()).collect();
    validate(&SHAPES, &data).expect("the shapes can be evaluated")
}

/// The values of `# name: value` in the head of a file.
fn head<'a>(text: &'a str, name: &'a str) -> impl Iterator<Item = &'a str> + 'a {
    let comments = text.lines().take_while(|line| line.starts_with('#'));
    comments.filter_map(move |line| line.strip_prefix("# ")?.strip_prefix(name)?.strip_prefix(": "))
}

fn absolute(iri: &str) -> String {
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
        for shape in head(&text, "warning") {
            let shape = format!("<{}>", shape.replace("css:", CSS));
            let warned = results(&report, &Severity::Warning);
            assert!(warned.iter().any(|[_, own, _]| *own == shape), "{}: {shape}", file.display());
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
    let report = validate(&SHAPES, &data).expect("the shapes can be evaluated");
    assert!(!report.blocks(), "{}", report.to_text(codesocial_shacl::Lang::Fr));
}
