//! From the file as written to environments with everything filled in.

use super::Environment;
use super::duration::Period;
use super::file::{
    File, NamedTool, Paths, Requirement, SecretSettings, Settings, SourceEntry, SourceItem, Sources,
    ToolSetting, ToolSettings,
};
use super::kind::KindPattern;
use super::limit::Limit;
use super::rules::Rules;
use crate::json::{Map, Value};
use crate::tools::{Tools, USUAL_TIME, Wanted};

const DEFAULT_WAIT: std::time::Duration = std::time::Duration::from_secs(5 * 60);
const DEFAULT_DELETE: Limit = Limit::Percent(20);
const DEFAULT_REPLACE: Limit = Limit::Count(0);
const DEFAULT_PROTECT: [&str; 3] = ["Namespace", "PersistentVolumeClaim", "CustomResourceDefinition"];
const DEFAULT_KEEP: u32 = 20;
/// The folder of `trueup.yaml`.
const DEFAULT_SOURCE: &str = ".";

/// Lays every environment over the defaults, before they are typed: so that
/// no field can be forgotten here.
pub(super) fn layer_defaults(file: &mut Value) {
    let defaults = file["defaults"].clone();
    if let Some(environments) = file["environments"].as_object_mut() {
        for environment in environments.values_mut() {
            *environment = layered(&defaults, environment);
        }
    }
}

/// Maps merge, everything else replaces; what's empty leaves the default.
fn layered(under: &Value, over: &Value) -> Value {
    match (under, over) {
        (_, Value::Null) => under.clone(),
        (Value::Object(under), Value::Object(over)) => {
            let mut map: Map = under.clone();
            for (key, value) in over {
                let value = layered(under.get(key).unwrap_or(&Value::Null), value);
                map.insert(key.clone(), value);
            }
            Value::Object(map)
        }
        _ => over.clone(),
    }
}

/// The environments of a file whose defaults are layered in, sorted by name.
pub(super) fn environments(mut file: File) -> Vec<Environment> {
    let environments = std::mem::take(&mut file.environments);
    let rules = Rules {
        ignore: file.ignore.take().unwrap_or_default(),
        conflicts: file.conflicts.take().map(Into::into).unwrap_or_default(),
        adoption: file.adopt.take().map(Into::into).unwrap_or_default(),
        sensitive: file.sensitive.take().unwrap_or_default(),
        health: file.health.take().unwrap_or_default(),
    };
    let settings = environments.into_iter().map(|(name, settings)| (name, settings.unwrap_or_default()));
    settings.map(|(name, settings)| environment(&file, &rules, name, settings)).collect()
}

fn environment(file: &File, rules: &Rules, name: String, settings: Settings) -> Environment {
    let state_namespace = file.state.as_ref().and_then(|state| state.namespace.clone());
    let keep = file.history.as_ref().and_then(|history| history.keep);
    let sources = settings.sources.as_ref().or(file.sources.as_ref());
    Environment {
        name,
        project: file.name.clone(),
        schemas: file.schemas.as_ref().map(paths).unwrap_or_default(),
        sources: sources.map_or_else(|| vec![plain(DEFAULT_SOURCE)], source_items),
        source_places: Vec::new(),
        vars: settings.vars.unwrap_or_default(),
        context: settings.context,
        kubeconfig: settings.kubeconfig,
        cluster_uid: settings.cluster.and_then(|cluster| cluster.uid),
        state_namespace: state_namespace.or_else(|| settings.namespace.clone()),
        namespace: settings.namespace,
        wait_timeout: settings.wait.and_then(|wait| wait.timeout).map_or(DEFAULT_WAIT, |Period(time)| time),
        delete_limit: settings.limits.as_ref().and_then(|limits| limits.delete).unwrap_or(DEFAULT_DELETE),
        replace_limit: settings.limits.and_then(|limits| limits.replace).unwrap_or(DEFAULT_REPLACE),
        requires: settings.requires.unwrap_or_default().into(),
        protect: settings.protect.unwrap_or_else(|| DEFAULT_PROTECT.map(KindPattern::any_group).to_vec()),
        rollback_on_failure: settings.rollback_on_failure.unwrap_or_default(),
        rules: rules.clone(),
        fetches: file.git.as_ref().and_then(|git| git.fetch).unwrap_or_default(),
        history_keep: keep.unwrap_or(DEFAULT_KEEP),
        tools: file.tools.as_ref().map(tools).unwrap_or_default(),
        age_key_file: file.secrets.as_ref().and_then(age_key_file),
    }
}

/// What isn't the process's environment.
fn age_key_file(secrets: &SecretSettings) -> Option<String> {
    let file = secrets.sops.as_ref()?.age_key_file.clone();
    file.filter(|file| file != "env")
}

fn source_items(sources: &Sources) -> Vec<SourceItem> {
    match sources {
        Sources::One(path) => vec![plain(path)],
        Sources::Many(entries) => entries
            .iter()
            .map(|entry| match entry {
                SourceEntry::Path(path) => plain(path),
                SourceEntry::Item(item) => item.clone(),
            })
            .collect(),
    }
}

fn paths(paths: &Paths) -> Vec<String> {
    match paths {
        Paths::One(path) => vec![path.0.clone()],
        Paths::Many(paths) => paths.iter().map(|path| path.0.clone()).collect(),
    }
}

fn plain(path: &str) -> SourceItem {
    SourceItem { path: path.to_owned(), ..SourceItem::default() }
}

fn tools(settings: &ToolSettings) -> Tools {
    Tools {
        kustomize: settings.kustomize.as_ref().map(wanted).unwrap_or_default(),
        helm: settings.helm.as_ref().map(wanted).unwrap_or_default(),
        sops: settings.sops.as_ref().map(wanted).unwrap_or_default(),
        time: settings.timeout.map_or(USUAL_TIME, |Period(time)| time),
    }
}

fn wanted(setting: &ToolSetting) -> Wanted {
    // Its format is checked already.
    let version = |Requirement(text): &Requirement| text.parse().ok();
    match setting {
        ToolSetting::Version(requirement) => Wanted { version: version(requirement), program: None },
        ToolSetting::Named(NamedTool { version: required, program }) => {
            Wanted { version: required.as_ref().and_then(version), program: program.as_ref().map(Into::into) }
        }
    }
}
