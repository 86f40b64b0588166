//! The history that a clone lacks, fetched by the `git` program with the rights of
//! whoever runs trueup, into a folder of its own.
//!
//! The clone stays as it is: its branches, its configuration, where it's cut off. Its
//! own words on how to reach the remote are handed on through the environment, since
//! they may hold a token. Nobody is asked for a password, and there is no shell.
//!
//! Commits and trees are fetched, and no content of files, from whom it can be had so.

use std::ffi::OsString;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::error::Diagnostic;
use crate::git::{CommitId, Repository};
use crate::tools::{Failure, Limits, Workspace, limited};

/// The longest that one fetch may take.
const TIME: Duration = Duration::from_secs(120);

/// The most that git may print.
const MOST_OUTPUT: u64 = 1024 * 1024;

/// What of a clone's configuration says how to reach a remote.
const SECTIONS: [&str; 6] = ["credential.", "http.", "protocol.", "remote.", "ssh.", "url."];

/// The same, by whole names.
const SETTINGS: [&str; 3] = ["core.askpass", "core.gitproxy", "core.sshcommand"];

/// What would lead git to another repository than the one that is meant.
const MISLEADING: [&str; 9] = [
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_COMMON_DIR",
    "GIT_CONFIG",
    "GIT_DIR",
    "GIT_INDEX_FILE",
    "GIT_NAMESPACE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_SHALLOW_FILE",
    "GIT_WORK_TREE",
];

/// What git doesn't do here, whatever the configuration says.
const WITHOUT: [&str; 5] = [
    "core.hooksPath=/dev/null",
    "fetch.recurseSubmodules=false",
    "fetch.writeCommitGraph=false",
    "gc.auto=0",
    "maintenance.auto=false",
];

/// Has the histories of all branches of the remote fetched, and of these commits, where
/// the remote still has them. From then on the repository knows them.
pub fn fetch_history(repository: &Repository, commits: &[CommitId]) -> Result<(), Diagnostic> {
    let unfetched =
        |why: String| Diagnostic::new("the history that this clone lacks can't be fetched").because(why);
    let remote = repository.remote().ok_or_else(|| unfetched("it has no remote".to_owned()))?;
    let workspace =
        Workspace::create().map_err(|error| unfetched(format!("no folder could be made: {error}")))?;
    let folder = workspace.tree();
    let git = Git { clone: repository.root().unwrap_or(repository.git_dir()), folder: &folder };
    let branches = format!("+refs/heads/*:refs/remotes/{remote}/*");
    git.init().and_then(|()| git.fetch(&remote, &branches)).map_err(&unfetched)?;
    let there = open(&folder, repository).map_err(&unfetched)?;
    for commit in commits.iter().filter(|commit| !there.contains(commit) || there.is_cut_at(commit)) {
        // A remote needn't have what was only ever here, or what was rewritten.
        let _ = git.fetch(&remote, &commit.to_string());
    }
    let there = open(&folder, repository).map_err(&unfetched)?;
    repository.learn(there, workspace);
    Ok(())
}

/// Opens what was fetched, together with what the clone has.
fn open(folder: &Path, clone: &Repository) -> Result<Repository, String> {
    let information = folder.join("objects/info");
    let objects = clone.common_dir().join("objects");
    fs::create_dir_all(&information)
        .and_then(|()| fs::write(information.join("alternates"), format!("{}\n", objects.display())))
        .map_err(|error| error.to_string())?;
    let opened = Repository::discover(folder).map_err(|error| error.to_string())?;
    opened.ok_or_else(|| "what was fetched is no repository".to_owned())
}

struct Git<'a> {
    clone: &'a Path,
    folder: &'a Path,
}

