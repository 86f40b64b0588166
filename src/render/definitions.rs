//! Files of `CustomResourceDefinition`s, for who only wants to know kinds.

use super::source::{SourceFile, SourceTree};
use crate::error::{Diagnostic, Location};
use crate::json::Value;
use crate::yaml;

/// The definitions in those files of an item that are wanted (by their
/// paths), and everything that is wrong with the files. Other objects are
/// passed over; a definition may be as a cluster has it.
pub fn definitions(
    tree: &SourceTree<'_>,
    item: &str,
    is_wanted: impl Fn(&str) -> bool,
) -> (Vec<Value>, Vec<Diagnostic>) {
    let files = match tree.read(item) {
        Ok(files) => files,
        Err(findings) => return (Vec::new(), findings),
    };
    let (mut definitions, mut findings) = (Vec::new(), Vec::new());
    for file in files.iter().filter(|file| is_wanted(&file.path)) {
        match documents(file) {
            Ok(documents) => documents.into_iter().for_each(|value| collect(value, &mut definitions)),
            Err(finding) => findings.push(finding),
        }
    }
    (definitions, findings)
}

fn documents(file: &SourceFile) -> Result<Vec<Value>, Diagnostic> {
    let text = yaml::decode(&file.bytes).map_err(|error| error.diagnostic(&file.path))?;
    let documents = yaml::documents(&text).map_err(|error| error.diagnostic(&file.path))?;
    Ok(documents.into_iter().map(|document| document.value).collect())
}

/// Takes a definition, or those of a list.
fn collect(mut value: Value, definitions: &mut Vec<Value>) {
    if let Some(Value::Array(items)) = value.get_mut("items").map(Value::take) {
        items.into_iter().for_each(|item| collect(item, definitions));
    } else if value["kind"] == "CustomResourceDefinition" {
        definitions.push(value);
    }
}

/// The finding that an item holds no definitions.
pub fn no_definitions(item: &str, configuration: Option<&str>) -> Diagnostic {
    let diagnostic = Diagnostic::new(format!("no CustomResourceDefinition under {item}"))
        .hint("`schemas` names files, folders or patterns such as crds/*.yaml");
    match configuration {
        Some(path) => diagnostic.at(Location::file(path)),
        None => diagnostic,
    }
}
