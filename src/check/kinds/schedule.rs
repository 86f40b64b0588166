//! Schedules of `CronJobs`, as `ParseStandard` of github.com/robfig/cron v3
//! reads them.

/// What a field may hold: from, to, and the names of its numbers from there.
struct Field {
    name: &'static str,
    least: u32,
    most: u32,
    names: &'static [&'static str],
}

const FIELDS: [Field; 5] = [
    Field { name: "minute", least: 0, most: 59, names: &[] },
    Field { name: "hour", least: 0, most: 23, names: &[] },
    Field { name: "day of the month", least: 1, most: 31, names: &[] },
    Field {
        name: "month",
        least: 1,
        most: 12,
        names: &["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"],
    },
    Field {
        name: "day of the week",
        least: 0,
        most: 6,
        names: &["sun", "mon", "tue", "wed", "thu", "fri", "sat"],
    },
];

const WORDS: [&str; 7] = ["@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly"];

/// Whether a schedule is one; if not, why.
pub(super) fn check(text: &str) -> Result<(), String> {
    if text.contains("TZ") {
        return Err(format!("{text:?} has a time zone, which belongs into timeZone"));
    }
    if text.starts_with('@') {
        return word(text);
    }
    let parts: Vec<&str> = text.split_whitespace().collect();
    if parts.len() != FIELDS.len() {
        return Err(format!("{text:?} has {} fields, but a schedule has 5", parts.len()));
    }
    FIELDS.iter().zip(parts).try_for_each(|(field, part)| {
        let each = part.split(',').filter(|item| !item.is_empty());
        each.map(|item| item_of(field, item))
            .find_map(Result::err)
            .map_or(Ok(()), |why| Err(format!("{part:?} doesn't fit as {}: {why}", field.name)))
    })
}

fn word(text: &str) -> Result<(), String> {
    if WORDS.contains(&text) || text.strip_prefix("@every ").is_some_and(is_duration) {
        return Ok(());
    }
    let every = if text.starts_with("@every") { ", or @every and a time such as 1h30m" } else { "" };
    Err(format!("{text:?} isn't one of {}{every}", WORDS.join(", ")))
}

/// One of a field's items: `*`, `5`, `1-5`, `*/2`, `10/5`.
fn item_of(field: &Field, item: &str) -> Result<(), String> {
    let (range, step) = match item.split_once('/') {
        Some((_, step)) if step.contains('/') => return Err("it has more than one \"/\"".to_owned()),
        Some((range, step)) => (range, Some(number(step)?)),
        None => (item, None),
    };
    if step == Some(0) {
        return Err("its step is 0".to_owned());
    }
    let mut ends = range.split('-');
    let first = ends.next().unwrap_or_default();
    if matches!(first, "*" | "?") {
        return Ok(());
    }
    let start = value(field, first)?;
    let end = match (ends.next(), step) {
        (Some(end), _) => value(field, end)?,
        (None, Some(_)) => field.most,
        (None, None) => start,
    };
    if ends.next().is_some() {
        return Err("it has more than one \"-\"".to_owned());
    }
    if start < field.least || end > field.most {
        return Err(format!("it must be from {} to {}", field.least, field.most));
    }
    if start > end { Err("it starts after its end".to_owned()) } else { Ok(()) }
}

fn value(field: &Field, text: &str) -> Result<u32, String> {
    let lower = text.to_lowercase();
    let named =
        field.names.iter().position(|name| *name == lower).and_then(|position| u32::try_from(position).ok());
    named.map_or_else(|| number(text), |position| Ok(field.least + position))
}

/// Go's `Atoi` of what isn't negative.
fn number(text: &str) -> Result<u32, String> {
    text.parse().map_err(|_| format!("{text:?} isn't a number"))
}

/// Go's `time.ParseDuration`.
fn is_duration(text: &str) -> bool {
    let mut rest = text.strip_prefix(['-', '+']).unwrap_or(text);
    if rest == "0" {
        return true;
    }
    while !rest.is_empty() {
        let end = rest.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(rest.len());
        let (digits, after) = rest.split_at(end);
        let is_number = digits.bytes().any(|byte| byte.is_ascii_digit()) && digits.matches('.').count() < 2;
        let units = ["ns", "us", "µs", "μs", "ms", "s", "m", "h"];
        let unit = units.iter().find_map(|unit| {
            let rest = after.strip_prefix(unit)?;
            (rest.is_empty() || rest.starts_with(|c: char| c.is_ascii_digit() || c == '.')).then_some(rest)
        });
        let Some(next) = unit.filter(|_| is_number) else { return false };
        rest = next;
    }
    text.len() > usize::from(text.starts_with(['-', '+']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schedules_are_told_from_what_is_not_one() {
        for good in [
            "0 3 * * *",
            "*/5 * * * *",
            "0,15,,30 * * * *",
            "5/15 * * * *",
            "0-30/5 0 ? JAN mon-fri",
            " 0  3 * * *",
            "*/100 * * * *",
            "*-5 * * * *",
            "+5 05 * * *",
            "@daily",
            "@every 1h30m",
            "@every 1.5h",
            "@every -1s",
        ] {
            assert_eq!(check(good), Ok(()), "{good}");
        }
        for bad in [
            "",
            "daily",
            "@reboot",
            "@HOURLY",
            "@every 5",
            "@every",
            "0 0 3 * * *",
            "0 3 * *",
            "60 3 * * *",
            "0 24 * * *",
            "0 3 0 * *",
            "0 3 32 * *",
            "0 3 1 13 *",
            "0 3 1 january *",
            "0 3 * * 7",
            "0 3 * * fri-mon",
            "*/0 * * * *",
            "*/a * * * *",
            "30-10 * * * *",
            "1-2-3 * * * *",
            "1/2/3 * * * *",
            "-1 * * * *",
            "0 3 L * *",
            "0 3 * * 1#2",
            "TZ=UTC 0 3 * * *",
        ] {
            assert!(check(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_fault_names_the_field() {
        assert_eq!(
            check("0 24 * * *"),
            Err("\"24\" doesn't fit as hour: it must be from 0 to 23".to_owned())
        );
        assert_eq!(check("0 3 * *"), Err("\"0 3 * *\" has 4 fields, but a schedule has 5".to_owned()));
    }
}
