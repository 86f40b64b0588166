//! API versions of custom kinds that go while objects still have fields that were
//! applied at them.

use trueup::json::{Value, json};

use crate::harness::manifests::definition_of_tills;
use crate::harness::{TestEnvironment, action, wait_until};

/// A definition of tills with these versions, the last one stored.
fn tills(group: &str, versions: &[&str]) -> String {
    let served = versions.iter().map(|version| served(version, Some(version) == versions.last()));
    definition_of_tills(group, &served.collect::<String>())
}

fn served(version: &str, stored: bool) -> String {
    format!(
        "    - name: {version}
      served: true
      storage: {stored}
      subresources: {{status: {{}}}}
      schema:
        openAPIV3Schema:
          type: object
          properties:
            spec:
              type: object
              properties:
                drawers: {{type: integer}}
                street: {{type: string}}
                coins: {{type: integer, default: 5}}
                slots:
                  type: array
                  x-kubernetes-list-type: map
                  x-kubernetes-list-map-keys: [name]
                  items:
                    type: object
                    required: [name]
                    properties: {{name: {{type: string}}, size: {{type: integer}}}}
            status: {{type: object, x-kubernetes-preserve-unknown-fields: true}}
"
    )
}

fn till(group: &str, version: &str, spec: &str) -> String {
    format!("apiVersion: {group}/{version}\nkind: Till\nmetadata: {{name: main}}\nspec: {{{spec}}}\n")
}

/// A till that was applied at `v1alpha1`. Git wants it at `v1`, with a field less.
struct Shop {
    environment: TestEnvironment,
    group: String,
}

impl Shop {
    fn open() -> Self {
        let mut environment = TestEnvironment::new();
        let group = format!("{}.example.com", environment.unique("tills"));
        environment.write("deploy/definition.yaml", &tills(&group, &["v1alpha1", "v1"]));
        let slots = "slots: [{name: a, size: 1}, {name: b, size: 2}]";
        let spec = format!("drawers: 1, street: Main, {slots}");
        environment.commit_file("deploy/till.yaml", &till(&group, "v1alpha1", &spec));
        environment.apply();
        let spec = "drawers: 2, slots: [{name: a, size: 3}]";
        environment.commit_file("deploy/till.yaml", &till(&group, "v1", spec));
        Self { environment, group }
    }

    /// The definition loses `v1alpha1` while nobody deploys.
    fn drop_version(&mut self) {
        let definition = tills(&self.group, &["v1"]);
        self.environment.commit_file("deploy/definition.yaml", &definition);
        let path = format!("apiextensions.k8s.io/v1/customresourcedefinitions/tills.{}", self.group);
        let live = self.environment.cluster_object(&path).expect("the definition");
        let versions: Vec<Value> = live["spec"]["versions"].as_array().expect("versions").clone();
        let kept: Vec<&Value> = versions.iter().filter(|version| version["name"] == "v1").collect();
        self.environment.edit_cluster_object("operator", &path, &json!({"spec": {"versions": kept}}));
        let applied =
            json!({"apiVersion": format!("{}/v1", self.group), "kind": "Till", "metadata": {"name": "main"}});
        wait_until("the server can't apply over what was applied at the old version", || {
            let refusal = self.environment.refusal(&self.path(), &applied).unwrap_or_default();
            refusal.contains("convert CR to an invalid group/version")
        });
    }

    fn path(&self) -> String {
        format!("{}/v1/tills/main", self.group)
    }

    fn spec(&self) -> Value {
        self.environment.live_object(&self.path())["spec"].clone()
    }

    /// Afterwards there is nothing left of what left Git, and nothing to do.
    #[track_caller]
    fn is_as_git_says(&self) {
        let wanted = json!({"coins": 5, "drawers": 2, "slots": [{"name": "a", "size": 3}]});
        assert_eq!(self.spec(), wanted);
        self.environment.trueup(&["plan", "prod", "--exit-code"]).success();
        self.environment.trueup(&["plan", "prod", "--exit-code", "--exact"]).success();
    }

