//! Programs of others, and the folders that they work in: finding one, asking
//! for its version, running it without a shell, in a clean environment and
//! within limits of time and output.
//!
//! In come a program's name and arguments; out comes what it printed, or why
//! it didn't. What it gets is a [`Workspace`]: a private folder with a home of
//! its own, gone afterwards. Of the caller's environment it sees `PATH` only, and
//! who decrypts the ways to its [`Keys`];
//! without leave to fetch, its ways into the network are closed as far as an
//! environment can close them. A signal that ends trueup [`stop`]s them all.
//!
//! The only room that runs programs. Never runs a shell, never hands on the
//! user's credentials or configuration (but keys to who decrypts), never reads a
//! repository.

mod find;
mod identity;
mod keys;
mod memory;
mod run;
mod running;
mod version;
mod workspace;

use std::path::PathBuf;
use std::time::Duration;

pub use find::{NotFound, find};
pub use identity::identity;
pub use keys::Keys;
pub use run::{Call, Failure, Limits, limited, run};
pub use running::{clear, is_stopped, stop};
pub use semver::VersionReq;
pub use version::version_in;
pub use workspace::Workspace;

/// The longest that a program may take, where nothing else is said.
pub const USUAL_TIME: Duration = Duration::from_secs(2 * 60);

/// Which programs render and decrypt, and how long they may take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tools {
    /// kustomize, or kubectl, which has it built in.
    pub kustomize: Wanted,
    /// Helm 3 or 4.
    pub helm: Wanted,
    /// sops.
    pub sops: Wanted,
    /// The longest that one run may take.
    pub time: Duration,
}

impl Default for Tools {
    fn default() -> Self {
        let any = Wanted::default;
        Self { kustomize: any(), helm: any(), sops: any(), time: USUAL_TIME }
    }
}

/// What is wanted of a program.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    /// The versions that will do; any when absent.
    pub version: Option<VersionReq>,
    /// Another name to look for on PATH, or a path with a `/` in it; the usual
    /// name when absent.
    pub program: Option<PathBuf>,
}
