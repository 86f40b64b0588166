//! Rules in CEL.

use trueup::json::{Value, json};

use super::{Feature, feature};

/// Bounds, so that the API server finds the rules cheap enough.
fn with_rule(mut schema: Value, rule: &str) -> Value {
    schema["x-kubernetes-validations"] = json!([{"rule": rule}]);
    schema
}

fn text(rule: &str) -> Value {
    with_rule(json!({"type": "string", "maxLength": 64}), rule)
}

fn texts(rule: &str) -> Value {
    with_rule(json!({"type": "array", "maxItems": 8, "items": {"type": "string", "maxLength": 16}}), rule)
}

fn whole(rule: &str) -> Value {
    with_rule(json!({"type": "integer"}), rule)
}

fn wholes(rule: &str) -> Value {
    with_rule(json!({"type": "array", "maxItems": 8, "items": {"type": "integer"}}), rule)
}

fn map(rule: &str) -> Value {
    let values = json!({"type": "string", "maxLength": 16});
    with_rule(json!({"type": "object", "maxProperties": 8, "additionalProperties": values}), rule)
}

fn pair(rule: &str) -> Value {
    with_rule(
        json!({"type": "object", "properties": {
            "min": {"type": "integer"}, "max": {"type": "integer"},
            "name": {"type": "string", "maxLength": 16}, "foo-bar": {"type": "integer"}, "namespace": {"type": "string", "maxLength": 16},
            "ratio": {"type": "number"}, "inner": {"type": "object", "properties": {"on": {"type": "boolean"}}},
            "port": {"x-kubernetes-int-or-string": true, "maxLength": 8},
            "at": {"type": "string", "format": "date-time"}, "day": {"type": "string", "format": "date"},
            "span": {"type": "string", "format": "duration"}, "bytes": {"type": "string", "format": "byte", "maxLength": 64},
            "tags": {"type": "array", "x-kubernetes-list-type": "set", "maxItems": 4, "items": {"type": "string", "maxLength": 8}},
            "maybe": {"type": "string", "nullable": true, "maxLength": 8},
        }}),
        rule,
    )
}

pub(super) fn all() -> Vec<Feature> {
    [of_fields(), of_texts(), of_lists(), of_maps(), of_libraries(), of_places()]
        .into_iter()
        .flatten()
        .collect()
}

