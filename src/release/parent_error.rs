//! What reading and writing the parent can fail with.

use super::state::StateError;
use crate::cluster::ApiError;
use crate::error::Diagnostic;

/// Why the inventory's parent can't be used. What belongs to the target isn't
/// known then, so nothing may be pruned.
#[derive(Debug, thiserror::Error)]
pub enum ParentError {
    /// It can't be read.
    #[error("can't read the inventory {parent}")]
    Read {
        /// `namespace/ConfigMap/name`.
        parent: String,
        /// Why.
        error: ApiError,
    },
    /// It can't be written.
    #[error("can't write the inventory {parent}")]
    Write {
        /// `namespace/ConfigMap/name`.
        parent: String,
        /// Why.
        error: ApiError,
    },
    /// Somebody else wrote it since it was read.
    #[error("somebody else changed the inventory {parent} meanwhile")]
    Changed {
        /// `namespace/ConfigMap/name`.
        parent: String,
    },
    /// It isn't an inventory of this target that this program understands.
    #[error("can't use the inventory {parent}")]
    Unusable {
        /// `namespace/ConfigMap/name`.
        parent: String,
        /// What is wrong with it.
        problem: Problem,
    },
}

/// What is wrong with a parent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// It has no `ApplySet` id.
    #[error("it has no label applyset.kubernetes.io/id: trueup didn't make it")]
    NoId,
    /// Its id doesn't follow from its name and namespace.
    #[error("its id is {found}, but its name and namespace make {expected}")]
    OtherId {
        /// What it has.
        found: String,
        /// What it should have.
        expected: String,
    },
    /// Another tool manages it.
    #[error("{} manages it", if .0.is_empty() { "another tool" } else { .0 })]
    OtherTool(String),
    /// It doesn't say which kinds it contains.
    #[error("it has no annotation applyset.kubernetes.io/contains-group-kinds")]
    NoGroupKinds,
    /// An item of that annotation isn't a kind.
    #[error("applyset.kubernetes.io/contains-group-kinds holds {0:?}, which isn't KIND.GROUP")]
    BadGroupKind(String),
    /// It has no state.
    #[error("data.state is missing")]
    NoState,
    /// Its state can't be used.
    #[error("data.state: {0}")]
    State(StateError),
}

impl From<ParentError> for Diagnostic {
    fn from(error: ParentError) -> Self {
        let diagnostic = Self::new(error.to_string());
        match error {
            ParentError::Read { error, .. } => diagnostic.because(error.to_string()).hint(
                "without it, nobody knows what is to be deleted; reading it takes the verb get on configmaps",
            ),
            ParentError::Write { error, .. } => diagnostic.because(error.to_string()),
            ParentError::Changed { .. } => diagnostic.hint("run it again"),
            ParentError::Unusable { problem, .. } => {
                let hint = hint(&problem);
                diagnostic.because(problem.to_string()).hint(hint)
            }
        }
    }
}

fn hint(problem: &Problem) -> &'static str {
    match problem {
        Problem::NoId | Problem::OtherTool(_) => "choose another name or state namespace in trueup.yaml",
        Problem::State(StateError::Newer(_)) => "use that version of trueup, or a later one",
        Problem::State(StateError::OtherTarget { .. }) => "choose another name for one of the two",
        Problem::OtherId { .. }
        | Problem::NoGroupKinds
        | Problem::BadGroupKind(_)
        | Problem::NoState
        | Problem::State(StateError::Malformed(_)) => {
            "put back what was there, or delete it: `trueup adopt ENV --rebuild` makes it again from labels and records"
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unusable(problem: Problem) -> Diagnostic {
        ParentError::Unusable { parent: "shop/ConfigMap/trueup-shop-prod".into(), problem }.into()
    }

    #[test]
    fn an_unreadable_inventory_is_never_an_empty_one() {
        let error = ApiError::Transport { server: "https://c".into(), why: "timed out".into() };
        let error = ParentError::Read { parent: "shop/ConfigMap/trueup-shop-prod".into(), error };
        insta::assert_json_snapshot!(Diagnostic::from(error), @r#"
        {
          "message": "can't read the inventory shop/ConfigMap/trueup-shop-prod",
          "causes": [
            "can't reach https://c: timed out"
          ],
          "hints": [
            "without it, nobody knows what is to be deleted; reading it takes the verb get on configmaps"
          ]
        }
        "#);
    }

    #[test]
    fn a_changed_inventory_says_so() {
        let error = ParentError::Changed { parent: "shop/ConfigMap/trueup-shop-prod".into() };
        insta::assert_json_snapshot!(Diagnostic::from(error), @r#"
        {
          "message": "somebody else changed the inventory shop/ConfigMap/trueup-shop-prod meanwhile",
          "hints": [
            "run it again"
          ]
        }
        "#);
    }

    #[test]
    fn each_problem_says_what_is_wrong_and_what_to_do() {
        let state = |error| Problem::State(error);
        let other = StateError::OtherTarget { name: "a-b".into(), environment: "c".into() };
        let problems = [
            Problem::NoId,
            Problem::OtherId { found: "applyset-x-v1".into(), expected: "applyset-y-v1".into() },
            Problem::OtherTool("kubectl/v1.36.3".into()),
            Problem::OtherTool(String::new()),
            Problem::NoGroupKinds,
            Problem::BadGroupKind(".apps".into()),
            Problem::NoState,
            state(StateError::Newer("trueup/v2".into())),
            state(StateError::Malformed("expected value at line 1 column 1".into())),
            state(other),
        ];
        let lines: Vec<String> = problems
            .map(unusable)
            .map(|diagnostic| format!("{} -> {}", diagnostic.causes.join(""), diagnostic.hints.join("")))
            .into();
        insta::assert_snapshot!(lines.join("\n"), @r#"
        it has no label applyset.kubernetes.io/id: trueup didn't make it -> choose another name or state namespace in trueup.yaml
        its id is applyset-x-v1, but its name and namespace make applyset-y-v1 -> put back what was there, or delete it: `trueup adopt ENV --rebuild` makes it again from labels and records
        kubectl/v1.36.3 manages it -> choose another name or state namespace in trueup.yaml
        another tool manages it -> choose another name or state namespace in trueup.yaml
        it has no annotation applyset.kubernetes.io/contains-group-kinds -> put back what was there, or delete it: `trueup adopt ENV --rebuild` makes it again from labels and records
        applyset.kubernetes.io/contains-group-kinds holds ".apps", which isn't KIND.GROUP -> put back what was there, or delete it: `trueup adopt ENV --rebuild` makes it again from labels and records
        data.state is missing -> put back what was there, or delete it: `trueup adopt ENV --rebuild` makes it again from labels and records
        data.state: written by a newer trueup (trueup/v2) -> use that version of trueup, or a later one
        data.state: expected value at line 1 column 1 -> put back what was there, or delete it: `trueup adopt ENV --rebuild` makes it again from labels and records
        data.state: it belongs to "a-b" in environment "c", whose names join to the same text -> choose another name for one of the two
        "#);
    }
}
