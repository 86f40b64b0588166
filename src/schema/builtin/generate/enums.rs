//! The values of fields that take only some. Kubernetes publishes its schemas
//! without them (`--feature-gates=OpenAPIEnums=false` in
//! `hack/update-openapi-spec.sh`), but its API servers' documents have them,
//! from `pkg/generated/openapi/zz_generated.openapi.go`. Which is what is read
//! here: written by a generator, laid out by gofmt.

use std::collections::HashMap;

use crate::json::{Value, json};

/// Where the values belong in a definition, and the values.
type Enum = (String, Value);

/// The enums of each definition.
pub(super) fn of_source(source: &str) -> HashMap<String, Vec<Enum>> {
    let packages: HashMap<&str, &str> = source.lines().filter_map(import).collect();
    let names: HashMap<&str, String> = source.lines().filter_map(|line| function(line, &packages)).collect();
    let mut enums: HashMap<String, Vec<Enum>> = HashMap::new();
    let (mut definition, mut property, mut below) = (None, "", "");
    for line in source.lines() {
        if let Some(rest) = line.strip_prefix("func ") {
            definition = rest.split_once('(').and_then(|(name, _)| names.get(name));
        } else if let Some(name) =
            line.strip_prefix("\t\t\t\t\t\"").and_then(|rest| rest.strip_suffix("\": {"))
        {
            (property, below) = (name, "");
        } else if line.trim_start().starts_with("Items: ") {
            below = "/items";
        } else if line.trim_start().starts_with("AdditionalProperties: ") {
            below = "/additionalProperties";
        } else if let (Some(name), Some(values)) = (definition, values(line)) {
            enums.entry(name.clone()).or_default().push((format!("/properties/{property}{below}"), values));
        }
    }
    enums
}

/// Puts them into a document.
pub(super) fn add(document: &mut Value, enums: &HashMap<String, Vec<Enum>>) {
    let schemas = document.pointer_mut("/components/schemas").and_then(Value::as_object_mut);
    for (name, schema) in schemas.into_iter().flatten() {
        for (place, values) in enums.get(name).into_iter().flatten() {
            let field = schema.pointer_mut(place).unwrap_or_else(|| panic!("{name} has no {place}"));
            field["enum"] = values.clone();
        }
    }
}

/// The alias and the path: `corev1 "k8s.io/api/core/v1"`.
fn import(line: &str) -> Option<(&str, &str)> {
    let (alias, path) = line.strip_prefix('\t')?.split_once(" \"")?;
    Some((alias, path.strip_suffix('"')?))
}

/// A function and its definition:
/// `corev1.Pod{}.OpenAPIModelName(): schema_k8sio_api_core_v1_Pod(ref),`, where
/// before Kubernetes 1.35 it was `"k8s.io/api/core/v1.Pod":`.
fn function<'a>(line: &'a str, packages: &HashMap<&str, &str>) -> Option<(&'a str, String)> {
    let (kind, function) = line.trim_start().strip_suffix("(ref),")?.split_once(": ")?;
    let function = function.trim_start().strip_prefix("schema_").map(|_| function.trim_start())?;
    let path = match kind.strip_suffix("{}.OpenAPIModelName()") {
        Some(kind) => {
            let (alias, kind) = kind.split_once('.')?;
            format!("{}.{kind}", packages.get(alias)?)
        }
        None => kind.trim_matches('"').to_owned(),
    };
    // `k8s.io/api/core/v1.Pod` is called `io.k8s.api.core.v1.Pod`.
    let (host, rest) = path.split_once('/')?;
    let host: Vec<&str> = host.rsplit('.').collect();
    Some((function, format!("{}.{}", host.join("."), rest.replace('/', "."))))
}

/// `Enum:        []interface{}{"Equivalent", "Exact"},`
fn values(line: &str) -> Option<Value> {
    let list = line.trim_start().strip_prefix("Enum:")?.trim_start();
    let list = list.strip_prefix("[]interface{}{")?.strip_suffix("},")?;
    Some(serde_json::from_str(&format!("[{list}]")).unwrap_or_else(|error| panic!("{line}: {error}")))
}

#[test]
fn enums_are_found_in_the_source() {
    let source = r#"
import (
	corev1 "k8s.io/api/core/v1"
)
		corev1.Taint{}.OpenAPIModelName():       schema_k8sio_api_core_v1_Taint(ref),
		"k8s.io/kube-aggregator/pkg/apis/x/v1.Other": schema_pkg_apis_x_v1_Other(ref),

func schema_k8sio_api_core_v1_Taint(ref common.ReferenceCallback) common.OpenAPIDefinition {
				Properties: map[string]spec.Schema{
					"key": {
						SchemaProps: spec.SchemaProps{
							Type:        []string{"string"},
						},
					},
					"effect": {
						SchemaProps: spec.SchemaProps{
							Enum:        []interface{}{"NoExecute", "NoSchedule"},
						},
					},
func schema_pkg_apis_x_v1_Other(ref common.ReferenceCallback) common.OpenAPIDefinition {
					"list": {
							Items: &spec.SchemaOrArray{
										Enum:    []interface{}{"A"},
"#;
    let enums = of_source(source);
    assert_eq!(
        enums["io.k8s.api.core.v1.Taint"],
        [("/properties/effect".to_owned(), json!(["NoExecute", "NoSchedule"]))]
    );
    assert_eq!(
        enums["io.k8s.kube-aggregator.pkg.apis.x.v1.Other"],
        [("/properties/list/items".to_owned(), json!(["A"]))]
    );
    assert_eq!(enums.len(), 2);
}
