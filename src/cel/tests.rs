use proptest::prelude::*;

use super::*;

fn result(source: &str, own: Value) -> Result<Value, Failure> {
    let expression = parse(source).unwrap_or_else(|error| panic!("{source}: {error}"));
    evaluate(&expression, vec![("self", own)], &Budget::default())
}

#[track_caller]
fn holds(source: &str) {
    match result(source, Value::Int(7)) {
        Ok(Value::Bool(true)) => {}
        other => panic!("{source}: {other:?}"),
    }
}

#[test]
fn expressions_have_the_values_that_the_language_gives_them() {
    let true_ones = [
        "1 + 2 * 3 == 7 && (1 + 2) * 3 == 9 && 7 / 2 == 3 && -7 % 3 == -1 && 2 - 1 - 1 == 0",
        "true || false && false",
        "!false && !!true && -(-1) == 1 && - 1 == 0 - 1",
        "1 < 2 && 2 <= 2 && 3 > 2 && 2 >= 2 && 1 != 2",
        "1.5 + 1.5 == 3.0 && 1 == 1.0 && 2u > 1u && 0x10 == 16 && 1e3 == 1000.0",
        "'a' + \"b\" == 'ab' && 'a' < 'b' && r'\\d' == '\\\\d' && '''a'b''' == \"a'b\"",
        "'\\u00e9' == 'é' && 'é'.size() == 1 && b'\\x00a'.size() == 2 && b'é'.size() == 2",
        "true ? true : 1 / 0 == 0",
        "[1, 2, 3][1] == 2 && {'a': 1}.a == 1 && {'a': 1}['a'] == 1 && {1: 'x'}[1] == 'x'",
        "2 in [1, 2] && 'a' in {'a': 1} && !('b' in {'a': 1})",
        "has({'a': 1}.a) && !has({'a': 1}.b)",
        "[1, 2].all(x, x > 0) && [1, 2].exists(x, x == 2) && [1, 2].exists_one(x, x == 2)",
        "[1, 2, 3].map(x, x > 1, x * 2) == [4, 6] && [1, 2].filter(x, x > 1) == [2]",
        "{'a': 1, 'b': 2}.all(k, v, k != '' && v > 0) && {'a': 1}.map(k, k) == ['a']",
        "[5].transformMap(i, x, x + i) == {0: 5} && ['a'].transformMapEntry(i, x, {x: i}) == {'a': 0}",
        "[1, 0].exists(x, 1 / x == 1) && ![0, 1].all(x, 1 / x == 7)",
        "1 / 0 == 1 || true",
        "!(false && 1 / 0 == 1)",
        "{'a': {'b': 1}}.?a.b.orValue(2) == 1 && {'a': 1}.?b.c.orValue(2) == 2 && [1][?3].orValue(9) == 9",
        "[?optional.of(1), ?optional.none()] == [1] && {?'a': optional.none()} == {}",
        "optional.of(2).optMap(x, x + 1).value() == 3 && optional.of(1).optFlatMap(x, optional.of(x)).hasValue()",
        "optional.ofNonZeroValue('') == optional.none() && optional.none().or(optional.of(1)).value() == 1",
        "type(1) == int && type('a') == string && type([]) == list && type(1.0) == double",
        "int('5') == 5 && string(5) == '5' && double(1) == 1.0 && int(2.9) == 2 && bool('true')",
        "duration('1h30m') == duration('90m') && duration('1s') + duration('1s') > duration('1500ms')",
        "timestamp('2026-01-31T00:00:00Z') + duration('24h') == timestamp('2026-02-01T00:00:00Z')",
        "timestamp('2026-01-31T12:30:00Z').getMonth() == 0 && timestamp('2026-01-31T12:30:00Z').getHours() == 12",
        "quantity('1.5Gi') == quantity('1536Mi') && quantity('1k').isGreaterThan(quantity('999'))",
        "quantity('0.5').add(quantity('500m')) == quantity('1') && !isQuantity('1GB') && isQuantity('1e3')",
        "ip('::1').isLoopback() && ip('10.0.0.1').family() == 4 && !isIP('::ffff:1.2.3.4') && string(ip('::1')) == '::1'",
        "cidr('10.0.0.0/8').containsCIDR('10.1.0.0/16') && !cidr('10.0.0.0/8').containsIP('11.0.0.1')",
        "url('https://a:8443/b?c=d').getPort() == '8443' && url('/x').getScheme() == '' && !isURL('x')",
        "'a.b'.split('.') == ['a', 'b'] && 'abc'.split('') == ['a', 'b', 'c'] && 'abc'.split('', 2) == ['a', 'bc']",
        "'aXbXc'.replace('X', '-', 1) == 'a-bXc' && 'hello'.substring(1, 3) == 'el' && 'abc'.charAt(3) == ''",
        "'a1b22'.findAll('[0-9]+') == ['1', '22'] && 'a'.find('x') == '' && '%s=%d'.format(['a', 1]) == 'a=1'",
        "[3, 1, 2].sort() == [1, 2, 3] && ['bb', 'a'].sortBy(x, x.size()) == ['a', 'bb'] && [1, 1].distinct() == [1]",
        "[1, 2].sum() == 3 && [1, 2].max() == 2 && [1, 2].indexOf(5) == -1 && [[1], [2]].flatten() == [1, 2]",
        "self == 7 // a remark",
    ];
    true_ones.into_iter().for_each(holds);
}

