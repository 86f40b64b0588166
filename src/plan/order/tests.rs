use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::json::json;

fn id(group: &str, kind: &str, namespace: Option<&str>, name: &str) -> ObjectId {
    ObjectId::new(GroupKind::new(group, kind), namespace, name)
}

fn names(objects: &[(ObjectId, Value)]) -> Vec<String> {
    let nodes: Vec<Node<'_>> = objects.iter().map(|(id, body)| Node::new(id, body)).collect();
    order(&nodes).expect("no cycle").sequence.into_iter().map(|at| objects[at].0.to_string()).collect()
}

#[test]
fn a_namespace_comes_before_its_content_and_a_definition_before_its_objects() {
    let definition = json!({"spec": {"group": "example.com", "names": {"kind": "Till"}}});
    let objects = [
        (id("example.com", "Till", Some("shop"), "a"), json!({})),
        (id("apiextensions.k8s.io", "CustomResourceDefinition", None, "tills.example.com"), definition),
        (id("", "Namespace", None, "shop"), json!({})),
    ];
    assert_eq!(
        names(&objects),
        ["Namespace/shop", "CustomResourceDefinition/tills.example.com", "shop/Till/a"]
    );
}

#[test]
fn a_workload_waits_for_what_its_pods_name() {
    let pod = json!({"spec": {"template": {"spec": {"serviceAccountName": "web",
        "containers": [{"envFrom": [{"configMapRef": {"name": "settings"}}]}]}}}});
    let objects = [
        (id("apps", "Deployment", Some("shop"), "web"), pod),
        (id("", "ConfigMap", Some("shop"), "settings"), json!({})),
        (id("", "ConfigMap", Some("other"), "settings"), json!({})),
        (id("", "ServiceAccount", Some("shop"), "web"), json!({})),
    ];
    let nodes: Vec<Node<'_>> = objects.iter().map(|(id, body)| Node::new(id, body)).collect();
    let order = order(&nodes).expect("no cycle");
    assert_eq!(order.after[0], [1, 3]);
    assert_eq!((order.wave[0], order.wave[2]), (1, 0));
}

#[test]
fn soft_edges_that_close_a_cycle_are_dropped() {
    // Three bindings, each with the next as its role: the API server refuses
    // them, but only once they are sent.
    let binding = |name: &str, role: &str| {
        let body = json!({"roleRef": {"kind": "RoleBinding", "name": role}});
        (id("rbac.authorization.k8s.io", "RoleBinding", None, name), body)
    };
    let objects = [binding("a", "b"), binding("b", "c"), binding("c", "a"), binding("d", "d")];
    let nodes: Vec<Node<'_>> = objects.iter().map(|(id, body)| Node::new(id, body)).collect();
    let order = order(&nodes).expect("no cycle");
    assert_eq!(order.after, [vec![1], vec![2], vec![], vec![]]);
    assert_eq!(order.sequence, [2, 1, 0, 3]);
    assert_eq!(order.wave, [2, 1, 0, 0]);
}

proptest! {
    #[test]
    fn everything_comes_once_and_after_what_it_waits_for(
        picks in prop::collection::btree_set((0usize..4, 0usize..3, "[a-c]"), 0..24),
        seed in any::<u64>(),
    ) {
        let kinds = [("", "Namespace"), ("", "ConfigMap"), ("apps", "Deployment"), ("rbac.authorization.k8s.io", "RoleBinding")];
        let mut objects: Vec<(ObjectId, Value)> = picks.into_iter().map(|(kind, namespace, name)| {
            let (group, kind) = kinds[kind];
            let namespace = (kind != "Namespace").then(|| ["a", "b", "c"][namespace]);
            let body = json!({"spec": {"template": {"spec": {"volumes": [{"configMap": {"name": name}}]}}},
                "roleRef": {"kind": "RoleBinding", "name": "a"}});
            (id(group, kind, namespace, &name), body)
        }).collect();
        objects.sort_by(|a, b| a.0.cmp(&b.0));
        objects.dedup_by(|a, b| a.0 == b.0);
        let sorted = names(&objects);
        let nodes: Vec<Node<'_>> = objects.iter().map(|(id, body)| Node::new(id, body)).collect();
        let order = order(&nodes).expect("no cycle");
        prop_assert_eq!(order.sequence.len(), objects.len());
        let position: BTreeMap<usize, usize> = order.sequence.iter().enumerate().map(|(p, &at)| (at, p)).collect();
        for (at, befores) in order.after.iter().enumerate() {
            for before in befores {
                prop_assert!(position[before] < position[&at]);
            }
        }
        // The same set in another order of input.
        let turn = usize::try_from(seed % 7).unwrap_or(0).min(objects.len());
        objects.rotate_left(turn);
        prop_assert_eq!(names(&objects), sorted);
    }
}