    /// The plan has what changes, and says this besides.
    #[track_caller]
    fn is_planned(&self, reason: &str) {
        for options in [&["plan", "prod", "-o", "json"][..], &["plan", "prod", "--exact", "-o", "json"]] {
            let plan = self.environment.trueup(options).success().target();
            let update = action(&plan, "Till/main");
            let changes = update["changes"].as_array().expect("changes").iter();
            let told: Vec<_> = changes.map(|change| (text(&change["op"]), text(&change["path"]))).collect();
            let wanted = [
                ("change", "spec.drawers"),
                ("change", "spec.slots[name=a].size"),
                ("remove", "spec.slots[name=b]"),
                ("remove", "spec.street"),
            ];
            assert_eq!(told, wanted, "{options:?}");
            assert_eq!(update["reason"], reason, "{options:?}");
            assert_eq!((&update["action"], &update["takesFrom"]), (&json!("update"), &json!([])));
        }
    }
}

fn text(value: &Value) -> &str {
    value.as_str().expect("a text")
}

#[test]
fn fields_applied_at_a_version_that_is_gone_are_brought_to_the_new_one() {
    let mut shop = Shop::open();
    let path = shop.path();
    let theirs = json!({"apiVersion": format!("{}/v1alpha1", shop.group), "kind": "Till",
        "metadata": {"name": "main"}, "spec": {"coins": 5}});
    shop.environment.apply_as("other-tool", &path.replace("/v1/", "/v1alpha1/"), &theirs);
    shop.drop_version();

    shop.is_planned(&format!(
        "its fields are owned at {}/v1alpha1, which its definition doesn't have any more: now at its own version",
        shop.group
    ));
    shop.environment.apply();

    shop.is_as_git_says();
}

#[test]
fn what_leaves_git_goes_though_the_object_says_no_more_what_was_applied() {
    let mut shop = Shop::open();
    shop.drop_version();
    // Any write makes the server drop all managed fields.
    let status = format!("{}/status", shop.path());
    shop.environment.edit_as("operator", &status, &json!({"status": {"open": true}}));
    let live = shop.environment.live_object(&shop.path());
    assert!(!live["metadata"]["managedFields"].to_string().contains("\"trueup\""), "{live}");

    shop.is_planned(
        "it doesn't say any more which of its fields are trueup's: those that the last run applied",
    );
    shop.environment.apply();

    shop.is_as_git_says();
}

#[test]
fn what_the_server_forgets_just_before_it_is_put_right_is_not_forgotten() {
    let mut shop = Shop::open();
    shop.drop_version();
    let before = shop.spec();

    let run = shop.environment.apply_and_before("PATCH", &shop.path(), || {
        shop.environment.edit_as(
            "operator",
            &format!("{}/status", shop.path()),
            &json!({"status": {"open": true}}),
        );
    });

    run.exits(6).complains("was changed by somebody else since the plan was made");
    assert_eq!(shop.spec(), before);
    shop.environment.apply();
    shop.is_as_git_says();
}

#[test]
fn the_plan_says_from_whom_a_field_is_taken_at_a_version_that_is_gone() {
    let mut shop = Shop::open();
    let theirs = json!({"apiVersion": format!("{}/v1alpha1", shop.group), "kind": "Till",
        "metadata": {"name": "main"}, "spec": {"drawers": 9, "coins": 6}});
    shop.environment.apply_as("other-tool", &shop.path().replace("/v1/", "/v1alpha1/"), &theirs);
    shop.drop_version();

    let plan = shop.environment.trueup(&["plan", "prod", "-o", "json"]).success().target();
    let taken = json!([{"manager": "other-tool", "fields": ["spec.drawers"]}]);
    assert_eq!(action(&plan, "Till/main")["takesFrom"], taken);
    shop.environment.apply();

    let wanted = json!({"coins": 6, "drawers": 2, "slots": [{"name": "a", "size": 3}]});
    assert_eq!(shop.spec(), wanted);
}

#[test]
fn a_version_that_goes_in_the_same_run_is_no_trouble() {
    let mut shop = Shop::open();
    let definition = tills(&shop.group, &["v1"]);
    shop.environment.commit_file("deploy/definition.yaml", &definition);

    let plan = shop.environment.trueup(&["plan", "prod", "-o", "json"]).success().target();
    let reason = text(&action(&plan, "Till/main")["reason"]);
    assert!(reason.contains("/v1alpha1, which its definition doesn't have any more"), "{reason}");
    shop.environment.apply();

    shop.is_as_git_says();
}
