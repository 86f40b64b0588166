//! `trueup.yaml` as it is written. These types are the only list of its keys:
//! the JSON schema comes from them, and what is checked comes from the schema.

use std::collections::BTreeMap;

use schemars::{JsonSchema, SchemaGenerator};
use serde::Deserialize;

use super::duration::Period;
use super::kind::KindPattern;
use super::limit::Limit;
use super::rules::{Adopt, Conflicts, HealthRule, IgnoreRule, SensitiveRule};
use crate::json::Value;

/// Configuration of trueup, which deploys this repository to Kubernetes.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(title = "trueup.yaml")]
pub(super) struct File {
    /// The version of this file's format: 1.
    #[schemars(extend("const" = 1))]
    #[expect(dead_code, reason = "checked against the schema; there is only one version")]
    version: u32,
    /// What is deployed: with the environment's name it is the identity of
    /// inventory, lock and history. Lower-case letters, digits and `-`.
    #[schemars(extend("format" = "name", "pattern" = "^[a-z0-9]([a-z0-9-]*[a-z0-9])?$", "maxLength" = 40))]
    pub(super) name: String,
    /// Where trueup keeps its records in the cluster.
    pub(super) state: Option<State>,
    /// Manifests to deploy where an environment and the defaults name none: a
    /// path, or a list of paths and items, relative to this file. Default: the
    /// folder of this file.
    pub(super) sources: Option<Sources>,
    /// Where the `CustomResourceDefinition`s are that the sources don't have, for
    /// `check`: a path or a pattern such as `crds/*.yaml`, or a list of them,
    /// relative to this file.
    pub(super) schemas: Option<Paths>,
    /// What every environment starts from. Maps merge, lists replace.
    #[expect(dead_code, reason = "merged into each environment before it is read")]
    defaults: Option<Settings>,
    /// The places to deploy to, by name.
    #[schemars(extend(
        "propertyNames" = {"format": "environment", "pattern": "^[a-z0-9]([a-z0-9-]*[a-z0-9])?$"},
        "minProperties" = 1
    ))]
    pub(super) environments: BTreeMap<String, Option<Settings>>,
    /// Fields that trueup leaves alone.
    pub(super) ignore: Option<Vec<IgnoreRule>>,
    /// Whose value wins where another field manager has set a field to something
    /// else: `take` (Git's), `fail` (the plan is refused), `yield` (the other's), or
    /// a list of rules. Default: take.
    pub(super) conflicts: Option<Conflicts>,
    /// Whether objects are taken in that exist already: `never`, `unclaimed` (those
    /// that no other tool manages), or a list of owners that hand theirs over.
    /// Default: unclaimed.
    pub(super) adopt: Option<Adopt>,
    /// Fields whose values are as secret as a Secret's: masked wherever they would
    /// be shown, and kept out of every record.
    pub(super) sensitive: Option<Vec<SensitiveRule>>,
    /// When objects are healthy, for kinds that trueup doesn't know.
    pub(super) health: Option<Vec<HealthRule>>,
    /// What is kept of past releases.
    pub(super) history: Option<History>,
    /// What may be done with the Git repository.
    pub(super) git: Option<Git>,
    /// The programs that render kustomizations and charts, and decrypt.
    pub(super) tools: Option<ToolSettings>,
    /// Where keys come from that decrypt secrets.
    pub(super) secrets: Option<SecretSettings>,
}

/// Where keys come from that decrypt secrets.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct SecretSettings {
    /// Keys for files that SOPS has encrypted.
    pub(super) sops: Option<SopsSettings>,
}

/// Keys for files that SOPS has encrypted.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct SopsSettings {
    /// A file of age keys, relative to this file, or below the home folder (`~/…`); or
    /// `env`: what SOPS's own variables say. Default: env.
    #[schemars(extend("minLength" = 1))]
    pub(super) age_key_file: Option<String>,
}

/// What may be done with the Git repository.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Git {
    /// Whether the history that guards need and a clone lacks, such as a shallow one,
    /// is fetched by `git`. The clone itself stays as it is. Default: false.
    pub(super) fetch: Option<bool>,
}

/// Where trueup keeps its records in the cluster.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct State {
    /// The namespace of inventory, lock and history. Default: the
    /// environment's. Made first if it's missing.
    #[schemars(extend("format" = "namespace"))]
    pub(super) namespace: Option<String>,
}

