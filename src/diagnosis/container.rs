//! Containers that don't start, don't get ready, or end.

use super::missing;
use super::pod;
use super::warning::Warning;
use super::{Diagnosis, Trouble};
use crate::health::{Cause, PullFault, pull_fault};

/// What is wrong with the container, as far as its state and the warnings about its
/// pod say.
pub(super) fn diagnose(cause: &Cause, name: &str, warnings: &[Warning]) -> Option<Diagnosis> {
    match cause.reason.as_str() {
        "ErrImagePull" | "ImagePullBackOff" | "ImageInspectError" => Some(pull(cause)),
        "InvalidImageName" => {
            let words = format!("{} isn't the name of an image", image(cause));
            Some(Diagnosis::new(Trouble::ImageNotFound, words, "correct it in the manifest"))
        }
        "ErrImageNeverPull" => {
            let words = format!("{} isn't on the node, and imagePullPolicy is Never", image(cause));
            let hint = "let it be pulled, or load it onto the nodes";
            Some(Diagnosis::new(Trouble::ImageNotFound, words, hint))
        }
        "CreateContainerConfigError" => missing::reference(&cause.message),
        "CreateContainerError" | "RunContainerError" | "StartError" | "ContainerCannotRun" => {
            Some(cannot_run(cause, name))
        }
        "ContainerCreating" | "PodInitializing" => pod::volume(warnings),
        "NotReady" => probe(cause, name, warnings),
        _ if cause.message.contains("OOMKilled") || cause.reason == "OOMKilled" => Some(out_of_memory(name)),
        _ => probe(cause, name, warnings).or_else(|| crash(cause, name)),
    }
}

fn image(cause: &Cause) -> String {
    cause.image.as_ref().map_or_else(|| "its image".to_owned(), |image| format!("the image {image}"))
}

fn pull(cause: &Cause) -> Diagnosis {
    let image = image(cause);
    match pull_fault(&cause.message, cause.image.as_deref().unwrap_or_default()) {
        PullFault::Missing => Diagnosis::new(
            Trouble::ImageNotFound,
            format!("{image} isn't in its registry"),
            "correct its name or tag, or push it first",
        ),
        PullFault::Denied => Diagnosis::new(
            Trouble::ImageUnauthorized,
            format!("{image} may not be pulled"),
            "check the imagePullSecrets of the pod or of its service account, and the image's name",
        ),
        PullFault::Passing => Diagnosis::new(
            Trouble::ImageUnavailable,
            format!("{image} can't be pulled: {}", cause.message),
            "see whether the nodes reach the registry, and apply again",
        ),
    }
}

fn out_of_memory(name: &str) -> Diagnosis {
    let words = format!("container {name} used more memory than it may (OOMKilled)");
    Diagnosis::new(Trouble::OutOfMemory, words, "raise its resources.limits.memory, or find what takes it")
}

fn cannot_run(cause: &Cause, name: &str) -> Diagnosis {
    let words = format!("container {name} can't be run: {}", cause.message);
    Diagnosis::new(
        Trouble::CannotRun,
        words,
        "check its command, its arguments and what is mounted over them",
    )
}

/// The last failure of a probe of this container. One whose liveness or startup probe
/// fails is killed, which shows as a crash.
fn probe(cause: &Cause, name: &str, warnings: &[Warning]) -> Option<Diagnosis> {
    let is_of_it = |warning: &&Warning| {
        let container = warning.container.as_deref();
        warning.name == cause.pod && warning.reason == "Unhealthy" && container.is_none_or(|it| it == name)
    };
    let runs = cause.exit_code.is_none() && cause.reason != "CrashLoopBackOff";
    let counts = |(probe, _): &(&str, &str)| *probe == "Startup" || (*probe == "Readiness") == runs;
    let (probe, why) = warnings.iter().rev().filter(is_of_it).filter_map(failed_probe).find(counts)?;
    let words = format!("the {} probe of container {name} fails: {why}", probe.to_lowercase());
    let hint = match probe {
        "Readiness" => "see whether the program answers what the probe asks, at its path and port",
        _ => "give the program more time in the probe (failureThreshold), or see why it doesn't answer",
    };
    Some(Diagnosis::new(Trouble::ProbeFailed, words, hint))
}

/// `Readiness probe failed: HTTP probe failed with statuscode: 503`.
fn failed_probe(warning: &Warning) -> Option<(&str, &str)> {
    let said = warning.message.as_str();
    let (probe, why) = said.split_once(" probe failed: ").or_else(|| said.split_once(" probe errored: "))?;
    Some((probe, why.trim()))
}

fn crash(cause: &Cause, name: &str) -> Option<Diagnosis> {
    let code = cause.exit_code?;
    let words = format!("container {name} ends with {}", cause.message);
    let (trouble, hint) = match code {
        126 => (Trouble::CannotRun, "its command can't be executed: check its permissions"),
        127 => (Trouble::CannotRun, "its command isn't in the image: check its command and PATH"),
        137 => (Trouble::Crashed, "it was killed (SIGKILL): look at the node's memory"),
        139 => (Trouble::Crashed, "that is a segmentation fault"),
        143 => (Trouble::Crashed, "it was told to stop (SIGTERM)"),
        _ => (Trouble::Crashed, "its log says why"),
    };
    Some(Diagnosis::new(trouble, words, hint))
}
