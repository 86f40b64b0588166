//! What differs between two commits, as a comment on a pull request.

use super::escape::{code, text};
use super::plan::{entry, notes, table};
use super::size::{MOST, fitted, shared_out};
use crate::plan::TargetComparison;
use crate::report::groups::entries;
use crate::report::words;

/// The differences: how many, a table of counts, and every object's fields to be
/// opened.
pub fn comparison(comparison: &TargetComparison) -> String {
    within(comparison, MOST)
}

/// Those of several environments in one comment.
pub fn comparisons(all: &[TargetComparison]) -> String {
    shared_out(all, within)
}

fn within(comparison: &TargetComparison, most: usize) -> String {
    let differences = match comparison.summary.changes() {
        0 => "no difference".to_owned(),
        number => words::count(number, "difference"),
    };
    let [from, to] = [&comparison.from, &comparison.to].map(|commit| {
        let sha = words::short(&commit.sha);
        let name =
            if commit.name() == sha { code(sha) } else { format!("{} ({})", code(commit.name()), code(sha)) };
        format!("{name} “{}”", text(&commit.subject))
    });
    let head = [
        format!("### {}: {differences}\n\n", text(&comparison.target)),
        format!("From {from} to {to}; no cluster was asked.\n\n"),
        table(&comparison.summary),
        notes(&comparison.notes),
    ];
    let parts: Vec<_> = entries(comparison.changing()).iter().map(|one| entry(one, None)).collect();
    fitted(&head.concat(), &parts, "", "object", most)
}

#[cfg(test)]
mod tests {
    use super::comparison as text;
    use crate::json::json;
    use crate::plan::Verb;
    use crate::report::sample::{action, changed, comparison};

    #[test]
    fn a_comparison_reads_as_a_comment() {
        let actions = vec![
            action(Verb::Update, "Deployment/web").with(changed("spec.replicas", json!(1), json!(2))),
            action(Verb::Create, "Service/new"),
            action(Verb::Unchanged, "ConfigMap/settings"),
        ];
        insta::assert_snapshot!(text(&comparison(actions)), @"
        ### prod: 2 differences

        From <code>v1.4</code> (<code>9f8e7d6</code>) “Bigger images” to <code>main</code> (<code>abc1234</code>) “Bigger images”; no cluster was asked.

        | create | update | unchanged |
        | ---: | ---: | ---: |
        | 1 | 1 | 1 |


        <details><summary><code>&#126;</code> update <code>shop/Deployment/web</code></summary>

        <code>deploy/prod/web.yaml:1</code>

        ```diff
        - spec.replicas: 1
        + spec.replicas: 2
        ```

        </details>
        - <code>+</code> create <code>shop/Service/new</code>
        ");
    }
}
