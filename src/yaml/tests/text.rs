//! What is written, and that reading gives it back.

use insta::assert_snapshot;
use proptest::prelude::*;

use crate::json::{Map, Value, json};
use crate::object::FieldPath;
use crate::yaml::{documents, locate, to_text};

#[test]
fn objects_are_written_as_kubectl_writes_them() {
    let object = json!({
        "spec": {
            "replicas": 3,
            "template": {"spec": {"containers": [
                {"name": "web", "image": "nginx:1.27", "args": ["--port=80", "-v"], "ports": [{"containerPort": 80}]},
                {"name": "side", "env": [], "resources": {}},
            ]}},
            "matrix": [[1, 2], [], [{"a": null}]],
        },
        "data": {"run.sh": "#!/bin/sh\nexec \"$@\"\n", "keep": "a\n\n", "open": "a\nb", "indented": " a\nb"},
        "metadata": {"name": "web", "labels": {"app.kubernetes.io/name": "web"}},
        "kind": "Deployment",
        "apiVersion": "apps/v1",
    });
    assert_snapshot!(to_text(&object), @r#"
    apiVersion: apps/v1
    kind: Deployment
    metadata:
      labels:
        app.kubernetes.io/name: web
      name: web
    data:
      indented: " a\nb"
      keep: |+
        a

      open: |-
        a
        b
      run.sh: |
        #!/bin/sh
        exec "$@"
    spec:
      matrix:
      - - 1
        - 2
      - []
      - - a: null
      replicas: 3
      template:
        spec:
          containers:
          - args:
            - --port=80
            - -v
            image: nginx:1.27
            name: web
            ports:
            - containerPort: 80
          - env: []
            name: side
            resources: {}
    "#);
}

/// One a line.
const NEEDS_QUOTES: &str = r#"
true
No
on
y
null
~
0644
0o17
08
1e3
1e400
0x1F
1_000
.5
1.
.inf
-.INF
.nan
12:30:45
2001-12-14
2001-12-14T21:59:43Z
<<
=
-
-_
._
- a
?
: a
a: b
a:
a #b
#a
&a
*a
!a
|
>
%a
@a
`a`
{a}
[a]
,
'a'
"a"
---
..."#;

#[test]
fn what_some_reader_would_take_for_something_else_is_quoted() {
    let more = [" a", "a ", "a\tb", "\u{feff}", "\u{2028}", "\u{7}"];
    for text in NEEDS_QUOTES.split('\n').chain(more) {
        assert!(to_text(&json!([text])).starts_with("- \""), "{text:?}");
        assert!(to_text(&json!({text: 1})).starts_with('"'), "{text:?}");
    }
}

#[test]
fn what_is_plainly_text_stays_plain() {
    let plain = "a|nginx:1.27|1.2.3|10.0.0.1|1Gi|100m|--port=80|a b|http://x/y?z#f|$(x)|é";
    for text in plain.split('|') {
        assert_eq!(to_text(&json!([text])), format!("- {text}\n"));
    }
}

#[test]
fn values_without_maps_are_documents_too() {
    for value in [json!("a"), json!("a\nb\n"), json!(12), json!(true), json!([]), json!({}), json!(1.5e300)] {
        let read = documents(&to_text(&value)).expect("readable");
        assert_eq!(read[0].value, value, "{}", to_text(&value));
    }
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => "[a-z]{1,6}",
        3 => "[-+0-9a-fxoeE._:~yn=<>|&*!%@`'\"#{}\\[\\], \n\t]{0,10}",
        1 => any::<String>(),
        1 => "(\\PC|\n){0,30}",
        1 => "x{120,140}",
    ]
}

/// Values as reading gives them: whole numbers are integers.
fn value() -> impl Strategy<Value = Value> {
    let scalar = prop_oneof![
        1 => Just(Value::Null),
        1 => any::<bool>().prop_map(Value::from),
        1 => any::<i64>().prop_map(Value::from),
        1 => any::<u64>().prop_map(Value::from),
        1 => any::<f64>().prop_filter("a fraction", |number| number.fract() != 0.0).prop_map(Value::from),
        1 => Just(json!(1e300)),
        4 => text().prop_map(Value::from),
    ];
    scalar.prop_recursive(4, 32, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::btree_map(text(), inner, 0..5)
                .prop_map(|map| Value::Object(map.into_iter().collect::<Map>())),
        ]
    })
}

proptest! {
    #[test]
    fn reading_gives_back_what_was_written(value in value()) {
        let written = to_text(&value);
        let read = documents(&written).map_err(|error| TestCaseError::fail(format!("{error}\n{written}")))?;
        let read = read.into_iter().next().map_or(Value::Null, |document| document.value);
        prop_assert_eq!(read, value, "{}", written);
    }

    #[test]
    fn no_text_makes_the_reader_panic(text in any::<String>()) {
        let _ = documents(&text);
    }

    #[test]
    fn no_yaml_like_text_makes_the_reader_panic(
        text in "([a-c1~]|: |:|- |-|\n|\n  |\n    |\\[|\\]|\\{|\\}|,|#|&a |\\*a|!|!!str |\\||>|'|\"|<<: |\\?|---\n|\\.\\.\\.\n|%|\t|\\\\){0,40}"
    ) {
        let _ = documents(&text);
        let _ = locate(&text, 1, &FieldPath::fields(["a", "b"]));
    }
}
