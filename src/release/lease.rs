//! The Lease that is a target's lock, as data: who holds it, since when, and
//! when it may be taken.

use std::fmt;
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::actor::Actor;
use super::identity::Target;
use super::process::{Process, Processes};
use super::run::Run;
use crate::json::{Value, json};

/// How long a holder may go without renewing.
pub(super) const DURATION: Duration = Duration::from_secs(30);

/// The annotation with everything about the holder.
const HOLDER: &str = "trueup.dev/holder";

/// Who holds a lock, or wants to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Holder {
    /// Who it is, for people.
    pub actor: String,
    /// The machine.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub host: Option<String>,
    /// The process, where the system says enough about it.
    #[serde(flatten)]
    pub process: Option<Process>,
    /// The CI run: its address or number.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub run: Option<String>,
    /// Since when the lock is held, by the holder's clock.
    pub since: Timestamp,
    /// Random: no other attempt to hold a lock has it.
    token: String,
}

impl Holder {
    /// This process, for whoever runs it.
    pub fn this(actor: &Actor, run: Option<&Run>, host: Option<String>, now: Timestamp) -> Self {
        Self {
            actor: actor.name.clone(),
            host,
            process: Processes::of_this_machine().this(),
            run: run.map(|run| run.reference().to_owned()),
            since: now,
            token: token(now),
        }
    }

    /// One line for `kubectl get lease`: `ada@laptop pid 4711`, or the CI run.
    fn identity(&self) -> String {
        match (&self.run, &self.process) {
            (Some(run), _) => format!("{} {run}", self.actor),
            (None, Some(process)) => format!("{} pid {}", self.actor, process.pid),
            (None, None) => self.actor.clone(),
        }
    }

    /// Whether it is the same attempt to hold a lock.
    pub(super) fn is(&self, other: &Self) -> bool {
        self.token == other.token
    }

    /// Whether it is certain that the holder's process is no more.
    pub(super) fn is_dead(&self, processes: &Processes) -> bool {
        self.process.as_ref().is_some_and(|process| processes.is_dead(process))
    }
}

/// 64 random bits. Where the system has none to give, time and process id will
/// do: a token only tells apart who came at the same lock at the same time.
fn token(now: Timestamp) -> String {
    let number = getrandom::u64().unwrap_or_else(|_| {
        u64::from(now.subsec_nanosecond().unsigned_abs()) ^ u64::from(std::process::id())
    });
    format!("{number:016x}")
}

/// A lock's holder, as far as the Lease says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldBy {
    /// One line about the holder.
    pub identity: String,
    /// Since when, by the holder's clock.
    pub since: Option<Timestamp>,
    /// Everything about the holder; absent when another program wrote the Lease.
    pub holder: Option<Holder>,
}

/// `ada@laptop pid 4711, since 2026-01-02T03:04:05Z`.
impl fmt::Display for HeldBy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.identity)?;
        match self.since {
            Some(since) => write!(f, ", since {}", since.strftime("%Y-%m-%dT%H:%M:%SZ")),
            None => Ok(()),
        }
    }
}

/// A lock that is held, as it is now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// By whom.
    pub by: HeldBy,
    /// When it was renewed last, by the holder's clock.
    pub renewed: Option<Timestamp>,
    /// When it expires unless it's renewed, by the holder's clock.
    pub expires: Option<Timestamp>,
    /// Whether it is certain that the holder's process is no more.
    pub is_dead: bool,
}

/// A Lease as the server has it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Lease {
    object: Value,
}

impl Lease {
    /// A Lease from the server.
    pub(super) fn read(object: Value) -> Self {
        Self { object }
    }

    /// A Lease that nobody holds, to be created.
    pub(super) fn new(target: &Target) -> Self {
        let object = json!({
            "apiVersion": "coordination.k8s.io/v1",
            "kind": "Lease",
            "metadata": {"name": target.parent_name(), "namespace": target.state_namespace()},
            "spec": {},
        });
        Self { object }
    }

    /// As it is sent.
    pub(super) fn object(&self) -> &Value {
        &self.object
    }

    /// Who holds it, if anybody does.
    pub(super) fn held_by(&self) -> Option<HeldBy> {
        let spec = &self.object["spec"];
        let identity = spec["holderIdentity"].as_str().filter(|identity| !identity.is_empty())?;
        let holder: Option<Holder> = self.object["metadata"]["annotations"][HOLDER]
            .as_str()
            .and_then(|text| serde_json::from_str(text).ok());
        let acquired = spec["acquireTime"].as_str().and_then(|time| time.parse().ok());
        Some(HeldBy {
            identity: identity.to_owned(),
            since: holder.as_ref().map(|holder| holder.since).or(acquired),
            holder,
        })
    }

