//! Discovery documents kept on disk from one run to the next: a file for each
//! server's address, in the user's own cache folder.
//!
//! What is kept is only ever used when the server itself says, by the document's
//! `ETag`, that it would send the same again: a stale file can't be believed. A
//! file that is broken, or of another server or format, counts as none; one that
//! can't be written is no error. Nothing in it is secret.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::discovery::GroupList;
use crate::cache;
use crate::hex::hex;

/// What such files begin with. Another number is another format.
const FORMAT: &str = "trueup discovery 1";

/// No server's documents are larger; a file that is isn't ours.
const LARGEST: u64 = 64 << 20;

/// Where documents are kept for one server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct DiscoveryCache {
    file: PathBuf,
    server: String,
}

/// What is kept, by the path of each document.
pub(super) type Documents = BTreeMap<String, Document>;

/// A document, as far as trueup reads it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Document {
    /// What the server calls this very content.
    pub etag: String,
    /// The content.
    pub list: GroupList,
}

#[derive(Serialize, Deserialize)]
struct Content {
    server: String,
    documents: Documents,
}

impl DiscoveryCache {
    /// The one for a server in the cache folder of the user; `None` where there
    /// is no such folder.
    pub(super) fn of_user(server: &str) -> Option<Self> {
        cache::folder("discovery").map(|folder| Self::in_folder(&folder, server))
    }

    /// The one for a server in a folder.
    pub(super) fn in_folder(folder: &Path, server: &str) -> Self {
        // Names the file: an address may hold what a name can't.
        let server = hex(&Sha256::digest(server.as_bytes()));
        Self { file: folder.join(&server), server }
    }

    /// What is kept. Nothing, where that can't be read or isn't ours.
    pub(super) fn read(&self) -> Documents {
        let text = cache::read(&self.file, LARGEST).ok().and_then(|bytes| String::from_utf8(bytes).ok());
        text.and_then(|text| self.parse(&text)).unwrap_or_default()
    }

    fn parse(&self, text: &str) -> Option<Documents> {
        let (head, content) = text.split_once('\n')?;
        if head != self::head(content) {
            return None;
        }
        let content: Content = serde_json::from_str(content).ok()?;
        (content.server == self.server).then_some(content.documents)
    }

    /// Keeps these instead.
    pub(super) fn write(&self, documents: &Documents) -> io::Result<()> {
        let content = Content { server: self.server.clone(), documents: documents.clone() };
        let content = serde_json::to_string(&content)?;
        let text = format!("{}\n{content}", head(&content));
        cache::write(&self.file, text.as_bytes())
    }
}

/// The first line of a file with this content: its format, and what tells a
/// whole one from a broken one.
fn head(content: &str) -> String {
    format!("{FORMAT} {}", hex(&Sha256::digest(content.as_bytes())))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn documents(etag: &str) -> Documents {
        let list = serde_json::json!({"kind": "APIGroupDiscoveryList", "items": [{"metadata": {"name": "apps"},
            "versions": [{"version": "v1", "freshness": "Current", "resources": [{"resource": "deployments",
            "responseKind": {"kind": "Deployment"}, "scope": "Namespaced"}]}]}]});
        let list = serde_json::from_value(list).expect("a list");
        Documents::from([("/apis".to_owned(), Document { etag: etag.to_owned(), list })])
    }

    fn cache(folder: &tempfile::TempDir) -> DiscoveryCache {
        DiscoveryCache::in_folder(&folder.path().join("trueup/discovery"), "https://shop:6443")
    }

    #[test]
    fn what_is_written_is_read_again_and_replaced() {
        let folder = tempfile::tempdir().expect("a folder");
        let cache = cache(&folder);
        assert!(cache.read().is_empty());
        for etag in ["\"a\"", "\"b\""] {
            cache.write(&documents(etag)).expect("a file");
            assert_eq!(cache.read(), documents(etag));
        }
        let names = fs::read_dir(cache.file.parent().expect("a folder")).expect("a folder").count();
        assert_eq!(names, 1, "nothing is left beside it");
    }

    #[test]
    fn a_broken_file_counts_as_none_and_is_written_anew() {
        let folder = tempfile::tempdir().expect("a folder");
        let cache = cache(&folder);
        cache.write(&documents("\"a\"")).expect("a file");
        let whole = fs::read_to_string(&cache.file).expect("text");
        let broken = [
            String::new(),
            "{}".to_owned(),
            whole[..whole.len() - 1].to_owned(),
            whole.replace("deployments", "deploymints"),
            whole.replace("discovery 1", "discovery 2"),
            "\0\u{1}".to_owned(),
        ];
        for text in broken {
            fs::write(&cache.file, &text).expect("a file");
            assert!(cache.read().is_empty(), "{text}");
        }
        fs::write(&cache.file, [0xff, 0xfe]).expect("a file");
        assert!(cache.read().is_empty());
        cache.write(&documents("\"b\"")).expect("a file");
        assert_eq!(cache.read(), documents("\"b\""));
    }

    #[test]
    fn another_servers_file_counts_as_none() {
        let folder = tempfile::tempdir().expect("a folder");
        let (ours, theirs) = (
            cache(&folder),
            DiscoveryCache::in_folder(&folder.path().join("trueup/discovery"), "https://mill"),
        );
        theirs.write(&documents("\"a\"")).expect("a file");
        assert!(ours.read().is_empty());
        fs::rename(&theirs.file, &ours.file).expect("a file");
        assert!(ours.read().is_empty());
    }

    #[test]
    fn where_nothing_can_be_written_nothing_is_kept() {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join("trueup"), "a file, not a folder").expect("a file");
        assert!(cache(&folder).write(&documents("\"a\"")).is_err());
        assert!(cache(&folder).read().is_empty());
    }
}
