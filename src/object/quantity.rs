//! How quantities are written (`500m`, `1.5Gi`, `1e3`): the grammar of
//! `ParseQuantity` of k8s.io/apimachinery `pkg/api/resource/quantity.go`
//! (Kubernetes 1.36). What they amount to is for who asks: some round, some
//! compare exactly.

/// The units of powers of ten, from 10^-9 on, a thousand apart.
pub const DECIMAL: [&str; 10] = ["n", "u", "m", "", "k", "M", "G", "T", "P", "E"];
/// The units of powers of two, from 2^0 on, 2^10 apart.
pub const BINARY: [&str; 7] = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];

/// A text that is written as a quantity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Written<'t> {
    /// Whether it has a minus.
    pub is_negative: bool,
    /// The digits and perhaps a point. Without digits it's zero.
    pub number: &'t str,
    /// The digits before the point.
    pub whole: &'t str,
    /// The digits after it.
    pub fraction: &'t str,
    /// What it's counted in.
    pub unit: Unit<'t>,
}

/// What a quantity is counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit<'t> {
    /// A power of ten.
    Decimal(i32),
    /// A power of two.
    Binary(u32),
    /// A power of ten in digits, perhaps with a sign, after `e` or `E`.
    Exponent(&'t str),
}

impl<'t> Written<'t> {
    /// Reads a text; `None` for what isn't written as a quantity.
    pub fn read(text: &'t str) -> Option<Self> {
        let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
        let end = unsigned.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(unsigned.len());
        let (number, suffix) = unsigned.split_at(end);
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        let unit = Unit::read(suffix)?;
        let is_number = !text.is_empty() && !fraction.contains('.');
        is_number.then_some(Self { is_negative: text.starts_with('-'), number, whole, fraction, unit })
    }

    /// What it amounts to without its sign, as a fraction of whole numbers;
    /// `None` for what is too large or too fine to tell.
    pub fn amount(&self) -> Option<(i128, i128)> {
        let digits: i128 = format!("0{}{}", self.whole, self.fraction).parse().ok()?;
        let places = u32::try_from(self.fraction.len()).ok()?;
        let (numerator, denominator) = self.unit.factor()?;
        Some((digits.checked_mul(numerator)?, denominator.checked_mul(10_i128.checked_pow(places)?)?))
    }
}

impl<'t> Unit<'t> {
    /// Reads what follows a number.
    pub fn read(suffix: &'t str) -> Option<Self> {
        if let Some(power) = (0..).zip(DECIMAL).find(|(_, known)| *known == suffix) {
            return Some(Self::Decimal(power.0 * 3 - 9));
        }
        if let Some(power) = (0..).zip(BINARY).find(|(_, known)| *known == suffix) {
            return Some(Self::Binary(power.0 * 10));
        }
        let exponent = suffix.strip_prefix(['e', 'E'])?;
        let digits = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
        let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        is_number.then_some(Self::Exponent(exponent))
    }

    /// What it multiplies with, as a fraction.
    fn factor(self) -> Option<(i128, i128)> {
        let exponent = match self {
            Self::Binary(power) => return Some((1_i128.checked_shl(power)?, 1)),
            Self::Decimal(exponent) => exponent,
            Self::Exponent(digits) => digits.parse().ok()?,
        };
        let power = 10_i128.checked_pow(exponent.unsigned_abs())?;
        Some(if exponent < 0 { (1, power) } else { (power, 1) })
    }

    /// Whether it's less than one.
    pub fn is_part(self) -> bool {
        match self {
            Self::Decimal(exponent) => exponent < 0,
            Self::Binary(_) => false,
            Self::Exponent(digits) => digits.starts_with('-'),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_are_told_from_other_texts() {
        for good in [
            "0", "1", "-1", "+1", "1.5", ".5", "1.", "500m", "1k", "1Ki", "2Gi", "1E", "1Ei", "1e3", "1E-3",
            "m",
        ] {
            assert!(Written::read(good).is_some(), "{good}");
        }
        for bad in
            ["", " ", "1 Gi", "1Gi ", "1gi", "1GB", "1K", "1e", "1e+", "1.2.3", "1,5", "0x1", "--1", "100mb"]
        {
            assert_eq!(Written::read(bad), None, "{bad}");
        }
    }

    #[test]
    fn amounts_are_exact() {
        let amount = |text| Written::read(text).expect("a quantity").amount();
        assert_eq!(amount("1.5Gi"), Some((15 << 30, 10)));
        assert_eq!(amount("-2"), Some((2, 1)));
        assert_eq!(amount("1e-3"), Some((1, 1000)));
        assert_eq!(amount("m"), Some((0, 1000)));
        assert_eq!(amount("1e99"), None);
    }
}
