//! Rules that users write for kinds of their own, in Kubernetes' expression
//! language over the live object.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::Deserialize;

use super::context::Context;
use super::live::Live;
use super::verdict::Verdict;
use crate::cel::{self, Budget, Expression, Failure};
use crate::json::Value;

/// When an object is ready, and when it has failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// Ready while it holds.
    pub current: Predicate,
    /// Failed while it holds, whatever `current` says.
    pub failed: Option<Predicate>,
}

/// An expression that is true or false of an object: `status.phase == 'Ready'`. It
/// sees the object's fields by their names, and the whole as `self`. What isn't
/// there makes it false.
#[derive(Debug, Clone, Deserialize)]
#[serde(try_from = "String")]
pub struct Predicate {
    text: Arc<str>,
    expression: Arc<Expression>,
}

/// Whether a condition holds, or why that can't be told.
type Held = Result<bool, String>;

impl Rule {
    pub(super) fn judge(&self, live: Live<'_>, context: &Context<'_>) -> Verdict {
        match self.failed.as_ref().map_or(Ok(false), |failed| failed.holds(live.0)) {
            Err(why) => return Verdict::unknown("Rule", why),
            Ok(true) if context.is_news(live) => return Verdict::failed("RuleFailed", words(live)),
            Ok(true) => {
                let message = format!("still as before the change: {}", words(live));
                return Verdict::progressing("RuleFailed", message);
            }
            Ok(false) => {}
        }
        match self.current.holds(live.0) {
            Err(why) => Verdict::unknown("Rule", why),
            Ok(true) => Verdict::ready(""),
            Ok(false) => Verdict::progressing("RuleNotMet", words(live)),
        }
    }
}

/// What the object says of itself, as far as that is where such things stand.
fn words(live: Live<'_>) -> String {
    let condition = live.condition("Ready").map(|ready| ready.text());
    let fields = ["/status/message", "/status/reason", "/status/phase", "/status/state"];
    let said = condition.or_else(|| fields.into_iter().find_map(|field| live.text(field)).map(str::to_owned));
    said.unwrap_or_else(|| "its status says no more".to_owned())
}

impl Predicate {
    fn holds(&self, object: &Value) -> Held {
        let mut names = vec![("self", cel::Value::from(object))];
        let empty = Value::Object(crate::json::Map::new());
        let is_there = |name: &str| object.get(name).is_some_and(|value| *value != Value::Null);
        for name in ["metadata", "spec", "status"].into_iter().filter(|name| !is_there(name)) {
            names.push((name, cel::Value::from(&empty)));
        }
        let fields = object.as_object().into_iter().flat_map(crate::json::Map::iter);
        let fields = fields.filter(|(name, _)| is_there(name));
        names.extend(fields.map(|(name, value)| (name.as_str(), cel::Value::from(value))));
        match cel::evaluate(&self.expression, names, &Budget::default()) {
            Ok(cel::Value::Bool(holds)) => Ok(holds),
            Ok(_) => Err(format!("{:?} is neither true nor false", self.text)),
            // What isn't there, above all.
            Err(Failure::Error(_)) => Ok(false),
            Err(failure @ Failure::Unsupported(_)) => Err(format!("{:?}: {failure}", self.text)),
        }
    }
}

impl FromStr for Predicate {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let expression = cel::parse(text).map_err(|error| format!("{text:?}: {error}"))?;
        Ok(Self { text: text.into(), expression: Arc::new(expression) })
    }
}

impl TryFrom<String> for Predicate {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

/// Two are the same that are written alike.
impl PartialEq for Predicate {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Predicate {}

impl fmt::Display for Predicate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl JsonSchema for Predicate {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Predicate".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "description": "CEL over the live object, such as status.phase == 'Ready'",
            "type": "string",
            "format": "predicate"
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::health::fixtures::{NOW, object, time, told};
    use crate::health::{Baseline, judge_in};
    use crate::json::json;

    fn rule(current: &str, failed: Option<&str>) -> Rule {
        let condition = |text: &str| text.parse().expect("an expression");
        Rule { current: condition(current), failed: failed.map(condition) }
    }

    fn database(status: Value) -> Value {
        object("example.com/v1", "Database", json!({"size": 3}), status)
    }

    fn said(rule: &Rule, object: &Value, before: Option<&Baseline>) -> String {
        told(&judge_in(object, &Context::at(time(NOW)).since(before).ruled_by(Some(rule))))
    }

    #[test]
    fn an_expression_decides() {
        let rule = rule("status.phase == 'Ready'", Some("status.phase in ['Broken', 'Lost']"));
        for (status, expected) in [
            (json!(null), "progressing RuleNotMet: its status says no more"),
            (json!({"phase": "Making"}), "progressing RuleNotMet: Making"),
            (json!({"phase": "Making", "message": "2 of 3"}), "progressing RuleNotMet: 2 of 3"),
            (json!({"phase": "Ready"}), "ready"),
            (json!({"phase": "Lost"}), "failed RuleFailed: Lost"),
            (
                json!({"phase": "Ready", "observedGeneration": 1}),
                "progressing NotObserved: its controller hasn't seen the last change yet",
            ),
        ] {
            assert_eq!(said(&rule, &database(status.clone()), None), expected, "{status}");
        }
        let sized =
            self::rule("has(status.size) && status.size >= spec.size && self.kind == 'Database'", None);
        assert_eq!(said(&sized, &database(json!({"size": 3})), None), "ready");
    }

    #[test]
    fn a_failure_from_before_the_write_is_given_time() {
        let rule = rule("status.phase == 'Ready'", Some("status.phase == 'Broken'"));
        let broken = database(json!({"phase": "Broken"}));
        let before = Baseline::of(&broken).written_at(time(NOW));
        let message = "progressing RuleFailed: still as before the change: Broken";
        assert_eq!(said(&rule, &broken, Some(&before)), message);
        let long_ago = Baseline::of(&broken).written_at(time(NOW) - jiff::SignedDuration::from_mins(5));
        assert_eq!(said(&rule, &broken, Some(&long_ago)), "failed RuleFailed: Broken");
        let again = database(json!({"phase": "Broken", "message": "again"}));
        assert_eq!(said(&rule, &again, Some(&before)), "failed RuleFailed: again");
    }

    #[test]
    fn what_cant_be_evaluated_is_unknown() {
        let verdict = said(&rule("status.phase", None), &database(json!({"phase": "x"})), None);
        assert_eq!(verdict, "unknown Rule: \"status.phase\" is neither true nor false");
        assert!("status.phase ==".parse::<Predicate>().is_err());
    }
}
