//! Guards against deploying by the rules of an old checkout.

use super::{Deployed, not_now};
use crate::plan::GuardVerdict;

/// The configuration in hand is older than the one that the deployed commit has.
pub fn old_rules(file: &str, head: &str, deployed: &Deployed) -> GuardVerdict {
    let message = format!(
        "the {file} that is checked out ({head}) is older than that of the deployed {deployed}, \
         and so are the rules in it: check out a commit that has its changes"
    );
    not_now("config", message)
}

/// Whether the configuration in hand is older can't be told.
pub fn unknown_rules(file: &str, deployed: &Deployed, fetch: Option<&str>) -> GuardVerdict {
    let fetch = fetch.map_or_else(|| "fetch it".to_owned(), |fetch| format!("`{fetch}`"));
    let message = format!(
        "this clone doesn't know the deployed {deployed}, so that nobody can tell whether the {file} \
         that is checked out is older: {fetch}"
    );
    not_now("config", message)
}
