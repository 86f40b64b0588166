//! What go-yaml takes for a timestamp under `!!timestamp` (`parseTimestamp` of
//! `resolve.go`). The value stays text either way.

/// Whether the text is a date, or a date and a time: `2001-12-14`,
/// `2001-12-14T21:59:43.10Z` or `2001-12-14 21:59:43.10`, of which all but the
/// year may have one digit.
pub(super) fn is_timestamp(text: &str) -> bool {
    let Some((date, rest)) = text.split_at_checked(text.find(['T', 't', ' ']).unwrap_or(text.len())) else {
        return false;
    };
    is_date(date)
        && match rest.as_bytes().first() {
            None => true,
            Some(b' ') => is_time(&rest[1..]),
            Some(_) => without_zone(&rest[1..]).is_some_and(is_time),
        }
}

fn is_date(date: &str) -> bool {
    let parts: Vec<&str> = date.split('-').collect();
    let [year, month, day] = parts[..] else { return false };
    let Some(year) = number(year, 4..=4) else { return false };
    let month = number(month, 1..=2).unwrap_or(0);
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 => 28 + u32::from(is_leap),
        _ => 0,
    };
    number(day, 1..=2).is_some_and(|day| (1..=days).contains(&day))
}

/// Hours, minutes and seconds, perhaps with a fraction.
fn is_time(time: &str) -> bool {
    let (whole, fraction) = time.split_once(['.', ',']).unwrap_or((time, "0"));
    let parts: Vec<&str> = whole.split(':').collect();
    let [hours, minutes, seconds] = parts[..] else { return false };
    let below = |part: &str, limit: u32| number(part, 1..=2).is_some_and(|number| number < limit);
    below(hours, 24) && below(minutes, 60) && below(seconds, 60) && is_digits(fraction)
}

/// The time without its `Z` or `+01:00`.
fn without_zone(time: &str) -> Option<&str> {
    if let Some(time) = time.strip_suffix('Z') {
        return Some(time);
    }
    let (time, zone) = time.split_at_checked(time.rfind(['+', '-'])?)?;
    let (hours, minutes) = zone[1..].split_once(':')?;
    let is_zone = number(hours, 2..=2)? <= 24 && number(minutes, 2..=2)? <= 60;
    is_zone.then_some(time)
}

fn number(digits: &str, lengths: std::ops::RangeInclusive<usize>) -> Option<u32> {
    if is_digits(digits) && lengths.contains(&digits.len()) { digits.parse().ok() } else { None }
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::is_timestamp;

    #[test]
    fn dates_and_times_are_told_from_other_texts() {
        let timestamps =
            "2001-12-14|2001-1-1|2000-02-29|2001-12-14T21:59:43Z|2001-12-14t1:2:3.5+01:00|2001-12-14 1:2:3";
        for text in timestamps.split('|') {
            assert!(is_timestamp(text), "{text:?}");
        }
        let others = "2001|2001-1|201-1-1|2001-13-1|2001-02-29|2001-12-14T|2001-12-14T1:2:3|2001-12-14 1:2|2001-12-14 1:2:60|2001-1-1x||é";
        for text in others.split('|') {
            assert!(!is_timestamp(text), "{text:?}");
        }
    }
}
