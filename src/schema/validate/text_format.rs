//! Whether a text has a format. Each function says yes where it isn't sure.

use std::net::{Ipv4Addr, Ipv6Addr};

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{GeneralPurpose, GeneralPurposeConfig};
use jiff::civil::Date;

/// Padded, and lax about the last bits.
const BASE64: GeneralPurpose =
    GeneralPurpose::new(&STANDARD, GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true));

/// The bytes that a text stands for as Go's `encoding/base64` reads it into a
/// `[]byte`; line breaks in it mean nothing.
pub(crate) fn go_base64(text: &str) -> Option<Vec<u8>> {
    BASE64.decode(text.replace(['\n', '\r'], "")).ok()
}

/// Base64 of the standard alphabet, padded.
pub(super) fn base64(text: &str) -> bool {
    go_base64(text).is_some()
}

/// A date as RFC 3339 has it.
pub(super) fn date(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let [year, month, day] = parts.as_slice() else { return false };
    let widths = year.len() == 4 && month.len() == 2 && day.len() == 2;
    let digits = parts.iter().all(|part| part.chars().all(|c| c.is_ascii_digit()));
    if !(widths && digits) {
        return false;
    }
    let (Ok(year), Ok(month), Ok(day)) = (year.parse(), month.parse(), day.parse()) else { return false };
    Date::new(year, month, day).is_ok()
}

/// RFC 3339, as Go's `time.Parse` reads it.
pub(super) fn rfc3339(text: &str) -> bool {
    let is_whole = text.as_bytes().get(10) == Some(&b'T') && date_time(text) && !text.contains(['t', 'z']);
    is_whole && text.parse::<jiff::Timestamp>().is_ok()
}

/// The format `date-time` of strfmt: a date, T, hours, minutes and seconds, at
/// will a fraction, and a zone.
pub(super) fn date_time(text: &str) -> bool {
    let Some((day, time)) = text.split_once(['T', 't']) else { return false };
    if !date(day) || !time.is_char_boundary(8) || time.len() < 9 {
        return false;
    }
    let (clock, rest) = time.split_at(8);
    is_clock(clock) && is_zone(fraction_cut(rest))
}

fn is_clock(text: &str) -> bool {
    let parts: Vec<&str> = text.split(':').collect();
    let in_range = |part: &str, most: u8| {
        part.len() == 2
            && part.chars().all(|c| c.is_ascii_digit())
            && part.parse::<u8>().is_ok_and(|n| n <= most)
    };
    matches!(parts.as_slice(), [hours, minutes, seconds]
        if in_range(hours, 23) && in_range(minutes, 59) && in_range(seconds, 59))
}

fn fraction_cut(text: &str) -> &str {
    let digits =
        text.strip_prefix(['.', ',']).map(|rest| rest.trim_start_matches(|c: char| c.is_ascii_digit()));
    digits.unwrap_or(text)
}

fn is_zone(text: &str) -> bool {
    if matches!(text, "Z" | "z") {
        return true;
    }
    let Some((hours, minutes)) = text.strip_prefix(['+', '-']).and_then(|zone| zone.split_once(':')) else {
        return false;
    };
    [hours, minutes].iter().all(|part| part.len() == 2 && part.chars().all(|c| c.is_ascii_digit()))
}

/// Go's `time.ParseDuration`, or Scala's syntax (`3 weeks`).
pub(super) fn duration(text: &str) -> bool {
    go_duration(text) || scala_duration(text)
}

fn go_duration(text: &str) -> bool {
    let mut rest = text.strip_prefix(['+', '-']).unwrap_or(text);
    if rest == "0" {
        return true;
    }
    let mut parts = 0;
    while !rest.is_empty() {
        let number = rest.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(rest.len());
        let (digits, after) = rest.split_at(number);
        let unit = after.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(after.len());
        let (unit, after) = after.split_at(unit);
        let is_number = digits.contains(|c: char| c.is_ascii_digit()) && digits.matches('.').count() <= 1;
        if !is_number || !matches!(unit, "ns" | "us" | "µs" | "μs" | "ms" | "s" | "m" | "h") {
            return false;
        }
        rest = after;
        parts += 1;
    }
    parts > 0
}

