//! Rendered objects as a folder of files, one an object, with names that stay the
//! same as long as the object is the same one.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::error::{CommandError, Diagnostic};
use crate::object::ObjectId;

/// What files begin with that are written here, and so may be removed again.
pub(super) const HEAD: &str = "# Rendered by trueup from ";

/// An environment's folder, and a namespace's in it.
const DEEPEST: usize = 2;

/// The path of an object's file: its namespace's folder, then kind and name.
pub(super) fn path_of(object: &ObjectId) -> String {
    let kind = object.kind.kind.to_lowercase();
    let group = match object.kind.group.as_str() {
        "" => String::new(),
        group => format!(".{group}"),
    };
    let file = plain(&format!("{kind}{group}_{}", object.name));
    match &object.namespace {
        Some(namespace) => format!("{}/{file}.yaml", plain(namespace)),
        None => format!("{file}.yaml"),
    }
}

/// Names may hold what files can't everywhere, such as `:` and `/`.
fn plain(name: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    name.chars().map(|c| if is_plain(c) { c.to_string() } else { format!("%{:02X}", u32::from(c)) }).collect()
}

/// Makes the folder hold exactly these files, and others' beside them.
pub(super) fn write(folder: &Path, files: &BTreeMap<String, String>) -> Result<(), CommandError> {
    let failed = |path: &Path, error: io::Error| {
        Diagnostic::new(format!("can't write {}", path.display())).because(error.to_string())
    };
    for (path, content) in files {
        let path = folder.join(path);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).map_err(|error| failed(parent, error))?;
        }
        if fs::read(&path).is_ok_and(|present| present == content.as_bytes()) {
            continue;
        }
        fs::write(&path, content).map_err(|error| failed(&path, error))?;
    }
    for path in left_over(folder, files)? {
        let path = folder.join(path);
        fs::remove_file(&path).map_err(|error| failed(&path, error))?;
    }
    Ok(())
}

/// Everything in which the folder differs from these files.
pub(super) fn differences(
    folder: &Path,
    files: &BTreeMap<String, String>,
) -> Result<Vec<Diagnostic>, CommandError> {
    let mut differences = Vec::new();
    let shown = |path: &str| folder.join(path).display().to_string();
    for (path, content) in files {
        match fs::read(folder.join(path)) {
            Ok(present) if present == content.as_bytes() => {}
            Ok(_) => differences.push(Diagnostic::new(format!("{} is stale", shown(path)))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                differences.push(Diagnostic::new(format!("{} is missing", shown(path))));
            }
            Err(error) => {
                let finding = Diagnostic::new(format!("{} can't be read", shown(path)));
                differences.push(finding.because(error.to_string()));
            }
        }
    }
    for path in left_over(folder, files)? {
        differences.push(Diagnostic::new(format!("{} isn't rendered any more", shown(&path))));
    }
    Ok(differences)
}

/// Files that were written here once, and aren't among these.
fn left_over(folder: &Path, files: &BTreeMap<String, String>) -> Result<BTreeSet<String>, CommandError> {
    let mut left = BTreeSet::new();
    let mut next = vec![PathBuf::new()];
    while let Some(inside) = next.pop() {
        let entries = match fs::read_dir(folder.join(&inside)) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => {
                let shown = folder.join(&inside).display().to_string();
                return Err(Diagnostic::new(format!("{shown} can't be read"))
                    .because(error.to_string())
                    .into());
            }
        };
        for entry in entries.flatten() {
            let path = inside.join(entry.file_name());
            let Ok(kind) = entry.file_type() else { continue };
            let Some(name) = path.to_str().filter(|name| !files.contains_key(*name)) else { continue };
            if kind.is_dir() && inside.components().count() < DEEPEST {
                next.push(path);
            } else if kind.is_file()
                && fs::read(entry.path()).is_ok_and(|text| text.starts_with(HEAD.as_bytes()))
            {
                left.insert(name.to_owned());
            }
        }
    }
    Ok(left)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::GroupKind;

    #[test]
    fn files_are_named_for_their_objects() {
        let path = |group: &str, kind: &str, namespace: Option<&str>, name: &str| {
            path_of(&ObjectId::new(GroupKind::new(group, kind), namespace, name))
        };
        assert_eq!(path("apps", "Deployment", Some("shop"), "web"), "shop/deployment.apps_web.yaml");
        assert_eq!(path("", "Namespace", None, "shop"), "namespace_shop.yaml");
        let role = path("rbac.authorization.k8s.io", "ClusterRole", None, "system:a/b");
        assert_eq!(role, "clusterrole.rbac.authorization.k8s.io_system%3Aa%2Fb.yaml");
    }

    #[test]
    fn a_folder_is_brought_up_to_date_and_others_files_stay() {
        let folder = tempfile::tempdir().expect("a folder");
        let folder = folder.path().join("rendered");
        let file = |text: &str| format!("{HEAD}a.yaml:1:1\n{text}");
        let files = |pairs: &[(&str, &str)]| -> BTreeMap<String, String> {
            pairs.iter().map(|(path, text)| ((*path).to_owned(), file(text))).collect()
        };
        let first = files(&[("shop/a.yaml", "a"), ("b.yaml", "b")]);
        let told = |files| -> Vec<String> {
            let found = differences(&folder, files).expect("readable");
            found.into_iter().map(|one| one.message.replace(&folder.display().to_string(), "")).collect()
        };
        assert_eq!(told(&first), ["/b.yaml is missing", "/shop/a.yaml is missing"]);
        write(&folder, &first).expect("written");
        fs::write(folder.join("README.md"), "others").expect("a file");
        assert_eq!(told(&first), [""; 0]);

        let second = files(&[("shop/a.yaml", "new")]);
        assert_eq!(told(&second), ["/shop/a.yaml is stale", "/b.yaml isn't rendered any more"]);
        write(&folder, &second).expect("written");
        assert_eq!(told(&second), [""; 0]);
        assert!(folder.join("README.md").exists());
    }
}
