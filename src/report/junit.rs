//! What a check found as `JUnit` XML, which the test reports of GitLab, Jenkins,
//! Azure and others show: a test case for each object, and for each file that
//! couldn't be read as objects.
//!
//! The elements are those of the schema that Jenkins' xUnit plugin keeps
//! (`junit-10.xsd`); `file` and `line` are GitLab's.

use std::collections::BTreeMap;
use std::io;

use quick_xml::Writer;
use quick_xml::events::BytesText;

use super::visible::visible_lines;
use super::{CheckFinding, CheckReport};
use crate::check::Severity;
use crate::error::Location;

/// An object or a file, with what was found in it.
struct Case<'a> {
    name: String,
    location: Option<&'a Location>,
    findings: Vec<&'a CheckFinding>,
}

/// The XML document.
pub fn check(report: &CheckReport) -> String {
    let mut bytes = Vec::new();
    // Writing to memory can't fail.
    let _ = write(&mut Writer::new_with_indent(&mut bytes, b' ', 2), report);
    let mut text = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    text.push_str(&String::from_utf8_lossy(&bytes));
    text.push('\n');
    text
}

type Xml<'w> = Writer<&'w mut Vec<u8>>;

fn write(xml: &mut Xml<'_>, report: &CheckReport) -> io::Result<()> {
    let cases = cases(report);
    let failed = cases.iter().filter(|case| case.errors().next().is_some()).count();
    let counts = [("tests", cases.len().to_string()), ("failures", failed.to_string())];
    let counts = || counts.iter().map(|(name, number)| (*name, number.as_str()));
    xml.create_element("testsuites").with_attributes(counts()).write_inner_content(|xml| {
        let suite = format!("trueup check {}", report.environments.join(", "));
        let suite = xml.create_element("testsuite").with_attribute(("name", safe(&suite).as_str()));
        suite
            .with_attributes(counts())
            .write_inner_content(|xml| cases.iter().try_for_each(|case| case.write(xml, report)))?;
        Ok(())
    })?;
    Ok(())
}

/// The objects in their order, and before them what isn't one.
fn cases(report: &CheckReport) -> Vec<Case<'_>> {
    let mut cases: Vec<Case<'_>> = Vec::new();
    let mut files: BTreeMap<&str, usize> = BTreeMap::new();
    for finding in report.findings.iter().filter(|finding| finding.checked.is_none()) {
        let file = finding.location.as_ref().map_or("sources", |location| location.path.as_str());
        let position = *files.entry(file).or_insert_with(|| {
            cases.push(Case { name: file.to_owned(), location: None, findings: Vec::new() });
            cases.len() - 1
        });
        cases[position].findings.push(finding);
    }
    let first = cases.len();
    cases.extend(report.checked.iter().map(|object| Case {
        name: object.id.to_string(),
        location: Some(&object.location),
        findings: Vec::new(),
    }));
    for finding in &report.findings {
        if let Some(case) = finding.checked.and_then(|position| cases.get_mut(first + position)) {
            case.findings.push(finding);
        }
    }
    cases
}

impl Case<'_> {
    fn errors(&self) -> impl Iterator<Item = &CheckFinding> {
        self.of(Severity::Error)
    }

    fn of(&self, severity: Severity) -> impl Iterator<Item = &CheckFinding> {
        self.findings.iter().copied().filter(move |finding| finding.severity == severity)
    }

    fn write(&self, xml: &mut Xml<'_>, report: &CheckReport) -> io::Result<()> {
        let file = self.location.map_or(self.name.as_str(), |location| location.path.as_str());
        let line = self.location.and_then(|location| location.line).map(|line| line.to_string());
        let case = xml
            .create_element("testcase")
            .with_attribute(("classname", safe(file).as_str()))
            .with_attribute(("name", safe(&self.name).as_str()))
            .with_attribute(("file", safe(file).as_str()))
            .with_attributes(line.as_deref().map(|line| ("line", line)));
        if self.findings.is_empty() {
            case.write_empty()?;
            return Ok(());
        }
        case.write_inner_content(|xml| {
            self.errors().try_for_each(|error| write_failure(xml, report, error))?;
            let notes: Vec<String> = self.of(Severity::Note).map(|note| told(report, note)).collect();
            if !notes.is_empty() {
                xml.create_element("system-out").write_text_content(BytesText::new(&notes.join("\n")))?;
            }
            Ok(())
        })?;
        Ok(())
    }
}

fn write_failure(xml: &mut Xml<'_>, report: &CheckReport, error: &CheckFinding) -> io::Result<()> {
    xml.create_element("failure")
        .with_attribute(("type", error.rule.as_str()))
        .with_attribute(("message", safe(&report.diagnostic(error).message).as_str()))
        .write_text_content(BytesText::new(&told(report, error)))?;
    Ok(())
}

/// A finding as the terminal shows it, without colours.
fn told(report: &CheckReport, finding: &CheckFinding) -> String {
    let coloured = super::text::diagnostics(finding.severity.into(), &[report.diagnostic(finding)]);
    anstream::adapter::strip_str(&coloured).to_string()
}

/// In one line, without the control characters that XML can't hold.
fn safe(text: &str) -> String {
    visible_lines(text).join(" ")
}
