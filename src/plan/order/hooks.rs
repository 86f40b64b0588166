//! Where hooks stand: those that come first wait only for what they themselves need,
//! and all the rest waits for them.

use std::collections::{BTreeMap, BTreeSet};

use super::selected::Soft;
use super::{AHEAD, BEHIND, Node, reaches};
use crate::object::{Moment, is_ahead};

/// Where a node stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Among the objects, which are there, and hooks that run among them.
    Among,
    /// A hook before or after all objects.
    Hook(Turn),
    /// A hook that doesn't run this time: nothing waits for it.
    Away,
}

/// A hook's place among those of its moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Turn {
    /// When it runs.
    pub moment: Moment,
    /// Lower ones come first.
    pub weight: i32,
    /// Whether it waits for those of its weight that stand before it.
    pub one_by_one: bool,
}

impl Place {
    pub(super) fn is_among(self) -> bool {
        self == Self::Among
    }

    fn is_early(self) -> bool {
        matches!(self, Self::Hook(turn) if turn.moment.is_early())
    }

    /// Whether it comes after all objects: only others of its moment are before it.
    pub(super) fn is_late(self) -> bool {
        matches!(self, Self::Hook(turn) if turn.moment.is_after_all())
    }
}

/// The early hooks, and all that they need: what comes before the rest.
pub(super) fn ahead(nodes: &[Node<'_>], after: &[BTreeSet<usize>], soft: &[Soft]) -> BTreeSet<usize> {
    let mut ahead = BTreeSet::new();
    if !nodes.iter().any(|node| node.place.is_early()) {
        return ahead;
    }
    let mut needs: Vec<Vec<usize>> = vec![Vec::new(); nodes.len()];
    soft.iter().for_each(|edge| needs[edge.from].push(edge.to));
    let mut open: Vec<usize> =
        (0..nodes.len()).filter(|&at| nodes[at].place.is_early() || is_for_hooks(&nodes[at])).collect();
    while let Some(at) = open.pop() {
        if ahead.insert(at) {
            let before = after[at].iter().chain(&needs[at]).copied();
            open.extend(
                before.filter(|&before| nodes[before].place.is_among() || nodes[before].place.is_early()),
            );
        }
    }
    ahead
}

/// An object that is there for early hooks, whether they name it or not.
fn is_for_hooks(node: &Node<'_>) -> bool {
    node.place.is_among() && is_ahead(node.body)
}

/// Adds who waits for which hook.
pub(super) fn stand(nodes: &[Node<'_>], ahead: &BTreeSet<usize>, after: &mut [BTreeSet<usize>]) {
    let mut last = Vec::new();
    for (moment, hooks) in by_moment(nodes) {
        let end = take_turns(&hooks, after);
        if moment.is_early() {
            last = end;
        }
    }
    for &hook in ahead.iter().filter(|&&at| nodes[at].place.is_early()) {
        for &needed in ahead.iter().filter(|&&at| is_for_hooks(&nodes[at])) {
            if !reaches(after, needed, hook, |_| true) {
                after[hook].insert(needed);
            }
        }
    }
    let rest = (0..nodes.len()).filter(|at| nodes[*at].place.is_among() && !ahead.contains(at));
    rest.for_each(|at| after[at].extend(&last));
}

/// The hooks of each moment by their weights, each weight in the order of their names.
fn by_moment(nodes: &[Node<'_>]) -> BTreeMap<Moment, BTreeMap<i32, Vec<(usize, bool)>>> {
    let mut moments: BTreeMap<Moment, BTreeMap<i32, Vec<(usize, bool)>>> = BTreeMap::new();
    let mut sorted: Vec<usize> = (0..nodes.len()).collect();
    sorted.sort_by_key(|&at| nodes[at].id);
    for at in sorted {
        if let Place::Hook(Turn { moment, weight, one_by_one }) = nodes[at].place {
            moments.entry(moment).or_default().entry(weight).or_default().push((at, one_by_one));
        }
    }
    moments
}

/// Those of a lower weight first. The last ones, which stand for all.
fn take_turns(hooks: &BTreeMap<i32, Vec<(usize, bool)>>, after: &mut [BTreeSet<usize>]) -> Vec<usize> {
    let mut before: Vec<usize> = Vec::new();
    for level in hooks.values() {
        let mut previous = None;
        for &(at, one_by_one) in level {
            after[at].extend(&before);
            if one_by_one {
                after[at].extend(previous.replace(at));
            }
        }
        before = level.iter().map(|(at, _)| *at).collect();
    }
    before
}

/// The waves with those of what comes ahead of them all, and of what comes after.
pub(super) fn waves(nodes: &[Node<'_>], ahead: &BTreeSet<usize>, waves: &[i32]) -> Vec<i32> {
    let wave = |at: usize| match nodes[at].place {
        Place::Among if !ahead.contains(&at) => waves[at],
        Place::Hook(turn) if turn.moment.is_after_all() => BEHIND,
        Place::Away => BEHIND,
        Place::Among | Place::Hook(_) => AHEAD,
    };
    (0..nodes.len()).map(wave).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::{Value, json};
    use crate::object::{GroupKind, ObjectId};
    use crate::plan::order::order;

    struct Set(Vec<(ObjectId, Value, Place)>);

    impl Set {
        fn add(&mut self, group: &str, name: &str, body: Value, place: Place) {
            let (kind, name) = name.split_once('/').expect("KIND/NAME");
            self.0.push((ObjectId::new(GroupKind::new(group, kind), Some("shop"), name), body, place));
        }

        fn map(&mut self, name: &str, annotations: Value) {
            let body =
                json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"annotations": annotations}});
            self.add("", &format!("ConfigMap/{name}"), body, Place::Among);
        }

        fn hook(&mut self, name: &str, uses: &str, turn: Turn) {
            let body = json!({"apiVersion": "batch/v1", "kind": "Job", "spec": {"template": {"spec": {"containers": [
                {"name": "x", "envFrom": [{"configMapRef": {"name": uses}}]}]}}}});
            self.add("batch", &format!("Job/{name}"), body, Place::Hook(turn));
        }

        /// Each with what it waits for, in their order.
        fn ordered(&self) -> Vec<String> {
            let nodes: Vec<Node<'_>> =
                self.0.iter().map(|(id, body, place)| Node { id, body, place: *place }).collect();
            let order = order(&nodes).expect("an order");
            let name = |at: &usize| self.0[*at].0.name.as_str();
            let told = |at: &usize| {
                let after: Vec<&str> = order.after[*at].iter().map(name).collect();
                format!("{} <- {}", name(at), after.join(" ")).trim_end().to_owned()
            };
            order.sequence.iter().map(told).collect()
        }
    }

    fn turn(moment: Moment, weight: i32, one_by_one: bool) -> Turn {
        Turn { moment, weight, one_by_one }
    }

    #[test]
    fn what_early_hooks_need_is_ahead_of_them_and_the_rest_behind() {
        let mut set = Set(Vec::new());
        set.map("a", json!({"trueup.dev/wave": "-1"}));
        set.map("used", json!({"trueup.dev/wave": "5"}));
        set.hook("second", "used", turn(Moment::PreApply, 1, false));
        set.hook("first", "none", turn(Moment::PreApply, 0, false));
        assert_eq!(set.ordered(), ["used <-", "first <-", "second <- used first", "a <- second"]);
    }

    #[test]
    fn hooks_of_one_weight_run_at_once_but_for_helms() {
        let mut set = Set(Vec::new());
        for name in ["a", "b", "c"] {
            set.hook(name, "none", turn(Moment::PreApply, 0, name != "b"));
        }
        assert_eq!(set.ordered(), ["a <-", "b <-", "c <- a"]);
    }

    #[test]
    fn late_hooks_wait_only_for_each_other() {
        let mut set = Set(Vec::new());
        set.map("used", json!({}));
        set.hook("smoke", "used", turn(Moment::PostApply, 0, false));
        set.hook("tell", "none", turn(Moment::PostApply, 1, false));
        set.hook("page", "none", turn(Moment::OnFailure, 0, false));
        let ordered = set.ordered();
        assert!(
            ordered.contains(&"tell <- smoke".to_owned()) && ordered.contains(&"page <-".to_owned()),
            "{ordered:?}"
        );
        assert!(ordered.contains(&"used <-".to_owned()), "{ordered:?}");
    }

    #[test]
    fn what_waits_for_a_hook_doesnt_come_before_it_though_the_hook_names_it() {
        let mut set = Set(Vec::new());
        set.map("made", json!({"trueup.dev/depends-on": "batch/Job/shop/first"}));
        set.hook("first", "made", turn(Moment::PreApply, 0, false));
        assert_eq!(set.ordered(), ["first <-", "made <- first"]);
    }

    #[test]
    fn other_kinds_with_a_tools_early_hook_come_before_its_hooks() {
        let mut set = Set(Vec::new());
        set.map("rest", json!({}));
        set.map("theirs", json!({"helm.sh/hook": "pre-install"}));
        set.hook("first", "none", turn(Moment::PreApply, 0, true));
        assert_eq!(set.ordered(), ["theirs <-", "first <- theirs", "rest <- first"]);
    }
}
