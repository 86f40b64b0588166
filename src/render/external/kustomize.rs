//! Kustomizations: which folders one needs, and what kustomize makes of it.

use std::collections::BTreeSet;
use std::ffi::OsString;

use super::super::names::{Renderer, join, renderer_of};
use super::super::resolve::Unresolved;
use super::super::{Item, SourceTree};
use super::complaint::told;
use super::making::{Made, digest, made, rendered, wrong};
use super::output::{self, Printed};
use super::{Copy, Kind, Part, Shop, Wish, folder, unresolved};
use crate::error::{Diagnostic, Location};
use crate::git::{is_below, tree_path};
use crate::json::{Value, json};
use crate::object::{FieldPath, Manifest, Step};
use crate::yaml;

/// Where kustomize says what an object was made of, if it's asked to.
const ORIGIN: &str = "config.kubernetes.io/origin";

/// By which an object's whole content becomes a part of its name.
const NEEDS_HASH: &[u8] = b"kustomize.config.k8s.io/needs-hash";

/// What may name folders and files.
const RESOURCES: [&str; 7] =
    ["resources", "bases", "components", "generators", "transformers", "validators", "crds"];

/// Renders a folder with a kustomization.
pub(super) fn render(
    tree: &SourceTree<'_>,
    item: &Item,
    may_fetch: bool,
    shop: &Shop<'_>,
) -> Result<Part, Vec<Diagnostic>> {
    let enclosure = tree.enclosure()?;
    let mut copy = Copy::new(&enclosure);
    let root = folder(tree, &mut copy, item)?;
    let Some(main) = kustomization_in(&copy, &root) else {
        return Err(vec![
            Diagnostic::new(format!("{} holds no kustomization", item.path))
                .hint("kustomize renders folders with a kustomization.yaml"),
        ]);
    };
    let mut gathered = Gathered { tree, copy, may_fetch, fetches: false, broken: None };
    let folders = gathered.follow(&root);
    let Gathered { copy, fetches, broken, .. } = gathered;
    let program = match shop.program(Renderer::Kustomize) {
        Ok(program) => program,
        // What is wrong with the files comes first.
        Err(missing) => return Err(wrong(tree, &copy).unwrap_or(missing)),
    };
    let shown = tree.shown(&main);
    let mut arguments = program.command();
    arguments.push(OsString::from(format!("./{root}")));
    let wish = Wish { program, arguments: &arguments, beside: &[], may_be_kept: !fetches };
    let made = made(shop, tree, &copy, &wish, |ground| {
        let content = copy.content(&main).unwrap_or_default();
        if !marks_whole(&copy, &folders)
            && let Some(content) = with_origins(&content)
        {
            // Whatever it is called and is a link to, here it becomes a file.
            let path = ground.workspace.tree().join(&main);
            std::fs::write(path, content).map_err(|error| vec![super::no_room(&error)])?;
        }
        let printed = program.run(arguments.clone(), ground, fetches, &item.path);
        let bytes = printed.map_err(|complaint| {
            let usual = broken.clone().unwrap_or_else(|| Location::file(shown.as_str()));
            vec![told(*complaint, usual, |_| None)]
        })?;
        Ok((bytes, true))
    })?;
    let Made { bytes, inputs, known, holds_decrypted, notes, keep } = made;
    let printed = Printed {
        program: "kustomize",
        subject: &item.path,
        bytes,
        digest: digest(&inputs, &[]),
        vars: item.vars(shop.means),
        known: &known,
        means: shop.means,
        keep,
    };
    let origin = |manifest: &mut Manifest| {
        let path = join(&root, &take_origin(manifest)?);
        let path = tree_path(&path).filter(|path| inputs.blobs.contains_key(path))?;
        Some(tree.shown(&path))
    };
    let (manifests, findings) = output::read(printed, |_, _| shown.clone(), origin);
    Ok((rendered(manifests, inputs, holds_decrypted, notes), findings))
}

/// The real path of the kustomization in a folder.
fn kustomization_in(copy: &Copy<'_, '_>, folder: &str) -> Option<String> {
    let is_one = |path: &&str| {
        let name = path.strip_prefix(folder).unwrap_or(path).trim_start_matches('/');
        renderer_of(name) == Some(Renderer::Kustomize)
    };
    copy.files_below(folder).find(is_one).map(str::to_owned)
}

