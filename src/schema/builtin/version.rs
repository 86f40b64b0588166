//! Minor versions of Kubernetes.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A minor version of Kubernetes, such as 1.36: what decides which kinds and
/// fields there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Minor {
    major: u16,
    minor: u16,
}

/// Every version whose kinds come with the program, oldest first.
const SHIPPED: [Minor; 11] = [
    Minor::new(1, 27),
    Minor::new(1, 28),
    Minor::new(1, 29),
    Minor::new(1, 30),
    Minor::new(1, 31),
    Minor::new(1, 32),
    Minor::new(1, 33),
    Minor::new(1, 34),
    Minor::new(1, 35),
    Minor::new(1, 36),
    Minor::new(1, 37),
];

impl Minor {
    /// The newest version whose kinds come with the program.
    pub const NEWEST: Self = SHIPPED[SHIPPED.len() - 1];

    /// The oldest version whose kinds come with the program.
    pub const OLDEST: Self = SHIPPED[0];

    /// The version of these numbers.
    pub const fn new(major: u16, minor: u16) -> Self {
        Self { major, minor }
    }

    /// Every version whose kinds come with the program, oldest first.
    pub const fn shipped() -> &'static [Self] {
        &SHIPPED
    }
}

impl fmt::Display for Minor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

impl From<Minor> for String {
    fn from(version: Minor) -> Self {
        version.to_string()
    }
}

/// The text isn't a version of Kubernetes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" isn't a version of Kubernetes such as 1.36")]
pub struct NotAVersion(String);

impl FromStr for Minor {
    type Err = NotAVersion;

    /// Takes `1.36`, `v1.36`, and all that API servers say of themselves:
    /// `v1.36.3`, `v1.36.3-gke.100`, `1.36+`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let numbers = |text: &str| {
            let (major, rest) = text.strip_prefix('v').unwrap_or(text).split_once('.')?;
            let minor = rest.split_once('.').map_or(rest, |(minor, _)| minor);
            Some(Self { major: number(major)?, minor: number(minor.strip_suffix('+').unwrap_or(minor))? })
        };
        numbers(text).ok_or_else(|| NotAVersion(text.to_owned()))
    }
}

fn number(text: &str) -> Option<u16> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?
}

impl TryFrom<String> for Minor {
    type Error = NotAVersion;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_as_api_servers_and_people_write_them() {
        for text in ["1.36", "v1.36", "1.36.3", "v1.36.3", "v1.36.3-gke.100", "v1.36.0-rc.1+k3s1", "1.36+"] {
            assert_eq!(text.parse(), Ok(Minor::new(1, 36)), "{text}");
        }
        for text in
            ["", "1", "v1", "1.", ".36", "1.x", "1.+36", "+1.36", "1.36-rc", "vv1.36", "1.99999", "1 .36"]
        {
            assert_eq!(text.parse::<Minor>(), Err(NotAVersion(text.to_owned())), "{text}");
        }
        assert_eq!(
            NotAVersion("latest".to_owned()).to_string(),
            "\"latest\" isn't a version of Kubernetes such as 1.36"
        );
    }

    #[test]
    fn they_are_ordered_by_number_and_written_short() {
        assert!(Minor::new(1, 9) < Minor::new(1, 10));
        assert_eq!(Minor::new(1, 9).to_string(), "1.9");
        assert_eq!(Minor::shipped().last(), Some(&Minor::NEWEST));
        assert!(Minor::shipped().is_sorted());
    }
}
