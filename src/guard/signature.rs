//! Guard against commits that nobody has signed who may.

use super::not_now;
use crate::plan::GuardVerdict;
use crate::signature::Unverified;

/// Why nobody vouches for a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unsigned {
    /// It has no signature.
    NotSigned,
    /// It has files that aren't committed, which no signature is of.
    Dirty,
    /// Its signature isn't a good one.
    Unverified(Unverified),
    /// The keys can't be read, or the commit: why.
    Unknown(String),
}

/// A commit that isn't signed by one of the keys that `requires.signedBy` names.
pub fn signature(commit: &str, unsigned: &Unsigned) -> GuardVerdict {
    let message = match unsigned {
        Unsigned::NotSigned => format!("{commit} isn't signed, which `requires.signedBy` asks for"),
        Unsigned::Dirty => "what isn't committed is signed by nobody".to_owned(),
        Unsigned::Unverified(why) => format!("{commit} isn't signed as `requires.signedBy` asks for: {why}"),
        Unsigned::Unknown(why) => format!("whether {commit} is signed can't be told: {why}"),
    };
    not_now("signature", message)
}
