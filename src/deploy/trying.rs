//! Whether the hooks of a plan can run: the server is asked whether it would take
//! them, and what is there under their names is looked at. Sends nothing but reads
//! and dry runs.

use std::collections::BTreeSet;

use futures::future::join_all;

use super::assemble::{Membership, Work};
use super::dependencies::Set;
use super::predict::Prophet;
use super::refusing::all_explained;
use super::resolve::Desired;
use super::setup::Setup;
use crate::cluster::ApiError;
use crate::config::Adoption;
use crate::error::{CommandError, Diagnostic};
use crate::guard::{self, Claim};
use crate::health::has_succeeded;
use crate::json::Value;
use crate::object::{Hook, ObjectId};
use crate::plan::order::{Node, references};
use crate::plan::{Action, GuardVerdict, Verb};
use crate::release::PART_OF;

/// How hooks are tried.
pub(super) struct Trying<'a, F> {
    pub(super) prophet: &'a Prophet<'a>,
    pub(super) set: Set<'a>,
    pub(super) membership: Option<Membership<'a>>,
    /// Whether an object's namespace is there.
    pub(super) is_there: &'a F,
}

/// What was found of a hook.
struct Found {
    live: Option<Value>,
    refused: Option<ApiError>,
}

impl<F: Fn(&Desired) -> bool> Trying<'_, F> {
    /// Tries those of a plan, and keeps what is there of them. What stands against
    /// running them; an error for what the server refuses.
    pub(super) async fn all(
        &self,
        setup: &Setup,
        actions: &mut [Action],
        work: &mut [Work],
    ) -> Result<Vec<GuardVerdict>, CommandError> {
        let created: BTreeSet<ObjectId> =
            actions.iter().filter(|action| action.action == Verb::Create).map(Action::id).collect();
        let tried = work.iter().enumerate().filter_map(|(position, work)| match work {
            Work::Hook { at, body, .. } => Some((position, *at, body)),
            _ => None,
        });
        let tried = tried.map(async |(position, at, body)| {
            let object = &self.set.hooks.all[at].object;
            (position, at, object, self.one(object, body, &created).await)
        });
        let (mut problems, mut claimed, mut adopted) = (Vec::new(), Vec::new(), Vec::new());
        for (position, at, object, found) in join_all(tried).await {
            let Found { live, refused } = found.map_err(Diagnostic::from)?;
            problems
                .extend(refused.into_iter().flat_map(|error| all_explained(setup, &object.manifest, error)));
            let Some(live) = live else { continue };
            let hook = &self.set.hooks.all[at].hook;
            match self.whose(object, &live) {
                Whose::Ours if !hook.deletion.before => problems.push(stays(object, &live)),
                Whose::Ours => {}
                Whose::Theirs(claim) => claimed.push((object.id().clone(), claim)),
                Whose::Nobodys if Hook::of(&live).is_none() => problems.push(no_hook(object)),
                Whose::Nobodys => {
                    actions[position].reason =
                        Some("the one that is there, which isn't trueup's, is deleted".to_owned());
                    adopted.push(object.id().clone());
                }
            }
            keep(&mut work[position], live);
        }
        if !problems.is_empty() {
            return Err(problems.into());
        }
        let adoption = &self.prophet.sending.rules.adoption;
        claimed.retain(|(_, claim)| !claim.is_given_away(adoption));
        let refused = matches!(adoption, Adoption::Never).then(|| guard::adopted(&adopted)).flatten();
        Ok(guard::foreign_owners(&claimed).into_iter().chain(refused).collect())
    }

    async fn one(
        &self,
        object: &Desired,
        body: &Value,
        created: &BTreeSet<ObjectId>,
    ) -> Result<Found, ApiError> {
        let is_there = (self.is_there)(object);
        let live = if is_there { self.live(object).await? } else { None };
        let refused = self.prophet.try_out_anew(object, body, live.is_some(), is_there).await.err();
        // Admission may look for what the same run makes, such as an account.
        let needs_new = || {
            let node = Node::new(object.id(), &object.manifest.body);
            references(&node).iter().any(|id| created.contains(id))
        };
        let is_early = |error: &ApiError| {
            let is_guess = self.prophet.may_guess && error.is_missing_right();
            is_guess || (error.is_forbidden() && !error.is_missing_right() && needs_new())
        };
        Ok(Found { live, refused: refused.filter(|error| !is_early(error)) })
    }

    async fn live(&self, object: &Desired) -> Result<Option<Value>, ApiError> {
        let id = object.id();
        match self.prophet.cluster.get(&object.resource, id.namespace.as_deref(), &id.name).await {
            Err(error) if self.prophet.may_guess && error.is_forbidden() => Ok(None),
            found => found,
        }
    }

    fn whose(&self, object: &Desired, live: &Value) -> Whose {
        let id = self.membership.map(|membership| membership.adopting.id);
        if id.is_some() && live["metadata"]["labels"][PART_OF].as_str() == id {
            return Whose::Ours;
        }
        match guard::claim(live, id) {
            Some(claim) => Whose::Theirs(claim),
            // Without an inventory nothing is labelled.
            None if id.is_none() && Hook::of(live).is_some() => Whose::Ours,
            None => {
                let recorded =
                    self.membership.and_then(|membership| membership.adopting.past.get(object.id()));
                let uid = recorded.and_then(|recorded| recorded.uid);
                let is_recorded = uid.is_some() && uid == live["metadata"]["uid"].as_str();
                if is_recorded { Whose::Ours } else { Whose::Nobodys }
            }
        }
    }
}

/// Whose an object is.
enum Whose {
    Ours,
    Theirs(Claim),
    Nobodys,
}

fn keep(work: &mut Work, found: Value) {
    if let Work::Hook { live, .. } = work {
        *live = Some(found);
    }
}

/// A hook that runs only once is there, and not as one that ran well.
fn stays(object: &Desired, live: &Value) -> Diagnostic {
    let why = if has_succeeded(live) {
        "it ran with another manifest, and hook-delete: never keeps it"
    } else {
        "it's there from before and hasn't succeeded, and hook-delete: never keeps it"
    };
    Diagnostic::new(format!("{} can't run: {why}", object.id()))
        .at(object.source().location())
        .hint("give the hook another name, delete what is there, or leave hook-delete out")
}

fn no_hook(object: &Desired) -> Diagnostic {
    let message = format!("{} is there, isn't trueup's, and isn't a hook: it would be deleted", object.id());
    Diagnostic::new(message)
        .at(object.source().location())
        .hint("give the hook another name, or delete that object")
}