/// Whether an object's name may depend on its annotations.
fn marks_whole(copy: &Copy<'_, '_>, folders: &BTreeSet<String>) -> bool {
    let has_mark = |path: &str| {
        let content = copy.content(path).unwrap_or_default();
        content.windows(NEEDS_HASH.len()).any(|part| part == NEEDS_HASH)
    };
    folders.iter().flat_map(|folder| copy.files_below(folder)).any(has_mark)
}

/// What a kustomization needs.
struct Gathered<'t, 'a> {
    tree: &'t SourceTree<'a>,
    copy: Copy<'t, 't>,
    may_fetch: bool,
    /// Whether anything has to be fetched.
    fetches: bool,
    /// The first kustomization that can't be read.
    broken: Option<Location>,
}

impl Gathered<'_, '_> {
    /// Takes all folders and files that are named from a folder on. The folders.
    fn follow(&mut self, root: &str) -> BTreeSet<String> {
        let mut known = BTreeSet::new();
        let mut next = vec![root.to_owned()];
        while let Some(folder) = next.pop() {
            if known.insert(folder.clone()) {
                next.extend(self.folder(&folder));
            }
        }
        known
    }

    /// The folders that a folder's kustomization names.
    fn folder(&mut self, folder: &str) -> Vec<String> {
        let Some(file) = kustomization_in(&self.copy, folder) else { return Vec::new() };
        let shown = self.tree.shown(&file);
        let bytes = self.copy.content(&file).unwrap_or_default();
        let Ok(text) = yaml::decode(&bytes) else { return Vec::new() };
        let documents = match yaml::documents(&text) {
            Ok(documents) => documents,
            Err(error) => {
                self.broken = self.broken.take().or_else(|| error.diagnostic(&shown).location);
                return Vec::new();
            }
        };
        let Some(value) = documents.into_iter().next().map(|document| document.value) else {
            return Vec::new();
        };
        let at = |path: &FieldPath| {
            let (line, column) = yaml::locate_value(&text, 1, path).unwrap_or((1, 1));
            Location::at(shown.as_str(), line, column)
        };
        for key in ["helmCharts", "helmChartInflationGenerator"] {
            if value.get(key).is_some() {
                self.copy.find(
                    Diagnostic::new(format!(
                        "`{key}` isn't supported: kustomize would have to run Helm itself"
                    ))
                    .at(at(&FieldPath::fields([key])))
                    .hint("make the chart a source of its own: {path: charts/web, renderer: helm}"),
                );
            }
        }
        let mut folders = Vec::new();
        for (path, entry) in entries(&value) {
            match self.copy.take(folder, &entry) {
                Ok((real, Kind::Folder)) => folders.push(real),
                Ok((real, _)) => self.copy.reads(&real),
                Err(Unresolved::Missing { .. }) if is_remote(&entry) => self.remote(&entry, at(&path)),
                Err(why) => self.copy.find(unresolved(&entry, why, Some(at(&path)))),
            }
        }
        for (path, entry) in files(&value) {
            if is_address(&entry) {
                self.remote(&entry, at(&path));
            } else if let Ok(found) = self.copy.enclosure.resolve(folder, &entry) {
                if is_below(&found.real, folder) {
                    self.copy.reads(&found.real);
                } else {
                    let outside =
                        Diagnostic::new(format!("{entry} lies outside of the folder of its kustomization"));
                    self.copy.find(
                        outside
                            .at(at(&path))
                            .because("kustomize reads files only there and below; a folder may be anywhere")
                            .hint(
                                "move it there, or give it a kustomization of its own and name that folder",
                            ),
                    );
                }
            }
        }
        folders
    }

    fn remote(&mut self, entry: &str, at: Location) {
        let finding = Diagnostic::new(format!("{entry} is in another repository")).at(at);
        if is_plain_file(entry) && !is_pinned_file(entry) {
            self.copy.find(
                finding
                    .because("it is a file at an address, and what is there tomorrow nobody knows")
                    .hint("copy the file in"),
            );
        } else if !is_pinned(entry) {
            self.copy.find(
                finding
                    .because(
                        "it isn't pinned, so that the same commit here could mean other objects tomorrow",
                    )
                    .hint("pin it to a tag or a commit with ?ref=, or copy the files in"),
            );
        } else if self.may_fetch {
            self.fetches = true;
        } else {
            self.copy.find(
                finding.hint(
                    "copy the files in, or allow it: {path: …, renderer: kustomize, dependencies: fetch}",
                ),
            );
        }
    }
}

