//! A release in short: what `history` lists and people read in the record.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::actor::Actor;
use super::run::Run;
use super::state::Running;
use super::variable::{RecordedVariable, bound};

/// One release.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Summary {
    /// Its number, from 1.
    pub release: u64,
    /// How it ended.
    pub result: ReleaseResult,
    /// The deployed commit; absent when it was deployed from outside a repository.
    pub commit: Option<Commit>,
    /// Who deployed it.
    pub actor: Actor,
    /// The CI run that did.
    pub run: Option<Run>,
    /// The program that wrote the record, such as `trueup/v0.1.0`.
    pub tool: String,
    /// The digest of the plan that was carried out; absent when parts of it
    /// were only approximate.
    pub plan_digest: Option<String>,
    /// Stands for all manifests: releases of equal content have equal texts.
    pub content: String,
    /// When the first write was about to be made.
    pub started_at: Timestamp,
    /// When everything was judged, or given up.
    pub finished_at: Timestamp,
    /// What was written.
    pub counts: Counts,
    /// What `--only` and `--except` left of the target, or what was let go; absent
    /// when it was deployed as a whole.
    pub selection: Option<String>,
    /// What it put back, if it's a rollback.
    pub rollback: Option<Rollback>,
    /// The guards that were overridden.
    pub overrides: Vec<Override>,
    /// The variables of the command line that went into it, by their names; absent in
    /// records of early versions.
    #[serde(default)]
    pub vars: Option<Vec<RecordedVariable>>,
    /// Why it didn't end well, one line. Holds no secret value.
    pub cause: Option<String>,
    /// The runs just before it that were killed, oldest first: what they wrote is in
    /// this release's record.
    #[serde(default)]
    pub killed: Vec<Running>,
}

/// How a run that wrote ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum ReleaseResult {
    /// Everything was written and became healthy.
    Healthy,
    /// Everything was written; health was not waited for.
    Applied,
    /// Everything was written, but something did not become healthy.
    Unhealthy,
    /// Some writes were made and others failed.
    Partial,
    /// It was interrupted after its first write.
    Interrupted,
}

/// A commit as it was when it was deployed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Commit {
    /// The full id.
    pub sha: String,
    /// The ref that was asked for, or the branch that was checked out.
    #[serde(rename = "ref")]
    pub reference: Option<String>,
    /// `Name <mail>`.
    pub author: String,
    /// The first line of its message.
    pub subject: String,
    /// When it was authored.
    pub time: Timestamp,
    /// Whether the work tree differed from it in the paths used.
    pub dirty: bool,
    /// Its message's trailers, in their order.
    #[serde(default)]
    pub trailers: Vec<Trailer>,
}

/// A trailer of a commit's message, such as `Reviewed-by: Ada`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Trailer {
    /// What stands before the colon.
    pub key: String,
    /// What stands after it.
    pub value: String,
}

/// How many objects were created, updated and so on; `failed` counts the
/// writes that didn't succeed, which no other figure does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct Counts {
    /// Created.
    pub create: usize,
    /// Updated.
    pub update: usize,
    /// Replaced.
    pub replace: usize,
    /// Deleted.
    pub delete: usize,
    /// Adopted.
    pub adopt: usize,
    /// Let go.
    pub forget: usize,
    /// Hooks that ran and succeeded.
    pub run: usize,
    /// Left as they were.
    pub unchanged: usize,
    /// Not written, though the plan said so.
    pub failed: usize,
}

/// What a rollback undid and put back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Rollback {
    /// The release that was undone.
    pub of: u64,
    /// The release that was put back; absent when a ref was that was never
    /// released here.
    pub to: Option<u64>,
    /// Whether trueup did it by itself, after a failure.
    pub automatic: bool,
}

/// A guard that was overridden.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Override {
    /// The guard.
    pub guard: String,
    /// The reason given.
    pub reason: String,
}

/// The longest text that a summary keeps of any one thing, in characters.
const LONGEST_TEXT: usize = 1000;

/// The most trailers and overrides that a summary keeps.
const MOST_ITEMS: usize = 50;

impl Summary {
    /// Whether the whole target was deployed and became healthy: what a
    /// rollback may put back.
    pub fn is_healthy_whole(&self) -> bool {
        self.result == ReleaseResult::Healthy && self.selection.is_none()
    }

    /// The same with texts that others wrote cut to a length that fits, however
    /// long a commit's message is.
    #[must_use]
    pub(super) fn bounded(mut self) -> Self {
        let texts = [&mut self.cause, &mut self.selection, &mut self.plan_digest];
        texts.into_iter().flatten().for_each(shorten);
        shorten(&mut self.actor.name);
        self.actor.user.iter_mut().for_each(shorten);
        if let Some(run) = &mut self.run {
            shorten(&mut run.system);
            [&mut run.url, &mut run.id, &mut run.actor].into_iter().flatten().for_each(shorten);
        }
        self.vars.iter_mut().for_each(|vars| bound(vars));
        self.overrides.truncate(MOST_ITEMS);
        self.overrides.iter_mut().for_each(|given| shorten(&mut given.reason));
        self.commit = self.commit.map(Commit::bounded);
        self
    }
}

