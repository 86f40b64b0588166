//! What objects must have, and what they are.

use proptest::prelude::*;

use super::*;
use crate::json::json;
use crate::object::Manifest;
use crate::render::duplicates;

/// Renders a file of this text.
fn text(text: &str) -> Result<Rendered, Vec<Diagnostic>> {
    let stdin = Some(text.as_bytes().to_vec());
    render(&SourceTree::AdHoc { directory: "/".into(), stdin }, &items(&["-"]), &Means::default())
}

#[track_caller]
fn one(input: &str) -> Manifest {
    let mut rendered = text(input).map_err(|findings| text_of(&findings)).expect("renders");
    assert_eq!(rendered.manifests.len(), 1);
    rendered.manifests.remove(0)
}

#[test]
fn an_object_is_its_own_json_with_its_identity_and_place() {
    let manifest = one(
        "# A comment\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, namespace: shop}\nspec: {replicas: 3, unknown: yes}\n",
    );
    assert_eq!(manifest.id.to_string(), "shop/Deployment/web");
    assert_eq!(manifest.id.kind.group, "apps");
    assert_eq!(manifest.version, "v1");
    assert_eq!(manifest.body["spec"], json!({"replicas": 3, "unknown": true}));
    assert_eq!((manifest.source.line, manifest.source.column, manifest.source.document), (2, 1, 1));
    assert!(!manifest.source.several);
}

#[test]
fn documents_are_counted_as_they_are_separated() {
    let input = format!("---\n# empty\n---\n{}---\n---\n{}", config_map("a"), config_map("b"));
    assert_eq!(
        objects(text(&input)),
        "ConfigMap/a <stdin>:4:1 (document 2)\nConfigMap/b <stdin>:10:1 (document 4)"
    );
}