#[test]
fn errors_are_told_from_what_is_not_known() {
    let failure = |source: &str| result(source, Value::Int(7)).expect_err(source);
    for source in [
        "1 / 0 == 1",
        "{}.a == 1",
        "[1][2] == 1",
        "int('x') == 1",
        "quantity('x') == quantity('1')",
        "[].min() == 1",
        "optional.none().value() == 1",
        "9223372036854775807 + 1 == 0",
    ] {
        assert!(matches!(failure(source), Failure::Error(_)), "{source}: {:?}", failure(source));
    }
    for source in [
        "other == 1",
        "semver('1.0.0').major() == 1",
        "1 + 'a' == 2",
        "self.a == 1",
        "1 / 0 == 1 || other",
        "'a'.frobnicate()",
    ] {
        assert!(matches!(failure(source), Failure::Unsupported(_)), "{source}: {:?}", failure(source));
    }
}

#[test]
fn what_is_no_expression_is_told() {
    for wrong in [
        "",
        "1 +",
        "(1",
        "'a",
        "a b",
        "1 ? 2",
        "[1",
        "{1}",
        "has(1)",
        "x.all(1, true)",
        "#",
        "1 = 1",
        "'\\q'",
        "99999999999999999999",
    ] {
        assert!(matches!(parse(wrong), Err(SyntaxError::Wrong(_))), "{wrong}: {:?}", parse(wrong));
    }
    for unknown in ["self.`a`", "A{b: 1}", ".a"] {
        assert!(matches!(parse(unknown), Err(SyntaxError::Unsupported(_))), "{unknown}");
    }
}

#[test]
fn what_takes_too_long_ends() {
    let many = Value::list((0..5_000).map(Value::Int).collect());
    let failure =
        result("self.all(x, self.all(y, self.all(z, x + y + z >= 0)))", many).expect_err("too long");
    assert!(matches!(failure, Failure::Unsupported(_)));
    for nested in [
        format!("{}1{}", "(".repeat(5_000), ")".repeat(5_000)),
        "!".repeat(50_000) + "true",
        "a".to_owned() + &".a".repeat(50_000),
    ] {
        assert!(parse(&nested).is_err());
    }
    assert!(parse(&("1".to_owned() + &" + 1".repeat(50_000))).is_err());
}

#[test]
fn names_are_those_that_are_not_bound() {
    let expression =
        parse("self.all(x, x > y) && math.abs(z) > 0 && oldSelf.optMap(v, v).hasValue()").expect("CEL");
    assert_eq!(expression.free_names().into_iter().collect::<Vec<_>>(), ["oldSelf", "self", "y", "z"]);
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(source in "[a-z0-9 .()\\[\\]{}?:!&|<>=+*/%'\"\\\\,-]{0,40}") {
        if let Ok(expression) = parse(&source) {
            let _ = evaluate(&expression, vec![("self", Value::Int(1)), ("a", Value::text("x"))], &Budget::default());
        }
    }

    #[test]
    fn no_text_at_all_makes_it_panic(source in ".{0,30}") {
        let _ = parse(&source);
    }
}
