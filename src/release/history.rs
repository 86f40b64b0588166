//! Reading, writing and trimming records.

use std::collections::{BTreeMap, BTreeSet};

use futures::future::try_join_all;
use schemars::JsonSchema;
use serde::Serialize;

use super::identity::{CHUNK_LABEL, RELEASE_LABEL, Target};
use super::packing::{Head, pack};
use super::record::Record;
use super::record_error::RecordError;
use super::retention::trimmable;
use super::summary::Summary;
use crate::cluster::{ApiError, Cluster, MANAGER, Precondition, Resource, Scope};
use crate::json::Value;

/// A release as it is listed.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum Listed {
    /// A release in short.
    Summary(Box<Summary>),
    /// A release whose record can't be read.
    Broken {
        /// Its number.
        release: u64,
        /// What is wrong, one line.
        why: String,
    },
}

impl Listed {
    /// The release's number.
    pub fn release(&self) -> u64 {
        match self {
            Self::Summary(summary) => summary.release,
            Self::Broken { release, .. } => *release,
        }
    }

    /// The release in short, if its record can be read.
    pub fn summary(&self) -> Option<&Summary> {
        match self {
            Self::Summary(summary) => Some(summary),
            Self::Broken { .. } => None,
        }
    }
}

/// Writes a record; complete or not at all. The parent's pointer comes after it.
pub async fn write_record(cluster: &Cluster, target: &Target, record: &Record) -> Result<(), RecordError> {
    let packed = pack(target, record)?;
    let release = record.summary.release;
    try_join_all(packed.chunks.iter().map(|chunk| create(cluster, target, release, chunk))).await?;
    create(cluster, target, release, &packed.head).await
}

/// Creates one `ConfigMap`. One of that name that holds the same is ours: the
/// answer to an earlier attempt was lost.
async fn create(
    cluster: &Cluster,
    target: &Target,
    release: u64,
    config_map: &Value,
) -> Result<(), RecordError> {
    let name = name_of(config_map);
    let failed = |error| RecordError::Api { verb: "write", config_map: name.clone(), error };
    match cluster.create(&config_maps(), Some(target.state_namespace()), config_map, MANAGER).await {
        Ok(_) => Ok(()),
        Err(error) if error.is_already_exists() => {
            let there = get(cluster, target, &name).await.map_err(failed)?.unwrap_or_default();
            if ["data", "binaryData"].iter().all(|part| there.get(part) == config_map.get(part)) {
                Ok(())
            } else {
                Err(RecordError::Taken { config_map: name, release })
            }
        }
        Err(error) => Err(failed(error)),
    }
}

/// A record as it is stored: to unpack a large one takes time and room, and who
/// finds nothing changed doesn't need it.
#[derive(Debug)]
pub struct StoredRecord {
    head: Head,
    chunks: Vec<Value>,
}

impl StoredRecord {
    /// The record.
    pub fn unpack(self) -> Result<Record, RecordError> {
        self.head.unpack(&self.chunks)
    }
}

/// Reads the record of a release.
pub async fn read_record(cluster: &Cluster, target: &Target, release: u64) -> Result<Record, RecordError> {
    fetch_record(cluster, target, release).await?.unpack()
}

/// Fetches the record of a release.
pub async fn fetch_record(
    cluster: &Cluster,
    target: &Target,
    release: u64,
) -> Result<StoredRecord, RecordError> {
    let name = target.record_name(release);
    let config_map = get(cluster, target, &name)
        .await
        .map_err(|error| RecordError::Api { verb: "read", config_map: name.clone(), error })?
        .ok_or(RecordError::Missing { config_map: name, release })?;
    let head = Head::parse(&config_map)?;
    let chunks =
        try_join_all((1..=head.chunks).map(|number| read_chunk(cluster, target, release, number))).await?;
    Ok(StoredRecord { head, chunks })
}

