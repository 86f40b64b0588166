//! Helm charts: what one needs, and what Helm makes of it.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;

use super::super::names::{Renderer, join};
use super::super::{Item, Means, SourceTree};
use super::archive::is_archive;
use super::complaint::told;
use super::making::{Made, digest, made, rendered, wrong};
use super::output::{self, Printed};
use super::printed::{Printing, SOURCE, serving};
use super::program::Complaint;
use super::templates::{self, Templates};
use super::{Copy, Inputs, Part, Program, Shop, Wish, folder, random, unresolved};
use crate::error::{Diagnostic, Location};
use crate::json::Value;
use crate::schema::Minor;
use crate::yaml;

/// How a chart is rendered.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Chart {
    /// The release's name; the folder's when absent.
    pub release: Option<String>,
    /// Files of values, the last wins. Paths of the tree.
    pub values: Vec<String>,
    /// Values that win over those of files: by Helm's path (`image.tag`).
    pub set: Vec<(String, Value)>,
    /// Whether charts that it depends on may be fetched.
    pub may_fetch: bool,
    /// Whether it may be rendered as if every `lookup` found nothing.
    pub lookup_finds_nothing: bool,
}

/// Renders a chart.
pub(super) fn render(
    tree: &SourceTree<'_>,
    item: &Item,
    chart: &Chart,
    shop: &Shop<'_>,
) -> Result<Part, Vec<Diagnostic>> {
    let enclosure = tree.enclosure()?;
    let mut copy = Copy::new(&enclosure);
    let root = folder(tree, &mut copy, item)?;
    let file = join(&root, "Chart.yaml");
    if !copy.has(&file) {
        return Err(vec![
            Diagnostic::new(format!("{} holds no Helm chart", item.path))
                .because("there is no Chart.yaml in it"),
        ]);
    }
    let described = described(&copy, &file);
    let values = values(tree, &mut copy, item, chart)?;
    for local in described.local() {
        if let Err(why) = copy.take(&root, local) {
            copy.find(unresolved(local, why, Some(Location::file(tree.shown(&file)))));
        }
    }
    let archives: Vec<String> =
        copy.files_below(&root).filter(|path| is_archive(path)).map(str::to_owned).collect();
    std::iter::once(&join(&root, "values.yaml")).chain(&values).for_each(|file| copy.reads(file));
    let looked_up = || Templates::of(&copy, &root, &[]).looked_up();
    let refused = || looked_up().filter(|_| !chart.lookup_finds_nothing);
    let (program, means) = match shop.program(Renderer::Helm) {
        Ok(program) => (program, shop.means),
        // What is wrong with the files comes first.
        Err(missing) => {
            let lookup = refused().map(|found| vec![found.refused(tree)]);
            return Err(lookup.or_else(|| wrong(tree, &copy)).unwrap_or(missing));
        }
    };
    let arguments = arguments(program, &root, &values, chart, means);
    let wish = Wish {
        program,
        arguments: &arguments,
        beside: if chart.lookup_finds_nothing { &["lookup finds nothing"] } else { &[] },
        may_be_kept: !chart.may_fetch,
    };
    let mut unsteady = BTreeSet::new();
    let made = made(shop, tree, &copy, &wish, |ground| {
        if let Some(found) = refused() {
            return Err(vec![found.refused(tree)]);
        }
        let names = Names {
            tree,
            root: &root,
            inputs: &ground.inputs,
            archives: &archives,
            aliases: &described.aliases,
        };
        let failed = |complaint: Box<Complaint>| {
            let lacks = complaint.said.contains("dependency build");
            let usual = Location::file(tree.shown(&file));
            let finding = told(*complaint, usual, |path| names.file(path));
            vec![if lacks { with_hint(finding, &item.path) } else { finding }]
        };
        let mut fetched = Vec::new();
        if chart.may_fetch {
            for arguments in described.fetching(&root) {
                program.run(arguments, ground, true, &item.path).map_err(failed)?;
            }
            fetched = templates::fetched(ground, &root);
            if !chart.lookup_finds_nothing
                && let Some(found) = Templates::fetched(&fetched).looked_up()
            {
                return Err(vec![found.refused(tree)]);
            }
        }
        let changes = |path: &str| copy.content(path).is_none_or(|content| random::is_in(path, &content));
        let printing = Printing {
            served: &means.served,
            ask_what_is_served: &|| Templates::of(&copy, &root, &fetched).ask_what_is_served(),
            may_change: copy.all_files().any(changes)
                || fetched.iter().any(|(path, content)| random::is_in(path, content)),
            run: &|arguments| program.run(arguments, ground, false, &item.path).map_err(failed),
        };
        let output = printing.print(&arguments)?;
        let named = output.unsteady.iter().map(|template| names.file(template));
        unsteady.extend(named.map(|file_of| file_of.unwrap_or_else(|| tree.shown(&file))));
        Ok((output.bytes, !printing.may_change))
    })?;
    let words: Vec<String> =
        arguments.iter().map(|argument| argument.to_string_lossy().into_owned()).collect();
    let Made { bytes, inputs, known, holds_decrypted, notes, keep } = made;
    let subject =
        chart.release.as_ref().map_or_else(|| item.path.clone(), |name| format!("{} ({name})", item.path));
    let printed = Printed {
        program: "Helm",
        subject: &subject,
        bytes,
        digest: digest(&inputs, &words),
        vars: item.vars(means),
        known: &known,
        means,
        keep,
    };
    let names =
        Names { tree, root: &root, inputs: &inputs, archives: &archives, aliases: &described.aliases };
    let file_of = |lines: &[&str], line: Option<u32>| {
        let named = line.and_then(|line| source_above(lines, line));
        named.and_then(|path| names.file(path)).unwrap_or_else(|| tree.shown(&file))
    };
    let (mut manifests, findings) = output::read(printed, file_of, |_| None);
    for manifest in &mut manifests {
        manifest.source.is_unsteady = unsteady.contains(&*manifest.source.path);
    }
    Ok((rendered(manifests, inputs, holds_decrypted, notes), findings))
}

