//! How each action is signed, named and coloured.

use anstyle::Style;

use super::palette::{CHANGED, DANGER, FAINT, GOOD, TAKEN};
use crate::plan::Verb;

/// The verbs in the order in which they are counted.
pub(crate) const CHANGING: [Verb; 7] =
    [Verb::Create, Verb::Update, Verb::Replace, Verb::Delete, Verb::Adopt, Verb::Forget, Verb::Run];

/// The sign at the start of its line.
pub(crate) fn sign(verb: Verb) -> char {
    match verb {
        Verb::Create => '+',
        Verb::Update => '~',
        Verb::Replace => '±',
        Verb::Delete => '-',
        Verb::Adopt => '*',
        Verb::Forget => '○',
        Verb::Run => '>',
        Verb::Unchanged => '=',
    }
}

/// What will be done: `create`.
pub(crate) fn word(verb: Verb) -> &'static str {
    match verb {
        Verb::Create => "create",
        Verb::Update => "update",
        Verb::Replace => "replace",
        Verb::Delete => "delete",
        Verb::Adopt => "adopt",
        Verb::Forget => "forget",
        Verb::Run => "run",
        Verb::Unchanged => "unchanged",
    }
}

/// What was done: `created`.
pub(crate) fn done(verb: Verb) -> &'static str {
    match verb {
        Verb::Create => "created",
        Verb::Update => "updated",
        Verb::Replace => "replaced",
        Verb::Delete => "deleted",
        Verb::Adopt => "adopted",
        Verb::Forget => "let go",
        Verb::Run => "ran",
        Verb::Unchanged => "unchanged",
    }
}

/// Its colour: what can't be undone is the loudest.
pub(crate) fn style(verb: Verb) -> Style {
    match verb {
        Verb::Create => GOOD,
        Verb::Update | Verb::Run => CHANGED,
        Verb::Replace | Verb::Delete => DANGER,
        Verb::Adopt | Verb::Forget => TAKEN,
        Verb::Unchanged => FAINT,
    }
}