/// What an environment, or all of them, is made of.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Settings {
    /// The kubeconfig context. Default: the current one, or the service
    /// account in a pod without kubeconfig.
    #[schemars(extend("minLength" = 1))]
    pub(super) context: Option<String>,
    /// The kubeconfig file, relative to this file.
    #[schemars(extend("minLength" = 1))]
    pub(super) kubeconfig: Option<String>,
    /// Which cluster it must be.
    pub(super) cluster: Option<Cluster>,
    /// The namespace of objects that name none.
    #[schemars(extend("format" = "namespace"))]
    pub(super) namespace: Option<String>,
    /// Manifests to deploy: a path, or a list of paths and items, relative to
    /// this file.
    pub(super) sources: Option<Sources>,
    /// Variables for sources with `substitute: true`, by their names.
    #[schemars(extend("propertyNames" = {"format": "variable", "pattern": "^[A-Za-z_][A-Za-z0-9_]*$"}))]
    pub(super) vars: Option<BTreeMap<String, Variable>>,
    /// Waiting for health after applying.
    pub(super) wait: Option<Wait>,
    /// What must hold for an apply.
    pub(super) requires: Option<Requires>,
    /// How much one run may change before a person must confirm it.
    pub(super) limits: Option<Limits>,
    /// Kinds that are never deleted without an override. Default:
    /// `Namespace`, `PersistentVolumeClaim` and `CustomResourceDefinition`.
    pub(super) protect: Option<Vec<KindPattern>>,
    /// Whether an apply that fails puts the last healthy release back by itself.
    /// Default: false.
    pub(super) rollback_on_failure: Option<bool>,
}

/// Which cluster it must be.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Cluster {
    /// The uid of the cluster's `kube-system` namespace, which pins the
    /// cluster itself, however it's reached.
    #[schemars(extend("format" = "uid"))]
    pub(super) uid: Option<String>,
}

/// Waiting for health after applying.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Wait {
    /// How long, such as 90s or 1h30m. Default: 5m.
    pub(super) timeout: Option<Period>,
}

/// What must hold for an apply.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Requires {
    /// The branch that the commit must be on: of the remote, or a local one where
    /// there is no remote.
    #[schemars(extend("minLength" = 1))]
    pub(super) branch: Option<String>,
    /// The environments in which the commit must have been live and healthy, by
    /// their history.
    pub(super) after: Option<Vec<String>>,
    /// For how long it must have been that, such as 30m. Default: 0.
    pub(super) soak: Option<Period>,
    /// Files of the keys that the commit must be signed by one of, relative to this
    /// file: OpenPGP public keys, or SSH public keys.
    #[schemars(extend("minItems" = 1))]
    pub(super) signed_by: Option<Vec<KeyFile>>,
    /// How a commit must relate to the deployed one. Default: newer; with `branch`,
    /// forward.
    pub(super) order: Option<OrderRule>,
    /// What is said to applying over what somebody changed live. Default: warn.
    pub(super) drift: Option<DriftRule>,
}

/// A file of public keys.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(extend("format" = "path"))]
pub(super) struct KeyFile(pub(super) String);

/// How a commit must relate to the deployed one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum OrderRule {
    /// It isn't an ancestor of it.
    #[default]
    Newer,
    /// It descends from it.
    Forward,
    /// It doesn't matter.
    Any,
}

/// What is said to applying over what somebody changed live.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum DriftRule {
    /// Nothing.
    Allow,
    /// Which objects that is, and who changed them.
    #[default]
    Warn,
    /// It's refused.
    Refuse,
}

/// How much one run may change before a person must confirm it.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Limits {
    /// Deletions. Default: 20%.
    pub(super) delete: Option<Limit>,
    /// Objects that are deleted and created again because a field can't be
    /// changed in place, where the manifest doesn't allow it itself
    /// (`trueup.dev/on-immutable: replace`). Default: 0.
    pub(super) replace: Option<Limit>,
}

/// What is kept of past releases.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct History {
    /// How many releases. Default: 20.
    #[schemars(range(min = 1, max = 10_000))]
    pub(super) keep: Option<u32>,
}

/// A path or pattern, or a list of them.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
pub(super) enum Paths {
    /// One.
    One(PathPattern),
    /// Several.
    Many(Vec<PathPattern>),
}

/// A file, a folder, or a pattern such as `crds/*.yaml`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(extend("format" = "path"))]
pub(super) struct PathPattern(pub(super) String);

/// A path, or a list of paths and items.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
pub(super) enum Sources {
    /// One path.
    One(#[schemars(extend("format" = "path"))] String),
    /// Several.
    Many(Vec<SourceEntry>),
}

/// A path, or a path with how to render it.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
pub(super) enum SourceEntry {
    /// A file or folder.
    Path(#[schemars(extend("format" = "path"))] String),
    /// A path with how to render it.
    Item(SourceItem),
}

/// What to deploy, and how it becomes manifests.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SourceItem {
    /// A file or folder, relative to `trueup.yaml`.
    #[schemars(extend("format" = "path"))]
    pub path: String,
    /// How it becomes manifests. Default: a folder with a kustomization or a
    /// `Chart.yaml` as what it is, everything else is plain.
    pub renderer: Option<Renderer>,
    /// Whether `${NAME}` stands for a variable in it. Default: false.
    pub substitute: Option<bool>,
    /// Helm: the release's name. Default: the folder's.
    #[schemars(extend("format" = "release"))]
    pub release: Option<String>,
    /// Helm: files of values, relative to `trueup.yaml`; the last wins.
    pub values: Option<Vec<ValuesFile>>,
    /// Helm: values that win over those of files, by their paths such as
    /// `image.tag`. They keep their types; `null` takes away the chart's own.
    pub set: Option<BTreeMap<String, AnyValue>>,
    /// Helm, kustomize: whether what it needs from elsewhere is fetched: charts
    /// that aren't in `charts`, or bases that are pinned to a tag or a commit.
    /// Default: never.
    pub dependencies: Option<Dependencies>,
    /// Helm: what is done with a chart that looks objects up in the cluster while
    /// it's rendered. Default: refuse.
    pub lookup: Option<Lookup>,
    /// Jsonnet: what `std.extVar` finds, by name. Values keep their types.
    pub ext: Option<BTreeMap<String, AnyValue>>,
    /// Jsonnet: the arguments of the function that the file holds, by name.
    pub tla: Option<BTreeMap<String, AnyValue>>,
    /// Jsonnet: folders in which imports are looked for, relative to `trueup.yaml`,
    /// the first wins. Default: `vendor` beside the file and in all folders above.
    pub jpath: Option<Vec<LibraryFolder>>,
}

/// How a source becomes manifests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Renderer {
    /// YAML and JSON files as they are.
    Plain,
    /// A kustomization, by kustomize.
    Kustomize,
    /// A chart, by Helm.
    Helm,
    /// A Jsonnet file, or the `main.jsonnet` of a folder.
    Jsonnet,
}

