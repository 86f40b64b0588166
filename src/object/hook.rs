//! Hooks: Jobs and Pods that run at a moment of a run, made anew each time,
//! instead of being there. Annotations say so: ours, Argo CD's or Helm's.

use std::fmt;
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{GroupKind, annotations::wave};
use crate::config::Period;
use crate::json::Value;

/// The moments at which a hook runs, with commas between them.
pub(super) const HOOK: &str = "trueup.dev/hook";
/// `before`, `succeeded` or `never`: when a hook's object is deleted.
pub(super) const HOOK_DELETE: &str = "trueup.dev/hook-delete";
/// How long a hook may take.
pub(super) const HOOK_TIMEOUT: &str = "trueup.dev/hook-timeout";

const ARGO_HOOK: &str = "argocd.argoproj.io/hook";
const ARGO_DELETE: &str = "argocd.argoproj.io/hook-delete-policy";
const ARGO_WAVE: &str = "argocd.argoproj.io/sync-wave";
const HELM_HOOK: &str = "helm.sh/hook";
const HELM_DELETE: &str = "helm.sh/hook-delete-policy";
const HELM_WEIGHT: &str = "helm.sh/hook-weight";

/// A moment of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Moment {
    /// Before anything is written but what the hook itself needs.
    PreApply,
    /// Among the objects, in its wave (Argo CD's `Sync`).
    During,
    /// When everything is ready.
    PostApply,
    /// The same as `pre-apply`, in a rollback.
    PreRollback,
    /// The same as `post-apply`, in a rollback.
    PostRollback,
    /// When the run failed.
    OnFailure,
}

impl Moment {
    /// The moments that our own annotation names.
    pub(super) const NAMED: [(&'static str, Self); 5] = [
        ("pre-apply", Self::PreApply),
        ("post-apply", Self::PostApply),
        ("pre-rollback", Self::PreRollback),
        ("post-rollback", Self::PostRollback),
        ("on-failure", Self::OnFailure),
    ];

    /// Whether it comes before the objects.
    pub fn is_early(self) -> bool {
        matches!(self, Self::PreApply | Self::PreRollback)
    }

    /// Whether it comes when everything is ready.
    pub fn is_late(self) -> bool {
        matches!(self, Self::PostApply | Self::PostRollback)
    }

    /// Whether it comes after all objects and deletions.
    pub fn is_after_all(self) -> bool {
        self.is_late() || self == Self::OnFailure
    }

    /// Whether it's a moment of such a run: an apply, or a rollback.
    fn is_of(self, is_rollback: bool) -> bool {
        match self {
            Self::PreApply | Self::During | Self::PostApply => !is_rollback,
            Self::PreRollback | Self::PostRollback => is_rollback,
            Self::OnFailure => true,
        }
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::PreApply => "pre-apply",
            Self::During => "during",
            Self::PostApply => "post-apply",
            Self::PreRollback => "pre-rollback",
            Self::PostRollback => "post-rollback",
            Self::OnFailure => "on-failure",
        })
    }
}

/// In which deployments: Helm tells the first from the later ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Which {
    All,
    First,
    Later,
}

/// What kind of run it is, as far as hooks look at it.
#[derive(Debug, Clone, Copy)]
pub struct Occasion {
    /// The way back.
    pub is_rollback: bool,
    /// Nothing has been deployed well yet.
    pub is_first: bool,
}

/// When the object of a hook is deleted. What isn't deleted before the next run
/// can't run again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deletion {
    /// Before the hook runs again.
    pub before: bool,
    /// When it has succeeded.
    pub succeeded: bool,
    /// When it has failed.
    pub failed: bool,
}

/// A hook, as its manifest describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hook {
    moments: Vec<(Moment, Which)>,
    /// When its object goes.
    pub deletion: Deletion,
    /// How long it may take, where the manifest says so.
    pub timeout: Option<Duration>,
    /// Hooks of a lower weight come before those of a higher.
    pub weight: i32,
    /// Waits for those of the same weight before it, as Helm's hooks do.
    pub one_by_one: bool,
}

