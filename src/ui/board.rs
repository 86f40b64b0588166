//! What a run is at: the objects in flight, and the lines that tell it.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use crate::apply::Event;
use crate::health::{Health, Verdict};
use crate::object::ObjectId;
use crate::report::palette::{DANGER, FAINT, GOOD, STRONG, WARNING, paint};
use crate::report::verbs;
use crate::report::visible::visible;
use crate::report::words;

/// Somebody reading along is told at least this often that it goes on.
const SILENCE: Duration = Duration::from_secs(15);
/// They say of each at most so much, in columns.
const LONGEST_MESSAGE: usize = 160;
/// Signs of life name at most this many objects.
const NAMED: usize = 5;
/// The columns of a bar.
const BAR: usize = 12;
/// On narrower terminals there is none.
const ROOM_FOR_BAR: usize = 60;
/// The first word of a line takes this many columns.
const WORD: usize = 8;

/// The objects of one run and how far each has come. Knows no clock: every
/// call says what time it is.
pub(super) struct Board {
    total: usize,
    started: Instant,
    spoke: Instant,
    written: usize,
    objects: BTreeMap<ObjectId, Stage>,
}

/// How far an object has come.
enum Stage {
    /// The server has been asked.
    Writing { since: Instant },
    /// The server has it. That is all, unless its health says otherwise.
    Written { since: Instant },
    /// It isn't healthy yet.
    Waiting { since: Instant, message: String },
    /// Nothing more will come of it.
    Settled { since: Instant },
}

impl Stage {
    fn since(&self) -> Instant {
        match self {
            Self::Writing { since }
            | Self::Written { since }
            | Self::Waiting { since, .. }
            | Self::Settled { since } => *since,
        }
    }
}

impl Board {
    /// Nothing has happened yet; `total` objects are to be written.
    pub(super) fn new(total: usize, now: Instant) -> Self {
        Self { total, started: now, spoke: now, written: 0, objects: BTreeMap::new() }
    }

    /// Takes in what happened; the line that tells it, if it's worth one.
    pub(super) fn on(&mut self, event: &Event, now: Instant) -> Option<String> {
        let line = match event {
            Event::Started { id, .. } => {
                self.objects.insert(id.clone(), Stage::Writing { since: now });
                None
            }
            Event::Written { id, verb } => {
                self.written += 1;
                let since = self.since(id, now);
                self.objects.insert(id.clone(), Stage::Written { since });
                Some(line(verbs::style(*verb), verbs::done(*verb), &id.to_string()))
            }
            Event::Failed { id, why } => {
                self.settle(id, now);
                Some(line(DANGER, "failed", &format!("{id}: {}", visible(why))))
            }
            Event::Skipped { id, because } => {
                self.settle(id, now);
                Some(line(WARNING, "skipped", &format!("{id}: it needs {because}")))
            }
            Event::Health { id, verdict } => self.judged(id, verdict, now),
            // Where several hooks speak at once, each line says which does.
            Event::Log { id, line: said, .. } => {
                Some(line(FAINT, "log", &format!("{id} {} {}", paint(FAINT, "│"), visible(said))))
            }
            Event::Stopping { why } => {
                let what = format!("{}; nothing more will be written", visible(why));
                Some(line(WARNING, "stopping", &what))
            }
        };
        if line.is_some() {
            self.spoke = now;
        }
        line
    }

    fn judged(&mut self, id: &ObjectId, verdict: &Verdict, now: Instant) -> Option<String> {
        let since = self.since(id, now);
        match verdict.health {
            Health::Ready => {
                let waited = matches!(self.settle(id, now), Some(Stage::Waiting { .. }));
                let ready = || line(GOOD, "ready", &format!("{id}{}", took(now - since)));
                waited.then(ready)
            }
            Health::Failed => {
                let failed_before = matches!(self.settle(id, now), Some(Stage::Settled { .. }));
                let failed = || line(DANGER, "failed", &format!("{id}{}", told(&because(verdict))));
                (!failed_before).then(failed)
            }
            Health::Progressing | Health::Unknown | Health::Deleting => {
                let message = because(verdict);
                self.objects.insert(id.clone(), Stage::Waiting { since, message });
                None
            }
        }
    }

    /// What is still being waited for, when nothing has been said for a while: due as a
    /// sign of life.
    pub(super) fn tick(&mut self, now: Instant) -> Vec<Still> {
        if now.duration_since(self.spoke) < SILENCE {
            return Vec::new();
        }
        let moving = self.moving().into_iter();
        let still: Vec<Still> = moving
            .map(|(id, stage)| Still {
                id: id.clone(),
                message: awaited(stage).to_owned(),
                since: now - stage.since(),
            })
            .collect();
        if !still.is_empty() {
            self.spoke = now;
        }
        still
    }

    /// A line for each object in flight, those that take longest first.
    pub(super) fn rows(&self, now: Instant) -> Vec<String> {
        self.moving().iter().map(|(id, stage)| format!("  {}", in_flight(id, stage, now))).collect()
    }

