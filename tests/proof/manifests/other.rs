//! The other built-in groups.

use trueup::json::{Value, json};

use super::super::random::Random;

fn rules(random: &mut Random) -> Value {
    random
        .pick(&[
            json!([]),
            json!([{"apiGroups": [""], "resources": ["pods"], "verbs": ["get", "list"]}]),
            json!([{"apiGroups": [""], "resources": ["pods"], "resourceNames": [], "verbs": ["get"]}]),
            json!([{"apiGroups": ["apps", ""], "resources": ["deployments"], "verbs": ["*"]}, {"apiGroups": [""], "resources": ["secrets"], "verbs": ["get"], "resourceNames": ["a"]}]),
        ])
        .clone()
}

pub(super) fn role(random: &mut Random, _: &str) -> Value {
    let rules = rules(random);
    let mut object = json!({});
    random.maybe(&mut object, "rules", &[rules.clone(), rules.clone(), rules]);
    object
}

pub(super) fn cluster_role(random: &mut Random, name: &str) -> Value {
    let mut object = role(random, name);
    random.maybe(
        &mut object,
        "aggregationRule",
        &[json!({"clusterRoleSelectors": [{"matchLabels": {"nobody": "has"}}]})],
    );
    object
}

pub(super) fn role_binding(random: &mut Random, _: &str) -> Value {
    let mut role = json!({"kind": "Role", "name": "a"});
    random.maybe(&mut role, "apiGroup", &[json!("rbac.authorization.k8s.io")]);
    let mut object = json!({"roleRef": role});
    random.maybe(&mut object, "subjects", &[
        json!([]),
        json!([{"kind": "User", "name": "u"}]),
        json!([{"kind": "User", "name": "u", "apiGroup": "rbac.authorization.k8s.io"}, {"kind": "Group", "name": "g"}]),
        json!([{"kind": "ServiceAccount", "name": "s", "namespace": "default"}]),
        json!([{"kind": "ServiceAccount", "name": "s", "namespace": "default", "apiGroup": ""}]),
    ]);
    object
}

pub(super) fn cluster_role_binding(random: &mut Random, name: &str) -> Value {
    let mut object = role_binding(random, name);
    object["roleRef"]["kind"] = json!("ClusterRole");
    object
}

pub(super) fn namespace(random: &mut Random, _: &str) -> Value {
    let mut object = json!({"metadata": {"labels": {}}});
    random.maybe(&mut object["metadata"]["labels"], "team", &[json!("a"), json!("")]);
    random.maybe(&mut object, "spec", &[json!({}), json!({"finalizers": ["kubernetes"]})]);
    object
}

pub(super) fn network_policy(random: &mut Random, name: &str) -> Value {
    let selector =
        random.pick(&[json!({}), json!({"matchLabels": {"app": name}}), json!({"matchLabels": {}})]).clone();
    let mut spec = json!({"podSelector": selector});
    random.maybe(
        &mut spec,
        "ingress",
        &[
            json!([]),
            json!([{}]),
            json!([{"from": [{"podSelector": {}}], "ports": [{"port": 80}]}]),
            json!([{"ports": [{"port": "http", "protocol": "TCP"}, {"port": 1, "endPort": 5}]}]),
        ],
    );
    random.maybe(&mut spec, "egress", &[json!([]), json!([{"to": [{"ipBlock": {"cidr": "10.0.0.0/8"}}]}])]);
    random.maybe(&mut spec, "policyTypes", &[json!(["Ingress"]), json!(["Ingress", "Egress"]), json!([])]);
    json!({"spec": spec})
}

pub(super) fn ingress(random: &mut Random, _: &str) -> Value {
    let backend = json!({"service": {"name": "a", "port": {"number": 80}}});
    let mut spec = json!({"defaultBackend": backend});
    random.maybe(&mut spec, "rules", &[
        json!([]),
        json!([{"host": "a.example", "http": {"paths": [{"path": "/", "pathType": "Prefix", "backend": backend}]}}]),
        json!([{"http": {"paths": [{"pathType": "ImplementationSpecific", "backend": {"service": {"name": "b", "port": {"name": "http"}}}}]}}]),
    ]);
    random.maybe(&mut spec, "tls", &[json!([]), json!([{"hosts": ["a.example"], "secretName": "t"}])]);
    json!({"spec": spec})
}