/// What `Chart.yaml` says that matters here.
#[derive(Debug, Default)]
struct Described {
    /// Where the charts come from that it depends on.
    repositories: Vec<String>,
    /// What Helm calls such a chart, where that isn't its own name, and its name.
    aliases: BTreeMap<String, String>,
}

fn described(copy: &Copy<'_, '_>, file: &str) -> Described {
    let read = |bytes: Vec<u8>| {
        let text = yaml::decode(&bytes).ok()?.into_owned();
        yaml::documents(&text).ok()?.into_iter().next().map(|document| document.value)
    };
    let value = copy.content(file).and_then(read).unwrap_or(Value::Null);
    let dependencies = || value.get("dependencies").and_then(Value::as_array).into_iter().flatten();
    let mut repositories: Vec<String> =
        dependencies().filter_map(|one| one["repository"].as_str().map(str::to_owned)).collect();
    repositories.sort();
    repositories.dedup();
    let aliases = dependencies()
        .filter_map(|one| Some((one["alias"].as_str()?.to_owned(), one["name"].as_str()?.to_owned())));
    Described { repositories, aliases: aliases.collect() }
}

impl Described {
    /// The charts beside it that it depends on.
    fn local(&self) -> impl Iterator<Item = &str> {
        self.repositories.iter().filter_map(|address| address.strip_prefix("file://"))
    }

    /// The commands that fetch what it depends on.
    fn fetching(&self, root: &str) -> Vec<Vec<OsString>> {
        let mut commands = Vec::new();
        let repositories = self.repositories.iter().filter(|address| address.starts_with("http"));
        for (number, address) in repositories.enumerate() {
            commands.push(vec![
                "repo".into(),
                "add".into(),
                format!("dependency-{number}").into(),
                address.into(),
            ]);
        }
        commands.push(vec!["dependency".into(), "build".into(), format!("./{root}").into()]);
        commands
    }
}

/// The files of values, as real paths.
fn values(
    tree: &SourceTree<'_>,
    copy: &mut Copy<'_, '_>,
    item: &Item,
    chart: &Chart,
) -> Result<Vec<String>, Vec<Diagnostic>> {
    let mut findings = Vec::new();
    let mut values = Vec::new();
    for path in &chart.values {
        match copy.take("", &tree.enclosed(path)) {
            Ok((real, super::Kind::File)) => values.push(real),
            Ok(_) => findings.push(Diagnostic::new(format!("{path} isn't a file of values"))),
            Err(why) => findings.push(unresolved(path, why, item.named_at.clone())),
        }
    }
    if findings.is_empty() { Ok(values) } else { Err(findings) }
}

