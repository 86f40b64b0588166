//! Records as `ConfigMap`s, and back.
//!
//! The first `ConfigMap` of a record holds the summary in plain JSON, how many
//! further ones there are, and a checksum; small records whole, compressed,
//! too. Larger ones are in further `ConfigMap`s, so that listing the first ones,
//! which is listing the releases, stays cheap.
//!
//! The first one is written last: where it is, the record is complete. All are
//! immutable: history isn't edited.

use std::io::{self, BufWriter, Read as _};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use super::SCHEMA;
use super::identity::{CHUNK_LABEL, RELEASE_LABEL, TARGET_LABEL, Target};
use super::record::Record;
use super::record_error::RecordError;
use super::summary::Summary;
use crate::hex::hex;
use crate::json::{Map, Value, json};

/// Up to this many bytes a compressed record is kept beside its summary.
const LARGEST_INLINE: usize = 32 * 1024;

/// How many bytes of a record one `ConfigMap` holds; Kubernetes allows 1 MiB for
/// everything in it.
const CHUNK: usize = 900 * 1024;

/// What a record may grow to when it's decompressed.
const LARGEST_RECORD: u64 = 512 * 1024 * 1024;

/// zstd's own default. Higher levels take tens of MiB, and for the records of thousands
/// of objects a good part of a second, to save a tenth.
const COMPRESSION_LEVEL: i32 = 3;

/// A record as `ConfigMap`s, in the order in which they are to be written: the
/// first one of the record last.
#[derive(Debug)]
pub(super) struct Packed {
    /// The further `ConfigMap`s.
    pub chunks: Vec<Value>,
    /// The first one.
    pub head: Value,
}

/// What the first `ConfigMap` of a record says.
#[derive(Debug)]
pub(super) struct Head {
    /// Its own name.
    name: String,
    /// The release in short.
    pub summary: Summary,
    /// How many further `ConfigMap`s there are.
    pub chunks: usize,
    sha256: String,
    record: Vec<u8>,
}

/// Packs a record.
pub(super) fn pack(target: &Target, record: &Record) -> Result<Packed, RecordError> {
    let release = record.summary.release;
    let name = target.record_name(release);
    let unpackable = |why: String| RecordError::Malformed { config_map: name.clone(), why };
    let packed = compress(record).map_err(|error| unpackable(error.to_string()))?;
    let summary =
        serde_json::to_string_pretty(&record.summary).map_err(|error| unpackable(error.to_string()))?;
    let parts: Vec<&[u8]> =
        if packed.len() > LARGEST_INLINE { packed.chunks(CHUNK).collect() } else { Vec::new() };
    let chunks = (1..)
        .zip(&parts)
        .map(|(number, part)| {
            let chunk = (CHUNK_LABEL, number.to_string());
            config_map(target, release, &target.chunk_name(release, number), [chunk], Map::new(), part)
        })
        .collect();
    let mut data = Map::new();
    data.insert("schema".into(), SCHEMA.into());
    data.insert("summary".into(), summary.into());
    data.insert("chunks".into(), parts.len().to_string().into());
    data.insert("sha256".into(), hex(&Sha256::digest(&packed)).into());
    let inline = if parts.is_empty() { packed.as_slice() } else { &[] };
    Ok(Packed { chunks, head: config_map(target, release, &name, [], data, inline) })
}

/// The record as compressed JSON. The JSON of a large one is never there as a whole.
fn compress(record: &Record) -> io::Result<Vec<u8>> {
    let encoder = zstd::Encoder::new(Vec::new(), COMPRESSION_LEVEL)?;
    let mut buffered = BufWriter::with_capacity(CHUNK, encoder);
    serde_json::to_writer(&mut buffered, record)?;
    buffered.into_inner().map_err(io::IntoInnerError::into_error)?.finish()
}

