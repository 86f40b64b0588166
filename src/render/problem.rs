//! What can be wrong with a source, in words.

use std::io;

use super::names::Renderer;
use super::place::Unreadable;
use crate::error::{Diagnostic, Location};

pub(super) fn missing(what: &str, place: &str, meant: Option<&str>) -> Diagnostic {
    let diagnostic = Diagnostic::new(format!("{what} doesn't exist{place}"));
    match meant {
        Some(meant) => diagnostic.hint(format!("did you mean {meant:?}?")),
        None => diagnostic,
    }
}

pub(super) fn nothing(item: &str, place: &str) -> Diagnostic {
    Diagnostic::new(format!("no manifests under {item}{place}"))
        .hint("files that end in .yaml, .yml or .json are read, hidden ones aren't")
}

pub(super) fn no_object(file: &str, place: &str) -> Diagnostic {
    let file = if file == "-" { "standard input" } else { file };
    Diagnostic::new(format!("{file} holds no manifest{place}"))
        .hint("it's empty, or has nothing but comments and empty lists")
}

pub(super) fn nothing_rendered(item: &str) -> Diagnostic {
    Diagnostic::new(format!("{item} is rendered to nothing"))
        .because("no object is left, which would look as if all of them were removed")
        .hint("leave it out of the sources if that's what is meant")
}

pub(super) fn leaves(path: &str, link: Option<&str>) -> Diagnostic {
    match link {
        Some(target) => Diagnostic::new(format!("{path} is a link that leads out of the repository"))
            .because(format!("it points to {target:?}"))
            .hint("only what is in the repository can be deployed: copy the file, or link to one inside"),
        None => Diagnostic::new(format!("{path} is outside of the repository"))
            .hint("only what is in the repository can be deployed"),
    }
}

pub(super) fn dangling(path: &str, target: &str) -> Diagnostic {
    Diagnostic::new(format!("{path} is a link that leads nowhere"))
        .because(format!("it points to {target:?}"))
}

pub(super) fn endless(path: &str) -> Diagnostic {
    Diagnostic::new(format!("{path} is a link that leads back to itself"))
}

pub(super) fn submodule(path: &str) -> Diagnostic {
    Diagnostic::new(format!("{path} is a submodule, and can't be part of a source"))
        .because("its files are in another repository")
        .hint("name the paths beside it as sources, or copy the files in")
}

pub(super) fn sparse(path: &str) -> Diagnostic {
    Diagnostic::new(format!("{path} isn't in the work tree: the checkout is sparse"))
        .because("read without it, its objects would look removed")
        .hint("check it out with `git sparse-checkout add`, or read the commit with `--ref HEAD`")
}

pub(super) fn other_renderer(folder: &str, name: &str, renderer: Renderer) -> Diagnostic {
    let folder = if folder.is_empty() { "." } else { folder };
    Diagnostic::new(format!("{folder} is a {}, not plain manifests", renderer.subject()))
        .because(format!("it holds a {name}; its files by themselves aren't what it stands for"))
        .hint(format!("name the folder {folder} itself as a source, and nothing around it"))
}

pub(super) fn not_a_file(path: &str) -> Diagnostic {
    Diagnostic::new(format!("{path} is neither a file nor a folder"))
}

pub(super) fn unreadable(path: &str, why: Unreadable) -> Diagnostic {
    let diagnostic = Diagnostic::new(format!("{path} can't be read")).because(why.reason);
    why.hints.into_iter().fold(diagnostic, Diagnostic::hint)
}

pub(super) fn too_large(path: &str) -> Diagnostic {
    Diagnostic::new("this file is larger than 64 MiB, too large for a manifest")
        .at(Location::file(path))
        .hint("split it, or leave it out of the sources")
}

pub(super) fn too_many(limit: usize) -> Diagnostic {
    Diagnostic::new(format!("the sources hold more than {limit} objects"))
        .hint("deploy them as several environments, each with its own sources")
}

pub(super) fn lfs_pointer(path: &str, from_commit: bool) -> Diagnostic {
    let diagnostic = Diagnostic::new("this file is kept by Git LFS: here is only a pointer to it")
        .at(Location::file(path));
    if from_commit {
        diagnostic.hint("a commit holds only the pointer: keep manifests in Git itself")
    } else {
        diagnostic.hint("`git lfs pull` fetches the file, but a commit holds only the pointer: keep manifests in Git itself")
    }
}

pub(super) fn no_standard_input() -> Diagnostic {
    Diagnostic::new("\"-\" means standard input, which can only be given with -f")
}

/// What is decrypted is written for programs only where it stays in memory.
pub(super) fn no_memory(path: &str, error: Option<&io::Error>) -> Diagnostic {
    let finding = Diagnostic::new(format!(
        "{path} is encrypted, and there is no place in memory to give it to a program"
    ))
    .because("programs that render read files, and what is decrypted never goes to a disk");
    match error {
        Some(error) => finding.because(error.to_string()),
        None => finding.hint("a tmpfs is needed at /dev/shm, XDG_RUNTIME_DIR or TMPDIR, as Linux has it"),
    }
}
