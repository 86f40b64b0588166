//! Where an apply goes back to by itself when it fails.

use super::select::{self, Checkout};
use crate::cli::Global;
use crate::deploy::running::Earlier;
use crate::deploy::setup::Setup;
use crate::render::Decryption;

/// The configuration in hand, by which an earlier commit is deployed again: as it was
/// when the run began, whatever becomes of the files meanwhile.
pub(super) struct WayBack {
    checkout: Checkout,
    is_asked_for: bool,
    keeps_secrets: bool,
}

impl WayBack {
    /// By this configuration. `is_asked_for`: on the command line, whatever the environment
    /// says.
    pub(super) fn of(checkout: Checkout, is_asked_for: bool, keeps_secrets: bool) -> Self {
        Self { checkout, is_asked_for, keeps_secrets }
    }

    /// Whether that is said on the command line.
    pub(super) fn is_asked_for(&self) -> bool {
        self.is_asked_for
    }

    /// Whether live Secrets stay as they are then.
    pub(super) fn keeps_secrets(&self) -> bool {
        self.keeps_secrets
    }

    /// Whether an environment is rolled back when its apply fails.
    pub(super) fn is_meant_for(&self, setup: &Setup) -> bool {
        self.is_asked_for || setup.rollback_on_failure
    }

    /// An environment as earlier commits have it, by other variables.
    pub(super) fn earlier<'a>(&'a self, global: &'a Global, environment: &'a str) -> Box<Earlier<'a>> {
        Box::new(move |commit, vars| {
            let mut setup = select::at_other_commit(global, &self.checkout, environment, commit)?;
            setup.give(vars);
            setup.means.decryption = Decryption::Earlier;
            Ok(setup)
        })
    }
}