/// Whether there is one number with a unit in it.
fn scala_duration(text: &str) -> bool {
    const SHORT: [&str; 11] = ["ns", "us", "µs", "ms", "s", "m", "h", "hr", "d", "w", "wk"];
    const LONG: [&str; 8] = ["nano", "micro", "milli", "sec", "min", "hour", "day", "week"];
    let mut rest = text;
    while let Some(start) = rest.find(|c: char| c.is_ascii_digit()) {
        let after = rest[start..].trim_start_matches(|c: char| c.is_ascii_digit()).trim_start();
        let end = after.find(|c: char| !(c.is_ascii_alphabetic() || c == 'µ')).unwrap_or(after.len());
        let unit = after[..end].to_lowercase();
        if SHORT.contains(&unit.as_str()) || LONG.iter().any(|long| unit.starts_with(long)) {
            return true;
        }
        rest = after;
    }
    false
}

/// Go's `url.ParseRequestURI`: an absolute path, or something with a scheme.
pub(super) fn uri(text: &str) -> bool {
    if text.is_empty() || text.contains(|c: char| c.is_ascii_control()) || !escapes_are_whole(text) {
        return false;
    }
    if text == "*" {
        return true;
    }
    let after_scheme = match text.split_once(':') {
        Some((scheme, rest)) if is_scheme(scheme) => rest,
        _ if text.starts_with('/') => return true,
        _ => return false,
    };
    after_scheme.strip_prefix("//").is_none_or(|rest| {
        let authority = rest.split(['/', '?']).next().unwrap_or_default();
        let host = authority.rsplit('@').next().unwrap_or_default();
        let port = host.rsplit_once(':').filter(|_| !host.ends_with(']')).map_or("", |(_, port)| port);
        port.chars().all(|c| c.is_ascii_digit())
            && !host.contains([' ', '<', '>', '^', '`', '{', '}', '|', '\\'])
    })
}

fn is_scheme(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'))
}

/// Of the path: a query may hold anything.
fn escapes_are_whole(text: &str) -> bool {
    let path = text.split('?').next().unwrap_or_default();
    path.split('%').skip(1).all(|rest| rest.len() >= 2 && rest.bytes().take(2).all(|b| b.is_ascii_hexdigit()))
}

/// RFC 5322, where nothing is quoted.
pub(super) fn email(text: &str) -> bool {
    if text.contains(['"', '(', '[']) {
        return true;
    }
    let address = match text.trim().strip_suffix('>') {
        Some(named) => named.rsplit('<').next().unwrap_or_default(),
        None => text.trim(),
    };
    let is_word = |part: &str| !part.is_empty() && !part.contains(|c: char| c.is_whitespace() || c == '@');
    address.split_once('@').is_some_and(|(local, domain)| is_word(local) && is_word(domain))
}

/// strfmt's idea of a host's name: one label without a dash beyond its second
/// character, or a name with a dot whose last label is of letters only.
pub(super) fn hostname(text: &str) -> bool {
    if text.len() > 255 || text.split('.').any(|label| label.is_empty() || label.len() > 63) {
        return false;
    }
    let is_letter = |c: char| c.is_ascii_alphanumeric() || (!c.is_ascii() && !c.is_whitespace());
    let labels: Vec<&str> = text.split('.').collect();
    let is_label = |label: &&str| {
        label.chars().all(|c| is_letter(c) || c == '-') && !label.starts_with('-') && !label.ends_with('-')
    };
    match labels.as_slice() {
        [only] => only.char_indices().all(|(at, c)| is_letter(c) || (c == '-' && at == 1)) && is_label(only),
        [all @ .., last] => {
            let of_letters = last.chars().all(|c| is_letter(c) && !c.is_ascii_digit());
            all.iter().all(is_label) && of_letters && last.chars().count() >= 2
        }
        [] => false,
    }
}

/// Go's lenient reading: numbers may start with zeros.
pub(super) fn ipv4(text: &str) -> bool {
    let numbers: Vec<&str> = text.split('.').map(without_zeros).collect();
    numbers.join(".").parse::<Ipv4Addr>().is_ok() || (text.contains('.') && ipv6(text))
}

fn without_zeros(number: &str) -> &str {
    let cut = number.trim_start_matches('0');
    if cut.is_empty() && !number.is_empty() { "0" } else { cut }
}

pub(super) fn ipv6(text: &str) -> bool {
    text.parse::<Ipv6Addr>().is_ok()
}

