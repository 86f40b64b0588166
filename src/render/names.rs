//! What the names of files say about them.

/// The largest file that is read, in bytes: 64 MiB.
pub(super) const SIZE_LIMIT: u64 = 64 * 1024 * 1024;

/// Whether a file of a folder is read. A file that is named itself is read
/// whatever it is called.
pub(super) fn is_manifest(name: &str) -> bool {
    [".yaml", ".yml", ".json"].iter().any(|ending| name.ends_with(ending))
}

/// Whether a file or folder is passed over.
pub(super) fn is_hidden(name: &str) -> bool {
    name.starts_with('.')
}

/// Whether a file may be trueup's own configuration.
pub(super) fn is_configuration(path: &str) -> bool {
    matches!(last(path), "trueup.yaml" | "trueup.yml")
}

/// What a file of this name makes of the folder that it is in, and the command
/// that renders such a folder.
pub(super) fn renderer_of(name: &str) -> Option<(&'static str, &'static str)> {
    match name {
        "kustomization.yaml" | "kustomization.yml" | "Kustomization" => {
            Some(("kustomization", "kubectl kustomize"))
        }
        "Chart.yaml" => Some(("Helm chart", "helm template")),
        _ => None,
    }
}

/// A path's last name.
pub(super) fn last(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// A folder's path and a name in it.
pub(super) fn join(folder: &str, name: &str) -> String {
    match folder {
        "" => name.to_owned(),
        _ if folder.ends_with('/') => format!("{folder}{name}"),
        _ => format!("{folder}/{name}"),
    }
}
