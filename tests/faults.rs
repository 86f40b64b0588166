//! What passes by itself is sent again, what is wrong never is: counted by a proxy
//! before the real server, that answers some requests itself.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::thread;
use std::time::Duration;

use trueup::json::Value;

use crate::harness::manifests::{config_map, of_helm, secret, service};
use crate::harness::{Reply, Request, TestEnvironment};

const SETTINGS: &str = "v1/configmaps/settings";

/// One setting, committed, and a namespace for it.
fn setting() -> TestEnvironment {
    let mut environment = TestEnvironment::new();
    environment.create_namespace();
    environment.commit_file("deploy/settings.yaml", &config_map("settings", "level", "info"));
    environment
}

/// A `Status` of the API server.
fn status(code: u16, reason: &str, message: &str) -> Reply {
    let body = format!(
        r#"{{"kind":"Status","apiVersion":"v1","status":"Failure","code":{code},"reason":"{reason}","message":"{message}"}}"#
    );
    Reply::Answer(code, "Content-Type: application/json\r\n", body)
}

/// Whether this is the write of an object.
fn is_write_of(request: &Request, name: &str) -> bool {
    request.is_write() && request.path.ends_with(name)
}

fn answer_if(is_meant: bool, answer: impl FnOnce() -> Reply) -> Reply {
    if is_meant { answer() } else { Reply::Pass }
}

const REFUSED: &str = "Internal error occurred: failed calling webhook: failed to call webhook: dial tcp: connect: connection refused";
const NO_ENDPOINTS: &str =
    "Internal error occurred: failed calling webhook: no endpoints available for service";

#[test]
fn what_passes_is_sent_again_until_the_server_takes_it() {
    let failures: [fn() -> Reply; 9] = [
        || status(429, "TooManyRequests", "please try again later"),
        || status(500, "InternalError", "something broke"),
        || status(500, "InternalError", REFUSED),
        || status(500, "InternalError", NO_ENDPOINTS),
        || status(503, "ServiceUnavailable", "starting"),
        || Reply::Answer(502, "", "<html>".to_owned()),
        || Reply::Answer(504, "", String::new()),
        || Reply::Break,
        // Done, but nobody knows.
        || Reply::Lose,
    ];
    for failure in failures {
        let environment = setting();
        let decide = move |request: &Request, before: usize| {
            answer_if(is_write_of(request, "/settings") && before < 2, failure)
        };

        let (run, proxy) = environment.trueup_through(&["apply", "prod", "--yes"], decide);

        run.success().prints("release 1 is healthy");
        assert_eq!(proxy.count("PATCH", &environment.path(SETTINGS)), 3);
        assert_eq!(environment.live_object(SETTINGS)["data"]["level"], "info");
    }
}

#[test]
fn what_the_server_refuses_is_never_sent_twice() {
    let typed = "failed to create typed patch object: .data2: field not declared in schema";
    let refusals = [
        (422, "Invalid", "data is invalid"),
        (403, "Forbidden", "configmaps is forbidden: User cannot patch resource"),
        (400, "BadRequest", "admission webhook denied the request"),
        (401, "Unauthorized", "Unauthorized"),
        (500, "", typed),
    ];
    for (code, reason, message) in refusals {
        let environment = setting();
        let decide = move |request: &Request, _: usize| {
            answer_if(is_write_of(request, "/settings"), || status(code, reason, message))
        };

        let (run, proxy) = environment.trueup_through(&["apply", "prod", "--yes"], decide);

        run.exits(1);
        assert_eq!(proxy.count("PATCH", &environment.path(SETTINGS)), 1, "{code} {message}");
    }
}

#[test]
fn it_comes_back_when_the_server_asks_it_to() {
    let environment = setting();
    let decide = move |request: &Request, before: usize| {
        let busy = || Reply::Answer(429, "Retry-After: 2\r\n", String::new());
        answer_if(is_write_of(request, "/settings") && before == 0, busy)
    };

    let (run, proxy) = environment.trueup_through(&["apply", "prod", "--yes", "-o", "json"], decide);

    let outcome = run.success().target();
    assert_eq!(proxy.count("PATCH", &environment.path(SETTINGS)), 2);
    let took = outcome["actions"][0]["durationMs"].as_u64().expect("a duration");
    assert!(took >= 2000, "{took} ms");
}

#[test]
fn a_server_that_never_gets_better_is_given_up_on() {
    let environment = setting();
    let decide = |request: &Request, _: usize| {
        let starting = || status(503, "ServiceUnavailable", "starting");
        answer_if(is_write_of(request, "/settings"), starting)
    };

    let (run, proxy) = environment.trueup_through(&["apply", "prod", "--yes"], decide);

    run.exits(1).prints("starting");
    assert_eq!(proxy.count("PATCH", &environment.path(SETTINGS)), 6);
    assert_eq!(environment.live(SETTINGS), None);
}

#[test]
fn a_deletion_whose_answer_is_lost_is_done() {
    let mut environment = setting();
    environment.commit_file("deploy/old.yaml", &secret("old", "a", "1"));
    environment.apply();
    environment.remove("deploy/old.yaml");
    environment.commit("Remove one");
    let decide = |request: &Request, before: usize| {
        answer_if(request.method == "DELETE" && before == 0, || Reply::Lose)
    };

    let (run, proxy) = environment.trueup_through(&["apply", "prod", "--yes"], decide);

    run.success();
    assert_eq!(environment.live("v1/secrets/old"), None);
    assert_eq!(proxy.count("DELETE", &environment.path("v1/secrets/old")), 2);
}

