//! Readings that the tests of this room share.

use jiff::Timestamp;

use super::text::TextOptions;
use super::{
    DeployedState, DriftCount, HealthCount, HistoryRow, ObjectStatus, ObjectWarning, PodCount, StatusReport,
};
use crate::apply::{ActionOutcome, ActionResult, FailedContainer, Failure, RunResult, TargetOutcome};
use crate::diagnosis::Trouble;
use crate::diff::Operation;
use crate::error::{Diagnostic, Location};
use crate::health::Health;
use crate::json::{Value, json};
use crate::object::{FieldPath, GroupKind, ObjectId, ObjectRef, Op, Shown};
use crate::plan::{
    Action, Cause, ClusterRef, CommitRef, DeployedRef, FieldChange, GuardVerdict, Judgement, LastCommit,
    ManagerFields, SourceRef, Summary, TargetComparison, TargetPlan, Verb,
};

/// Two in the afternoon of a day in spring.
pub(crate) fn now() -> Timestamp {
    "2026-04-01T14:00:00Z".parse().expect("a time")
}

fn ago(seconds: i64) -> Timestamp {
    Timestamp::from_second(now().as_second() - seconds).expect("in range")
}

pub(crate) fn minutes_ago(minutes: i64) -> Timestamp {
    ago(minutes * 60)
}

pub(crate) fn options(width: usize) -> TextOptions {
    TextOptions::new(width, now())
}

/// Text as it is without colours.
pub(crate) fn plain(text: &str) -> String {
    anstream::adapter::strip_str(text).to_string()
}

/// Text with its colours as marks that can be read: `⟨1⟩⟨31⟩error:⟨/⟩`.
pub(crate) fn marked(text: &str) -> String {
    let mut marked = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("\u{1b}[") {
        marked.push_str(before);
        let (code, after) = after.split_once('m').unwrap_or((after, ""));
        marked.extend(["⟨", if code == "0" { "/" } else { code }, "⟩"]);
        rest = after;
    }
    marked + rest
}

/// The object of `Deployment/web`; the namespace is `shop` unless the kind has
/// none.
pub(crate) fn object(name: &str) -> ObjectRef {
    let (kind, name) = name.split_once('/').expect("KIND/NAME");
    let group = match kind {
        "Deployment" | "StatefulSet" => "apps",
        "Job" => "batch",
        "CustomResourceDefinition" => "apiextensions.k8s.io",
        _ => "",
    };
    let namespace = (!matches!(kind, "Namespace" | "CustomResourceDefinition")).then_some("shop");
    ObjectRef::new(&ObjectId::new(GroupKind::new(group, kind), namespace, name), "v1")
}

pub(crate) fn action(verb: Verb, name: &str) -> Action {
    let gone = matches!(verb, Verb::Delete | Verb::Forget);
    let file = name.split_once('/').expect("KIND/NAME").1;
    let path = format!("deploy/prod/{file}.yaml");
    Action {
        source: (!gone).then_some(SourceRef { path, line: 1, document: 1 }),
        causes: vec![Cause::Commit],
        ..Action::new(verb, object(name))
    }
}

/// These, between a tag and a branch.
pub(crate) fn comparison(actions: Vec<Action>) -> TargetComparison {
    let commit = |reference: &str, sha: &str| CommitRef {
        sha: sha.to_owned(),
        reference: Some(reference.to_owned()),
        author: "Ada Lovelace <ada@example.org>".to_owned(),
        subject: "Bigger images".to_owned(),
        time: ago(7200),
        dirty: false,
    };
    TargetComparison {
        target: "prod".to_owned(),
        from: commit("v1.4", "9f8e7d6c5b4a00000000000000000000000000cd"),
        to: commit("main", "abc1234def5678900000000000000000000000ab"),
        summary: Summary::of(&actions),
        actions,
        notes: Vec::new(),
    }
}

