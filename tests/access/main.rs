//! Queries tell an agent what the agent may read, and nothing else: random questions about random
//! documents under random access rules have, through the whole server, the answer of a dataset that
//! holds only what the agent may read.
//!
//! `CASES` says how many questions are asked, `SEED` begins a run again.

mod answers;
mod questions;
mod readable;
mod world;

use answers::Answer;
use codesocial_tests::server::{Server, figures};
use readable::Reader;
use std::hash::{BuildHasher as _, Hasher as _};
use world::World;

/// Questions asked of each state of the documents, each by every agent.
const QUESTIONS: usize = 5;

/// How many answers may be refused, as too large or too late, of a thousand: they prove nothing.
const REFUSED_MAX: usize = 10;

/// SplitMix64. <https://prng.di.unimi.it/splitmix64.c>
pub(crate) struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub(crate) fn below(&mut self, end: usize) -> usize {
        let end = u64::try_from(end).expect("a length fits");
        usize::try_from(self.next() % end).expect("it is below a length")
    }

    /// True in so many of a hundred cases.
    pub(crate) fn percent(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    pub(crate) fn pick<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len())]
    }
}

fn setting(name: &str) -> Option<u64> {
    let value = std::env::var(name).ok()?;
    Some(value.parse().unwrap_or_else(|_| unreachable!("{name} is a number, not {value}")))
}

#[test]
fn queries_tell_an_agent_what_the_agent_may_read_and_nothing_else() {
    let cases = usize::try_from(setting("CASES").unwrap_or(600)).expect("a number of cases");
    let drawn = || std::hash::RandomState::new().build_hasher().finish() >> 32;
    let seed = setting("SEED").unwrap_or_else(drawn);
    let mut random = Random(seed);
    let server = Server::empty();
    let mut world = World::new(&server);
    let readers = Reader::all(&server, &world);
    let (mut asked, mut refused) = (0, 0);
    while asked < cases {
        world.change(&mut random);
        let everything = readable::everything(&server);
        let seen: Vec<_> = readers.iter().map(|reader| reader.sees(&world, &everything)).collect();
        for _ in 0..QUESTIONS {
            let question = questions::question(&world, &mut random);
            for (reader, seen) in readers.iter().zip(&seen) {
                asked += 1;
                let Some(answer) = Answer::of_server(&server, reader, &question) else {
                    refused += 1;
                    continue;
                };
                let difference = answer.difference(&Answer::of_dataset(seen, &question));
                assert!(
                    difference.is_empty(),
                    "SEED={seed}, question {asked}, asked by {}: {question}\n{difference}\n{world}",
                    reader.name()
                );
            }
        }
    }
    let states = world.changes();
    figures(&format!("{asked} questions on {states} states, seed {seed}: {refused} refused"));
    figures("0 answers differ from those of a dataset that holds what may be read");
    assert!(refused * 1000 <= asked * REFUSED_MAX, "too many prove nothing");
}