    /// Who holds it and until when, if anybody does.
    pub(super) fn held(&self, processes: &Processes) -> Option<Held> {
        let by = self.held_by()?;
        let renewed: Option<Timestamp> =
            self.object["spec"]["renewTime"].as_str().and_then(|time| time.parse().ok());
        let expires = renewed.and_then(|renewed| renewed.checked_add(self.duration()).ok());
        let is_dead = by.holder.as_ref().is_some_and(|holder| holder.is_dead(processes));
        Some(Held { by, renewed, expires, is_dead })
    }

    /// Whether `holder` holds it.
    pub(super) fn is_held_by(&self, holder: &Holder) -> bool {
        self.held_by().and_then(|held| held.holder).is_some_and(|there| there.is(holder))
    }

    /// How long its holder may go without renewing it, as the holder said.
    pub(super) fn duration(&self) -> Duration {
        match self.object["spec"]["leaseDurationSeconds"].as_u64() {
            Some(seconds) if seconds > 0 => Duration::from_secs(seconds),
            _ => DURATION,
        }
    }

    /// What changes whenever its holder renews it.
    fn record(&self) -> (Value, Value) {
        (self.object["spec"].clone(), self.object["metadata"]["annotations"][HOLDER].clone())
    }

    /// The same, taken by `holder`.
    #[must_use]
    pub(super) fn taken(&self, holder: &Holder, now: Timestamp) -> Self {
        let transitions = self.object["spec"]["leaseTransitions"].as_i64().unwrap_or_default();
        let mut object = self.object.clone();
        object["spec"] = json!({
            "holderIdentity": holder.identity(),
            "leaseDurationSeconds": DURATION.as_secs(),
            "acquireTime": micro_time(now),
            "renewTime": micro_time(now),
            "leaseTransitions": transitions + 1,
        });
        // A holder always serialises.
        let annotation = serde_json::to_string(holder).unwrap_or_default();
        if !object["metadata"]["annotations"].is_object() {
            object["metadata"]["annotations"] = json!({});
        }
        object["metadata"]["annotations"][HOLDER] = annotation.into();
        Self { object }
    }

    /// The same, renewed.
    #[must_use]
    pub(super) fn renewed(&self, now: Timestamp) -> Self {
        let mut object = self.object.clone();
        object["spec"]["renewTime"] = micro_time(now).into();
        Self { object }
    }

    /// The same, held by nobody. It isn't deleted, so that it still counts how
    /// often it changed hands.
    #[must_use]
    pub(super) fn freed(&self, now: Timestamp) -> Self {
        let mut lease = self.renewed(now);
        lease.object["spec"]["holderIdentity"] = "".into();
        if let Some(annotations) = lease.object["metadata"]["annotations"].as_object_mut() {
            annotations.remove(HOLDER);
        }
        lease
    }
}

/// Kubernetes' `MicroTime`: RFC 3339 with exactly six decimals.
fn micro_time(time: Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%S%.6fZ").to_string()
}

/// Watches whether a holder still renews, by our own clock alone: clocks of two
/// machines are never compared.
#[derive(Debug, Default)]
pub(super) struct Observation {
    last: Option<((Value, Value), Duration)>,
}

