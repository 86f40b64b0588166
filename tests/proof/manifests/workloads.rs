//! What runs pods.

use trueup::json::{Value, json};

use super::super::pods;
use super::super::random::Random;

pub(super) fn deployment(random: &mut Random, name: &str) -> Value {
    let mut spec =
        json!({"selector": {"matchLabels": {"app": name}}, "template": pods::template(random, name)});
    random.maybe(&mut spec, "replicas", &[json!(0), json!(1), json!(null)]);
    random.maybe(
        &mut spec,
        "strategy",
        &[
            json!({}),
            json!({"type": "Recreate"}),
            json!({"type": "RollingUpdate"}),
            json!({"rollingUpdate": {"maxSurge": 1, "maxUnavailable": "25%"}}),
            json!({"rollingUpdate": {}}),
        ],
    );
    random.maybe(&mut spec, "minReadySeconds", &[json!(0), json!(5)]);
    random.maybe(&mut spec, "paused", &[json!(false), json!(true)]);
    random.maybe(&mut spec, "revisionHistoryLimit", &[json!(10)]);
    json!({"spec": spec})
}

pub(super) fn stateful_set(random: &mut Random, name: &str) -> Value {
    let mut spec = json!({
        "serviceName": "a", "replicas": 0,
        "selector": {"matchLabels": {"app": name}}, "template": pods::template(random, name)
    });
    if name.ends_with(|c: char| c.is_ascii_digit() && c < '7') {
        spec["volumeClaimTemplates"] = json!([{"metadata": {"name": "d"}, "spec": {
            "accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1024Mi"}}
        }}]);
    }
    random.maybe(
        &mut spec,
        "updateStrategy",
        &[json!({}), json!({"type": "OnDelete"}), json!({"rollingUpdate": {"partition": 0}})],
    );
    random.maybe(&mut spec, "minReadySeconds", &[json!(0)]);
    json!({"spec": spec})
}

pub(super) fn daemon_set(random: &mut Random, name: &str) -> Value {
    let mut spec =
        json!({"selector": {"matchLabels": {"app": name}}, "template": pods::template(random, name)});
    random.maybe(
        &mut spec,
        "updateStrategy",
        &[json!({}), json!({"type": "OnDelete"}), json!({"rollingUpdate": {"maxUnavailable": 1}})],
    );
    json!({"spec": spec})
}

fn job_spec(random: &mut Random, name: &str) -> Value {
    let mut template = pods::template(random, name);
    template["spec"]["restartPolicy"] = json!("Never");
    let mut spec = json!({"template": template});
    random.maybe(&mut spec, "backoffLimit", &[json!(6), json!(0)]);
    random.maybe(&mut spec, "ttlSecondsAfterFinished", &[json!(0)]);
    spec
}

pub(super) fn cron_job(random: &mut Random, name: &str) -> Value {
    let mut spec = json!({"schedule": "0 0 1 1 *", "jobTemplate": {"spec": job_spec(random, name)}});
    random.maybe(&mut spec, "suspend", &[json!(false), json!(true)]);
    random.maybe(&mut spec, "concurrencyPolicy", &[json!("Allow"), json!("Forbid")]);
    json!({"spec": spec})
}

pub(super) fn job(random: &mut Random, name: &str) -> Value {
    let mut spec = job_spec(random, name);
    spec["suspend"] = json!(true);
    json!({"spec": spec})
}

pub(super) fn pod_template(random: &mut Random, name: &str) -> Value {
    json!({"template": pods::template(random, name)})
}
