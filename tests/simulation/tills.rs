//! A shop's tills: custom resources and their definition, and whether what the
//! plan says of them comes true.

use trueup::diff::changes;
use trueup::json::{Value, json};
use trueup::yaml::documents;

use crate::harness::{Run, TestEnvironment, action};

const DEFINITIONS: &str = "apiextensions.k8s.io/v1/customresourcedefinitions";

/// A set of tills and their definition.
pub(super) struct Shop {
    pub(super) environment: TestEnvironment,
    pub(super) group: String,
}

impl Shop {
    pub(super) fn new() -> Self {
        let environment = TestEnvironment::new();
        let group = format!("{}.example.com", environment.unique("tills"));
        Self { environment, group }
    }

    /// Writes the definition: the spec's schema at version v1.
    pub(super) fn define(&self, spec: &Value) {
        self.define_versions(
            &json!([{"name": "v1", "served": true, "storage": true, "schema": schema(spec)}]),
        );
    }

    pub(super) fn define_versions(&self, versions: &Value) {
        let definition = json!({
            "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
            "metadata": {"name": format!("tills.{}", self.group)},
            "spec": {"group": self.group, "scope": "Namespaced", "versions": versions,
                "names": {"kind": "Till", "plural": "tills", "singular": "till"}},
        });
        self.environment.write("deploy/definition.json", &definition.to_string());
    }

    /// Commits a till with this spec, one field a line, and all that was written.
    pub(super) fn commit(&mut self, spec: &str) {
        self.commit_at("v1", spec);
    }

    pub(super) fn commit_at(&mut self, version: &str, spec: &str) {
        let lines = spec.replace('\n', "\n  ");
        let till = format!(
            "apiVersion: {}/{version}\nkind: Till\nmetadata:\n  name: main\nspec:\n  {lines}\n",
            self.group
        );
        self.environment.commit_file("deploy/till.yaml", &till);
    }

    fn live(&self) -> Value {
        self.environment.live_object(&format!("{}/v1/tills/main", self.group))
    }

    fn definition(&self) -> Option<Value> {
        self.environment.cluster_object(&format!("{DEFINITIONS}/tills.{}", self.group))
    }

    /// Plan, diff and apply refuse it alike, and nothing is written.
    #[track_caller]
    pub(super) fn refused(&self) -> Run {
        let before = (self.definition(), self.environment.footprint());
        let run = self.environment.trueup(&["apply", "prod", "--yes"]).exits(1);
        for command in [&["plan", "prod"][..], &["diff", "prod"], &["plan", "prod", "--exact"]] {
            let other = self.environment.trueup(command).exits(1);
            assert_eq!(other.stderr, run.stderr, "{other}");
        }
        assert!(before == (self.definition(), self.environment.footprint()), "something was written\n{run}");
        run
    }

    /// The predicted till after the run, as a patch shows it, is what the server
    /// then makes of it.
    #[track_caller]
    pub(super) fn comes_true(&self) {
        let plan = self.environment.trueup(&["plan", "prod", "-o", "json"]).success().target();
        assert_eq!(action(&plan, "Till/main")["approximate"], true);
        let predicted = self.predicted();
        self.environment.apply();
        let live = self.live();
        assert_eq!(predicted["spec"], live["spec"]);
        for field in ["name", "namespace", "labels", "annotations"] {
            assert_eq!(predicted["metadata"].get(field), live["metadata"].get(field), "{field}");
        }
        self.environment.trueup(&["plan", "prod", "--exit-code"]).success();
        self.environment.trueup(&["plan", "prod", "--exit-code", "--exact"]).success();
    }

    /// What the plan says will change in the till's spec is what changes.
    #[track_caller]
    pub(super) fn changes_come_true(&self, expected: &[(&str, Value)]) {
        let plan = self.environment.trueup(&["plan", "prod", "-o", "json"]).success().target();
        let till = action(&plan, "Till/main");
        assert_eq!((&till["action"], &till["approximate"]), (&json!("update"), &json!(true)));
        let said = till["changes"].as_array().expect("changes");
        let said: Vec<(&str, Value)> = said
            .iter()
            .map(|change| (change["path"].as_str().expect("a path"), change["to"].clone()))
            .collect();
        assert_eq!(said, expected);
        let before = self.live();
        self.environment.apply();
        let made = changes(&before, &self.live());
        let made: Vec<(String, Value)> =
            made.into_iter().map(|change| (change.path.to_string(), change.to.unwrap_or_default())).collect();
        assert_eq!(
            made,
            expected.iter().map(|(path, to)| ((*path).to_owned(), to.clone())).collect::<Vec<_>>()
        );
        self.environment.trueup(&["plan", "prod", "--exit-code"]).success();
        self.environment.trueup(&["plan", "prod", "--exit-code", "--exact"]).success();
    }

    /// The new till that `diff --unified` shows.
    #[track_caller]
    pub(super) fn predicted(&self) -> Value {
        let diff = self.environment.trueup(&["diff", "prod", "--unified"]).success();
        let lines =
            diff.stdout.lines().skip_while(|line| !(line.starts_with("+++ ") && line.contains("Till/main")));
        let lines = lines.skip(1).take_while(|line| !line.starts_with("--- "));
        let after: Vec<&str> =
            lines.filter(|line| !line.starts_with(['-', '@'])).filter_map(|line| line.get(1..)).collect();
        let objects = documents(&after.join("\n")).unwrap_or_else(|error| panic!("{error:?}\n{diff}"));
        objects[0].value.clone()
    }
}

/// A version's schema.
pub(super) fn schema(spec: &Value) -> Value {
    json!({"openAPIV3Schema": {"type": "object", "properties": {"spec": spec}}})
}

pub(super) fn fields(properties: &Value) -> Value {
    json!({"type": "object", "properties": properties})
}