/// A file of values for Helm.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(extend("format" = "path"))]
pub struct ValuesFile(pub String);

/// A folder of Jsonnet libraries.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(extend("format" = "path"))]
pub struct LibraryFolder(pub String);

/// Any value: a text, a number, a list, a map.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct AnyValue(pub serde_json::Value);

/// A variable for sources.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Variable {
    /// `true` or `false`.
    Boolean(bool),
    /// A whole number.
    Integer(i64),
    /// A number with a fraction.
    Number(f64),
    /// A text.
    Text(String),
    /// One of the environment.
    Environment(FromEnvironment),
    /// What isn't quoted, as it's written: `1.10` is a number that is `1.10` within a text.
    #[serde(skip)]
    #[schemars(skip)]
    Plain(String),
}

/// A variable of the environment.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FromEnvironment {
    /// Its name.
    #[schemars(extend("minLength" = 1))]
    pub env: String,
}

/// Whether what a source needs from elsewhere is fetched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Dependencies {
    /// Never: it has to be in the repository.
    Vendored,
    /// In every run.
    Fetch,
}

/// What is done with a chart that looks objects up in the cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Lookup {
    /// It's refused.
    Refuse,
    /// It's rendered as if nothing were found, as on a first install.
    Empty,
}

/// The programs that render and decrypt.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct ToolSettings {
    /// kustomize: the versions that will do, such as `>=5.4`, or which program it is.
    pub(super) kustomize: Option<ToolSetting>,
    /// Helm: the versions that will do, such as `4`, or which program it is.
    pub(super) helm: Option<ToolSetting>,
    /// sops: the versions that will do, such as `>=3.9`, or which program it is.
    pub(super) sops: Option<ToolSetting>,
    /// The longest that rendering a source may take. Default: 2m.
    pub(super) timeout: Option<Period>,
}

/// What is wanted of a program.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
pub(super) enum ToolSetting {
    /// The versions that will do.
    Version(Requirement),
    /// Those, and which program it is.
    Named(NamedTool),
}

/// A program, and the versions of it that will do.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct NamedTool {
    /// The versions that will do.
    pub(super) version: Option<Requirement>,
    /// Another name to look for on PATH, or a path relative to this file.
    #[schemars(extend("minLength" = 1))]
    pub(super) program: Option<String>,
}

/// Versions that will do, such as `>=5.4`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(extend("format" = "versions"))]
pub(super) struct Requirement(pub(super) String);

/// The JSON schema of `trueup.yaml` (draft 2020-12), for editors and for the
/// check of every file that is read.
pub fn schema() -> Value {
    let mut schema = Value::from(SchemaGenerator::default().into_root_schema_for::<File>().to_value());
    let definitions = schema["$defs"].clone();
    refuse_empty_values(&mut schema, &definitions);
    schema
}

/// Whether optional or not, a key that is written needs a value; only maps may
/// be left empty. The derived schema lets every optional key be null.
fn refuse_empty_values(schema: &mut Value, definitions: &Value) {
    match schema {
        Value::Array(items) => items.iter_mut().for_each(|item| refuse_empty_values(item, definitions)),
        Value::Object(map) => {
            map.values_mut().for_each(|inner| refuse_empty_values(inner, definitions));
            if let Some(Value::Array(types)) = map.get_mut("type") {
                types.retain(|name| name != "null");
                if let [only] = types.as_slice() {
                    let only = only.clone();
                    map.insert("type".into(), only);
                }
            }
            if let Some(Value::Array(choices)) = map.get_mut("anyOf") {
                let is_section = choices.iter().any(|choice| is_object(choice, definitions));
                choices.retain(|choice| is_section || choice["type"] != "null");
            }
        }
        _ => {}
    }
}

fn is_object(schema: &Value, definitions: &Value) -> bool {
    let name = schema["$ref"].as_str().and_then(|reference| reference.strip_prefix("#/$defs/"));
    name.is_some_and(|name| definitions[name]["type"] == "object")
}
