//! A listener for a run's events: rows on a terminal, plain lines elsewhere.

use std::time::{Duration, Instant};

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

use jiff::Timestamp;

use super::board::{Board, Still, signs_of_life};
use super::step::spinner;
use super::terminal::{Terminal, lock};
use crate::apply::Event;
use crate::report::json::{self, Happened, StillWaiting};

const REDRAWN_EVERY: Duration = Duration::from_millis(120);
/// Events that follow each other faster than this are drawn together.
const DRAWN_EVERY: Duration = Duration::from_millis(50);
/// At most this many objects in flight have a row of their own.
const ROWS: usize = 8;

/// What is followed.
#[derive(Debug, Clone, Default)]
pub struct ProgressOptions {
    /// How many objects are to be written.
    pub total: usize,
    /// The target's name, where several run at once: it begins every line.
    pub target: Option<String>,
    /// The target's name, where standard output gets its events as lines of JSON.
    pub events_of: Option<String>,
}

/// Follows one run. What it says to people goes to standard error; with `-q`
/// nothing does.
pub struct Progress {
    terminal: Terminal,
    events_of: Option<String>,
    prefix: String,
    board: Board,
    drawing: Option<Drawing>,
    drawn: Option<Instant>,
}

impl Terminal {
    /// Begins to follow a run.
    pub fn progress(&self, options: ProgressOptions, now: Instant) -> Progress {
        let prefix = options.target.map_or_else(String::new, |target| format!("{target}: "));
        Progress {
            terminal: self.clone(),
            events_of: options.events_of,
            prefix,
            board: Board::new(options.total, now),
            drawing: self.shared.bars.clone().map(Drawing::start),
            drawn: None,
        }
    }
}

impl Progress {
    /// Something happened.
    pub fn on(&mut self, event: &Event, now: Instant) {
        self.stream(|| event.into());
        if let Some(line) = self.board.on(event, now) {
            self.say(&line);
        }
        if self.drawn.is_none_or(|drawn| now.duration_since(drawn) >= DRAWN_EVERY) {
            self.draw(now);
        }
    }

    /// Time went by; to be called some times a second.
    pub fn tick(&mut self, now: Instant) {
        let still = self.board.tick(now);
        if !still.is_empty() {
            self.stream(|| Happened::Waiting { objects: still.iter().map(waiting).collect() });
        }
        if self.drawing.is_none() {
            signs_of_life(&still).iter().for_each(|line| self.say(line));
        }
        self.draw(now);
    }

    /// Something happened that isn't about an object.
    pub fn stream(&self, happened: impl FnOnce() -> Happened) {
        if let Some(target) = &self.events_of {
            self.terminal.data(&json::happened(target, happened(), Timestamp::now()));
        }
    }

    /// The run is over: what was drawn goes away, what was written stays.
    pub fn finish(mut self) {
        self.drawing = None;
    }

    fn say(&self, line: &str) {
        self.terminal.note(&format!("{}{line}", self.prefix));
    }

    fn draw(&mut self, now: Instant) {
        self.drawn = Some(now);
        if let Some(drawing) = &mut self.drawing {
            let shown = |text: String| lock(&self.terminal.shared.errors).shown(&text).into_owned();
            let rows: Vec<String> = self.board.rows(now).into_iter().map(shown).collect();
            let headline = shown(self.board.headline(now, self.terminal.width()));
            drawing.draw(&self.prefix, &rows, &headline);
        }
    }
}

fn waiting(still: &Still) -> StillWaiting {
    StillWaiting {
        object: (&still.id).into(),
        message: still.message.clone(),
        since_ms: u64::try_from(still.since.as_millis()).unwrap_or(u64::MAX),
    }
}

/// The rows on the terminal: the objects in flight, and the whole below them.
struct Drawing {
    bars: MultiProgress,
    rows: Vec<ProgressBar>,
    headline: ProgressBar,
}

impl Drawing {
    fn start(bars: MultiProgress) -> Self {
        let headline = bars.add(ProgressBar::no_length().with_style(spinner()));
        headline.enable_steady_tick(REDRAWN_EVERY);
        Self { bars, rows: Vec::new(), headline }
    }

    fn draw(&mut self, prefix: &str, rows: &[String], headline: &str) {
        let wanted = rows.len().min(ROWS);
        for gone in self.rows.drain(wanted.min(self.rows.len())..) {
            gone.finish_and_clear();
            self.bars.remove(&gone);
        }
        while self.rows.len() < wanted {
            let row = ProgressBar::no_length().with_style(row_style());
            self.rows.push(self.bars.insert_before(&self.headline, row));
        }
        for (bar, row) in self.rows.iter().zip(rows) {
            bar.set_message(row.clone());
            bar.tick();
        }
        let unseen = rows.len() - wanted;
        let more = if unseen > 0 { format!(", {unseen} more than fit here") } else { String::new() };
        self.headline.set_message(format!("{prefix}{headline}{more}"));
    }
}

