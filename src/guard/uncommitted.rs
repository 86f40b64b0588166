//! Guard against deploying what no commit has.

use super::refuse;
use crate::plan::GuardVerdict;
use crate::report::words::and_more;

/// Files of the work tree differ from its commit. About where and when: their
/// plan is useful all the same. Not by `--override`: it has an option of its own.
pub fn uncommitted(files: &[String]) -> Option<GuardVerdict> {
    let message = format!("{}: commit it, or apply what is there with --dirty", told(files)?);
    Some(GuardVerdict { about_what: false, overridable: false, ..refuse("dirty", message) })
}

/// Which files aren't committed, if any.
pub fn told(files: &[String]) -> Option<String> {
    let first = files.first()?;
    Some(format!("the work tree isn't committed: {first}{}", and_more(files.len() - 1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_that_are_not_committed_are_named_by_the_first() {
        let files = ["a.yaml", "b.yaml", "c.yaml"].map(str::to_owned);
        assert_eq!(told(&files[..1]).as_deref(), Some("the work tree isn't committed: a.yaml"));
        assert_eq!(told(&files).as_deref(), Some("the work tree isn't committed: a.yaml and 2 more"));
        assert_eq!(uncommitted(&[]), None);
        let verdict = uncommitted(&files).expect("a verdict");
        assert!(!verdict.about_what && !verdict.overridable);
    }
}
