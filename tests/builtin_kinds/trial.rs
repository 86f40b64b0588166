//! Which of the fields that the schemas of the built-in kinds call required
//! the API server really refuses an object without, and whether it refuses
//! values that aren't listed: each tried on an object that is right but for it.

use std::collections::BTreeMap;

use trueup::json::{Value, json};

use super::objects;
use super::served::{Served, documents};
use crate::proof::block_on;
use crate::proof::server::Server;

const FILE: &str = "src/schema/builtin/required.json";

/// A field of a definition.
type Field = (String, String);

/// An object with one thing wrong.
struct Attempt {
    field: Field,
    object: Value,
}

#[test]
#[ignore = "needs the sandbox: go build -C sandbox -o ../target/sandbox/trueup-sandbox ."]
fn what_is_required_and_listed_is_insisted_on() {
    block_on(try_everything());
}

async fn try_everything() {
    let server = Server::start().await;
    let served = Served::new(&published(&server).await);
    let mut missing = Tally::default();
    let mut other = Tally::default();
    for object in objects() {
        let taken = send(&server, &served, &object).await;
        assert_eq!(taken, Ok(()), "{object}");
        let mut attempts =
            Attempts { served: &served, object: &object, without: Vec::new(), with: Vec::new() };
        attempts.visit(&object, &named(served.definition_of(&object)), "", "");
        for Attempt { field, object } in attempts.without {
            missing.add(field, send(&server, &served, &object).await.is_ok());
        }
        for Attempt { field, object } in attempts.with {
            other.add(field, send(&server, &served, &object).await.is_ok());
        }
    }
    // It drops the field: its feature is off (ContainerStopSignals).
    assert_eq!(
        other.ever_taken(),
        ["io.k8s.api.core.v1.Lifecycle stopSignal"],
        "lists of values that are open"
    );
    let text = missing.never_taken();
    if std::env::var_os("TRUEUP_UPDATE").is_some() {
        std::fs::write(FILE, text).expect("written");
    } else {
        let found = std::fs::read_to_string(FILE).expect("a file");
        assert!(found == text, "{FILE} is stale: run this test with TRUEUP_UPDATE=1");
    }
}

async fn published(server: &Server) -> Vec<Value> {
    let index = server.get("/openapi/v3").await.expect("an index");
    let mut all = BTreeMap::from([("/openapi/v3".to_owned(), index.clone())]);
    for path in index["paths"].as_object().expect("paths").keys() {
        let path = format!("/openapi/v3/{path}");
        let document = server.get(&path).await.expect("a document");
        all.insert(path, document);
    }
    documents(|path| all[path].clone())
}

async fn send(server: &Server, served: &Served, object: &Value) -> Result<(), String> {
    let options = "&dryRun=All&force=true&fieldValidation=Strict";
    server.apply(&served.path_of(object), "trial", options, object).await.map(|_| ())
}

/// How often each field was tried: refused, taken.
#[derive(Default)]
struct Tally(BTreeMap<Field, (usize, usize)>);

impl Tally {
    fn add(&mut self, field: Field, taken: bool) {
        let count = self.0.entry(field).or_default();
        if taken { count.1 += 1 } else { count.0 += 1 }
    }

    fn ever_taken(&self) -> Vec<String> {
        let taken = self.0.iter().filter(|(_, (_, taken))| *taken > 0);
        taken.map(|((definition, field), _)| format!("{definition} {field}")).collect()
    }

    /// As JSON, a line a definition.
    fn never_taken(&self) -> String {
        let mut fields: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for ((definition, field), (_, taken)) in &self.0 {
            if *taken == 0 {
                fields.entry(definition).or_default().push(field);
            }
        }
        let lines: Vec<String> = fields
            .iter()
            .map(|(definition, fields)| format!("\"{definition}\": {}", json!(fields)))
            .collect();
        format!("{{\n{}\n}}\n", lines.join(",\n"))
    }
}

/// All that can be wrong with an object.
struct Attempts<'a> {
    served: &'a Served,
    object: &'a Value,
    /// Without a field that is required.
    without: Vec<Attempt>,
    /// With a value that isn't listed.
    with: Vec<Attempt>,
}

impl Attempts<'_> {
    /// Looks at a value that is at `path` (a JSON pointer), within the
    /// definition of this name.
    fn visit(&mut self, value: &Value, schema: &Value, definition: &str, path: &str) {
        if let Some(name) = target(schema) {
            let below = self.served.definitions[name].clone();
            return self.visit(value, &below, name, path);
        }
        match value {
            Value::Object(fields) => {
                self.try_struct(value, schema, definition, path);
                for (name, below) in fields {
                    let schema = schema["properties"].get(name).unwrap_or(&schema["additionalProperties"]);
                    self.visit(below, schema, definition, &format!("{path}/{name}"));
                }
            }
            Value::Array(items) => {
                for (place, item) in items.iter().enumerate() {
                    self.visit(item, &schema["items"], definition, &format!("{path}/{place}"));
                }
            }
            _ => {}
        }
    }

    fn try_struct(&mut self, value: &Value, schema: &Value, definition: &str, path: &str) {
        let required = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
        for field in
            required.filter(|field| value.get(field).is_some() && !(path.is_empty() && *field == "metadata"))
        {
            let object =
                self.changed(path, |parent| drop(parent.as_object_mut().expect("a map").remove(field)));
            self.without.push(Attempt { field: (definition.to_owned(), field.to_owned()), object });
        }
        for (field, below) in schema["properties"].as_object().into_iter().flatten() {
            let wrong = match (&below["enum"], &below["items"]["enum"]) {
                (Value::Array(_), _) => json!("Bogus"),
                (_, Value::Array(_)) => json!(["Bogus"]),
                _ => continue,
            };
            let object = self.changed(path, |parent| parent[field] = wrong);
            self.with.push(Attempt { field: (definition.to_owned(), field.clone()), object });
        }
    }

    fn changed(&self, path: &str, change: impl FnOnce(&mut Value)) -> Value {
        let mut object = self.object.clone();
        change(object.pointer_mut(path).expect("a place in the object"));
        object
    }
}

fn named(definition: &str) -> Value {
    json!({"$ref": format!("#/components/schemas/{definition}")})
}

fn target(schema: &Value) -> Option<&str> {
    let reference = schema.get("$ref").or_else(|| schema.get("allOf")?.get(0)?.get("$ref"))?;
    reference.as_str()?.rsplit('/').next()
}
