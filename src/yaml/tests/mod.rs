//! The reader as a whole: documents, places, errors, limits.

mod as_go;
mod cases;
mod text;

use insta::assert_snapshot;

use super::*;
use crate::json::json;
use crate::object::FieldPath;

fn values(text: &str) -> Vec<Value> {
    documents(text).expect("readable").into_iter().map(|document| document.value).collect()
}

fn refusal(text: &str) -> String {
    let error = documents(text).expect_err("refused");
    let hint = error.hint.as_ref().map_or_else(String::new, |hint| format!("\nhint: {hint}"));
    format!("{}:{}: {}{hint}", error.line, error.column, error.message)
}

#[test]
fn documents_are_numbered_as_people_count_them() {
    let text = "# first\n---\na: 1\n---\n# nothing\n---\n  b: 2\n---\n";
    let places: Vec<_> =
        documents(text).expect("readable").iter().map(|d| (d.number, d.line, d.column)).collect();
    assert_eq!(places, [(1, 3, 1), (3, 7, 3)]);
}

#[test]
fn documents_end_at_three_dots_and_go_on_after_them() {
    assert_eq!(values("a: 1\n...\n---\nb: 2\n"), [json!({"a": 1}), json!({"b": 2})]);
    assert_eq!(values("%YAML 1.1\n---\na: 1\n"), [json!({"a": 1})]);
}

#[test]
fn empty_and_null_documents_are_left_out() {
    for text in ["", "\n\n", "# only this\n", "---\n---\n", "null\n", "~", "\u{feff}"] {
        assert_eq!(values(text), Vec::<Value>::new(), "{text:?}");
    }
}

#[test]
fn windows_files_read_as_others() {
    assert_eq!(values("\u{feff}a: 1\r\nb: |\r\n  x\r\n  y\r\n"), [json!({"a": 1, "b": "x\ny\n"})]);
}

#[test]
fn json_objects_in_a_row_are_documents() {
    let text = "{\"a\": 1.0,\n \"b\": 1e3}\n\n  {\"c\": {\"d\": [true, null]}}\n";
    assert_eq!(values(text), [json!({"a": 1, "b": 1000}), json!({"c": {"d": [true, null]}})]);
    let second = &documents(text).expect("readable")[1];
    assert_eq!((second.number, second.line, second.column), (2, 4, 3));
    assert_eq!(locate(text, 2, &FieldPath::fields(["c", "d"])), Some((4, 10)));
}

