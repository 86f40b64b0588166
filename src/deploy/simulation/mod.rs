//! What the server can't tell yet, because the same run makes or changes what it
//! depends on: custom resources of a definition in the set, and those in a
//! namespace that isn't there. They are judged and predicted here, by the
//! definition as the run leaves it.
//!
//! Never refuses what the server might take: what can't be judged is left to it.

mod admission;
mod definition;
mod told;

use std::collections::{BTreeMap, BTreeSet};

pub(super) use told::{Settled, settle};

use super::observe::Live;
use super::predict::{Guessed, Predicted, Prediction};
use super::resolve::{Desired, not_served};
use crate::check::{Finding, Kinds, values_refused};
use crate::cluster::{ApiError, MANAGER};
use crate::diff::{self, Schemas};
use crate::error::Diagnostic;
use crate::json::Value;
use crate::object::{GroupKind, kinds};
use crate::parallel;
use crate::schema::Minor;
use crate::schema::custom::Judgement;
use definition::{Definition, Version};

/// The first version of Kubernetes that may let pass in an update what was
/// wrong before (the feature `CRDValidationRatcheting`, alpha there).
const RATCHETS_SINCE: Minor = Minor::new(1, 28);

/// What is simulated, and by what.
#[derive(Clone, Copy)]
pub(super) struct Simulation<'a> {
    /// The objects that should be there.
    pub desired: &'a [Desired],
    /// What each of them is sent as.
    pub bodies: &'a [Value],
    /// What is live.
    pub live: &'a Live,
    /// The live definitions of desired kinds that the set doesn't define.
    pub definitions: &'a [Value],
    /// Whether these weren't read, because everything is asked of the server.
    pub exact: bool,
    /// The server's version.
    pub version: &'a str,
}

/// The outcome.
struct Simulated {
    predictions: Vec<Result<Prediction, ApiError>>,
    judged: Vec<Judged>,
    /// Objects at versions that won't be served.
    unserved: Vec<(usize, Diagnostic)>,
}

/// What is said of one object.
struct Judged {
    /// Its position among the desired ones.
    at: usize,
    judgement: Judgement,
    /// What was judged: the object as it would be.
    object: Value,
}

enum Outcome {
    /// Its version won't be there.
    Unserved(Diagnostic),
    /// It was judged here.
    Judged {
        judgement: Judgement,
        object: Value,
        /// What becomes of it, where the server can't tell.
        predicted: Option<Predicted>,
    },
}

/// Whether the server can't be asked about an object yet.
fn is_early(found: &Result<Prediction, ApiError>) -> bool {
    matches!(found, Ok(Prediction::Written(Predicted { guessed: Some(Guessed::TooEarly), .. })))
}

