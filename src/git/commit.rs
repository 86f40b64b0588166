//! One commit, as plain data.

use std::fmt;
use std::str::FromStr;

use gix::bstr::BStr;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::error::reason;
use super::{GitError, Repository};

/// The id of a commit: SHA-1, shown and serialized as 40 lowercase hex digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CommitId(gix::ObjectId);

/// A text that isn't a whole commit id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} isn't a commit id: 40 hex digits are expected")]
pub struct CommitIdError(String);

impl CommitId {
    /// The first seven digits: enough for people, not for programs.
    pub fn short(&self) -> String {
        self.0.to_hex_with_len(7).to_string()
    }

    pub(super) fn new(id: gix::ObjectId) -> Self {
        Self(id)
    }

    pub(super) fn object(&self) -> gix::ObjectId {
        self.0
    }
}

/// Reads all 40 digits; a shortened id needs a repository
/// ([`Repository::resolve`]).
impl FromStr for CommitId {
    type Err = CommitIdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let whole = text.len() == gix::hash::Kind::Sha1.len_in_hex();
        let id = whole.then(|| gix::ObjectId::from_hex(text.as_bytes()).ok()).flatten();
        id.map(Self).ok_or_else(|| CommitIdError(text.to_owned()))
    }
}

impl fmt::Display for CommitId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.to_hex())
    }
}

impl fmt::Debug for CommitId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CommitId({self})")
    }
}

impl Serialize for CommitId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for CommitId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

impl JsonSchema for CommitId {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "CommitId".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({"type": "string", "pattern": "^[0-9a-f]{40}$", "description": "A commit's id"})
    }
}

/// What a commit says about itself. Text that isn't UTF-8 has its odd bytes
/// replaced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commit {
    /// Its id.
    pub id: CommitId,
    /// Who wrote it: `Name <mail>`.
    pub author: String,
    /// When it was written.
    pub author_time: Timestamp,
    /// When it was committed; a rebase or a merge moves it on.
    pub committer_time: Timestamp,
    /// The first paragraph of its message, on one line.
    pub subject: String,
    /// The trailers at the end of its message (`Reviewed-by`, …) in order, as
    /// `git interpret-trailers` reads them.
    pub trailers: Vec<(String, String)>,
}

impl Repository {
    /// Reads a commit. Errors when it isn't in this clone or is damaged.
    pub fn commit(&self, id: &CommitId) -> Result<Commit, GitError> {
        let repository = self.local();
        let object = self.find_commit(&repository, id)?;
        let unreadable = |error: gix::Error| GitError::Damaged {
            what: format!("commit {}", id.short()),
            reason: reason(&error),
        };
        let author = object.author().map_err(unreadable)?;
        let committer = object.committer().map_err(unreadable)?;
        let message = object.message().map_err(unreadable)?;
        let trailers = message.body().map_or_else(Vec::new, |body| {
            body.trailers().map(|trailer| (lossy(trailer.token), lossy(trailer.value.as_ref()))).collect()
        });
        Ok(Commit {
            id: *id,
            author: format!("{} <{}>", lossy(author.name), lossy(author.email)),
            author_time: timestamp(author.time),
            committer_time: timestamp(committer.time),
            subject: lossy(message.summary().as_ref()),
            trailers,
        })
    }

    /// A commit's parents, the first first; `None` where this clone is cut off.
    pub fn parents(&self, id: &CommitId) -> Result<Option<Vec<CommitId>>, GitError> {
        let repository = self.local();
        let parents: Vec<CommitId> =
            self.find_commit(&repository, id)?.parent_ids().map(|id| CommitId::new(id.detach())).collect();
        Ok(parents.iter().all(|parent| self.contains(parent)).then_some(parents))
    }
}

fn lossy(bytes: &BStr) -> String {
    String::from_utf8_lossy(bytes).trim().to_owned()
}