pub(super) fn autoscaler(random: &mut Random, _: &str) -> Value {
    let mut spec = json!({"maxReplicas": 3, "scaleTargetRef": {"kind": "Deployment", "name": "none", "apiVersion": "apps/v1"}});
    random.maybe(&mut spec, "minReplicas", &[json!(1), json!(2)]);
    random.maybe(&mut spec, "metrics", &[
        json!([]),
        json!([{"type": "Resource", "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 50}}}]),
        json!([{"type": "Pods", "pods": {"metric": {"name": "m"}, "target": {"type": "AverageValue", "averageValue": "1000m"}}}]),
    ]);
    random.maybe(
        &mut spec,
        "behavior",
        &[
            json!({}),
            json!({"scaleDown": {"stabilizationWindowSeconds": 60}}),
            json!({"scaleUp": {"policies": [{"type": "Pods", "value": 1, "periodSeconds": 15}]}}),
        ],
    );
    json!({"spec": spec})
}

pub(super) fn disruption_budget(random: &mut Random, name: &str) -> Value {
    let mut spec = json!({"selector": {"matchLabels": {"app": name}}});
    random.maybe(&mut spec, "minAvailable", &[json!(1), json!("50%"), json!(0)]);
    random.maybe(&mut spec, "unhealthyPodEvictionPolicy", &[json!("AlwaysAllow")]);
    json!({"spec": spec})
}

pub(super) fn storage_class(random: &mut Random, _: &str) -> Value {
    let mut object = json!({"provisioner": "example.com/p"});
    random.maybe(&mut object, "parameters", &[json!({})]);
    random.maybe(&mut object, "reclaimPolicy", &[json!("Delete")]);
    random.maybe(&mut object, "mountOptions", &[json!([]), json!(["ro"])]);
    random.maybe(&mut object, "allowVolumeExpansion", &[json!(false), json!(true)]);
    object
}

pub(super) fn priority_class(random: &mut Random, _: &str) -> Value {
    let mut object = json!({"value": 1});
    random.maybe(&mut object, "globalDefault", &[json!(false)]);
    random.maybe(&mut object, "description", &[json!(""), json!("d")]);
    random.maybe(&mut object, "preemptionPolicy", &[json!("PreemptLowerPriority")]);
    object
}

pub(super) fn webhooks(random: &mut Random, _: &str) -> Value {
    let mut rule = json!({"apiGroups": ["none.example"], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["x"]});
    random.maybe(&mut rule, "scope", &[json!("*"), json!("Namespaced")]);
    let mut hooks = Vec::new();
    for name in random.some(&["a.b.example", "c.d.example"]) {
        let mut hook = json!({
            "name": name, "admissionReviewVersions": ["v1"], "sideEffects": "None", "rules": [rule],
            "clientConfig": {"service": {"name": "s", "namespace": "default"}}
        });
        random.maybe(&mut hook, "failurePolicy", &[json!("Ignore"), json!("Fail")]);
        random.maybe(&mut hook, "namespaceSelector", &[json!({}), json!({"matchLabels": {"a": "b"}})]);
        random.maybe(&mut hook, "timeoutSeconds", &[json!(10)]);
        random.maybe(
            &mut hook,
            "matchConditions",
            &[json!([]), json!([{"name": "x", "expression": "true"}])],
        );
        hooks.push(hook);
    }
    let mut object = json!({});
    random.maybe(&mut object, "webhooks", &[json!(hooks), json!(hooks), json!(hooks)]);
    object
}

pub(super) fn definition(random: &mut Random, name: &str) -> Value {
    let plural = name.split('.').next().expect("a name");
    let mut properties = json!({"type": "object"});
    random.maybe(&mut properties, "properties", &[
        json!({}),
        json!({"spec": {"type": "object", "properties": {"a": {"type": "integer", "default": 1, "minimum": 0}}}}),
        json!({"spec": {"type": "object", "x-kubernetes-preserve-unknown-fields": true, "nullable": true}}),
    ]);
    let mut version =
        json!({"name": "v1", "served": true, "storage": true, "schema": {"openAPIV3Schema": properties}});
    random.maybe(&mut version, "subresources", &[json!({"status": {}})]);
    random.maybe(
        &mut version,
        "additionalPrinterColumns",
        &[json!([]), json!([{"name": "A", "type": "string", "jsonPath": ".a", "priority": 0}])],
    );
    let mut names = json!({"kind": format!("K{plural}"), "plural": plural});
    random.maybe(&mut names, "singular", &[json!(""), json!(plural)]);
    random.maybe(&mut names, "shortNames", &[json!([])]);
    let mut spec =
        json!({"group": "made.example.com", "scope": "Namespaced", "names": names, "versions": [version]});
    random.maybe(&mut spec, "preserveUnknownFields", &[json!(false)]);
    random.maybe(&mut spec, "conversion", &[json!({"strategy": "None"})]);
    json!({"spec": spec})
}
