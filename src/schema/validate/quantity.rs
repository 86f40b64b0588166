//! The grammar of quantities: `ParseQuantity` of k8s.io/apimachinery
//! `pkg/api/resource/quantity.go` (Kubernetes 1.36).

/// Whether the API server can read it as a quantity.
pub(super) fn is_quantity(text: &str) -> bool {
    let text = text.trim();
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let end = unsigned.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(unsigned.len());
    let (number, suffix) = unsigned.split_at(end);
    let digits = number.chars().filter(char::is_ascii_digit).count();
    // A number without digits is zero.
    !text.is_empty() && number.len() - digits <= 1 && is_suffix(suffix)
}

fn is_suffix(suffix: &str) -> bool {
    const UNITS: [&str; 17] =
        ["", "n", "u", "m", "k", "M", "G", "T", "P", "E", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei", "e"];
    if let Some(exponent) = suffix.strip_prefix(['e', 'E'])
        && exponent != "i"
        && !exponent.is_empty()
    {
        let digits = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
        return !digits.is_empty() && digits.len() <= 9 && digits.chars().all(|c| c.is_ascii_digit());
    }
    suffix != "e" && UNITS.contains(&suffix)
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