#[test]
fn everything_that_is_wrong_is_said_at_once_with_its_place() {
    insta::assert_snapshot!(findings(text("\
- a list
---
just text
---
{}
---
apiVersion: v1
kind: ConfigMap
---
apiVersion: a/b/c
kind: 7
metadata:
  name: true
  namespace: [shop]
---
apiversion: v1
Kind: ConfigMap
metadata:
  naem: a
---
apiVersion: v1
kind: ConfigMap
metadata: {generateName: web-}
---
apiVersion: v1
kind: ''
metadata: {name: ''}
---
apiVersion: v1
kind: ConfigMap
metadata: web
")), @r#"
    an object is a map, but this is a list
      --> <stdin>:1:1 (document 1)
    an object is a map, but this is a text
      --> <stdin>:3:1 (document 2)
    apiVersion is missing
      --> <stdin>:5:1 (document 3)
    kind is missing
      --> <stdin>:5:1 (document 3)
    metadata is missing
      --> <stdin>:5:1 (document 3)
    ConfigMap: metadata is missing
      --> <stdin>:7:1 (document 4)
    apiVersion "a/b/c" is neither VERSION nor GROUP/VERSION
      --> <stdin>:10:1 (document 5)
    kind must be a text, but is a number
      --> <stdin>:11:1 (document 5)
      hint: put it in quotes
    metadata.name must be a text, but is true or false
      --> <stdin>:13:3 (document 5)
      hint: put it in quotes
    metadata.namespace must be a text, but is a list
      --> <stdin>:14:3 (document 5)
    apiVersion is missing
      --> <stdin>:16:1 (document 6)
      hint: did you mean "apiVersion" where it says "apiversion"?
    kind is missing
      --> <stdin>:16:1 (document 6)
      hint: did you mean "kind" where it says "Kind"?
    metadata.name is missing
      --> <stdin>:18:1 (document 6)
      hint: did you mean "name" where it says "naem"?
    ConfigMap: metadata.generateName makes a new object each time
      --> <stdin>:23:12 (document 7)
      hint: give it a fixed metadata.name; only hooks may do without one
    kind is empty
      --> <stdin>:26:1 (document 8)
    metadata.name is empty
      --> <stdin>:27:12 (document 8)
    ConfigMap: metadata must be a map, but is a text
      --> <stdin>:31:1 (document 9)
    "#);
}

#[test]
fn names_that_no_object_can_have_are_refused() {
    for name in [".", "..", "a/b", "a%b"] {
        let role =
            format!("apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: {{name: {name}}}\n");
        assert!(findings(text(&role)).starts_with(&format!("Role/{name}: metadata.name {name:?} ")));
    }
    let role = "apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: {name: system:node..x}\n";
    assert_eq!(one(role).id.name, "system:node..x");
}

#[test]
fn exports_are_cleaned_of_what_means_nothing_and_refused_with_what_does() {
    let manifest = one("\
apiVersion: v1
kind: Service
metadata:
  name: web
  namespace: ''
  creationTimestamp: null
  generation: 3
  selfLink: /api/v1/x
  resourceVersion: ''
  uid: null
  managedFields: []
  annotations: null
spec: {status: {}, metadata: {creationTimestamp: null}}
status: {}
");
    assert_eq!(
        manifest.body,
        json!({
            "apiVersion": "v1", "kind": "Service", "metadata": {"name": "web", "annotations": null},
            "spec": {"status": {}, "metadata": {"creationTimestamp": null}}
        })
    );
    assert_eq!(manifest.id.namespace, None);
    let kept = one("apiVersion: v1\nkind: Service\nmetadata: {name: a}\nstatus: {loadBalancer: {}}\n");
    assert_eq!(kept.body["status"], json!({"loadBalancer": {}}));
    insta::assert_snapshot!(findings(text("\
apiVersion: v1
kind: Service
metadata:
  name: web
  namespace: shop
  uid: 3b9f
  resourceVersion: '17'
  managedFields: [{}]
  labels: {applyset.kubernetes.io/part-of: x}
")), @r#"
    shop/Service/web: metadata.uid is the API server's and can't be in a manifest
      --> <stdin>:6:3
      hint: it was exported from a cluster: remove what the server added to it
    shop/Service/web: metadata.resourceVersion is the API server's and can't be in a manifest
      --> <stdin>:7:3
      hint: it was exported from a cluster: remove what the server added to it
    shop/Service/web: metadata.managedFields is the API server's and can't be in a manifest
      --> <stdin>:8:3
      hint: it was exported from a cluster: remove what the server added to it
    shop/Service/web: the label applyset.kubernetes.io/part-of is set by trueup itself
      --> <stdin>:9:12
      hint: remove it: it says which environment an object belongs to
    "#);
}

#[test]
fn lists_are_unfolded_as_kubectl_does() {
    let input = "\
apiVersion: v1
kind: List
items:
- apiVersion: v1
  kind: ConfigMap
  metadata: {name: a}
- apiVersion: apps/v1
  kind: DeploymentList
  items:
  - metadata: {name: b, namespace: shop}
  - {apiVersion: v1, kind: Secret, metadata: {name: c}}
- {apiVersion: v1, kind: List}
---
apiVersion: example.com/v1
kind: AllowList
metadata: {name: d}
spec: {items: [1]}
";
    let rendered = text(input).expect("renders");
    assert_eq!(
        objects(Ok(rendered.clone())),
        "\
ConfigMap/a <stdin>:4:3 (document 1)
shop/Deployment/b <stdin>:10:5 (document 1)
Secret/c <stdin>:11:5 (document 1)
AllowList/d <stdin>:14:1 (document 2)"
    );
    assert_eq!(rendered.manifests[1].id.kind.to_string(), "Deployment.apps");
    assert_eq!(rendered.manifests[1].body["apiVersion"], json!("apps/v1"));
}

#[test]
fn faults_in_a_list_are_found_in_their_item() {
    insta::assert_snapshot!(findings(text("\
apiVersion: v1
kind: List
items:
- {apiVersion: v1, kind: ConfigMap, metadata: {name: a}}
- 7
- apiVersion: v1
  kind: ConfigMap
  metadata:
    name: 12
- apiVersion: v1
  kind: PodList
  items: {}
- metadata: {name: a}
")), @r#"
    an object is a map, but this is a number
      --> <stdin>:5:3
    ConfigMap: metadata.name must be a text, but is a number
      --> <stdin>:9:5
      hint: put it in quotes
    items must be a list
      --> <stdin>:12:3
    a: apiVersion is missing
      --> <stdin>:13:3
    a: kind is missing
      --> <stdin>:13:3
    "#);
}

#[test]
fn the_same_object_twice_is_refused_with_both_places() {
    let fixture = Fixture::new();
    fixture.write("deploy/a.yaml", &config_map("web"));
    fixture.write("deploy/b.yaml", &format!("{}---\n{}", config_map("other"), config_map("web")));
    fixture
        .write("deploy/c.json", r#"{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "web"}}"#);
    insta::assert_snapshot!(findings(work_tree(&fixture, &["deploy"])), @"
    ConfigMap/web is in the sources twice
      --> deploy/b.yaml:6:1 (document 2)
      because: it is in deploy/a.yaml:1:1 already
    ConfigMap/web is in the sources twice
      --> deploy/c.json:1:1
      because: it is in deploy/a.yaml:1:1 already
    ");
}

#[test]
fn an_object_is_the_same_in_any_version_and_another_in_any_other_group_or_namespace() {
    let object = |version: &str, namespace: &str| {
        format!(
            "---\napiVersion: {version}\nkind: Ingress\nmetadata: {{name: web, namespace: {namespace}}}\n"
        )
    };
    let different = [
        object("networking.k8s.io/v1", "a"),
        object("networking.k8s.io/v1", "b"),
        object("extensions/v1beta1", "a"),
    ];
    assert_eq!(text(&different.concat()).expect("renders").manifests.len(), 3);
    let same = [object("networking.k8s.io/v1", "a"), object("networking.k8s.io/v1beta1", "a")];
    assert!(findings(text(&same.concat())).starts_with("a/Ingress/web is in the sources twice"));
}

#[test]
fn duplicates_are_found_again_once_namespaces_are_known() {
    let input = format!("{}---\n{}  namespace: shop\n", config_map("web"), config_map("web"));
    let mut manifests = text(&input).expect("different so far").manifests;
    assert_eq!(duplicates(&manifests), []);
    manifests[0].id.namespace = Some("shop".to_owned());
    assert_eq!(duplicates(&manifests)[0].message, "shop/ConfigMap/web is in the sources twice");
}

#[test]
fn no_value_of_a_secret_gets_into_a_finding() {
    let secret = "apiVersion: v1\nkind: Secret\nmetadata: {name: a, labels: {applyset.kubernetes.io/part-of: hunter2}, uid: hunter2}\nstringData: {password: hunter2}\n";
    let wrong =
        "apiVersion: v1\nkind: [hunter2]\nmetadata: {name: {a: hunter2}}\n---\nhunter2\n---\n- hunter2\n";
    for input in [secret, wrong] {
        let findings = text(input).expect_err("refused");
        assert!(!format!("{findings:?}").contains("hunter2"), "{findings:?}");
    }
    let fine = text("apiVersion: v1\nkind: Secret\nmetadata: {name: a}\nstringData: {password: hunter2}\n");
    assert!(!format!("{fine:?}").contains("hunter2"));
}

#[test]
fn too_many_objects_are_refused() {
    let object = |number: usize| {
        format!("{{\"apiVersion\":\"v1\",\"kind\":\"A\",\"metadata\":{{\"name\":\"a{number}\"}}}}\n")
    };
    let objects = |count: usize| (0..count).map(object).collect::<String>();
    assert_eq!(text(&objects(100_000)).expect("not too many").manifests.len(), 100_000);
    insta::assert_snapshot!(findings(text(&objects(100_001))), @"
    the sources hold more than 100000 objects
      hint: deploy them as several environments, each with its own sources
    ");
}

#[test]
fn many_files_give_the_same_result_every_time() {
    let fixture = Fixture::new();
    for number in 0..300 {
        let text = if number % 50 == 7 { "kind: 7\n".to_owned() } else { config_map(&format!("c{number}")) };
        fixture.write(&format!("deploy/{number:03}.yaml"), &text);
    }
    let first = findings(work_tree(&fixture, &["deploy"]));
    let at = |number: usize| first.find(&format!("deploy/{number:03}.yaml")).expect("is named");
    assert!(at(7) < at(57) && at(57) < at(257));
    for _ in 0..5 {
        assert_eq!(findings(work_tree(&fixture, &["deploy"])), first);
    }
}

proptest! {
    #[test]
    fn no_text_makes_the_reader_fail(input in "[-a:{}\\[\\] \n'\"&*|>#!%]{0,80}") {
        let _ = text(&input);
    }

    #[test]
    fn any_object_is_read_back_as_it_was(name in "[a-z0-9]{1,20}", value in any::<String>(), number in any::<i64>()) {
        let body = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": {"a": value, "b": number}});
        let rendered = text(&body.to_string()).expect("renders");
        prop_assert_eq!(&rendered.manifests[0].body, &body);
    }
}
