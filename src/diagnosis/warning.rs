//! Warning events, each told once.

use crate::json::Value;

/// A warning event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// The name of what it is about.
    pub name: String,
    /// The container that it is about.
    pub container: Option<String>,
    /// The reason, in one word.
    pub reason: String,
    /// What it says.
    pub message: String,
    /// How often it was seen.
    pub count: u64,
    /// When last, as the server has it.
    at: String,
}

/// An object that warnings may be about.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its uid, where it is known: another object of that name doesn't count.
    pub uid: Option<&'a str>,
}

/// The warnings about these, oldest first; those from before `since` (RFC 3339, in
/// whole seconds) left out.
pub fn warnings_about(events: &[Value], subjects: &[Subject<'_>], since: Option<&str>) -> Vec<Warning> {
    let mut warnings: Vec<Warning> = events
        .iter()
        .filter(|event| event["type"] == "Warning" && is_about(event, subjects))
        .map(read)
        .filter(|warning| since.is_none_or(|since| second(&warning.at) >= second(since)))
        .collect();
    warnings.sort_by(|one, other| one.at.cmp(&other.at));
    warnings
}

fn is_about(event: &Value, subjects: &[Subject<'_>]) -> bool {
    let involved = &event["involvedObject"];
    let uid = involved["uid"].as_str();
    subjects.iter().any(|subject| {
        involved["name"] == subject.name && (uid.is_none() || subject.uid.is_none() || subject.uid == uid)
    })
}

fn read(event: &Value) -> Warning {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let times = [&event["series"]["lastObservedTime"], &event["lastTimestamp"], &event["eventTime"]];
    let count = event["series"]["count"].as_u64().or_else(|| event["count"].as_u64());
    Warning {
        name: text(&event["involvedObject"]["name"]),
        container: event["involvedObject"]["fieldPath"].as_str().and_then(container),
        reason: text(&event["reason"]),
        message: text(&event["message"]),
        count: count.unwrap_or(1),
        at: times.into_iter().find_map(Value::as_str).unwrap_or_default().to_owned(),
    }
}

/// `web` of `spec.containers{web}`.
fn container(path: &str) -> Option<String> {
    path.split_once('{')?.1.strip_suffix('}').map(str::to_owned)
}

/// A time without its fraction: `2026-03-01T11:59:00`.
fn second(time: &str) -> &str {
    time.get(..19).unwrap_or(time)
}

/// A line each, those that say the same of several pods as one; the newest last, `most`
/// of them. The names of pods say nothing new: those of `pods`, and those that were to
/// be made by the `ReplicaSet` or the like that `makers` name.
pub fn told(warnings: &[Warning], pods: &[&str], makers: &[&str], most: usize) -> Vec<String> {
    let mut lines: Vec<(String, u64)> = Vec::new();
    for warning in warnings.iter().filter(|warning| !is_echo(warning)) {
        let message = warning.message.trim_start_matches("(combined from similar events): ");
        let message = without_made(&without_pods(message, pods), makers);
        let line = format!("{}: {message}", warning.reason);
        match lines.iter_mut().find(|(known, _)| *known == line) {
            Some((_, count)) => *count += warning.count,
            None => lines.push((line, warning.count)),
        }
    }
    let told = lines.split_off(lines.len().saturating_sub(most)).into_iter();
    told.map(|(line, count)| if count > 1 { format!("{line} ({count} times)") } else { line }).collect()
}

/// What only repeats a container's reason: `Error: ErrImagePull`.
fn is_echo(warning: &Warning) -> bool {
    warning.message.strip_prefix("Error: ").is_some_and(|rest| rest.chars().all(char::is_alphanumeric))
}

/// `pods "web-5d9f7-abcde" is forbidden` as `pods "web-5d9f7-…" is forbidden`.
fn without_made(message: &str, makers: &[&str]) -> String {
    let shortened = |maker: &&str| {
        let name = format!("\"{maker}-");
        let end = message.find(&name)? + name.len();
        let length = message[end..].find('"')?;
        Some(format!("{}…{}", &message[..end], &message[end + length..]))
    };
    makers.iter().find_map(shortened).unwrap_or_else(|| message.to_owned())
}

/// `container web in pod web-1_shop(4b1b)` without the pod.
fn without_pods(message: &str, pods: &[&str]) -> String {
    let mut message = message.to_owned();
    for pod in pods {
        while let Some(start) = message.find(&format!("{pod}_")) {
            let Some(length) = message[start..].find(')') else { break };
            message.replace_range(start..=start + length, "");
        }
        message = message.replace(pod, "");
    }
    message.trim_end().trim_end_matches(" in pod").to_owned()
}
