//! Kinds and fields with ways of their own: after an apply nothing is left to
//! do, and what can't be changed is said.

use crate::harness::TestEnvironment;
use crate::harness::manifests::{config_map, definition_of_tills, deployment, service};

/// Deploys the manifest; then there must be nothing to do, proved or asked.
fn settles(manifest: &str) {
    settles_after(&["apply", "prod", "--yes"], manifest);
}

fn settles_after(command: &[&str], manifest: &str) {
    let mut environment = TestEnvironment::new();
    environment.commit_file("deploy/object.yaml", manifest);
    environment.trueup(command).success();
    environment.trueup(&["plan", "prod", "--exit-code"]).success();
    environment.trueup(&["plan", "prod", "--exit-code", "--exact"]).success();
    environment.trueup(&["diff", "prod", "--drift", "--exit-code"]).success();
}

#[test]
fn a_stateful_set_with_volumes() {
    settles(
        "apiVersion: apps/v1
kind: StatefulSet
metadata:
  name: db
spec:
  serviceName: db
  replicas: 2
  selector:
    matchLabels: {app: db}
  template:
    metadata:
      labels: {app: db}
    spec:
      containers:
        - {name: db, image: \"db:1\"}
  volumeClaimTemplates:
    - metadata:
        name: data
      spec:
        accessModes: [ReadWriteOnce]
        resources: {requests: {storage: 1024Mi}}
",
    );
}

#[test]
fn a_daemon_set() {
    settles(
        &deployment("agent", "agent:1")
            .replace("kind: Deployment", "kind: DaemonSet")
            .replace("  replicas: 1\n", ""),
    );
}

#[test]
fn a_cron_job_an_ingress_and_a_disruption_budget() {
    settles(
        "apiVersion: batch/v1
kind: CronJob
metadata: {name: nightly}
spec:
  schedule: \"0 3 * * *\"
  jobTemplate:
    spec:
      template:
        spec:
          restartPolicy: Never
          containers: [{name: nightly, image: \"nightly:1\"}]
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: front}
spec:
  rules:
    - host: shop.example
      http:
        paths:
          - {path: /, pathType: Prefix, backend: {service: {name: web, port: {number: 80}}}}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: web}
spec:
  maxUnavailable: 50%
  selector: {matchLabels: {app: web}}
",
    );
}

#[test]
fn an_object_written_at_an_older_version_than_the_server_prefers() {
    // Without metrics it never gets ready.
    settles_after(
        &["apply", "prod", "--yes", "--no-wait"],
        "apiVersion: autoscaling/v1
kind: HorizontalPodAutoscaler
metadata: {name: web}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
  minReplicas: 1
  maxReplicas: 3
  targetCPUUtilizationPercentage: 80
",
    );
}

#[test]
fn empty_maps_and_lists() {
    let rolled = "apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: {name: empty, annotations: {}}\nrules: []\n";
    let map = "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: empty, labels: {}}\ndata: {}\n";
    let policy = "---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: deny}\nspec: {podSelector: {}, \
                  policyTypes: [Ingress], ingress: []}\n";
    settles(&format!("{rolled}{map}{policy}"));
}

#[test]
fn explicit_nulls() {
    settles(
        &deployment("web", "web:1")
            .replace("spec:\n  replicas: 1", "spec:\n  paused: null\n  strategy: null\n  replicas: 1"),
    );
}

#[test]
fn a_large_config_map() {
    let value = "0123456789abcdef".repeat(20_000);
    settles(&config_map("large", "value", &value));
}

#[test]
fn a_service_of_every_type() {
    let load_balancer = service("public", 443)
        .replace(
            "  name: public\n",
            "  name: public\n  labels:\n    sandbox.trueup.dev/load-balancer: \"true\"\n",
        )
        .replace("spec:\n", "spec:\n  type: LoadBalancer\n");
    let headless = service("headless", 80).replace("spec:\n", "spec:\n  clusterIP: None\n");
    let external = "apiVersion: v1\nkind: Service\nmetadata: {name: external}\nspec: {type: ExternalName, externalName: shop.example}\n";
    let node = service("node", 80).replace("spec:\n", "spec:\n  type: NodePort\n");
    settles(&[load_balancer, headless, external.to_owned(), node].join("---\n"));
}

#[test]
fn one_port_number_for_two_protocols() {
    settles(
        "apiVersion: v1
kind: Service
metadata: {name: dns}
spec:
  selector: {app: dns}
  ports:
    - {name: udp, port: 53, protocol: UDP}
    - {name: tcp, port: 53, protocol: TCP}
",
    );
}

#[test]
fn a_custom_object_keeps_its_nulls_and_unknown_fields() {
    let mut environment = TestEnvironment::new();
    let group = format!("{}.example.com", environment.unique("notes"));
    let definition = format!(
        "apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: notes.{group}
spec:
  group: {group}
  scope: Namespaced
  names: {{kind: Note, plural: notes, singular: note}}
  versions:
    - name: v1
      served: true
      storage: true
      schema:
        openAPIV3Schema:
          type: object
          properties:
            spec:
              type: object
              x-kubernetes-preserve-unknown-fields: true
              properties:
                size: {{type: integer, default: 3}}
                note: {{type: string, nullable: true, default: hello}}
"
    );
    let object = format!(
        "apiVersion: {group}/v1\nkind: Note\nmetadata: {{name: a}}\nspec: {{note: null, other: {{x: [1, 2]}}}}\n"
    );
    environment.write("deploy/definition.yaml", &definition);
    environment.commit_file("deploy/object.yaml", &object);

    environment.apply();

    let spec = environment.live_object(&format!("{group}/v1/notes/a"))["spec"].clone();
    assert_eq!(spec, trueup::json::json!({"note": null, "other": {"x": [1, 2]}, "size": 3}));
    environment.trueup(&["plan", "prod", "--exit-code"]).success();
    environment.trueup(&["plan", "prod", "--exit-code", "--exact"]).success();
}

/// Deploys the first manifest, then the second, which the server can't make of
/// the first: that must be refused or replaced, never be half done.
fn cannot_become(first: &str, second: &str) -> String {
    let mut environment = TestEnvironment::new();
    environment.write("deploy/other.yaml", &config_map("other", "x", "1"));
    environment.commit_file("deploy/object.yaml", first);
    environment.apply();
    environment.write("deploy/other.yaml", &config_map("other", "x", "2"));
    environment.commit_file("deploy/object.yaml", second);
    let run = environment.trueup(&["apply", "prod", "--yes"]);
    assert!(matches!(run.code, Some(1 | 3)), "{run}");
    assert_eq!(environment.live_object("v1/configmaps/other")["data"]["x"], "1", "{run}");
    run.snapshot()
}

#[test]
fn an_immutable_config_map() {
    let immutable = |value| format!("{}immutable: true\n", config_map("fixed", "x", value));
    insta::assert_snapshot!(cannot_become(&immutable("1"), &immutable("2")), @r#"
    $ trueup apply prod --yes
    prod on $SERVER ([version]), namespace $NAMESPACE
      commit  $COMMIT2 "Change deploy/object.yaml", Ada Example, [ago], main
      deployed release 1, commit $COMMIT1

      ± replace  $NAMESPACE/ConfigMap/fixed  deploy/object.yaml:1
          data can't be changed in place, so it's deleted and created again
          data.x: "1" → "2"  ← $COMMIT2 (line 6)
      ~ update  $NAMESPACE/ConfigMap/other  deploy/other.yaml:1
          data.x: "1" → "2"  ← $COMMIT2 (line 6)

    ± 1 object will be deleted and created again:
      $NAMESPACE/ConfigMap/fixed

    Plan: 1 to update, 1 to replace
    digest v1:[digest]
    ([n] requests, [time])
    refused: immutable: would delete and create again $NAMESPACE/ConfigMap/fixed,
      which has a field that can't be changed: annotate it with trueup.dev/on-immutable: replace, or
      override this guard
      --override immutable --reason TEXT lets it pass

    prod: refused by immutable, nothing was written ($COMMIT2 "Change deploy/object.yaml", [time])
    --- exit status 3
    "#);
}

#[test]
fn a_deployments_selector() {
    let second = deployment("web", "web:1").replace("app: web", "app: shop");
    insta::assert_snapshot!(cannot_become(&deployment("web", "web:1"), &second), @r#"
    $ trueup apply prod --yes
    prod on $SERVER ([version]), namespace $NAMESPACE
      commit  $COMMIT2 "Change deploy/object.yaml", Ada Example, [ago], main
      deployed release 1, commit $COMMIT1

      ~ update  $NAMESPACE/ConfigMap/other  deploy/other.yaml:1
          data.x: "1" → "2"  ← $COMMIT2 (line 6)
      ± replace  $NAMESPACE/Deployment/web  deploy/object.yaml:1  ← $COMMIT2
          spec.selector can't be changed in place, so it's deleted and created again: all of its pods
          stop, and others start
          spec.selector.matchLabels.app: web → shop
          spec.template.metadata.labels.app: web → shop

    ± 1 object will be deleted and created again:
      $NAMESPACE/Deployment/web

    Plan: 1 to update, 1 to replace
    digest v1:[digest]
    ([n] requests, [time])
    refused: immutable: would delete and create again $NAMESPACE/Deployment/web,
      which has a field that can't be changed: annotate it with trueup.dev/on-immutable: replace, or
      override this guard
      --override immutable --reason TEXT lets it pass

    prod: refused by immutable, nothing was written ($COMMIT2 "Change deploy/object.yaml", [time])
    --- exit status 3
    "#);
}

#[test]
fn a_jobs_template() {
    let job = |image: &str| {
        format!(
            "apiVersion: batch/v1\nkind: Job\nmetadata: {{name: migrate}}\nspec: {{template: {{spec: {{restartPolicy: Never, \
             containers: [{{name: migrate, image: \"{image}\"}}]}}}}}}\n"
        )
    };
    insta::assert_snapshot!(cannot_become(&job("migrate:1"), &job("migrate:2")), @r#"
    $ trueup apply prod --yes
    prod on $SERVER ([version]), namespace $NAMESPACE
      commit  $COMMIT2 "Change deploy/object.yaml", Ada Example, [ago], main
      deployed release 1, commit $COMMIT1

      ~ update  $NAMESPACE/ConfigMap/other  deploy/other.yaml:1
          data.x: "1" → "2"  ← $COMMIT2 (line 6)
      ± replace  $NAMESPACE/Job/migrate  deploy/object.yaml:1
          spec.template can't be changed in place, so it's deleted and created again: it runs once more
          spec.template.spec.containers[name=migrate].image: migrate:1 → migrate:2  ← $COMMIT2 (line 4)

    ± 1 object will be deleted and created again:
      $NAMESPACE/Job/migrate

    Plan: 1 to update, 1 to replace
    digest v1:[digest]
    ([n] requests, [time])
    refused: immutable: would delete and create again $NAMESPACE/Job/migrate, which
      has a field that can't be changed: annotate it with trueup.dev/on-immutable: replace, or override
      this guard
      --override immutable --reason TEXT lets it pass

    prod: refused by immutable, nothing was written ($COMMIT2 "Change deploy/object.yaml", [time])
    --- exit status 3
    "#);
}

#[test]
fn a_bindings_role() {
    let binding = |role: &str| {
        format!(
            "apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: {{name: clerk}}\nroleRef: {{apiGroup: \
             rbac.authorization.k8s.io, kind: ClusterRole, name: {role}}}\nsubjects: []\n"
        )
    };
    insta::assert_snapshot!(cannot_become(&binding("view"), &binding("edit")), @r#"
    $ trueup apply prod --yes
    prod on $SERVER ([version]), namespace $NAMESPACE
      commit  $COMMIT2 "Change deploy/object.yaml", Ada Example, [ago], main
      deployed release 1, commit $COMMIT1

      ± replace  $NAMESPACE/RoleBinding/clerk  deploy/object.yaml:1
          roleRef can't be changed in place, so it's deleted and created again: the rights that it gives
          are gone for a moment
          roleRef.name: view → edit  ← $COMMIT2 (line 4)
        + subjects: []  ← $COMMIT1 "Change deploy/object.yaml", Ada Example, [ago] (line 5)
      ~ update  $NAMESPACE/ConfigMap/other  deploy/other.yaml:1
          data.x: "1" → "2"  ← $COMMIT2 (line 6)

    ± 1 object will be deleted and created again:
      $NAMESPACE/RoleBinding/clerk

    Plan: 1 to update, 1 to replace
    digest v1:[digest]
    ([n] requests, [time])
    refused: immutable: would delete and create again $NAMESPACE/RoleBinding/clerk,
      which has a field that can't be changed: annotate it with trueup.dev/on-immutable: replace, or
      override this guard
      --override immutable --reason TEXT lets it pass

    prod: refused by immutable, nothing was written ($COMMIT2 "Change deploy/object.yaml", [time])
    --- exit status 3
    "#);
}

/// A definition of tills, whose specs have these properties.
fn tills(group: &str, properties: &str) -> String {
    let versions = format!(
        "    - name: v1
      served: true
      storage: true
      schema:
        openAPIV3Schema:
          type: object
          properties:
            spec: {{type: object, properties: {{{properties}}}}}
"
    );
    definition_of_tills(group, &versions)
}

fn till(group: &str, spec: &str) -> String {
    format!("apiVersion: {group}/v1\nkind: Till\nmetadata: {{name: main}}\nspec: {{{spec}}}\n")
}

#[test]
fn a_definition_gains_a_field_that_an_object_uses_at_once() {
    let mut environment = TestEnvironment::new();
    let group = format!("{}.example.com", environment.unique("tills"));
    environment.write("deploy/definition.yaml", &tills(&group, "drawers: {type: integer}"));
    environment.commit_file("deploy/object.yaml", &till(&group, "drawers: 1"));
    environment.apply();
    environment
        .write("deploy/definition.yaml", &tills(&group, "drawers: {type: integer}, street: {type: string}"));
    environment.commit_file("deploy/object.yaml", &till(&group, "drawers: 1, street: Main"));

    environment.apply();

    assert_eq!(environment.live_object(&format!("{group}/v1/tills/main"))["spec"]["street"], "Main");
    environment.trueup(&["plan", "prod", "--exit-code"]).success();
}

/// No built-in kind stores a duration; the server keeps those of custom resources as they
/// are written.
#[test]
fn a_duration_written_in_another_way_is_a_change_as_the_server_has_it() {
    let mut environment = TestEnvironment::new();
    let group = format!("{}.example.com", environment.unique("tills"));
    environment.write("deploy/definition.yaml", &tills(&group, "pause: {type: string, format: duration}"));
    environment.commit_file("deploy/object.yaml", &till(&group, "pause: 60m"));
    environment.apply();
    environment.commit_file("deploy/object.yaml", &till(&group, "pause: 1h0m0s"));

    environment.trueup(&["plan", "prod"]).success().prints("spec.pause: 60m → 1h0m0s");
    environment.apply();

    assert_eq!(environment.live_object(&format!("{group}/v1/tills/main"))["spec"]["pause"], "1h0m0s");
    environment.trueup(&["plan", "prod", "--exit-code"]).success();
}