impl Hook {
    /// Reads an object; `None` when it isn't a hook.
    pub fn of(object: &Value) -> Option<Self> {
        let moments = moments(object);
        if moments.is_empty() || !can_run(&kind_of(object)?) {
            return None;
        }
        Some(Self {
            moments,
            deletion: deletion(object),
            timeout: text(object, HOOK_TIMEOUT)
                .and_then(|text| text.parse::<Period>().ok())
                .map(|Period(timeout)| timeout),
            weight: weight(object),
            one_by_one: text(object, HOOK).is_none()
                && foreign(object).is_some_and(|(name, _)| name == HELM_HOOK),
        })
    }

    /// Whether it runs at different moments, be it of different runs.
    pub(super) fn has_several_moments(&self) -> bool {
        self.moments.windows(2).any(|pair| pair[0].0 != pair[1].0)
    }

    /// The moments of such a run at which it runs, each once, in their order.
    pub fn moments(&self, occasion: Occasion) -> Vec<Moment> {
        let is_meant = |(moment, which): &&(Moment, Which)| {
            let fits = match which {
                Which::All => true,
                Which::First => occasion.is_first,
                Which::Later => !occasion.is_first,
            };
            fits && moment.is_of(occasion.is_rollback)
        };
        let mut moments: Vec<Moment> =
            self.moments.iter().filter(is_meant).map(|(moment, _)| *moment).collect();
        moments.sort_unstable();
        moments.dedup();
        moments
    }
}

/// Why an object is left out of every run, if it is: the annotation of another
/// tool's that says so.
pub fn left_out(object: &Value) -> Option<String> {
    if text(object, HOOK).is_some() {
        return None;
    }
    let (name, text) = foreign(object)?;
    let is_skipped = || words(text).any(|word| word == "Skip");
    let runs_elsewhere = || words(text).all(|word| ELSEWHERE.contains(&word));
    let can_run = || kind_of(object).is_some_and(|kind| can_run(&kind));
    let says_nothing = || can_run() && moments(object).is_empty() && !is_crd_install(text);
    (is_skipped() || runs_elsewhere() || says_nothing()).then(|| format!("{name}: {text}"))
}

/// Whether an object that can't run is there for hooks that come before the
/// others: an account or a configuration of theirs.
pub fn is_ahead(object: &Value) -> bool {
    let is_other = || kind_of(object).is_some_and(|kind| !can_run(&kind));
    is_other() && moments(object).iter().any(|(moment, _)| moment.is_early())
}

/// Whether objects of this kind can be hooks.
pub(super) fn can_run(kind: &GroupKind) -> bool {
    kind.is("batch", "Job") || kind.is("", "Pod")
}

/// What runs at other moments than a run's: tests, and the end of a release.
const ELSEWHERE: [&str; 7] =
    ["test", "test-success", "test-failure", "pre-delete", "post-delete", "PreDelete", "PostDelete"];

fn is_crd_install(text: &str) -> bool {
    words(text).all(|word| word == "crd-install")
}

fn moments(object: &Value) -> Vec<(Moment, Which)> {
    if let Some(own) = text(object, HOOK) {
        let moment = |word| Moment::NAMED.iter().find(|(name, _)| *name == word).map(|(_, moment)| *moment);
        return words(own).filter_map(moment).map(|moment| (moment, Which::All)).collect();
    }
    let Some((name, text)) = foreign(object) else { return Vec::new() };
    words(text).filter_map(if name == ARGO_HOOK { argo } else { helm }).collect()
}

/// Argo CD's annotation, or else Helm's, which Argo CD reads too.
fn foreign(object: &Value) -> Option<(&'static str, &str)> {
    let says_something = |text: &&str| words(text).next().is_some();
    let found = |name| text(object, name).filter(says_something).map(|text| (name, text));
    found(ARGO_HOOK).or_else(|| found(HELM_HOOK))
}

/// Argo CD's phases (gitops-engine `pkg/sync/common`).
fn argo(word: &str) -> Option<(Moment, Which)> {
    let moment = match word {
        "PreSync" => Moment::PreApply,
        "Sync" => Moment::During,
        "PostSync" => Moment::PostApply,
        "SyncFail" => Moment::OnFailure,
        _ => return None,
    };
    Some((moment, Which::All))
}

