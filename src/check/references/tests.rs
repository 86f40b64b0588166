//! Sets of objects, and what is noted about each.

use super::*;
use crate::check::tests::manifests;

/// What is noted about a set, a line each.
#[track_caller]
fn notes(text: &str) -> Vec<String> {
    let manifests = manifests(text);
    let index = Index::of(&manifests);
    let mut findings = Vec::new();
    (0..manifests.len()).for_each(|position| check(&index, position, &mut findings));
    let line = |finding: &Finding| {
        assert_eq!(finding.severity, Severity::Note);
        let hints: Vec<String> = finding.hints.iter().map(|hint| format!(" ({hint})")).collect();
        format!("{} {}: {}{}", finding.rule, finding.path, finding.message, hints.concat())
    };
    findings.iter().map(line).collect()
}

/// A pod whose spec has these fields beside a container with those.
fn pod(spec: &str, container: &str) -> String {
    format!(
        "apiVersion: v1\nkind: Pod\nmetadata: {{name: web, labels: {{app: web}}}}\nspec: {{{spec}containers: [{{name: web, image: web{container}}}]}}\n"
    )
}

fn object(api_version: &str, kind: &str, name: &str, rest: &str) -> String {
    format!("---\napiVersion: {api_version}\nkind: {kind}\nmetadata: {{name: {name}}}\n{rest}\n")
}

const NONE: [&str; 0] = [];

#[test]
fn pods_need_their_config_maps_and_secrets() {
    let variables = ", envFrom: [{configMapRef: {name: a}}, {secretRef: {name: b}}], \
        env: [{name: X, valueFrom: {configMapKeyRef: {name: c, key: k}}}, \
              {name: Y, valueFrom: {secretKeyRef: {name: d, key: k}}}]";
    assert_eq!(
        notes(&pod("", variables)),
        [
            r#"missing-reference spec.containers[0].envFrom[0].configMapRef.name: ConfigMap "a" isn't in the set"#,
            r#"missing-reference spec.containers[0].envFrom[1].secretRef.name: Secret "b" isn't in the set"#,
            r#"missing-reference spec.containers[0].env[0].valueFrom.configMapKeyRef.name: ConfigMap "c" isn't in the set"#,
            r#"missing-reference spec.containers[0].env[1].valueFrom.secretKeyRef.name: Secret "d" isn't in the set"#,
        ]
    );
    let volumes = "volumes: [{name: a, configMap: {name: a}}, {name: b, secret: {secretName: b}}, \
        {name: c, projected: {sources: [{configMap: {name: c}}, {secret: {name: d}}]}}, \
        {name: e, persistentVolumeClaim: {claimName: e}}], \
        imagePullSecrets: [{name: f}], serviceAccountName: g, ";
    assert_eq!(
        notes(&pod(volumes, "")),
        [
            r#"missing-reference spec.volumes[0].configMap.name: ConfigMap "a" isn't in the set"#,
            r#"missing-reference spec.volumes[1].secret.secretName: Secret "b" isn't in the set"#,
            r#"missing-reference spec.volumes[2].projected.sources[0].configMap.name: ConfigMap "c" isn't in the set"#,
            r#"missing-reference spec.volumes[2].projected.sources[1].secret.name: Secret "d" isn't in the set"#,
            r#"missing-reference spec.volumes[3].persistentVolumeClaim.claimName: PersistentVolumeClaim "e" isn't in the set"#,
            r#"missing-reference spec.imagePullSecrets[0].name: Secret "f" isn't in the set"#,
            r#"missing-reference spec.serviceAccountName: ServiceAccount "g" isn't in the set"#,
        ]
    );
}

#[test]
fn what_is_optional_or_everywhere_may_be_missing() {
    let volumes = "volumes: [{name: a, configMap: {name: a, optional: true}}, \
        {name: b, secret: {secretName: b, optional: true}}, {name: c, configMap: {name: kube-root-ca.crt}}], \
        serviceAccountName: default, ";
    let variables = ", envFrom: [{configMapRef: {name: a, optional: true}}], \
        env: [{name: X, valueFrom: {secretKeyRef: {name: d, key: k, optional: true}}}]";
    assert_eq!(notes(&pod(volumes, variables)), NONE);
}

#[test]
fn keys_are_looked_for_in_what_is_there() {
    let pod = pod(
        "volumes: [{name: a, configMap: {name: settings, items: [{key: lvl, path: x}, {key: level, path: y}]}}], ",
        ", env: [{name: X, valueFrom: {secretKeyRef: {name: login, key: pasword}}}, \
                 {name: Y, valueFrom: {secretKeyRef: {name: login, key: token, optional: true}}}, \
                 {name: Z, valueFrom: {secretKeyRef: {name: filled, key: any}}}]",
    );
    let settings = object("v1", "ConfigMap", "settings", "data: {level: info}");
    let login = object("v1", "Secret", "login", "stringData: {password: hunter2-hunter2}");
    let filled = object("v1", "Secret", "filled", "type: kubernetes.io/service-account-token");
    assert_eq!(
        notes(&[pod, settings, login, filled].concat()),
        [
            r#"missing-key spec.containers[0].env[0].valueFrom.secretKeyRef.key: Secret "login" has no key "pasword" (did you mean "password"?)"#,
            r#"missing-key spec.volumes[0].configMap.items[0].key: ConfigMap "settings" has no key "lvl""#,
        ]
    );
}

