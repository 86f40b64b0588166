//! A plan as a comment on a pull request.

use std::time::Duration;

use super::changes::lines;
use super::escape::{block, code, text};
use super::size::{MOST, fitted, shared_out};
use crate::plan::{Action, CommitRef, FieldChange, GuardVerdict, Judgement, Summary, TargetPlan, Verb};
use crate::report::blamed::Telling;
use crate::report::groups::{Entry, entries, shared};
use crate::report::verbs::{CHANGING, sign, word};
use crate::report::words;

/// Names that the title of a group holds.
const NAMED: usize = 3;

/// The plan: a verdict, a table of counts, what will be lost, what the guards
/// say, every object's fields to be opened, and the digest.
pub fn plan(plan: &TargetPlan) -> String {
    within(plan, MOST)
}

/// Those of several environments in one comment.
pub fn plans(all: &[TargetPlan]) -> String {
    shared_out(all, within)
}

fn within(plan: &TargetPlan, most: usize) -> String {
    let head = [
        heading(plan),
        about(plan),
        table(&plan.summary),
        losses(plan),
        guards(&plan.guards),
        notes(&plan.notes),
    ];
    let commit = plan.commit.as_ref();
    let parts: Vec<_> = entries(plan.changing()).iter().map(|one| entry(one, commit)).collect();
    fitted(&head.concat(), &parts, &tail(plan), "object", most)
}

fn heading(plan: &TargetPlan) -> String {
    format!("### {}: {}\n\n", text(&plan.target), verdict(plan))
}

fn verdict(plan: &TargetPlan) -> String {
    let refused = plan.guards.iter().any(|guard| guard.verdict == Judgement::Refuse && guard.about_what);
    let changes = words::count(plan.summary.changes(), "change");
    match (refused, plan.is_empty()) {
        (true, _) => format!("⛔ refused ({changes})"),
        (false, true) => "✅ nothing to change".to_owned(),
        (false, false) if lost(plan).next().is_some() => format!("⚠️ {changes}, deletions among them"),
        (false, false) => changes,
    }
}

pub(super) fn about(plan: &TargetPlan) -> String {
    let mut sentence = format!("On {}, namespace {}", code(&plan.cluster.server), code(&plan.namespace));
    if let Some(commit) = &plan.commit {
        let dirty = if commit.dirty { ", with uncommitted changes" } else { "" };
        let (sha, subject) = (code(words::short(&commit.sha)), text(&commit.subject));
        sentence.extend([", commit ", &sha, " “", &subject, "”", dirty]);
    }
    if let Some(deployed) = &plan.deployed {
        sentence.extend(["; deployed is release ", &deployed.release.to_string()]);
        if let Some(sha) = &deployed.sha {
            sentence.extend([" of ", &code(words::short(sha))]);
        }
    }
    if let Some(selection) = &plan.selection {
        let part = code(&selection.to_string());
        sentence.extend([". **Only a part**: ", &part, "; the rest stays as it is, nothing is deleted"]);
    }
    sentence + ".\n\n"
}

pub(super) fn table(summary: &Summary) -> String {
    let counts = [
        summary.create,
        summary.update,
        summary.replace,
        summary.delete,
        summary.adopt,
        summary.forget,
        summary.run,
    ];
    let mut titles = vec!["unchanged".to_owned()];
    let mut numbers = vec![summary.unchanged.to_string()];
    for (verb, number) in CHANGING.iter().zip(counts).filter(|(_, number)| *number > 0).rev() {
        titles.insert(0, word(*verb).to_owned());
        numbers.insert(0, number.to_string());
    }
    let rule = vec!["---:"; titles.len()].join(" | ");
    format!("| {} |\n| {rule} |\n| {} |\n\n", titles.join(" | "), numbers.join(" | "))
}

fn lost(plan: &TargetPlan) -> impl Iterator<Item = &Action> {
    plan.actions.iter().filter(|action| matches!(action.action, Verb::Delete | Verb::Replace))
}

fn losses(plan: &TargetPlan) -> String {
    const LISTED: usize = 50;
    let lost: Vec<_> = lost(plan).collect();
    if lost.is_empty() {
        return String::new();
    }
    let mut lines: Vec<_> = lost
        .iter()
        .take(LISTED)
        .map(|action| format!("> - {} {}\n", word(action.action), code(&action.id().to_string())))
        .collect();
    if lost.len() > LISTED {
        lines.push(format!("> - and {} more\n", lost.len() - LISTED));
    }
    format!(
        "> [!CAUTION]\n> {} will be deleted or replaced:\n{}\n",
        words::count(lost.len(), "object"),
        lines.concat()
    )
}

