//! What differs, object by object and field by field, and the plan's notes: no
//! order, no guards.

use super::entry::{Layout, entry, name};
use super::plan::{counts, notes, shown, tally};
use super::{TextOptions, lines_to_text};
use crate::plan::{Action, Cause, TargetPlan, Verb};
use crate::report::groups::Entry;
use crate::report::palette::{FAINT, STRONG, paint};
use crate::report::visible::visible;
use crate::report::words;

/// The differences, ordered by object. With none: one line.
pub fn diff(plan: &TargetPlan, options: &TextOptions) -> String {
    let differences = Differences {
        label: format!("{}:", visible(&plan.target)),
        actions: &plan.actions,
        notes: &plan.notes,
        nothing: "no difference",
        unchanged: plan.summary.unchanged,
        counts: counts(&plan.summary),
    };
    differences.text(options)
}

/// What moved in the cluster, ordered by object. With nothing: one line.
pub fn drift(plan: &TargetPlan, options: &TextOptions) -> String {
    let unknown = plan.actions.iter().filter(|action| action.causes == [Cause::Unknown]).count();
    let same = plan.summary.unchanged - unknown.min(plan.summary.unchanged);
    let counted = [
        (plan.summary.update, "changed live"),
        (plan.summary.delete, "deleted live"),
        (unknown, "unknown"),
        (same, "as deployed"),
    ];
    let counts = counted.into_iter().filter(|(number, _)| *number > 0);
    let differences = Differences {
        label: format!("{}:", visible(&plan.target)),
        actions: &plan.actions,
        notes: &plan.notes,
        nothing: if unknown > 0 { "no drift that is known" } else { "no drift" },
        unchanged: plan.summary.unchanged,
        counts: counts.map(|(number, what)| format!("{number} {what}")).collect(),
    };
    differences.text(options)
}

/// What differs, whatever is compared.
pub(super) struct Differences<'a> {
    /// What is compared.
    pub(super) label: String,
    /// The objects.
    pub(super) actions: &'a [Action],
    /// What is worth knowing besides.
    pub(super) notes: &'a [String],
    /// What is said where nothing does.
    pub(super) nothing: &'a str,
    /// How many objects are the same.
    pub(super) unchanged: usize,
    /// How many differ, by how.
    pub(super) counts: Vec<String>,
}

impl Differences<'_> {
    pub(super) fn text(&self, options: &TextOptions) -> String {
        let (same, mut changing): (Vec<&Action>, Vec<&Action>) =
            self.actions.iter().partition(|action| action.action == Verb::Unchanged);
        changing.sort_by_cached_key(|action| (action.id(), name(action)));
        let layout = Layout::of(&changing, false, options);
        let mut lines: Vec<String> =
            shown(&changing, options).iter().flat_map(|one| entry(one, layout, options)).collect();
        if options.show_unchanged {
            lines.extend(same.iter().flat_map(|action| entry(&Entry::One(action), layout, options)));
        }
        if !lines.is_empty() {
            lines.push(String::new());
        }
        let notes = notes(self.notes, options);
        if !notes.is_empty() {
            lines.extend(notes);
            lines.push(String::new());
        }
        if changing.is_empty() {
            lines.push(self.nothing());
        } else {
            lines.extend(tally(&self.label, &self.counts, options));
        }
        lines_to_text(&lines)
    }

    fn nothing(&self) -> String {
        let objects = words::count(self.unchanged, "object");
        format!(
            "{} {} {}",
            paint(STRONG, &self.label),
            self.nothing,
            paint(FAINT, format_args!("({objects})"))
        )
    }
}

#[cfg(test)]
mod tests {
    use super::{diff, drift};
    use crate::json::json;
    use crate::plan::Verb;
    use crate::report::sample::{action, changed, mixed, options, plain, plan};

    #[test]
    fn drift_reads_as_what_happened() {
        let drifted = plan(vec![
            action(Verb::Delete, "ConfigMap/gone").because("somebody deleted it"),
            action(Verb::Update, "ConfigMap/settings")
                .with(changed("data.level", json!("info"), json!("debug")).drifted("kubectl-edit", 3)),
        ]);
        insta::assert_snapshot!(plain(&drift(&drifted, &options(80))), @"
        - shop/ConfigMap/gone      somebody deleted it
        ~ shop/ConfigMap/settings  deploy/prod/settings.yaml:1
              data.level: info → debug  ← changed live by kubectl-edit, 3 minutes ago

        prod: 1 changed live, 1 deleted live, 40 as deployed
        ");
    }

    #[test]
    fn differences_are_ordered_by_object() {
        insta::assert_snapshot!(plain(&diff(&mixed(), &options(80))), @r#"
        + Namespace/shop                    deploy/prod/shop.yaml:1
        ○ shop/ConfigMap/kept               trueup.dev/on-remove: keep
        + shop/ConfigMap/settings           deploy/prod/settings.yaml:1
        - shop/PersistentVolumeClaim/cache  not in Git any more
              its data may go too
        - shop/Service/old                  not in Git any more
        * shop/Service/web                  deploy/prod/web.yaml:1
              nobody claims it
        ~ shop/Deployment/web               deploy/prod/web.yaml:1
              spec.template.spec.containers[name=web].image: nginx:1.26 → nginx:1.27
              spec.replicas: 5 → 3  ← changed live by kubectl-edit, 3 minutes ago
            + metadata.labels["app.kubernetes.io/team"]: shop
            - spec.paused: true
              takes spec.replicas from kubectl-edit
        ± shop/Job/migrate                  deploy/prod/migrate.yaml:1
              spec.template is immutable
              spec.backoffLimit: 3 → 6

        prod: 2 to create, 1 to update, 1 to replace, 2 to delete, 1 to adopt,
              1 to let go, 40 unchanged
        "#);
    }

    #[test]
    fn no_difference_takes_one_line() {
        insta::assert_snapshot!(plain(&diff(&plan(Vec::new()), &options(80))), @"prod: no difference (40 objects)");
    }
}