async fn read_chunk(
    cluster: &Cluster,
    target: &Target,
    release: u64,
    number: usize,
) -> Result<Value, RecordError> {
    let name = target.chunk_name(release, number);
    get(cluster, target, &name)
        .await
        .map_err(|error| RecordError::Api { verb: "read", config_map: name.clone(), error })?
        .ok_or(RecordError::MissingChunk { config_map: name, release })
}

/// All releases, newest first: one LIST, without the records of large ones.
pub async fn list_summaries(cluster: &Cluster, target: &Target) -> Result<Vec<Listed>, RecordError> {
    let selector = target.records();
    let config_maps = cluster
        .list(&config_maps(), &scope(target), Some(&selector))
        .await
        .map_err(|error| RecordError::Api { verb: "list", config_map: selector, error })?;
    let mut listed: Vec<Listed> = config_maps.iter().filter_map(listed).collect();
    listed.sort_by_key(|release| std::cmp::Reverse(release.release()));
    Ok(listed)
}

fn listed(config_map: &Value) -> Option<Listed> {
    let release = release_of(config_map)?;
    Some(match Head::parse(config_map) {
        Ok(head) if head.summary.release == release => Listed::Summary(Box::new(head.summary)),
        Ok(head) => {
            let why = format!(
                "ConfigMap {} is labelled release {release}, but holds {}",
                name_of(config_map),
                head.summary.release
            );
            Listed::Broken { release, why }
        }
        Err(error) => Listed::Broken { release, why: error.to_string() },
    })
}

/// The highest number that anything of a record has, be it left over from a run
/// that was killed: what [`State::next_release`](super::State::next_release)
/// must go beyond, should the parent have been lost.
pub async fn highest_number(cluster: &Cluster, target: &Target) -> Result<Option<u64>, RecordError> {
    Ok(stored(cluster, target).await?.iter().map(|stored| stored.release).max())
}

/// Deletes every record. For when the whole target is deleted.
pub async fn remove(cluster: &Cluster, target: &Target) -> Result<(), RecordError> {
    let mut stored = stored(cluster, target).await?;
    stored.sort_by_key(|stored| (stored.release, stored.chunk));
    for config_map in &stored {
        delete(cluster, target, config_map).await?;
    }
    Ok(())
}

/// Deletes the records of old releases, oldest first. `listed` are all releases, newest
/// first; `stored` is all that is there of them; `pinned` is what the parent's state
/// refers to.
pub async fn trim(
    cluster: &Cluster,
    target: &Target,
    listed: &[Listed],
    stored: &[Stored],
    keep: usize,
    pinned: &BTreeSet<u64>,
) -> Result<(), RecordError> {
    let trimmed = trimmable(listed, keep, pinned);
    let kept: BTreeSet<u64> =
        listed.iter().map(Listed::release).filter(|release| !trimmed.contains(release)).collect();
    for config_map in dispensable(stored, &kept) {
        delete(cluster, target, config_map).await?;
    }
    Ok(())
}

/// A `ConfigMap` of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    release: u64,
    /// 0 for the first one.
    chunk: usize,
    name: String,
    precondition: Precondition,
}

/// Every `ConfigMap` of every record, by its metadata alone.
pub async fn stored(cluster: &Cluster, target: &Target) -> Result<Vec<Stored>, RecordError> {
    let selector = target.records_and_chunks();
    let all = cluster
        .list_metadata(&config_maps(), &scope(target), Some(&selector))
        .await
        .map_err(|error| RecordError::Api { verb: "list", config_map: selector, error })?;
    Ok(all.iter().filter_map(Stored::parse).collect())
}

impl Stored {
    fn parse(object: &Value) -> Option<Self> {
        let metadata = &object["metadata"];
        let text = |key: &str| metadata[key].as_str().map(str::to_owned);
        Some(Self {
            release: release_of(object)?,
            chunk: match metadata["labels"][CHUNK_LABEL].as_str() {
                Some(number) => number.parse().ok()?,
                None => 0,
            },
            name: text("name")?,
            precondition: Precondition { uid: text("uid")?, resource_version: text("resourceVersion")? },
        })
    }
}

