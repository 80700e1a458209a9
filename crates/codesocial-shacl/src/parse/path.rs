//! Reading `sh:path`. <https://www.w3.org/TR/shacl/#property-paths>

use super::read::Reading;
use super::{Problem, discover};
use crate::path::Path;
use crate::vocab::sh;
use oxrdf::vocab::rdf;
use oxrdf::{NamedOrBlankNode, Term};

/// How deep a path may nest; a path that contains itself passes it.
pub const PATH_DEPTH_MAX: usize = 32;
/// How many predicates and operators a path may have.
pub const PATH_NODES_MAX: usize = 1_000;

impl Reading<'_, '_> {
    /// The path of a property shape, `None` for a node shape.
    pub(super) fn path(&mut self) -> Option<Path> {
        let mut values = self.values("path");
        if values.len() > 1 || (values.is_empty() && self.is_a("PropertyShape")) {
            self.complain(Some(sh("path")), None, Problem::NotOnePath);
        }
        let value = values.pop()?;
        if self.is_a("NodeShape") {
            self.refuse("path", &value, Problem::PathOnNodeShape);
        }
        let mut budget = PATH_NODES_MAX;
        match self.path_of(&value, PATH_DEPTH_MAX, &mut budget) {
            Ok(path) => Some(path),
            Err(problem) => {
                self.refuse("path", &value, problem);
                None
            }
        }
    }

    fn path_of(&mut self, node: &Term, depth: usize, budget: &mut usize) -> Result<Path, Problem> {
        if depth == 0 || *budget == 0 {
            return Err(Problem::PathTooLong);
        }
        *budget -= 1;
        let blank = match node {
            Term::NamedNode(predicate) => {
                return Ok(Path::Predicate(self.parser.constant(predicate.clone())));
            }
            Term::BlankNode(blank) => NamedOrBlankNode::from(blank.clone()),
            Term::Literal(_) => return Err(Problem::BadPath),
        };
        let graph = self.parser.graph;
        if graph.objects_for_subject_predicate(&blank, rdf::FIRST).next().is_some() {
            return Ok(Path::Sequence(self.paths_of(node, depth, budget)?));
        }
        let mut operators: Vec<(&str, Term)> = Vec::new();
        for name in
            ["alternativePath", "inversePath", "zeroOrMorePath", "oneOrMorePath", "zeroOrOnePath"]
        {
            let operands = self.objects_of(&blank, name);
            operators.extend(operands.into_iter().map(|operand| (name, operand)));
        }
        let [(operator, operand)] = operators.as_slice() else { return Err(Problem::BadPath) };
        if *operator == "alternativePath" {
            return Ok(Path::Alternative(self.paths_of(operand, depth, budget)?));
        }
        let inner = Box::new(self.path_of(operand, depth - 1, budget)?);
        Ok(match *operator {
            "inversePath" => Path::Inverse(inner),
            "zeroOrMorePath" => Path::ZeroOrMore(inner),
            "oneOrMorePath" => Path::OneOrMore(inner),
            _ => Path::ZeroOrOne(inner),
        })
    }

    /// The members of a sequence or alternative, of which there are at least two.
    fn paths_of(
        &mut self,
        list: &Term,
        depth: usize,
        budget: &mut usize,
    ) -> Result<Vec<Path>, Problem> {
        let members = self.members(list)?;
        if members.len() < 2 || discover::resource(list.as_ref()).is_none() {
            return Err(Problem::BadPath);
        }
        members.iter().map(|member| self.path_of(member, depth - 1, budget)).collect()
    }
}