/// The guards that refuse or warn.
pub(super) fn guards(verdicts: &[GuardVerdict]) -> String {
    let lines: Vec<_> = verdicts.iter().filter_map(guard).collect();
    if lines.is_empty() { String::new() } else { format!("{}\n", lines.concat()) }
}

fn guard(verdict: &GuardVerdict) -> Option<String> {
    let label = match (verdict.verdict, verdict.about_what) {
        (Judgement::Allow, _) => return None,
        (Judgement::Warn, _) => "⚠️ warning",
        (Judgement::Refuse, true) => "⛔ **refused**",
        (Judgement::Refuse, false) => "⏸️ apply would be refused now",
    };
    Some(format!("- {label}: {}: {}\n", code(&verdict.guard), text(&verdict.message)))
}

/// The notes as a list.
pub(super) fn notes(notes: &[String]) -> String {
    let line = |note: &String| match words::warning(note) {
        Some(warning) => format!("- ⚠️ **warning**: {}\n", text(warning)),
        None => format!("- {}\n", text(note)),
    };
    let lines: Vec<_> = notes.iter().map(line).collect();
    if lines.is_empty() { String::new() } else { format!("{}\n", lines.concat()) }
}

/// One action, or many equal ones.
pub(super) fn entry(entry: &Entry<'_>, commit: Option<&CommitRef>) -> String {
    match entry {
        Entry::One(action) => details(&title(action), action, &action.changes, &[], commit),
        Entry::Many(actions) => many(actions, commit),
    }
}

fn title(action: &Action) -> String {
    let approximate = if action.approximate { " (approximate)" } else { "" };
    let moment = action.hook.as_ref().map(|hook| format!(" {}", hook.on)).unwrap_or_default();
    format!("{} {}{moment}{approximate}", signed(action), code(&action.id().to_string()))
}

/// As code, so that no sign is taken for the start of a list.
fn signed(action: &Action) -> String {
    format!("{} {}", code(&sign(action.action).to_string()), word(action.action))
}

fn many(actions: &[&Action], commit: Option<&CommitRef>) -> String {
    let Some(first) = actions.first() else { return String::new() };
    let names: Vec<_> = actions.iter().map(|action| code(&action.id().to_string())).collect();
    let shown = names.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ");
    let number = words::count(actions.len(), "object");
    let title = format!("{} {number} alike: {shown} …", signed(first));
    details(&title, first, &shared(actions), &names, commit)
}

/// One line where there is nothing to open.
fn details(
    title: &str,
    action: &Action,
    changes: &[FieldChange],
    names: &[String],
    commit: Option<&CommitRef>,
) -> String {
    let mut telling = Telling::of(action, commit);
    if !names.is_empty() {
        telling = telling.without_places();
    }
    let asker = if changes.is_empty() { telling.whole(action, changes) } else { None };
    let lines = lines(action, changes, telling);
    let reason = action.reason.as_deref().map(text).or_else(|| asker.as_deref().map(text));
    if lines.is_empty() {
        let reason = reason.map_or_else(String::new, |reason| format!(": {reason}"));
        return format!("- {title}{reason}\n");
    }
    let mut body = reason.map_or_else(String::new, |reason| format!("{reason}\n\n"));
    if let Some(source) = &action.source {
        body.extend([&code(&format!("{}:{}", source.path, source.line)), "\n\n"]);
    }
    body.push_str(&block("diff", &lines));
    if !names.is_empty() {
        body.extend(["\nIn ", &words::list(names), ".\n"]);
    }
    format!("\n<details><summary>{title}</summary>\n\n{body}\n</details>\n")
}

fn tail(plan: &TargetPlan) -> String {
    let cost = format!(
        "{}, {}",
        words::count(plan.requests, "request"),
        words::duration(Duration::from_millis(plan.duration_ms))
    );
    match &plan.digest {
        Some(digest) => format!("\ndigest {} · {cost}\n", code(digest)),
        None => format!("\nno digest: a part of the plan is approximate · {cost}\n"),
    }
}

#[cfg(test)]
mod tests {
    use super::{MOST, plan as text};
    use crate::json::json;
    use crate::plan::{Judgement, Verb};
    use crate::report::sample::{action, changed, guard, last_commit, masked, mixed, plan};