/// An object in this wave (`""` for none) that depends on these.
fn asking(kind: &str, name: &str, wave: &str, depends_on: &str) -> (ObjectId, Value) {
    let mut body = json!({"metadata": {"annotations": {}}});
    let named = [("trueup.dev/wave", wave), ("trueup.dev/depends-on", depends_on)];
    for (key, value) in named.into_iter().filter(|(_, value)| !value.is_empty()) {
        body["metadata"]["annotations"][key] = Value::from(value);
    }
    let namespace = (kind != "Namespace").then_some("shop");
    (id("", kind, namespace, name), body)
}

fn nodes(objects: &[(ObjectId, Value)]) -> Vec<Node<'_>> {
    objects.iter().map(|(id, body)| Node::new(id, body)).collect()
}

#[test]
fn waves_come_one_after_the_other_and_none_is_the_wave_zero() {
    let objects = [
        asking("ConfigMap", "late", "10", ""),
        asking("Pod", "early", "-1", ""),
        asking("ConfigMap", "plain", "", ""),
        asking("Service", "plain", "0", ""),
        asking("ConfigMap", "also-late", "10", ""),
    ];
    assert_eq!(
        names(&objects),
        [
            "shop/Pod/early",
            "shop/ConfigMap/plain",
            "shop/Service/plain",
            "shop/ConfigMap/also-late",
            "shop/ConfigMap/late"
        ]
    );
    let order = order(&nodes(&objects)).expect("no cycle");
    assert_eq!(order.declared, Some(vec![10, -1, 0, 0, 10]));
    assert_eq!(order.wave, [2, 0, 1, 1, 2]);
}

#[test]
fn a_namespace_without_a_wave_is_as_early_as_its_content() {
    let objects = [asking("Pod", "early", "-5", ""), asking("Namespace", "shop", "", "")];
    assert_eq!(names(&objects), ["Namespace/shop", "shop/Pod/early"]);
    // One that is needed later only isn't late.
    let objects = [asking("Pod", "late", "5", ""), asking("Namespace", "shop", "", "")];
    assert_eq!(order(&nodes(&objects)).expect("no cycle").declared, Some(vec![5, 0]));
}

#[test]
fn what_an_object_depends_on_comes_before_it_and_must_be_ready() {
    let objects = [
        asking("ConfigMap", "a", "", "Pod/b, Service/shop/c"),
        asking("Pod", "b", "", ""),
        asking("Service", "c", "", "Pod/shop/b"),
    ];
    let order = order(&nodes(&objects)).expect("no cycle");
    assert_eq!(order.sequence, [1, 2, 0]);
    assert_eq!((&order.after, &order.ready), (&vec![vec![1, 2], vec![], vec![1]], &order.after));
    assert_eq!(order.declared, None);
}

#[test]
fn what_is_not_in_the_set_is_told() {
    let objects = [asking("ConfigMap", "a", "", "Pod/elsewhere/b")];
    let hard = Hard::of(&nodes(&objects)).expect("no cycle");
    let reference = "Pod/elsewhere/b".parse().expect("a reference");
    assert_eq!(hard.outside, [Outside { from: 0, reference, annotation: "trueup.dev/depends-on" }]);
}

