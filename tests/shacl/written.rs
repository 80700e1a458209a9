//! Cases as files, for engines in other languages: `CODESOCIAL_CASES=DIR` says where to, and the
//! seed makes them the same at every run.

use crate::cases::{Case, case};
use crate::triples;
use codesocial_rdf::{RdfSyntax, write};
use codesocial_shacl::{MemoryGraph, validate};
use proptest::prelude::Strategy as _;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use std::fs;
use std::path::PathBuf;

const SEED: [u8; 32] = [26; 32];
const CASES: usize = 200;
/// pySHACL gives an order to IRIs and to texts with a language, which SPARQL's `<` does not:
/// <https://www.w3.org/TR/shacl/#LessThanConstraintComponent>
const UNCOMPARED: &str = "sh:lessThan";

#[test]
#[ignore = "writes files for tests/engines"]
fn cases_are_written() {
    let Some(folder) = std::env::var_os("CODESOCIAL_CASES").map(PathBuf::from) else {
        unreachable!("CODESOCIAL_CASES names the folder to write to");
    };
    fs::create_dir_all(&folder).expect("the folder can be made");
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &SEED);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let strategy = case();
    let drawn = std::iter::repeat_with(|| {
        strategy.new_tree(&mut runner).expect("nothing is rejected").current()
    });
    let comparable = |case: &Case| !case.shapes.contains(UNCOMPARED);
    for (n, case) in drawn.filter(comparable).take(CASES).enumerate() {
        let data: MemoryGraph = triples(&case.data).into_iter().collect();
        let shapes = triples(&case.shapes);
        let compiled = codesocial_shacl::Shapes::parse(&shapes.iter().cloned().collect());
        let report = validate(&compiled.expect("the shapes are well formed"), &data, crate::now());
        let report = report.expect("small graphs are judged").to_triples(None);
        for (name, triples) in
            [("shapes", shapes), ("data", triples(&case.data)), ("report", report)]
        {
            let text = write::graph(&triples, RdfSyntax::NTriples);
            let file = folder.join(format!("{n:03}-{name}.nt"));
            fs::write(file, text).expect("the folder can be written");
        }
    }
}