    /// How far the whole run is, and how fast it goes; with a bar where there is room
    /// for one.
    pub(super) fn headline(&self, now: Instant, width: usize) -> String {
        let waiting = self.objects.values().filter(|stage| matches!(stage, Stage::Waiting { .. })).count();
        let mut text = if width < ROOM_FOR_BAR { String::new() } else { self.bar() };
        text.push_str(&paint(STRONG, format!("{} of {} written", self.written, self.total)));
        text.extend(self.rate(now).map(|rate| format!(", {rate} a second")));
        if waiting > 0 {
            text.extend([", waiting for ", &words::count(waiting, "object")]);
        }
        text + &took(now - self.started)
    }

    /// Twelve columns and a space.
    fn bar(&self) -> String {
        let full = (BAR * self.written).checked_div(self.total).unwrap_or(BAR).min(BAR);
        let part =
            |style, length| if length > 0 { paint(style, "━".repeat(length)) } else { String::new() };
        format!("{}{} ", part(GOOD, full), part(FAINT, BAR - full))
    }

    /// Objects written a second, as long as there are more to write.
    fn rate(&self, now: Instant) -> Option<usize> {
        let seconds = usize::try_from((now - self.started).as_secs()).ok().filter(|seconds| *seconds > 0)?;
        (self.written < self.total).then_some(self.written / seconds)
    }

    fn moving(&self) -> Vec<(&ObjectId, &Stage)> {
        let in_flight = |stage: &Stage| matches!(stage, Stage::Writing { .. } | Stage::Waiting { .. });
        let mut moving: Vec<_> = self.objects.iter().filter(|(_, stage)| in_flight(stage)).collect();
        moving.sort_by_key(|(_, stage)| stage.since());
        moving
    }

    fn since(&self, id: &ObjectId, now: Instant) -> Instant {
        self.objects.get(id).map_or(now, Stage::since)
    }

    fn settle(&mut self, id: &ObjectId, now: Instant) -> Option<Stage> {
        let since = self.since(id, now);
        self.objects.insert(id.clone(), Stage::Settled { since })
    }
}

fn line(style: anstyle::Style, word: &str, rest: &str) -> String {
    format!("{} {rest}", words::padded(&paint(style, word), WORD))
}

/// An object that is still waited for.
pub(super) struct Still {
    pub(super) id: ObjectId,
    /// What is waited for; empty if that isn't known.
    pub(super) message: String,
    /// Since when.
    pub(super) since: Duration,
}

/// Lines that are a sign of life.
pub(super) fn signs_of_life(still: &[Still]) -> Vec<String> {
    let line = |Still { id, message, since }: &Still| {
        let message = words::shortened(message, LONGEST_MESSAGE);
        format!("still waiting for {id}{}{}", told(&message), took(*since))
    };
    let mut lines: Vec<_> = still.iter().take(NAMED).map(line).collect();
    if still.len() > NAMED {
        lines.push(format!("still waiting for {} more", still.len() - NAMED));
    }
    lines
}

fn in_flight(id: &ObjectId, stage: &Stage, now: Instant) -> String {
    format!("{id}{}{}", told(awaited(stage)), took(now - stage.since()))
}

fn awaited(stage: &Stage) -> &str {
    match stage {
        Stage::Waiting { message, .. } => message.as_str(),
        _ => "the server's answer",
    }
}

fn told(message: &str) -> String {
    if message.is_empty() { String::new() } else { format!(": {message}") }
}

fn because(verdict: &Verdict) -> String {
    match (verdict.message.as_str(), verdict.reason.as_str()) {
        ("", reason) => visible(reason).into_owned(),
        (message, _) => visible(message).into_owned(),
    }
}

