//! Asking before something is done that no plan was shown for.

use crate::error::{CommandError, Diagnostic};
use crate::ui::Terminal;

/// What is asked, and what is said around it.
pub(super) struct Question<'a> {
    /// What there is to confirm: `that the lock is broken`.
    pub(super) subject: &'a str,
    /// What has to be known to answer; empty where that was shown.
    pub(super) told: &'a str,
    /// The question itself.
    pub(super) asked: &'a str,
    /// What it comes to without a yes: `not broken`.
    pub(super) otherwise: &'a str,
}

impl Question<'_> {
    /// Asks. Without a yes it's an error, and where nobody can be asked a mistake on the
    /// command line.
    pub(super) fn ask(&self, terminal: &Terminal) -> Result<(), CommandError> {
        if !terminal.is_interactive() {
            let unasked = CommandError::usage(format!("nobody is there to confirm {}", self.subject));
            return Err(unasked.hint("use --yes in scripts"));
        }
        self.told.lines().for_each(|line| terminal.note(line));
        if terminal.confirm(self.asked) {
            return Ok(());
        }
        Err(Diagnostic::new(format!("{}: that wasn't confirmed", self.otherwise)).into())
    }
}
