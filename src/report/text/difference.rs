//! How today's plan differs from a saved one: what is new, what isn't planned
//! any more, and what is done otherwise.

use super::change::change;
use super::entry::{Layout, entry, sentence};
use super::plan::shown;
use super::{TextOptions, lines_to_text};
use crate::plan::{Action, ActionDifference, FieldDifference, PlanDifference};
use crate::report::blamed::Telling;
use crate::report::groups::Entry;
use crate::report::palette::{FAINT, STRONG, paint};
use crate::report::verbs::word;
use crate::report::visible::visible;

/// As many actions as one section names, unless everything is to be shown.
const MOST: usize = 30;

/// The difference; nothing where the plans read the same.
pub fn difference(difference: &PlanDifference, options: &TextOptions) -> String {
    let is_new = |one: &&ActionDifference| one.saved.is_none();
    let is_gone = |one: &&ActionDifference| one.now.is_none();
    let all = &difference.actions;
    let new: Vec<_> = all.iter().filter(is_new).filter_map(|one| one.now.as_ref()).collect();
    let gone: Vec<_> = all.iter().filter(is_gone).filter_map(|one| one.saved.as_ref()).collect();
    let otherwise: Vec<_> = all.iter().filter(|one| !is_new(one) && !is_gone(one)).collect();
    let target = visible(&difference.target);
    let title = |what: &str| paint(STRONG, format_args!("{target}: {what}:"));
    let sections = [
        (title("not in the saved plan"), actions(&new, options)),
        (title("in the saved plan, and not planned any more"), actions(&gone, options)),
        (title("planned otherwise than saved"), changed(&otherwise, options)),
    ];
    let lines: Vec<String> = sections
        .into_iter()
        .filter(|(_, lines)| !lines.is_empty())
        .flat_map(|(title, lines)| [String::new(), title].into_iter().chain(lines))
        .collect();
    lines_to_text(&lines)
}

fn actions(actions: &[&Action], options: &TextOptions) -> Vec<String> {
    let layout = Layout::of(actions, true, options);
    capped(&shown(actions, options), options, |one| entry(one, layout, options))
}

fn changed(differences: &[&ActionDifference], options: &TextOptions) -> Vec<String> {
    capped(differences, options, |one| action(one, options))
}

/// The first ones, and how many more there are.
fn capped<T>(all: &[T], options: &TextOptions, lines: impl Fn(&T) -> Vec<String>) -> Vec<String> {
    let most = if options.full || all.len() <= MOST + 1 { all.len() } else { MOST };
    let more = (most < all.len()).then(|| {
        let more = format!("  … {} more: -v shows them, -o json has them", all.len() - most);
        paint(FAINT, more)
    });
    all.iter().take(most).flat_map(lines).chain(more).collect()
}

fn action(difference: &ActionDifference, options: &TextOptions) -> Vec<String> {
    let (Some(saved), Some(now)) = (&difference.saved, &difference.now) else { return Vec::new() };
    let bare = Action {
        changes: Vec::new(),
        takes_from: Vec::new(),
        after: Vec::new(),
        after_ready: Vec::new(),
        after_all: false,
        declared_wave: None,
        commit: None,
        ..now.clone()
    };
    let layout = Layout::of(&[now], true, options);
    let mut lines = entry(&Entry::One(&bare), layout, options);
    if saved.action != now.action {
        lines.extend(sentence(FAINT, &format!("the saved plan has: {}", word(saved.action)), options));
    }
    lines.extend(difference.reason.iter().flat_map(|reason| sentence(FAINT, &visible(reason), options)));
    lines.extend(difference.fields.iter().flat_map(|one| field(one, now, options)));
    lines
}

/// A field twice: as it was saved and as it is now.
fn field(difference: &FieldDifference, now: &Action, options: &TextOptions) -> Vec<String> {
    let FieldDifference { saved, now: current, .. } = difference;
    let mut lines = Vec::new();
    if let Some(saved) = saved {
        let remark = if current.is_some() { "saved" } else { "saved, and not planned any more" };
        lines.extend(change(saved, &[remark.to_owned()], options));
    }
    if let Some(current) = current {
        let mut telling = Telling::of(now, None).at(options.now, (options.width / 2).clamp(20, 60));
        let told = telling.field(current, std::slice::from_ref(current));
        let word = if saved.is_some() { "now" } else { "new" };
        let remarks: Vec<String> = std::iter::once(word.to_owned()).chain(told).collect();
        lines.extend(change(current, &[remarks.join(", ")], options));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::difference as text;
    use crate::json::json;
    use crate::plan::{Action, Verb, difference};
    use crate::report::sample::{action, added, changed, options, plain, plan};

    fn shown(saved: Vec<Action>, now: Vec<Action>) -> String {
        plain(&text(&difference(&plan(saved), &plan(now)), &options(80)))
    }

    #[test]
    fn each_action_is_told_by_what_became_of_it() {
        let web = |from: u32| {
            action(Verb::Update, "Deployment/web").with(changed("spec.replicas", json!(from), json!(3)))
        };
        let saved = vec![
            web(2).with(added("spec.paused", json!(true))),
            action(Verb::Delete, "Service/old"),
            action(Verb::Update, "Job/migrate"),
        ];
        let edited = changed("spec.replicas", json!(5), json!(3)).drifted("kubectl-edit", 3);
        let now = vec![
            action(Verb::Update, "Deployment/web").with(edited),
            action(Verb::Update, "ConfigMap/settings").with(changed("data.level", json!("a"), json!("b"))),
            action(Verb::Replace, "Job/migrate").because("spec.template is immutable"),
        ];
        insta::assert_snapshot!(shown(saved, now), @"
        prod: not in the saved plan:
          ~ update   shop/ConfigMap/settings  deploy/prod/settings.yaml:1
              data.level: a → b

        prod: in the saved plan, and not planned any more:
          - delete   shop/Service/old

        prod: planned otherwise than saved:
          ~ update   shop/Deployment/web  deploy/prod/web.yaml:1
            + spec.paused: true  ← saved, and not planned any more
              spec.replicas: 2 → 3  ← saved
              spec.replicas: 5 → 3  ← now, changed live by kubectl-edit, 3 minutes ago
          ± replace  shop/Job/migrate  deploy/prod/migrate.yaml:1
              spec.template is immutable
              the saved plan has: update
        ");
    }

    #[test]
    fn what_no_field_shows_is_said_in_words() {
        let create = |digest: &str| {
            vec![Action { digest: Some(digest.into()), ..action(Verb::Create, "ConfigMap/settings") }]
        };
        insta::assert_snapshot!(shown(create("a"), create("b")), @"
        prod: planned otherwise than saved:
          + create   shop/ConfigMap/settings  deploy/prod/settings.yaml:1
              its manifest is another one now
        ");
    }

    #[test]
    fn many_are_cut_and_counted() {
        let deletions = (0..50).map(|n| action(Verb::Delete, &format!("Service/s{n}"))).collect();
        let text = shown(deletions, Vec::new());
        assert!(text.contains("… 20 more: -v shows them, -o json has them"), "{text}");
        assert_eq!(shown(Vec::new(), Vec::new()), "");
    }
}
