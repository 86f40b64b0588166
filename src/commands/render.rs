//! `trueup render`: the desired objects, without a cluster.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::split::{Split, Written};
use super::{Capabilities, What, no_reports, select, unused};
use crate::cli::{Global, Output};
use crate::diff;
use crate::error::{CommandError, Exit};
use crate::json::Value;
use crate::object::{Manifest, Masks, kinds, mask_object};
use crate::render::{duplicates, unsteady};
use crate::report::json::{self, ObjectRecord};
use crate::report::visible::visible;
use crate::report::words;
use crate::ui::Terminal;
use crate::yaml;

/// Prints the desired objects, each with its source
///
/// The values of Secrets and other sensitive fields are masked.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    what: What,
    #[command(flatten)]
    capabilities: Capabilities,
    /// Write a file for each object into this folder, and remove those that are no longer rendered
    #[arg(long, value_name = "DIR", conflicts_with = "check")]
    split: Option<PathBuf>,
    /// Fail if --split would change this folder, and say in which files
    #[arg(long, value_name = "DIR")]
    check: Option<PathBuf>,
}

/// Renders and prints.
pub fn run(global: &Global, args: Args, terminal: &Terminal) -> Result<Exit, CommandError> {
    no_reports(global, "render")?;
    let mut setups = select(global, &args.what)?;
    setups.iter_mut().for_each(|setup| args.capabilities.lend(setup));
    let mut masks = Masks::new();
    let mut objects = Vec::new();
    let mut text = String::new();
    let mut used = BTreeSet::new();
    let environments = setups.iter().map(|setup| setup.environment.as_str()).collect();
    let project = setups.iter().find_map(|setup| Some(setup.inventory.as_ref()?.project.as_str()));
    let folder = args.split.as_ref().or(args.check.as_ref());
    let from = |folder: &PathBuf| global.directory.clone().unwrap_or_default().join(folder);
    let mut split = folder.map(|folder| Split::into(from(folder), project, environments));
    for setup in &setups {
        let mut rendered = setup.render()?;
        let namespace = setup.namespace.as_deref().or(global.namespace.as_deref());
        rendered.manifests.iter_mut().for_each(|manifest| place(manifest, namespace));
        let twice = duplicates(&rendered.manifests);
        if !twice.is_empty() {
            return Err(twice.into());
        }
        rendered.notes.extend(unsteady(&rendered.manifests));
        for manifest in rendered.manifests {
            if let Some(split) = &mut split {
                // A file says nothing of others: what is numbered there is its own.
                let masked = mask_object(&manifest.body, &manifest.secrets, &mut Masks::new());
                split.add(&setup.environment, &manifest.id, &place_of(&manifest), &yaml::to_text(&masked));
                continue;
            }
            let masked = mask_object(&manifest.body, &manifest.secrets, &mut masks);
            let environment = (setups.len() > 1).then(|| setup.environment.clone());
            text.push_str(&document(environment.as_deref(), &manifest, &masked));
            objects.push(ObjectRecord { environment, source: (&manifest.source).into(), manifest: masked });
        }
        setup.notes.iter().chain(&rendered.notes).for_each(|note| terminal.note(note));
        used.extend(rendered.used);
    }
    unused::warn(&setups, &used, terminal);
    if let Some(split) = split {
        return match &args.check {
            Some(folder) => check(&split, folder),
            None => write(&split, terminal),
        };
    }
    let environment = match setups.as_slice() {
        [one] => Some(one.environment.as_str()),
        _ => None,
    };
    match global.output {
        Output::Text | Output::Yaml => terminal.data(&text),
        Output::Json | Output::Jsonl => terminal.data(&json::objects(environment, &objects)),
        Output::Markdown => return Err(CommandError::usage("render prints text, yaml or json")),
    }
    Ok(Exit::Done)
}

fn write(split: &Split<'_>, terminal: &Terminal) -> Result<Exit, CommandError> {
    let Written { written, removed } = split.write()?;
    terminal.note(&format!("{} written, {removed} removed", words::count(written, "file")));
    Ok(Exit::Done)
}

fn check(split: &Split<'_>, folder: &Path) -> Result<Exit, CommandError> {
    let differences = split.differences()?;
    if differences.is_empty() {
        return Ok(Exit::Done);
    }
    let hint = format!("`trueup render --split {}` writes them", folder.display());
    Err(CommandError::from(differences).hint(hint))
}

/// The object as it would be applied: its namespace filled in where the kind is
/// known to have one, and normalised.
fn place(manifest: &mut Manifest, namespace: Option<&str>) {
    let namespaced = kinds::builtin_is_namespaced(&manifest.id.kind) == Some(true);
    if let Some(namespace) = namespace.filter(|_| namespaced && manifest.id.namespace.is_none()) {
        manifest.id.namespace = Some(namespace.to_owned());
        manifest.body["metadata"]["namespace"] = Value::from(namespace);
    }
    diff::normalise(&mut manifest.body, kinds::is_builtin(&manifest.id.kind));
}

/// An object with its place, and its environment where there are several.
fn document(environment: Option<&str>, manifest: &Manifest, masked: &Value) -> String {
    let environment = environment.map(|name| format!("{name}: ")).unwrap_or_default();
    format!("---\n# {environment}{}\n{}", place_of(manifest), yaml::to_text(masked))
}

/// For a comment: a name may hold anything, such as the end of a line.
fn place_of(manifest: &Manifest) -> String {
    visible(&manifest.source.location().to_string()).into_owned()
}
