//! Names, namespaces, labels and the rest of the metadata.

use super::*;
use crate::git::fixture::Fixture;

fn said(text: &str) -> String {
    findings(ad_hoc(&Fixture::new(), &["-"], Some(text)))
}

#[test]
fn what_the_server_would_refuse_in_metadata_is_said_with_its_place() {
    insta::assert_snapshot!(said("\
apiVersion: v1
kind: ConfigMap
metadata:
  name: My_Settings
  namespace: shop.prod
  labels:
    my key: a
    Example.com/tier: front
    branch: feature/login
  annotations:
    my note: anything
  finalizers:
  - done
  ownerReferences:
  - {apiVersion: v1, kind: Event, name: a, uid: b}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db.main}
---
apiVersion: batch/v1
kind: CronJob
metadata: {name: clean-up-everything-that-nobody-needs-any-more-every-night}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: 'shop:reader', namespace: shop}
"), @r#"
    shop.prod/ConfigMap/My_Settings: metadata.name "My_Settings" has "M", but only lower-case letters, digits, "-" and "." are allowed
      --> <stdin>:4:3 (document 1)
      hint: "my-settings" would do
    shop.prod/ConfigMap/My_Settings: metadata.namespace "shop.prod" has ".", but only lower-case letters, digits and "-" are allowed
      --> <stdin>:5:3 (document 1)
      hint: "shop-prod" would do
    shop.prod/ConfigMap/My_Settings: the label "my key" has a space, but only letters, digits, "-", "_" and "." are allowed
      --> <stdin>:7:5 (document 1)
    shop.prod/ConfigMap/My_Settings: the label "Example.com/tier" isn't allowed: "Example.com", before its "/", has "E", but only lower-case letters, digits, "-" and "." are allowed
      --> <stdin>:8:5 (document 1)
      hint: "example.com/tier" would do
    shop.prod/ConfigMap/My_Settings: the label "branch" has a value that isn't allowed: "feature/login" has "/", but only letters, digits, "-", "_" and "." are allowed
      --> <stdin>:9:5 (document 1)
      hint: "feature-login" would do
    shop.prod/ConfigMap/My_Settings: the annotation "my note" has a space, but only letters, digits, "-", "_" and "." are allowed
      --> <stdin>:11:5 (document 1)
    shop.prod/ConfigMap/My_Settings: the finalizer "done" needs a domain before it
      --> <stdin>:13:5 (document 1)
      hint: "example.com/done" would do
    shop.prod/ConfigMap/My_Settings: an Event can't be an owner
      --> <stdin>:15:5 (document 1)
    StatefulSet/db.main: metadata.name "db.main" has ".", but only lower-case letters, digits and "-" are allowed
      --> <stdin>:19:12 (document 2)
      hint: "db-main" would do
    CronJob/clean-up-everything-that-nobody-needs-any-more-every-night: metadata.name "clean-up-everything-that-nobody-needs-any-more-every-night" has 58 characters, but at most 52 are allowed
      --> <stdin>:23:12 (document 3)
      hint: "clean-up-everything-that-nobody-needs-any-more-every" would do
    shop/ClusterRole/shop:reader: ClusterRole.rbac.authorization.k8s.io has no namespace, but the manifest names "shop"
      --> <stdin>:27:33 (document 4)
      hint: remove metadata.namespace
    "#);
}

#[test]
fn annotations_may_have_256_kibibytes() {
    let of = |size: usize| {
        format!(
            "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n  annotations: {{a: {}}}\n",
            "x".repeat(size)
        )
    };
    let fixture = Fixture::new();
    assert!(ad_hoc(&fixture, &["-"], Some(&of(256 * 1024 - 1))).is_ok());
    assert_eq!(
        findings(ad_hoc(&fixture, &["-"], Some(&of(256 * 1024)))),
        "ConfigMap/a: the annotations have 262145 bytes, but at most 262144 are allowed\n  --> <stdin>:5:3"
    );
}

#[test]
fn custom_kinds_may_be_named_as_their_server_likes() {
    let user = "apiVersion: user.openshift.io/v1\nkind: User\nmetadata: {name: 'IAM#Jo Doe'}\n";
    assert!(ad_hoc(&Fixture::new(), &["-"], Some(user)).is_ok());
}
