//! What the server would make of each desired object: proved to be unchanged
//! from the list alone, or asked by a server-side apply dry run.

use std::sync::Arc;

use futures::StreamExt as _;
use futures::stream;

use super::explain::immutable_fields;
use super::handover::Handover;
use super::observe::Live;
use super::resolve::Desired;
use super::sending::Sending;
use crate::cluster::{ApiError, ApplyMode, Cluster, MANAGER};
use crate::diff::{self, Migration, Proof, Schemas};
use crate::json::Value;
use crate::object::is_create_only;
use crate::parallel;

/// How many dry runs are prepared at once; the cluster's permits bound how many
/// are under way.
const CONCURRENCY: usize = 32;

/// What would become of one desired object.
#[derive(Debug)]
pub(super) enum Prediction {
    /// Nothing: proved, or the dry run changes nothing.
    Unchanged {
        /// The object as it is.
        live: Arc<Value>,
    },
    /// It would be written.
    Written(Predicted),
    /// It would be deleted and created again.
    Replaced(Replaced),
    /// This user may not read it, so nothing is known of what is there.
    Unreadable,
}

/// An object before and after.
#[derive(Debug)]
pub(super) struct Predicted {
    /// The object as it is; `None` when it isn't there.
    pub live: Option<Value>,
    /// The object as it would be.
    pub after: Value,
    /// Why the server couldn't be asked, so that `after` is a guess.
    pub guessed: Option<Guessed>,
    /// Whose fields become trueup's first.
    pub migration: Option<Migration>,
}

impl Predicted {
    fn of(live: Value, after: Value) -> Self {
        Self { live: Some(live), after, guessed: None, migration: None }
    }
}

/// An object with fields that can't be changed in place.
#[derive(Debug)]
pub(super) struct Replaced {
    /// The object as it is.
    pub live: Value,
    /// What is sent.
    pub body: Value,
    /// The object as it would be, but for what the server fills in anew.
    pub after: Value,
    /// The fields.
    pub fields: Vec<String>,
}

/// Why a prediction is a guess.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Guessed {
    /// Its namespace, its definition or something that it needs isn't there yet.
    TooEarly,
    /// This user may not try it out.
    NoRight,
}

/// How to predict.
#[derive(Clone, Copy)]
pub(super) struct Prophet<'a> {
    /// The cluster.
    pub cluster: &'a Cluster,
    /// How the fields of kinds merge.
    pub schemas: &'a Schemas,
    /// Where this user may not try something out, guess: for looking only.
    pub may_guess: bool,
    /// What is sent of objects.
    pub sending: &'a Sending<'a>,
    /// What becomes ours before it's applied.
    pub handover: Handover<'a>,
}