impl Observation {
    /// Takes in the Lease as it was at `now` (since any fixed time, by a clock
    /// that never jumps); whether it hasn't changed for its own duration.
    pub(super) fn has_expired(&mut self, lease: &Lease, now: Duration) -> bool {
        let record = lease.record();
        match &self.last {
            Some((seen, since)) if *seen == record => now.saturating_sub(*since) >= lease.duration(),
            _ => {
                self.last = Some((record, now));
                false
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target() -> Target {
        Target::new("shop", "prod", "shop").expect("well formed")
    }

    fn time(second: i64) -> Timestamp {
        Timestamp::new(1_767_323_045 + second, 120_000).expect("a time")
    }

    fn holder(token: &str) -> Holder {
        Holder {
            actor: "ada@laptop".into(),
            host: Some("laptop".into()),
            process: Some(Process {
                boot_id: "b".into(),
                pid_namespace: "pid:[1]".into(),
                pid: 4711,
                process_start: 99,
            }),
            run: None,
            since: time(0),
            token: token.into(),
        }
    }

    fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn a_taken_lease_reads_like_this() {
        let taken = Lease::new(&target()).taken(&holder("t1"), time(0));
        insta::assert_json_snapshot!(taken.object(), @r#"
        {
          "apiVersion": "coordination.k8s.io/v1",
          "kind": "Lease",
          "metadata": {
            "annotations": {
              "trueup.dev/holder": "{\"actor\":\"ada@laptop\",\"host\":\"laptop\",\"bootId\":\"b\",\"pidNamespace\":\"pid:[1]\",\"pid\":4711,\"processStart\":99,\"since\":\"2026-01-02T03:04:05.00012Z\",\"token\":\"t1\"}"
            },
            "name": "trueup-shop-prod",
            "namespace": "shop"
          },
          "spec": {
            "acquireTime": "2026-01-02T03:04:05.000120Z",
            "holderIdentity": "ada@laptop pid 4711",
            "leaseDurationSeconds": 30,
            "leaseTransitions": 1,
            "renewTime": "2026-01-02T03:04:05.000120Z"
          }
        }
        "#);
        assert!(taken.is_held_by(&holder("t1")) && !taken.is_held_by(&holder("t2")));
        let held = taken.held_by().expect("held");
        assert_eq!(held.to_string(), "ada@laptop pid 4711, since 2026-01-02T03:04:05Z");
        assert_eq!(held.holder, Some(holder("t1")));
    }

    #[test]
    fn a_ci_run_is_named_instead_of_a_process() {
        let run = Holder { run: Some("https://ci.example/7".into()), ..holder("t") };
        assert_eq!(run.identity(), "ada@laptop https://ci.example/7");
        assert_eq!(Holder { process: None, ..holder("t") }.identity(), "ada@laptop");
    }

    #[test]
    fn a_freed_lease_is_held_by_nobody_and_counts_on() {
        let taken = Lease::new(&target()).taken(&holder("t1"), time(0));
        let freed = taken.freed(time(5));
        assert_eq!(freed.held_by(), None);
        assert_eq!(freed.object()["metadata"]["annotations"].get(HOLDER), None);
        let again = freed.taken(&holder("t2"), time(9));
        assert_eq!(again.object()["spec"]["leaseTransitions"], 2);
    }

    #[test]
    fn what_others_wrote_on_a_lease_stays() {
        let mut object = Lease::new(&target()).object().clone();
        object["metadata"]["labels"] = json!({"team": "shop"});
        object["metadata"]["annotations"] = json!({"note": "x"});
        let freed = Lease::read(object.clone()).taken(&holder("t"), time(0)).freed(time(1));
        assert_eq!(freed.object()["metadata"], object["metadata"]);
    }

    #[test]
    fn another_programs_lease_is_read_as_far_as_it_goes() {
        let object = json!({"metadata": {"annotations": {HOLDER: "not JSON"}}, "spec": {
            "holderIdentity": "someone", "acquireTime": "2026-01-02T03:04:05.000000Z"}});
        let lease = Lease::read(object);
        let held = lease.held_by().expect("held");
        assert_eq!((held.to_string().as_str(), held.holder), ("someone, since 2026-01-02T03:04:05Z", None));
        assert_eq!(lease.duration(), DURATION);
        assert_eq!(Lease::read(json!({"spec": {}})).held_by(), None);
    }

    #[test]
    fn a_lease_expires_when_it_hasnt_changed_for_its_duration() {
        let lease = Lease::new(&target()).taken(&holder("t"), time(0));
        let mut observation = Observation::default();
        assert!(!observation.has_expired(&lease, seconds(100)), "seen for the first time");
        assert!(!observation.has_expired(&lease, seconds(129)));
        assert!(observation.has_expired(&lease, seconds(130)));
    }

    #[test]
    fn a_renewed_lease_starts_anew_whatever_its_clock_says() {
        let lease = Lease::new(&target()).taken(&holder("t"), time(0));
        let mut observation = Observation::default();
        observation.has_expired(&lease, seconds(0));
        // The holder's clock went back an hour.
        let renewed = lease.renewed(time(-3600));
        assert!(!observation.has_expired(&renewed, seconds(29)));
        assert!(!observation.has_expired(&renewed, seconds(58)));
        assert!(observation.has_expired(&renewed, seconds(59)));
    }

    #[test]
    fn the_holders_own_duration_counts() {
        let mut object = Lease::new(&target()).taken(&holder("t"), time(0)).object().clone();
        object["spec"]["leaseDurationSeconds"] = 120.into();
        let lease = Lease::read(object);
        let mut observation = Observation::default();
        observation.has_expired(&lease, seconds(0));
        assert!(!observation.has_expired(&lease, seconds(119)));
        assert!(observation.has_expired(&lease, seconds(120)));
    }

    #[test]
    fn a_held_lock_says_when_it_expires() {
        let processes = Processes::of_this_machine();
        let lease = Lease::new(&target()).taken(&holder("t"), time(0)).renewed(time(10));
        let held = lease.held(&processes).expect("held");
        assert_eq!((held.renewed, held.expires), (Some(time(10)), Some(time(40))));
        assert_eq!(lease.freed(time(11)).held(&processes), None);
        let another = json!({"spec": {"holderIdentity": "someone", "renewTime": "soon"}});
        let held = Lease::read(another).held(&processes).expect("held");
        assert_eq!((held.renewed, held.expires, held.is_dead), (None, None, false));
    }

    #[test]
    fn every_attempt_has_a_token_of_its_own() {
        let actor = Actor { name: "ada".into(), user: None };
        let (one, other) =
            (Holder::this(&actor, None, None, time(0)), Holder::this(&actor, None, None, time(0)));
        assert!(!one.is(&other) && one.is(&one.clone()));
    }
}