#[test]
fn duplicate_keys_are_refused_in_json_and_yaml() {
    assert_snapshot!(refusal("a: 1\nb:\n  c: 1\n  d: 2\n  c: 3\n"), @r#"5:3: duplicate key "c" (first at line 3)"#);
    assert_snapshot!(refusal("{\"a\": 1,\n \"a\": 2}"), @r#"2:2: duplicate key "a" (first at line 1)"#);
    assert_snapshot!(refusal("no: 1\noff: 2\n"), @r#"2:1: duplicate key "off": like "no" at line 1, it means "false""#);
    assert_snapshot!(refusal("no: 1\nno: 2\n"), @r#"2:1: duplicate key "no" (first at line 1)"#);
    assert_snapshot!(refusal("1: a\n\"1\": b\n"), @r#"2:1: duplicate key "1" (first at line 1)"#);
}

const FILE: &str = "\
# a comment
apiVersion: v1
---
defaults: &defaults
  image: nginx
  replicas: 2
spec:
  <<: *defaults
  containers:
    - name: web
      ports:
      - {containerPort: 80, protocol: TCP}
      - {containerPort: 80, protocol: UDP}
    - name: side
      args: [a, b]
  again: *defaults
";

#[track_caller]
fn assert_found(path: &str, key: (u32, u32), value: (u32, u32)) {
    let path = FieldPath::parse(path).expect("a path");
    assert_eq!(locate(FILE, 2, &path), Some(key), "key of {path}");
    assert_eq!(locate_value(FILE, 2, &path), Some(value), "value of {path}");
}

#[test]
fn fields_are_found_where_they_are_written() {
    assert_found("spec", (7, 1), (8, 3));
    assert_found("spec.containers", (9, 3), (10, 5));
    assert_found("spec.containers[1].name", (14, 7), (14, 13));
    assert_found("spec.containers[name=side]", (14, 7), (14, 7));
    assert_found(
        "spec.containers[name=web].ports[containerPort=80,protocol=UDP].protocol",
        (13, 29),
        (13, 39),
    );
    assert_found("spec.containers[1].args[=\"b\"]", (15, 17), (15, 17));
}

#[test]
fn aliases_and_merges_lead_to_where_a_field_is_written() {
    assert_found("spec.image", (5, 3), (5, 10));
    assert_found("spec.again", (16, 3), (16, 10));
    assert_found("spec.again.replicas", (6, 3), (6, 13));
}

#[test]
fn a_path_too_deep_gives_its_deepest_part() {
    assert_found("spec.containers[name=web].image.tag", (10, 7), (10, 7));
    assert_found("spec.containers[name=none].image", (9, 3), (10, 5));
    assert_found("none", (4, 1), (4, 1));
    assert_eq!(locate(FILE, 3, &FieldPath::root()), None);
    assert_eq!(locate("a: [", 1, &FieldPath::root()), None);
}

#[test]
fn merges_give_way_to_keys_after_them_and_earlier_sources_win() {
    let text = "a: &a {x: 1, v: 1}\nb: &b {x: 2, z: 2}\nc:\n  <<: [*a, *b]\n  v: 3\n";
    assert_eq!(values(text)[0]["c"], json!({"x": 1, "v": 3, "z": 2}));
    assert_eq!(values("{\"<<\": {\"a\": 1}}"), [json!({"<<": {"a": 1}})]);
    assert_eq!(values("x: 1\n<<: {x: 1, z: 2}\n"), [json!({"x": 1, "z": 2})]);
}

#[test]
fn merges_that_readers_disagree_about_are_refused() {
    assert_snapshot!(refusal("b: &b {x: 1}\nc:\n  x: 3\n  <<: *b\n"), @r#"
    4:3: `<<` changes "x", which is written before it
    hint: kubectl and other readers disagree about which one wins: put `<<` first in its map
    "#);
    assert_snapshot!(refusal("<<: 1\n"), @"1:5: `<<` takes a map, an alias of a map, or a list of those");
}

#[test]
fn nesting_has_a_limit_and_no_stack_overflow() {
    let deep = |count: usize| format!("{}{}", "[".repeat(count), "]".repeat(count));
    assert!(documents(&deep(250)).is_ok());
    assert_snapshot!(refusal(&deep(251)), @"1:251: maps and lists are nested more than 250 deep");
    assert!(refusal(&deep(100_000)).contains("nested more than 250 deep"));
    assert!(refusal(&"- ".repeat(100_000)).contains("nested more than 250 deep"));
    let through_aliases = format!("a: &a {}\nb: &b {}\n", deep(200), deep(200).replacen("[]", "[*a]", 1));
    assert!(refusal(&through_aliases).contains("nested more than 250 deep"));
}

#[test]
fn alias_expansion_has_a_limit() {
    let level =
        |level: usize| format!("a{level}: &a{level} [{}]\n", vec![format!("*a{}", level - 1); 10].join(","));
    let bomb = format!("a0: &a0 [{}]\n{}", ["x"; 10].join(","), (1..10).map(level).collect::<String>());
    assert_snapshot!(refusal(&bomb), @"
    6:38: alias expansion makes this file unreasonably large
    hint: aliases may bring in up to 1000000 values
    ");
    let long = format!("a: &a {}\nb: [{}]\n", "x".repeat(1_000_000), vec!["*a"; 1000].join(","));
    assert!(refusal(&long).contains("alias expansion"));
    assert!(refusal("a: &a [*a]").contains("inside the very value"));
}

#[test]
fn a_separator_that_kubectl_does_not_see_is_refused() {
    for end in ["\r", "\u{85}", "\u{2028}", "\u{2029}"] {
        let error = documents(&format!("a: 1{end}---\nb: 1\n")).expect_err("refused");
        assert_eq!((error.line, error.column), (2, 1), "{end:?}");
        assert!(error.message.starts_with("kubectl doesn't see this `---`"), "{end:?}: {error}");
    }
    assert_eq!(documents("a: 1\r\n---\r\nb: 1\n").expect("read").len(), 2);
}

#[test]
fn an_anchor_inside_a_node_takes_its_name_over() {
    let read = documents("a: &b {k: &b x}\nc: *b\n").expect("read");
    assert_eq!(read[0].value, json!({"a": {"k": "x"}, "c": "x"}));
}

#[test]
fn documents_have_a_limit() {
    assert_eq!(values(&"---\na: 1\n".repeat(100_000)).len(), 100_000);
    assert_snapshot!(refusal(&"---\n".repeat(100_001)), @"
    100002:1: this file has more than 100000 documents
    hint: spread them over several files
    ");
}

#[test]
fn long_texts_are_read_alike_in_parts() {
    let document = |number: usize| format!("---\n# {number}\na: {number}\nb: |\n  x\n\n  é\nc: [1,\n 2]\n");
    let text: String = (0..40_000).map(document).collect();
    assert!(documents_in_parallel(&text).expect("readable") == documents(&text).expect("readable"));
    let broken = format!("{text}a: [\n");
    assert_eq!(documents_in_parallel(&broken), documents(&broken));
    assert_eq!(documents(&broken).expect_err("broken").line, 360_001);
}

#[test]
fn errors_say_what_is_wrong_and_what_to_do() {
    let broken = [
        "a:\n\tb: 1\n",
        "a: b: c\n",
        "a: [1, 2\nb: 3\n",
        "a: {b: 1]\n",
        "a: \"x\nb: 1\n",
        "a: 'x\n",
        "a: \"C:\\Users\"\n",
        "a: @x\n",
        "a: *x\n",
        "a: &x=y\n",
        "a: - b\n",
        "a:\n  - b\n c: 1\n",
        " a: 1\nb: 2\n",
        "a: 1\n  b: 2\n",
        "a:\n- b\n-c\n",
        "a\nb: 1\n",
        "~: 1\n",
        "[a]: 1\n",
        "a: .inf\n",
        "a: !!int x\n",
        "a: !!binary /w==\n",
        "a: !e!x 1\n",
        "a: [b:]\n",
        "image: {{ .Values.image }}\n",
        "a: \"x\" y\n",
        "a: |x\n  y\n",
        "a: 1 2: 3\n",
        "- a\nb: 1\n",
        "%YAML 3.0\n---\na: 1\n",
    ];
    let report: String = broken.map(|text| format!("{text:?}\n{}\n", refusal(text))).concat();
    assert_snapshot!(report, @r#"
    "a:\n\tb: 1\n"
    2:1: a tab is used for indentation
    hint: indent with spaces
    "a: b: c\n"
    1:5: unexpected `:`
    hint: quote a value that contains `: `, or check the indentation here and above
    "a: [1, 2\nb: 3\n"
    2:2: a `,` or `]` is expected here
    hint: the `[` of line 1 isn't closed yet
    "a: {b: 1]\n"
    1:9: a `{` is closed by `]`
    "a: \"x\nb: 1\n"
    1:4: a quote is never closed
    "a: 'x\n"
    1:4: a quote is never closed
    "a: \"C:\\Users\"\n"
    1:7: an escape lacks its hexadecimal digits
    hint: write `\\` for a backslash, or use single quotes
    "a: @x\n"
    1:4: the character '@' can't stand here
    hint: quote the value
    "a: *x\n"
    1:4: unknown anchor
    hint: an alias (`*name`) follows its anchor (`&name`) in the same document; quote a value that starts with `*`
    "a: &x=y\n"
    1:4: the name of an anchor or alias is made of letters, digits, `-` and `_`
    hint: quote a value that starts with `&` or `*`
    "a: - b\n"
    1:4: a list item can't start here
    hint: put `- ` on a line of its own, or quote the value
    "a:\n  - b\n c: 1\n"
    3:2: a key is expected here
    hint: keys of one map start in the same column
    " a: 1\nb: 2\n"
    2:1: the document has ended, but here is more
    hint: check this line's indentation; another document starts with `---`
    "a: 1\n  b: 2\n"
    2:4: unexpected `:`
    hint: quote a value that contains `: `, or check the indentation here and above
    "a:\n- b\n-c\n"
    3:1: a `:` is missing after a key
    hint: a value that goes over several lines must be indented
    "a\nb: 1\n"
    2:2: unexpected `:`
    hint: quote a value that contains `: `, or check the indentation here and above
    "~: 1\n"
    1:1: a key can't be null
    hint: quote it if it's meant as text
    "[a]: 1\n"
    1:1: a map or a list can't be a key
    "a: .inf\n"
    1:4: JSON has no infinity and no not-a-number
    hint: quote the value if it's meant as text
    "a: !!int x\n"
    1:10: this value isn't an integer, as its tag says
    "a: !!binary /w==\n"
    1:13: this `!!binary` value isn't text, and JSON holds only text
    hint: write the base64 itself, as `data` of a Secret or `binaryData` of a ConfigMap wants it
    "a: !e!x 1\n"
    1:4: a tag's prefix isn't declared by `%TAG`
    "a: [b:]\n"
    1:6: a `:` stands right before a bracket or comma
    hint: readers disagree about it: put a space after a key's `:`, or quote the text
    "image: {{ .Values.image }}\n"
    1:9: a map or a list can't be a key
    hint: `{{ … }}` is template syntax: this file must be rendered first, or the value quoted
    "a: \"x\" y\n"
    1:8: text follows a closing quote
    hint: quote the whole value
    "a: |x\n  y\n"
    1:5: text follows `|` or `>`
    hint: put it on the next line
    "a: 1 2: 3\n"
    1:7: unexpected `:`
    hint: quote a value that contains `: `, or check the indentation here and above
    "- a\nb: 1\n"
    2:1: a `- ` is expected here
    hint: items of one list start in the same column
    "%YAML 3.0\n---\na: 1\n"
    1:10: this version of YAML isn't supported
    hint: kubectl reads YAML 1.1 only: remove the line
    "#);
}

#[test]
fn no_value_gets_into_an_error() {
    for text in [
        "a: *hunter2",
        "a: &hunter2!",
        "a: !!int hunter2",
        "a: !hunter2! x",
        "a: \"hunter2",
        "a: hunter2: x",
        "a: @hunter2",
        "a: [hunter2:]",
        "<<: hunter2",
        "a: hunter2\na: hunter2",
    ] {
        let error = documents(text).expect_err("refused");
        assert!(
            !format!("{error} {error:?} {:?}", error.diagnostic("x.yaml")).contains("hunter2"),
            "{text:?}"
        );
    }
}

#[test]
fn many_fields_are_found_in_one_reading() {
    let (root, name) = (FieldPath::root(), FieldPath::fields(["a", "b"]));
    let wanted = [(1, &root), (2, &name), (3, &name), (1, &name)];
    let places = |text: &str| locate_many(text, &wanted);
    assert_eq!(places("a: {b: 1}\n---\na:\n  b: 2\n"), [Some((1, 1)), Some((4, 3)), None, Some((1, 5))]);
    let row = places("{\"a\": {\"b\": 1}}\n {\"a\": {\n\"b\": 2}}");
    assert_eq!(row, [Some((1, 1)), Some((3, 1)), None, Some((1, 8))]);
    assert_eq!(places("a: ["), [None; 4]);
}

#[test]
fn scalars_are_found_as_they_are_written_unless_they_are_quoted_or_tagged() {
    let names = ["a", "b", "c", "d", "e", "f"].map(|name| FieldPath::fields([name]));
    let wanted: Vec<(u32, &FieldPath)> = names.iter().map(|name| (1, name)).collect();
    let written = |text: &str| {
        let written = plain_scalars(text, &wanted);
        written.into_iter().map(|it| it.unwrap_or_else(|| "-".to_owned())).collect::<Vec<_>>().join(" ")
    };
    let text = "d: &n 0x1F # sixteen\na: 1.10\nb: '1.10'\nc: !!int 7\ne: *n\n<<: {f: 1e3}\n";
    assert_eq!(written(text), "1.10 - - 0x1F 0x1F 1e3");
    assert_eq!(
        written("{\"a\": 18446744073709551616, \"b\": \"1\", \"c\": {}}"),
        "18446744073709551616 - - - - -"
    );
}
