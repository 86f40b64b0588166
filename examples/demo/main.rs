//! `cargo run --example demo`: trueup deploys a Git repository to a real
//! Kubernetes control plane on this machine, and each step is checked.
//!
//! `-- --keep` leaves the control plane and the repository for you to play with.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a demo is there to be watched")]

mod build;
mod cluster;
#[path = "../../tests/harness/sandbox_process.rs"]
mod sandbox_process;
#[path = "../../tests/harness/sandbox_program.rs"]
mod sandbox_program;
mod shop;
mod stage;
mod story;

use std::env;
use std::process::ExitCode;
use std::time::Instant;

use stage::Stage;

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let keep = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => false,
        ["--keep"] => true,
        _ => {
            eprintln!("usage: cargo run --example demo [-- --keep]");
            return ExitCode::from(64);
        }
    };
    match demo(keep) {
        Ok(verdict) => {
            println!("\n{verdict}");
            ExitCode::SUCCESS
        }
        Err(why) => {
            eprintln!("\ndemo: NOT as expected: {why}");
            ExitCode::FAILURE
        }
    }
}

/// Builds, plays, and says how it went. When `keep` is set, everything stays.
fn demo(keep: bool) -> Result<String, String> {
    let trueup = build::trueup()?;
    let program = sandbox_program::locate(stage::progress)?;
    let began = Instant::now();
    let mut stage = Stage::set(trueup, &program, keep)?;
    let outcome = story::play(&mut stage);
    if keep {
        stage.leave(&program);
    }
    outcome?;
    let (steps, seconds) = (stage.steps(), began.elapsed().as_secs());
    Ok(format!("demo: {steps} commands, each did what it should, in {seconds} s"))
}