#[test]
fn what_something_in_the_set_makes_is_not_missing() {
    let wants = |name: &str| pod(&format!("imagePullSecrets: [{{name: {name}}}], "), "");
    for (name, maker) in [
        ("a", object("external-secrets.io/v1", "ExternalSecret", "a", "spec: {}")),
        ("a", object("external-secrets.io/v1", "ExternalSecret", "x", "spec: {target: {name: a}}")),
        ("a", object("bitnami.com/v1alpha1", "SealedSecret", "a", "spec: {}")),
        ("a", object("cert-manager.io/v1", "Certificate", "x", "spec: {secretName: a}")),
        (
            "a",
            object(
                "secrets.hashicorp.com/v1beta1",
                "VaultStaticSecret",
                "x",
                "spec: {destination: {name: a}}",
            ),
        ),
        ("a", object("onepassword.com/v1", "OnePasswordItem", "a", "spec: {}")),
        ("a", object("trust.cert-manager.io/v1alpha1", "Bundle", "a", "spec: {}")),
    ] {
        assert_eq!(notes(&(wants(name) + &maker)), NONE, "{maker}");
    }
    let other = object("bitnami.com/v1alpha1", "SealedSecret", "b", "spec: {}");
    assert_eq!(notes(&(wants("a") + &other)).len(), 1);
}

#[test]
fn a_stateful_set_makes_its_claims() {
    let set = object(
        "apps/v1",
        "StatefulSet",
        "db",
        "spec: {volumeClaimTemplates: [{metadata: {name: data}}], template: {spec: {containers: []}}}",
    );
    let claims = |name: &str| {
        pod(&format!("volumes: [{{name: a, persistentVolumeClaim: {{claimName: {name}}}}}], "), "")
    };
    assert_eq!(notes(&(claims("data-db-0") + &set)), NONE);
    assert_eq!(notes(&(claims("data-db-x") + &set)).len(), 1);
}

#[test]
fn services_select_pods_and_their_ports() {
    let web = pod("", ", ports: [{name: http, containerPort: 80}]");
    let service = |spec: &str| object("v1", "Service", "web", &format!("spec: {{{spec}}}"));
    let ports =
        "ports: [{port: 80, targetPort: http}, {port: 81, targetPort: htp}, {port: 82, targetPort: 8080}]";
    assert_eq!(
        notes(&(web.clone() + &service(&format!("selector: {{app: web}}, {ports}")))),
        [
            r#"missing-port spec.ports[1].targetPort: the selected pods have no port of the name "htp" (did you mean "http"?)"#
        ]
    );
    assert_eq!(
        notes(&(web.clone() + &service("selector: {app: wev}"))),
        ["selects-nothing spec.selector: no pods in the set have these labels"]
    );
    for silent in ["", "selector: {}", "type: ExternalName, selector: {app: wev}"] {
        assert_eq!(notes(&(web.clone() + &service(silent))), NONE, "{silent}");
    }
    assert_eq!(notes(&service("selector: {app: wev}")), NONE, "no pods at all");
}

#[test]
fn pods_of_custom_kinds_are_selected_too() {
    let rollout = object(
        "argoproj.io/v1alpha1",
        "Rollout",
        "web",
        "spec: {template: {metadata: {labels: {app: web}}, spec: {containers: [{name: web}]}}}",
    );
    let service = object("v1", "Service", "web", "spec: {selector: {app: web}}");
    assert_eq!(notes(&(rollout + &service)), NONE);
}

