//! Addresses, ranges of them, and URLs: k8s.io/apiserver
//! `pkg/cel/library/{ip,cidr,urls}.go`.

use std::net::IpAddr;
use std::sync::Arc;

use super::{Given, truth};
use crate::cel::evaluate::Failure;
use crate::cel::value::{Url, Value};

pub(super) fn function(name: &str, arguments: &[Value]) -> Given {
    let [Value::Text(text)] = arguments else { return None };
    match name {
        "ip" => Some(address(text).map(Value::Ip).ok_or_else(|| wrong("IP Address", text))),
        "isIP" => truth(address(text).is_some()),
        "cidr" => {
            Some(range(text).map(|(ip, length)| Value::Cidr(ip, length)).ok_or_else(|| wrong("CIDR", text)))
        }
        "isCIDR" => truth(range(text).is_some()),
        "url" | "isURL" => url(name, text),
        _ => None,
    }
}

/// `ip.isCanonical`.
pub(super) fn ip_function(name: &str, arguments: &[Value]) -> Given {
    match (name, arguments) {
        ("isCanonical", [Value::Text(text)]) => match address(text) {
            Some(address) => truth(address.to_string() == **text),
            None => Some(Err(wrong("IP Address", text))),
        },
        _ => None,
    }
}

fn wrong(what: &str, text: &str) -> Failure {
    Failure::error(format!("{what} {text:?} can't be parsed"))
}

/// Without a zone, and not IPv4 in IPv6's clothes.
fn address(text: &str) -> Option<IpAddr> {
    let address: IpAddr = text.parse().ok()?;
    match address {
        IpAddr::V6(six) if six.to_ipv4_mapped().is_some() => None,
        other => Some(other),
    }
}

fn range(text: &str) -> Option<(IpAddr, u8)> {
    let (address_part, length) = text.split_once('/')?;
    let address = address(address_part)?;
    let is_plain = length.chars().all(|c| c.is_ascii_digit()) && (length == "0" || !length.starts_with('0'));
    let length: u8 = length.parse().ok().filter(|_| is_plain)?;
    (length <= width(address)).then_some((address, length))
}

fn width(address: IpAddr) -> u8 {
    if address.is_ipv4() { 32 } else { 128 }
}

fn bits(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(four) => u32::from(four).into(),
        IpAddr::V6(six) => six.into(),
    }
}

/// The part of an address that a range of this length shares.
fn prefix(address: IpAddr, length: u8) -> u128 {
    bits(address).checked_shr(u32::from(width(address) - length)).unwrap_or(0)
}

pub(super) fn method(target: &Value, name: &str, arguments: &[Value]) -> Given {
    match target {
        Value::Ip(address) => of_address(*address, name, arguments),
        Value::Cidr(address, length) => of_range(*address, *length, name, arguments),
        Value::Url(url) => of_url(url, name, arguments),
        _ => None,
    }
}

fn of_address(address: IpAddr, name: &str, arguments: &[Value]) -> Given {
    if !arguments.is_empty() {
        return None;
    }
    match name {
        "family" => Some(Ok(Value::Int(if address.is_ipv4() { 4 } else { 6 }))),
        "string" => Some(Ok(Value::text(&address.to_string()))),
        "isLoopback" => truth(address.is_loopback()),
        "isUnspecified" => truth(address.is_unspecified()),
        "isLinkLocalMulticast" => truth(match address {
            IpAddr::V4(four) => four.octets().starts_with(&[224, 0, 0]),
            IpAddr::V6(six) => six.segments()[0] & 0xff0f == 0xff02,
        }),
        "isLinkLocalUnicast" => truth(match address {
            IpAddr::V4(four) => four.is_link_local(),
            IpAddr::V6(six) => six.is_unicast_link_local(),
        }),
        "isGlobalUnicast" => truth(match address {
            IpAddr::V4(four) => {
                !(four.is_unspecified()
                    || four.is_loopback()
                    || four.is_multicast()
                    || four.is_link_local()
                    || four.is_broadcast())
            }
            IpAddr::V6(six) => {
                !(six.is_unspecified()
                    || six.is_loopback()
                    || six.is_multicast()
                    || six.is_unicast_link_local())
            }
        }),
        _ => None,
    }
}

fn of_range(address: IpAddr, length: u8, name: &str, arguments: &[Value]) -> Given {
    let holds = |inner: IpAddr, inner_length: u8| {
        inner.is_ipv4() == address.is_ipv4()
            && inner_length >= length
            && prefix(inner, length) == prefix(address, length)
    };
    match (name, arguments) {
        ("containsIP", [Value::Ip(inner)]) => truth(holds(*inner, width(*inner))),
        ("containsIP", [Value::Text(text)]) => Some(
            self::address(text)
                .map(|inner| Value::Bool(holds(inner, width(inner))))
                .ok_or_else(|| wrong("IP Address", text)),
        ),
        ("containsCIDR", [Value::Cidr(inner, inner_length)]) => truth(holds(*inner, *inner_length)),
        ("containsCIDR", [Value::Text(text)]) => Some(
            range(text)
                .map(|(inner, length)| Value::Bool(holds(inner, length)))
                .ok_or_else(|| wrong("CIDR", text)),
        ),
        ("ip", []) => Some(Ok(Value::Ip(address))),
        ("prefixLength", []) => Some(Ok(Value::Int(length.into()))),
        ("string", []) => Some(Ok(Value::text(&format!("{address}/{length}")))),
        _ => None,
    }
}

/// An absolute URL or path; what is neither plainly good nor plainly bad isn't
/// judged.
fn url(name: &str, text: &str) -> Given {
    let parsed = parsed(text);
    let is_plain = text.chars().all(|c| c.is_ascii_alphanumeric() || "-._~:/?#@!$&'()*+,;=".contains(c));
    match (name, parsed) {
        _ if !is_plain => None,
        ("isURL", parsed) => truth(parsed.is_some()),
        (_, Some(url)) => Some(Ok(Value::Url(Arc::new(url)))),
        (_, None) => Some(Err(wrong("URL", text))),
    }
}

fn parsed(text: &str) -> Option<Url> {
    let (rest, query) = text.split_once('?').unwrap_or((text, ""));
    if rest.starts_with('/') {
        return Some(Url {
            scheme: String::new(),
            host: String::new(),
            path: rest.to_owned(),
            query: query.to_owned(),
        });
    }
    let (scheme, rest) = rest.split_once(':')?;
    let is_scheme = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c));
    let rest = rest.strip_prefix("//").filter(|_| is_scheme)?;
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let host = authority.rsplit('@').next()?;
    let port = host.rsplit_once(':').map_or("", |(_, port)| port);
    let is_port = host.ends_with(']') || port.chars().all(|c| c.is_ascii_digit());
    is_port.then(|| Url {
        scheme: scheme.to_ascii_lowercase(),
        host: host.to_owned(),
        path: path.to_owned(),
        query: query.to_owned(),
    })
}

fn of_url(url: &Url, name: &str, arguments: &[Value]) -> Given {
    if !arguments.is_empty() {
        return None;
    }
    let (hostname, port) = match url.host.rsplit_once(':') {
        Some((hostname, port)) if !url.host.ends_with(']') => (hostname, port),
        _ => (url.host.as_str(), ""),
    };
    let text = match name {
        "getScheme" => &url.scheme,
        "getHost" => &url.host,
        "getHostname" => hostname.trim_start_matches('[').trim_end_matches(']'),
        "getPort" => port,
        "getEscapedPath" => &url.path,
        _ => return None,
    };
    Some(Ok(Value::text(text)))
}
