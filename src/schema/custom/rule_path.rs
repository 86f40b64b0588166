//! `fieldPath` of a rule: `.spec.replicas`, `['a.b'].c`.

use crate::object::Step;

/// The steps; `None` for what isn't such a path.
pub(super) fn steps(text: &str) -> Option<Vec<Step>> {
    let mut steps = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        if let Some(quoted) = rest.strip_prefix("['") {
            let (name, after) = quoted.split_once("']")?;
            steps.push(Step::Field(name.to_owned()));
            rest = after;
        } else {
            let plain = rest.strip_prefix('.')?;
            let (name, after) = plain.split_at(plain.find(['.', '[']).unwrap_or(plain.len()));
            if name.is_empty() {
                return None;
            }
            steps.push(Step::Field(name.to_owned()));
            rest = after;
        }
    }
    (!steps.is_empty()).then_some(steps)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::FieldPath;

    #[test]
    fn paths_of_rules_are_read() {
        let shown = |text: &str| steps(text).map(|steps| FieldPath::root().join(&steps).to_string());
        assert_eq!(shown(".spec.replicas").as_deref(), Some("spec.replicas"));
        assert_eq!(shown(".a['b.c'].d").as_deref(), Some("a[\"b.c\"].d"));
        assert_eq!(shown("['b']").as_deref(), Some("b"));
        for wrong in ["", "spec", ".", ".a..b", ".a[0]", "['a"] {
            assert_eq!(shown(wrong), None, "{wrong}");
        }
    }
}
