//! Ingresses: `pkg/apis/networking/validation` (Kubernetes 1.36).

use super::address;
use super::report::Report;
use crate::check::place::Place;
use crate::object::names;

const CLASS_ANNOTATION: &str = "kubernetes.io/ingress.class";
const NOT_IN_PATHS: [&str; 5] = ["//", "/./", "/../", "%2f", "%2F"];
const NOT_AT_THE_END: [&str; 2] = ["/..", "/."];

/// An `Ingress`.
pub(super) fn check(object: &Place<'_>, report: &mut Report<'_>) {
    let spec = object.field("spec");
    let (default, rules, class) =
        (spec.field("defaultBackend"), spec.field("rules"), spec.field("ingressClassName"));
    if !default.is_set() && rules.is_empty() {
        report.error(&spec, "missing-field", "needs rules or a defaultBackend");
    }
    if default.is_set() {
        backend(&default, report);
    }
    for rule in rules.items() {
        host(&rule.field("host"), report);
        let http = rule.field("http");
        if http.is_set() {
            report.required(&http.field("paths"));
        }
        for path in http.field("paths").items() {
            one_path(&path, report);
        }
    }
    for tls in spec.field("tls").items() {
        for name in tls.field("hosts").items() {
            host_name(&name, report);
        }
        report.named(&tls.field("secretName"), names::subdomain);
    }
    report.named(&class, names::subdomain);
    let annotation = object.down(&["metadata", "annotations", CLASS_ANNOTATION]);
    if annotation.is_set() && class.is_set() && annotation.value() != class.value() {
        report.error(
            &class,
            "conflicting-fields",
            format!("isn't what the annotation {CLASS_ANNOTATION} says"),
        );
    }
}

fn host(at: &Place<'_>, report: &mut Report<'_>) {
    match at.text() {
        Some(text) if address::parse(text).is_some() => {
            report.error(at, "malformed-name", format!("{text:?} is an address, but must be a name"));
        }
        _ => host_name(at, report),
    }
}

fn host_name(at: &Place<'_>, report: &mut Report<'_>) {
    let is_wildcard = at.text().is_some_and(|text| text.contains('*'));
    report.named(at, if is_wildcard { names::wildcard_subdomain } else { names::subdomain });
}

/// `validateHTTPIngressPath`.
fn one_path(at: &Place<'_>, report: &mut Report<'_>) {
    let (kind, path) = (at.field("pathType"), at.field("path"));
    if report.required(&kind) {
        report.one_of(&kind, &["Exact", "ImplementationSpecific", "Prefix"]);
    }
    let is_strict = kind.is("Exact") || kind.is("Prefix");
    match path.text() {
        None if is_strict && path.is_empty() => report.error(&path, "missing-field", "must start with \"/\""),
        Some(text) if !text.starts_with('/') && kind.text().is_some() => {
            report.error(&path, "malformed-path", format!("{text:?} must start with \"/\""));
        }
        Some(text) if is_strict => {
            let inside = NOT_IN_PATHS.iter().find(|part| text.contains(**part));
            if let Some(part) = inside.or_else(|| NOT_AT_THE_END.iter().find(|part| text.ends_with(**part))) {
                report.error(&path, "malformed-path", format!("{text:?} has {part:?}, which isn't allowed"));
            }
        }
        _ => {}
    }
    backend(&at.field("backend"), report);
}

/// `validateIngressBackend`.
fn backend(at: &Place<'_>, report: &mut Report<'_>) {
    let (service, resource) = (at.field("service"), at.field("resource"));
    report.one_field(at, &["service", "resource"], true);
    if service.is_set() && !resource.is_set() {
        let name = service.field("name");
        if report.required(&name) {
            report.named(&name, names::label);
        }
        port(&service.field("port"), report);
    }
    if resource.is_set() && !service.is_set() {
        for field in ["kind", "name"] {
            if report.required(&resource.field(field)) {
                report.named(&resource.field(field), names::path_segment);
            }
        }
    }
}

fn port(at: &Place<'_>, report: &mut Report<'_>) {
    let (name, number) = (at.field("name"), at.field("number"));
    let has_number = number.number().is_some_and(|number| number != 0);
    match (!name.is_empty(), has_number) {
        (true, true) => {
            report.error(at, "conflicting-fields", "has name and number, but only one is allowed");
        }
        (false, false) if !number.is_set() || number.number().is_some() => {
            report.error(at, "missing-field", "needs name or number");
        }
        _ => {
            report.named(&name, names::port_name);
            report.within(&number, 1, 65535);
        }
    }
}

/// An `IngressClass`.
pub(super) fn class(spec: &Place<'_>, report: &mut Report<'_>) {
    let (controller, parameters) = (spec.field("controller"), spec.field("parameters"));
    if report.required(&controller)
        && let Some(text) = controller.text()
    {
        let (domain, path) = text.split_once('/').unwrap_or((text, ""));
        if path.is_empty() || names::subdomain(domain).is_err() {
            report.error_with_hint(
                &controller,
                "malformed-name",
                format!("{text:?} must be a domain, \"/\" and a path"),
                "such as \"example.com/ingress\"",
            );
        }
    }
    if !parameters.is_set() {
        return;
    }
    report.required(&parameters.field("kind"));
    report.required(&parameters.field("name"));
    let (scope, namespace) = (parameters.field("scope"), parameters.field("namespace"));
    report.one_of(&scope, &["Cluster", "Namespace"]);
    if scope.is("Namespace") {
        report.required(&namespace);
    } else if !namespace.is_empty() {
        report.error(&namespace, "conflicting-fields", "can only be there with scope: Namespace");
    }
}
