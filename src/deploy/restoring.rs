//! Whether a rollback puts back what ran then: its commit is rendered again, and may say
//! something else today.

use super::memory::Memory;
use super::resolve::Desired;
use crate::cluster::Cluster;
use crate::object::{Encrypted, ObjectId};
use crate::release::history::read_record;
use crate::release::{Comparison, Record, protect};
use crate::report::words;

/// How many objects are named.
const MOST_NAMED: usize = 3;

/// What differs between the release that is put back and what its commit renders today.
/// A record that can't be read only keeps that from being known.
pub(super) async fn rendered_otherwise(
    cluster: &Cluster,
    memory: Option<&Memory>,
    release: Option<u64>,
    desired: &[Desired],
) -> Vec<String> {
    let Some((memory, release)) = memory.zip(release) else { return Vec::new() };
    match read_record(cluster, &memory.target, release).await {
        Ok(record) => differences(memory, &record, desired),
        Err(error) => {
            vec![format!("whether its commit still says what release {release} was isn't known: {error}")]
        }
    }
}

fn differences(memory: &Memory, record: &Record, desired: &[Desired]) -> Vec<String> {
    let release = record.summary.release;
    let is_dirty = record.summary.commit.as_ref().is_some_and(|commit| commit.dirty);
    let dirty = is_dirty.then(|| {
        format!("release {release} was deployed with files that weren't committed, which nobody can put back")
    });
    let differs = |object: &&Desired| {
        let manifest = &object.manifest;
        record.find(object.id()).is_none_or(|then| {
            let now = protect(&manifest.body, object.id(), &manifest.secrets, &memory.key);
            then.manifest.compare(&now) == Comparison::Different
        })
    };
    // Of what nobody has decrypted it can't be said.
    let is_readable = |object: &&Desired| object.manifest.source.encrypted != Encrypted::Still;
    let others: Vec<&ObjectId> =
        desired.iter().filter(is_readable).filter(differs).map(Desired::id).collect();
    let told = (!others.is_empty()).then(|| {
        let names: Vec<String> = others.iter().map(ToString::to_string).collect();
        let (are, they) = if others.len() == 1 { ("isn't", "it") } else { ("aren't", "they") };
        format!(
            "as its commit is rendered today, {} {are} what {they} {} in release {release}",
            words::first_few(&names, MOST_NAMED),
            if others.len() == 1 { "was" } else { "were" }
        )
    });
    dirty.into_iter().chain(told).collect()
}
