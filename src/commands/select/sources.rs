//! The sources that an environment names, and how each becomes manifests.

use std::collections::BTreeMap;
use std::path::{Component, Path};
use std::sync::LazyLock;

use regex::Regex;

use crate::config::{
    AnyValue, Dependencies, Environment, LibraryFolder, Lookup, Renderer, SourceItem, ValuesFile,
};
use crate::error::{CommandError, Diagnostic, Location};
use crate::json::Value;
use crate::render::{Chart, How, Item, Jsonnet};

/// The sources of an environment, each with the place that names it.
pub(in crate::commands) fn sources(
    folder: &Path,
    environment: &Environment,
    file: &str,
) -> Result<Vec<Item>, CommandError> {
    let places = environment.source_places.iter().cloned().map(Some).chain(std::iter::repeat(None));
    let named = environment.sources.iter().zip(places);
    named
        .map(|(item, named_at)| {
            let place = named_at.clone().unwrap_or_else(|| Location::file(file));
            let how = how(folder, item, &place)?;
            Ok(Item {
                path: source(folder, &item.path, place)?,
                named_at,
                how,
                substitute: item.substitute == Some(true),
            })
        })
        .collect()
}

/// How an item becomes manifests.
fn how(folder: &Path, item: &SourceItem, place: &Location) -> Result<How, CommandError> {
    let may_fetch = item.dependencies == Some(Dependencies::Fetch);
    let is_chart =
        item.release.is_some() || item.values.is_some() || item.set.is_some() || item.lookup.is_some();
    let is_jsonnet = item.ext.is_some() || item.tla.is_some() || item.jpath.is_some();
    Ok(match item.renderer {
        Some(Renderer::Plain) => How::Plain,
        Some(Renderer::Kustomize) => How::Kustomize { may_fetch },
        Some(Renderer::Jsonnet) => jsonnet(folder, item, place)?,
        None if is_jsonnet => jsonnet(folder, item, place)?,
        None if !is_chart => How::AsItIs,
        Some(Renderer::Helm) | None => {
            let values = item.values.iter().flatten();
            let values = values.map(|ValuesFile(path)| source(folder, path, place.clone()));
            let set: Vec<(String, Value)> = named(item.set.as_ref()).collect();
            if let Some((path, _)) = set.iter().find(|(path, _)| !is_value_path(path)) {
                return Err(Diagnostic::new(format!("{path:?} isn't a path to a value of a chart"))
                    .at(place.clone())
                    .hint("such as `image.tag`, `hosts[0].name`, or `labels.app\\.io/name` for a name with a dot")
                    .into());
            }
            How::Helm(Chart {
                release: item.release.clone(),
                values: values.collect::<Result<_, _>>()?,
                set,
                may_fetch,
                lookup_finds_nothing: item.lookup == Some(Lookup::Empty),
            })
        }
    })
}

/// Whether Helm reads all of it as a path: of what isn't one it silently sets something else.
fn is_value_path(path: &str) -> bool {
    static PATH: LazyLock<Regex> = LazyLock::new(|| {
        #[expect(clippy::unwrap_used, reason = "it doesn't depend on anything")]
        Regex::new(r"^(?:[^.\[\]=,\s\\]|\\.)+(?:\[\d+\])*(?:\.(?:[^.\[\]=,\s\\]|\\.)+(?:\[\d+\])*)*$")
            .unwrap()
    });
    PATH.is_match(path)
}

fn jsonnet(folder: &Path, item: &SourceItem, place: &Location) -> Result<How, CommandError> {
    let libraries = item.jpath.as_ref().map(|folders| {
        let folders = folders.iter().map(|LibraryFolder(path)| source(folder, path, place.clone()));
        folders.collect::<Result<_, _>>()
    });
    Ok(How::Jsonnet(Jsonnet {
        external: named(item.ext.as_ref()).collect(),
        arguments: named(item.tla.as_ref()).collect(),
        libraries: libraries.transpose()?,
    }))
}

/// Values by their names.
fn named(values: Option<&BTreeMap<String, AnyValue>>) -> impl Iterator<Item = (String, Value)> {
    let values = values.into_iter().flatten();
    values.map(|(name, AnyValue(value))| (name.clone(), Value::from(value.clone())))
}

/// A source as a path from the repository's root; `place` is where it's named.
pub(in crate::commands) fn source(
    folder: &Path,
    path: &str,
    place: Location,
) -> Result<String, CommandError> {
    let mut names: Vec<String> = Vec::new();
    for component in folder.join(path).components() {
        match component {
            Component::Normal(name) => names.push(name.to_string_lossy().into_owned()),
            Component::ParentDir if names.pop().is_some() => {}
            Component::CurDir => {}
            _ => {
                return Err(Diagnostic::new(format!("the path {path:?} lies outside of the repository"))
                    .at(place)
                    .hint("paths go from the folder of trueup.yaml and stay in its repository")
                    .into());
            }
        }
    }
    Ok(if names.is_empty() { ".".to_owned() } else { names.join("/") })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_to_values_are_those_that_helm_reads_whole() {
        for path in ["a", "image.tag", "hosts[0].name", "labels.app\\.io/name", "m[0][1]", "with-dash.x_1"] {
            assert!(is_value_path(path), "{path}");
        }
        for path in ["", ".a", "a.", "a..b", "[0]", "a[", "a[0", "a[x]", "a b", "a=b", "a,b", "a\\"] {
            assert!(!is_value_path(path), "{path}");
        }
    }

    #[test]
    fn sources_stay_in_the_repository() {
        let found =
            |folder: &str, path: &str| source(Path::new(folder), path, Location::file("trueup.yaml")).ok();
        assert_eq!(found("services/shop", "../base").as_deref(), Some("services/base"));
        assert_eq!(found("", ".").as_deref(), Some("."));
        assert_eq!(found("", "../x"), None);
        assert_eq!(found("", "/etc"), None);
    }
}