#[test]
fn the_annotations_of_other_tools_count_as_ours() {
    let mut objects = [
        asking("Pod", "a", "", ""),
        asking("Pod", "b", "", ""),
        asking("Pod", "c", "", ""),
        asking("Pod", "d", "1", ""),
    ];
    let mut annotate = |at: usize, name: &str, text: &str| {
        objects[at].1["metadata"]["annotations"][name] = Value::from(text);
    };
    annotate(0, "config.kubernetes.io/depends-on", "/namespaces/shop/Pod/b");
    annotate(1, "kapp.k14s.io/change-group", "all");
    annotate(1, "kapp.k14s.io/change-rule", "upsert after upserting last");
    annotate(2, "kapp.k14s.io/change-group", "last");
    annotate(2, "kapp.k14s.io/change-rule", "upsert after upserting last");
    annotate(2, "argocd.argoproj.io/sync-wave", "-1");
    annotate(3, "argocd.argoproj.io/sync-wave", "-7");
    let order = order(&nodes(&objects)).expect("no cycle");
    assert_eq!(order.ready, [vec![1], vec![2], vec![], vec![]]);
    // Our own wave counts before Argo CD's.
    assert_eq!(order.declared, Some(vec![0, 0, -1, 1]));
}

#[test]
fn objects_that_depend_on_each_other_have_no_order() {
    let objects = [
        asking("Pod", "z", "", "Pod/b"),
        asking("Pod", "c", "", "Pod/b"),
        asking("Pod", "b", "", "Pod/d"),
        asking("Pod", "d", "", "Pod/c"),
    ];
    let Cycle(edges) = order(&nodes(&objects)).expect_err("a cycle");
    let steps: Vec<_> = edges.iter().map(|edge| (edge.from, edge.to, edge.why)).collect();
    assert_eq!(steps, [(2, 3, Why::DependsOn), (3, 1, Why::DependsOn), (1, 2, Why::DependsOn)]);
    let alone = [asking("Pod", "a", "", "Pod/a")];
    assert_eq!(order(&nodes(&alone)).expect_err("a cycle").0.len(), 1);
}

#[test]
fn what_depends_on_a_later_wave_has_no_order() {
    let objects = [asking("Pod", "a", "1", "Pod/b"), asking("Pod", "b", "2", "")];
    let Cycle(edges) = order(&nodes(&objects)).expect_err("a cycle");
    let steps: Vec<_> = edges.iter().map(|edge| (edge.from, edge.to, edge.why)).collect();
    assert_eq!(steps, [(0, 1, Why::DependsOn), (1, 0, Why::Wave(2, 1))]);
}

#[test]
fn a_reference_gives_way_to_a_wave() {
    let pod = json!({"metadata": {"annotations": {"trueup.dev/wave": "-1"}},
        "spec": {"volumes": [{"configMap": {"name": "settings"}}]}});
    let objects = [(id("", "Pod", Some("shop"), "web"), pod), asking("ConfigMap", "settings", "", "")];
    let order = order(&nodes(&objects)).expect("no cycle");
    assert_eq!((order.sequence, order.after), (vec![0, 1], vec![vec![], vec![]]));
}

#[test]
fn who_waits_for_what_stays_as_it_is_waits_for_what_that_waits_for() {
    let objects =
        [asking("Pod", "a", "", "Pod/b"), asking("Pod", "b", "", "Pod/c"), asking("Pod", "c", "", "")];
    let order = order(&nodes(&objects)).expect("no cycle").among(|at| at != 1);
    assert_eq!((&order.sequence, &order.after), (&vec![2, 0], &vec![vec![2], vec![], vec![]]));
    assert_eq!((&order.wave, &order.ready[0]), (&vec![1, 0, 0], &vec![1]));
}

/// An object with this body, in the namespace `shop` if it isn't told otherwise.
fn object(group: &str, kind: &str, name: &str, body: Value) -> (ObjectId, Value) {
    let cluster_wide = ["StorageClass", "IngressClass", "ValidatingWebhookConfiguration", "APIService"];
    (id(group, kind, (!cluster_wide.contains(&kind)).then_some("shop"), name), body)
}

