//! Rendered objects as a folder of files, one an object, with names that stay the
//! same as long as the object is the same one.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use crate::error::{CommandError, Diagnostic};
use crate::git::blob_id;
use crate::object::ObjectId;

/// The files of one or several environments, by their paths in a folder.
pub(super) struct Split<'a> {
    folder: PathBuf,
    project: Option<&'a str>,
    environments: Vec<&'a str>,
    files: BTreeMap<String, String>,
}

/// What came of writing.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Written {
    /// Files that are new or have changed.
    pub(super) written: usize,
    /// Files of what isn't rendered any more.
    pub(super) removed: usize,
}

/// The longest name of a file, without its ending, in bytes: of 255, which Linux and macOS
/// take.
const LONGEST: usize = 250;

/// So much of a digest tells two long names apart.
const DIGEST: usize = 16;

/// What an environment's files begin with: those, and no others, may be written over
/// and removed again.
fn head(project: Option<&str>, environment: &str) -> String {
    let project = project.map_or_else(String::new, |project| format!("{project}/"));
    format!("# Rendered by trueup for {project}{environment} from ")
}

/// The path of an object's file: its namespace's folder, then kind and name.
fn path_of(object: &ObjectId) -> String {
    let kind = object.kind.kind.to_lowercase();
    let group = match object.kind.group.as_str() {
        "" => String::new(),
        group => format!(".{group}"),
    };
    let file = bounded(plain(&format!("{kind}{group}_{}", object.name)));
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

/// A name that file systems take with its ending: of a longer one the start, and a digest.
fn bounded(name: String) -> String {
    if name.len() <= LONGEST {
        return name;
    }
    let digest = blob_id(name.as_bytes());
    format!("{}-{}", &name[..LONGEST - 1 - DIGEST], &digest[..DIGEST])
}

impl<'a> Split<'a> {
    /// No files yet, for this folder. Several environments have a folder each in it.
    pub(super) fn into(folder: PathBuf, project: Option<&'a str>, environments: Vec<&'a str>) -> Self {
        Self { folder, project, environments, files: BTreeMap::new() }
    }

    /// Adds an object of an environment, which came from this place.
    pub(super) fn add(&mut self, environment: &str, object: &ObjectId, from: &str, text: &str) {
        let path = path_of(object);
        let path = if self.environments.len() > 1 { format!("{environment}/{path}") } else { path };
        self.files.insert(path, format!("{}{from}\n{text}", head(self.project, environment)));
    }

    /// Makes the folder hold exactly these files, and others' beside them. Where one of
    /// others is in the way, nothing is written.
    pub(super) fn write(&self) -> Result<Written, CommandError> {
        let stale: Vec<_> = self.files.iter().filter(|(path, content)| !self.has(path, content)).collect();
        let in_the_way: Vec<Diagnostic> =
            stale.iter().filter_map(|(path, _)| self.in_the_way(path)).collect();
        if !in_the_way.is_empty() {
            return Err(CommandError::from(in_the_way).hint("move it away, or choose another folder"));
        }
        let left_over = self.left_over()?;
        for (path, content) in &stale {
            let path = self.folder.join(path);
            path.parent().map_or(Ok(()), fs::create_dir_all).map_err(|error| unwritable(&path, &error))?;
            fs::write(&path, content).map_err(|error| unwritable(&path, &error))?;
        }
        for path in &left_over {
            let path = self.folder.join(path);
            fs::remove_file(&path).map_err(|error| unwritable(&path, &error))?;
        }
        Ok(Written { written: stale.len(), removed: left_over.len() })
    }

    fn has(&self, path: &str, content: &str) -> bool {
        fs::read(self.folder.join(path)).is_ok_and(|present| present == content.as_bytes())
    }

    /// What keeps a file from being written: one that wasn't written here, or a link that
    /// may lead anywhere.
    fn in_the_way(&self, path: &str) -> Option<Diagnostic> {
        let mut at = self.folder.clone();
        for name in Path::new(path) {
            at.push(name);
            if fs::symlink_metadata(&at).is_ok_and(|found| found.is_symlink()) {
                return Some(Diagnostic::new(format!("{} is a link", at.display())));
            }
        }
        let is_others = at.is_file() && !self.is_ours(&at);
        is_others.then(|| Diagnostic::new(format!("{} wasn't written by trueup", at.display())))
    }

    /// Whether a file begins as ours do. Of one that doesn't, no more is read.
    fn is_ours(&self, file: &Path) -> bool {
        let begins_with = |head: String| {
            let mut start = vec![0; head.len()];
            fs::File::open(file).and_then(|mut file| file.read_exact(&mut start)).is_ok()
                && start == head.as_bytes()
        };
        self.environments.iter().any(|environment| begins_with(head(self.project, environment)))
    }

    /// Everything in which the folder differs from these files.
    pub(super) fn differences(&self) -> Result<Vec<Diagnostic>, CommandError> {
        let mut differences = Vec::new();
        let shown = |path: &str| self.folder.join(path).display().to_string();
        for (path, content) in &self.files {
            match fs::read(self.folder.join(path)) {
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
        for path in self.left_over()? {
            differences.push(Diagnostic::new(format!("{} isn't rendered any more", shown(&path))));
        }
        Ok(differences)
    }

    /// Files that were written here for these environments once, and aren't rendered now.
    fn left_over(&self) -> Result<BTreeSet<String>, CommandError> {
        let mut left = BTreeSet::new();
        let roots = match self.environments.as_slice() {
            [_] => vec![PathBuf::new()],
            several => several.iter().map(PathBuf::from).collect(),
        };
        for root in roots {
            for entry in self.entries(&root)? {
                let inside = root.join(entry.file_name());
                // A namespace's folder; what is deeper is somebody else's.
                if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                    let entries = self.entries(&inside)?;
                    left.extend(entries.iter().filter_map(|entry| self.unknown(&inside, entry)));
                } else {
                    left.extend(self.unknown(&root, &entry));
                }
            }
        }
        Ok(left)
    }

    fn entries(&self, inside: &Path) -> Result<Vec<fs::DirEntry>, CommandError> {
        let folder = self.folder.join(inside);
        match fs::read_dir(&folder) {
            Ok(entries) => Ok(entries.flatten().collect()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
            Err(error) => {
                let what = format!("{} can't be read", folder.display());
                Err(Diagnostic::new(what).because(error.to_string()).into())
            }
        }
    }

    /// The path of one of our files that isn't rendered now.
    fn unknown(&self, inside: &Path, entry: &fs::DirEntry) -> Option<String> {
        let path = inside.join(entry.file_name()).to_str()?.to_owned();
        let is_file = entry.file_type().is_ok_and(|kind| kind.is_file());
        let is_unknown = is_file
            && entry.path().extension().is_some_and(|end| end == "yaml")
            && !self.files.contains_key(&path);
        (is_unknown && self.is_ours(&entry.path())).then_some(path)
    }
}

fn unwritable(path: &Path, error: &io::Error) -> Diagnostic {
    Diagnostic::new(format!("can't write {}", path.display())).because(error.to_string())
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
        let long = |end: &str| path("apps", "Deployment", None, &("a".repeat(252) + end));
        assert_eq!((long("b").len(), long("b") == long("c")), (255, false));
    }

    /// These objects of `prod`, by name and text, in a folder.
    fn split(folder: &Path, objects: &[(&str, &str)]) -> Split<'static> {
        let mut split = Split::into(folder.to_owned(), Some("shop"), vec!["prod"]);
        for (name, text) in objects {
            let id = ObjectId::new(GroupKind::new("", "Secret"), Some("shop"), *name);
            split.add("prod", &id, "a.yaml:1:1", text);
        }
        split
    }

    fn told(split: &Split<'_>) -> Vec<String> {
        let found = split.differences().expect("readable");
        found.into_iter().map(|one| one.message.replace(&split.folder.display().to_string(), "")).collect()
    }

    #[test]
    fn a_folder_is_brought_up_to_date_and_others_files_stay() {
        let folder = tempfile::tempdir().expect("a folder");
        let folder = folder.path().join("rendered");
        let first = split(&folder, &[("a", "a"), ("b", "b")]);
        assert_eq!(told(&first), ["/shop/secret_a.yaml is missing", "/shop/secret_b.yaml is missing"]);
        assert_eq!(first.write().ok(), Some(Written { written: 2, removed: 0 }));
        fs::write(folder.join("README.md"), "others").expect("a file");
        // Another environment's, and another folder of the same environment.
        fs::write(folder.join("shop/x.yaml"), format!("{}a.yaml:1:1\n", head(Some("shop"), "dev")))
            .expect("a file");
        split(&folder.join("other"), &[("a", "a")]).write().expect("written");
        assert_eq!(told(&first), [""; 0]);

        let second = split(&folder, &[("a", "new")]);
        assert_eq!(
            told(&second),
            ["/shop/secret_a.yaml is stale", "/shop/secret_b.yaml isn't rendered any more"]
        );
        assert_eq!(second.write().ok(), Some(Written { written: 1, removed: 1 }));
        assert_eq!(told(&second), [""; 0]);
        for others in ["README.md", "shop/x.yaml", "other/shop/secret_a.yaml"] {
            assert!(folder.join(others).exists(), "{others}");
        }
    }

    #[test]
    fn what_others_have_written_is_never_written_over() {
        let folder = tempfile::tempdir().expect("a folder");
        fs::create_dir(folder.path().join("shop")).expect("a folder");
        fs::write(folder.path().join("shop/secret_b.yaml"), "by hand").expect("a file");
        let split = split(folder.path(), &[("a", "a"), ("b", "b")]);

        let refused = split.write().expect_err("it's in the way");

        assert!(refused.diagnostics[0].message.ends_with("/shop/secret_b.yaml wasn't written by trueup"));
        assert!(!folder.path().join("shop/secret_a.yaml").exists(), "nothing is written then");
    }

    #[cfg(unix)]
    #[test]
    fn a_link_out_of_the_folder_is_not_followed() {
        let (folder, outside) =
            (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
        std::os::unix::fs::symlink(outside.path(), folder.path().join("shop")).expect("a link");

        let refused = split(folder.path(), &[("a", "a")]).write().expect_err("a link is in the way");

        assert!(refused.diagnostics[0].message.ends_with("/shop is a link"));
        assert_eq!(fs::read_dir(outside.path()).expect("a folder").count(), 0);
    }
}
