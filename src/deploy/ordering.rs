//! The order of a plan's actions: what is written, what leaves, and the hooks
//! between and after. Pure.

use super::assemble::{Assembled, Work};
use super::dependencies::{Dependencies, Set};
use super::removing::Left;
use crate::object::{Moment, ObjectRef};
use crate::plan::order::{AHEAD, BEHIND, Order};
use crate::plan::{Action, Verb};

/// Takes what is done, and hooks that run, from the parts into their order.
pub(super) fn arrange(
    parts: &mut [Part],
    left: Left<'_>,
    set: Set<'_>,
    dependencies: &Dependencies,
    assembled: &mut Assembled,
) {
    let order = order_of_writes(set, parts, dependencies);
    let (mut late, early): (Vec<usize>, Vec<usize>) =
        order.sequence.iter().partition(|&&at| moment(&parts[at]).is_some_and(Moment::is_after_all));
    for at in early {
        let Some((action, work)) = parts[at].take() else { continue };
        assembled.actions.push(placed(action, at, &order, set, dependencies));
        assembled.work.push(work);
    }
    left.leave(assembled.next_wave(), assembled);
    late.sort_by_key(|&at| moment(&parts[at]));
    let (first, next) = (late.iter().map(|&at| order.wave[at]).min().unwrap_or(0), assembled.next_wave());
    for at in late {
        let Some((action, work)) = parts[at].take() else { continue };
        let action = placed(action, at, &order, set, dependencies);
        assembled.actions.push(Action { wave: action.wave - first + next, ..action });
        assembled.work.push(work);
    }
}

impl Assembled {
    /// The wave after all that is done so far.
    fn next_wave(&self) -> u32 {
        self.actions
            .iter()
            .filter(|action| action.action != Verb::Unchanged)
            .map(|action| action.wave + 1)
            .max()
            .unwrap_or(0)
    }
}

/// An action with what is behind it.
pub(super) type Part = Option<(Action, Work)>;

pub(super) fn is_written(part: &Part) -> bool {
    matches!(part, Some((_, Work::Write { .. } | Work::Hook { .. })))
}

/// When a hook runs.
fn moment(part: &Part) -> Option<Moment> {
    part.as_ref().and_then(|(action, _)| action.hook.as_ref()).map(|hook| hook.on)
}

/// The order of what is written, among all objects: what stays as it is may stand
/// between two that don't.
fn order_of_writes(set: Set<'_>, parts: &[Part], dependencies: &Dependencies) -> Order {
    if parts.iter().any(is_written) {
        dependencies.hard.order(&set.nodes()).among(|at| parts.get(at).is_some_and(is_written))
    } else {
        Order::default()
    }
}

/// The action with what it waits for.
fn placed(action: Action, at: usize, order: &Order, set: Set<'_>, dependencies: &Dependencies) -> Action {
    let object = |before: &usize| set.object(*before).manifest.object_ref();
    let outside = dependencies.needs.get(&at).into_iter().flatten();
    let outside = outside
        .filter_map(|id| Some(ObjectRef::new(id, dependencies.outside.get(id)?.resource.version.as_str())));
    let declared = order.declared.as_ref().map(|waves| waves[at]);
    Action {
        wave: order.wave[at],
        declared_wave: declared.filter(|&wave| wave != AHEAD && wave != BEHIND),
        after: order.after[at].iter().map(object).collect(),
        after_ready: order.ready[at].iter().map(object).chain(outside).collect(),
        ..action
    }
}