fn of_fields() -> Vec<Feature> {
    vec![
        feature(
            "order",
            pair("self.min <= self.max"),
            &[json!({"min": 1, "max": 1})],
            &[json!({"min": 2, "max": 1}), json!({"min": 1}), json!({})],
        ),
        feature(
            "whenThere",
            pair("!has(self.min) || self.min > 0"),
            &[json!({}), json!({"min": 1})],
            &[json!({"min": 0})],
        ),
        feature(
            "optional",
            pair("self.?min.orValue(5) >= 5"),
            &[json!({}), json!({"min": 5})],
            &[json!({"min": 4})],
        ),
        feature(
            "optionalDeep",
            pair("self.?inner.on.orValue(true)"),
            &[json!({}), json!({"inner": {}}), json!({"inner": {"on": true}})],
            &[json!({"inner": {"on": false}})],
        ),
        feature(
            "optionalNone",
            pair("self.?min == optional.none() || self.min > 2"),
            &[json!({}), json!({"min": 3})],
            &[json!({"min": 1})],
        ),
        feature(
            "optMap",
            pair("self.?min.optMap(m, m * 2).orValue(10) >= 10"),
            &[json!({}), json!({"min": 5})],
            &[json!({"min": 4})],
        ),
        feature(
            "escaped",
            pair("self.foo__dash__bar > 1 && self.__namespace__ != ''"),
            &[json!({"foo-bar": 2, "namespace": "a"})],
            &[json!({"foo-bar": 1, "namespace": "a"}), json!({"foo-bar": 2})],
        ),
        feature(
            "double",
            pair("self.ratio < 0.5"),
            &[json!({"ratio": 0}), json!({"ratio": 0.25})],
            &[json!({"ratio": 1}), json!({"ratio": 0.5})],
        ),
        feature(
            "intOrString",
            pair("type(self.port) == int ? self.port > 0 : self.port != ''"),
            &[json!({"port": 1}), json!({"port": "a"})],
            &[json!({"port": 0}), json!({"port": ""})],
        ),
        feature(
            "intOrText",
            pair("self.port == 80 || self.port == 'http'"),
            &[json!({"port": 80}), json!({"port": "http"})],
            &[json!({"port": "80"})],
        ),
        feature(
            "moment",
            pair("self.at > timestamp('2020-01-01T00:00:00Z')"),
            &[json!({"at": "2026-01-01T00:00:00Z"})],
            &[json!({"at": "2019-12-31T23:59:59Z"})],
        ),
        feature(
            "year",
            pair("self.day.getFullYear() == 2026"),
            &[json!({"day": "2026-01-01"})],
            &[json!({"day": "2025-01-01"})],
        ),
        feature(
            "span",
            pair("self.span <= duration('1h') && self.span.getMinutes() >= 1"),
            &[json!({"span": "90s"})],
            &[json!({"span": "2h"}), json!({"span": "1s"})],
        ),
        feature(
            "bytes",
            pair("self.bytes.size() == 3"),
            &[json!({"bytes": "YWJj"})],
            &[json!({"bytes": "YWI="})],
        ),
        feature(
            "tags",
            pair("self.tags == ['b', 'a']"),
            &[json!({"tags": ["a", "b"]})],
            &[json!({"tags": ["a"]})],
        ),
        feature(
            "shortCircuit",
            pair("self.min > 0 || self.max > 0"),
            &[json!({"min": 1}), json!({"max": 1})],
            &[json!({"min": 0}), json!({})],
        ),
        feature(
            "division",
            pair("100 / self.min >= 1"),
            &[json!({"min": 5})],
            &[json!({"min": 0}), json!({"min": 101})],
        ),
        feature("transition", pair("self.min >= oldSelf.min"), &[json!({"min": 1}), json!({})], &[]),
    ]
}

fn of_texts() -> Vec<Feature> {
    vec![
        feature(
            "starts",
            text("self.startsWith('a') && self.endsWith('z') && self.contains('-')"),
            &[json!("a-z")],
            &[json!("az"), json!("b-z")],
        ),
        feature("characters", text("self.size() == 2 && size(self) == 2"), &[json!("éé")], &[json!("aaa")]),
        feature(
            "matches",
            text("self.matches('^[a-z]+-\\\\d+$')"),
            &[json!("ab-12")],
            &[json!("ab-"), json!("AB-1")],
        ),
        feature(
            "split",
            text("self.split('.').all(p, p.size() > 0 && p.lowerAscii() == p)"),
            &[json!("a.b")],
            &[json!("a..b"), json!("A.b")],
        ),
        feature(
            "replaced",
            text("self.replace('a', 'b').substring(1) == 'bb' && self.indexOf('a') == 1"),
            &[json!("xaa")],
            &[json!("aaa"), json!("x")],
        ),
        feature(
            "found",
            text("self.find('[0-9]+') == '42' && self.findAll('[a-z]').size() == 2"),
            &[json!("a42b")],
            &[json!("a1"), json!("42")],
        ),
        feature(
            "trimmed",
            text("self.trim() == self && self.upperAscii() != 'NO'"),
            &[json!("a")],
            &[json!(" a"), json!("no")],
        ),
        feature("number", text("int(self) > 5"), &[json!("6")], &[json!("5"), json!("six")]),
        feature("formatted", text("'%s-%d'.format([self, 1]) == 'a-1'"), &[json!("a")], &[json!("b")]),
        feature(
            "reversed",
            text("self.charAt(0) == 'a' && self.lastIndexOf('c') == 2"),
            &[json!("abc")],
            &[json!("cba")],
        ),
        feature(
            "oneOfThese",
            text("self in ['a', 'b'] || self == \"c\""),
            &[json!("a"), json!("c")],
            &[json!("d")],
        ),
    ]
}

