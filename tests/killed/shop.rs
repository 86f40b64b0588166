//! The shop whose runs are killed.

use std::collections::BTreeSet;

use trueup::json::{Value, json};

use super::APPLY;
use crate::harness::TestEnvironment;
use crate::harness::manifests::{config_map, deployment, secret, service};

/// The label that makes an object a member of an inventory.
const PART_OF: &str = "applyset.kubernetes.io/part-of";

/// The inventory.
pub(super) const PARENT: &str = "v1/configmaps/trueup-shop-prod";

/// Where members may be, and their kinds as the inventory has them.
const KINDS: [(&str, &str); 7] = [
    ("v1/configmaps", "ConfigMap"),
    ("v1/secrets", "Secret"),
    ("v1/services", "Service"),
    ("v1/serviceaccounts", "ServiceAccount"),
    ("apps/v1/deployments", "Deployment.apps"),
    ("batch/v1/cronjobs", "CronJob.batch"),
    ("rbac.authorization.k8s.io/v1/roles", "Role.rbac.authorization.k8s.io"),
];

/// A shop of 40 objects in two namespaces. Each change updates most of them, and puts
/// ten others in the place of ten.
pub(super) struct Shop {
    pub(super) environment: TestEnvironment,
    season: &'static str,
    foreign: Vec<Value>,
}

impl Shop {
    pub(super) fn open() -> Self {
        let environment = TestEnvironment::new();
        let mut shop = Self { environment, season: "winter", foreign: Vec::new() };
        let side = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": shop.side()}});
        shop.environment.write("deploy/namespace.yaml", &side.to_string());
        shop.environment.write("deploy/service.yaml", &service("web", 80));
        let account = "apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: web\n";
        shop.environment.write("deploy/account.yaml", account);
        shop.write_season();
        shop.environment.trueup(&APPLY).success();
        shop.add_foreign();
        shop
    }

    fn side(&self) -> String {
        self.environment.unique("side")
    }

    /// What isn't the shop's: one object has its label all the same.
    fn add_foreign(&mut self) {
        let label =
            self.environment.live_object(&format!("v1/configmaps/{}", self.season))["metadata"]["labels"]
                [PART_OF]
                .clone();
        let copied = json!({"metadata": {"name": "copied", "labels": {PART_OF: label}}, "data": {"a": "1"}});
        let bare = json!({"metadata": {"name": "bare"}, "data": {"a": "1"}});
        self.foreign = [copied, bare].map(|object| self.environment.create("v1/configmaps", &object)).into();
    }

    pub(super) fn change(&mut self) {
        self.season = if self.season == "winter" { "summer" } else { "winter" };
        self.write_season();
    }

    fn write_season(&mut self) {
        let season = self.season;
        for number in 1..=25 {
            let name = format!("kept-{number:02}");
            self.environment.write(&format!("deploy/{name}.yaml"), &config_map(&name, "season", season));
        }
        let web = deployment("web", &format!("web:{season}"));
        self.environment.write("deploy/web.yaml", &web);
        self.environment
            .write("deploy/secret.yaml", &secret("db", "password", &format!("{season}-password")));
        let mut seasonal: Vec<String> =
            (1..=7).map(|number| config_map(&format!("{season}-{number}"), "a", "1")).collect();
        seasonal.push(config_map(season, "a", "1"));
        let rest = if season == "winter" { self.only_in_winter() } else { only_in_summer() };
        seasonal.extend(rest);
        assert_eq!(seasonal.len(), 10);
        self.environment.write("deploy/season.yaml", &seasonal.join("---\n"));
        self.environment.commit(&format!("It's {season}"));
    }

    fn only_in_winter(&self) -> [String; 2] {
        let stove = config_map("stove", "a", "1");
        let stove = stove.replace("name: stove", &format!("name: stove\n  namespace: {}", self.side()));
        let role =
            "apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata:\n  name: keeper\nrules: []\n";
        [stove, role.to_owned()]
    }

    /// The members that there should be, but for the namespace.
    fn expected(&self) -> BTreeSet<String> {
        let kept = (1..=25).map(|number| format!("ConfigMap/kept-{number:02}"));
        let seasonal = (1..=7).map(|number| format!("ConfigMap/{}-{number}", self.season));
        let mut names: BTreeSet<String> = kept.chain(seasonal).collect();
        names.insert(format!("ConfigMap/{}", self.season));
        names.extend(
            ["Service/web", "ServiceAccount/web", "Deployment.apps/web", "Secret/db"].map(str::to_owned),
        );
        let rest = match self.season {
            "winter" => ["ConfigMap/stove", "Role.rbac.authorization.k8s.io/keeper"],
            _ => ["ConfigMap/fan", "CronJob.batch/ice"],
        };
        names.extend(rest.map(str::to_owned));
        names
    }

    /// What trueup has written into the two namespaces, by kind; but for the lock.
    pub(super) fn written(&self) -> Vec<(&'static str, Value)> {
        let mut written = Vec::new();
        for (collection, kind) in KINDS {
            let side = self.environment.live_list_in(&self.side(), collection);
            let all = self.environment.live_list(collection).into_iter().chain(side);
            written.extend(all.filter(is_written_by_us).map(|object| (kind, object)));
        }
        written
    }