/// Helm's events (`pkg/release/v1/hook.go` of Helm 4).
fn helm(word: &str) -> Option<(Moment, Which)> {
    Some(match word {
        "pre-install" => (Moment::PreApply, Which::First),
        "pre-upgrade" => (Moment::PreApply, Which::Later),
        "post-install" => (Moment::PostApply, Which::First),
        "post-upgrade" => (Moment::PostApply, Which::Later),
        "pre-rollback" => (Moment::PreRollback, Which::All),
        "post-rollback" => (Moment::PostRollback, Which::All),
        _ => return None,
    })
}

/// Ours decides; theirs say what comes on top of the deletion before the next run.
fn deletion(object: &Value) -> Deletion {
    let before = Deletion { before: true, succeeded: false, failed: false };
    match text(object, HOOK_DELETE) {
        Some("succeeded") => return Deletion { succeeded: true, ..before },
        Some("never") => return Deletion { before: false, ..before },
        Some(_) => return before,
        None => {}
    }
    let theirs = text(object, ARGO_DELETE).or_else(|| text(object, HELM_DELETE)).unwrap_or_default();
    words(theirs).fold(before, |deletion, word| match word {
        "HookSucceeded" | "hook-succeeded" => Deletion { succeeded: true, ..deletion },
        "HookFailed" | "hook-failed" => Deletion { failed: true, ..deletion },
        _ => deletion,
    })
}

fn weight(object: &Value) -> i32 {
    let theirs = |name| text(object, name).and_then(|text| text.parse().ok());
    wave(object).or_else(|| theirs(ARGO_WAVE)).or_else(|| theirs(HELM_WEIGHT)).unwrap_or(0)
}

pub(super) fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(',').map(str::trim).filter(|word| !word.is_empty())
}

fn text<'a>(object: &'a Value, name: &str) -> Option<&'a str> {
    object["metadata"]["annotations"].get(name)?.as_str()
}

