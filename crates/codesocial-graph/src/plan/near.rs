//! Conditions on how far points lie from one another, or from a given one: which may pass is listed
//! before the rest is looked up, and the condition is asked of those only.
//!
//! Equal, because all that may pass are listed: a distance on a sphere grows with the straight line
//! through it, so that points are compared as what they are in space, where neither the poles nor
//! the antimeridian is a special case.

use super::Plan;
use super::values::source;
use crate::term::TermId;
use codesocial_rdf::vocab::{geof, uom};
use oxrdf::vocab::xsd;
use oxrdf::{Literal, NamedNode, TermRef, Variable};
use rustc_hash::FxHashMap;
use spargebra::algebra::{Expression, Function, GraphPattern};
use std::f64::consts::FRAC_PI_2;
use std::mem;

/// Beyond so many points it takes too long to compare them.
const POINTS_MAX: usize = 200_000;
/// Beyond so many a list of them is no help.
const PAIRS_MAX: usize = 20_000;
/// Of all pairs, at most one in so many is listed.
const PAIRS_PER_PAIR_MIN: usize = 4;
/// Points that are not written as they mostly are go with every other.
const ODD_MAX: usize = 16;
/// A little less than the radius of the sphere that distances are measured on, so that what is
/// listed reaches at least as far as the condition.
const RADIUS_METRES: f64 = 6_370_000.0;
/// More than the difference that rounding makes.
const ROUNDING_METRES: f64 = 0.001;

impl Plan<'_> {
    /// Restricts a pattern to what may pass a condition on distances, if it is one.
    pub(super) fn near(&self, condition: &Expression, pattern: &mut GraphPattern) {
        let Some(values) = self.nearby(condition, pattern) else { return };
        let core = core(pattern);
        let (left, right) = (Box::new(values), Box::new(mem::take(core)));
        *core = GraphPattern::Join { left, right };
    }

    fn nearby(&self, condition: &Expression, pattern: &mut GraphPattern) -> Option<GraphPattern> {
        let Near { ends, metres } = Near::of(condition, pattern)?;
        let reach = chord(metres)?;
        let core = core(pattern);
        match &ends {
            [End::Variable(one), End::Variable(other)] if one != other => {
                let points = self.points(core, one)?;
                let others = self.points(core, other)?;
                let pairs = points.near(&others, reach)?;
                let bindings = pairs.into_iter().map(|(one, other)| {
                    Some(vec![Some(self.value(one)?), Some(self.value(other)?)])
                });
                let variables = vec![one.clone(), other.clone()];
                Some(GraphPattern::Values { variables, bindings: bindings.collect::<Option<_>>()? })
            }
            [End::Variable(one), End::Given(given)] | [End::Given(given), End::Variable(one)] => {
                let given = Points { known: vec![(TermId::DEFAULT_GRAPH, *given)], odd: vec![] };
                let pairs = self.points(core, one)?.near(&given, reach)?;
                self.list(one, &pairs.into_iter().map(|(one, _)| one).collect::<Vec<_>>())
            }
            _ => None,
        }
    }

    /// The points that a variable may be.
    fn points(&self, core: &mut GraphPattern, variable: &Variable) -> Option<Points> {
        let triples = source(core, variable)?;
        let values = self.values_of(triples, variable, POINTS_MAX)?;
        let (mut known, mut others) = (Vec::new(), Vec::new());
        for id in values {
            let place = match self.dataset.term(id) {
                TermRef::Literal(literal) => in_space(literal.value()),
                TermRef::NamedNode(_) | TermRef::BlankNode(_) => None,
            };
            match place {
                Some(place) => known.push((id, place)),
                None => others.push(id),
            }
        }
        if others.is_empty() {
            return Some(Points { known, odd: others });
        }
        // What has no distance, not even from itself, is no point.
        let itself = || Expression::Variable(variable.clone());
        let distance = vec![itself(), itself(), uom::METRE.into_owned().into()];
        let distance =
            Expression::FunctionCall(Function::Custom(geof::DISTANCE.into_owned()), distance);
        let none = Expression::Literal(Literal::from(0));
        let is_point = Expression::GreaterOrEqual(Box::new(distance), Box::new(none));
        let odd = self.asked_of(&is_point, variable, others)?;
        (odd.len() <= ODD_MAX).then_some(Points { known, odd })
    }
}

