//! What a run left as it is and isn't healthy: told, since it may be why something
//! else isn't, and no failure of the run.

use std::collections::BTreeMap;

use futures::future::join_all;
use jiff::Timestamp;

use super::assemble::Work;
use super::fates::Fate;
use super::planning::Planned;
use super::resolve::Desired;
use super::secrets::Secrets;
use crate::cluster::Cluster;
use crate::config::Rules;
use crate::health::{self, Context, Health, Verdict};
use crate::json::Value;
use crate::report::words;

/// How many are named.
const NAMED: usize = 5;

/// A note on the unchanged objects that aren't healthy, if there are any. Those that
/// weren't when the plan was made, and weren't waited for, are looked at once more.
pub(super) async fn note(
    cluster: &Cluster,
    rules: &Rules,
    planned: &Planned,
    fates: &[Fate],
) -> Option<String> {
    let waited = fates.iter().filter_map(|fate| Some((fate.at, &fate.ended.as_ref()?.verdict)));
    let waited: BTreeMap<usize, &Verdict> = waited.collect();
    let kept = planned.work.iter().enumerate().filter_map(|(position, work)| match work {
        Work::Keep { at, live } => Some((position, &planned.desired[*at], live)),
        _ => None,
    });
    let unwell = kept.filter_map(|(position, object, live)| {
        let known = waited.get(&position).copied().cloned();
        let verdict = known.clone().unwrap_or_else(|| judged(rules, object, live));
        is_unwell(&verdict).then_some((object, known))
    });
    let looked = join_all(unwell.map(|(object, known)| async move {
        let verdict = match known {
            Some(verdict) => verdict,
            None => now(cluster, rules, object).await?,
        };
        is_unwell(&verdict).then(|| format!("{} ({})", object.id(), verdict.message))
    }));
    let secrets = Secrets::of(planned);
    let told: Vec<String> = looked.await.into_iter().flatten().map(|told| secrets.scrub(&told)).collect();
    let rest = told.len().saturating_sub(NAMED);
    let more = words::and_more(rest);
    let named = told[..told.len() - rest].join(", ");
    (!told.is_empty()).then(|| format!("not changed by this run, and not healthy: {named}{more}"))
}

fn is_unwell(verdict: &Verdict) -> bool {
    !matches!(verdict.health, Health::Ready | Health::Unknown)
}

fn judged(rules: &Rules, object: &Desired, live: &Value) -> Verdict {
    let rule = rules.health_of(&object.id().kind);
    health::judge_in(live, &Context::at(Timestamp::now()).ruled_by(rule.as_ref()))
}

/// The object as it is by now; nothing where it can't be read.
async fn now(cluster: &Cluster, rules: &Rules, object: &Desired) -> Option<Verdict> {
    let id = object.id();
    let live = cluster.get(&object.resource, id.namespace.as_deref(), &id.name).await.ok()??;
    Some(judged(rules, object, &live))
}
