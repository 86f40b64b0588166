//! Where an apply goes back to by itself when it fails.

use super::What;
use super::select::{self, Checkout};
use super::vars;
use crate::cli::Global;
use crate::deploy::running::Earlier;
use crate::deploy::setup::Setup;
use crate::error::CommandError;
use crate::render::{Decryption, Vars};

/// The configuration in hand, by which an earlier commit is deployed again: as it was
/// when the run began, whatever becomes of the files meanwhile.
pub(super) struct WayBack {
    checkout: Checkout,
    /// The variables of the command line: the earlier commit is rendered by them, too.
    given: Vars,
    is_asked_for: bool,
}

impl WayBack {
    /// Reads it. `is_asked_for`: on the command line, whatever the environment says.
    pub(super) fn of(global: &Global, what: &What, is_asked_for: bool) -> Result<Self, CommandError> {
        let directory = select::directory(global)?;
        let repository = select::discover(&directory)?;
        let given = vars::given(what, &directory)?;
        Ok(Self { checkout: select::checkout(global, what, &directory, repository)?, given, is_asked_for })
    }

    /// Whether that is said on the command line.
    pub(super) fn is_asked_for(&self) -> bool {
        self.is_asked_for
    }

    /// Whether an environment is rolled back when its apply fails.
    pub(super) fn is_meant_for(&self, setup: &Setup) -> bool {
        self.is_asked_for || setup.rollback_on_failure
    }

    /// An environment as earlier commits have it.
    pub(super) fn earlier<'a>(&'a self, global: &'a Global, environment: &'a str) -> Box<Earlier<'a>> {
        Box::new(move |commit| {
            let mut setup = select::at_other_commit(global, &self.checkout, environment, commit)?;
            setup.means.vars.extend(&self.given);
            setup.means.decryption = Decryption::Earlier;
            Ok(setup)
        })
    }
}
