//! Which commits asked for what differs between two commits.

use super::{Files, Sources, changes, creation, fill_in};
use crate::object::{Manifest, SecretPaths, Source};
use crate::plan::{Action, CommitRef, Verb};

/// An object in two commits; it's in one of them at least.
#[derive(Clone, Copy, Default)]
pub(in crate::deploy) struct Versions<'a> {
    /// As the older one has it.
    pub before: Option<&'a Manifest>,
    /// As the newer one has it.
    pub after: Option<&'a Manifest>,
}

impl<'a> Versions<'a> {
    /// As the newest that has it.
    pub(in crate::deploy) fn newest(&self) -> &'a Manifest {
        // Whoever makes these puts a manifest in.
        self.after.or(self.before).expect("an object of one of the commits")
    }

    /// What is secret in either.
    pub(in crate::deploy) fn secrets(&self) -> SecretPaths {
        let both = [self.before, self.after].into_iter().flatten();
        both.fold(SecretPaths::default(), |secrets, manifest| secrets.or(manifest.secrets.clone()))
    }
}

/// Fills in who asked for what, looking back from the newer commit. What is worth
/// telling about it.
pub(in crate::deploy) fn between(
    sources: Sources<'_>,
    before: &CommitRef,
    objects: &[Versions<'_>],
    actions: &mut [Action],
) -> Vec<String> {
    let Some(repository) = sources.setup.origin.repository() else { return Vec::new() };
    let Some(from) = sources.commit.and_then(|commit| commit.sha.parse().ok()) else { return Vec::new() };
    let mut files = Files::new(sources, repository, before.sha.parse().ok());
    let differs = |(action, _): &(&Action, &Versions<'_>)| action.action != Verb::Unchanged;
    files.load(
        actions
            .iter()
            .zip(objects)
            .filter(differs)
            .map(|(_, object)| object.newest().source.path.to_string()),
    );
    for (at, (action, object)) in actions.iter().zip(objects).enumerate().filter(|(_, pair)| differs(pair)) {
        match (object.before, object.after) {
            (Some(_), Some(after)) => changes(at, action, after, &after.body, None, &mut files),
            (None, Some(after)) => creation(at, after, &mut files),
            (Some(before), None) => {
                let Source { path, is_rendered, .. } = &before.source;
                files.removal(at, action.id(), path, *is_rendered);
            }
            (None, None) => {}
        }
    }
    match files.answer(from) {
        Ok(answers) => fill_in(actions, answers),
        Err(error) => vec![format!("which commits asked for the changes isn't known: {error}")],
    }
}