    #[test]
    fn a_plan_reads_as_a_comment() {
        let mut mixed = mixed();
        mixed.guards = vec![
            guard(
                "max-delete",
                Judgement::Refuse,
                true,
                "2 of 43 objects would be deleted | at most 1 may be",
            ),
            guard("window", Judgement::Refuse, false, "it is Wednesday 14:00"),
        ];
        insta::assert_snapshot!(text(&mixed), @r#"
        ### prod: ⛔ refused (8 changes)

        On <code>https://10.0.0.1:6443</code>, namespace <code>shop</code>, commit <code>abc1234</code> “Bigger images”; deployed is release 12 of <code>9f8e7d6</code>.

        | create | update | replace | delete | adopt | forget | unchanged |
        | ---: | ---: | ---: | ---: | ---: | ---: | ---: |
        | 2 | 1 | 1 | 2 | 1 | 1 | 40 |

        > [!CAUTION]
        > 3 objects will be deleted or replaced:
        > - replace <code>shop/Job/migrate</code>
        > - delete <code>shop/PersistentVolumeClaim/cache</code>
        > - delete <code>shop/Service/old</code>

        - ⛔ **refused**: <code>max-delete</code>: 2 of 43 objects would be deleted \| at most 1 may be
        - ⏸️ apply would be refused now: <code>window</code>: it is Wednesday 14:00

        - <code>+</code> create <code>Namespace/shop</code>
        - <code>+</code> create <code>shop/ConfigMap/settings</code>

        <details><summary><code>&#126;</code> update <code>shop/Deployment/web</code></summary>

        <code>deploy/prod/web.yaml:1</code>

        ```diff
        - spec.template.spec.containers[name=web].image: nginx:1.26
        + spec.template.spec.containers[name=web].image: nginx:1.27
        - spec.replicas: 5
        + spec.replicas: 3
        # changed live by kubectl-edit, 2026-04-01T13:57:00Z
        + metadata.labels["app.kubernetes.io/team"]: shop
        - spec.paused: true
        # takes spec.replicas from kubectl-edit
        ```

        </details>

        <details><summary><code>±</code> replace <code>shop/Job/migrate</code></summary>

        spec.template is immutable

        <code>deploy/prod/migrate.yaml:1</code>

        ```diff
        - spec.backoffLimit: 3
        + spec.backoffLimit: 6
        ```

        </details>
        - <code>&#42;</code> adopt <code>shop/Service/web</code>: nobody claims it
        - <code>-</code> delete <code>shop/PersistentVolumeClaim/cache</code>: not in Git any more
        - <code>-</code> delete <code>shop/Service/old</code>: not in Git any more
        - <code>○</code> forget <code>shop/ConfigMap/kept</code>: trueup.dev/on-remove: keep

        digest <code>v1:3f1c9a0b7d2e4455</code> · 9 requests, 0.21 s
        "#);
    }

    #[test]
    fn nothing_to_change_is_short() {
        insta::assert_snapshot!(text(&plan(Vec::new())), @"
        ### prod: ✅ nothing to change

        On <code>https://10.0.0.1:6443</code>, namespace <code>shop</code>, commit <code>abc1234</code> “Bigger images”; deployed is release 12 of <code>9f8e7d6</code>.

        | unchanged |
        | ---: |
        | 40 |


        digest <code>v1:3f1c9a0b7d2e4455</code> · 9 requests, 0.21 s
        ");
    }

    #[test]
    fn equal_changes_are_one_part() {
        let same = || changed("data.conf", json!("a\n```\nb"), json!("a\n```\nc"));
        let actions =
            (1..=7).map(|n| action(Verb::Update, &format!("ConfigMap/app-{n}")).with(same())).collect();
        insta::assert_snapshot!(text(&plan(actions)), @"
        ### prod: 7 changes

        On <code>https://10.0.0.1:6443</code>, namespace <code>shop</code>, commit <code>abc1234</code> “Bigger images”; deployed is release 12 of <code>9f8e7d6</code>.

        | update | unchanged |
        | ---: | ---: |
        | 7 | 40 |


        <details><summary><code>&#126;</code> update 7 objects alike: <code>shop/ConfigMap/app-1</code>, <code>shop/ConfigMap/app-2</code>, <code>shop/ConfigMap/app-3</code> …</summary>

        <code>deploy/prod/app-1.yaml:1</code>

        ````diff
          data.conf:
              a
              ```
        -     b
        +     c
        ````

        In <code>shop/ConfigMap/app-1</code>, <code>shop/ConfigMap/app-2</code>, <code>shop/ConfigMap/app-3</code>, <code>shop/ConfigMap/app-4</code>, <code>shop/ConfigMap/app-5</code>, <code>shop/ConfigMap/app-6</code> and <code>shop/ConfigMap/app-7</code>.

        </details>

        digest <code>v1:3f1c9a0b7d2e4455</code> · 9 requests, 0.21 s
        ");
    }

    #[test]
    fn a_huge_plan_fits_a_comment_and_says_what_is_left_out() {
        let actions: Vec<_> = (0..2000)
            .map(|n| {
                let change = changed("data.value", json!(format!("{n}{}", "x".repeat(200))), json!(n));
                action(Verb::Update, &format!("ConfigMap/app-{n}")).with(change)
            })
            .collect();
        let text = text(&plan(actions));
        assert!(text.chars().count() <= MOST, "{}", text.chars().count());
        assert!(text.contains("objects left out") && text.contains("digest"));
    }

    #[test]
    fn one_huge_value_does_not_burst_the_comment() {
        let huge = vec!["line"; 50_000].join("\n");
        let update = action(Verb::Update, "ConfigMap/huge").with(changed("data.a", json!(""), json!(huge)));
        let wide = action(Verb::Update, "ConfigMap/wide").with(changed(
            "data.a",
            json!("a"),
            json!("b".repeat(90_000)),
        ));
        let text = text(&plan(vec![update, wide, action(Verb::Create, "ConfigMap/small")]));
        assert!(text.chars().count() <= MOST, "{}", text.chars().count());
        assert!(text.contains("shop/ConfigMap/small"));
    }

    #[test]
    fn secrets_stay_masked() {
        let update = action(Verb::Update, "Secret/db").with(masked("data.password", Some(1), Some(2)));
        assert!(
            text(&plan(vec![update])).contains("- data.password: ‹masked #1›\n+ data.password: ‹masked #2›")
        );
    }

    #[test]
    fn causes_are_remarks_below_the_fields() {
        let commit = |number, line| last_commit(number, "Scale | up", "deploy/prod/web.yaml", line);
        let mut created = action(Verb::Create, "ConfigMap/new");
        created.commit = Some(commit(3, 4));
        let mut deleted = action(Verb::Delete, "ConfigMap/old");
        deleted.commit = Some(crate::plan::LastCommit { line: None, ..commit(4, 1) });
        let update = action(Verb::Update, "Deployment/web")
            .with(
                changed("spec.replicas", json!(5), json!(4))
                    .drifted("kubectl-edit", 3)
                    .written_by(commit(1, 9)),
            )
            .with(changed("spec.paused", json!(true), json!(false)).written_by(commit(2, 8)));
        let once = action(Verb::Update, "Deployment/api")
            .with(changed("spec.replicas", json!(5), json!(4)).written_by(commit(1, 9)))
            .with(changed("spec.paused", json!(true), json!(false)).written_by(commit(1, 8)));
        let all = text(&plan(vec![created, update, once, deleted]));
        let entries = all.split_once("- <code>").expect("entries").1;
        insta::assert_snapshot!(entries, @r#"
        +</code> create <code>shop/ConfigMap/new</code>: 3333333 "Scale \| up", Ada Lovelace

        <details><summary><code>&#126;</code> update <code>shop/Deployment/web</code></summary>

        <code>deploy/prod/web.yaml:1</code>

        ```diff
        - spec.replicas: 5
        + spec.replicas: 4
        # changed live by kubectl-edit, 2026-04-01T13:57:00Z
        # 1111111 "Scale | up", Ada Lovelace (line 9)
        - spec.paused: true
        + spec.paused: false
        # 2222222 "Scale | up", Ada Lovelace (line 8)
        ```

        </details>

        <details><summary><code>&#126;</code> update <code>shop/Deployment/api</code></summary>

        <code>deploy/prod/api.yaml:1</code>

        ```diff
        # 1111111 "Scale | up", Ada Lovelace
        - spec.replicas: 5
        + spec.replicas: 4
        - spec.paused: true
        + spec.paused: false
        ```

        </details>
        - <code>-</code> delete <code>shop/ConfigMap/old</code>: 4444444 "Scale \| up", Ada Lovelace (deploy/prod/web.yaml)

        digest <code>v1:3f1c9a0b7d2e4455</code> · 9 requests, 0.21 s
        "#);
    }
}
