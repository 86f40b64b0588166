//! Jsonnet: evaluated here, by jrsonnet, with files of the tree and nothing else.
//!
//! The evaluation runs on a thread of its own and asks for each file that it imports
//! ([`evaluation`]); this side answers out of the work tree or the commit ([`files`]), and
//! doesn't wait for it any longer than for a program. What it comes to is taken apart
//! into manifests ([`objects`]).
//!
//! Jsonnet knows no time, no chance and no network: the same files and values give the
//! same objects.

mod evaluation;
mod files;
mod natives;
mod objects;

use std::collections::BTreeMap;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::{Duration, Instant};

use super::external::output::{self, Printed};
use super::names::{folder_of, join};
use super::place::Kind;
use super::sops::Known;
use super::{Item, Means, Rendered, SourceTree};
use crate::error::{Diagnostic, Location};
use crate::git::blob_id;
use crate::json::Value;
use crate::tools;
use evaluation::{Fault, Message, Values};
use files::Files;

/// What a folder's own file is called, as Tanka has it.
const MAIN: &str = "main.jsonnet";

/// So often it's looked at whether a signal has come.
const BETWEEN_LOOKS: Duration = Duration::from_millis(50);

/// How a Jsonnet file is evaluated.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Jsonnet {
    /// What `std.extVar` finds.
    pub external: BTreeMap<String, Value>,
    /// The arguments of the function that the file holds.
    pub arguments: BTreeMap<String, Value>,
    /// The folders in which imports are looked for beside the file's own, paths of the
    /// tree; when absent the folders `vendor` from the file's own upwards.
    pub libraries: Option<Vec<String>>,
}

/// Evaluates a file.
pub(super) fn render(
    tree: &SourceTree<'_>,
    item: &Item,
    jsonnet: &Jsonnet,
    means: &Means,
) -> Result<(Rendered, Vec<Diagnostic>), Vec<Diagnostic>> {
    let enclosure = tree.enclosure()?;
    let mut files = Files::new(tree, &enclosure);
    let (mut main, kind) = files.take(&tree.enclosed(&item.path)).map_err(|finding| vec![finding])?;
    if kind == Kind::Folder {
        let inside = join(&main, MAIN);
        main = files.take(&inside).map_err(|finding| vec![finding])?.0;
    }
    files.look_in(match &jsonnet.libraries {
        Some(named) => named.iter().map(|path| tree.enclosed(path)).collect(),
        None => vendor_folders(&main),
    });
    let values = Values { external: jsonnet.external.clone(), arguments: jsonnet.arguments.clone() };
    let value = evaluated(&mut files, &main, values, means.tools.time)
        .map_err(|fault| vec![told(tree, &mut files, &item.path, &main, fault)])?;
    files.complete()?;
    let documents = objects::of(value).map_err(|wrong| {
        let wrong = wrong.into_iter().map(|message| {
            Diagnostic::new(message)
                .at(Location::file(tree.shown(&main)))
                .because(format!("this is what {} comes to", item.path))
        });
        wrong.collect::<Vec<_>>()
    })?;
    let text = documents.iter().map(|document| format!("---\n{document}\n")).collect::<Vec<_>>().concat();
    let shown = tree.shown(&main);
    let printed = Printed {
        program: "Jsonnet",
        subject: &item.path,
        bytes: text.into_bytes(),
        digest: digest(&files, jsonnet),
        vars: item.vars(means),
        known: &Known::default(),
        means,
        keep: None,
    };
    let (manifests, findings) = output::read(printed, |_, _| shown.clone(), |_| None);
    Ok((Rendered { manifests, paths: files.into_paths(), ..Rendered::default() }, findings))
}

/// `a/b/vendor`, `a/vendor` and `vendor` for `a/b/main.jsonnet`: where jsonnet-bundler
/// puts libraries.
fn vendor_folders(main: &str) -> Vec<String> {
    let folders = std::iter::successors(Some(folder_of(main)), |folder| {
        (!folder.is_empty()).then(|| folder_of(folder))
    });
    folders.map(|folder| join(folder, "vendor")).collect()
}

/// What a file comes to. Answers for files until it's there, or the time is up.
fn evaluated(files: &mut Files<'_, '_>, main: &str, values: Values, time: Duration) -> Result<Value, Fault> {
    let deadline = Instant::now() + time;
    let (sender, receiver) = mpsc::channel();
    evaluation::start(main.to_owned(), values, sender).map_err(|error| Fault::new(error.to_string()))?;
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        match receiver.recv_timeout(left.min(BETWEEN_LOOKS)) {
            // Who asks waits for the answer.
            Ok(Message::Resolve { file, path, answer }) => {
                let _ = answer.send(files.resolve(&file, &path));
            }
            Ok(Message::Load { real, answer }) => {
                let _ = answer.send(files.load(&real));
            }
            Ok(Message::Done(done)) => return *done,
            // The thread can't be stopped: it ends with the process.
            Err(RecvTimeoutError::Timeout) if tools::is_stopped() => return Err(Fault::new("interrupted")),
            Err(RecvTimeoutError::Timeout) if Instant::now() < deadline => {}
            Err(RecvTimeoutError::Timeout) => {
                return Err(Fault::new(format!("it took longer than {} s", time.as_secs_f32()))
                    .hint("`tools: {timeout: 10m}` in trueup.yaml gives it more time"));
            }
            Err(RecvTimeoutError::Disconnected) => {
                return Err(Fault::new("the evaluation came to an unexpected end"));
            }
        }
    }
}

/// The finding for a fault, where it stands.
fn told(
    tree: &SourceTree<'_>,
    files: &mut Files<'_, '_>,
    item: &str,
    main: &str,
    fault: Fault,
) -> Diagnostic {
    let Fault { message, place, trace, hints } = fault;
    let location = match place.or_else(|| files.faulty_import()) {
        Some((path, line, column)) => Location::at(tree.shown(&path), line, column),
        None => Location::file(tree.shown(main)),
    };
    let finding = Diagnostic::new(format!("{item} can't be evaluated")).at(location);
    let finding =
        message.lines().map(str::trim).filter(|line| !line.is_empty()).fold(finding, Diagnostic::because);
    let shown = trace.into_iter().map(|step| match step.place {
        Some((path, line, column)) => {
            format!("{}, at {}", step.what, Location::at(tree.shown(&path), line, column))
        }
        None => step.what,
    });
    let finding = shown.fold(finding, Diagnostic::because);
    hints.into_iter().chain(files.take_hints()).fold(finding, Diagnostic::hint)
}

/// One id for all that the objects are made of.
fn digest(files: &Files<'_, '_>, jsonnet: &Jsonnet) -> String {
    let pairs = |values: &BTreeMap<String, Value>| -> String {
        values.iter().map(|(name, value)| format!("{name}\0{value}\n")).collect::<Vec<_>>().concat()
    };
    let read = files.blobs().map(|(path, blob)| format!("{path}\0{blob}\n")).collect::<Vec<_>>().concat();
    let text = format!("{read}\n{}\n{}", pairs(&jsonnet.external), pairs(&jsonnet.arguments));
    blob_id(text.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn libraries_are_looked_for_from_the_file_upwards() {
        assert_eq!(vendor_folders("a/b/main.jsonnet"), ["a/b/vendor", "a/vendor", "vendor"]);
        assert_eq!(vendor_folders("main.jsonnet"), ["vendor"]);
    }
}
