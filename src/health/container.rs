//! Containers that don't recover by themselves.

use jiff::Timestamp;

use super::context::Context;
use super::doom::Doom;
use super::image_pull;
use super::live::Live;
use super::verdict::{one_line, plural};

/// One container of a pod, by its status.
#[derive(Clone, Copy)]
pub(super) struct Container<'a> {
    pod: Live<'a>,
    status: Live<'a>,
    init: bool,
}

impl<'a> Container<'a> {
    /// All that have a status, in the order in which they are started.
    pub(super) fn all_of(pod: Live<'a>) -> impl Iterator<Item = Self> {
        let of = move |pointer, init| pod.items(pointer).map(move |status| Self { pod, status, init });
        of("/status/initContainerStatuses", true).chain(of("/status/containerStatuses", false))
    }

    pub(super) fn name(self) -> &'a str {
        self.status.text("/name").unwrap_or("")
    }

    pub(super) fn is_init(self) -> bool {
        self.init
    }

    pub(super) fn is_ready(self) -> bool {
        self.status.flag("/ready")
    }

    /// Whether it runs.
    pub(super) fn is_running(self) -> bool {
        self.status.at("/state/running").is_some()
    }

    /// The reason for which it waits, and what is said of it.
    pub(super) fn waiting(self) -> Option<(&'a str, &'a str)> {
        let reason = self.status.text("/state/waiting/reason")?;
        Some((reason, self.status.text("/state/waiting/message").unwrap_or("")))
    }

    /// Since when it runs, if it does.
    pub(super) fn running_since(self) -> Option<Timestamp> {
        self.status.time("/state/running/startedAt")
    }

    pub(super) fn restarts(self) -> i64 {
        self.status.count("/restartCount")
    }

    /// When it got its turn to start: its last run's end, or the moment from
    /// which nothing before it was left to wait for.
    fn turn(self) -> Option<Timestamp> {
        let ended = self.status.time("/lastState/terminated/finishedAt");
        let turn = if self.init { self.init_turn() } else { self.regular_turn() };
        ended.max(turn).or_else(|| self.pod.time("/status/startTime")).or_else(|| self.pod.created())
    }

    fn init_turn(self) -> Option<Timestamp> {
        let others = self.pod.items("/status/initContainerStatuses");
        let ended = others.filter_map(|status| status.time("/state/terminated/finishedAt")).max();
        ended.or_else(|| self.transition("PodReadyToStartContainers"))
    }

    fn regular_turn(self) -> Option<Timestamp> {
        self.transition("Initialized").max(self.transition("PodReadyToStartContainers"))
    }

    fn transition(self, kind: &str) -> Option<Timestamp> {
        self.pod.condition(kind).filter(super::live::Condition::is_true)?.time
    }

    /// Whether it is run again when it fails. Containers may have a policy of
    /// their own, and rules by exit code (`ContainerRestartRules`).
    fn is_run_again(self) -> bool {
        let pointer = if self.init { "/spec/initContainers" } else { "/spec/containers" };
        let spec = self.pod.items(pointer).find(|spec| spec.text("/name") == Some(self.name()));
        let own = spec.and_then(|spec| spec.text("/restartPolicy"));
        let has_rules = spec.is_some_and(|spec| spec.items("/restartPolicyRules").next().is_some());
        has_rules || own.or_else(|| self.pod.text("/spec/restartPolicy")) != Some("Never")
    }

    fn doom(self, reason: &str, message: &str, exit_code: Option<i64>) -> Doom {
        Doom {
            reason: one_line(reason),
            message: one_line(message),
            container: Some(self.name().to_owned()),
            init: self.init,
            exit_code,
            restarts: self.restarts(),
        }
    }
}

/// Why this container won't recover by itself, if it won't.
pub(super) fn doom(container: Container<'_>, context: &Context<'_>) -> Option<Doom> {
    match container.waiting() {
        Some((reason, message)) => {
            let is_doomed = match reason {
                "CrashLoopBackOff" => return crash_loop(container, context),
                "InvalidImageName"
                | "ErrImageNeverPull"
                | "SignatureValidationFailed"
                | "RunContainerError" => true,
                "ErrImagePull" => is_final_pull(container, message, context),
                "ImagePullBackOff" | "ImageInspectError" => {
                    is_final_pull(container, message, context)
                        || context.is_over(context.patience.image_pull, container.turn())
                }
                "CreateContainerConfigError" | "CreateContainerError" => {
                    // The kubelet's own cache of Secrets or ConfigMaps is late.
                    !message.contains("failed to sync")
                        && context.is_over(context.patience.container_config, container.turn())
                }
                _ => false,
            };
            let said = if message.is_empty() { "the kubelet gives no cause" } else { message };
            is_doomed.then(|| container.doom(reason, said, None))
        }
        None if container.is_run_again() => None,
        None => failed_run(container),
    }
}

/// A crash loop, unless its last crash is from before our own write.
fn crash_loop(container: Container<'_>, context: &Context<'_>) -> Option<Doom> {
    let last = container.status.at("/lastState/terminated").map(Live);
    if context.is_from_before(last.and_then(|run| run.time("/finishedAt"))) {
        return None;
    }
    let restarts = plural(container.restarts(), "restart");
    let message = match last {
        Some(run) => format!("{}, {restarts}", how_it_ended(run)),
        None => restarts,
    };
    Some(container.doom("CrashLoopBackOff", &message, last.and_then(exit_code)))
}

/// Whether the image can't be had. For a pod from before our write the message
/// may be out of date, so it gets its grace again.
fn is_final_pull(container: Container<'_>, message: &str, context: &Context<'_>) -> bool {
    let image = container.status.text("/image").unwrap_or("");
    let is_old = context.is_from_before(container.pod.created())
        && !context.is_over(context.patience.image_pull, container.turn());
    image_pull::is_final(message, image) && !is_old
}

/// How a container that isn't running ended, if it failed.
pub(super) fn failed_run(container: Container<'_>) -> Option<Doom> {
    let run = Live(container.status.at("/state/terminated")?);
    let code = exit_code(run).filter(|code| *code != 0)?;
    Some(container.doom(run.text("/reason").unwrap_or("Error"), &how_it_ended(run), Some(code)))
}

fn exit_code(run: Live<'_>) -> Option<i64> {
    run.integer("/exitCode")
}

/// `exit code 137 (OOMKilled)`. What the program itself left as its message is
/// left out: it is a log, and may hold anything.
fn how_it_ended(run: Live<'_>) -> String {
    let code = exit_code(run).map_or("exit code unknown".to_owned(), |code| format!("exit code {code}"));
    match run.text("/reason") {
        Some(reason) if reason != "Error" => format!("{code} ({reason})"),
        _ => code,
    }
}