impl Drop for Drawing {
    fn drop(&mut self) {
        for bar in self.rows.iter().chain([&self.headline]) {
            bar.finish_and_clear();
            self.bars.remove(bar);
        }
    }
}

fn row_style() -> ProgressStyle {
    ProgressStyle::with_template("{wide_msg}").unwrap_or_else(|_| ProgressStyle::default_spinner())
}

#[cfg(test)]
mod tests {
    use super::super::{Capture, Color, Settings};
    use super::*;
    use crate::health::{Health, Verdict};
    use crate::json::{Value, json};
    use crate::object::{GroupKind, ObjectId};
    use crate::plan::Verb;

    fn web() -> ObjectId {
        ObjectId::new(GroupKind::new("apps", "Deployment"), Some("shop"), "web")
    }

    fn run(capture: Capture, target: Option<&str>) -> String {
        let (terminal, captured) = capture.start();
        let start = Instant::now();
        let options = ProgressOptions { total: 1, target: target.map(str::to_owned), events_of: None };
        let mut progress = terminal.progress(options, start);
        progress.on(&Event::Started { id: web(), verb: Verb::Update }, start);
        progress.on(&Event::Written { id: web(), verb: Verb::Update }, start);
        let verdict = Verdict {
            health: Health::Progressing,
            reason: "ReplicasOutdated".into(),
            message: "1 of 3 replicas updated".into(),
        };
        progress.on(&Event::Health { id: web(), verdict }, start);
        progress.tick(start + Duration::from_secs(20));
        progress.finish();
        captured.errors()
    }

    #[test]
    fn without_a_terminal_there_are_plain_lines() {
        insta::assert_snapshot!(run(Capture::default(), None), @"
        updated  shop/Deployment/web
        still waiting for shop/Deployment/web: 1 of 3 replicas updated  (20 s)
        ");
    }

    #[test]
    fn several_targets_begin_their_lines_with_their_names() {
        insta::assert_snapshot!(run(Capture::default(), Some("prod-eu")), @"
        prod-eu: updated  shop/Deployment/web
        prod-eu: still waiting for shop/Deployment/web: 1 of 3 replicas updated  (20 s)
        ");
    }

    #[test]
    fn on_a_terminal_only_what_is_done_stays_as_a_line() {
        let terminal = Capture { interactive: true, ..Capture::default() };
        insta::assert_snapshot!(run(terminal, None), @"updated  shop/Deployment/web");
    }

    #[test]
    fn what_is_drawn_has_no_colours_where_none_are_wanted() {
        let drawn = |color| {
            let settings = Settings { color, ..Settings::default() };
            let (terminal, _) = Capture { interactive: true, settings, ..Capture::default() }.start();
            let start = Instant::now();
            let mut progress =
                terminal.progress(ProgressOptions { total: 1, ..ProgressOptions::default() }, start);
            progress.on(&Event::Started { id: web(), verb: Verb::Update }, start);
            let drawing = progress.drawing.as_ref().expect("it draws");
            drawing.rows.iter().chain([&drawing.headline]).map(ProgressBar::message).collect::<String>()
        };
        assert!(drawn(Color::Always).contains('\u{1b}'));
        assert!(!drawn(Color::Never).contains('\u{1b}'), "{:?}", drawn(Color::Never));
    }

    #[test]
    fn events_are_lines_of_json_with_a_sign_of_life() {
        let (terminal, captured) = Capture::default().start();
        let start = Instant::now();
        let options = ProgressOptions { total: 1, events_of: Some("prod".into()), ..Default::default() };
        let mut progress = terminal.progress(options, start);
        progress.on(&Event::Started { id: web(), verb: Verb::Update }, start);
        progress.tick(start + Duration::from_secs(14));
        progress.tick(start + Duration::from_secs(15));
        progress.finish();
        let output = captured.output();
        let lines: Vec<Value> =
            output.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
        let events: Vec<&str> = lines.iter().filter_map(|line| line["event"].as_str()).collect();
        assert_eq!(events, ["started", "waiting"]);
        let still = &lines[1]["objects"][0];
        assert_eq!((&still["object"]["name"], &still["sinceMs"]), (&json!("web"), &json!(15_000)));
        assert_eq!(still["message"], "the server's answer");
    }

    #[test]
    fn quiet_says_nothing() {
        let quiet = Settings { quiet: true, ..Settings::default() };
        assert_eq!(run(Capture { settings: quiet, ..Capture::default() }, None), "");
    }
}