#[test]
fn no_more_requests_are_under_way_than_asked_for() {
    let mut environment = setting();
    for at in 0..40 {
        environment.write(&format!("deploy/{at}.yaml"), &service(&format!("s{at}"), 80));
    }
    environment.commit("Open forty counters");

    let options = ["apply", "prod", "--yes", "--no-wait", "--concurrency", "3"];
    let (run, proxy) = environment.trueup_through(&options, |_, _| Reply::Pass);

    run.success();
    // The lock is renewed beside the rest.
    assert!((2..=4).contains(&proxy.most_at_once()), "{}", proxy.most_at_once());
    environment.trueup(&["plan", "prod", "--concurrency", "0"]).exits(64);
}

#[test]
fn fewer_requests_are_under_way_while_the_server_is_busy() {
    let mut environment = setting();
    for at in 0..60 {
        environment.write(&format!("deploy/{at}.yaml"), &config_map(&format!("note-{at}"), "a", "1"));
    }
    environment.commit("Write sixty notes");
    // Priority and fairness: whoever has more than four under way is told to come back.
    let (under_way, refused) = (AtomicUsize::new(0), Arc::new(AtomicUsize::new(0)));
    let counted = refused.clone();
    let decide = move |request: &Request, _: usize| {
        if request.method != "PATCH" {
            return Reply::Pass;
        }
        let now = under_way.fetch_add(1, SeqCst) + 1;
        // How long that server takes to answer.
        thread::sleep(Duration::from_millis(20));
        under_way.fetch_sub(1, SeqCst);
        if now > 4 {
            counted.fetch_add(1, SeqCst);
            return status(429, "TooManyRequests", "please try again later");
        }
        Reply::Pass
    };

    let (run, _) = environment.trueup_through(&["apply", "prod", "--yes", "--no-wait"], decide);

    run.success();
    // Sixteen at a time would be refused three times out of four.
    let refused = refused.load(SeqCst);
    assert!((1..60).contains(&refused), "{refused} requests were refused");
    let notes = environment.live_list("v1/configmaps");
    let is_note =
        |note: &&Value| note["metadata"]["name"].as_str().is_some_and(|name| name.starts_with("note-"));
    assert_eq!(notes.iter().filter(is_note).count(), 60);
}

#[test]
fn a_run_of_which_every_answer_to_a_write_is_lost_once_ends_well() {
    let mut environment = setting();
    environment.write("deploy/password.yaml", &secret("password", "word", "hunter2"));
    environment.commit_file("deploy/old.yaml", &config_map("old", "a", "1"));
    let lossy =
        |request: &Request, before: usize| answer_if(request.is_write() && before == 0, || Reply::Lose);

    let (run, _) = environment.trueup_through(&["apply", "prod", "--yes"], lossy);

    run.success().prints("release 1 is healthy");
    environment.remove("deploy/old.yaml");
    environment.commit_file("deploy/settings.yaml", &config_map("settings", "level", "warn"));
    let (run, _) = environment.trueup_through(&["apply", "prod", "--yes"], lossy);
    run.success().prints("release 2 is healthy");
    assert_eq!(environment.live("v1/configmaps/old"), None);
    environment.trueup(&["plan", "prod", "--exit-code"]).success();
    let status = environment.trueup(&["status", "prod", "-o", "json"]).success().target();
    assert_eq!(status["drift"]["objects"], 0, "{status}");
}

#[test]
fn a_run_of_which_every_request_is_refused_once_ends_well() {
    let environment = setting();
    let busy =
        |_: &Request, before: usize| answer_if(before == 0, || status(429, "TooManyRequests", "later"));

    let (run, _) = environment.trueup_through(&["apply", "prod", "--yes"], busy);

    run.success().prints("release 1 is healthy");
    environment.trueup(&["plan", "prod", "--exit-code"]).success();
}

#[test]
fn an_object_is_taken_over_though_the_answers_are_lost() {
    let environment = setting();
    environment.create_by("helm", "v1/configmaps", &of_helm());
    let lossy = |request: &Request, before: usize| {
        answer_if(is_write_of(request, "/settings") && before == 0, || Reply::Lose)
    };

    let (run, _) = environment.trueup_through(&["adopt", "prod", "ConfigMap/settings", "--yes"], lossy);

    run.success();
    assert_eq!(environment.live_object(SETTINGS)["metadata"]["annotations"], Value::Null);
    environment.trueup(&["plan", "prod", "--exit-code"]).success();
}

/// From the write of this object on, the server doesn't accept the credentials any more.
fn expires_at(name: &'static str) -> impl Fn(&Request, usize) -> Reply + Send + Sync + 'static {
    let has_expired = AtomicBool::new(false);
    move |request, _| {
        has_expired.fetch_or(is_write_of(request, name), SeqCst);
        answer_if(has_expired.load(SeqCst), || status(401, "Unauthorized", "Unauthorized"))
    }
}

#[test]
fn credentials_that_expire_midway_stop_the_run_and_the_next_completes_it() {
    let mut environment = setting();
    let later = config_map("later", "a", "1");
    let later = later.replace("  name: later\n", "  name: later\n  annotations: {trueup.dev/wave: \"1\"}\n");
    environment.commit_file("deploy/later.yaml", &later);

    let (run, _) = environment.trueup_through(&["apply", "prod", "--yes"], expires_at("/later"));

    let run = run.exits(6).prints("ConfigMap/later: the API server doesn't accept these credentials");
    run.prints("the release could not be recorded").prints("BETWEEN TWO STATES: 1 done, 1 failed");
    assert!(environment.live(SETTINGS).is_some() && environment.live("v1/configmaps/later").is_none());
    environment.apply();
    assert!(environment.live("v1/configmaps/later").is_some());
    environment.trueup(&["plan", "prod", "--exit-code"]).success();
}