fn of_lists() -> Vec<Feature> {
    vec![
        feature(
            "unique",
            texts("self.all(x, self.exists_one(y, x == y))"),
            &[json!(["a", "b"])],
            &[json!(["a", "a"])],
        ),
        feature(
            "exists",
            texts("self.exists(x, x.startsWith('a'))"),
            &[json!(["b", "ab"])],
            &[json!(["b"]), json!([])],
        ),
        feature(
            "filtered",
            texts("self.filter(x, x != '').size() == 2"),
            &[json!(["a", "", "b"])],
            &[json!(["a"])],
        ),
        feature(
            "mapped",
            wholes("self.map(x, x * 2).sum() == 12 && self.map(x, x > 1, x).size() == 2"),
            &[json!([1, 2, 3])],
            &[json!([6]), json!([2, 2, 2])],
        ),
        feature(
            "sorted",
            wholes("self.isSorted() && self.min() == 1 && self.max() < 10"),
            &[json!([1, 2])],
            &[json!([2, 1]), json!([1, 10]), json!([])],
        ),
        feature(
            "at",
            wholes("self[0] == 1 && self.indexOf(3) == 2"),
            &[json!([1, 2, 3])],
            &[json!([1, 3, 2]), json!([])],
        ),
        feature(
            "joined",
            texts("self.join(',') == 'a,b' && (self + ['c']).size() == 3"),
            &[json!(["a", "b"])],
            &[json!(["b", "a"])],
        ),
        feature(
            "sets",
            texts("sets.contains(['a', 'b', 'c'], self) && sets.intersects(self, ['a'])"),
            &[json!(["b", "a"])],
            &[json!(["b"]), json!(["a", "d"])],
        ),
        feature(
            "twoVariables",
            wholes("self.all(i, x, x > i) && self.transformList(i, x, x - i) == [1, 1]"),
            &[json!([1, 2])],
            &[json!([0, 1]), json!([1, 3])],
        ),
        feature(
            "distinct",
            wholes("self.distinct().size() == self.size() && self.sort() == [1, 2]"),
            &[json!([2, 1])],
            &[json!([1, 1]), json!([1, 3])],
        ),
        feature("sortedBy", wholes("self.sortBy(x, -x) == [2, 1]"), &[json!([1, 2])], &[json!([1, 3])]),
    ]
}

fn of_maps() -> Vec<Feature> {
    vec![
        feature(
            "keys",
            map("self.all(k, k.startsWith('x-'))"),
            &[json!({"x-a": "1"}), json!({})],
            &[json!({"a": "1"})],
        ),
        feature(
            "has",
            map("'a.b/c' in self && self['a.b/c'] == '1'"),
            &[json!({"a.b/c": "1"})],
            &[json!({"a.b/c": "2"}), json!({})],
        ),
        feature(
            "index",
            map("self[?'a'].orValue('1') == '1'"),
            &[json!({"a": "1"}), json!({})],
            &[json!({"a": "2"})],
        ),
        feature("entries", map("self.all(k, v, k == v)"), &[json!({"a": "a"})], &[json!({"a": "b"})]),
        feature(
            "transformed",
            map("self.transformMap(k, v, v + '!') == {'a': '1!'}"),
            &[json!({"a": "1"})],
            &[json!({"a": "2"})],
        ),
        feature(
            "someKey",
            map("self.exists(k, self[k] == 'yes') || size(self) == 0"),
            &[json!({"a": "yes"}), json!({})],
            &[json!({"a": "no"})],
        ),
    ]
}

