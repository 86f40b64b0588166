//! Quantities, exactly, in billionths.

/// A quantity.
#[derive(Debug, Clone, Copy)]
pub struct Quantity {
    /// In billionths.
    pub(super) value: i128,
    /// Whether it's written as a whole number (`1`, `1k`, not `1000m`), which
    /// is all that the API server takes for an integer. Absent for sums in
    /// which that isn't known.
    pub(super) is_whole: Option<bool>,
}

/// What a text is as a quantity.
pub(super) enum Read {
    /// A quantity.
    Is(Quantity),
    /// None to anybody.
    Not,
    /// Perhaps one, but too large or too fine to be told here.
    Beyond,
}

const ONE: i128 = 1_000_000_000;

/// k8s.io/apimachinery `pkg/api/resource` (Kubernetes 1.36).
pub(super) fn read(text: &str) -> Read {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let end = unsigned.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(unsigned.len());
    let (number, suffix) = unsigned.split_at(end);
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if text.is_empty() || fraction.contains('.') {
        return Read::Not;
    }
    let Some(Unit(unit)) = unit(suffix) else { return Read::Not };
    let digits = format!("0{whole}{fraction}");
    let value = unit.and_then(|(numerator, denominator)| {
        let places = u32::try_from(fraction.len()).ok()?;
        let product = digits.parse::<i128>().ok()?.checked_mul(numerator)?;
        let divisor = denominator.checked_mul(10_i128.checked_pow(places)?)?;
        (product % divisor == 0).then(|| product / divisor)
    });
    match value {
        Some(value) => Read::Is(Quantity {
            value: if text.starts_with('-') { -value } else { value },
            is_whole: Some(fraction.is_empty() && !number.ends_with('.') && !is_part(suffix)),
        }),
        None => Read::Beyond,
    }
}

/// How many billionths one of a unit is, as a fraction; absent for units that
/// are too large.
struct Unit(Option<(i128, i128)>);

fn unit(suffix: &str) -> Option<Unit> {
    let decimal = |exponent: i32| {
        let power = 10_i128.checked_pow(exponent.unsigned_abs())?;
        if exponent < 0 { Some((ONE, power)) } else { Some((ONE.checked_mul(power)?, 1)) }
    };
    let binary = |exponent: u32| Some((ONE.checked_mul(1_i128 << exponent)?, 1));
    Some(Unit(match suffix {
        "n" => decimal(-9),
        "u" => decimal(-6),
        "m" => decimal(-3),
        "" => decimal(0),
        "k" => decimal(3),
        "M" => decimal(6),
        "G" => decimal(9),
        "T" => decimal(12),
        "P" => decimal(15),
        "E" => decimal(18),
        "Ki" => binary(10),
        "Mi" => binary(20),
        "Gi" => binary(30),
        "Ti" => binary(40),
        "Pi" => binary(50),
        "Ei" => binary(60),
        other => {
            let exponent = other.strip_prefix(['e', 'E'])?;
            let digits = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
            if digits.is_empty() || !digits.chars().all(|c| c.is_ascii_digit()) {
                return None;
            }
            exponent.strip_prefix('+').unwrap_or(exponent).parse().ok().and_then(decimal)
        }
    }))
}

/// Whether a quantity is a whole number to the API server.
pub(super) enum Whole {
    /// This one.
    Is(i64),
    /// It isn't.
    Not,
    /// That can't be told.
    Unknown,
}

/// Whether a unit is less than one.
fn is_part(suffix: &str) -> bool {
    matches!(suffix, "n" | "u" | "m")
        || suffix.strip_prefix(['e', 'E']).is_some_and(|exponent| exponent.starts_with('-'))
}

impl Quantity {
    /// Its whole number, if it is one.
    pub(super) fn whole(self) -> Whole {
        match (self.is_whole, i64::try_from(self.value / ONE)) {
            (Some(true), Ok(number)) => Whole::Is(number),
            (Some(_), _) => Whole::Not,
            (None, _) => Whole::Unknown,
        }
    }

    /// This many.
    pub(super) fn of(number: i64) -> Self {
        Self { value: i128::from(number) * ONE, is_whole: Some(true) }
    }

    /// A sum or a difference with another.
    pub(super) fn joined(self, other: Self, join: fn(i128, i128) -> Option<i128>) -> Option<Self> {
        let both_whole = self.is_whole == Some(true) && other.is_whole == Some(true);
        Some(Self { value: join(self.value, other.value)?, is_whole: both_whole.then_some(true) })
    }

    #[allow(clippy::cast_precision_loss, reason = "it's approximate")]
    pub(super) fn approximately(self) -> f64 {
        self.value as f64 / ONE as f64
    }
}