fn config_map<const N: usize>(
    target: &Target,
    release: u64,
    name: &str,
    labels: [(&str, String); N],
    data: Map,
    record: &[u8],
) -> Value {
    let mut all_labels = Map::new();
    all_labels.insert(TARGET_LABEL.into(), target.applyset_id().into());
    all_labels.insert(RELEASE_LABEL.into(), release.to_string().into());
    all_labels.extend(labels);
    let mut config_map = json!({
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": name, "namespace": target.state_namespace(), "labels": all_labels},
        "immutable": true,
    });
    if !data.is_empty() {
        config_map["data"] = data.into();
    }
    if !record.is_empty() {
        config_map["binaryData"] = json!({"record": STANDARD.encode(record)});
    }
    config_map
}

impl Head {
    /// Reads the first `ConfigMap` of a record.
    pub(super) fn parse(config_map: &Value) -> Result<Self, RecordError> {
        let name = config_map["metadata"]["name"].as_str().unwrap_or_default().to_owned();
        let malformed = |why: &str| RecordError::Malformed { config_map: name.clone(), why: why.to_owned() };
        let data = |key: &str| {
            config_map["data"][key].as_str().ok_or_else(|| malformed(&format!("data.{key} is missing")))
        };
        check_schema(&name, data("schema")?)?;
        let summary = serde_json::from_str(data("summary")?)
            .map_err(|error| malformed(&format!("summary: {error}")))?;
        let chunks = data("chunks")?.parse().map_err(|_| malformed("data.chunks isn't a number"))?;
        Ok(Self {
            summary,
            chunks,
            sha256: data("sha256")?.to_owned(),
            record: binary(config_map, &name)?,
            name,
        })
    }

    /// Puts the record together from the further `ConfigMap`s, in their order.
    pub(super) fn unpack(mut self, chunks: &[Value]) -> Result<Record, RecordError> {
        let release = self.summary.release;
        for chunk in chunks {
            let name = chunk["metadata"]["name"].as_str().unwrap_or_default();
            self.record.extend(binary(chunk, name)?);
        }
        if hex(&Sha256::digest(&self.record)) != self.sha256 {
            return Err(RecordError::Checksum { config_map: self.name, release });
        }
        let malformed = |why: String| RecordError::Malformed { config_map: self.name.clone(), why };
        let mut text = Vec::new();
        zstd::Decoder::new(self.record.as_slice())
            .and_then(|decoder| decoder.take(LARGEST_RECORD).read_to_end(&mut text))
            .map_err(|error| malformed(error.to_string()))?;
        let versioned: Versioned =
            serde_json::from_slice(&text).map_err(|error| malformed(error.to_string()))?;
        check_schema(&self.name, &versioned.schema)?;
        serde_json::from_slice(&text).map_err(|error| malformed(error.to_string()))
    }
}

#[derive(Deserialize)]
struct Versioned {
    schema: String,
}

fn check_schema(config_map: &str, schema: &str) -> Result<(), RecordError> {
    if schema == SCHEMA {
        return Ok(());
    }
    Err(RecordError::Newer { config_map: config_map.to_owned(), schema: schema.to_owned() })
}

fn binary(config_map: &Value, name: &str) -> Result<Vec<u8>, RecordError> {
    let Some(text) = config_map["binaryData"]["record"].as_str() else { return Ok(Vec::new()) };
    STANDARD.decode(text).map_err(|error| RecordError::Malformed {
        config_map: name.to_owned(),
        why: format!("binaryData.record: {error}"),
    })
}

#[cfg(test)]
mod tests {
    use super::super::record::fixtures::{config_map, record};
    use super::*;

    fn target() -> Target {
        Target::new("shop", "prod", "shop").expect("well formed")
    }

    fn packed(bytes: usize) -> (Record, Packed) {
        let record = record(7, &[config_map("a", bytes)]);
        let packed = pack(&target(), &record).expect("packable");
        (record, packed)
    }

    fn unpack(packed: &Packed) -> Result<Record, RecordError> {
        Head::parse(&packed.head)?.unpack(&packed.chunks)
    }

