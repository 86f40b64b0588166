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

/// What renders a folder that holds a file of this name.
pub(super) fn renderer_of(name: &str) -> Option<Renderer> {
    match name {
        "kustomization.yaml" | "kustomization.yml" | "Kustomization" => Some(Renderer::Kustomize),
        "Chart.yaml" => Some(Renderer::Helm),
        _ => None,
    }
}

/// A program that renders folders.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Renderer {
    Kustomize,
    Helm,
}

impl Renderer {
    /// What it is called.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Kustomize => "kustomize",
            Self::Helm => "Helm",
        }
    }

    /// What it renders.
    pub(super) fn subject(self) -> &'static str {
        match self {
            Self::Kustomize => "kustomization",
            Self::Helm => "Helm chart",
        }
    }
}

/// A path's last name.
pub(super) fn last(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// The path of the folder that something is in.
pub(super) fn folder_of(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// A folder's path and a name in it.
pub(super) fn join(folder: &str, name: &str) -> String {
    match folder {
        "" => name.to_owned(),
        _ if folder.ends_with('/') => format!("{folder}{name}"),
        _ => format!("{folder}/{name}"),
    }
}
