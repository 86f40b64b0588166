//! The file with the kinds of all versions that come with the program: a line
//! of JSON that says what each version is made of, then a line for each
//! definition, identical ones of several versions once; compressed.

use std::collections::BTreeMap;
use std::io::{self, Read as _};

use serde::{Deserialize, Serialize};

use super::Minor;
use super::catalogue::{Catalogue, Kind};
use super::definition::Definition;

/// Slow and small: it is packed once, and unpacked as fast as any.
#[cfg(test)]
const COMPRESSION_LEVEL: i32 = 19;

/// What one version is made of.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Contents {
    /// `apiVersion`, kind, whether it's in a namespace, its definition's name.
    kinds: Vec<(String, String, bool, String)>,
    /// The numbers of the lines that hold its definitions, from 0.
    definitions: Vec<usize>,
}

/// The kinds of a version; `None` if the file doesn't have it.
pub(super) fn unpack(packed: &[u8], version: Minor) -> io::Result<Option<Catalogue>> {
    let mut text = String::new();
    zstd::Decoder::new(packed)?.read_to_string(&mut text)?;
    let mut lines = text.lines();
    let mut versions: BTreeMap<Minor, Contents> = serde_json::from_str(lines.next().unwrap_or_default())?;
    let Some(contents) = versions.remove(&version) else { return Ok(None) };
    let lines: Vec<&str> = lines.collect();
    let mut catalogue = Catalogue::default();
    for number in contents.definitions {
        let line = lines.get(number).copied().unwrap_or_default();
        let (name, definition): (String, Definition) = serde_json::from_str(line)?;
        catalogue.definitions.insert(name, definition);
    }
    for (api_version, name, namespaced, definition) in contents.kinds {
        catalogue.kinds.insert((api_version, name), Kind { definition, namespaced });
    }
    Ok(Some(catalogue))
}

/// The file with the kinds of these versions.
#[cfg(test)]
pub(super) fn pack(versions: &BTreeMap<Minor, Catalogue>) -> io::Result<Vec<u8>> {
    let mut lines: Vec<String> = Vec::new();
    let mut numbers: BTreeMap<String, usize> = BTreeMap::new();
    let mut index: BTreeMap<Minor, Contents> = BTreeMap::new();
    for (version, catalogue) in versions {
        let contents = index.entry(*version).or_default();
        for ((api_version, name), kind) in &catalogue.kinds {
            contents.kinds.push((
                api_version.clone(),
                name.clone(),
                kind.namespaced,
                kind.definition.clone(),
            ));
        }
        for definition in &catalogue.definitions {
            let line = serde_json::to_string(&definition)?;
            let number = *numbers.entry(line.clone()).or_insert_with(|| {
                lines.push(line);
                lines.len() - 1
            });
            contents.definitions.push(number);
        }
    }
    lines.insert(0, serde_json::to_string(&index)?);
    zstd::encode_all(lines.join("\n").as_bytes(), COMPRESSION_LEVEL)
}