impl Action {
    pub(crate) fn with(mut self, change: FieldChange) -> Self {
        self.changes.push(change);
        self
    }

    pub(crate) fn because(mut self, reason: &str) -> Self {
        self.reason = Some(reason.to_owned());
        self
    }

    pub(crate) fn taking(mut self, manager: &str, fields: &[&str]) -> Self {
        let fields = fields.iter().map(|field| path(field)).collect();
        self.takes_from.push(ManagerFields { manager: manager.to_owned(), fields });
        self
    }

    pub(crate) fn approximately(mut self) -> Self {
        self.approximate = true;
        self
    }
}

fn path(text: &str) -> FieldPath {
    FieldPath::parse(text).expect("a path")
}

pub(crate) fn changed(at: &str, from: Value, to: Value) -> FieldChange {
    shown(at, Some(Shown::Value(from)), Some(Shown::Value(to)))
}

pub(crate) fn added(at: &str, to: Value) -> FieldChange {
    shown(at, None, Some(Shown::Value(to)))
}

pub(crate) fn removed(at: &str, from: Value) -> FieldChange {
    shown(at, Some(Shown::Value(from)), None)
}

pub(crate) fn masked(at: &str, from: Option<u32>, to: Option<u32>) -> FieldChange {
    shown(at, from.map(Shown::Masked), to.map(Shown::Masked))
}

fn shown(at: &str, from: Option<Shown>, to: Option<Shown>) -> FieldChange {
    let op = match (&from, &to) {
        (None, _) => Op::Add,
        (_, None) => Op::Remove,
        _ => Op::Change,
    };
    FieldChange {
        path: path(at),
        op,
        from,
        to,
        cause: Some(Cause::Commit),
        by: None,
        operation: None,
        when: None,
        deployed: None,
        commit: None,
        uncommitted: false,
        variables: Vec::new(),
    }
}

impl FieldChange {
    pub(crate) fn drifted(mut self, by: &str, minutes: i64) -> Self {
        self.cause = Some(Cause::Drift);
        self.by = Some(by.to_owned());
        self.operation = Some(Operation::Update);
        self.when = Some(minutes_ago(minutes));
        self
    }

    pub(crate) fn after_release(mut self, value: Value) -> Self {
        self.deployed = Some(Shown::Value(value));
        self
    }

    pub(crate) fn written_by(mut self, commit: LastCommit) -> Self {
        self.commit = Some(commit);
        self
    }
}

/// A commit of this number, subject and place.
pub(crate) fn last_commit(number: u8, subject: &str, path: &str, line: u32) -> LastCommit {
    LastCommit {
        sha: format!("{number:x}").repeat(40)[..40].parse().expect("an id"),
        author: "Ada Lovelace <ada@example.org>".into(),
        subject: subject.to_owned(),
        time: minutes_ago(2 * 24 * 60),
        path: path.to_owned(),
        line: Some(line),
    }
}

pub(crate) fn guard(name: &str, verdict: Judgement, about_what: bool, message: &str) -> GuardVerdict {
    GuardVerdict {
        guard: name.to_owned(),
        verdict,
        message: message.to_owned(),
        overridable: verdict == Judgement::Refuse,
        about_what,
    }
}

pub(crate) fn cluster() -> ClusterRef {
    ClusterRef {
        server: "https://10.0.0.1:6443".into(),
        uid: Some("6b1f0c3e-0000-4000-8000-000000000001".into()),
        version: "v1.36.3".into(),
    }
}

pub(crate) fn commit() -> CommitRef {
    CommitRef {
        sha: "abc1234def5678900000000000000000000000ab".into(),
        reference: Some("main".into()),
        author: "Ada Lovelace <ada@example.org>".into(),
        subject: "Bigger images".into(),
        time: minutes_ago(130),
        dirty: false,
    }
}

