//! The kinds that a chart brings along in `crds/`. Helm installs those first, and
//! templates find them in `.Capabilities` from then on: so they do from the first plan
//! on. Pure.

use super::printed;
use crate::json::Value;
use crate::object::{GroupKind, kinds};
use crate::yaml;

/// The versions and kinds that definitions in what Helm printed serve, as
/// `.Capabilities.APIVersions` has them.
pub(super) fn served(output: &[u8]) -> Vec<String> {
    let Ok(text) = std::str::from_utf8(output) else { return Vec::new() };
    let mut served: Vec<String> = definitions(text).iter().flat_map(served_by).collect();
    served.sort();
    served.dedup();
    served
}

/// The definitions in `crds/`, of the chart and of those that it needs: no templates.
fn definitions(text: &str) -> Vec<Value> {
    let is_brought = |path: &str| path.contains("/crds/") && !path.contains("/templates/");
    let brought = printed::files(text).into_iter().filter(|(path, _)| is_brought(path));
    let documents = brought.filter_map(|(_, content)| yaml::documents(content).ok()).flatten();
    documents
        .map(|document| document.value)
        .filter(|value| value["kind"] == "CustomResourceDefinition")
        .collect()
}

fn served_by(definition: &Value) -> Vec<String> {
    let Some(GroupKind { group, kind }) = kinds::defined_by(definition) else { return Vec::new() };
    let versions = kinds::served_by(definition);
    versions.flat_map(|version| [format!("{group}/{version}"), format!("{group}/{version}/{kind}")]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_chart_brings_along_is_served_and_what_its_templates_define_isnt() {
        let definition = |kind: &str| {
            format!(
                "kind: CustomResourceDefinition\nspec:\n  group: example.dev\n  names: {{kind: {kind}}}\n  versions: [{{name: v1, served: true}}, {{name: v1alpha1, served: false}}]\n"
            )
        };
        let [a, b, c] = ["A", "B", "C"].map(definition);
        let output = format!(
            "---\n# Source: web/crds/a.yaml\n{a}---\n{b}---\n# Source: web/templates/crds/c.yaml\n{c}"
        );
        let expected = ["example.dev/v1", "example.dev/v1/A", "example.dev/v1/B"];
        assert_eq!(served(output.as_bytes()), expected);
        assert_eq!(served(b"\xff"), [""; 0]);
        assert_eq!(served(b"---\n# Source: web/crds/a.yaml\n{"), [""; 0]);
    }
}
