//! The documents.

use schemars::JsonSchema;
use serde::Serialize;

use super::{SCHEMA, value};
use crate::apply::TargetOutcome;
use crate::error::{CommandError, Diagnostic};
use crate::health::{Health, Verdict};
use crate::json::Value;
use crate::object::ObjectRef;
use crate::plan::{PlanDifference, SourceRef, TargetComparison, TargetPlan};
use crate::report::{CheckReport, HistoryRow, HoldReport, LockReport, StatusReport, TargetStatus};

/// What a document is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
pub enum Kind {
    /// What would be done: [`TargetPlan`]s.
    Plan,
    /// What differs: [`DiffTarget`]s.
    Diff,
    /// What was done: [`TargetOutcome`]s.
    Outcome,
    /// What is there: [`TargetStatus`]es.
    Status,
    /// What was done before: [`HistoryRow`]s.
    History,
    /// What is held after a rollback: [`HoldReport`]s.
    Hold,
    /// Who holds the lock: [`LockReport`]s.
    Lock,
    /// The desired objects.
    Objects,
    /// What a check found: a [`CheckReport`].
    Check,
    /// The health of objects.
    Health,
    /// What went wrong.
    Error,
    /// Something that happened during a run.
    Event,
}

/// What every document has, and what this one is about.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Document<T> {
    /// Always `trueup/v1`.
    pub schema: &'static str,
    /// What it is.
    pub kind: Kind,
    /// The environment; absent when it is about several, or none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub environment: Option<String>,
    /// The content.
    #[serde(flatten)]
    pub content: T,
}

/// A reading for each target.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Targets<T> {
    /// One for each target, in the order asked for.
    pub targets: Vec<T>,
}

/// What differs: from the cluster, without order and guards in mind, or between two
/// commits.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum DiffTarget {
    /// From the cluster.
    Cluster(Box<TargetPlan>),
    /// Between two commits.
    Commits(Box<TargetComparison>),
}

/// What a document can hold for each target: plain data with text keys.
pub trait Target: Serialize + Clone {}

impl Target for TargetPlan {}
impl Target for TargetComparison {}
impl Target for TargetOutcome {}
impl Target for StatusReport {}
impl Target for TargetStatus {}
impl Target for HistoryRow {}
impl Target for HoldReport {}
impl Target for LockReport {}

/// Records, one for each object.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Records<T> {
    /// One for each object.
    pub objects: Vec<T>,
}

/// Desired objects.
pub type Objects = Records<ObjectRecord>;

/// An object as it would be applied.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct ObjectRecord {
    /// The environment that it's of, where there are several.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub environment: Option<String>,
    /// Where it stands.
    pub source: SourceRef,
    /// The object; its secrets as they were written.
    pub manifest: Value,
}

/// The health of one object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct HealthRecord {
    /// The object.
    pub object: ObjectRef,
    /// Its health.
    pub health: Health,
    /// Why, in one word; empty for what is simply ready.
    pub reason: String,
    /// The same in one line for people.
    pub message: String,
}

impl HealthRecord {
    /// The verdict on an object.
    pub fn new(object: ObjectRef, verdict: Verdict) -> Self {
        let Verdict { health, reason, message } = verdict;
        Self { object, health, reason, message }
    }
}

/// What went wrong, and the exit code.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct ErrorDocument {
    /// The exit code.
    pub exit: u8,
    /// At least one.
    pub diagnostics: Vec<Diagnostic>,
    /// How plans differ from the saved ones, where that is what is wrong: one for
    /// each target.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub differences: Vec<PlanDifference>,
}

/// A document about targets. Ends in a line break.
pub fn document<T: Target>(kind: Kind, environment: Option<&str>, targets: &[T]) -> String {
    print(kind, environment, Targets { targets: targets.iter().collect::<Vec<_>>() })
}

/// The desired objects of an environment.
pub fn objects(environment: Option<&str>, records: &[ObjectRecord]) -> String {
    print(Kind::Objects, environment, Records { objects: records.iter().collect::<Vec<_>>() })
}

/// The health of objects.
pub fn health(records: &[HealthRecord]) -> String {
    print(Kind::Health, None, Records { objects: records.iter().collect::<Vec<_>>() })
}

/// What a check found.
pub fn check(report: &CheckReport) -> String {
    print(Kind::Check, None, report)
}

/// What went wrong.
pub fn error(error: &CommandError) -> String {
    print(Kind::Error, None, told(error))
}

/// The same on one line.
pub fn error_line(error: &CommandError) -> String {
    line(Kind::Error, None, told(error))
}

fn told(error: &CommandError) -> ErrorDocument {
    let CommandError { exit, diagnostics, differences } = error.clone();
    ErrorDocument { exit: exit.code(), diagnostics, differences }
}

/// A document about targets on one line, with a line break.
pub fn document_line<T: Target>(kind: Kind, environment: Option<&str>, targets: &[T]) -> String {
    line(kind, environment, Targets { targets: targets.iter().collect::<Vec<_>>() })
}

fn print(kind: Kind, environment: Option<&str>, content: impl Serialize) -> String {
    let environment = environment.map(str::to_owned);
    let document = Document { schema: SCHEMA, kind, environment, content };
    // A value always serialises, and Display would pass each bracket on by itself.
    let mut text = serde_json::to_string_pretty(&value(&document)).unwrap_or_default();
    text.push('\n');
    text
}

