//! The reader against kubectl's own libraries: written documents and a
//! generated multitude, through both. They have to agree on every value and on
//! every refusal, but for the differences that `docs/yaml.md` lists.
//!
//! `TRUEUP_YAML_CASES` and `TRUEUP_YAML_SEED` try more, or others.

#[path = "../../src/yaml/tests/cases.rs"]
mod cases;
mod differences;
mod generator;
mod go;
mod written;

use std::collections::BTreeMap;

use trueup::json::Value;
use trueup::yaml::{YamlError, documents};

use crate::harness::sandbox_program;
use crate::proof::Random;
use differences::Difference;
use go::{Answer, ask};

const CASES: usize = 24_000;

/// How often what came out.
#[derive(Default)]
struct Tally {
    read: usize,
    refused: usize,
    several: usize,
    differences: BTreeMap<&'static str, usize>,
    disagreements: Vec<String>,
}

impl Tally {
    #[allow(clippy::print_stdout, reason = "`--nocapture` shows the counts")]
    fn print(&self, what: &str) {
        println!(
            "{what}: {} read alike, {} refused alike, {} split alike",
            self.read, self.refused, self.several
        );
        for (difference, count) in &self.differences {
            println!("  {count:6} {difference}");
        }
    }

    fn assert_none_unexplained(&self) {
        let some: String = self.disagreements.iter().take(20).cloned().collect();
        assert!(self.disagreements.is_empty(), "{} disagreements:\n{some}", self.disagreements.len());
    }

    fn disagree(&mut self, text: &str, go: &Answer, ours: &Result<Vec<Value>, YamlError>) {
        self.disagreements.push(format!("{text:?}\n  ours: {ours:?}\n  Go: {go:?}\n"));
    }
}

/// All documents, empty ones left out.
fn read(text: &str) -> Result<Vec<Value>, YamlError> {
    Ok(documents(text)?.into_iter().map(|document| document.value).collect())
}

/// What `YAMLToJSON` gives: the first document, null if there is none. A text
/// of several goes through `compare_parts`.
fn first(values: &[Value]) -> Value {
    values.first().cloned().unwrap_or_default()
}

/// Whether a text is one document to kubectl.
fn is_single(go: &Answer) -> bool {
    go.documents.as_ref().is_some_and(|documents| documents.len() < 2)
}

fn compare(sandbox: &str, texts: &[String], tally: &mut Tally) {
    let answers = ask(sandbox, texts);
    let parts: Vec<String> = answers.iter().filter(|go| !is_single(go)).flat_map(parts).cloned().collect();
    let part_answers = ask(sandbox, &parts);
    let mut read_parts = parts.iter().zip(&part_answers);
    for (part, go) in read_parts.clone() {
        compare_one(part, go, tally);
    }
    for (text, go) in texts.iter().zip(&answers) {
        if is_single(go) {
            compare_one(text, go, tally);
        } else {
            let count = parts_count(go);
            let of_text: Vec<_> = read_parts.by_ref().take(count).collect();
            compare_parts(text, go, &of_text, tally);
        }
    }
}

fn parts(go: &Answer) -> &[String] {
    go.documents.as_deref().unwrap_or_default()
}

fn parts_count(go: &Answer) -> usize {
    parts(go).len()
}

fn compare_one(text: &str, go: &Answer, tally: &mut Tally) {
    let ours = read(text);
    match (&ours, &go.strict, &go.lax) {
        (Ok(values), Some(expected), _) if first(values) == *expected => tally.read += 1,
        (Err(_), None, _) => tally.refused += 1,
        _ => match Difference::of(text, &ours, go) {
            Some(difference) => *tally.differences.entry(difference.name()).or_default() += 1,
            None => tally.disagree(text, go, &ours),
        },
    }
}

/// A text of several documents is what its parts are, as kubectl splits it.
fn compare_parts(text: &str, go: &Answer, parts: &[(&String, &Answer)], tally: &mut Tally) {
    let ours = read(text);
    let expected: Result<Vec<Value>, YamlError> =
        parts.iter().map(|(part, _)| read(part)).try_fold(Vec::new(), |mut all, values| {
            all.extend(values?);
            Ok(all)
        });
    match (&ours, &expected) {
        (Ok(ours), Ok(expected)) if ours == expected && go.documents.is_some() => tally.several += 1,
        (Err(_), Err(_)) => tally.refused += 1,
        (Err(_), _) if go.documents.is_none() => tally.refused += 1,
        _ => match Difference::of_parts(text, &ours, go) {
            Some(difference) => *tally.differences.entry(difference.name()).or_default() += 1,
            None => tally.disagree(text, go, &ours),
        },
    }
}

#[test]
fn written_documents_mean_to_trueup_what_they_mean_to_kubectl() {
    let Some(sandbox) = sandbox_program() else { return };
    let texts: Vec<String> = written::all().into_iter().map(str::to_owned).collect();
    assert!(texts.len() >= 300);
    let mut tally = Tally::default();
    compare(&sandbox, &texts, &mut tally);
    tally.print("written");
    tally.assert_none_unexplained();
}

#[test]
fn the_recorded_answers_are_those_of_go() {
    let Some(sandbox) = sandbox_program() else { return };
    let tables = [cases::SAME_AS_GO, cases::REFUSED_UNLIKE_GO].concat();
    let texts: Vec<String> = tables.iter().map(|(text, _)| (*text).to_owned()).collect();
    for ((text, recorded), go) in tables.iter().zip(ask(&sandbox, &texts)) {
        let recorded = (*recorded != cases::REFUSED).then(|| serde_json::from_str(recorded).expect("JSON"));
        assert_eq!(go.lax, recorded, "{text:?}");
    }
}

#[test]
fn generated_documents_mean_to_trueup_what_they_mean_to_kubectl() {
    let Some(sandbox) = sandbox_program() else { return };
    let number = |name: &str| std::env::var(name).ok().map(|value| value.parse().expect("a number"));
    let count = number("TRUEUP_YAML_CASES").unwrap_or(CASES as u64);
    let mut random = Random::new(number("TRUEUP_YAML_SEED").unwrap_or(1));
    let written = written::all();
    let texts: Vec<String> = (0..count).map(|_| generator::document(&mut random, &written)).collect();
    let mut tally = Tally::default();
    compare(&sandbox, &texts, &mut tally);
    tally.print("generated");
    tally.assert_none_unexplained();
}
