//! How often each proof met each truth.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use trueup::diff::Proof;

/// What an apply would do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Truth {
    Nothing,
    Changes,
    Refused,
}

/// Counts by kind, and every wrong proof.
#[derive(Default)]
pub(crate) struct Tally {
    counts: BTreeMap<String, [usize; 9]>,
    /// Why what an apply wouldn't change wasn't proved, by kind.
    misses: BTreeMap<String, usize>,
    /// What else happened.
    notes: BTreeMap<String, usize>,
    /// Why the server didn't take an object of a kind, for example.
    pub(crate) refused: BTreeMap<&'static str, String>,
    pub(crate) wrong: Vec<String>,
}

const UNCHANGED: usize = 0;
const DIFFERS: usize = 1;
const UNKNOWN: usize = 2;

impl Tally {
    pub(crate) fn count(&mut self, kind: &str, proof: Proof, truth: Truth) {
        let said = match proof {
            Proof::Unchanged => UNCHANGED,
            Proof::Differs => DIFFERS,
            Proof::Unknown(_) => UNKNOWN,
        };
        self.counts.entry(kind.to_owned()).or_default()[column(truth, said)] += 1;
        if truth == Truth::Nothing && said != UNCHANGED {
            *self.misses.entry(format!("{kind}: {proof:?}")).or_default() += 1;
        }
    }

    pub(crate) fn note(&mut self, what: impl Into<String>) {
        *self.notes.entry(what.into()).or_default() += 1;
    }

    pub(crate) fn add(&mut self, other: Self) {
        for (kind, counts) in other.counts {
            let own = self.counts.entry(kind).or_default();
            own.iter_mut().zip(counts).for_each(|(own, count)| *own += count);
        }
        for (own, theirs) in [(&mut self.misses, other.misses), (&mut self.notes, other.notes)] {
            for (what, count) in theirs {
                *own.entry(what).or_default() += count;
            }
        }
        self.refused.extend(other.refused);
        self.wrong.extend(other.wrong);
    }

    fn total(&self, column: usize) -> usize {
        self.counts.values().map(|counts| counts[column]).sum()
    }

    /// How many objects were compared.
    pub(crate) fn compared(&self) -> usize {
        self.counts.values().flatten().sum()
    }

    /// How many an apply wouldn't change and the proof says so.
    pub(crate) fn proved(&self) -> usize {
        self.total(column(Truth::Nothing, UNCHANGED))
    }

    /// How many an apply wouldn't change and there is no proof.
    pub(crate) fn missed(&self) -> usize {
        self.total(column(Truth::Nothing, DIFFERS)) + self.total(column(Truth::Nothing, UNKNOWN))
    }

    /// The counts of each kind, the reasons of what was missed, and the rest.
    pub(crate) fn table(&self) -> String {
        let mut table = format!(
            "{:<32} {:^26}   {:^26}   {:^26}\n{:<32}",
            "", "an apply changes nothing", "an apply changes something", "an apply is refused", "kind"
        );
        for _ in 0..3 {
            let _ = write!(table, " {:>8} {:>8} {:>8}  ", "proved", "differs", "unknown");
        }
        let all: [usize; 9] = std::array::from_fn(|column| self.total(column));
        for (kind, counts) in
            self.counts.iter().map(|(kind, counts)| (kind.as_str(), counts)).chain([("all", &all)])
        {
            let _ = write!(table, "\n{kind:<32}");
            for (column, count) in counts.iter().enumerate() {
                let gap = if column % 3 == 2 { "  " } else { "" };
                let _ = write!(table, " {count:>8}{gap}");
            }
        }
        for (what, count) in self.misses.iter().chain(&self.notes) {
            let _ = write!(table, "\n{count:>8}  {what}");
        }
        for (kind, why) in &self.refused {
            let _ = write!(table, "\n          {kind} refused: {why}");
        }
        table
    }
}

fn column(truth: Truth, said: usize) -> usize {
    let group = match truth {
        Truth::Nothing => 0,
        Truth::Changes => 1,
        Truth::Refused => 2,
    };
    group * 3 + said
}