fn line(kind: Kind, environment: Option<&str>, content: impl Serialize) -> String {
    let environment = environment.map(str::to_owned);
    format!("{}\n", value(&Document { schema: SCHEMA, kind, environment, content }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Exit;
    use crate::json::json;
    use crate::plan::Verb;
    use crate::report::sample::{action, changed, crashing, masked, object, plan, release, status};

    fn read(text: &str) -> Value {
        serde_json::from_str(text).expect("JSON")
    }

    #[test]
    fn a_plan_is_written_as_the_contract_says() {
        let update = action(Verb::Update, "Deployment/web")
            .with(changed("spec.replicas", json!(5), json!(3)).drifted("kubectl-edit", 3))
            .with(masked("data.password", Some(1), Some(2)))
            .taking("kubectl-edit", &["spec.replicas"]);
        insta::assert_snapshot!(document(Kind::Plan, Some("prod"), &[plan(vec![update])]), @r#"
        {
          "environment": "prod",
          "kind": "Plan",
          "schema": "trueup/v1",
          "targets": [
            {
              "actions": [
                {
                  "action": "update",
                  "after": [],
                  "approximate": false,
                  "causes": [
                    "commit"
                  ],
                  "changes": [
                    {
                      "by": "kubectl-edit",
                      "cause": "drift",
                      "from": 5,
                      "op": "change",
                      "operation": "Update",
                      "path": "spec.replicas",
                      "to": 3,
                      "when": "2026-04-01T13:57:00Z"
                    },
                    {
                      "cause": "commit",
                      "from": "‹masked #1›",
                      "op": "change",
                      "path": "data.password",
                      "to": "‹masked #2›"
                    }
                  ],
                  "object": {
                    "group": "apps",
                    "kind": "Deployment",
                    "name": "web",
                    "namespace": "shop",
                    "version": "v1"
                  },
                  "source": {
                    "document": 1,
                    "line": 1,
                    "path": "deploy/prod/web.yaml"
                  },
                  "takesFrom": [
                    {
                      "fields": [
                        "spec.replicas"
                      ],
                      "manager": "kubectl-edit"
                    }
                  ],
                  "wave": 0
                }
              ],
              "cluster": {
                "server": "https://10.0.0.1:6443",
                "uid": "6b1f0c3e-0000-4000-8000-000000000001",
                "version": "v1.36.3"
              },
              "commit": {
                "author": "Ada Lovelace <ada@example.org>",
                "dirty": false,
                "ref": "main",
                "sha": "abc1234def5678900000000000000000000000ab",
                "subject": "Bigger images",
                "time": "2026-04-01T11:50:00Z"
              },
              "deployed": {
                "release": 12,
                "sha": "9f8e7d6c5b4a00000000000000000000000000cd"
              },
              "digest": "v1:3f1c9a0b7d2e4455",
              "durationMs": 213,
              "guards": [],
              "namespace": "shop",
              "notes": [],
              "requests": 9,
              "summary": {
                "adopt": 0,
                "create": 0,
                "delete": 0,
                "forget": 0,
                "replace": 0,
                "run": 0,
                "unchanged": 40,
                "update": 1
              },
              "target": "prod"
            }
          ]
        }
        "#);
    }

    #[test]
    fn every_document_names_its_schema_and_kind() {
        let error = error(&CommandError::new(Exit::Refused, Diagnostic::new("no").hint("yes")));
        let verdict = Verdict { health: Health::Ready, reason: String::new(), message: "1 of 1".into() };
        for (text, kind, content) in [
            (document(Kind::Diff, None, &[plan(Vec::new())]), "Diff", "targets"),
            (document(Kind::Outcome, Some("prod"), &[crashing()]), "Outcome", "targets"),
            (document(Kind::Status, Some("prod"), &[status()]), "Status", "targets"),
            (
                document(Kind::History, Some("prod"), &[release(3, 1, crate::apply::RunResult::Healthy)]),
                "History",
                "targets",
            ),
            (objects(Some("prod"), &[]), "Objects", "objects"),
            (health(&[HealthRecord::new(object("Deployment/web"), verdict)]), "Health", "objects"),
            (error, "Error", "diagnostics"),
        ] {
            let value = read(&text);
            assert_eq!(value["schema"], SCHEMA);
            assert_eq!(value["kind"], kind);
            assert!(value[content].is_array(), "{kind}");
            assert!(text.ends_with("}\n"));
        }
    }

    #[test]
    fn keys_are_camel_case_and_sorted() {
        fn check(value: &Value) {
            match value {
                Value::Object(map) => {
                    let keys: Vec<_> = map.keys().collect();
                    assert!(keys.is_sorted() && keys.iter().all(|key| !key.contains('_')), "{keys:?}");
                    map.values().for_each(check);
                }
                Value::Array(items) => items.iter().for_each(check),
                _ => {}
            }
        }
        check(&read(&document(Kind::Outcome, None, &[crashing()])));
        check(&read(&document(Kind::Status, None, &[status()])));
    }

    #[test]
    fn an_error_has_its_exit_code() {
        let error = error(&CommandError::new(Exit::Refused, Diagnostic::new("no").hint("yes")));
        insta::assert_snapshot!(error, @r#"
        {
          "diagnostics": [
            {
              "hints": [
                "yes"
              ],
              "message": "no"
            }
          ],
          "exit": 3,
          "kind": "Error",
          "schema": "trueup/v1"
        }
        "#);
    }
}
