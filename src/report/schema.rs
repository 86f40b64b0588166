//! The JSON schemas of everything that programs read, generated from the types.

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;

use super::json::{
    DiffTarget, Document, ErrorDocument, EventLine, HealthRecord, ObjectRecord, Records, SCHEMA, Targets,
};
use super::{CheckReport, HistoryRow, HoldReport, LockReport, TargetStatus};
use crate::apply::TargetOutcome;
use crate::json::{Value, json};
use crate::plan::TargetPlan;

/// The schemas as `docs/schema/` holds them: file names and texts, in the
/// order of the names.
pub fn schemas() -> Vec<(&'static str, String)> {
    vec![
        (
            "check.json",
            schema::<CheckReport>("Check", "What is wrong with objects, found without a cluster."),
        ),
        ("diff.json", schema::<Targets<DiffTarget>>("Diff", "What differs, for each target.")),
        ("error.json", schema::<ErrorDocument>("Error", "What went wrong, and the exit code.")),
        ("event.json", schema::<EventLine>("Event", "One line of `apply -o jsonl`.")),
        ("health.json", schema::<Records<HealthRecord>>("Health", "The health of objects.")),
        ("history.json", schema::<Targets<HistoryRow>>("History", "The releases of a target, newest first.")),
        (
            "hold.json",
            schema::<Targets<HoldReport>>("Hold", "What is held after a rollback, for each target."),
        ),
        ("lock.json", schema::<Targets<LockReport>>("Lock", "Who holds the lock, for each target.")),
        ("objects.json", schema::<Records<ObjectRecord>>("Objects", "The desired objects.")),
        ("outcome.json", schema::<Targets<TargetOutcome>>("Outcome", "What a run did, for each target.")),
        ("plan.json", schema::<Targets<TargetPlan>>("Plan", "What would be done, for each target.")),
        ("status.json", schema::<Targets<TargetStatus>>("Status", "What is deployed and how it is.")),
    ]
}

/// The document's schema, with the two values that tell it from others.
fn schema<T: JsonSchema>(kind: &str, description: &str) -> String {
    let generator = SchemaSettings::draft2020_12().for_serialize().into_generator();
    let mut schema = Value::from(generator.into_root_schema_for::<Document<T>>().to_value());
    if let Value::Object(root) = &mut schema {
        root.insert("title".to_owned(), json!(kind));
        root.insert("description".to_owned(), json!(description));
        if let Some(Value::Object(properties)) = root.get_mut("properties") {
            properties.insert("schema".to_owned(), json!({"const": SCHEMA}));
            properties.insert("kind".to_owned(), json!({"const": kind}));
        }
        // Nothing refers to the list of all kinds any more.
        if let Some(Value::Object(definitions)) = root.get_mut("$defs") {
            definitions.remove("Kind");
        }
    }
    format!("{schema:#}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_document_has_a_schema_that_tells_it_from_the_others() {
        for (file, text) in schemas() {
            let schema: Value = serde_json::from_str(&text).expect("JSON");
            let kind = schema["properties"]["kind"]["const"].as_str().expect("a kind");
            assert_eq!(file, format!("{}.json", kind.to_lowercase()));
            assert_eq!(schema["properties"]["schema"]["const"], SCHEMA);
        }
    }

    #[test]
    fn the_plans_schema_names_what_the_contract_names() {
        let (_, text) = schemas().into_iter().find(|(file, _)| *file == "plan.json").expect("a schema");
        let schema: Value = serde_json::from_str(&text).expect("JSON");
        let plan = &schema["$defs"]["TargetPlan"]["properties"];
        for field in [
            "target",
            "cluster",
            "namespace",
            "commit",
            "deployed",
            "digest",
            "actions",
            "summary",
            "guards",
            "requests",
        ] {
            assert!(plan.get(field).is_some(), "{field}");
        }
    }
}
