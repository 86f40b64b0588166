//! The kinds that a chart brings along in `crds/`. Helm installs those first, and
//! templates find them in `.Capabilities` from then on: so they do from the first plan
//! on. Pure.

use super::helm::SOURCE;
use crate::json::Value;
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

/// The documents of files in `crds/`.
fn definitions(text: &str) -> Vec<Value> {
    let mut files = text.split(SOURCE);
    // What comes before the first file.
    files.next();
    let brought = files.filter(|file| file.lines().next().is_some_and(|path| path.contains("/crds/")));
    let documents = brought.filter_map(|file| {
        let (_, content) = file.split_once('\n')?;
        yaml::documents(content).ok()
    });
    documents.flatten().map(|document| document.value).collect()
}

fn served_by(definition: &Value) -> Vec<String> {
    let spec = &definition["spec"];
    let (Some(group), Some(kind)) = (spec["group"].as_str(), spec["names"]["kind"].as_str()) else {
        return Vec::new();
    };
    let versions = spec["versions"].as_array().into_iter().flatten();
    let served = versions.filter(|version| version["served"] == true);
    let names = served.filter_map(|version| version["name"].as_str());
    names.flat_map(|name| [format!("{group}/{name}"), format!("{group}/{name}/{kind}")]).collect()
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
        let (a, b, c) = (definition("A"), definition("B"), definition("C"));
        let output =
            format!("---\n# Source: web/crds/a.yaml\n{a}---\n{b}---\n# Source: web/templates/c.yaml\n{c}");
        let expected = ["example.dev/v1", "example.dev/v1/A", "example.dev/v1/B"];
        assert_eq!(served(output.as_bytes()), expected);
        assert_eq!(served(b"\xff"), [""; 0]);
        assert_eq!(served(b"---\n# Source: web/crds/a.yaml\n{"), [""; 0]);
    }
}