impl Git<'_> {
    fn init(&self) -> Result<(), String> {
        let mut command = self.command();
        command.args(["init", "--quiet", "--bare", "--template="]).arg(self.folder);
        run(command).map(drop)
    }

    fn fetch(&self, remote: &str, what: &str) -> Result<(), String> {
        // While git looks, what the clone has would stand for the history behind it.
        let _ = fs::remove_file(self.folder.join("objects/info/alternates"));
        let mut command = self.command();
        let mut folder = OsString::from("--git-dir=");
        folder.push(self.folder);
        command.arg(folder).envs(self.ways()?);
        command.args(WITHOUT.iter().flat_map(|setting| ["-c", setting]));
        command.args(["fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--filter=blob:none"]);
        command.args(["--", remote, what]);
        run(command).map(drop)
    }

    /// How the clone reaches its remotes, as variables that say the same.
    fn ways(&self) -> Result<Vec<(String, String)>, String> {
        let mut command = self.command();
        command.args(["config", "--local", "--includes", "--null", "--list"]);
        let listed = run(command)?;
        let before = std::env::var("GIT_CONFIG_COUNT").ok().and_then(|count| count.parse().ok());
        Ok(as_variables(&String::from_utf8_lossy(&listed), before.unwrap_or(0)))
    }

    fn command(&self) -> Command {
        let mut command = Command::new("git");
        command
            .current_dir(self.clone)
            .env("GIT_TERMINAL_PROMPT", "0")
            .env("GIT_OPTIONAL_LOCKS", "0")
            .env("LC_ALL", "C.UTF-8")
            .stdin(Stdio::null());
        for variable in MISLEADING {
            command.env_remove(variable);
        }
        command
    }
}

/// `git config --null --list` as the variables by which git takes the same settings, after
/// so many that are there already. Only those that say how to reach a remote.
fn as_variables(listed: &str, before: usize) -> Vec<(String, String)> {
    let settings = listed.split('\0').filter_map(|setting| setting.split_once('\n'));
    let leads_there = |(name, _): &(&str, &str)| {
        let name = name.to_ascii_lowercase();
        let is_partial = name.ends_with(".promisor") || name.ends_with(".partialclonefilter");
        let is_way = SECTIONS.iter().any(|section| name.starts_with(section));
        (is_way && !is_partial) || SETTINGS.contains(&name.as_str())
    };
    let mut variables = Vec::new();
    let mut count = before;
    for (name, value) in settings.filter(leads_there) {
        variables.push((format!("GIT_CONFIG_KEY_{count}"), name.to_owned()));
        variables.push((format!("GIT_CONFIG_VALUE_{count}"), value.to_owned()));
        count += 1;
    }
    variables.push(("GIT_CONFIG_COUNT".to_owned(), count.to_string()));
    variables
}

fn run(command: Command) -> Result<Vec<u8>, String> {
    limited(command, None, Limits { time: TIME, output: MOST_OUTPUT }).map_err(|failure| match failure {
        Failure::NotStarted(error) => format!("git can't be started: {error}"),
        Failure::TooLong(time) => format!("git took longer than {} s", time.as_secs()),
        Failure::TooMuch(_) => "git printed too much".to_owned(),
        Failure::Failed(code, said) => format!("git ended with {code}: {}", told(&said)),
        Failure::Killed(signal, said) => format!("git was killed by signal {signal}: {}", told(&said)),
        Failure::Stopped => "git was stopped".to_owned(),
    })
}

/// What git complained of, in one line and without the passwords of addresses.
fn told(said: &str) -> String {
    let words = said.split_whitespace().map(|word| {
        let Some((before, after)) = word.split_once("://") else { return word.to_owned() };
        let (authority, path) = after.split_at(after.find('/').unwrap_or(after.len()));
        let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
        format!("{before}://{host}{path}")
    });
    words.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_way_to_a_remote_is_handed_on() {
        let listed = "core.bare\nfalse\0remote.origin.url\nfile:///a\0core.hookspath\n.husky\0\
                      http.https://a/.extraheader\nAUTHORIZATION: basic x\0remote.origin.promisor\ntrue\0\
                      core.sshcommand\nssh -i key\0alias.x\n!rm\0flag\0";
        let variables = as_variables(listed, 2);
        let told: Vec<String> = variables.iter().map(|(name, value)| format!("{name}={value}")).collect();
        assert_eq!(
            told,
            [
                "GIT_CONFIG_KEY_2=remote.origin.url",
                "GIT_CONFIG_VALUE_2=file:///a",
                "GIT_CONFIG_KEY_3=http.https://a/.extraheader",
                "GIT_CONFIG_VALUE_3=AUTHORIZATION: basic x",
                "GIT_CONFIG_KEY_4=core.sshcommand",
                "GIT_CONFIG_VALUE_4=ssh -i key",
                "GIT_CONFIG_COUNT=5",
            ]
        );
    }

    #[test]
    fn what_git_says_loses_its_passwords() {
        assert_eq!(
            told("fatal: unable to access 'https://ada:hunter2@example.com/a.git/':\n  no route"),
            "fatal: unable to access 'https://example.com/a.git/': no route"
        );
    }
}
