//! `trueup history`: the releases of an environment, or one in full.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};

use super::{What, no_reports, select};
use crate::cli::{Global, Output};
use crate::deploy::history::{self, History, Wanted};
use crate::error::{CommandError, Diagnostic, Exit};
use crate::report::json::{self, Kind};
use crate::report::text;
use crate::ui::Terminal;

/// Lists the releases, or shows one in full
///
/// With --name and an environment's name no configuration is needed:
/// `trueup history prod --name shop -n shop`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The environment of trueup.yaml
    #[arg(value_name = "ENV")]
    environment: Option<String>,
    /// The release to show: its number, or a commit, branch or tag of which the newest is shown
    #[arg(value_name = "RELEASE", conflicts_with = "at")]
    release: Option<String>,
    /// Show the release that was deployed at this time, such as 2026-05-01T12:00Z, or at the end of a day
    #[arg(long, value_name = "TIME", value_parser = time)]
    at: Option<Timestamp>,
    /// The name under which what -f named was deployed; with ENV, the name in its trueup.yaml
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
}

/// Lists or shows.
pub async fn run(global: &Global, args: Args, terminal: &Terminal) -> Result<Exit, CommandError> {
    no_reports(global, "history")?;
    let wanted = match (args.release, args.at) {
        (Some(named), _) => Wanted::Named(named),
        (None, Some(time)) => Wanted::At(time),
        (None, None) => Wanted::All,
    };
    let what = What::recorded(args.environment, args.name);
    let setups = select(global, &what)?;
    let mut rows = Vec::new();
    for setup in &setups {
        let cluster = setup.access.connect().await.map_err(Diagnostic::from)?;
        let _step = terminal.step("reading the history");
        let History { rows: found, notes } = history::read(setup, &cluster, &wanted).await?;
        for note in notes {
            terminal.note(&format!("note: {note}"));
        }
        rows.extend(found);
    }
    let environment = setups.first().map(|setup| setup.environment.as_str());
    let options = text::TextOptions::new(terminal.width(), Timestamp::now());
    let options = text::TextOptions { full: terminal.is_verbose(), ..options };
    match global.output {
        Output::Text if wanted == Wanted::All => terminal.data(&text::history(&rows, &options)),
        Output::Text => rows.iter().for_each(|row| terminal.data(&text::release(row, &options))),
        Output::Json => terminal.data(&json::document(Kind::History, environment, &rows)),
        _ => return Err(CommandError::usage("history prints text or json")),
    }
    Ok(Exit::Done)
}

/// A time with its zone, or a day: its end, in UTC.
fn time(text: &str) -> Result<Timestamp, String> {
    if let Ok(time) = text.parse::<Timestamp>() {
        return Ok(time);
    }
    let day = text
        .parse::<Date>()
        .map_err(|_| "expected a time with its zone, such as 2026-05-01T12:00Z, or a day".to_owned())?;
    let end: Result<Zoned, _> = day.tomorrow().and_then(|next| next.to_zoned(TimeZone::UTC));
    let end = end.map_err(|error| error.to_string())?;
    Ok(end.timestamp() - jiff::SignedDuration::from_secs(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_has_a_zone_and_a_day_means_its_end() {
        let of = |text: &str| time(text).map(|time| time.to_string());
        assert_eq!(of("2026-05-01T12:00Z"), Ok("2026-05-01T12:00:00Z".into()));
        assert_eq!(of("2026-05-01T12:00:30+02:00"), Ok("2026-05-01T10:00:30Z".into()));
        assert_eq!(of("2026-05-01"), Ok("2026-05-01T23:59:59Z".into()));
        for wrong in ["yesterday", "", "2026-05-01T25:00Z"] {
            assert!(of(wrong).is_err(), "{wrong}");
        }
    }
}
