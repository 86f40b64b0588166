//! `std.native`: the functions that Tanka and kubecfg bring, as far as they are functions
//! of their arguments. What runs programs or asks a network isn't there, and says so.

#![expect(clippy::needless_pass_by_value, reason = "that's how jrsonnet hands arguments over")]

use jrsonnet_evaluator::error::{Error, ErrorKind, Result};
use jrsonnet_evaluator::function::{FuncVal, builtin};
use jrsonnet_evaluator::{IStr, Val};
use jrsonnet_stdlib::ContextInitializer;
use regex::Regex;
use serde::Serialize as _;
use serde_json::Serializer;
use serde_json::ser::PrettyFormatter;

use crate::json::{Value, from_value};
use crate::yaml;

/// What there is.
pub(super) const NAMES: &str = "parseJson, parseYaml, manifestJsonFromJson, manifestYamlFromJson, escapeStringRegex, regexMatch, regexSubst";

/// No more spaces than this make sense before a line.
const WIDEST_INDENT: usize = 64;

/// Adds them all.
pub(super) fn add_to(standard: &ContextInitializer) {
    let all: [(&str, FuncVal); 11] = [
        ("parseJson", parse_json {}.into()),
        ("parseYaml", parse_yaml {}.into()),
        ("manifestJsonFromJson", manifest_json {}.into()),
        ("manifestYamlFromJson", manifest_yaml {}.into()),
        ("escapeStringRegex", escape_regex {}.into()),
        ("regexMatch", regex_match {}.into()),
        ("regexSubst", regex_subst {}.into()),
        ("helmTemplate", helm_template {}.into()),
        ("parseHelmChart", parse_helm_chart {}.into()),
        ("kustomizeBuild", kustomize_build {}.into()),
        ("resolveImage", resolve_image {}.into()),
    ];
    for (name, function) in all {
        standard.add_native(name, function);
    }
}

fn failed(why: impl Into<IStr>) -> Error {
    Error::new(ErrorKind::RuntimeError(why.into()))
}

fn json_in<T: serde::de::DeserializeOwned>(json: &str) -> Result<T> {
    serde_json::from_str(json).map_err(|error| failed(format!("this isn't JSON: {error}")))
}

#[builtin]
fn parse_json(json: IStr) -> Result<Val> {
    json_in(&json)
}

/// Always a list, of the documents in which something is.
#[builtin]
fn parse_yaml(yaml: IStr) -> Result<Val> {
    let wrong = |why: String| failed(format!("this isn't YAML: {why}"));
    let documents = yaml::documents(&yaml).map_err(|error| wrong(error.diagnostic("").message))?;
    let values = documents.into_iter().map(|document| document.value).collect();
    from_value(Value::Array(values)).map_err(|error| wrong(error.to_string()))
}

#[builtin]
fn manifest_json(json: IStr, indent: usize) -> Result<String> {
    if indent > WIDEST_INDENT {
        return Err(failed(format!("an indent of more than {WIDEST_INDENT} spaces isn't possible")));
    }
    let (value, indent) = (json_in::<Value>(&json)?, " ".repeat(indent));
    let mut text = Vec::new();
    let formatter = PrettyFormatter::with_indent(indent.as_bytes());
    let written = value.serialize(&mut Serializer::with_formatter(&mut text, formatter));
    written.map_err(|error| failed(error.to_string()))?;
    text.push(b'\n');
    String::from_utf8(text).map_err(|error| failed(error.to_string()))
}

#[builtin]
fn manifest_yaml(json: IStr) -> Result<String> {
    Ok(yaml::to_text(&json_in::<Value>(&json)?))
}

#[builtin]
fn escape_regex(str: IStr) -> String {
    regex::escape(&str)
}

#[builtin]
fn regex_match(regex: IStr, string: IStr) -> Result<bool> {
    Ok(pattern(&regex)?.is_match(&string))
}

#[builtin]
fn regex_subst(regex: IStr, src: IStr, repl: IStr) -> Result<String> {
    Ok(pattern(&regex)?.replace_all(&src, &*repl).into_owned())
}

fn pattern(regex: &str) -> Result<Regex> {
    Regex::new(regex).map_err(|error| {
        // Before the last line it draws where that is.
        let told = error.to_string();
        let why = told.lines().last().unwrap_or_default().trim_start_matches("error: ");
        failed(format!("{regex} is no regular expression: {why}"))
    })
}

/// The error of a function that is known elsewhere.
fn lacking(name: &str, instead: &str) -> Error {
    failed(format!("`std.native` has no {name} here: Jsonnet runs and fetches nothing\n{instead}"))
}

const CHARTS: &str = "a chart is a source of its own: {path: charts/web, renderer: helm}";

#[builtin]
#[expect(unused_variables, reason = "it only fails")]
fn helm_template(name: Val, chart: Val, opts: Val) -> Result<Val> {
    Err(lacking("helmTemplate", CHARTS))
}

#[builtin]
#[expect(unused_variables, reason = "it only fails")]
fn parse_helm_chart(chart: Val, release: Val, namespace: Val, values: Val) -> Result<Val> {
    Err(lacking("parseHelmChart", CHARTS))
}

#[builtin]
#[expect(unused_variables, reason = "it only fails")]
fn kustomize_build(path: Val, opts: Val) -> Result<Val> {
    Err(lacking("kustomizeBuild", "a kustomization is a source of its own: {path: deploy/prod}"))
}

#[builtin]
#[expect(unused_variables, reason = "it only fails")]
fn resolve_image(image: Val) -> Result<Val> {
    Err(lacking("resolveImage", "write the image with its digest"))
}
