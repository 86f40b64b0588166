//! Names, scope, versions: everything but the schemas.

use super::Report;
use crate::json::Value;
use crate::object::{FieldPath, Step};

pub(super) fn check(definition: &Value, report: &mut Report) {
    let spec = &definition["spec"];
    let at = |fields: &[&str]| FieldPath::fields(["spec"].iter().chain(fields).copied());
    let group = spec["group"].as_str().unwrap_or_default();
    if group.is_empty() {
        report.say(at(&["group"]), "is missing");
    } else if !group.contains('.') || group.len() > 253 || !group.split('.').all(is_label) {
        report.say(at(&["group"]), format!("must be a domain's name with a dot, but is {group:?}"));
    }
    match spec["scope"].as_str().unwrap_or_default() {
        "Namespaced" | "Cluster" => {}
        "" => report.say(at(&["scope"]), "is missing"),
        other => {
            report.say(at(&["scope"]), format!("must be \"Namespaced\" or \"Cluster\", but is {other:?}"));
        }
    }
    if spec["preserveUnknownFields"] == true {
        report.say(
            at(&["preserveUnknownFields"]),
            "must be false: say x-kubernetes-preserve-unknown-fields in the schema",
        );
    }
    names(&spec["names"], report);
    let name = definition.pointer("/metadata/name").and_then(Value::as_str).unwrap_or_default();
    let expected =
        format!("{}.{group}", spec.pointer("/names/plural").and_then(Value::as_str).unwrap_or_default());
    if name != expected {
        let message =
            format!("must be spec.names.plural, a dot and spec.group: {expected:?}, but is {name:?}");
        report.say(FieldPath::fields(["metadata", "name"]), message);
    }
    versions(spec["versions"].as_array().map(Vec::as_slice).unwrap_or_default(), report);
    conversion(&spec["conversion"], report);
}

fn names(names: &Value, report: &mut Report) {
    let path = FieldPath::fields(["spec", "names"]);
    for name in ["plural", "kind"] {
        if names[name].as_str().unwrap_or_default().is_empty() {
            report.say(path.field(name), "is missing");
        }
    }
    let mut check = |path: FieldPath, value: &Value, may_be_mixed: bool| {
        let Some(text) = value.as_str().filter(|text| !text.is_empty()) else { return };
        let text = if may_be_mixed { text.to_lowercase() } else { text.to_owned() };
        if !is_dns_1035_label(&text) {
            report.say(
                path,
                format!("must be letters, digits and dashes, with a letter first, but is {value}"),
            );
        }
    };
    for (name, may_be_mixed) in [("plural", false), ("singular", false), ("kind", true), ("listKind", true)] {
        check(path.field(name), &names[name], may_be_mixed);
    }
    for list in ["shortNames", "categories"] {
        for (index, value) in names[list].as_array().into_iter().flatten().enumerate() {
            check(path.field(list).then(Step::Index(index)), value, false);
        }
    }
    if names["kind"].is_string() && names["kind"] == names["listKind"] {
        report.say(path.field("listKind"), "must not be the same as kind");
    }
}

fn versions(versions: &[Value], report: &mut Report) {
    let path = FieldPath::fields(["spec", "versions"]);
    let stored = versions.iter().filter(|version| version["storage"] == true).count();
    if stored != 1 {
        report
            .say(path.clone(), format!("must have exactly one version with storage: true, but has {stored}"));
    }
    for (index, version) in versions.iter().enumerate() {
        let path = path.then(Step::Index(index));
        let name = version["name"].as_str().unwrap_or_default();
        if !is_dns_1035_label(name) {
            report.say(
                path.field("name"),
                format!("must be letters in lower case, digits and dashes, but is {name:?}"),
            );
        }
        if versions[..index].iter().any(|earlier| earlier["name"] == version["name"]) {
            report.say(path.field("name"), format!("is there twice: {name:?}"));
        }
        let warning = &version["deprecationWarning"];
        if warning.is_string() && version["deprecated"] != true {
            report.say(path.field("deprecationWarning"), "is only for deprecated versions");
        } else if warning.as_str().is_some_and(|warning| warning.is_empty() || warning.len() > 256) {
            report.say(path.field("deprecationWarning"), "must have 1 to 256 characters");
        }
        for (nth, column) in version["additionalPrinterColumns"].as_array().into_iter().flatten().enumerate()
        {
            let path = path.field("additionalPrinterColumns").then(Step::Index(nth));
            printer_column(column, &path, report);
        }
    }
}

fn printer_column(column: &Value, path: &FieldPath, report: &mut Report) {
    for name in ["name", "type", "jsonPath"] {
        if column[name].as_str().unwrap_or_default().is_empty() {
            report.say(path.field(name), "is missing");
        }
    }
    let kind = column["type"].as_str().unwrap_or_default();
    if !matches!(kind, "" | "integer" | "number" | "string" | "boolean" | "date") {
        let message = format!("must be integer, number, string, boolean or date, but is {kind:?}");
        report.say(path.field("type"), message);
    }
}

fn conversion(conversion: &Value, report: &mut Report) {
    if conversion.is_null() {
        return;
    }
    let path = FieldPath::fields(["spec", "conversion"]);
    let webhook = &conversion["webhook"];
    match conversion["strategy"].as_str().unwrap_or_default() {
        "None" if !webhook.is_null() => report.say(path.field("webhook"), "is only for the strategy Webhook"),
        "None" => {}
        "Webhook" => {
            let client = &webhook["clientConfig"];
            if client["url"].is_null() == client["service"].is_null() {
                report.say(path.field("webhook").field("clientConfig"), "must have either url or service");
            }
            let known = |versions: &Vec<Value>| {
                versions.iter().any(|version| version == "v1" || version == "v1beta1")
            };
            if !webhook["conversionReviewVersions"].as_array().is_some_and(known) {
                report
                    .say(path.field("webhook").field("conversionReviewVersions"), "must hold v1 or v1beta1");
            }
        }
        other => report.say(path.field("strategy"), format!("must be None or Webhook, but is {other:?}")),
    }
}

/// A DNS label (RFC 1035): a letter first.
fn is_dns_1035_label(text: &str) -> bool {
    text.len() <= 63 && is_label(text) && text.starts_with(|c: char| c.is_ascii_lowercase())
}

fn is_label(text: &str) -> bool {
    let is_edge = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    text.starts_with(is_edge) && text.ends_with(is_edge) && text.chars().all(|c| is_edge(c) || c == '-')
}