/// A plan of these actions and 40 objects that stay as they are.
pub(crate) fn plan(actions: Vec<Action>) -> TargetPlan {
    let summary = Summary { unchanged: 40, ..Summary::of(&actions) };
    TargetPlan {
        target: "prod".into(),
        selection: None,
        cluster: cluster(),
        namespace: "shop".into(),
        commit: Some(commit()),
        deployed: Some(DeployedRef {
            release: 12,
            sha: Some("9f8e7d6c5b4a00000000000000000000000000cd".into()),
        }),
        digest: Some("v1:3f1c9a0b7d2e4455".into()),
        actions,
        summary,
        guards: Vec::new(),
        notes: Vec::new(),
        requests: 9,
        duration_ms: 213,
    }
}

/// A day like any other: a bit of everything.
pub(crate) fn mixed() -> TargetPlan {
    let image = "spec.template.spec.containers[name=web].image";
    plan(vec![
        action(Verb::Create, "Namespace/shop"),
        action(Verb::Create, "ConfigMap/settings"),
        action(Verb::Update, "Deployment/web")
            .with(changed(image, json!("nginx:1.26"), json!("nginx:1.27")))
            .with(changed("spec.replicas", json!(5), json!(3)).drifted("kubectl-edit", 3))
            .with(added(r#"metadata.labels["app.kubernetes.io/team"]"#, json!("shop")))
            .with(removed("spec.paused", json!(true)))
            .taking("kubectl-edit", &["spec.replicas"]),
        action(Verb::Replace, "Job/migrate").because("spec.template is immutable").with(changed(
            "spec.backoffLimit",
            json!(3),
            json!(6),
        )),
        action(Verb::Adopt, "Service/web").because("nobody claims it"),
        action(Verb::Delete, "PersistentVolumeClaim/cache").because("not in Git any more"),
        action(Verb::Delete, "Service/old").because("not in Git any more"),
        action(Verb::Forget, "ConfigMap/kept").because("trueup.dev/on-remove: keep"),
    ])
}

pub(crate) fn acted(
    verb: Verb,
    name: &str,
    result: ActionResult,
    health: Option<Health>,
    why: &str,
) -> ActionOutcome {
    ActionOutcome {
        object: object(name),
        action: verb,
        result,
        health,
        hook: None,
        reason: (!why.is_empty()).then(|| why.to_owned()),
        duration_ms: 2_150,
    }
}

/// An outcome of release 13 with these actions and 31 objects that stay as
/// they are.
pub(crate) fn outcome(result: RunResult, actions: Vec<ActionOutcome>) -> TargetOutcome {
    TargetOutcome {
        target: "prod".into(),
        selection: None,
        cluster: cluster(),
        namespace: "shop".into(),
        commit: Some(commit()),
        release: Some(13),
        digest: Some("v1:3f1c9a0b7d2e4455".into()),
        result,
        actions,
        summary: Summary { unchanged: 31, ..Summary::default() },
        guards: Vec::new(),
        notes: Vec::new(),
        failure: None,
        rollback: None,
        requests: 41,
        duration_ms: 4_250,
    }
}

/// A night that somebody is called for.
pub(crate) fn crashing() -> TargetOutcome {
    let done = ActionResult::Done;
    let mut crashing = outcome(
        RunResult::Unhealthy,
        vec![
            acted(Verb::Create, "ConfigMap/settings", done, Some(Health::Ready), ""),
            acted(
                Verb::Update,
                "Deployment/web",
                done,
                Some(Health::Failed),
                "container web keeps crashing: exit code 1",
            ),
            acted(Verb::Update, "Deployment/api", done, Some(Health::Progressing), "1 of 3 replicas updated"),
            acted(Verb::Delete, "Service/old", ActionResult::Skipped, None, "it needs shop/Deployment/web"),
        ],
    );
    crashing.failure = Some(Failure {
        object: object("Deployment/web"),
        cause: Diagnostic::new("shop/Deployment/web: container web keeps crashing")
            .at(Location::at("deploy/prod/web.yaml", 12, 1))
            .hint("trueup rollback prod puts release 12 back"),
        trouble: Some(Trouble::Crashed),
        commit: None,
        chain: ["Deployment/web", "ReplicaSet/web-5d9f7c6b8", "1 of 3 pods", "container web"]
            .map(str::to_owned)
            .into(),
        containers: vec![FailedContainer {
            pod: "web-5d9f7c6b8-x2x7k".into(),
            container: Some("web".into()),
            reason: "CrashLoopBackOff".into(),
            message: "exit code 1, 7 restarts".into(),
            exit_code: Some(1),
        }],
        events: vec![
            "2 minutes ago  Pulled   image nginx:1.27 already present".into(),
            "20 seconds ago  BackOff  restarting failed container web (7 times)".into(),
        ],
        logs: vec![
            "config: read /etc/app.yaml".into(),
            "panic: DB_URL isn't set".into(),
            "::set-output name=x::y".into(),
        ],
    });
    crashing.duration_ms = 124_000;
    crashing
}

pub(crate) fn status_of(name: &str, health: Health, message: &str) -> ObjectStatus {
    let ready = health == Health::Ready;
    ObjectStatus {
        object: object(name),
        health,
        reason: if ready { String::new() } else { "Reason".into() },
        message: message.to_owned(),
        age: Some(1_040_000),
        pods: None,
        addresses: Vec::new(),
        drift: Some(0),
        owned: Vec::new(),
    }
}

pub(crate) fn status() -> StatusReport {
    let pods = |ready, total, restarts| Some(PodCount { ready, total, restarts });
    let objects = vec![
        status_of("ConfigMap/settings", Health::Ready, ""),
        ObjectStatus {
            pods: pods(1, 3, 14),
            age: Some(7_300),
            ..status_of("Deployment/api", Health::Failed, "container api keeps crashing: exit code 1")
        },
        ObjectStatus {
            pods: pods(3, 3, 0),
            drift: Some(2),
            ..status_of("Deployment/web", Health::Ready, "3 of 3 replicas ready")
        },
        ObjectStatus {
            addresses: vec!["https://shop.example.org".into(), "10.0.0.7:80".into()],
            ..status_of("Service/web", Health::Ready, "")
        },
        ObjectStatus { age: Some(12), ..status_of("Job/migrate", Health::Progressing, "1 pod running") },
        status_of("Service/api", Health::Ready, ""),
    ];
    StatusReport {
        target: "prod".into(),
        cluster: cluster(),
        namespace: "shop".into(),
        deployed: Some(DeployedState {
            release: 13,
            commit: Some(commit()),
            actor: Some("ci-bot".into()),
            run: Some("https://ci.example.org/runs/77".into()),
            at: minutes_ago(125),
            restored: None,
            result: RunResult::Unhealthy,
        }),
        healthy: Some(12),
        behind: Some(3),
        ahead: Some(0),
        compared: Some("main".into()),
        hold: None,
        lock: None,
        drift: Some(DriftCount { objects: 1, fields: 2 }),
        health: HealthCount::of(&objects),
        pods: pods(4, 6, 14),
        objects,
        warnings: vec![ObjectWarning {
            object: object("Deployment/api"),
            message: "BackOff: Back-off restarting failed container api (14 times)".into(),
        }],
        notes: Vec::new(),
        requests: 12,
    }
}

pub(crate) fn release(number: u64, minutes: i64, result: RunResult) -> HistoryRow {
    HistoryRow {
        target: "prod".into(),
        release: number,
        at: minutes_ago(minutes),
        commit: Some(commit()),
        actor: Some("ci-bot".into()),
        run: None,
        result,
        summary: Summary { create: 1, update: 2, delete: 1, unchanged: 40, ..Summary::default() },
        duration_ms: 4_250,
        restored: None,
        undone_by: None,
        selection: None,
        vars: Vec::new(),
        attempt: None,
        finished_by: None,
        details: None,
    }
}