fn of_libraries() -> Vec<Feature> {
    vec![
        feature(
            "quantity",
            text("isQuantity(self) && quantity(self).isLessThan(quantity('1Gi'))"),
            &[json!("500Mi"), json!("1k")],
            &[json!("2Gi"), json!("x")],
        ),
        feature(
            "quantityExact",
            text("quantity(self).compareTo(quantity('1000m')) == 0 && quantity(self).isInteger()"),
            &[json!("1")],
            &[json!("2"), json!("nope"), json!("1000m")],
        ),
        feature(
            "sum",
            text(
                "quantity(self).add(quantity('1k')).asInteger() == 2000 && quantity(self) == quantity('1000')",
            ),
            &[json!("1k")],
            &[json!("2k")],
        ),
        feature(
            "ip",
            text("isIP(self) && ip(self).family() == 4 && !ip(self).isLoopback()"),
            &[json!("10.0.0.1")],
            &[json!("::1"), json!("127.0.0.1"), json!("x")],
        ),
        feature(
            "cidr",
            text("cidr('10.0.0.0/8').containsIP(self)"),
            &[json!("10.1.2.3")],
            &[json!("11.0.0.1"), json!("x")],
        ),
        feature(
            "range",
            text("isCIDR(self) && cidr(self).prefixLength() >= 16 && cidr('10.0.0.0/8').containsCIDR(self)"),
            &[json!("10.1.0.0/16")],
            &[json!("10.0.0.0/8"), json!("11.0.0.0/16"), json!("x")],
        ),
        feature(
            "url",
            text(
                "isURL(self) && url(self).getScheme() == 'https' && url(self).getHostname() == 'a.example' && url(self).getPort() == '8443'",
            ),
            &[json!("https://a.example:8443/x?y=z")],
            &[json!("http://a.example:8443"), json!("https://a.example"), json!("nope")],
        ),
        feature(
            "named",
            text("!format.dns1123Label().validate(self).hasValue()"),
            &[json!("a-1")],
            &[json!("A"), json!("a.b")],
        ),
        feature(
            "namedBy",
            text("!format.named('labelValue').value().validate(self).hasValue()"),
            &[json!("A.b_c"), json!("")],
            &[json!("-a")],
        ),
        feature(
            "modulo",
            whole("self % 2 == 0 ? self >= 0 : self == 7"),
            &[json!(2), json!(7)],
            &[json!(3), json!(-2)],
        ),
    ]
}

/// Rules at items, at entries, several at once, with paths and messages.
fn of_places() -> Vec<Feature> {
    let item = with_rule(json!({"type": "object", "properties": {"n": {"type": "integer"}}}), "self.n > 0");
    let many = json!({"type": "integer", "x-kubernetes-validations": [
        {"rule": "self > 0", "message": "too small"},
        {"rule": "self < 10", "messageExpression": "'too ' + 'large'"},
        {"rule": "self != 5", "reason": "FieldValueForbidden"},
    ]});
    let mut blamed = pair("self.min != 3");
    blamed["x-kubernetes-validations"][0]["fieldPath"] = json!(".min");
    let mut optional_old = whole("!oldSelf.hasValue() ? self == 1 : true");
    optional_old["x-kubernetes-validations"][0]["optionalOldSelf"] = json!(true);
    vec![
        feature(
            "items",
            json!({"type": "array", "maxItems": 4, "items": item}),
            &[json!([{"n": 1}]), json!([])],
            &[json!([{"n": 1}, {"n": 0}]), json!([{}])],
        ),
        feature(
            "entriesOf",
            json!({"type": "object", "maxProperties": 4, "additionalProperties": item}),
            &[json!({"a": {"n": 1}})],
            &[json!({"a": {"n": 0}})],
        ),
        feature("many", many, &[json!(1)], &[json!(0), json!(10), json!(5)]),
        feature("blamed", blamed, &[json!({"min": 1})], &[json!({"min": 3})]),
        feature("optionalOldSelf", optional_old, &[json!(1)], &[json!(2)]),
    ]
}