impl Commit {
    /// The same with texts of a length that fits.
    #[must_use]
    pub fn bounded(mut self) -> Self {
        shorten(&mut self.author);
        shorten(&mut self.subject);
        self.reference.iter_mut().for_each(shorten);
        self.trailers.truncate(MOST_ITEMS);
        for trailer in &mut self.trailers {
            shorten(&mut trailer.key);
            shorten(&mut trailer.value);
        }
        self
    }
}

/// Cuts a text to a length that fits.
pub(super) fn shorten(text: &mut String) {
    if let Some((end, _)) = text.char_indices().nth(LONGEST_TEXT) {
        text.truncate(end);
        text.push('…');
    }
}

#[cfg(test)]
pub(super) mod fixtures {
    use super::*;

    /// A healthy release of one commit.
    pub(in super::super) fn summary(release: u64) -> Summary {
        Summary {
            release,
            result: ReleaseResult::Healthy,
            commit: Some(Commit {
                sha: format!("{release:040x}"),
                reference: Some("main".into()),
                author: "Ada <ada@example.com>".into(),
                subject: "Serve more shops".into(),
                time: "2026-01-02T03:04:05Z".parse().expect("a time"),
                dirty: false,
                trailers: Vec::new(),
            }),
            actor: Actor { name: "ada@laptop".into(), user: Some("ada".into()) },
            run: None,
            tool: "trueup/v0.1.0".into(),
            plan_digest: Some("v1:abc".into()),
            content: format!("content {release}"),
            started_at: "2026-01-02T03:05:00Z".parse().expect("a time"),
            finished_at: "2026-01-02T03:06:00Z".parse().expect("a time"),
            counts: Counts { update: 1, unchanged: 4, ..Counts::default() },
            selection: None,
            rollback: None,
            overrides: Vec::new(),
            vars: Some(Vec::new()),
            cause: None,
            killed: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::fixtures::summary;
    use super::*;

    #[test]
    fn a_summary_reads_like_this() {
        insta::assert_json_snapshot!(summary(7), @r#"
        {
          "release": 7,
          "result": "healthy",
          "commit": {
            "sha": "0000000000000000000000000000000000000007",
            "ref": "main",
            "author": "Ada <ada@example.com>",
            "subject": "Serve more shops",
            "time": "2026-01-02T03:04:05Z",
            "dirty": false,
            "trailers": []
          },
          "actor": {
            "name": "ada@laptop",
            "user": "ada"
          },
          "run": null,
          "tool": "trueup/v0.1.0",
          "planDigest": "v1:abc",
          "content": "content 7",
          "startedAt": "2026-01-02T03:05:00Z",
          "finishedAt": "2026-01-02T03:06:00Z",
          "counts": {
            "create": 0,
            "update": 1,
            "replace": 0,
            "delete": 0,
            "adopt": 0,
            "forget": 0,
            "run": 0,
            "unchanged": 4,
            "failed": 0
          },
          "selection": null,
          "rollback": null,
          "overrides": [],
          "vars": [],
          "cause": null,
          "killed": []
        }
        "#);
    }

    #[test]
    fn a_commit_message_of_any_length_fits() {
        let mut long = summary(1);
        let commit = long.commit.as_mut().expect("a commit");
        commit.subject = "ü".repeat(1_000_000);
        let trailer = Trailer { key: "k".repeat(5000), value: "v".repeat(5000) };
        commit.trailers = vec![trailer; 1000];
        let bounded = long.bounded();
        assert!(serde_json::to_vec(&bounded).expect("serialisable").len() < 120_000);
        assert!(bounded.commit.expect("a commit").subject.ends_with('…'));
    }

    #[test]
    fn a_summary_of_an_early_version_says_nothing_of_variables() {
        let mut early = serde_json::to_value(summary(1)).expect("serialisable");
        early.as_object_mut().expect("a map").remove("vars");
        let read: Summary = serde_json::from_value(early).expect("a summary");
        assert_eq!(read, Summary { vars: None, ..summary(1) });
    }

    #[test]
    fn a_run_over_a_part_is_nothing_to_roll_back_to() {
        assert!(summary(1).is_healthy_whole());
        let part = Summary { selection: Some("--only kind=Job".into()), ..summary(1) };
        assert!(!part.is_healthy_whole());
        assert!(!Summary { result: ReleaseResult::Applied, ..summary(1) }.is_healthy_whole());
    }
}
