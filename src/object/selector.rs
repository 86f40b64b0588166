//! Whether a label selector fits (apimachinery
//! `meta/v1.LabelSelectorAsSelector`).

use crate::json::{Map, Value};

type Labels = Map;

/// Whether all of these labels are there, as a Service's selector wants it.
pub fn has_all(wanted: &Labels, labels: Option<&Labels>) -> bool {
    wanted.iter().all(|(name, value)| label(labels, name) == Some(value))
}

/// Whether a `LabelSelector` fits: all of `matchLabels`, and all of
/// `matchExpressions`. What isn't well formed fits: others say so.
pub fn fits(selector: &Value, labels: Option<&Labels>) -> bool {
    let exact = selector["matchLabels"].as_object().is_none_or(|wanted| has_all(wanted, labels));
    let expressions = selector["matchExpressions"].as_array().into_iter().flatten();
    exact && expressions.into_iter().all(|expression| holds(expression, labels))
}

fn holds(expression: &Value, labels: Option<&Labels>) -> bool {
    let (Some(key), Some(operator)) = (expression["key"].as_str(), expression["operator"].as_str()) else {
        return true;
    };
    let found = label(labels, key);
    let is_listed = || {
        let values = expression["values"].as_array();
        found.is_some_and(|value| values.is_some_and(|values| values.contains(value)))
    };
    match operator {
        "In" => is_listed(),
        "NotIn" => !is_listed(),
        "Exists" => found.is_some(),
        "DoesNotExist" => found.is_none(),
        _ => true,
    }
}

fn label<'a>(labels: Option<&'a Labels>, name: &str) -> Option<&'a Value> {
    labels?.get(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::json;

    #[test]
    fn selectors_fit_as_kubernetes_has_it() {
        let labels = json!({"app": "web", "tier": "front"});
        for (selector, expected) in [
            (json!({}), true),
            (json!({"matchLabels": {"app": "web"}}), true),
            (json!({"matchLabels": {"app": "db"}}), false),
            (json!({"matchExpressions": [{"key": "app", "operator": "In", "values": ["web", "db"]}]}), true),
            (json!({"matchExpressions": [{"key": "app", "operator": "NotIn", "values": ["web"]}]}), false),
            (json!({"matchExpressions": [{"key": "zone", "operator": "NotIn", "values": ["a"]}]}), true),
            (json!({"matchExpressions": [{"key": "zone", "operator": "Exists"}]}), false),
            (json!({"matchExpressions": [{"key": "zone", "operator": "DoesNotExist"}]}), true),
            (
                json!({"matchLabels": {"app": "web"}, "matchExpressions": [{"key": "tier", "operator": "DoesNotExist"}]}),
                false,
            ),
        ] {
            assert_eq!(fits(&selector, labels.as_object()), expected, "{selector}");
        }
        assert!(!fits(&json!({"matchLabels": {"app": "web"}}), None));
    }
}
