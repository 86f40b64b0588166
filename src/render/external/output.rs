//! What a program printed, as manifests with the files that they were made of.

use std::sync::Arc;

use super::super::Means;
use super::super::kept::{Kept, Key};
use super::super::plain;
use super::super::sops::Known;
use super::super::source::SourceFile;
use super::super::substitute::Vars;
use crate::error::{Diagnostic, Location};
use crate::object::{GroupKind, Manifest, Source};
use crate::yaml;

/// What was printed, and what it's called in messages.
pub(in crate::render) struct Printed<'a> {
    /// The program.
    pub(in crate::render) program: &'a str,
    /// What it rendered; names hooks that have no name of their own.
    pub(in crate::render) subject: &'a str,
    /// Its output.
    pub(in crate::render) bytes: Vec<u8>,
    /// Stands for all that went into it.
    pub(in crate::render) digest: String,
    /// What is put into it, if it asks for variables.
    pub(in crate::render) vars: Option<&'a Vars>,
    /// What was decrypted for the program.
    pub(in crate::render) known: &'a Known,
    pub(in crate::render) means: &'a Means,
    /// Where the output is kept, if it's new and may be.
    pub(in crate::render) keep: Option<(&'a Kept, Key)>,
}

/// The manifests. `file_of` tells the file that one was made of, by the lines of all
/// and the one at which its document begins; findings stand there, too.
pub(in crate::render) fn read(
    printed: Printed<'_>,
    file_of: impl Fn(&[&str], Option<u32>) -> String,
    mut finish: impl FnMut(&mut Manifest) -> Option<String>,
) -> (Vec<Manifest>, Vec<Diagnostic>) {
    let Printed { program, subject, bytes, digest, vars, known, means, keep } = printed;
    let text = match yaml::decode(&bytes) {
        Ok(text) => text.into_owned(),
        Err(error) => {
            let why = error.diagnostic(subject).message;
            let finding =
                Diagnostic::new(format!("what {program} printed for {subject} isn't text")).because(why);
            return (Vec::new(), vec![finding]);
        }
    };
    let file = SourceFile { path: subject.into(), bytes, blob: digest.into() };
    let lines: Vec<&str> = text.lines().collect();
    let (mut manifests, findings) = plain::printed(&file, vars, known, means);
    if let Some((kept, key)) = keep
        && findings.is_empty()
        && !manifests.iter().any(|manifest| holds_a_secret(manifest, &means.sensitive))
    {
        kept.put(&key, &file.bytes);
    }
    for manifest in &mut manifests {
        let path = finish(manifest).unwrap_or_else(|| file_of(&lines, Some(manifest.source.line)));
        manifest.source = Source {
            path: Arc::from(path),
            line: 1,
            column: 1,
            document: 1,
            several: false,
            item: None,
            blob: Arc::clone(&manifest.source.blob),
            is_rendered: true,
            is_unsteady: false,
            given_by: manifest.source.given_by,
            encrypted: manifest.source.encrypted,
        };
    }
    let findings = findings.into_iter().map(|finding| {
        let line = finding.location.as_ref().and_then(|location| location.line);
        let place = Location::file(file_of(&lines, line));
        let told = match line {
            Some(line) => format!("it's at line {line} of what {program} renders {subject} to"),
            None => format!("it's in what {program} renders {subject} to"),
        };
        finding.at(place).because(told)
    });
    let findings = findings.collect();
    (manifests, findings)
}

/// Whether anything in it is secret: such an output isn't kept.
fn holds_a_secret(manifest: &Manifest, sensitive: &[Option<String>]) -> bool {
    let has = |field: &str| manifest.body[field].as_object().is_some_and(|map| !map.is_empty());
    if manifest.id.kind == GroupKind::new("", "Secret") {
        return has("data") || has("stringData");
    }
    let is_meant = |kind: &Option<String>| kind.as_ref().is_none_or(|kind| *kind == manifest.id.kind.kind);
    !manifest.secrets.is_empty() || sensitive.iter().any(is_meant)
}
