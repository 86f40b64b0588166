//! Variables of the command line that nothing asks for: most often a mistake in a name.

use std::collections::BTreeSet;

use crate::deploy::setup::Setup;
use crate::error::{Diagnostic, did_you_mean};
use crate::ui::Terminal;

/// Warns of each `--var` that no source of these environments asks for and none of their
/// configurations has. Files of variables are shared: what is in one needn't be used.
pub(super) fn warn<'a>(
    setups: impl IntoIterator<Item = &'a Setup>,
    used: impl IntoIterator<Item = &'a String>,
    terminal: &Terminal,
) {
    let used: BTreeSet<&str> = used.into_iter().map(String::as_str).collect();
    let setups: Vec<&Setup> = setups.into_iter().collect();
    let Some((first, others)) = setups.split_first() else { return };
    let is_unknown = |name: &&String| others.iter().all(|setup| setup.undeclared.contains(*name));
    let given: BTreeSet<&str> = first.undeclared.iter().filter(is_unknown).map(String::as_str).collect();
    let declared = setups.iter().flat_map(|setup| setup.means.vars.all()).map(|(name, _)| name);
    let known =
        used.iter().copied().chain(declared).filter(|name| used.contains(name) || !given.contains(name));
    let known: BTreeSet<&str> = known.collect();
    let asks = setups.iter().flat_map(|setup| &setup.sources).any(|source| source.substitute);
    let warnings: Vec<Diagnostic> = given.difference(&used).map(|name| warning(name, &known, asks)).collect();
    terminal.warnings(&warnings);
}

fn warning(name: &str, known: &BTreeSet<&str>, asks: bool) -> Diagnostic {
    let warning = Diagnostic::new(format!("--var {name}=… is used by nothing"));
    match did_you_mean(name, known.iter().copied()) {
        Some(meant) => warning.hint(format!("did you mean {meant}?")),
        None if !asks => warning.hint("a source asks for variables with `substitute: true`"),
        None => warning,
    }
}
