//! IP addresses and ranges of them, as the API server takes them in fields of
//! long standing: Go's `ParseIPSloppy` and `ParseCIDRSloppy`
//! (k8s.io/utils/net), and since 1.36 without leading zeros.

use std::net::IpAddr;

use super::report::Report;
use crate::check::place::Place;

/// An address must be one, if it's there.
pub(super) fn address(at: &Place<'_>, report: &mut Report<'_>) {
    if let Some(text) = at.text().filter(|text| parse(text).is_none()) {
        report.error(at, "malformed-address", format!("{text:?} isn't an IP address"));
    }
}

/// A range must be one, if it's there.
pub(super) fn range(at: &Place<'_>, report: &mut Report<'_>) {
    if let Some(text) = at.text().filter(|text| Range::parse(text).is_none()) {
        let message = format!("{text:?} isn't a range of IP addresses");
        match parse(text) {
            Some(IpAddr::V4(_)) => report.error_with_hint(
                at,
                "malformed-address",
                message,
                format!("\"{text}/32\" is that address alone"),
            ),
            Some(IpAddr::V6(_)) => report.error_with_hint(
                at,
                "malformed-address",
                message,
                format!("\"{text}/128\" is that address alone"),
            ),
            None => report.error_with_hint(at, "malformed-address", message, "such as \"10.0.0.0/8\""),
        }
    }
}

/// Leading zeros, which Go takes for decimal, are left to the server.
pub(super) fn parse(text: &str) -> Option<IpAddr> {
    let plain: Vec<&str> =
        text.split('.').map(|part| if text.contains(':') { part } else { without_zeros(part) }).collect();
    plain.join(".").parse().ok()
}

fn without_zeros(part: &str) -> &str {
    let rest = part.trim_start_matches('0');
    if rest.is_empty() && !part.is_empty() { "0" } else { rest }
}

/// An address and how many of its first bits count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Range {
    address: IpAddr,
    bits: u32,
}

impl Range {
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (address, bits) = text.split_once('/')?;
        let address = parse(address)?;
        let most = if address.is_ipv4() { 32 } else { 128 };
        let is_number = !bits.is_empty() && bits.bytes().all(|byte| byte.is_ascii_digit());
        let bits = bits.parse().ok().filter(|bits| is_number && *bits <= most)?;
        Some(Self { address, bits })
    }

    /// Whether the other range lies in this one and is smaller.
    pub(super) fn has_within(&self, other: &Self) -> bool {
        self.bits < other.bits
            && match (self.address, other.address) {
                (IpAddr::V4(one), IpAddr::V4(two)) => {
                    let mask = u32::MAX.checked_shl(32 - self.bits).unwrap_or(0);
                    one.to_bits() & mask == two.to_bits() & mask
                }
                (IpAddr::V6(one), IpAddr::V6(two)) => {
                    let mask = u128::MAX.checked_shl(128 - self.bits).unwrap_or(0);
                    one.to_bits() & mask == two.to_bits() & mask
                }
                _ => false,
            }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_hold_smaller_ones() {
        let range = |text| Range::parse(text).expect("a range");
        assert!(range("10.0.0.0/8").has_within(&range("10.1.0.0/16")));
        assert!(range("0.0.0.0/0").has_within(&range("10.1.0.0/16")));
        assert!(range("::/0").has_within(&range("2001:db8::/32")));
        assert!(!range("10.0.0.0/8").has_within(&range("10.0.0.0/8")));
        assert!(!range("10.0.0.0/8").has_within(&range("11.1.0.0/16")));
        assert!(!range("10.0.0.0/8").has_within(&range("2001:db8::/32")));
        for bad in ["10.0.0.0", "10.0.0.0/33", "10.0.0/8", "::/129", "10.0.0.0/", "10.0.0.0/+8"] {
            assert_eq!(Range::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn leading_zeros_are_decimal() {
        assert_eq!(parse("010.0.0.01"), parse("10.0.0.1"));
        assert_eq!(parse("10.0.0.1.2"), None);
        assert_eq!(parse("web"), None);
    }
}