/// `1700000000 +0100` as a time. One that no calendar holds becomes the
/// nearest that it does; one that can't be read, 1970.
fn timestamp(text: &str) -> Timestamp {
    let seconds = text.split_whitespace().next().and_then(|seconds| seconds.parse().ok()).unwrap_or(0);
    let nearest = if seconds < 0 { Timestamp::MIN } else { Timestamp::MAX };
    Timestamp::from_second(seconds).unwrap_or(nearest)
}

#[cfg(test)]
mod tests {
    use super::super::fixture::Fixture;
    use super::*;

    #[test]
    fn a_commit_is_read_with_its_author_times_subject_and_trailers() {
        let fixture = Fixture::new();
        fixture.write("a.yaml", "a: 1\n");
        fixture.git(&["add", "."]);
        fixture.git(&[
            "commit",
            "-m",
            "Raise the replicas\nof web",
            "-m",
            "Because it is slow.",
            "-m",
            "Reviewed-by: Ann <ann@example.com>\nRefs: 12,\n 13",
        ]);
        let repository = fixture.repository();
        let id = repository.head().expect("readable").expect("a commit");
        let commit = repository.commit(&id).expect("readable");
        assert_eq!(commit.author, "Author <author@example.com>");
        assert_eq!(commit.author_time.to_string(), "2024-01-01T00:00:00Z");
        assert_eq!(commit.committer_time.to_string(), "2024-01-01T00:00:01Z");
        assert_eq!(commit.subject, "Raise the replicas of web");
        assert_eq!(
            commit.trailers,
            [
                ("Reviewed-by".to_owned(), "Ann <ann@example.com>".to_owned()),
                ("Refs".to_owned(), "12, 13".to_owned())
            ]
        );
    }

    #[test]
    fn text_that_is_not_utf_8_does_not_hide_a_commit() {
        let fixture = Fixture::new();
        let first = fixture.commit("a.yaml", "a: 1\n");
        let tree = fixture.git(&["rev-parse", "HEAD^{tree}"]);
        let mut raw = format!("tree {tree}\nparent {first}\nauthor J").into_bytes();
        raw.extend_from_slice(b"\xf6rg <j@example.com> 1700000000 +0100\n");
        raw.extend_from_slice(b"committer C <c@example.com> 99999999999999 +0000\n\ngr\xfc\xdfe\n");
        fixture.write_bytes("commit", &raw);
        let id = fixture.git(&["hash-object", "--literally", "-t", "commit", "-w", "commit"]);
        let commit = fixture.repository().commit(&id.parse().expect("an id")).expect("readable");
        assert_eq!(commit.author, "J\u{fffd}rg <j@example.com>");
        assert_eq!(commit.author_time.as_second(), 1_700_000_000);
        assert_eq!(commit.committer_time, Timestamp::MAX);
        assert_eq!(commit.subject, "gr\u{fffd}\u{fffd}e");
    }

    #[test]
    fn parents_are_told_unless_the_clone_is_cut_off() {
        let fixture = Fixture::new();
        let first = fixture.commit("a.yaml", "a: 1\n");
        let second = fixture.commit("a.yaml", "a: 2\n");
        let repository = fixture.repository();
        assert_eq!(repository.parents(&first), Ok(Some(Vec::new())));
        assert_eq!(repository.parents(&second), Ok(Some(vec![first])));
    }

    #[test]
    fn ids_are_whole_or_nothing() {
        let text = "0123456789abcdef0123456789abcdef01234567";
        let id: CommitId = text.parse().expect("an id");
        assert_eq!((id.to_string().as_str(), id.short().as_str()), (text, "0123456"));
        assert_eq!(crate::json::to_value(id).expect("serializes"), crate::json::json!(text));
        for wrong in ["", "0123456", "g123456789abcdef0123456789abcdef01234567"] {
            assert!(wrong.parse::<CommitId>().is_err(), "{wrong:?}");
        }
    }
}
