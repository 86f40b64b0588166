//! Why a workload isn't healthy: which pod, which container.

use schemars::JsonSchema;
use serde::Serialize;

use super::container::Container;
use super::doom::Doom;
use super::live::Live;
use super::verdict::one_line;

/// The image of a container as the pod's manifest has it.
fn image_of(pod: Live<'_>, container: &str) -> Option<String> {
    let mut all = pod.items("/spec/initContainers").chain(pod.items("/spec/containers"));
    let spec = all.find(|spec| spec.text("/name") == Some(container))?;
    spec.text("/image").map(str::to_owned)
}

/// A pod, and mostly a container of it, that keeps a workload from being
/// ready: enough to fetch the log and the events that tell more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Cause {
    /// The pod's name; it lies in the workload's namespace.
    pub pod: String,
    /// Its uid: a pod of a `StatefulSet` has the name of the one before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uid: Option<String>,
    /// The container; absent when it's the pod as a whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub container: Option<String>,
    /// Whether that is an init container.
    pub init: bool,
    /// The image that it runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image: Option<String>,
    /// The reason as Kubernetes has it, such as `CrashLoopBackOff`.
    pub reason: String,
    /// The same in one line for people, without pod, container and reason.
    pub message: String,
    /// The exit code that the container ended with last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exit_code: Option<i64>,
}

impl Cause {
    /// A pod that won't recover by itself.
    pub(super) fn of(pod: Live<'_>, doom: Doom) -> Self {
        let image = doom.container.as_deref().and_then(|name| image_of(pod, name));
        Self {
            pod: pod.name().to_owned(),
            uid: pod.uid().map(str::to_owned),
            container: doom.container,
            init: doom.init,
            image,
            reason: doom.reason,
            message: doom.message,
            exit_code: doom.exit_code,
        }
    }

    /// A pod as a whole.
    pub(super) fn of_pod(pod: Live<'_>, reason: &str, message: &str) -> Self {
        Self::of(pod, Doom::of_pod(reason, message))
    }

    /// A container that isn't ready.
    pub(super) fn of_container(pod: Live<'_>, container: Container<'_>, reason: &str, message: &str) -> Self {
        Self {
            container: Some(container.name().to_owned()),
            init: container.is_init(),
            image: image_of(pod, container.name()),
            message: one_line(message),
            ..Self::of_pod(pod, reason, "")
        }
    }

    /// `container web: CrashLoopBackOff: exit code 1, 3 restarts`.
    pub fn words(&self) -> String {
        self.of_container_or_pod(&[&self.reason, &self.message])
    }

    /// The same without the reason, unless there is nothing else to say.
    pub(super) fn words_beside_reason(&self) -> String {
        let said = if self.message.is_empty() { &self.reason } else { &self.message };
        self.of_container_or_pod(&[said])
    }

    fn of_container_or_pod(&self, said: &[&str]) -> String {
        let role = if self.init { "init container" } else { "container" };
        let whose = self.container.as_ref().map(|name| format!("{role} {name}"));
        let parts = whose.as_deref().into_iter().chain(said.iter().copied());
        parts.filter(|part| !part.is_empty()).collect::<Vec<_>>().join(": ")
    }
}
