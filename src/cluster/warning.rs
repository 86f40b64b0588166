//! Warnings that the API server gives with an answer that is otherwise fine
//! (KEP-1693): deprecated versions and fields, likely mistakes, policies that
//! only warn.

use http::HeaderMap;
use http::header::WARNING;

/// The code of warnings that are meant to be shown (RFC 7234, section 5.5.7).
const MISCELLANEOUS: &str = "299 ";

/// A warning about an object that was sent.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ServerWarning {
    /// The object's path at the server.
    pub path: String,
    /// The server's words. May quote values of the object: scrub before printing.
    pub text: String,
}

/// The warnings of an answer. What isn't one is passed over.
pub(super) fn texts(headers: &HeaderMap) -> Vec<String> {
    let headers =
        headers.get_all(WARNING).iter().filter_map(|value| std::str::from_utf8(value.as_bytes()).ok());
    headers.flat_map(in_header).collect()
}

/// The warnings of one header: `299 - "text", 299 - "text"`.
fn in_header(header: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = header.trim_start();
    while let Some(start) =
        rest.strip_prefix(MISCELLANEOUS).and_then(|rest| rest.find('"').map(|at| &rest[at..]))
    {
        let Some((text, after)) = quoted(start) else { break };
        if !text.is_empty() {
            found.push(text);
        }
        rest = after.trim_start_matches([',', ' ']);
    }
    found
}

/// The quoted string at the text's start, without its escapes, and what follows.
fn quoted(text: &str) -> Option<(String, &str)> {
    let mut unescaped = String::new();
    let mut is_escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if is_escaped => {
                is_escaped = false;
                unescaped.push(c);
            }
            '\\' => is_escaped = true,
            '"' => return Some((unescaped, &text[at + 1..])),
            _ => unescaped.push(c),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn warnings_are_read_as_the_server_writes_them() {
        for (header, texts) in [
            (r#"299 - "v1 Endpoints is deprecated""#, vec!["v1 Endpoints is deprecated"]),
            (r#"299 - "use \"a\\b\" instead""#, vec![r#"use "a\b" instead"#]),
            (r#"299 - "one", 299 kube "two" "Tue, 15 Nov 1994 08:12:31 GMT""#, vec!["one", "two"]),
            (r#"299 - "never closed"#, vec![]),
            (r#"110 - "stale""#, vec![]),
            (r#"299 - """#, vec![]),
            ("299 -", vec![]),
            ("", vec![]),
        ] {
            assert_eq!(in_header(header), texts, "{header}");
        }
    }
}