pub(super) fn cidr(text: &str) -> bool {
    let Some((address, bits)) = text.split_once('/') else { return false };
    let most = if ipv6(address) {
        128
    } else if ipv4(address) {
        32
    } else {
        return false;
    };
    !bits.starts_with('+') && bits.parse::<u8>().is_ok_and(|bits| bits <= most)
}

/// Go's `net.ParseMAC`: 6, 8 or 20 bytes, three ways to part them.
pub(super) fn mac(text: &str) -> bool {
    let is_parted = |separator: char, width: usize, counts: [usize; 3]| {
        let parts: Vec<&str> = text.split(separator).collect();
        let is_part = |part: &&str| part.len() == width && part.chars().all(|c| c.is_ascii_hexdigit());
        counts.contains(&parts.len()) && parts.iter().all(is_part)
    };
    is_parted(':', 2, [6, 8, 20]) || is_parted('-', 2, [6, 8, 20]) || is_parted('.', 4, [3, 4, 10])
}

/// A UUID of this version, or of any; dashes may be left out.
pub(super) fn uuid(text: &str, version: Option<char>) -> bool {
    let mut rest = text;
    for (nth, width) in [8, 4, 4, 4, 12].into_iter().enumerate() {
        if nth > 0 {
            rest = rest.strip_prefix('-').unwrap_or(rest);
        }
        let Some((part, after)) = rest.split_at_checked(width) else { return false };
        let first = part.chars().next().unwrap_or_default().to_ascii_lowercase();
        let fits = match nth {
            2 => version.is_none_or(|version| first == version),
            3 => !matches!(version, Some('4' | '5')) || matches!(first, '8' | '9' | 'a' | 'b'),
            _ => true,
        };
        if !fits || !part.chars().all(|c| c.is_ascii_hexdigit()) {
            return false;
        }
        rest = after;
    }
    rest.is_empty()
}

pub(super) fn isbn10(text: &str) -> bool {
    let digits: Vec<char> = text.chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
    let value = |(nth, c): (usize, &char)| match c {
        'X' if nth == 9 => Some(10),
        other => other.to_digit(10),
    };
    let values: Option<Vec<u32>> = digits.iter().enumerate().map(value).collect();
    values.is_some_and(|values| {
        values.len() == 10 && (1_u32..).zip(&values).map(|(n, v)| n * v).sum::<u32>() % 11 == 0
    })
}

pub(super) fn isbn13(text: &str) -> bool {
    let digits = text.chars().filter(|c| !c.is_whitespace() && *c != '-').map(|c| c.to_digit(10));
    let values: Option<Vec<u32>> = digits.collect();
    values.is_some_and(|values| {
        values.len() == 13 && [1, 3].iter().cycle().zip(&values).map(|(n, v)| n * v).sum::<u32>() % 10 == 0
    })
}

/// By length and check digit (Luhn), whoever issued it.
pub(super) fn card_number(text: &str) -> bool {
    let digits: Vec<u32> = text.chars().filter_map(|c| c.to_digit(10)).collect();
    let weigh = |(nth, digit): (usize, &u32)| match (nth % 2, digit * 2) {
        (0, _) => *digit,
        (_, double) => double / 10 + double % 10,
    };
    (13..=19).contains(&digits.len()) && digits.iter().rev().enumerate().map(weigh).sum::<u32>() % 10 == 0
}

pub(super) fn social_security_number(text: &str) -> bool {
    text.len() == 11
        && text.bytes().enumerate().all(|(at, byte)| match at {
            3 | 6 => matches!(byte, b'-' | b' '),
            _ => byte.is_ascii_digit(),
        })
}

pub(super) fn hex_colour(text: &str) -> bool {
    let digits = text.strip_prefix('#').unwrap_or(text);
    matches!(digits.len(), 3 | 6) && digits.chars().all(|c| c.is_ascii_hexdigit())
}

pub(super) fn rgb_colour(text: &str) -> bool {
    let Some(inside) = text.strip_prefix("rgb(").and_then(|rest| rest.strip_suffix(')')) else {
        return false;
    };
    let parts: Vec<&str> = inside.split(',').map(str::trim).collect();
    let is_part = |part: &&str| part.parse::<u8>().is_ok_and(|number| number.to_string() == *part);
    parts.len() == 3 && parts.iter().all(is_part)
}