impl Prophet<'_> {
    /// Predicts for all objects, in their order: dry runs of what isn't proved; an
    /// error is the server's refusal.
    pub(super) async fn predict_all(
        &self,
        desired: &[Desired],
        bodies: &[Value],
        live: &Live,
        is_there: impl Fn(&Desired) -> bool,
        proved: Vec<Option<Prediction>>,
    ) -> Vec<Result<Prediction, ApiError>> {
        let predictions = desired.iter().zip(bodies).zip(proved).map(|((object, body), proved)| {
            let is_there = is_there(object);
            let is_readable = !live.forbidden.contains(&object.id().kind);
            async move {
                if let Some(proved) = proved {
                    return Ok(proved);
                }
                let before = live.get(object.id(), &object.manifest.version);
                match (object.served, is_there) {
                    _ if !is_readable => Ok(Prediction::Unreadable),
                    (true, true) => self.predict(object, body, before).await,
                    (true, false) => self.try_out(object, body).await,
                    (false, _) => Ok(self.guess(before, body, Guessed::TooEarly)),
                }
            }
        });
        stream::iter(predictions).buffered(CONCURRENCY).collect().await
    }

    /// A dry run in a namespace that isn't there: the server looks at the
    /// object's fields before it looks for the namespace, so a wrong one is
    /// told now and not when half of the set is written.
    async fn try_out(&self, object: &Desired, body: &Value) -> Result<Prediction, ApiError> {
        match self.ask(object, body, None).await {
            Err(error) if error.is_not_found() => Ok(self.guess(None, body, Guessed::TooEarly)),
            // Rights are often granted in the namespace itself.
            Err(error) if error.is_forbidden() => Ok(self.guess(None, body, Guessed::TooEarly)),
            outcome => outcome,
        }
    }

    /// Predicts for one object that the server can be asked about.
    async fn predict(
        &self,
        object: &Desired,
        body: &Value,
        live: Option<&Value>,
    ) -> Result<Prediction, ApiError> {
        match self.ask(object, body, live).await {
            Err(error) if let (Some(live), Some(fields)) = (live, immutable_fields(&error)) => {
                self.replaced(object, live, fields).await
            }
            Err(error) if self.may_guess && error.is_missing_right() => {
                Ok(self.guess(live, body, Guessed::NoRight))
            }
            Err(error) if let Some((live, migration)) = self.inconvertible(object, live, &error) => {
                self.renewed(object, body, live.clone(), migration).await
            }
            Ok(Prediction::Written(Predicted { live: Some(live), after, guessed: None, .. })) => {
                match self.handover.migration(object.id(), &live) {
                    Some(migration) => self.handed_over(object, body, live, after, migration).await,
                    None => Ok(Prediction::Written(Predicted::of(live, after))),
                }
            }
            outcome => outcome,
        }
    }

    /// The server can't apply to an object with fields that are owned at a version
    /// which it doesn't know any more: what puts that right.
    fn inconvertible<'l>(
        &self,
        object: &Desired,
        live: Option<&'l Value>,
        error: &ApiError,
    ) -> Option<(&'l Value, Migration)> {
        let live = live.filter(|_| error.is_internal())?;
        let migration = self.handover.migration(object.id(), live)?;
        (!migration.gone.is_empty()).then_some((live, migration))
    }

    /// A dry run. If the object was written between reading it and this, it's
    /// read again, so that before and after belong together.
    async fn ask(
        &self,
        object: &Desired,
        body: &Value,
        live: Option<&Value>,
    ) -> Result<Prediction, ApiError> {
        let (resource, id) = (&object.resource, object.id());
        let mode = ApplyMode { dry_run: true, force: live.is_some() };
        let after =
            self.cluster.apply(resource, id.namespace.as_deref(), &id.name, body, MANAGER, mode).await?;
        let live = match live {
            Some(live) if version(live) != version(&after) => {
                self.cluster.get(resource, id.namespace.as_deref(), &id.name).await?
            }
            live => live.cloned(),
        };
        Ok(match live {
            Some(live) if diff::is_noop(&live, &after) => Prediction::Unchanged { live: Arc::new(live) },
            live => Prediction::Written(Predicted { live, after, guessed: None, migration: None }),
        })
    }

    /// The server can be asked whether it would take the new object, but not what
    /// it would make of it while the old one is there.
    async fn replaced(
        &self,
        object: &Desired,
        live: &Value,
        fields: Vec<String>,
    ) -> Result<Prediction, ApiError> {
        let namespace = object.id().namespace.as_deref();
        let body = self.sending.anew(object, live);
        self.cluster.try_create(&object.resource, namespace, &body, MANAGER).await?;
        let after = diff::created_locally(&body, live, self.schemas);
        Ok(Prediction::Replaced(Replaced { live: live.clone(), body, after, fields }))
    }

    /// Whether the server would take an object that is made anew, where its name is
    /// taken or not, and its namespace there or not.
    pub(super) async fn try_out_anew(
        &self,
        object: &Desired,
        body: &Value,
        is_taken: bool,
        is_there: bool,
    ) -> Result<(), ApiError> {
        let namespace = object.id().namespace.as_deref();
        match (is_taken, is_there) {
            (true, _) => self.cluster.try_create(&object.resource, namespace, body, MANAGER).await,
            (false, true) => self.ask(object, body, None).await.map(|_| ()),
            (false, false) => self.try_out(object, body).await.map(|_| ()),
        }
    }

    /// What can be told without the server.
    pub(super) fn guess(&self, live: Option<&Value>, body: &Value, why: Guessed) -> Prediction {
        let merged = |live: &Value| diff::merged_locally(body, live, MANAGER, self.schemas);
        let after = live.map_or_else(|| body.clone(), merged);
        let live = live.cloned();
        Prediction::Written(Predicted { live, after, guessed: Some(why), migration: None })
    }
}

/// What can be proved of each object, on all cores: that nothing would become of
/// it. `bodies` are what they are sent as; `may_prove` says of which objects the
/// server need not be asked.
pub(super) fn prove_all(
    schemas: &Schemas,
    desired: &[Desired],
    bodies: &[Value],
    live: &Live,
    may_prove: impl Fn(&Desired) -> bool + Sync,
) -> Vec<Option<Prediction>> {
    parallel::each(desired.iter().zip(bodies).collect(), |(object, body)| {
        let live = live.shared(object.id(), &object.manifest.version)?;
        let is_unchanged = is_create_only(body) || (may_prove(object) && is_proved(body, live, schemas));
        is_unchanged.then(|| Prediction::Unchanged { live: live.clone() })
    })
}

fn is_proved(body: &Value, live: &Value, schemas: &Schemas) -> bool {
    matches!(diff::prove(body, live, MANAGER, schemas), Proof::Unchanged)
}

fn version(object: &Value) -> &Value {
    &object["metadata"]["resourceVersion"]
}
