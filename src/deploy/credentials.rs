//! Secrets in a rollback: those that it would bring back, which is told loudly, and
//! those that it leaves alone where that is asked for. Pure.

use super::assemble::Work;
use super::observe::Live;
use super::predict::Prediction;
use super::resolve::Desired;
use crate::diff::RawChange;
use crate::error::{CommandError, Diagnostic};
use crate::object::{Encrypted, ObjectId, SecretPaths, kinds};
use crate::plan::{Action, Verb};
use crate::report::words;

/// Settles that the desired Secrets that are live stay as they are, whatever the commit
/// says of them; the rest is proved as before. Which ones. One that is being deleted is as
/// good as missing.
pub(super) fn keep(desired: &[Desired], live: &Live, proved: &mut [Option<Prediction>]) -> Vec<ObjectId> {
    let mut kept = Vec::new();
    let unproved = desired.iter().zip(proved).filter(|(_, proved)| proved.is_none());
    for (object, proved) in unproved.filter(|(object, _)| kinds::is_secret(&object.id().kind)) {
        let found = live.shared(object.id(), &object.manifest.version);
        let stays = found.filter(|live| live["metadata"].get("deletionTimestamp").is_none());
        if let Some(live) = stays {
            *proved = Some(Prediction::Unchanged { live: live.clone() });
            kept.push(object.id().clone());
        }
    }
    kept
}

/// Refuses what nobody has decrypted and isn't left alone: it isn't live, and would be
/// created with what is encrypted.
pub(super) fn refuse_sealed<'d>(
    desired: impl Iterator<Item = &'d Desired>,
    kept: &[ObjectId],
) -> Result<(), CommandError> {
    let is_sealed = |object: &&Desired| {
        let Desired { manifest, .. } = object;
        manifest.source.encrypted == Encrypted::Still && !kept.contains(object.id())
    };
    let refused = desired.filter(is_sealed).map(|object| {
        Diagnostic::new(format!("{} isn't live, and would have to be created", object.id()))
            .at(object.manifest.source.location())
            .because("its manifest is encrypted, and with --keep-secrets it isn't decrypted")
            .hint("without --keep-secrets it's decrypted, with the keys of that commit; or create it by hand first")
    });
    let refused: Vec<Diagnostic> = refused.collect();
    if refused.is_empty() { Ok(()) } else { Err(refused.into()) }
}

/// Which Secrets are left alone, in words.
pub(super) fn left_alone(kept: &[ObjectId]) -> Option<String> {
    let names: Vec<String> = kept.iter().map(ToString::to_string).collect();
    let (are, they) = if kept.len() == 1 { ("is", "it is") } else { ("are", "they are") };
    let words = || format!("{} {are} left as {they} (--keep-secrets)", words::list(&names));
    (!kept.is_empty()).then(words)
}

/// What comes back of secrets, in words: values that would change, and Secrets that would
/// be there again. `command`: the one that was given, and would leave them alone.
pub(super) fn returning(
    actions: &[Action],
    work: &[Work],
    desired: &[Desired],
    command: &str,
) -> Vec<String> {
    let named = |comes_back: fn(&Action, &Work, &Desired) -> bool| {
        let all = actions.iter().zip(work).filter(|(action, work)| match work {
            Work::Write { at, .. } => comes_back(action, work, &desired[*at]),
            _ => false,
        });
        let names: Vec<String> = all.map(|(action, _)| action.id().to_string()).collect();
        (!names.is_empty()).then(|| words::list(&names))
    };
    let changed = named(changes_secrets).map(|names| {
        format!(
            "warning: this rollback changes the data of {names}: a credential that was rotated since comes \
             back (`trueup {command} --keep-secrets` leaves live Secrets as they are)"
        )
    });
    let created = named(creates_secret).map(|names| {
        format!(
            "warning: this rollback creates {names} with the data of then: a credential may be out of date"
        )
    });
    changed.into_iter().chain(created).collect()
}

fn changes_secrets(action: &Action, work: &Work, object: &Desired) -> bool {
    let Work::Write { live, raw, .. } = work else { return false };
    let kind = &object.id().kind;
    match live {
        Some(live) => {
            let secrets = object.manifest.secrets.clone().or(SecretPaths::of_object(kind, live));
            raw.iter().any(|change| is_secret(change, &secrets))
        }
        // It may not be read.
        None => action.action == Verb::Update && kinds::is_secret(kind),
    }
}

fn creates_secret(action: &Action, _: &Work, object: &Desired) -> bool {
    action.action == Verb::Create && kinds::is_secret(&object.id().kind)
}

/// Other tools' copies in annotations are no data.
fn is_secret(change: &RawChange, secrets: &SecretPaths) -> bool {
    secrets.hides(&change.path) && !change.path.to_string().starts_with("metadata.")
}