/// Whose distance from whom is at most so much.
struct Near {
    ends: [End; 2],
    metres: f64,
}

enum End {
    Variable(Variable),
    Given([f64; 3]),
}

impl Near {
    fn of(condition: &Expression, pattern: &GraphPattern) -> Option<Self> {
        match condition {
            Expression::Less(distance, most)
            | Expression::LessOrEqual(distance, most)
            | Expression::Greater(most, distance)
            | Expression::GreaterOrEqual(most, distance) => {
                Self::within(distance, number(most)?, pattern)
            }
            _ => None,
        }
    }

    fn within(distance: &Expression, most: f64, pattern: &GraphPattern) -> Option<Self> {
        match distance {
            Expression::Variable(name) => {
                let (said, beneath) = said_of(name, pattern)?;
                Self::within(said, most, beneath)
            }
            Expression::Divide(distance, by) => {
                Self::within(distance, most * positive(by)?, pattern)
            }
            Expression::Multiply(one, other) => match (positive(one), positive(other)) {
                (Some(by), None) => Self::within(other, most / by, pattern),
                (None, Some(by)) => Self::within(one, most / by, pattern),
                _ => None,
            },
            Expression::FunctionCall(Function::Custom(function), arguments)
                if *function == geof::DISTANCE =>
            {
                let [one, other, Expression::NamedNode(unit)] = &arguments[..] else { return None };
                let ends = [End::of(one)?, End::of(other)?];
                Some(Self { ends, metres: most * metres(unit)? })
            }
            _ => None,
        }
    }
}

impl End {
    fn of(expression: &Expression) -> Option<Self> {
        match expression {
            Expression::Variable(variable) => Some(Self::Variable(variable.clone())),
            Expression::Literal(literal) => in_space(literal.value()).map(Self::Given),
            _ => None,
        }
    }
}

/// What `BIND` gives a variable, and the pattern that it is bound over.
fn said_of<'a>(
    name: &Variable,
    mut pattern: &'a GraphPattern,
) -> Option<(&'a Expression, &'a GraphPattern)> {
    loop {
        match pattern {
            GraphPattern::Extend { inner, variable, expression } if variable == name => {
                return Some((expression, inner));
            }
            GraphPattern::Extend { inner, .. } | GraphPattern::Filter { inner, .. } => {
                pattern = inner;
            }
            _ => return None,
        }
    }
}

/// The part of a pattern that its solutions begin with, and that may be restricted by what is
/// asked of them.
fn core(pattern: &mut GraphPattern) -> &mut GraphPattern {
    match pattern {
        GraphPattern::LeftJoin { left: inner, .. }
        | GraphPattern::Lateral { left: inner, .. }
        | GraphPattern::Minus { left: inner, .. }
        | GraphPattern::Filter { inner, .. }
        | GraphPattern::Extend { inner, .. } => core(inner),
        other => other,
    }
}

fn number(expression: &Expression) -> Option<f64> {
    let Expression::Literal(literal) = expression else { return None };
    let is_number =
        [xsd::INTEGER, xsd::DECIMAL, xsd::DOUBLE, xsd::FLOAT].contains(&literal.datatype());
    literal.value().parse().ok().filter(|number: &f64| is_number && number.is_finite())
}

fn positive(expression: &Expression) -> Option<f64> {
    number(expression).filter(|number| *number > 0.0)
}

fn metres(unit: &NamedNode) -> Option<f64> {
    match unit.as_ref() {
        uom::METRE | uom::METER => Some(1.0),
        uom::KILOMETRE | uom::KILOMETER => Some(1_000.0),
        _ => None,
    }
}