    /// The same without its own records.
    fn members(&self) -> Vec<(&'static str, Value)> {
        self.written().into_iter().filter(|(_, object)| !is_record(object)).collect()
    }

    /// Whatever was written is where the inventory will find it.
    #[track_caller]
    pub(super) fn check_members(&self, moment: &str) {
        let parent = self.environment.live_object(PARENT);
        let says = |annotation: &str| {
            let text = parent["metadata"]["annotations"][format!("applyset.kubernetes.io/{annotation}")]
                .as_str()
                .unwrap_or_default();
            text.split(',').map(str::to_owned).collect::<BTreeSet<_>>()
        };
        let (kinds, namespaces) = (says("contains-group-kinds"), says("additional-namespaces"));
        let id = &parent["metadata"]["labels"]["applyset.kubernetes.io/id"];
        for (kind, object) in self.members() {
            let metadata = &object["metadata"];
            let namespace = metadata["namespace"].as_str().expect("a namespace");
            let is_known = kinds.contains(kind)
                && (namespace == self.environment.namespace || namespaces.contains(namespace))
                && metadata["labels"][PART_OF] == *id;
            assert!(is_known, "{moment}: {kind}/{} is outside of the inventory", metadata["name"]);
        }
        self.check_foreign(moment);
    }

    #[track_caller]
    fn check_foreign(&self, moment: &str) {
        for object in &self.foreign {
            let name = object["metadata"]["name"].as_str().expect("a name");
            let live = self.environment.live(&format!("v1/configmaps/{name}"));
            assert_eq!(live.as_ref(), Some(object), "{moment}: {name} isn't what it was");
        }
    }

    /// The next run. It frees the lock, unless it had no need of it.
    #[track_caller]
    pub(super) fn complete(&self, moment: &str) {
        let before = self.written();
        let run = self.environment.trueup(&APPLY);
        assert_eq!(run.code, Some(0), "{moment}: the next run doesn't complete\n{run}");
        self.check_completed(moment);
        let leases = self.environment.live_list("coordination.k8s.io/v1/leases");
        let is_free = |lease: &Value| lease["spec"]["holderIdentity"].as_str().unwrap_or_default().is_empty();
        let is_kept = self.written() != before && !leases.iter().all(is_free);
        assert!(!is_kept, "{moment}: the lock isn't free");
    }

    #[track_caller]
    pub(super) fn check_completed(&self, moment: &str) {
        let members = self.members();
        let name = |object: &Value| object["metadata"]["name"].as_str().expect("a name").to_owned();
        let found: BTreeSet<String> =
            members.iter().map(|(kind, object)| format!("{kind}/{}", name(object))).collect();
        assert_eq!(found, self.expected(), "{moment}: other objects than there should be");
        for (_, object) in members.iter().filter(|(_, object)| name(object).starts_with("kept-")) {
            assert_eq!(object["data"]["season"], self.season, "{moment}: {} is as before", name(object));
        }
        self.check_members(moment);
        assert_eq!(begun(&self.environment), None, "{moment}: a run still counts as under way");
        let plan = self.environment.trueup(&["plan", "prod", "--exit-code"]);
        assert_eq!(plan.code, Some(0), "{moment}: there is still something to do\n{plan}");
    }
}

/// The release that is under way, or was when its run was killed.
pub(super) fn begun(environment: &TestEnvironment) -> Option<u64> {
    let parent = environment.live(PARENT)?;
    let state: Value = serde_json::from_str(parent["data"]["state"].as_str()?).expect("JSON");
    state["running"]["release"].as_u64()
}

/// The history has the release that was begun: as what it came to, or as killed.
#[track_caller]
pub(super) fn check_told(environment: &TestEnvironment, begun: Option<u64>, moment: &str) {
    let Some(release) = begun else { return };
    let history = environment.trueup(&["history", "prod", "-o", "json"]).success().json();
    let rows = history["targets"].as_array().expect("rows");
    let is_told = rows.iter().any(|row| {
        let is_recorded = row["result"] == "healthy" && row["finishedBy"].is_null();
        let is_killed = row["result"] == "interrupted" && row["finishedBy"] == release + 1;
        row["release"] == release && (is_recorded || is_killed)
    });
    assert!(is_told, "{moment}: the history doesn't tell of release {release}\n{history:#}");
}

fn only_in_summer() -> [String; 2] {
    let ice = "apiVersion: batch/v1
kind: CronJob
metadata:
  name: ice
spec:
  schedule: \"0 0 1 1 *\"
  suspend: true
  jobTemplate:
    spec:
      template:
        spec:
          restartPolicy: Never
          containers:
            - {name: ice, image: \"ice:1\"}
";
    [config_map("fan", "a", "1"), ice.to_owned()]
}

fn is_written_by_us(object: &Value) -> bool {
    let managers = object["metadata"]["managedFields"].as_array();
    managers.into_iter().flatten().any(|entry| entry["manager"] == "trueup")
}

fn is_record(object: &Value) -> bool {
    object["metadata"]["name"].as_str().is_some_and(|name| name.starts_with("trueup-"))
}
