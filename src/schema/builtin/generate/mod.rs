//! Makes `kinds.zst` and `lifecycle.json`: see "The built-in kinds" in
//! `docs/contributing.md`.

mod enums;
mod lifecycles;
mod modules;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{env, fs};

use super::catalogue::Catalogue;
use super::{Minor, PACKED, store};
use crate::json::Value;

/// The versions of k8s.io/kubernetes whose published schemas are kept: one of
/// each minor version.
const KUBERNETES: [&str; 11] = [
    "1.27.16", "1.28.15", "1.29.6", "1.30.14", "1.31.14", "1.32.13", "1.33.13", "1.34.4", "1.35.4", "1.36.3",
    "1.37.2",
];

/// The modules that say what becomes of kinds, in the order of their versions:
/// types that are gone are in older ones.
const TYPES: [&str; 9] = [
    "k8s.io/api@v0.20.6",
    "k8s.io/api@v0.23.16",
    "k8s.io/api@v0.26.9",
    "k8s.io/api@v0.29.6",
    "k8s.io/api@v0.32.13",
    "k8s.io/api@v0.35.4",
    "k8s.io/apiextensions-apiserver@v0.37.2",
    "k8s.io/kube-aggregator@v0.37.2",
    "k8s.io/api@v0.37.2",
];

#[test]
#[ignore = "needs go, and downloads the sources of every version"]
fn the_builtin_kinds_are_those_that_kubernetes_publishes() {
    let versions = published();
    assert!(versions.keys().eq(Minor::shipped()), "versions are missing");
    let folders = modules::folders(&TYPES.map(str::to_owned));
    let lifecycles = lifecycles::table(&folders, &versions);
    if env::var_os("TRUEUP_UPDATE").is_some() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/schema/builtin");
        fs::write(folder.join("kinds.zst"), store::pack(&versions).expect("packs")).expect("written");
        fs::write(folder.join("lifecycle.json"), lifecycles).expect("written");
        return;
    }
    for (version, catalogue) in versions {
        let shipped = store::unpack(PACKED, version).expect("a file");
        assert!(shipped == Some(catalogue), "{version} is stale: run this test with TRUEUP_UPDATE=1");
    }
    let shipped = include_str!("../lifecycle.json");
    assert!(shipped == lifecycles, "lifecycle.json is stale: run this test with TRUEUP_UPDATE=1");
}

fn published() -> BTreeMap<Minor, Catalogue> {
    sources().into_iter().map(|(version, folder)| (version, catalogue(&folder))).collect()
}

/// Where the sources of each version are, downloaded if need be.
fn sources() -> BTreeMap<Minor, PathBuf> {
    let folders = modules::folders(&KUBERNETES.map(|version| format!("k8s.io/kubernetes@v{version}")));
    KUBERNETES.iter().map(|version| version.parse().expect("a version")).zip(folders).collect()
}

/// The schemas that Kubernetes publishes of each version, as `OpenAPI` documents.
pub(crate) fn published_documents() -> BTreeMap<Minor, Vec<Value>> {
    sources().into_iter().map(|(version, folder)| (version, documents(&folder))).collect()
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn documents(sources: &Path) -> Vec<Value> {
    let entries = fs::read_dir(sources.join("api/openapi-spec/v3")).expect("a folder of schemas");
    let paths = entries.map(|entry| entry.expect("an entry").path());
    let documents = paths.filter(|path| path.extension().is_some_and(|end| end == "json"));
    documents.map(|path| serde_json::from_str(&read(&path)).expect("JSON")).collect()
}

fn catalogue(sources: &Path) -> Catalogue {
    let enums = enums::of_source(&read(&sources.join("pkg/generated/openapi/zz_generated.openapi.go")));
    assert!(!enums.is_empty(), "{} holds no enums", sources.display());
    let mut catalogue = Catalogue::default();
    for mut document in documents(sources) {
        enums::add(&mut document, &enums);
        catalogue.add_openapi(&document);
    }
    catalogue
}
