//! Defaults must fit their own schemas.

use super::{Report, parts};
use crate::json::Value;
use crate::object::FieldPath;
use crate::schema::custom::read::node_of;
use crate::schema::custom::rules::Rules;
use crate::schema::validate::{Origin, violations};
use crate::schema::{Schemas, Violation};

pub(super) fn check(schema: &Value, path: &FieldPath, report: &mut Report) {
    let Some(map) = schema.as_object() else { return };
    if let Some(default) = map.get("default").filter(|default| !default.is_null()) {
        let at = path.field("default");
        for violation in violations_of(schema, default) {
            let path = at.join(violation.path.steps());
            report.found.push(Violation { path, ..violation });
        }
    }
    for (below, path) in parts(map, path) {
        check(below, &path, report);
    }
}

fn violations_of(schema: &Value, default: &Value) -> Vec<Violation> {
    let mut schemas = Schemas::default();
    let root = node_of(&mut schemas, schema);
    let found = violations(&schemas, root, default, Origin::Custom);
    if !found.is_empty() {
        return found;
    }
    Rules::of(&schemas).ask(&schemas, root, default).0
}