fn arguments(
    program: &Program,
    root: &str,
    values: &[String],
    chart: &Chart,
    means: &Means,
) -> Vec<OsString> {
    let folder = root.rsplit('/').next().filter(|name| !name.is_empty()).unwrap_or("release");
    let mut arguments = program.command();
    let mut add = |argument: String| arguments.push(OsString::from(argument));
    add(chart.release.clone().unwrap_or_else(|| folder.to_owned()));
    add(format!("./{root}"));
    add(format!("--namespace={}", means.namespace.as_deref().unwrap_or("default")));
    add("--include-crds".to_owned());
    add("--skip-tests".to_owned());
    add(format!(
        "--kube-version={}",
        means.kubernetes.clone().unwrap_or_else(|| format!("v{}.0", Minor::NEWEST))
    ));
    if !means.served.is_empty() {
        arguments.push(serving(&means.served));
    }
    arguments.extend(values.iter().map(|file| OsString::from(format!("--values=./{file}"))));
    // As JSON whole numbers become floating-point ones, which templates print as `1e+09`.
    let how = |value: &Value| if value.is_i64() { "" } else { "-json" };
    let set = chart.set.iter().map(|(path, value)| format!("--set{}={path}={value}", how(value)));
    arguments.extend(set.map(OsString::from));
    arguments
}

fn with_hint(finding: Diagnostic, path: &str) -> Diagnostic {
    finding
        .hint(format!("`helm dependency build {path}` fetches them: commit what is in {path}/charts then"))
        .hint("`dependencies: fetch` at the source fetches them in every run")
}

/// How Helm calls files: by the chart's name, then from its folder.
struct Names<'a> {
    tree: &'a SourceTree<'a>,
    root: &'a str,
    inputs: &'a Inputs,
    archives: &'a [String],
    aliases: &'a BTreeMap<String, String>,
}

impl Names<'_> {
    /// The file of the tree, which is named as it was given or as the chart has it; for one
    /// in an archive, the archive.
    fn file(&self, named: &str) -> Option<String> {
        if let Some(given) = named.strip_prefix("./").filter(|path| self.inputs.blobs.contains_key(*path)) {
            return Some(self.tree.shown(given));
        }
        let (_, inside) = named.split_once('/')?;
        let real = join(self.root, inside);
        if self.inputs.blobs.contains_key(&real) {
            return Some(self.tree.shown(&real));
        }
        let (chart, template) = inside.strip_prefix("charts/")?.split_once('/')?;
        let chart = self.aliases.get(chart).map_or(chart, String::as_str);
        let real = join(self.root, &format!("charts/{chart}/{template}"));
        if self.inputs.blobs.contains_key(&real) {
            return Some(self.tree.shown(&real));
        }
        let start = join(self.root, &format!("charts/{chart}-"));
        let archive = self.archives.iter().find(|archive| archive.starts_with(&start))?;
        Some(self.tree.shown(archive))
    }
}

/// The file that Helm named last above a line. A file of definitions may hold several
/// documents.
fn source_above<'t>(lines: &[&'t str], line: u32) -> Option<&'t str> {
    let above = lines.get(..usize::try_from(line).ok()?.saturating_sub(1))?;
    above.iter().rev().find_map(|line| line.strip_prefix(SOURCE)).map(str::trim)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_is_of_the_file_that_was_named_last() {
        let text = "---\n# Source: web/templates/a.yaml\n# about a\n\napiVersion: v1\nkind: A\n---\n# Source: web/templates/b.yaml\napiVersion: v1\ndata: |\n  # Source: nowhere\n---\nkind: C\n";
        let lines: Vec<&str> = text.lines().collect();
        let text = lines.as_slice();
        assert_eq!(source_above(text, 5), Some("web/templates/a.yaml"));
        assert_eq!(source_above(text, 9), Some("web/templates/b.yaml"));
        assert_eq!(source_above(text, 13), Some("web/templates/b.yaml"));
        assert_eq!(source_above(text, 1), None);
    }
}
