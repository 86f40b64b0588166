//! Guard against commits that come out of order: a pipeline that was run again,
//! or two whose merges race.

use super::{Deployed, not_now};
use crate::config::OrderRule;
use crate::plan::GuardVerdict;

/// How the commit to deploy relates to the deployed one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Order {
    /// It is that commit, or descends from it.
    Newer,
    /// It is an ancestor of it.
    Older,
    /// Neither. The commit at which they part, shortened, if it's known.
    Diverged(Option<String>),
    /// This clone is shallow and cut off before the answer. The command that
    /// brings the rest.
    Unknown(Option<String>),
}

/// Whether `commit` (shortened) may be deployed over what is, by the rule of
/// `environment`.
pub fn order(
    commit: &str,
    order: &Order,
    deployed: &Deployed,
    rule: OrderRule,
    environment: &str,
) -> Option<GuardVerdict> {
    let message = match (order, rule) {
        (_, OrderRule::Any) | (Order::Newer, _) | (Order::Diverged(_), OrderRule::Newer) => return None,
        (Order::Older, _) => format!(
            "{commit} is older than the deployed {deployed}: \
             `trueup rollback {environment} {commit}` goes back to it"
        ),
        (Order::Diverged(base), OrderRule::Forward) => {
            let part = match base {
                Some(base) => format!("they part at {base}"),
                None => "they share no history".to_owned(),
            };
            format!("{commit} has diverged from the deployed {deployed}: {part}; merge or rebase first")
        }
        (Order::Unknown(fetch), _) => {
            let fetch = fetch.as_deref().unwrap_or("git fetch --unshallow");
            format!(
                "this clone is shallow, so that nobody can tell whether {commit} is newer than the \
                 deployed {deployed}: {fetch} (in GitHub Actions: `fetch-depth: 0` of the checkout)"
            )
        }
    };
    Some(not_now("order", message))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::Judgement;

    fn said(relation: &Order, rule: OrderRule) -> Option<String> {
        let deployed = Deployed {
            release: 7,
            commit: "4d5e6f7".into(),
            actor: "ada".into(),
            at: "2026-01-02T03:04:05Z".parse().expect("a time"),
            is_unrecorded: false,
        };
        let verdict = order("0a1b2c3", relation, &deployed, rule, "prod")?;
        assert_eq!(
            (verdict.verdict, verdict.overridable, verdict.about_what),
            (Judgement::Refuse, true, false)
        );
        Some(verdict.message)
    }

    #[test]
    fn an_older_commit_is_for_a_rollback() {
        let message = "0a1b2c3 is older than the deployed commit 4d5e6f7 (release 7 by ada at \
                       2026-01-02T03:04:05Z): `trueup rollback prod 0a1b2c3` goes back to it";
        for rule in [OrderRule::Newer, OrderRule::Forward] {
            assert_eq!(said(&Order::Older, rule).as_deref(), Some(message));
        }
    }

    #[test]
    fn a_commit_beside_the_deployed_one_is_refused_where_only_forward_will_do() {
        let diverged = Order::Diverged(Some("1234567".into()));
        assert_eq!(said(&diverged, OrderRule::Newer), None);
        let message = said(&diverged, OrderRule::Forward).expect("refused");
        assert!(message.ends_with("they part at 1234567; merge or rebase first"), "{message}");
        let message = said(&Order::Diverged(None), OrderRule::Forward).expect("refused");
        assert!(message.contains("they share no history"), "{message}");
    }

    #[test]
    fn where_nobody_can_tell_it_says_how_one_could() {
        let unknown = Order::Unknown(Some("git fetch --unshallow --tags origin".into()));
        let message = said(&unknown, OrderRule::Newer).expect("refused");
        assert!(message.contains("git fetch --unshallow --tags origin (in GitHub"), "{message}");
        let message = said(&Order::Unknown(None), OrderRule::Forward).expect("refused");
        assert!(message.contains("git fetch --unshallow (in GitHub"), "{message}");
    }

    #[test]
    fn newer_commits_pass_and_where_order_is_no_matter_all_do() {
        assert_eq!(said(&Order::Newer, OrderRule::Forward), None);
        for relation in [Order::Older, Order::Diverged(None), Order::Unknown(None)] {
            assert_eq!(said(&relation, OrderRule::Any), None);
        }
    }
}
