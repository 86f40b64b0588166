//! The logs of a hook: every container's from its beginning, as they come.

use std::collections::{BTreeSet, VecDeque};

use futures::StreamExt as _;
use futures::stream::{BoxStream, SelectAll};

use crate::apply::Event;
use crate::cluster::Cluster;
use crate::json::Value;
use crate::object::ObjectId;

/// How many of the last lines are kept.
const KEPT: usize = 20;

/// The streams, and the last lines of them all.
pub(super) struct Logs {
    streams: SelectAll<BoxStream<'static, (Speaker, String)>>,
    followed: BTreeSet<(String, String, i64)>,
    kept: VecDeque<String>,
}

/// A container of a pod.
#[derive(Debug, Clone)]
pub(super) struct Speaker {
    pod: String,
    container: String,
}

impl Logs {
    pub(super) fn new() -> Self {
        Self { streams: SelectAll::new(), followed: BTreeSet::new(), kept: VecDeque::new() }
    }

    /// Follows every run of a container that has begun and isn't followed yet.
    pub(super) fn follow(&mut self, cluster: &Cluster, pods: &[Value]) {
        for pod in pods {
            let (namespace, name) = (&pod["metadata"]["namespace"], &pod["metadata"]["name"]);
            let (Some(namespace), Some(name)) = (namespace.as_str(), name.as_str()) else { continue };
            for (container, run) in begun(pod) {
                if self.followed.insert((name.to_owned(), container.to_owned(), run)) {
                    let speaker = Speaker { pod: name.to_owned(), container: container.to_owned() };
                    let lines = cluster.follow_logs(namespace, name, container);
                    self.streams.push(lines.map(move |line| (speaker.clone(), line)).boxed());
                }
            }
        }
    }

    /// The next line; `None` when none is to come for now.
    pub(super) async fn next(&mut self) -> Option<(Speaker, String)> {
        self.streams.next().await
    }

    /// Keeps a line that was freed of secrets; the event that tells it.
    pub(super) fn take(&mut self, id: &ObjectId, speaker: Speaker, line: String) -> Event {
        if self.kept.len() == KEPT {
            self.kept.pop_front();
        }
        self.kept.push_back(line.clone());
        Event::Log { id: id.clone(), pod: speaker.pod, container: speaker.container, line }
    }

    /// The last lines.
    pub(super) fn into_kept(self) -> Vec<String> {
        self.kept.into()
    }
}

/// The containers that run or have ended, each with the number of its run.
fn begun(pod: &Value) -> impl Iterator<Item = (&str, i64)> {
    let statuses = ["initContainerStatuses", "containerStatuses"]
        .into_iter()
        .flat_map(|list| pod["status"][list].as_array().into_iter().flatten());
    statuses.filter_map(|status| {
        let state = &status["state"];
        let has_begun = state["running"].is_object() || state["terminated"].is_object();
        let name = status["name"].as_str().filter(|_| has_begun)?;
        Some((name, status["restartCount"].as_i64().unwrap_or(0)))
    })
}