    #[test]
    fn a_small_record_is_one_config_map() {
        let (record, packed) = packed(100);
        assert!(packed.chunks.is_empty());
        assert_eq!(unpack(&packed).expect("readable"), record);
        let mut head = packed.head;
        head["binaryData"]["record"] = "…".into();
        head["data"]["summary"] = "…".into();
        head["data"]["sha256"] = "…".into();
        insta::assert_json_snapshot!(head, @r#"
        {
          "apiVersion": "v1",
          "binaryData": {
            "record": "…"
          },
          "data": {
            "chunks": "0",
            "schema": "trueup/v1",
            "sha256": "…",
            "summary": "…"
          },
          "immutable": true,
          "kind": "ConfigMap",
          "metadata": {
            "labels": {
              "trueup.dev/release": "7",
              "trueup.dev/target": "applyset-R1yEBIRaBtGOFX5Vj8Auv7SWHt5Ja2TBvh1zTz_pusk-v1"
            },
            "name": "trueup-shop-prod.r7",
            "namespace": "shop"
          }
        }
        "#);
    }

    #[test]
    fn a_large_record_is_split_and_comes_back_whole() {
        let (record, packed) = packed(3_000_000);
        assert!(packed.chunks.len() > 2, "{}", packed.chunks.len());
        assert_eq!(packed.head["data"]["chunks"], packed.chunks.len().to_string());
        assert_eq!(packed.head.get("binaryData"), None);
        assert_eq!(packed.chunks[0]["metadata"]["name"], "trueup-shop-prod.r7.1");
        assert_eq!(packed.chunks[0]["metadata"]["labels"][CHUNK_LABEL], "1");
        for chunk in &packed.chunks {
            let stored = STANDARD.decode(chunk["binaryData"]["record"].as_str().expect("text"));
            assert!(stored.expect("base64").len() <= CHUNK);
        }
        assert_eq!(unpack(&packed).expect("readable"), record);
    }

    #[test]
    fn records_are_immutable_and_no_members_of_the_inventory() {
        let (_, packed) = packed(100_000);
        for config_map in packed.chunks.iter().chain([&packed.head]) {
            assert_eq!(config_map["immutable"], true);
            let labels = config_map["metadata"]["labels"].as_object().expect("labels");
            assert_eq!(labels[TARGET_LABEL], target().applyset_id());
            assert_eq!(labels[RELEASE_LABEL], "7");
            assert!(!labels.contains_key(super::super::identity::PART_OF));
        }
    }

    #[test]
    fn a_damaged_record_says_which_config_map_is_damaged() {
        let (_, mut packed) = packed(2_000_000);
        packed.chunks.swap(0, 1);
        assert_eq!(
            unpack(&packed).expect_err("damaged").to_string(),
            "the record of release 7 (ConfigMap trueup-shop-prod.r7) is damaged: its checksum is wrong"
        );
        packed.chunks.swap(0, 1);
        packed.chunks[1]["binaryData"]["record"] = "not base64!".into();
        let error = unpack(&packed).expect_err("damaged").to_string();
        assert!(error.starts_with("can't read ConfigMap trueup-shop-prod.r7.2: "), "{error}");
    }

    #[test]
    fn a_record_of_a_newer_schema_is_refused_as_such() {
        let (_, mut packed) = packed(10);
        packed.head["data"]["schema"] = "trueup/v2".into();
        assert_eq!(
            unpack(&packed).expect_err("newer").to_string(),
            "ConfigMap trueup-shop-prod.r7 was written by a newer trueup (trueup/v2)"
        );
    }

    #[test]
    fn what_is_missing_or_malformed_is_named() {
        let (_, packed) = packed(10);
        for (key, value, expected) in [
            ("summary", Value::Null, "data.summary is missing"),
            ("summary", "{}".into(), "summary: missing field `release`"),
            ("chunks", "many".into(), "data.chunks isn't a number"),
            ("sha256", Value::Null, "data.sha256 is missing"),
        ] {
            let mut head = packed.head.clone();
            head["data"][key] = value;
            let error = Head::parse(&head).expect_err("malformed").to_string();
            assert!(error.contains(expected), "{error}");
        }
    }

    #[test]
    fn fields_that_a_later_version_added_are_passed_over() {
        let (record, mut packed) = packed(10);
        let mut summary = crate::json::to_value(&record.summary).expect("serialisable");
        summary["later"] = true.into();
        packed.head["data"]["summary"] = summary.to_string().into();
        assert_eq!(Head::parse(&packed.head).expect("readable").summary, record.summary);
    }
}
