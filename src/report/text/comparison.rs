//! What differs between two commits, object by object and field by field.

use super::TextOptions;
use super::diff::Differences;
use super::plan::counted;
use crate::plan::TargetComparison;
use crate::report::visible::visible;

/// The differences, ordered by object. With none: one line.
pub fn comparison(comparison: &TargetComparison, options: &TextOptions) -> String {
    let summary = &comparison.summary;
    let [target, from, to] =
        [&comparison.target, comparison.from.name(), comparison.to.name()].map(|name| visible(name));
    let differences = Differences {
        label: format!("{target}, {from}..{to}:"),
        actions: &comparison.actions,
        notes: &comparison.notes,
        nothing: "no difference",
        unchanged: summary.unchanged,
        counts: counted(&[
            (summary.create, "added"),
            (summary.update, "changed"),
            (summary.delete, "removed"),
            (summary.unchanged, "unchanged"),
        ]),
    };
    differences.text(options)
}

#[cfg(test)]
mod tests {
    use super::comparison as text;
    use crate::json::json;
    use crate::plan::Verb;
    use crate::report::sample::{action, changed, comparison, options, plain};

    #[test]
    fn objects_are_added_changed_and_removed() {
        let actions = vec![
            action(Verb::Update, "Deployment/web").with(changed("spec.replicas", json!(1), json!(2))),
            action(Verb::Create, "Service/new"),
            action(Verb::Delete, "Service/old"),
            action(Verb::Unchanged, "ConfigMap/settings"),
        ];
        let found = comparison(actions);
        insta::assert_snapshot!(plain(&text(&found, &options(80))), @"
        + shop/Service/new     deploy/prod/new.yaml:1
        - shop/Service/old
        ~ shop/Deployment/web  deploy/prod/web.yaml:1
              spec.replicas: 1 → 2

        prod, v1.4..main: 1 added, 1 changed, 1 removed, 1 unchanged
        ");
        let all = crate::report::text::TextOptions { show_unchanged: true, ..options(80) };
        assert!(plain(&text(&found, &all)).contains("= shop/ConfigMap/settings"));
    }

    #[test]
    fn no_difference_takes_one_line() {
        insta::assert_snapshot!(plain(&text(&comparison(Vec::new()), &options(80))), @"prod, v1.4..main: no difference (0 objects)");
    }
}