/// The entries that name folders or files, with their places.
fn entries(kustomization: &Value) -> Vec<(FieldPath, String)> {
    let mut entries = Vec::new();
    for key in RESOURCES {
        let list = kustomization.get(key).and_then(Value::as_array);
        for (index, entry) in list.into_iter().flatten().enumerate() {
            // Generators and transformers may stand there themselves.
            if let Some(entry) = entry.as_str().filter(|entry| !entry.contains('\n')) {
                entries.push((FieldPath::fields([key]).then(Step::Index(index)), entry.to_owned()));
            }
        }
    }
    entries
}

/// Other entries that name files, with their places.
fn files(kustomization: &Value) -> Vec<(FieldPath, String)> {
    let mut files = Vec::new();
    let mut add = |path: FieldPath, value: &Value| {
        if let Some(text) = value.as_str() {
            // A generator's file may have a key before it.
            let name =
                text.split_once('=').filter(|(key, _)| !key.contains(['/', ':'])).map_or(text, |pair| pair.1);
            files.push((path, name.to_owned()));
        }
    };
    let items =
        |key: &str| kustomization.get(key).and_then(Value::as_array).into_iter().flatten().enumerate();
    for key in ["patches", "patchesJson6902", "replacements"] {
        for (index, item) in items(key) {
            add(FieldPath::fields([key]).then(Step::Index(index)).field("path"), &item["path"]);
        }
    }
    for key in ["patchesStrategicMerge", "configurations"] {
        for (index, item) in items(key) {
            add(FieldPath::fields([key]).then(Step::Index(index)), item);
        }
    }
    for key in ["configMapGenerator", "secretGenerator"] {
        for (index, item) in items(key) {
            let at = FieldPath::fields([key]).then(Step::Index(index));
            for list in ["files", "envs"] {
                for (place, name) in item[list].as_array().into_iter().flatten().enumerate() {
                    add(at.field(list).then(Step::Index(place)), name);
                }
            }
            add(at.field("env"), &item["env"]);
        }
    }
    add(FieldPath::fields(["openapi", "path"]), &kustomization["openapi"]["path"]);
    files
}

fn is_address(entry: &str) -> bool {
    entry.contains("://")
}

/// Whether an entry that is no path here names something elsewhere, as kustomize
/// reads it.
fn is_remote(entry: &str) -> bool {
    let first = entry.split('/').next().unwrap_or_default();
    let is_host = first.contains('.') && !first.starts_with('.') && entry.contains('/');
    is_address(entry)
        || ["git@", "git::", "gh:", "ssh:"].iter().any(|start| entry.starts_with(start))
        || entry.contains("?ref=")
        || is_host
}

/// Whether kustomize downloads it as one file, which `?ref=` means nothing to, and doesn't
/// clone it.
fn is_plain_file(entry: &str) -> bool {
    let path = entry.split(['?', '#']).next().unwrap_or(entry);
    let is_web = path.starts_with("https://") || path.starts_with("http://");
    is_web && [".yaml", ".yml", ".json"].iter().any(|end| path.ends_with(end))
}

/// A file by its commit's address.
fn is_pinned_file(entry: &str) -> bool {
    entry.split(['?', '#']).next().unwrap_or(entry).split('/').any(is_commit)
}

/// Whether it will always mean the same: a commit, or what looks like a version's
/// tag. A branch moves.
fn is_pinned(entry: &str) -> bool {
    let query = entry.split_once('?').map_or("", |(_, query)| query);
    let named = query.split('&').find_map(|pair| pair.strip_prefix("ref=").or(pair.strip_prefix("version=")));
    match named {
        Some(named) => is_commit(named) || is_version(named),
        None => is_pinned_file(entry),
    }
}