fn took(time: Duration) -> String {
    paint(FAINT, format!("  ({})", words::duration(time)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::GroupKind;
    use crate::plan::Verb;

    struct Told {
        board: Board,
        start: Instant,
        lines: Vec<String>,
    }

    impl Told {
        fn new(total: usize) -> Self {
            let start = Instant::now();
            Self { board: Board::new(total, start), start, lines: Vec::new() }
        }

        fn on(&mut self, at: u64, event: Event) {
            let line = self.board.on(&event, self.start + Duration::from_millis(at));
            self.lines.extend(line);
        }

        fn tick(&mut self, at: u64) {
            let still = self.board.tick(self.start + Duration::from_millis(at));
            self.lines.extend(signs_of_life(&still));
        }

        fn text(&self) -> String {
            anstream::adapter::strip_str(&self.lines.join("\n")).to_string()
        }
    }

    fn object(kind: &str, name: &str) -> ObjectId {
        ObjectId::new(GroupKind::new("", kind), Some("shop"), name)
    }

    fn started(id: &ObjectId, verb: Verb) -> Event {
        Event::Started { id: id.clone(), verb }
    }

    fn written(id: &ObjectId, verb: Verb) -> Event {
        Event::Written { id: id.clone(), verb }
    }

    fn health(id: &ObjectId, health: Health, message: &str) -> Event {
        let verdict = Verdict { health, reason: String::new(), message: message.to_owned() };
        Event::Health { id: id.clone(), verdict }
    }

    #[test]
    fn a_run_is_told_change_by_change() {
        let (web, settings, old) =
            (object("Deployment", "web"), object("ConfigMap", "settings"), object("Job", "old"));
        let mut told = Told::new(3);
        told.on(0, started(&settings, Verb::Create));
        told.on(20, written(&settings, Verb::Create));
        told.on(21, health(&settings, Health::Ready, ""));
        told.on(30, started(&web, Verb::Update));
        told.on(60, written(&web, Verb::Update));
        told.on(100, health(&web, Health::Progressing, "1 of 3 replicas updated"));
        told.on(900, health(&web, Health::Progressing, "2 of 3 replicas updated"));
        told.on(2_150, health(&web, Health::Ready, ""));
        told.on(2_200, started(&old, Verb::Delete));
        told.on(2_230, written(&old, Verb::Delete));
        insta::assert_snapshot!(told.text(), @"
        created  shop/ConfigMap/settings
        updated  shop/Deployment/web
        ready    shop/Deployment/web  (2.1 s)
        deleted  shop/Job/old
        ");
    }

    #[test]
    fn what_went_wrong_is_told_with_its_reason() {
        let (web, db, hook) = (object("Deployment", "web"), object("Secret", "db"), object("Job", "hook"));
        let mut told = Told::new(3);
        told.on(0, started(&db, Verb::Create));
        told.on(9, Event::Failed { id: db.clone(), why: "secrets is forbidden".into() });
        told.on(9, Event::Skipped { id: web.clone(), because: db });
        told.on(10, written(&hook, Verb::Create));
        told.on(11, health(&hook, Health::Failed, "exit code 1"));
        told.on(12, health(&hook, Health::Failed, "exit code 1"));
        told.on(13, Event::Stopping { why: "interrupted".into() });
        insta::assert_snapshot!(told.text(), @"
        failed   shop/Secret/db: secrets is forbidden
        skipped  shop/Deployment/web: it needs shop/Secret/db
        created  shop/Job/hook
        failed   shop/Job/hook: exit code 1
        stopping interrupted; nothing more will be written
        ");
    }

    #[test]
    fn a_sign_of_life_comes_every_fifteen_seconds_of_silence() {
        let mut told = Told::new(9);
        let web = object("Deployment", "web");
        told.on(0, written(&web, Verb::Update));
        told.on(100, health(&web, Health::Progressing, "1 of 3 replicas updated"));
        told.tick(14_000);
        told.tick(15_000);
        told.tick(16_000);
        for number in 0..6 {
            told.on(17_000, started(&object("Job", &format!("job-{number}")), Verb::Create));
        }
        told.tick(30_100);
        insta::assert_snapshot!(told.text(), @"
        updated  shop/Deployment/web
        still waiting for shop/Deployment/web: 1 of 3 replicas updated  (15 s)
        still waiting for shop/Deployment/web: 1 of 3 replicas updated  (30 s)
        still waiting for shop/Job/job-0: the server's answer  (13 s)
        still waiting for shop/Job/job-1: the server's answer  (13 s)
        still waiting for shop/Job/job-2: the server's answer  (13 s)
        still waiting for shop/Job/job-3: the server's answer  (13 s)
        still waiting for 2 more
        ");
    }

    #[test]
    fn nothing_in_flight_needs_no_sign_of_life() {
        let mut told = Told::new(1);
        told.on(0, written(&object("ConfigMap", "a"), Verb::Create));
        told.tick(60_000);
        assert_eq!(told.lines.len(), 1);
    }

    #[test]
    fn the_rows_show_what_is_in_flight_oldest_first() {
        let mut told = Told::new(4);
        let (web, db) = (object("Deployment", "web"), object("StatefulSet", "db"));
        told.on(0, started(&web, Verb::Update));
        told.on(10, written(&web, Verb::Update));
        told.on(20, health(&web, Health::Progressing, "1 of 3 replicas updated"));
        told.on(500, started(&db, Verb::Create));
        let now = told.start + Duration::from_secs(2);
        told.lines.extend(told.board.rows(now));
        told.lines.push(told.board.headline(now, 80));
        told.lines.push(told.board.headline(now, 40));
        insta::assert_snapshot!(told.text(), @"
        updated  shop/Deployment/web
          shop/Deployment/web: 1 of 3 replicas updated  (2.0 s)
          shop/StatefulSet/db: the server's answer  (1.5 s)
        ━━━━━━━━━━━━ 1 of 4 written, 0 a second, waiting for 1 object  (2.0 s)
        1 of 4 written, 0 a second, waiting for 1 object  (2.0 s)
        ");
        let bar = told.board.bar();
        assert_eq!(bar.matches('━').count(), BAR);
        assert!(bar.starts_with(&paint(GOOD, "━".repeat(3))), "{bar}");
    }
}
