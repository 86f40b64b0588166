//! Texts that the API server can read as quantities.

use crate::object::quantity::{Unit, Written};

/// So many digits an exponent may have.
const LONGEST_EXPONENT: usize = 9;

/// Whether the API server can read it as a quantity.
pub(super) fn is_quantity(text: &str) -> bool {
    match Written::read(text.trim()).map(|written| written.unit) {
        Some(Unit::Exponent(digits)) => digits.trim_start_matches(['+', '-']).len() <= LONGEST_EXPONENT,
        Some(_) => true,
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::is_quantity;

    #[test]
    fn quantities_are_told_from_other_texts() {
        for good in [
            "0", "1", "-1", "+1", "1.5", ".5", "1.", "500m", "1k", "1Ki", "2Gi", "1E", "1Ei", "1e3", "1E-3",
            "1Gi ", "m",
        ] {
            assert!(is_quantity(good), "{good}");
        }
        for bad in ["", " ", "1 Gi", "1gi", "1GB", "1K", "1e", "1.2.3", "1,5", "0x1", "--1", "100mb"] {
            assert!(!is_quantity(bad), "{bad}");
        }
    }
}