fn is_commit(text: &str) -> bool {
    matches!(text.len(), 40 | 64) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// `v1.2`, `1.2.3-rc.1`, `kustomize/v5.8.2`.
fn is_version(text: &str) -> bool {
    let last = text.rsplit('/').next().unwrap_or(text);
    let numbers = last.strip_prefix('v').unwrap_or(last);
    numbers.starts_with(|c: char| c.is_ascii_digit()) && numbers.contains('.')
}

/// The kustomization, asking for the origin of each object too; `None` where it
/// can't be read.
fn with_origins(content: &[u8]) -> Option<String> {
    let text = yaml::decode(content).ok()?;
    let mut documents = yaml::documents(&text).ok()?.into_iter();
    let (Some(mut document), None) = (documents.next(), documents.next()) else { return None };
    let map = document.value.as_object_mut()?;
    let mut wanted: Vec<Value> = match map.get("buildMetadata") {
        None => Vec::new(),
        Some(Value::Array(wanted)) => wanted.clone(),
        Some(_) => return None,
    };
    let origins = json!("originAnnotations");
    if !wanted.contains(&origins) {
        wanted.push(origins);
    }
    map.insert("buildMetadata".to_owned(), Value::Array(wanted));
    Some(document.value.to_string())
}

/// Takes the annotation out that tells what an object was made of: the file, as
/// seen from the kustomization.
fn take_origin(manifest: &mut Manifest) -> Option<String> {
    let annotations = manifest.body["metadata"].get_mut("annotations")?.as_object_mut()?;
    let origin = annotations.remove(ORIGIN)?;
    if annotations.is_empty() {
        manifest.body["metadata"].as_object_mut()?.remove("annotations");
    }
    let origin = yaml::documents(origin.as_str()?).ok()?.into_iter().next()?.value;
    if origin.get("repo").is_some() {
        return None;
    }
    let path = origin["path"].as_str().or(origin["configuredIn"].as_str())?;
    Some(path.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_elsewhere_is_told_from_what_is_here() {
        for remote in [
            "https://github.com/shop/base?ref=v1",
            "github.com/shop/base//deploy?ref=main",
            "git@github.com:shop/base.git",
            "git::https://example.com/base",
            "ssh://git@example.com/base",
            "example.com/base?ref=v1",
        ] {
            assert!(is_remote(remote), "{remote}");
        }
        for here in ["../base", "base", "./a/b.yaml", "deploy.yaml", "a/b"] {
            assert!(!is_remote(here), "{here}");
        }
    }

    #[test]
    fn only_commits_and_versions_are_pinned() {
        let commit = "0123456789abcdef0123456789abcdef01234567";
        for pinned in [
            format!("github.com/shop/base?ref={commit}"),
            "github.com/shop/base//deploy?timeout=90s&ref=v1.2.0".to_owned(),
            "https://github.com/shop/base?ref=base/v1.2.0-rc.1".to_owned(),
            "https://example.com/base?version=1.2.3".to_owned(),
            format!("https://raw.example.com/shop/base/{commit}/a.yaml"),
        ] {
            assert!(is_pinned(&pinned), "{pinned}");
        }
        for moving in [
            "github.com/shop/base",
            "github.com/shop/base?ref=main",
            "github.com/shop/base?ref=release-1.2",
            "https://example.com/a.yaml",
        ] {
            assert!(!is_pinned(moving), "{moving}");
        }
    }

    #[test]
    fn every_field_that_may_fetch_is_known() {
        let text = "
patches: [{path: 'https://a'}, {patch: b}]
patchesStrategicMerge: ['https://c']
configMapGenerator: [{files: ['key=https://d', 'https://e?a=b'], envs: ['https://f'], env: 'https://g', literals: ['h=https://h']}]
openapi: {path: 'https://i'}
commonAnnotations: {home: 'https://j'}
";
        let value = yaml::documents(text).expect("YAML").remove(0).value;
        let found: Vec<String> =
            files(&value).into_iter().map(|(path, name)| format!("{path} {name}")).collect();
        assert_eq!(
            found,
            [
                "patches[0].path https://a",
                "patchesStrategicMerge[0] https://c",
                "configMapGenerator[0].files[0] https://d",
                "configMapGenerator[0].files[1] https://e?a=b",
                "configMapGenerator[0].envs[0] https://f",
                "configMapGenerator[0].env https://g",
                "openapi.path https://i",
            ]
        );
    }

    #[test]
    fn a_kustomization_is_asked_for_origins_once() {
        let asked = |text: &str| with_origins(text.as_bytes());
        assert_eq!(
            asked("resources: [a]\n").as_deref(),
            Some(r#"{"buildMetadata":["originAnnotations"],"resources":["a"]}"#)
        );
        let both = "buildMetadata: [managedByLabel, originAnnotations]\n";
        assert_eq!(
            asked(both).as_deref(),
            Some(r#"{"buildMetadata":["managedByLabel","originAnnotations"]}"#)
        );
        assert_eq!(asked("buildMetadata: all\n"), None);
        assert_eq!(asked("a: [\n"), None);
    }
}