/// How long the straight line is of a distance on the sphere of radius one. Nothing, where it
/// reaches around it.
fn chord(metres: f64) -> Option<f64> {
    let half_angle = (metres.max(0.0) + ROUNDING_METRES) / (2.0 * RADIUS_METRES);
    (half_angle < FRAC_PI_2 / 2.0).then(|| 2.0 * half_angle.sin())
}

/// Where a point in degrees lies on the sphere of radius one, if it is written as they mostly are.
/// <https://docs.ogc.org/is/22-047r1/22-047r1.html#10-8-1>
fn in_space(wkt: &str) -> Option<[f64; 3]> {
    const CRS84: &str = "<http://www.opengis.net/def/crs/OGC/1.3/CRS84>";
    let wkt = wkt.trim();
    let wkt = wkt.strip_prefix(CRS84).map_or(wkt, str::trim_start);
    let (name, coordinates) = wkt.strip_suffix(')')?.split_once('(')?;
    if !name.trim_end().eq_ignore_ascii_case("point") {
        return None;
    }
    let mut degrees = coordinates.split_whitespace().map(str::parse::<f64>);
    let (longitude, latitude) = (degrees.next()?.ok()?, degrees.next()?.ok()?);
    if degrees.next().is_some() || !longitude.is_finite() || !latitude.is_finite() {
        return None;
    }
    let (longitude, latitude) = (longitude.to_radians(), latitude.to_radians());
    let level = latitude.cos();
    Some([level * longitude.cos(), level * longitude.sin(), latitude.sin()])
}

/// Points, and what else has a distance.
struct Points {
    known: Vec<(TermId, [f64; 3])>,
    odd: Vec<TermId>,
}

type Cell = [i32; 3];

impl Points {
    /// The pairs of one of these and one of others that lie within reach, if they are few.
    fn near(&self, others: &Self, reach: f64) -> Option<Vec<(TermId, TermId)>> {
        let all = self.len() * others.len();
        let most = PAIRS_MAX.min(all / PAIRS_PER_PAIR_MIN);
        let mut cells: FxHashMap<Cell, Vec<usize>> = FxHashMap::default();
        for (n, (_, place)) in others.known.iter().enumerate() {
            cells.entry(cell(*place, reach)).or_default().push(n);
        }
        let mut pairs = Vec::new();
        for (id, place) in &self.known {
            for neighbour in around(cell(*place, reach)) {
                for n in cells.get(&neighbour).into_iter().flatten() {
                    let (other, there) = others.known[*n];
                    let line = place.iter().zip(there).map(|(a, b)| (a - b).powi(2)).sum::<f64>();
                    if line <= reach * reach {
                        pairs.push((*id, other));
                    }
                }
            }
            if pairs.len() > most {
                return None;
            }
            pairs.extend(others.odd.iter().map(|odd| (*id, *odd)));
        }
        for odd in &self.odd {
            pairs.extend(others.ids().map(|other| (*odd, other)));
        }
        (pairs.len() <= most).then_some(pairs)
    }

    fn len(&self) -> usize {
        self.known.len() + self.odd.len()
    }

    fn ids(&self) -> impl Iterator<Item = TermId> {
        self.known.iter().map(|(id, _)| *id).chain(self.odd.iter().copied())
    }
}

/// The cube of that size that a place lies in.
fn cell(place: [f64; 3], size: f64) -> Cell {
    // Coordinates are within one of zero: no cell's number is too large.
    const SIZE_MIN: f64 = 1e-8;
    place.map(|coordinate| (coordinate / size.max(SIZE_MIN)).floor() as i32)
}

/// A cube and those that it touches.
fn around([x, y, z]: Cell) -> impl Iterator<Item = Cell> {
    let near = |n: i32| n - 1..=n + 1;
    near(x).flat_map(move |x| near(y).flat_map(move |y| near(z).map(move |z| [x, y, z])))
}
