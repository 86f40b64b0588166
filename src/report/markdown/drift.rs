//! What moved in the cluster, as a comment.

use super::escape::text;
use super::plan::{about, entry, notes};
use super::size::{MOST, fitted, shared_out};
use crate::plan::TargetPlan;
use crate::report::groups::entries;
use crate::report::words;

/// What moved: a verdict, and every object's fields to be opened.
pub fn drift(plan: &TargetPlan) -> String {
    within(plan, MOST)
}

/// Those of several environments in one comment.
pub fn drifts(all: &[TargetPlan]) -> String {
    shared_out(all, within)
}

fn within(plan: &TargetPlan, most: usize) -> String {
    let head =
        format!("### {}: {}\n\n{}{}", text(&plan.target), verdict(plan), about(plan), notes(&plan.notes));
    let parts: Vec<_> = entries(plan.changing()).iter().map(|one| entry(one, None)).collect();
    fitted(&head, &parts, "", "object", most)
}

fn verdict(plan: &TargetPlan) -> String {
    let (changed, deleted) = (plan.summary.update, plan.summary.delete);
    let counted = [(changed, "changed live"), (deleted, "deleted live")];
    let said: Vec<_> = counted
        .into_iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, what)| format!("{} {what}", words::count(number, "object")))
        .collect();
    if said.is_empty() { "✅ no drift".to_owned() } else { format!("⚠️ {}", said.join(", ")) }
}

#[cfg(test)]
mod tests {
    use super::drift as markdown;
    use crate::json::json;
    use crate::plan::Verb;
    use crate::report::sample::{action, changed, plan};

    #[test]
    fn drift_reads_as_what_happened_and_not_as_what_will() {
        let drifted = plan(vec![
            action(Verb::Delete, "ConfigMap/gone").because("somebody deleted it"),
            action(Verb::Update, "ConfigMap/settings")
                .with(changed("data.level", json!("info"), json!("debug")).drifted("kubectl-edit", 3)),
        ]);
        insta::assert_snapshot!(markdown(&drifted), @"
        ### prod: ⚠️ 1 object changed live, 1 object deleted live

        On <code>https://10.0.0.1:6443</code>, namespace <code>shop</code>, commit <code>abc1234</code> “Bigger images”; deployed is release 12 of <code>9f8e7d6</code>.

        - <code>-</code> delete <code>shop/ConfigMap/gone</code>: somebody deleted it

        <details><summary><code>&#126;</code> update <code>shop/ConfigMap/settings</code></summary>

        <code>deploy/prod/settings.yaml:1</code>

        ```diff
        - data.level: info
        + data.level: debug
        # changed live by kubectl-edit, 2026-04-01T13:57:00Z
        ```

        </details>
        ");
    }

    #[test]
    fn no_drift_is_one_verdict() {
        assert!(markdown(&plan(Vec::new())).starts_with("### prod: ✅ no drift\n\n"));
    }
}