/// What doesn't belong to a kept release: each record's first `ConfigMap` before
/// its further ones, so that what is left of an interrupted trim never looks
/// like a record. Further ones without a first one are left over from a run
/// that was killed; newer ones than any release may belong to one under way.
fn dispensable<'a>(stored: &'a [Stored], kept: &BTreeSet<u64>) -> Vec<&'a Stored> {
    let newest = kept.last().copied().unwrap_or_default();
    let by_order: BTreeMap<(u64, usize), &Stored> = stored
        .iter()
        .filter(|stored| stored.release < newest && !kept.contains(&stored.release))
        .map(|stored| ((stored.release, stored.chunk), stored))
        .collect();
    by_order.into_values().collect()
}

async fn delete(cluster: &Cluster, target: &Target, stored: &Stored) -> Result<(), RecordError> {
    let namespace = Some(target.state_namespace());
    match cluster.delete(&config_maps(), namespace, &stored.name, &stored.precondition).await {
        Err(error) if !error.is_not_found() => {
            Err(RecordError::Api { verb: "delete", config_map: stored.name.clone(), error })
        }
        _ => Ok(()),
    }
}

async fn get(cluster: &Cluster, target: &Target, name: &str) -> Result<Option<Value>, ApiError> {
    cluster.get(&config_maps(), Some(target.state_namespace()), name).await
}

fn name_of(config_map: &Value) -> String {
    config_map["metadata"]["name"].as_str().unwrap_or_default().to_owned()
}

fn release_of(config_map: &Value) -> Option<u64> {
    config_map["metadata"]["labels"][RELEASE_LABEL].as_str()?.parse().ok()
}

fn scope(target: &Target) -> Scope {
    Scope::Namespace(target.state_namespace().to_owned())
}

fn config_maps() -> Resource {
    Resource::core("ConfigMap", "configmaps", true)
}

#[cfg(test)]
mod tests {
    use super::super::record::fixtures::record;
    use super::*;

    fn head(release: u64) -> Value {
        let target = Target::new("shop", "prod", "shop").expect("well formed");
        pack(&target, &record(release, &[])).expect("packable").head
    }

    fn stored(release: u64, chunk: usize) -> Stored {
        let precondition = Precondition { uid: String::new(), resource_version: String::new() };
        Stored { release, chunk, name: format!("r{release}.{chunk}"), precondition }
    }

    fn names(stored: &[Stored], kept: &[u64]) -> Vec<String> {
        let kept = kept.iter().copied().collect();
        dispensable(stored, &kept).into_iter().map(|stored| stored.name.clone()).collect()
    }

    #[test]
    fn a_readable_release_is_listed_in_short_and_another_with_what_is_wrong() {
        let fine = listed(&head(3)).expect("a release");
        assert_eq!(fine.summary().map(|summary| summary.release), Some(3));
        let mut damaged = head(3);
        damaged["data"]["summary"] = "{".into();
        let broken = listed(&damaged).expect("a release");
        assert_eq!((broken.release(), broken.summary()), (3, None));
        let mut relabelled = head(3);
        relabelled["metadata"]["labels"][RELEASE_LABEL] = "4".into();
        let expected = "ConfigMap trueup-shop-prod.r3 is labelled release 4, but holds 3".into();
        assert_eq!(listed(&relabelled), Some(Listed::Broken { release: 4, why: expected }));
    }

    #[test]
    fn trimming_deletes_the_first_config_map_of_a_record_before_the_others() {
        let all = [stored(2, 2), stored(1, 1), stored(2, 0), stored(1, 0), stored(2, 1), stored(3, 0)];
        assert_eq!(names(&all, &[3]), ["r1.0", "r1.1", "r2.0", "r2.1", "r2.2"]);
    }

    #[test]
    fn leftovers_of_a_killed_run_go_but_not_what_a_run_may_be_writing_now() {
        let all = [stored(3, 0), stored(4, 1), stored(5, 0), stored(5, 1), stored(6, 1)];
        assert_eq!(names(&all, &[3, 5]), ["r4.1"]);
        assert_eq!(names(&all, &[]), Vec::<String>::new());
    }
}
