//! What libraries in Go make of values: the sandbox's program answers for each.

use std::io::Write as _;
use std::process::{Command, Stdio};
use std::thread;

use serde::de::DeserializeOwned;
use trueup::json::Value;

/// Asks about all values at once, by this subcommand of the sandbox's program.
pub(crate) fn answers<T: DeserializeOwned>(sandbox: &str, subcommand: &str, values: &[Value]) -> Vec<T> {
    let mut program = Command::new(sandbox)
        .arg(subcommand)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the sandbox's program");
    let mut input = program.stdin.take().expect("a pipe");
    let lines: String = values.iter().map(|value| value.to_string() + "\n").collect();
    let writer = thread::spawn(move || input.write_all(lines.as_bytes()));
    let output = program.wait_with_output().expect("an end");
    writer.join().expect("no panic").expect("all values written");
    assert!(output.status.success(), "{subcommand} failed");
    let answers: Result<Vec<T>, _> =
        serde_json::Deserializer::from_slice(&output.stdout).into_iter().collect();
    let answers = answers.expect("answers");
    assert_eq!(answers.len(), values.len());
    answers
}
