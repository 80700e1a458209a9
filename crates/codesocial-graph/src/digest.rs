//! A number for a state that does not depend on order, ids or history: two states hold the same
//! quads exactly when their digests are equal, short of a broken SHA-256.

use crate::row::{Order, Row};
use crate::scan::Scan;
use crate::state::State;
use sha2::{Digest as _, Sha256};
use std::fmt::Write;

impl State {
    /// The sum modulo 2^256, little-endian, of the SHA-256 of each quad's canonical N-Quads line.
    pub fn digest(&self) -> [u8; 32] {
        let mut sum = [0; 32];
        let mut line = String::new();
        for quad in Scan::from(self, Order::Spog, Row::MIN) {
            line.clear();
            writeln!(line, "{} .", self.decode(quad)).expect("writing to a string cannot fail");
            add(&mut sum, &Sha256::digest(&line).into());
        }
        sum
    }
}

fn add(sum: &mut [u8; 32], term: &[u8; 32]) {
    let mut carry = false;
    for (sum, term) in sum.iter_mut().zip(term) {
        let (partial, first) = sum.overflowing_add(*term);
        let (total, second) = partial.overflowing_add(u8::from(carry));
        *sum = total;
        carry = first || second;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sum_carries_and_wraps() {
        let mut sum = [u8::MAX; 32];
        let mut two = [0; 32];
        two[0] = 2;
        add(&mut sum, &two);
        let mut one = [0; 32];
        one[0] = 1;
        assert_eq!(sum, one);
    }
}
