//! Formats of texts, by name.

use super::text_format as is;
use crate::object::names;

/// The formats of built-in kinds whose decoding fails otherwise:
/// `metav1.Time`, `metav1.MicroTime` and `[]byte`. Others are only remarks.
pub(super) fn holds_in_built_in_kinds(name: &str, text: &str) -> bool {
    match name {
        "date-time" => is::rfc3339(text),
        "byte" => is::base64(text),
        _ => true,
    }
}

/// The formats that the API server judges in custom kinds, after
/// k8s.io/apiextensions-apiserver `pkg/apiserver/validation/formats.go` and
/// k8s.io/kube-openapi `pkg/validation/strfmt` (Kubernetes 1.36). It ignores
/// all others.
pub(super) fn holds_in_custom_kinds(name: &str, text: &str) -> bool {
    match name.replace('-', "").as_str() {
        "bsonobjectid" => text.len() == 24 && text.chars().all(|c| c.is_ascii_hexdigit()),
        "uri" => is::uri(text),
        "email" => is::email(text),
        "hostname" => is::hostname(text),
        "ipv4" => is::ipv4(text),
        "ipv6" => is::ipv6(text),
        "cidr" => is::cidr(text),
        "mac" => is::mac(text),
        "uuid" => is::uuid(text, None),
        "uuid3" => is::uuid(text, Some('3')),
        "uuid4" => is::uuid(text, Some('4')),
        "uuid5" => is::uuid(text, Some('5')),
        "isbn" => is::isbn10(text) || is::isbn13(text),
        "isbn10" => is::isbn10(text),
        "isbn13" => is::isbn13(text),
        "creditcard" => is::card_number(text),
        "ssn" => is::social_security_number(text),
        "hexcolor" => is::hex_colour(text),
        "rgbcolor" => is::rgb_colour(text),
        "byte" => !text.is_empty() && is::base64(text),
        "date" => is::date(text),
        "datetime" => is::date_time(text),
        "duration" => is::duration(text),
        "k8sshortname" => names::label(text).is_ok(),
        "k8slongname" => names::subdomain(text).is_ok(),
        _ => true,
    }
}

/// What a text of this format is.
pub(super) fn described(name: &str) -> String {
    let words = match name.replace('-', "").as_str() {
        "uri" => "an absolute URI or path",
        "email" => "an e-mail address",
        "hostname" => "a host's name in full",
        "ipv4" => "an IPv4 address",
        "ipv6" => "an IPv6 address",
        "cidr" => "an address range",
        "mac" => "a MAC address",
        "uuid" | "uuid3" | "uuid4" | "uuid5" => "a UUID",
        "byte" => "base64",
        "date" => "a date",
        "datetime" => "a time",
        "duration" => "a duration",
        _ => return format!("a text of the format {name}"),
    };
    words.to_owned()
}