fn kind_of(object: &Value) -> Option<GroupKind> {
    let group = super::ApiVersion::parse(object["apiVersion"].as_str()?)?.group;
    Some(GroupKind::new(group, object["kind"].as_str()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::json;

    const APPLY: Occasion = Occasion { is_rollback: false, is_first: false };
    const FIRST: Occasion = Occasion { is_rollback: false, is_first: true };
    const ROLLBACK: Occasion = Occasion { is_rollback: true, is_first: false };

    fn job(annotations: Value) -> Value {
        json!({"apiVersion": "batch/v1", "kind": "Job", "metadata": {"annotations": annotations}})
    }

    fn at(annotations: Value, occasion: Occasion) -> Vec<String> {
        let hook = Hook::of(&job(annotations));
        let moments = hook.map(|hook| hook.moments(occasion)).unwrap_or_default();
        moments.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn each_run_has_its_own_hooks() {
        let all = json!({HOOK: "pre-apply, post-apply,pre-rollback,post-rollback,on-failure"});
        assert_eq!(at(all.clone(), APPLY), ["pre-apply", "post-apply", "on-failure"]);
        assert_eq!(at(all, ROLLBACK), ["pre-rollback", "post-rollback", "on-failure"]);
        assert_eq!(Hook::of(&job(json!({HOOK: "pre-sync"}))), None);
        assert_eq!(Hook::of(&job(json!({}))), None);
        let map = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"annotations": {HOOK: "pre-apply"}}});
        assert_eq!(Hook::of(&map), None, "it can't run");
    }

    #[test]
    fn hooks_of_argo_cd_are_read() {
        let of = |words: &str| at(json!({ARGO_HOOK: words, HELM_HOOK: "post-install"}), FIRST);
        assert_eq!(of("PreSync"), ["pre-apply"]);
        assert_eq!(of("Sync,PostSync"), ["during", "post-apply"]);
        assert_eq!(of("SyncFail"), ["on-failure"]);
        assert_eq!(of("Skip"), [] as [&str; 0]);
        assert_eq!(of("PostDelete"), [] as [&str; 0]);
    }

    #[test]
    fn hooks_of_helm_know_the_first_deployment() {
        let of = |words: &str, occasion| at(json!({HELM_HOOK: words}), occasion);
        assert_eq!(of("pre-install", FIRST), ["pre-apply"]);
        assert_eq!(of("pre-install", APPLY), [] as [&str; 0]);
        assert_eq!(of("pre-upgrade", FIRST), [] as [&str; 0]);
        assert_eq!(of("post-install,post-upgrade", APPLY), ["post-apply"]);
        assert_eq!(of("pre-install,pre-upgrade", FIRST), ["pre-apply"]);
        assert_eq!(of("post-upgrade,post-rollback", ROLLBACK), ["post-rollback"]);
    }

    #[test]
    fn what_runs_at_no_moment_of_a_run_is_left_out() {
        let out = |annotations: Value| left_out(&job(annotations));
        assert_eq!(out(json!({ARGO_HOOK: "Skip"})).as_deref(), Some("argocd.argoproj.io/hook: Skip"));
        assert_eq!(out(json!({HELM_HOOK: "test"})).as_deref(), Some("helm.sh/hook: test"));
        assert_eq!(
            out(json!({HELM_HOOK: "pre-delete, post-delete"})).as_deref(),
            Some("helm.sh/hook: pre-delete, post-delete")
        );
        assert!(out(json!({HELM_HOOK: "sometimes"})).is_some());
        assert_eq!(out(json!({HELM_HOOK: "", ARGO_HOOK: " ,"})), None, "that's an ordinary object");
        assert_eq!(out(json!({HELM_HOOK: "post-install, pre-delete"})), None);
        assert_eq!(out(json!({HELM_HOOK: "test", HOOK: "post-apply"})), None, "ours decides");
        let map = |hook: &str| json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"annotations": {HELM_HOOK: hook}}});
        assert!(left_out(&map("test")).is_some() && left_out(&map("pre-install")).is_none());
        assert!(is_ahead(&map("pre-install")) && !is_ahead(&map("post-install")));
        assert!(!is_ahead(&job(json!({HELM_HOOK: "pre-install"}))), "that's a hook itself");
    }

    #[test]
    fn when_a_hooks_object_goes() {
        let of = |annotations: Value| {
            let annotations = annotations.as_object().cloned().unwrap_or_default();
            let mut all = job(json!({ARGO_HOOK: "PreSync"}));
            for (name, value) in &annotations {
                all["metadata"]["annotations"][name] = value.clone();
            }
            let Deletion { before, succeeded, failed } = Hook::of(&all).expect("a hook").deletion;
            (before, succeeded, failed)
        };
        assert_eq!(of(json!({})), (true, false, false));
        assert_eq!(of(json!({HOOK_DELETE: "succeeded"})), (true, true, false));
        assert_eq!(of(json!({HOOK_DELETE: "never", ARGO_DELETE: "HookSucceeded"})), (false, false, false));
        assert_eq!(of(json!({ARGO_DELETE: "HookSucceeded,HookFailed"})), (true, true, true));
        assert_eq!(of(json!({HELM_DELETE: "before-hook-creation,hook-succeeded"})), (true, true, false));
    }

    #[test]
    fn weights_and_timeouts_are_read() {
        let hook = |annotations: Value| Hook::of(&job(annotations)).expect("a hook");
        let helm = hook(json!({HELM_HOOK: "pre-upgrade", HELM_WEIGHT: "-5"}));
        assert_eq!((helm.weight, helm.one_by_one, helm.timeout), (-5, true, None));
        let argo = hook(json!({ARGO_HOOK: "PreSync", ARGO_WAVE: "3", HOOK_TIMEOUT: "90s"}));
        assert_eq!((argo.weight, argo.one_by_one, argo.timeout), (3, false, Some(Duration::from_secs(90))));
        assert_eq!(hook(json!({HOOK: "pre-apply", "trueup.dev/wave": "2"})).weight, 2);
    }
}
