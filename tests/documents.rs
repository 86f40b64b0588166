//! What documents say about the code must be so.

use std::fs;
use std::path::Path;

use regex::Regex;

#[test]
fn the_tests_that_scenarios_are_covered_by_exist() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let scenarios = fs::read_to_string(root.join("docs/scenarios.md")).expect("the scenarios");
    let quoted = Regex::new("`([^`]+)`").expect("a pattern");
    let mut missing = Vec::new();
    for row in scenarios.lines().filter(|line| line.starts_with('|')) {
        let mut file = String::new();
        for name in quoted.captures_iter(row).map(|found| found[1].to_owned()) {
            if name.contains('*') {
                file.clear();
            } else if Path::new(&name).extension().is_some() {
                file = fs::read_to_string(root.join(&name)).unwrap_or_else(|_| panic!("there is no {name}"));
            } else if !file.is_empty() && !name.starts_with('-') && !file.contains(&format!("fn {name}(")) {
                missing.push(name);
            }
        }
    }
    assert!(missing.is_empty(), "docs/scenarios.md names tests that aren't there: {missing:?}");
}
