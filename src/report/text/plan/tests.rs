use super::plan as text;
use crate::json::json;
use crate::plan::{Cause, Judgement, LastCommit, TargetPlan, Verb};
use crate::report::sample::{
    action, added, changed, commit, guard, last_commit, marked, masked, mixed, options, plain, plan, removed,
};
use crate::report::text::TextOptions;

fn at(plan: &TargetPlan, width: usize) -> String {
    plain(&text(plan, &options(width)))
}

#[test]
fn nothing_to_do_takes_one_line() {
    insta::assert_snapshot!(at(&plan(Vec::new()), 100), @"prod: nothing to change (40 objects, 9 requests, 0.21 s)");
}

#[test]
fn one_change_is_shown_with_its_field() {
    let one = action(Verb::Update, "Deployment/web").with(changed("spec.replicas", json!(2), json!(3)));
    insta::assert_snapshot!(at(&plan(vec![one]), 100), @r#"
    prod on https://10.0.0.1:6443 (v1.36.3), namespace shop
      commit   abc1234 "Bigger images", Ada Lovelace, 2 hours ago, main
      deployed release 12, commit 9f8e7d6

      ~ update   shop/Deployment/web  deploy/prod/web.yaml:1
          spec.replicas: 2 → 3

    Plan: 1 to update, 40 unchanged
    digest v1:3f1c9a0b7d2e4455
    (9 requests, 0.21 s)
    "#);
}

#[test]
fn a_bit_of_everything_at_full_width() {
    insta::assert_snapshot!(at(&mixed(), 100), @r#"
    prod on https://10.0.0.1:6443 (v1.36.3), namespace shop
      commit   abc1234 "Bigger images", Ada Lovelace, 2 hours ago, main
      deployed release 12, commit 9f8e7d6

      + create   Namespace/shop                    deploy/prod/shop.yaml:1
      + create   shop/ConfigMap/settings           deploy/prod/settings.yaml:1
      ~ update   shop/Deployment/web               deploy/prod/web.yaml:1
          spec.template.spec.containers[name=web].image: nginx:1.26 → nginx:1.27
          spec.replicas: 5 → 3  ← changed live by kubectl-edit, 3 minutes ago
        + metadata.labels["app.kubernetes.io/team"]: shop
        - spec.paused: true
          takes spec.replicas from kubectl-edit
      ± replace  shop/Job/migrate                  deploy/prod/migrate.yaml:1
          spec.template is immutable
          spec.backoffLimit: 3 → 6
      * adopt    shop/Service/web                  deploy/prod/web.yaml:1
          nobody claims it
      - delete   shop/PersistentVolumeClaim/cache  not in Git any more
          its data may go too
      - delete   shop/Service/old                  not in Git any more
      ○ forget   shop/ConfigMap/kept               trueup.dev/on-remove: keep

    - 2 objects will be deleted:
      shop/PersistentVolumeClaim/cache, shop/Service/old
    ± 1 object will be deleted and created again:
      shop/Job/migrate

    Plan: 2 to create, 1 to update, 1 to replace, 2 to delete, 1 to adopt, 1 to let go, 40 unchanged
    digest v1:3f1c9a0b7d2e4455
    (9 requests, 0.21 s)
    "#);
}

#[test]
fn a_bit_of_everything_at_60_columns() {
    insta::assert_snapshot!(at(&mixed(), 60), @r#"
    prod on https://10.0.0.1:6443 (v1.36.3), namespace shop
      commit   abc1234 "Bigger images", Ada Lovelace, 2 hours
               ago, main
      deployed release 12, commit 9f8e7d6

      + create   Namespace/shop
          deploy/prod/shop.yaml:1
      + create   shop/ConfigMap/settings
          deploy/prod/settings.yaml:1
      ~ update   shop/Deployment/web
          deploy/prod/web.yaml:1
          spec.template.spec.containers[name=web].image:
            - nginx:1.26
            + nginx:1.27
          spec.replicas: 5 → 3
            ← changed live by kubectl-edit, 3 minutes ago
        + metadata.labels["app.kubernetes.io/team"]: shop
        - spec.paused: true
          takes spec.replicas from kubectl-edit
      ± replace  shop/Job/migrate
          deploy/prod/migrate.yaml:1
          spec.template is immutable
          spec.backoffLimit: 3 → 6
      * adopt    shop/Service/web
          deploy/prod/web.yaml:1
          nobody claims it
      - delete   shop/PersistentVolumeClaim/cache
          not in Git any more
          its data may go too
      - delete   shop/Service/old
          not in Git any more
      ○ forget   shop/ConfigMap/kept
          trueup.dev/on-remove: keep

    - 2 objects will be deleted:
      shop/PersistentVolumeClaim/cache, shop/Service/old
    ± 1 object will be deleted and created again:
      shop/Job/migrate

    Plan: 2 to create, 1 to update, 1 to replace, 2 to delete,
          1 to adopt, 1 to let go, 40 unchanged
    digest v1:3f1c9a0b7d2e4455
    (9 requests, 0.21 s)
    "#);
}

#[test]
fn a_bit_of_everything_at_40_columns() {
    insta::assert_snapshot!(at(&mixed(), 40), @r#"
    prod on https://10.0.0.1:6443
        (v1.36.3), namespace shop
      commit   abc1234 "Bigger images", Ada
               Lovelace, 2 hours ago, main
      deployed release 12, commit 9f8e7d6

      + create   Namespace/shop
          deploy/prod/shop.yaml:1
      + create   shop/ConfigMap/settings
          deploy/prod/settings.yaml:1
      ~ update   shop/Deployment/web
          deploy/prod/web.yaml:1
          spec.template.spec.containers[name=web].image:
            - nginx:1.26
            + nginx:1.27
          spec.replicas: 5 → 3
            ← changed live by kubectl-edit,
              3 minutes ago
        + metadata.labels["app.kubernetes.io/team"]:
            shop
        - spec.paused: true
          takes spec.replicas from
          kubectl-edit
      ± replace  shop/Job/migrate
          deploy/prod/migrate.yaml:1
          spec.template is immutable
          spec.backoffLimit: 3 → 6
      * adopt    shop/Service/web
          deploy/prod/web.yaml:1
          nobody claims it
      - delete   shop/PersistentVolumeClaim/cache
          not in Git any more
          its data may go too
      - delete   shop/Service/old
          not in Git any more
      ○ forget   shop/ConfigMap/kept
          trueup.dev/on-remove: keep

    - 2 objects will be deleted:
      shop/PersistentVolumeClaim/cache,
      shop/Service/old
    ± 1 object will be deleted and created again:
      shop/Job/migrate

    Plan: 2 to create, 1 to update,
          1 to replace, 2 to delete,
          1 to adopt, 1 to let go,
          40 unchanged
    digest v1:3f1c9a0b7d2e4455
    (9 requests, 0.21 s)
    "#);
}

#[test]
fn colours_mark_what_is_gained_and_lost() {
    insta::assert_snapshot!(marked(&text(&mixed(), &options(100))), @r#"
    ⟨1⟩prod⟨/⟩ on https://10.0.0.1:6443 ⟨2⟩(v1.36.3)⟨/⟩, namespace shop
      ⟨2⟩commit⟨/⟩   abc1234 "Bigger images", Ada Lovelace, 2 hours ago, main
      ⟨2⟩deployed⟨/⟩ release 12, commit 9f8e7d6

      ⟨32⟩+ create   ⟨/⟩Namespace/shop                    ⟨2⟩deploy/prod/shop.yaml:1⟨/⟩
      ⟨32⟩+ create   ⟨/⟩shop/ConfigMap/settings           ⟨2⟩deploy/prod/settings.yaml:1⟨/⟩
      ⟨33⟩~ update   ⟨/⟩shop/Deployment/web               ⟨2⟩deploy/prod/web.yaml:1⟨/⟩
          spec.template.spec.containers[name=web].image: ⟨31⟩nginx:1.26⟨/⟩ ⟨2⟩→⟨/⟩ ⟨32⟩nginx:1.27⟨/⟩
          spec.replicas: ⟨31⟩5⟨/⟩ ⟨2⟩→⟨/⟩ ⟨32⟩3⟨/⟩  ⟨2⟩← changed live by kubectl-edit, 3 minutes ago⟨/⟩
        ⟨32⟩+⟨/⟩ metadata.labels["app.kubernetes.io/team"]: ⟨32⟩shop⟨/⟩
        ⟨31⟩-⟨/⟩ spec.paused: ⟨31⟩true⟨/⟩
          ⟨36⟩takes spec.replicas from kubectl-edit⟨/⟩
      ⟨1⟩⟨31⟩± replace  ⟨/⟩⟨1⟩⟨31⟩shop/Job/migrate⟨/⟩                  ⟨2⟩deploy/prod/migrate.yaml:1⟨/⟩
          ⟨2⟩spec.template is immutable⟨/⟩
          spec.backoffLimit: ⟨31⟩3⟨/⟩ ⟨2⟩→⟨/⟩ ⟨32⟩6⟨/⟩
      ⟨36⟩* adopt    ⟨/⟩shop/Service/web                  ⟨2⟩deploy/prod/web.yaml:1⟨/⟩
          ⟨2⟩nobody claims it⟨/⟩
      ⟨1⟩⟨31⟩- delete   ⟨/⟩⟨1⟩⟨31⟩shop/PersistentVolumeClaim/cache⟨/⟩  ⟨2⟩not in Git any more⟨/⟩
          ⟨1⟩⟨31⟩its data may go too⟨/⟩
      ⟨1⟩⟨31⟩- delete   ⟨/⟩⟨1⟩⟨31⟩shop/Service/old⟨/⟩                  ⟨2⟩not in Git any more⟨/⟩
      ⟨36⟩○ forget   ⟨/⟩shop/ConfigMap/kept               ⟨2⟩trueup.dev/on-remove: keep⟨/⟩

    ⟨1⟩⟨31⟩- 2 objects will be deleted:⟨/⟩
      ⟨1⟩⟨31⟩shop/PersistentVolumeClaim/cache, shop/Service/old⟨/⟩
    ⟨1⟩⟨31⟩± 1 object will be deleted and created again:⟨/⟩
      ⟨1⟩⟨31⟩shop/Job/migrate⟨/⟩

    ⟨1⟩Plan:⟨/⟩ 2 to create, 1 to update, 1 to replace, 2 to delete, 1 to adopt, 1 to let go, 40 unchanged
    digest v1:3f1c9a0b7d2e4455
    ⟨2⟩(9 requests, 0.21 s)⟨/⟩
    "#);
}

fn thirty() -> TargetPlan {
    let label = r#"metadata.labels["app.kubernetes.io/version"]"#;
    let mut actions = vec![action(Verb::Create, "ConfigMap/new")];
    for number in 1..=12 {
        let same = changed(label, json!("1.2"), json!("1.3"));
        actions.push(action(Verb::Update, &format!("Deployment/app-{number}")).with(same));
    }
    for number in 1..=14 {
        let same = changed(label, json!("1.2"), json!("1.3"));
        actions.push(action(Verb::Update, &format!("Service/app-{number}")).with(same));
    }
    for number in 1..=3 {
        let drift = changed("spec.replicas", json!(1), json!(2)).drifted("kubectl-scale", number);
        actions.push(action(Verb::Update, &format!("StatefulSet/db-{number}")).with(drift));
    }
    plan(actions)
}

#[test]
fn equal_changes_in_many_objects_are_read_once() {
    insta::assert_snapshot!(at(&thirty(), 100), @r#"
    prod on https://10.0.0.1:6443 (v1.36.3), namespace shop
      commit   abc1234 "Bigger images", Ada Lovelace, 2 hours ago, main
      deployed release 12, commit 9f8e7d6

      + create   shop/ConfigMap/new      deploy/prod/new.yaml:1
      ~ update   the same change in 14 Services and 12 Deployments
          metadata.labels["app.kubernetes.io/version"]: "1.2" → "1.3"
          in shop/Deployment/app-1, shop/Deployment/app-2, shop/Deployment/app-3, shop/Deployment/app-4,
          shop/Deployment/app-5, shop/Deployment/app-6, shop/Deployment/app-7, shop/Deployment/app-8,
          shop/Deployment/app-9, shop/Deployment/app-10, 16 more
      ~ update   shop/StatefulSet/db-1   deploy/prod/db-1.yaml:1
          spec.replicas: 1 → 2  ← changed live by kubectl-scale, 1 minute ago
      ~ update   shop/StatefulSet/db-2   deploy/prod/db-2.yaml:1
          spec.replicas: 1 → 2  ← changed live by kubectl-scale, 2 minutes ago
      ~ update   shop/StatefulSet/db-3   deploy/prod/db-3.yaml:1
          spec.replicas: 1 → 2  ← changed live by kubectl-scale, 3 minutes ago

    Plan: 1 to create, 29 to update, 40 unchanged
    digest v1:3f1c9a0b7d2e4455
    (9 requests, 0.21 s)
    "#);
}

#[test]
fn everything_is_everything() {
    let full = TextOptions { full: true, ..options(100) };
    let lines = plain(&text(&thirty(), &full)).lines().filter(|line| line.contains("~ update")).count();
    assert_eq!(lines, 29);
}

#[test]
fn many_deletions_are_counted_and_named() {
    let actions = (1..=14).map(|number| action(Verb::Delete, &format!("ConfigMap/old-{number}"))).collect();
    let mut gone = plan(actions);
    gone.actions.push(action(Verb::Delete, "Namespace/shop"));
    insta::assert_snapshot!(at(&gone, 80), @r#"
    prod on https://10.0.0.1:6443 (v1.36.3), namespace shop
      commit   abc1234 "Bigger images", Ada Lovelace, 2 hours ago, main
      deployed release 12, commit 9f8e7d6

      - delete   shop/ConfigMap/old-1
      - delete   shop/ConfigMap/old-2
      - delete   shop/ConfigMap/old-3
      - delete   shop/ConfigMap/old-4
      - delete   shop/ConfigMap/old-5
      - delete   shop/ConfigMap/old-6
      - delete   shop/ConfigMap/old-7
      - delete   shop/ConfigMap/old-8
      - delete   shop/ConfigMap/old-9
      - delete   shop/ConfigMap/old-10
      - delete   shop/ConfigMap/old-11
      - delete   shop/ConfigMap/old-12
      - delete   shop/ConfigMap/old-13
      - delete   shop/ConfigMap/old-14
      - delete   Namespace/shop
          everything in it goes too

    - 15 objects will be deleted:
      shop/ConfigMap/old-1, shop/ConfigMap/old-2, shop/ConfigMap/old-3,
      shop/ConfigMap/old-4, shop/ConfigMap/old-5, shop/ConfigMap/old-6,
      shop/ConfigMap/old-7, shop/ConfigMap/old-8, shop/ConfigMap/old-9,
      shop/ConfigMap/old-10, 5 more

    Plan: 14 to delete, 40 unchanged
    digest v1:3f1c9a0b7d2e4455
    (9 requests, 0.21 s)
    "#);
}

#[test]
fn secrets_stay_masked_and_equal_ones_look_equal() {
    let secret = action(Verb::Update, "Secret/db")
        .with(masked("data.password", Some(1), Some(2)))
        .with(masked("data.url", None, Some(3)))
        .with(masked("data.old", Some(2), None))
        .with(added("stringData", json!({"a": "‹masked #2›", "b": "‹masked #4›"})));
    insta::assert_snapshot!(at(&plan(vec![secret]), 80), @r#"
    prod on https://10.0.0.1:6443 (v1.36.3), namespace shop
      commit   abc1234 "Bigger images", Ada Lovelace, 2 hours ago, main
      deployed release 12, commit 9f8e7d6

      ~ update   shop/Secret/db  deploy/prod/db.yaml:1
          data.password: ‹masked #1› → ‹masked #2›
        + data.url: ‹masked #3›
        - data.old: ‹masked #2›
        + stringData:
            a: ‹masked #2›
            b: ‹masked #4›

    Plan: 1 to update, 40 unchanged
    digest v1:3f1c9a0b7d2e4455
    (9 requests, 0.21 s)
    "#);
}

#[test]
fn long_values_texts_and_subtrees_are_readable() {
    let digest = |last: &str| {
        format!("registry.example.org/team/shop/frontend/web@sha256:{}{last}", "ab12".repeat(15))
    };
    let conf = |port: u32| format!("server {{\n  listen {port};\n  root /srv;\n}}\n# end\n");
    let rich = action(Verb::Update, "Deployment/web")
        .with(changed(
            "spec.template.spec.containers[name=web].image",
            json!(digest("0000")),
            json!(digest("1111")),
        ))
        .with(changed(r#"data["nginx.conf"]"#, json!(conf(80)), json!(conf(8080))))
        .with(changed(
            "spec.template.spec.containers[name=web].args",
            json!(["--port", "80"]),
            json!(["--port", "8080"]),
        ))
        .with(added(
            "spec.template.spec.containers[name=sidecar]",
            json!({
                "name": "sidecar", "image": "envoy:1.30", "ports": [{"containerPort": 9901, "name": "admin"}]
            }),
        ))
        .with(removed("spec.template.spec.volumes[name=tmp]", json!({"emptyDir": {}, "name": "tmp"})))
        .with(changed("spec.x", json!("80"), json!(80)));
    insta::assert_snapshot!(at(&plan(vec![rich]), 80), @r#"
    prod on https://10.0.0.1:6443 (v1.36.3), namespace shop
      commit   abc1234 "Bigger images", Ada Lovelace, 2 hours ago, main
      deployed release 12, commit 9f8e7d6

      ~ update   shop/Deployment/web  deploy/prod/web.yaml:1
          spec.template.spec.containers[name=web].image:
            - …a256:ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab120000
            + …a256:ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab121111
          data["nginx.conf"]:
              server {
            -   listen 80;
            +   listen 8080;
                root /srv;
              }
              … 1 line
          spec.template.spec.containers[name=web].args:
            - [--port, "80"]
            + [--port, "8080"]
        + spec.template.spec.containers[name=sidecar]:
            image: envoy:1.30
            name: sidecar
            ports:
            - containerPort: 9901
              name: admin
        - spec.template.spec.volumes[name=tmp]:
            emptyDir: {}
            name: tmp
          spec.x: "80" → 80

    Plan: 1 to update, 40 unchanged
    digest v1:3f1c9a0b7d2e4455
    (9 requests, 0.21 s)
    "#);
}

#[test]
fn what_could_not_be_tried_is_marked_and_has_no_digest() {
    let mut approximate = plan(vec![action(Verb::Create, "ConfigMap/settings").approximately()]);
    approximate.digest = None;
    insta::assert_snapshot!(at(&approximate, 80), @r#"
    prod on https://10.0.0.1:6443 (v1.36.3), namespace shop
      commit   abc1234 "Bigger images", Ada Lovelace, 2 hours ago, main
      deployed release 12, commit 9f8e7d6

      + create   shop/ConfigMap/settings  deploy/prod/settings.yaml:1  (approximate)

    approximate: 1 action could not be tried on the server; what it is shown to do
      is approximate
    Plan: 1 to create, 40 unchanged
    (9 requests, 0.21 s)
    "#);
}

#[test]
fn guards_that_refuse_come_before_those_that_warn() {
    let mut refused = plan(vec![action(Verb::Delete, "Service/old")]);
    refused.guards = vec![
        guard("order", Judgement::Allow, false, "newer than what is deployed"),
        guard(
            "image-digest",
            Judgement::Warn,
            true,
            "shop/Deployment/web runs nginx:1.27, which has no digest",
        ),
        guard(
            "window",
            Judgement::Refuse,
            false,
            "it is Wednesday 14:00; deployments are allowed Monday to Friday from 08:00 to 12:00",
        ),
        guard("max-delete", Judgement::Refuse, true, "1 of 41 objects would be deleted, none may be"),
    ];
    refused.notes = vec!["replicas of shop/Deployment/web are left to its HorizontalPodAutoscaler".into()];
    insta::assert_snapshot!(at(&refused, 80), @r#"
    prod on https://10.0.0.1:6443 (v1.36.3), namespace shop
      commit   abc1234 "Bigger images", Ada Lovelace, 2 hours ago, main
      deployed release 12, commit 9f8e7d6

      - delete   shop/Service/old

    note: replicas of shop/Deployment/web are left to its HorizontalPodAutoscaler
    refused: max-delete: 1 of 41 objects would be deleted, none may be
      --override max-delete --reason TEXT lets it pass
    apply would be refused now: window: it is Wednesday 14:00; deployments are
      allowed Monday to Friday from 08:00 to 12:00
      --override window --reason TEXT lets it pass
    warning: image-digest: shop/Deployment/web runs nginx:1.27, which has no
      digest

    - 1 object will be deleted:
      shop/Service/old

    Plan: 1 to delete, 40 unchanged
    digest v1:3f1c9a0b7d2e4455
    (9 requests, 0.21 s)
    "#);
}

#[test]
fn unchanged_objects_are_listed_when_asked_for() {
    let same =
        plan(vec![action(Verb::Unchanged, "ConfigMap/settings"), action(Verb::Unchanged, "Service/web")]);
    let all = TextOptions { show_unchanged: true, ..options(80) };
    insta::assert_snapshot!(plain(&text(&same, &all)), @"
    = shop/ConfigMap/settings  deploy/prod/settings.yaml:1
    = shop/Service/web         deploy/prod/web.yaml:1

    prod: nothing to change (40 objects, 9 requests, 0.21 s)
    ");
}

#[test]
fn text_of_others_can_not_command_the_terminal() {
    let mut nasty = plan(vec![action(Verb::Delete, "ConfigMap/a\u{1b}[2J").because("b\u{1b}[0m")]);
    nasty.notes = vec!["c\u{1b}[1m".into()];
    if let Some(commit) = &mut nasty.commit {
        commit.subject = "d\u{1b}]0;title\u{7}".into();
    }
    assert!(!at(&nasty, 80).contains('\u{1b}'));
    // Every sequence that is left is one of ours.
    let coloured = marked(&text(&nasty, &options(80)));
    assert!(coloured.contains("a␛[2J") && coloured.contains("d␛]0;title␇"), "{coloured}");
}

/// A day on which Git and the cluster both moved.
fn with_causes() -> TargetPlan {
    let scale = || {
        last_commit(
            0x2,
            "Scale up for the sale in spring, which will be a large one",
            "deploy/prod/web.yaml",
            9,
        )
    };
    let image = last_commit(0x3, "Bigger images", "deploy/base/web.yaml", 21);
    let both = last_commit(0x4, "Turn it up", "deploy/prod/settings.yaml", 6);
    let known = LastCommit {
        sha: commit().sha.parse().expect("an id"),
        ..last_commit(1, "Bigger images", "deploy/prod/api.yaml", 12)
    };
    let mut created = action(Verb::Create, "ConfigMap/new");
    created.commit = Some(last_commit(0x5, "Add the new one", "deploy/prod/new.yaml", 4));
    let mut deleted = action(Verb::Delete, "ConfigMap/old");
    deleted.commit =
        Some(LastCommit { line: None, ..last_commit(0x6, "Drop the old one", "deploy/prod/old.yaml", 1) });
    let mut gone = action(Verb::Create, "ConfigMap/gone");
    gone.causes = vec![Cause::Drift];
    let mut dirty = changed("data.a", json!(1), json!(2));
    dirty.uncommitted = true;
    plan(vec![
        created,
        gone,
        action(Verb::Update, "Deployment/web")
            .with(
                changed("spec.template.spec.containers[name=web].image", json!("web:1"), json!("web:2"))
                    .written_by(image),
            )
            .with(changed("spec.replicas", json!(3), json!(5)).written_by(scale()))
            .with(changed("spec.minReadySeconds", json!(1), json!(2)).written_by(scale()))
            .with(
                changed("spec.paused", json!(true), json!(false))
                    .drifted("kubectl-edit", 3)
                    .after_release(json!(false)),
            ),
        action(Verb::Update, "ConfigMap/settings").with(
            changed("data.level", json!("debug"), json!("warn"))
                .drifted("kubectl-edit", 3)
                .after_release(json!("info"))
                .written_by(both),
        ),
        action(Verb::Update, "ConfigMap/api")
            .with(changed("data.a", json!(1), json!(2)).written_by(known.clone()))
            .with(removed("data.b", json!(1)).written_by(known)),
        action(Verb::Update, "ConfigMap/web")
            .with(changed("data.a", json!(1), json!(2)).written_by(scale()))
            .with(changed("data.b", json!(1), json!(2)).written_by(scale())),
        action(Verb::Update, "ConfigMap/dirty").with(dirty),
        deleted,
    ])
}

#[test]
fn causes_are_told_once_at_80_columns() {
    insta::assert_snapshot!(at(&with_causes(), 80), @r#"
    prod on https://10.0.0.1:6443 (v1.36.3), namespace shop
      commit   abc1234 "Bigger images", Ada Lovelace, 2 hours ago, main
      deployed release 12, commit 9f8e7d6

      + create   shop/ConfigMap/new       deploy/prod/new.yaml:1
          ← 5555555 "Add the new one", Ada Lovelace, 2 days ago
      + create   shop/ConfigMap/gone      deploy/prod/gone.yaml:1  ← deleted live
      ~ update   shop/Deployment/web      deploy/prod/web.yaml:1
          spec.template.spec.containers[name=web].image: web:1 → web:2
            ← 3333333 "Bigger images", Ada Lovelace,
              2 days ago (deploy/base/web.yaml:21)
          spec.replicas: 3 → 5
            ← 2222222 "Scale up for the sale in spring, which …", Ada Lovelace,
              2 days ago (line 9)
          spec.minReadySeconds: 1 → 2  ← 2222222 (line 9)
          spec.paused: true → false  ← changed live by kubectl-edit, 3 minutes ago
      ~ update   shop/ConfigMap/settings  deploy/prod/settings.yaml:1
          data.level: debug → warn
            ← changed live by kubectl-edit, 3 minutes ago; info was deployed
            ← 4444444 "Turn it up", Ada Lovelace, 2 days ago (line 6)
      ~ update   shop/ConfigMap/api       deploy/prod/api.yaml:1  ← abc1234
          data.a: 1 → 2
        - data.b: 1
      ~ update   shop/ConfigMap/web       deploy/prod/web.yaml:1
          ← 2222222 "Scale up for the sale in spring, which …", Ada Lovelace,
            2 days ago
          data.a: 1 → 2
          data.b: 1 → 2
      ~ update   shop/ConfigMap/dirty     deploy/prod/dirty.yaml:1
          data.a: 1 → 2  ← not committed yet
      - delete   shop/ConfigMap/old
          ← 6666666 "Drop the old one", Ada Lovelace,
            2 days ago (deploy/prod/old.yaml)

    - 1 object will be deleted:
      shop/ConfigMap/old

    Plan: 2 to create, 5 to update, 1 to delete, 40 unchanged
    digest v1:3f1c9a0b7d2e4455
    (9 requests, 0.21 s)
    "#);
}

#[test]
fn causes_fit_50_columns() {
    insta::assert_snapshot!(at(&with_causes(), 50), @r#"
    prod on https://10.0.0.1:6443 (v1.36.3),
        namespace shop
      commit   abc1234 "Bigger images", Ada Lovelace,
               2 hours ago, main
      deployed release 12, commit 9f8e7d6

      + create   shop/ConfigMap/new
          deploy/prod/new.yaml:1
          ← 5555555 "Add the new one", Ada Lovelace,
            2 days ago
      + create   shop/ConfigMap/gone
          deploy/prod/gone.yaml:1
          ← deleted live
      ~ update   shop/Deployment/web
          deploy/prod/web.yaml:1
          spec.template.spec.containers[name=web].image:
            - web:1
            + web:2
            ← 3333333 "Bigger images", Ada Lovelace,
              2 days ago (deploy/base/web.yaml:21)
          spec.replicas: 3 → 5
            ← 2222222 "Scale up for the sale in…",
              Ada Lovelace, 2 days ago (line 9)
          spec.minReadySeconds: 1 → 2
            ← 2222222 (line 9)
          spec.paused: true → false
            ← changed live by kubectl-edit,
              3 minutes ago
      ~ update   shop/ConfigMap/settings
          deploy/prod/settings.yaml:1
          data.level: debug → warn
            ← changed live by kubectl-edit,
              3 minutes ago; info was deployed
            ← 4444444 "Turn it up", Ada Lovelace,
              2 days ago (line 6)
      ~ update   shop/ConfigMap/api
          deploy/prod/api.yaml:1
          ← abc1234
          data.a: 1 → 2
        - data.b: 1
      ~ update   shop/ConfigMap/web
          deploy/prod/web.yaml:1
          ← 2222222 "Scale up for the sale in…",
            Ada Lovelace, 2 days ago
          data.a: 1 → 2
          data.b: 1 → 2
      ~ update   shop/ConfigMap/dirty
          deploy/prod/dirty.yaml:1
          data.a: 1 → 2  ← not committed yet
      - delete   shop/ConfigMap/old
          ← 6666666 "Drop the old one",
            Ada Lovelace,
            2 days ago (deploy/prod/old.yaml)

    - 1 object will be deleted:
      shop/ConfigMap/old

    Plan: 2 to create, 5 to update, 1 to delete,
          40 unchanged
    digest v1:3f1c9a0b7d2e4455
    (9 requests, 0.21 s)
    "#);
}

#[test]
fn equal_changes_of_one_commit_are_one_and_of_several_name_none() {
    let update = |number: u32, commit: u8| {
        let place = format!("deploy/prod/app-{number}.yaml");
        let change = changed("data.level", json!("info"), json!("warn"));
        let change = change.written_by(last_commit(commit, "Less noise", &place, number));
        action(Verb::Update, &format!("ConfigMap/app-{number}")).with(change)
    };
    let one: Vec<_> = (1..=7).map(|number| update(number, 2)).collect();
    assert!(at(&plan(one), 100).contains(
        "      data.level: info → warn  ← 2222222 \"Less noise\", Ada Lovelace, 2 days ago\n      in "
    ));
    let several: Vec<_> = (1..=7).map(|number| update(number, 2 + u8::from(number > 3))).collect();
    assert!(at(&plan(several), 100).contains("      data.level: info → warn\n      in "));
}