/// How a text of this format looks, where that isn't plain.
pub(super) fn example(name: &str) -> Option<&'static str> {
    match name.replace('-', "").as_str() {
        "cidr" => Some("such as 10.0.0.0/8"),
        "date" => Some("such as 2026-01-31"),
        "datetime" => Some("such as 2026-01-31T12:00:00Z"),
        "duration" => Some("such as 1h30m"),
        "hostname" => Some("such as db.example.com"),
        "uri" => Some("such as https://example.com/path"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Format, texts that have it, texts that don't.
    const CASES: &[(&str, &[&str], &[&str])] = &[
        (
            "bsonobjectid",
            &["507f1f77bcf86cd799439011"],
            &["507f1f77bcf86cd79943901", "507f1f77bcf86cd79943901z"],
        ),
        (
            "uri",
            &["https://example.com/a?b=c#d", "/a/b", "mailto:a@b.c", "http://[::1]:80/"],
            &["example.com", "", "a b", "http://a:port/", "https://exa mple.com", "http://a/%zz", "//a\u{1}"],
        ),
        ("email", &["a@b.c", "A <a@b.c>"], &["a", "a@", "@b", "a@b@c", "a b@c"]),
        (
            "hostname",
            &["example.com", "a", "a-b.example.org", "1.example.com"],
            &["my-host", "-a.com", "a_b.com", ""],
        ),
        ("ipv4", &["10.0.0.1", "010.0.0.1"], &["10.0.0", "10.0.0.256", "::1", ""]),
        ("ipv6", &["::1", "2001:db8::1"], &["10.0.0.1", "::g", ""]),
        ("cidr", &["10.0.0.0/8", "10.1.2.3/8", "2001:db8::/32"], &["10.0.0.0", "10.0.0.0/33", "x/8"]),
        (
            "mac",
            &["01:23:45:67:89:ab", "01-23-45-67-89-AB", "0123.4567.89ab"],
            &["01:23:45:67:89", "01:23:45:67:89:zz"],
        ),
        (
            "uuid",
            &["A987FBC9-4BED-3078-CF07-9141BA07C9F3", "a987fbc94bed3078cf079141ba07c9f3"],
            &["a987", "x987fbc9-4bed-3078-cf07-9141ba07c9f3"],
        ),
        ("uuid4", &["625e63f3-58f5-40b7-83a1-a72ad31acffb"], &["a987fbc9-4bed-3078-cf07-9141ba07c9f3"]),
        ("isbn", &["0321751043", "978-0321751041"], &["0321751044", "978-0321751042", "x"]),
        ("creditcard", &["4111-1111-1111-1111"], &["4111-1111-1111-1112", "411"]),
        ("ssn", &["111-11-1111", "111 11 1111"], &["111111111", "11-111-1111"]),
        ("hexcolor", &["#FFFFFF", "fff"], &["#ff", "#gggggg"]),
        ("rgbcolor", &["rgb(255,255,255)", "rgb( 0, 1 ,2 )"], &["rgb(256,0,0)", "rgb(1,2)", "rgb(01,2,3)"]),
        ("byte", &["dHJ1ZXVw", "YQ==", "YWI="], &["YQ", "a-b_", "", "YQ=", "=YQ="]),
        (
            "date",
            &["2026-01-31", "2024-02-29"],
            &["2026-02-29", "2026-1-31", "20260131", "2026-01-31T00:00:00Z"],
        ),
        (
            "date-time",
            &["2026-01-31T12:00:00Z", "2026-01-31t12:00:00.5+01:00", "2026-01-31T23:59:59-12:34"],
            &["2026-01-31", "2026-01-31T24:00:00Z", "2026-01-31 12:00:00Z", "2026-01-31T12:00:00", "x"],
        ),
        (
            "duration",
            &["1h", "1.5h", "-2m3s", "0", "22 ns", "3 weeks", "1h 5min"],
            &["", "1", "h", "5 parsecs"],
        ),
        ("k8s-short-name", &["a", "a-1"], &["A", "-a", "a.b", ""]),
        ("k8s-long-name", &["a.b", "a-1.b"], &["a..b", "A.b", ".a"]),
        ("nobody-knows-it", &["", "anything"], &[]),
    ];

    #[test]
    fn custom_kinds_know_these_formats() {
        for (name, good, bad) in CASES {
            for text in *good {
                assert!(holds_in_custom_kinds(name, text), "{text:?} is {name}");
            }
            for text in *bad {
                assert!(!holds_in_custom_kinds(name, text), "{text:?} isn't {name}");
            }
        }
    }

    #[test]
    fn built_in_kinds_know_few_formats() {
        assert!(holds_in_built_in_kinds("byte", ""));
        assert!(!holds_in_built_in_kinds("byte", "YQ"));
        assert!(holds_in_built_in_kinds("date-time", "2026-01-31T12:00:00Z"));
        assert!(!holds_in_built_in_kinds("date-time", "2026-01-31"));
        assert!(holds_in_built_in_kinds("uri", "no"));
    }
}