impl Simulation<'_> {
    /// The kinds of which the server can't be asked about some object.
    fn early(&self, predictions: &[Result<Prediction, ApiError>]) -> BTreeSet<&GroupKind> {
        let early = self.desired.iter().zip(predictions).filter(|(_, found)| is_early(found));
        early.map(|(object, _)| &object.id().kind).collect()
    }

    /// What is wrong with the values of built-in kinds, by position, where the
    /// namespace isn't there: the server looks only at their fields then. Nothing
    /// is known of them on servers of other versions.
    fn refused_values(&self, predictions: &[Result<Prediction, ApiError>]) -> Vec<(usize, Vec<Finding>)> {
        let is_known =
            |at: &usize| is_early(&predictions[*at]) && kinds::is_builtin(&self.desired[*at].id().kind);
        let early: Vec<usize> = (0..self.desired.len()).filter(is_known).collect();
        let version = self.version.parse().ok().filter(|_| !early.is_empty());
        let Some(known) = version.and_then(|version| Kinds::new(version, []).ok()) else { return Vec::new() };
        let found = parallel::each(early.clone(), |at| values_refused(&known, &self.desired[at].manifest));
        early.into_iter().zip(found).collect()
    }

    fn run(self, predictions: Vec<Result<Prediction, ApiError>>) -> Simulated {
        let outcomes: Vec<Option<Outcome>> = {
            let definitions = self.definitions(&predictions);
            let schemas = self.schemas(&definitions);
            let numbered = predictions.iter().enumerate();
            numbered.map(|(at, found)| self.outcome(at, found, &definitions, &schemas)).collect()
        };
        let mut simulated = Simulated { predictions: Vec::new(), judged: Vec::new(), unserved: Vec::new() };
        for (at, (prediction, outcome)) in predictions.into_iter().zip(outcomes).enumerate() {
            let prediction = match outcome {
                None => prediction,
                Some(Outcome::Unserved(finding)) => {
                    simulated.unserved.push((at, finding));
                    prediction
                }
                Some(Outcome::Judged { judgement, object, predicted }) => {
                    simulated.judged.push(Judged { at, judgement, object });
                    predicted.map_or(prediction, |predicted| Ok(Prediction::Written(predicted)))
                }
            };
            simulated.predictions.push(prediction);
        }
        simulated
    }

    /// The definitions that count, as the run leaves them. Of one that the server
    /// refuses nothing is known.
    fn definitions<'p>(
        &'p self,
        predictions: &'p [Result<Prediction, ApiError>],
    ) -> BTreeMap<GroupKind, Definition<'p>> {
        let objects = || self.desired.iter().zip(predictions);
        let used: BTreeSet<&GroupKind> = self.desired.iter().map(|object| &object.id().kind).collect();
        let early = self.early(predictions);
        let kept = |live: &'p Value| {
            let kind = kinds::defined_by(live).filter(|kind| early.contains(kind))?;
            Some((kind, Definition::kept(live)))
        };
        let written = |live: Option<&Value>, after: &'p Value| {
            let kind = kinds::defined_by(after).filter(|kind| used.contains(kind))?;
            Some((kind, Definition::written(live, after)))
        };
        let in_set = objects().filter(|(object, _)| kinds::is_crd(&object.id().kind));
        let in_set = in_set.filter_map(|(_, found)| match found {
            Ok(Prediction::Written(definition)) => written(definition.live.as_ref(), &definition.after),
            Ok(Prediction::Replaced(definition)) => written(None, &definition.after),
            Ok(Prediction::Unchanged { live }) => kept(live),
            Ok(Prediction::Unreadable) | Err(_) => None,
        });
        self.definitions.iter().filter_map(kept).chain(in_set).collect()
    }

    /// What becomes of one object; `None` where the server has said that.
    fn outcome(
        &self,
        at: usize,
        found: &Result<Prediction, ApiError>,
        definitions: &BTreeMap<GroupKind, Definition<'_>>,
        schemas: &Schemas,
    ) -> Option<Outcome> {
        let (object, body) = (&self.desired[at], &self.bodies[at]);
        let definition = definitions.get(&object.id().kind)?;
        let name = object.manifest.version.as_str();
        let Some(version) = definition.version(name) else {
            let finding = || Outcome::Unserved(not_served(&object.manifest, &definition.served()));
            return definition.is_written().then(finding);
        };
        let changes = definition.changes(name);
        let elsewhere = self.elsewhere(object, definition);
        let (live, guessed) = match found {
            Ok(Prediction::Written(predicted)) if elsewhere.is_some() => {
                (elsewhere.as_ref(), predicted.guessed)
            }
            Ok(Prediction::Written(predicted)) if changes || is_early(found) => {
                (predicted.live.as_ref(), predicted.guessed.or(Some(Guessed::TooEarly)))
            }
            Ok(Prediction::Unchanged { live }) if changes => (Some(live.as_ref()), None),
            // It's created anew.
            Ok(Prediction::Replaced(_)) if changes => (None, None),
            // By the definition that the server still has.
            Err(error) if changes && error.is_refused_object() => {
                (self.live.get(object.id(), name), Some(Guessed::TooEarly))
            }
            _ => return None,
        };
        let (judgement, judged) = self.judge(&version, body, live, schemas);
        let after = || version.read(&judged);
        let migration = || match found {
            Ok(Prediction::Written(predicted)) => predicted.migration.clone(),
            _ => None,
        };
        let predicted = guessed.map(|why| Predicted {
            live: live.cloned(),
            after: after(),
            guessed: Some(why),
            migration: migration(),
        });
        Some(Outcome::Judged { judgement, object: judged, predicted })
    }

    /// The live object, where the kind is served at another version than the
    /// object's. What a webhook would make of it nobody knows.
    fn elsewhere(&self, object: &Desired, definition: &Definition<'_>) -> Option<Value> {
        let reached = object.reached().filter(|_| !object.served && !definition.converts())?;
        let mut live = self.live.get(object.id(), &reached.version)?.clone();
        live["apiVersion"] = Value::from(object.manifest.api_version().to_string());
        Some(live)
    }

    /// What is to be said of an object, and the object as it would be stored.
    fn judge(
        &self,
        version: &Version<'_>,
        body: &Value,
        live: Option<&Value>,
        schemas: &Schemas,
    ) -> (Judgement, Value) {
        let kind = version.kind;
        let sent = kind.sent(body);
        let (mut judgement, object) = match live {
            None => (kind.judge(&sent), sent),
            Some(live) => {
                let before = version.read(live);
                let merged = diff::merged_locally(&sent, &before, MANAGER, schemas);
                (kind.judge_change(&before, &merged, self.ratchets()), merged)
            }
        };
        judgement.unchecked.extend_from_slice(kind.unchecked());
        (judgement, object)
    }

    fn ratchets(&self) -> bool {
        self.version.parse().map_or(true, |version: Minor| version >= RATCHETS_SINCE)
    }

    /// How the changed kinds will merge.
    fn schemas(&self, definitions: &BTreeMap<GroupKind, Definition<'_>>) -> Schemas {
        let mut schemas = Schemas::of_server(self.version);
        definitions.values().for_each(|definition| schemas.add_definition(definition.after));
        schemas
    }
}
