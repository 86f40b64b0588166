//! Files that are generated and checked in: completions, schemas, and the
//! reference of all commands. When one is stale:
//! `TRUEUP_UPDATE=1 cargo test --test runner generated`.

use std::path::Path;
use std::process::Command;
use std::{env, fs};

use clap::ValueEnum as _;
use clap_complete::Shell;

const COMMAND: &str = "TRUEUP_UPDATE=1 cargo test --test runner generated";

/// The file must be as it would be generated now; or becomes so, if asked to.
fn check(path: &str, content: &str) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    if env::var_os("TRUEUP_UPDATE").is_some() {
        fs::create_dir_all(file.parent().expect("a folder")).expect("a folder");
        fs::write(&file, content).expect("a file");
        return;
    }
    let found = fs::read_to_string(&file).unwrap_or_default();
    assert!(found == content, "{path} is stale; this makes it anew: {COMMAND}");
}

/// What trueup prints for these arguments, the same on every machine.
fn printed(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_trueup"))
        .args(arguments)
        .env_clear()
        .env("NO_COLOR", "1")
        .output()
        .expect("the trueup program starts");
    assert!(output.status.success(), "trueup {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("output in UTF-8")
}

#[test]
fn completions_are_up_to_date() {
    for shell in Shell::value_variants() {
        let name = shell.to_string();
        let file = match shell {
            Shell::Zsh => "_trueup".to_owned(),
            Shell::PowerShell => "trueup.ps1".to_owned(),
            Shell::Elvish => "trueup.elv".to_owned(),
            _ => format!("trueup.{name}"),
        };
        check(&format!("completions/{file}"), &printed(&["completions", &name]));
    }
}

#[test]
fn schemas_are_up_to_date() {
    for (file, text) in trueup::report::schema::schemas() {
        check(&format!("docs/schema/{file}"), &text);
    }
    check("docs/schema/trueup.yaml.json", &format!("{:#}\n", trueup::config::schema()));
}

#[test]
fn the_reference_of_all_commands_is_up_to_date() {
    let mut text = "# Commands\n\nWhat `--help` says. Generated: don't edit.\n".to_owned();
    for command in [
        "",
        "render",
        "check",
        "diff",
        "plan",
        "apply",
        "rollback",
        "forget",
        "delete",
        "status",
        "history",
        "hold",
        "hold show",
        "hold clear",
        "lock",
        "lock show",
        "lock break",
        "sandbox",
        "completions",
    ] {
        let arguments: Vec<&str> = command.split_whitespace().chain(["--help"]).collect();
        let title = format!("trueup {command}");
        let help = printed(&arguments);
        // Blank lines of help texts have trailing spaces.
        let help: Vec<&str> = help.lines().map(str::trim_end).collect();
        text.extend(["\n## ", title.trim_end(), "\n\n```text\n", &help.join("\n"), "\n```\n"]);
    }
    check("docs/commands.md", &text);
}