#[test]
fn a_stateful_set_has_its_service() {
    let set = object("apps/v1", "StatefulSet", "db", "spec: {serviceName: db}");
    assert_eq!(notes(&set), [r#"missing-reference spec.serviceName: Service "db" isn't in the set"#]);
    assert_eq!(notes(&(set + &object("v1", "Service", "db", "spec: {clusterIP: None}"))), NONE);
}

#[test]
fn an_ingress_leads_to_services_and_their_ports() {
    let ingress = object(
        "networking.k8s.io/v1",
        "Ingress",
        "web",
        "spec: {defaultBackend: {service: {name: wbe, port: {number: 80}}}, tls: [{secretName: tls}], rules: [{http: {paths: [\
           {backend: {service: {name: web, port: {number: 80}}}}, {backend: {service: {name: web, port: {number: 81}}}}, \
           {backend: {service: {name: web, port: {name: htp}}}}]}}]}",
    );
    let service = object("v1", "Service", "web", "spec: {ports: [{name: http, port: 80}]}");
    assert_eq!(
        notes(&(ingress + &service)),
        [
            r#"missing-reference spec.defaultBackend.service.name: Service "wbe" isn't in the set (did you mean "web"?)"#,
            r#"missing-port spec.rules[0].http.paths[1].backend.service.port.number: Service "web" has no port 81 (it has 80)"#,
            r#"missing-port spec.rules[0].http.paths[2].backend.service.port.name: Service "web" has no port "htp" (did you mean "http"?)"#,
            r#"missing-reference spec.tls[0].secretName: Secret "tls" isn't in the set"#,
        ]
    );
}

#[test]
fn scalers_and_budgets_have_targets() {
    let scaler = |name: &str| {
        let target =
            format!("spec: {{scaleTargetRef: {{apiVersion: apps/v1, kind: Deployment, name: {name}}}}}");
        object("autoscaling/v2", "HorizontalPodAutoscaler", "web", &target)
    };
    let budget = |app: &str| {
        let selector = format!("spec: {{selector: {{matchLabels: {{app: {app}}}}}}}");
        object("policy/v1", "PodDisruptionBudget", "web", &selector)
    };
    let template = "spec: {template: {metadata: {labels: {app: web}}, spec: {containers: []}}}";
    let deployment = object("apps/v1", "Deployment", "web", template);
    assert_eq!(notes(&[deployment.clone(), scaler("web"), budget("web")].concat()), NONE);
    assert_eq!(
        notes(&[deployment, scaler("wbe"), budget("wbe")].concat()),
        [
            r#"missing-reference spec.scaleTargetRef.name: Deployment "wbe" isn't in the set (did you mean "web"?)"#,
            "selects-nothing spec.selector: no pods in the set fit this selector",
        ]
    );
}

#[test]
fn bindings_have_roles_and_accounts() {
    let binding = |kind: &str, role: &str| {
        let rest = format!(
            "roleRef: {{kind: {kind}, name: {role}}}\nsubjects: [{{kind: ServiceAccount, name: web, namespace: shop}}, {{kind: User, name: ada}}]"
        );
        object("rbac.authorization.k8s.io/v1", "RoleBinding", "web", &rest)
    };
    let account = object("v1", "ServiceAccount", "web", "");
    assert_eq!(notes(&(account.clone() + &binding("ClusterRole", "view"))), NONE);
    assert_eq!(
        notes(&(account + &binding("Role", "reader"))),
        [r#"missing-reference roleRef.name: Role "reader" isn't in the set"#]
    );
    assert_eq!(
        notes(&binding("ClusterRole", "reader")),
        [
            r#"missing-reference roleRef.name: ClusterRole "reader" isn't in the set"#,
            r#"missing-reference subjects[0].name: ServiceAccount "web" isn't in the set"#,
        ]
    );
}

#[test]
fn probes_and_hooks_name_ports_of_their_container() {
    let container = ", ports: [{name: http, containerPort: 80}], \
        livenessProbe: {httpGet: {port: http}}, readinessProbe: {tcpSocket: {port: htp}}, \
        startupProbe: {httpGet: {port: 80}}, lifecycle: {preStop: {httpGet: {port: admin}}}";
    assert_eq!(
        notes(&pod("", container)),
        [
            r#"missing-port spec.containers[0].readinessProbe.tcpSocket.port: this container has no port of the name "htp" (did you mean "http"?)"#,
            r#"missing-port spec.containers[0].lifecycle.preStop.httpGet.port: this container has no port of the name "admin""#,
        ]
    );
}

#[test]
fn references_stay_in_their_namespace() {
    let pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: web, namespace: shop}\nspec: {serviceAccountName: web, containers: []}\n";
    let account = |namespace: &str| {
        format!("---\napiVersion: v1\nkind: ServiceAccount\nmetadata: {{name: web{namespace}}}\n")
    };
    assert_eq!(notes(&(pod.to_owned() + &account(", namespace: other"))).len(), 1);
    assert_eq!(notes(&(pod.to_owned() + &account(", namespace: shop"))), NONE);
    assert_eq!(notes(&(pod.to_owned() + &account(""))), NONE, "it may be the same one");
}

#[test]
fn a_cron_jobs_pods_are_found() {
    let job = object(
        "batch/v1",
        "CronJob",
        "nightly",
        "spec: {jobTemplate: {spec: {template: {spec: {serviceAccountName: x, containers: []}}}}}",
    );
    assert_eq!(
        notes(&job),
        [
            r#"missing-reference spec.jobTemplate.spec.template.spec.serviceAccountName: ServiceAccount "x" isn't in the set"#
        ]
    );
}