#[test]
fn what_is_named_comes_before_who_names_it() {
    let cases = [
        (
            object(
                "networking.k8s.io",
                "Ingress",
                "a",
                json!({"spec": {"ingressClassName": "used", "rules": [
                {"http": {"paths": [{"backend": {"service": {"name": "used"}}}]}}], "tls": [{"secretName": "used"}]}}),
            ),
            vec![("", "Service"), ("networking.k8s.io", "IngressClass"), ("", "Secret")],
        ),
        (
            object(
                "networking.k8s.io",
                "Ingress",
                "a",
                json!({"spec": {"defaultBackend": {"service": {"name": "used"}}}}),
            ),
            vec![("", "Service")],
        ),
        (
            object(
                "gateway.networking.k8s.io",
                "HTTPRoute",
                "a",
                json!({"spec": {
                "parentRefs": [{"name": "used"}], "rules": [{"backendRefs": [{"name": "used", "port": 80}]}]}}),
            ),
            vec![("", "Service"), ("gateway.networking.k8s.io", "Gateway")],
        ),
        (
            object(
                "autoscaling",
                "HorizontalPodAutoscaler",
                "a",
                json!({"spec": {
                "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "used"}}}),
            ),
            vec![("apps", "Deployment")],
        ),
        (
            object("", "PersistentVolumeClaim", "a", json!({"spec": {"storageClassName": "used"}})),
            vec![("storage.k8s.io", "StorageClass")],
        ),
        (
            object(
                "apps",
                "StatefulSet",
                "a",
                json!({"spec": {"serviceName": "used",
                "volumeClaimTemplates": [{"spec": {"storageClassName": "used"}}]}}),
            ),
            vec![("", "Service"), ("storage.k8s.io", "StorageClass")],
        ),
        (
            object("", "ServiceAccount", "a", json!({"imagePullSecrets": [{"name": "used"}]})),
            vec![("", "Secret")],
        ),
        (
            object("", "Pod", "a", json!({"spec": {"imagePullSecrets": [{"name": "used"}]}})),
            vec![("", "Secret")],
        ),
    ];
    for (user, used) in cases {
        let mut objects = vec![user];
        objects.extend(used.iter().map(|(group, kind)| object(group, kind, "used", json!({}))));
        objects.extend(used.iter().map(|(group, kind)| object(group, kind, "unused", json!({}))));
        let order = order(&nodes(&objects)).expect("no cycle");
        let expected: Vec<usize> = (1..=used.len()).collect();
        assert_eq!((&order.after[0], &order.ready[0]), (&expected, &vec![]), "{}", objects[0].0);
    }
}

fn web(labels: &Value) -> (ObjectId, Value) {
    let pod = json!({"metadata": {"labels": labels}, "spec": {"serviceAccountName": "web"}});
    object("apps", "Deployment", "web", json!({"spec": {"template": pod}}))
}

#[test]
fn a_budget_comes_after_the_pods_that_it_protects() {
    let budget = |app: &str| {
        object(
            "policy",
            "PodDisruptionBudget",
            "a",
            json!({"spec": {"selector": {"matchLabels": {"app": app}}}}),
        )
    };
    for (app, expected) in [("web", vec![1]), ("db", vec![])] {
        let objects = [budget(app), web(&json!({"app": "web"}))];
        assert_eq!(order(&nodes(&objects)).expect("no cycle").after[0], expected);
    }
}

#[test]
fn rights_come_before_the_pods_that_have_them() {
    let binding = json!({"roleRef": {"kind": "Role", "name": "reader"},
        "subjects": [{"kind": "ServiceAccount", "name": "web"}]});
    let objects = [
        web(&json!({})),
        object("rbac.authorization.k8s.io", "RoleBinding", "a", binding),
        object("rbac.authorization.k8s.io", "Role", "reader", json!({})),
        object("", "ServiceAccount", "web", json!({})),
    ];
    let order = order(&nodes(&objects)).expect("no cycle");
    assert_eq!(order.after, [vec![1, 3], vec![2, 3], vec![], vec![]]);
}

#[test]
fn who_answers_the_api_server_is_ready_before_it_is_asked() {
    let asked = json!({"namespace": "shop", "name": "hook"});
    let service = json!({"spec": {"selector": {"app": "web"}}});
    let (group, version) = ("admissionregistration.k8s.io", "apiregistration.k8s.io");
    let webhooks = json!({"webhooks": [{"clientConfig": {"service": asked.clone()}}]});
    for user in [
        object(group, "ValidatingWebhookConfiguration", "a", webhooks),
        object(version, "APIService", "a", json!({"spec": {"service": asked}})),
    ] {
        let objects = [user, object("", "Service", "hook", service.clone()), web(&json!({"app": "web"}))];
        let order = order(&nodes(&objects)).expect("no cycle");
        assert_eq!(order.among(|_| true).ready, [vec![2], vec![], vec![]]);
        assert_eq!(order.after[0], [1, 2]);
        // What stays as it is isn't waited for, unless a manifest says so.
        assert_eq!(order.among(|at| at != 2).ready[0], [] as [usize; 0]);
    }
}

fn stages(objects: &[(ObjectId, Value)]) -> Vec<Vec<String>> {
    let stages = removal(&nodes(objects)).stages.into_iter();
    stages.map(|stage| stage.into_iter().map(|at| objects[at].0.to_string()).collect()).collect()
}

#[test]
fn objects_go_in_the_reverse_of_the_order_in_which_they_come() {
    let objects = [
        asking("ConfigMap", "a", "", "Pod/b"),
        asking("Pod", "b", "", ""),
        asking("Pod", "c", "", ""),
        asking("ConfigMap", "late", "2", ""),
        asking("Namespace", "shop", "", ""),
    ];
    let expected: [&[&str]; 5] = [
        &["shop/ConfigMap/late"],
        &["shop/Pod/c"],
        &["shop/ConfigMap/a"],
        &["shop/Pod/b"],
        &["Namespace/shop"],
    ];
    assert_eq!(stages(&objects), expected);
    assert_eq!(removal(&nodes(&objects)).after[1], [0]);
}

#[test]
fn what_is_alike_goes_at_once() {
    let group = "rbac.authorization.k8s.io";
    let pair = |name: &str| {
        let binding = json!({"roleRef": {"kind": "Role", "name": name}});
        [object(group, "RoleBinding", name, binding), object(group, "Role", name, json!({}))]
    };
    let objects = [pair("a"), pair("b")].concat();
    let expected: [&[&str]; 2] =
        [&["shop/RoleBinding/a", "shop/RoleBinding/b"], &["shop/Role/a", "shop/Role/b"]];
    assert_eq!(stages(&objects), expected);
}

#[test]
fn objects_that_ask_for_the_impossible_go_all_the_same() {
    let objects = [asking("Pod", "a", "1", "Pod/b"), asking("Pod", "b", "2", "")];
    assert_eq!(stages(&objects), [["shop/Pod/a", "shop/Pod/b"]]);
}

proptest! {
    #[test]
    fn every_hard_edge_is_kept_or_the_set_has_no_order(
        wishes in prop::collection::vec((prop::option::of(-2i32..3), prop::collection::vec(0usize..8, 0..3)), 1..8),
    ) {
        let count = wishes.len();
        let objects: Vec<(ObjectId, Value)> = wishes.iter().enumerate().map(|(at, (wave, needs))| {
            let needs: Vec<String> = needs.iter().map(|need| format!("Pod/p{}", need % count)).collect();
            let wave = wave.map(|wave| wave.to_string()).unwrap_or_default();
            asking("Pod", &format!("p{at}"), &wave, &needs.join(","))
        }).collect();
        let wave = |at: usize| wishes[at].0.unwrap_or(0);
        let hard: Vec<(usize, usize)> = wishes.iter().enumerate()
            .flat_map(|(at, (_, needs))| needs.iter().map(move |need| (at, need % count))).collect();
        match order(&nodes(&objects)) {
            Ok(order) => {
                prop_assert_eq!(order.sequence.len(), count);
                let position: BTreeMap<usize, usize> =
                    order.sequence.iter().enumerate().map(|(position, &at)| (at, position)).collect();
                for &(from, to) in &hard {
                    prop_assert!(position[&to] < position[&from]);
                    prop_assert!(order.wave[to] < order.wave[from]);
                }
                for pair in order.sequence.windows(2) {
                    prop_assert!(wave(pair[0]) <= wave(pair[1]));
                }
                let stages = removal(&nodes(&objects)).stages;
                let stage: BTreeMap<usize, usize> = stages.iter().enumerate()
                    .flat_map(|(stage, all)| all.iter().map(move |&at| (at, stage))).collect();
                prop_assert_eq!(stage.len(), count);
                for (from, to) in hard {
                    prop_assert!(stage[&from] < stage[&to]);
                }
            }
            Err(Cycle(edges)) => {
                for (edge, next) in edges.iter().zip(edges.iter().cycle().skip(1)) {
                    prop_assert_eq!(edge.to, next.from);
                    match edge.why {
                        Why::Wave(own, other) => {
                            prop_assert!(own > other && wave(edge.from) == own && wave(edge.to) == other);
                        }
                        _ => prop_assert!(hard.contains(&(edge.from, edge.to))),
                    }
                }
            }
        }
    }
}
