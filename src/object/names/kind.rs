//! How the objects of each kind may be named.

use super::{Misnamed, dns, too_long};
use crate::json::{Map, Value};
use crate::object::{GroupKind, kinds};

/// `ValidateCronJobCreate` of `pkg/apis/batch/validation`: eleven characters
/// are left for the names of the Jobs.
const LONGEST_CRON_JOB: usize = 52;

/// Jobs put their name into a label of their pods.
const LONGEST_JOB: usize = 63;

/// How objects of a kind may be named: the name functions of `pkg/apis/*/validation`
/// in Kubernetes 1.36, the least strict where versions since 1.27 differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NameRule {
    /// A DNS label.
    Label,
    /// A DNS subdomain of at most so many characters.
    Subdomain(usize),
    /// What can be a part of a path: also that of custom kinds, since an API
    /// server of somebody else's may serve them.
    PathSegment,
}

impl NameRule {
    /// The rule for objects of this kind.
    pub fn of(kind: &GroupKind, object: &Map) -> Self {
        match (kind.group.as_str(), kind.kind.as_str()) {
            // Services: since 1.36 (KEP-5311) they may start with a digit.
            ("", "Namespace" | "Service") | ("apps", "StatefulSet") => Self::Label,
            ("batch", "CronJob") => Self::Subdomain(LONGEST_CRON_JOB),
            ("batch", "Job") if !has_own_selector(object) => Self::Subdomain(LONGEST_JOB),
            (group, name) if kinds::is_builtin(kind) && !is_free(group, name) => Self::Subdomain(253),
            _ => Self::PathSegment,
        }
    }

    /// Whether a name is one.
    pub fn check(self, name: &str) -> Result<(), Misnamed> {
        match self {
            Self::Label => dns::label(name),
            Self::PathSegment => dns::path_segment(name),
            Self::Subdomain(most) => {
                dns::subdomain(name)?;
                too_long(name, most).map_or(Ok(()), |fault| {
                    let cut = name.get(..most).map(|cut| cut.trim_end_matches(['-', '.']).to_owned());
                    Err(fault.or(cut))
                })
            }
        }
    }
}

/// Built-in kinds whose names only have to fit into a path.
fn is_free(group: &str, kind: &str) -> bool {
    match group {
        "rbac.authorization.k8s.io"
        | "certificates.k8s.io"
        | "authentication.k8s.io"
        | "authorization.k8s.io"
        | "policy" => true,
        "apiregistration.k8s.io" => kind == "APIService",
        "networking.k8s.io" => kind == "IPAddress",
        "coordination.k8s.io" => kind == "LeaseCandidate",
        _ => false,
    }
}

fn has_own_selector(job: &Map) -> bool {
    job.get("spec").and_then(|spec| spec.get("manualSelector")) == Some(&Value::Bool(true))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_has_its_own_rule() {
        let allows = |group: &str, kind: &str, name: &str| {
            NameRule::of(&GroupKind::new(group, kind), &Map::new()).check(name).is_ok()
        };
        let (long, longer) = ("a".repeat(52), "a".repeat(63));
        for (group, kind, good, bad) in [
            ("", "ConfigMap", "a.b", "A"),
            ("", "Service", "1a", "a.b"),
            ("", "Namespace", "a-b", "a.b"),
            ("apps", "Deployment", "a.b", "a_b"),
            ("apps", "StatefulSet", "a", "a.b"),
            ("batch", "CronJob", &long, &longer),
            ("batch", "Job", &longer, &longer.repeat(2)),
            ("rbac.authorization.k8s.io", "ClusterRole", "system:A b", "a/b"),
            ("example.com", "Note", "A", "a/b"),
            ("policy", "PodDisruptionBudget", "A", "a%b"),
        ] {
            assert!(allows(group, kind, good), "{kind} {good}");
            assert!(!allows(group, kind, bad), "{kind} {bad}");
        }
    }

    #[test]
    fn a_job_that_selects_by_hand_has_no_label_to_fit_its_name_into() {
        let job = crate::json::json!({"spec": {"manualSelector": true}});
        let rule = NameRule::of(&GroupKind::new("batch", "Job"), job.as_object().expect("a map"));
        assert_eq!(rule.check(&"a".repeat(64)), Ok(()));
    }

    #[test]
    fn a_name_that_is_too_long_is_cut() {
        let fault = NameRule::Subdomain(5).check("abcd-efg").expect_err("a fault");
        assert_eq!(fault.nearest.as_deref(), Some("abcd"));
    }
}
