//! The API server's warnings, told with their places.

use std::collections::BTreeMap;

use super::field::Subject;
use super::place::Places;
use crate::cluster::{Cluster, ServerWarning};
use crate::deploy::resolve::Desired;
use crate::deploy::setup::Setup;
use crate::error::Location;
use crate::object::{Manifest, ObjectId, Source, scrub};

/// What the server has warned of since this was last asked.
pub(in crate::deploy) fn warned<'a>(
    setup: &Setup,
    cluster: &Cluster,
    objects: impl Iterator<Item = &'a Desired>,
) -> Vec<String> {
    let given = cluster.take_warnings();
    if given.is_empty() {
        return Vec::new();
    }
    let path_of = |object: &Desired| {
        let id = object.id();
        object.resource.object(id.namespace.as_deref(), &id.name)
    };
    let manifests: BTreeMap<String, &Manifest> =
        objects.map(|object| (path_of(object), &object.manifest)).collect();
    lines(&given, |path| manifests.get(path).copied(), |source| setup.text_of(source))
}

/// One line for each warning, in the order of the places. The same words about
/// several objects are told once. `manifest_at` gives the manifest of an object by
/// its path at the server, `text_of` the text of its file.
fn lines<'a>(
    warnings: &[ServerWarning],
    manifest_at: impl Fn(&str) -> Option<&'a Manifest>,
    text_of: impl Fn(&Source) -> Option<String>,
) -> Vec<String> {
    let mut told: BTreeMap<String, Vec<(Location, &ObjectId)>> = BTreeMap::new();
    for warning in warnings {
        let Some(manifest) = manifest_at(&warning.path) else { continue };
        let text = text_of(&manifest.source);
        let (words, place) = placed(manifest, &warning.text, text.as_deref());
        told.entry(words).or_default().push((place, &manifest.id));
    }
    let mut all: Vec<(Location, String)> =
        told.into_iter().filter_map(|(words, places)| line(&words, places)).collect();
    all.sort();
    all.into_iter().map(|(_, line)| line).collect()
}

fn line(words: &str, mut places: Vec<(Location, &ObjectId)>) -> Option<(Location, String)> {
    places.sort();
    places.dedup();
    let (place, id) = places.first()?;
    let more = match places.len() - 1 {
        0 => String::new(),
        more => format!(", and {more} more"),
    };
    Some((place.clone(), format!("{id}: {words} ({place}{more})")))
}

/// The words, scrubbed, and the place of the field that they name.
fn placed(manifest: &Manifest, said: &str, text: Option<&str>) -> (String, Location) {
    let subject = Subject::of(manifest);
    let said = scrub(said, &manifest.body, &subject.manifest.secrets);
    let places = Places::new(manifest, text);
    let named = said.split_once(": ").and_then(|(path, rest)| Some((subject.field(path)?, rest)));
    match named.filter(|(field, _)| subject.value(field).is_some()) {
        Some((field, rest)) => {
            let place = places.of(Some(&field.found));
            (format!("{}: {rest}", field.shown), place)
        }
        None => (said, places.of(None)),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::manifest;
    use super::*;

    const WEB: &str = "apiVersion: v1\nkind: Secret\nmetadata: {name: web, namespace: shop}\nstringData:\n  token: hunter2-hunter2\n";

    fn told(warned: &[(&str, &str)]) -> Vec<String> {
        let given: Vec<ServerWarning> = warned
            .iter()
            .map(|(path, text)| ServerWarning { path: (*path).to_owned(), text: (*text).to_owned() })
            .collect();
        let (one, other) = (manifest(WEB), manifest(&WEB.replace("name: web", "name: other")));
        let manifest_at = |path: &str| match path {
            "/one" => Some(&one),
            "/other" => Some(&other),
            _ => None,
        };
        lines(&given, manifest_at, |_| Some(WEB.to_owned()))
    }

    #[test]
    fn a_warning_names_the_line_of_its_field_and_no_secret() {
        assert_eq!(
            told(&[("/one", "stringData[token]: \"hunter2-hunter2\" is weak")]),
            ["shop/Secret/web: stringData.token: \"‹masked›\" is weak (deploy/bad.yaml:5:3)"]
        );
    }

    #[test]
    fn the_same_words_about_several_objects_are_told_once() {
        assert_eq!(
            told(&[
                ("/other", "v1 is old"),
                ("/one", "v1 is old"),
                ("/one", "v1 is old"),
                ("/gone", "v1 is old")
            ]),
            ["shop/Secret/other: v1 is old (deploy/bad.yaml:1:1, and 1 more)"]
        );
    }
}
