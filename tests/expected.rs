//! Cases of which some are expected to fail.
//!
//! Invariant: no failure is expected without a reason. A text gives one per line, `name  # reason`,
//! and a case listed there that passes, or that there is none of, fails the run.

use libtest_mimic::{Arguments, Conclusion, Failed, Trial};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// A name, and the judgement.
pub struct Case {
    /// Its first word is what expectations call it by.
    pub name: String,
    pub judge: Box<dyn FnOnce() -> Result<(), String> + Send>,
}

/// What became of a run.
pub struct Outcome {
    pub conclusion: Conclusion,
    /// How many cases of each section passed, and how many there were: a section is what the name
    /// of a case says before its last slash.
    pub sections: BTreeMap<String, (u64, u64)>,
    /// How many cases failed as they were expected to.
    pub failed_as_expected: u64,
}

/// Runs the cases against the lines of what is expected.
pub fn run(arguments: &Arguments, cases: Vec<Case>, expected: &str) -> Outcome {
    let mut expected = reasons(expected);
    let failed_as_expected = Arc::new(AtomicU64::new(0));
    let sections = Arc::new(Mutex::new(BTreeMap::new()));
    let mut trials: Vec<Trial> = cases
        .into_iter()
        .map(|case| {
            let case = counted(case, sections.clone());
            let known = case.name.split(' ').next().unwrap_or_default();
            match expected.remove(known) {
                Some(reason) => failing(case, reason, failed_as_expected.clone()),
                None => Trial::test(case.name, || Ok((case.judge)()?)),
            }
        })
        .collect();
    trials.extend(expected.into_keys().map(|name| {
        let message = "expected to fail, but there is no such case".to_owned();
        Trial::test(name, move || Err(Failed::from(message)))
    }));
    let conclusion = libtest_mimic::run(arguments, trials);
    let sections = std::mem::take(&mut *sections.lock().unwrap_or_else(PoisonError::into_inner));
    let failed_as_expected = failed_as_expected.load(Ordering::Relaxed);
    Outcome { conclusion, sections, failed_as_expected }
}

/// The case, which is counted when it is judged.
fn counted(case: Case, sections: Arc<Mutex<BTreeMap<String, (u64, u64)>>>) -> Case {
    let Case { name, judge } = case;
    let section = name.rsplit_once('/').map_or("", |(section, _)| section).to_owned();
    let judge = move || {
        let judged = judge();
        let mut sections = sections.lock().unwrap_or_else(PoisonError::into_inner);
        let (passed, all) = sections.entry(section).or_default();
        *passed += u64::from(judged.is_ok());
        *all += 1;
        judged
    };
    Case { name, judge: Box::new(judge) }
}

fn failing(case: Case, reason: String, failed_as_expected: Arc<AtomicU64>) -> Trial {
    let judge = move || match (case.judge)() {
        Ok(()) => Err(Failed::from(format!("passes, though a failure is expected: {reason}"))),
        Err(_) => {
            failed_as_expected.fetch_add(1, Ordering::Relaxed);
            Ok(())
        }
    };
    Trial::test(case.name, judge).with_kind("expected failure")
}

fn reasons(text: &str) -> BTreeMap<String, String> {
    let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    let entry = |line: &str| {
        let (name, reason) = line.split_once('#').expect("each expected failure has a # reason");
        (name.trim().to_owned(), reason.trim().to_owned())
    };
    lines.map(entry).collect()
}
