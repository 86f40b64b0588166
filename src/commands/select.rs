//! From the command line to setups: which environments, read from where.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use super::{What, vars};
use crate::cache;
use crate::cli::Global;
use crate::cluster::Access;
use crate::config::{
    self, AnyValue, Config, Dependencies, Environment, LibraryFolder, Lookup, Renderer, SetValue, SourceItem,
    ValuesFile,
};
use crate::deploy::setup::{AD_HOC, Inventory, Origin, Setup, SourcesAt, normalised};
use crate::error::{CommandError, Diagnostic, Location};
use crate::git::{CommitId, Repository};
use crate::json::Value;
use crate::render::{Chart, How, Item, Jsonnet, Means, SourceTree, Vars};
use crate::tools::{Keys, Tools, Wanted};

/// The rules for an ad hoc environment: those of an environment that sets none.
const AD_HOC_RULES: &str = "{version: 1, name: ad-hoc, environments: {default: {}}}";

/// The environments that the command line means, each ready for the pipeline.
pub fn select(global: &Global, what: &What) -> Result<Vec<Setup>, CommandError> {
    Ok(with_checkout(global, what)?.0)
}

/// The same with the configuration that they come from, where they come from one of a
/// repository.
pub(super) fn with_checkout(
    global: &Global,
    what: &What,
) -> Result<(Vec<Setup>, Option<Checkout>), CommandError> {
    refuse_two_answers(what)?;
    let directory = directory(global)?;
    let repository = discover(&directory)?;
    let given = vars::given(what, &directory)?;
    let (mut setups, checkout) = if !what.files.paths.is_empty() {
        (vec![ad_hoc(global, what, directory, repository)?], None)
    } else if repository.is_none() && what.looks_back {
        (without_repository(global, what, &directory)?, None)
    } else {
        let checkout = checkout(global, what, &directory, repository)?;
        (configured(global, what, &checkout)?, Some(checkout))
    };
    setups.iter_mut().for_each(|setup| give(setup, what, &given));
    Ok((setups, checkout))
}

/// The environments of a configuration that was read.
pub(super) fn of_checkout(
    global: &Global,
    what: &What,
    checkout: &Checkout,
    given: &Vars,
) -> Result<Vec<Setup>, CommandError> {
    let mut setups = configured(global, what, checkout)?;
    setups.iter_mut().for_each(|setup| give(setup, what, given));
    Ok(setups)
}

/// Gives an environment the variables of the command line, and notes which of them it has
/// no idea of.
pub(super) fn give(setup: &mut Setup, what: &What, given: &Vars) {
    let names = what.vars.iter().map(|(name, _)| name);
    setup.undeclared = names.filter(|name| setup.means.vars.get(name).is_none()).cloned().collect();
    setup.give(given);
}

/// The environments of a configuration outside of any repository: for what was
/// deployed and is in the cluster. Nothing can be rendered there.
fn without_repository(global: &Global, what: &What, directory: &Path) -> Result<Vec<Setup>, CommandError> {
    let named = global.config.as_ref().map(|file| normalised(&directory.join(file)));
    let found = named.or_else(|| config::find(directory, None)).ok_or_else(|| {
        no_config(directory).hint("with --name and the environment's name no configuration is needed")
    })?;
    let folder = found.parent().unwrap_or(directory).to_path_buf();
    let file = found.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let config = config::parse(&read(&found)?, &file)?;
    let origin = Origin::AdHoc { directory: folder, stdin: None, tracked: None };
    let environments = config.select(&what.environments, what.all)?;
    environments.into_iter().map(|environment| setup(global, environment, &file, origin.clone())).collect()
}

/// The one environment that the command line means; `otherwise` says why there can't be
/// several.
pub(super) fn select_one(global: &Global, what: &What, otherwise: &str) -> Result<Setup, CommandError> {
    let [setup] = select(global, what)?.try_into().map_err(|_| CommandError::usage(otherwise))?;
    Ok(setup)
}

/// What is deployed can be said in one way at a time. Not clap's to judge: `diff`
/// takes two commits where the others take environments.
fn refuse_two_answers(what: &What) -> Result<(), CommandError> {
    let is_named = !what.environments.is_empty();
    let is_target = what.looks_back && what.environments.len() == 1;
    if !what.files.paths.is_empty() && (is_named && !is_target || what.all) {
        return Err(CommandError::usage("-f deploys files without a trueup.yaml: there are no environments"));
    }
    if what.all && is_named {
        return Err(CommandError::usage("--all names the environments already").hint("leave one of them out"));
    }
    Ok(())
}

/// The folder that trueup runs in, absolute and without links, so that it
/// compares with the repository's root.
pub(super) fn directory(global: &Global) -> Result<PathBuf, CommandError> {
    let directory = global.directory.clone().unwrap_or_else(|| PathBuf::from("."));
    directory.canonicalize().map_err(|error| {
        Diagnostic::new(format!("can't run in {}", directory.display())).because(error.to_string()).into()
    })
}

/// The repository around a folder.
pub(super) fn discover(directory: &Path) -> Result<Option<Arc<Repository>>, CommandError> {
    let found = Repository::discover(directory).map_err(|error| error.diagnostic())?;
    Ok(found.map(Arc::new))
}

fn resolve(repository: &Repository, reference: &str) -> Result<CommitId, CommandError> {
    Ok(repository.resolve(reference).map_err(|error| error.diagnostic())?)
}

fn ad_hoc(
    global: &Global,
    what: &What,
    directory: PathBuf,
    repository: Option<Arc<Repository>>,
) -> Result<Setup, CommandError> {
    let rules = config::parse(AD_HOC_RULES, config::FILE_NAME)?;
    let rules = rules.environment(AD_HOC)?;
    let paths: Vec<String> =
        what.files.paths.iter().map(|path| path.to_string_lossy().into_owned()).collect();
    let (origin, sources): (_, Vec<String>) = match (&what.reference, repository) {
        (Some(reference), Some(repository)) => {
            let commit = resolve(&repository, reference)?;
            let sources = paths
                .iter()
                .map(|path| in_repository(&repository, &directory, path))
                .collect::<Result<_, _>>()?;
            (Origin::Commit { repository, commit, reference: Some(reference.clone()) }, sources)
        }
        (Some(_), None) => return Err(no_repository(&directory)),
        (None, repository) => {
            let tracked = repository.and_then(|repository| tracked(repository, &directory, &paths));
            (Origin::AdHoc { directory, stdin: stdin(&paths)?, tracked }, paths)
        }
    };
    // Nobody else can say whether they ask for variables.
    let substitute = !what.vars.is_empty() || !what.var_files.is_empty();
    let sources = sources.iter().map(|path| Item { substitute, ..Item::from(path.as_str()) }).collect();
    Ok(Setup {
        inventory: what.files.name.clone().map(|project| Inventory {
            project,
            state_namespace: None,
            keep: rules.history_keep,
        }),
        origin,
        sources,
        configuration: None,
        namespace: global.namespace.clone(),
        means: Means {
            namespace: global.namespace.clone(),
            keys: Keys { age_key_file: given_keys(global) },
            kept_in: kept_in(global),
            ..Means::default()
        },
        access: global.access(),
        environment: what.environments.first().map_or_else(|| AD_HOC.to_owned(), Clone::clone),
        ..of_rules(rules)
    })
}

/// The repository, if all that -f names lies in it, with the paths from its root.
fn tracked(
    repository: Arc<Repository>,
    directory: &Path,
    paths: &[String],
) -> Option<(Arc<Repository>, Vec<String>)> {
    let inside = |path: &String| in_repository(&repository, directory, path).ok().filter(|_| path != "-");
    let inside: Option<Vec<String>> = paths.iter().map(inside).collect();
    let inside = inside.filter(|_| repository.root().is_some())?;
    Some((repository, inside))
}

/// Standard input, when it is among the paths.
pub(super) fn stdin(paths: &[String]) -> Result<Option<Arc<[u8]>>, CommandError> {
    if !paths.iter().any(|path| path == "-") {
        return Ok(None);
    }
    let mut bytes = Vec::new();
    std::io::stdin()
        .read_to_end(&mut bytes)
        .map_err(|error| Diagnostic::new("standard input can't be read").because(error.to_string()))?;
    Ok(Some(bytes.into()))
}

/// A path of the current folder as a path from the repository's root.
fn in_repository(repository: &Repository, directory: &Path, path: &str) -> Result<String, CommandError> {
    let outside = || {
        CommandError::from(
            Diagnostic::new(format!("{path} isn't in the repository"))
                .hint("with --ref only its files can be read"),
        )
    };
    let absolute = normalised(&directory.join(path));
    let root = repository.root().map(|root| root.canonicalize().unwrap_or_else(|_| root.to_path_buf()));
    match root {
        Some(root) => relative(&absolute, &root).ok_or_else(outside),
        // In a bare repository paths can only go from its root.
        None => Ok(path.to_owned()),
    }
}

/// `path` from `root`, with `/` between names; `.` for the root itself.
fn relative(path: &Path, root: &Path) -> Option<String> {
    let inside = path.strip_prefix(root).ok()?;
    let names: Vec<_> =
        inside.components().map(|component| component.as_os_str().to_string_lossy()).collect();
    Some(if names.is_empty() { ".".to_owned() } else { names.join("/") })
}

fn no_repository(directory: &Path) -> CommandError {
    Diagnostic::new(format!("{} isn't in a Git repository", directory.display()))
        .hint("run trueup in one, name it with -C, or deploy files with -f")
        .into()
}

fn configured(global: &Global, what: &What, checkout: &Checkout) -> Result<Vec<Setup>, CommandError> {
    let Checkout { config, path: file, repository } = checkout;
    let environments = config.select(&what.environments, what.all)?;
    let origin = match &what.reference {
        None => match repository.root() {
            Some(root) => Origin::WorkTree { root: canonical(root), repository: repository.clone() },
            None => at_commit(repository, "HEAD")?,
        },
        Some(reference) => at_commit(repository, reference)?,
    };
    let setups = environments.into_iter().map(|environment| {
        let before = environment.requires.after.iter().map(|name| config.environment(name));
        let before = before.map(|before| Ok(predecessor(global, before?, file, &origin)));
        let predecessors = before.collect::<Result<_, CommandError>>()?;
        Ok(Setup { predecessors, ..setup(global, environment, file, origin.clone())? })
    });
    setups.collect()
}

/// An environment whose history is read: reached as its own configuration says, whatever
/// context the command line names for the one that is deployed to.
fn predecessor(global: &Global, environment: &Environment, file: &str, origin: &Origin) -> Setup {
    let folder = Path::new(file).parent().unwrap_or(Path::new(""));
    let kubeconfig = global.kubeconfig.clone().or_else(|| kubeconfig(environment, folder, origin));
    Setup {
        inventory: Some(inventory_of(environment)),
        namespace: environment.namespace.clone(),
        access: Access { context: environment.context.clone(), kubeconfig, ..global.access() },
        ..of_rules(environment)
    }
}

fn inventory_of(environment: &Environment) -> Inventory {
    Inventory {
        project: environment.project.clone(),
        state_namespace: environment.state_namespace.clone(),
        keep: environment.history_keep,
    }
}

pub(super) fn at_commit(repository: &Arc<Repository>, reference: &str) -> Result<Origin, CommandError> {
    let commit = resolve(repository, reference)?;
    Ok(Origin::Commit { repository: repository.clone(), commit, reference: Some(reference.to_owned()) })
}

/// An environment of this configuration, at another commit.
pub(super) fn at_other_commit(
    global: &Global,
    checkout: &Checkout,
    environment: &str,
    commit: &CommitId,
) -> Result<Setup, CommandError> {
    let environment = checkout.config.environment(environment)?;
    setup(global, environment, &checkout.path, at_commit(&checkout.repository, &commit.to_string())?)
}

fn canonical(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_path_buf())
}

/// The configuration in hand: it says where to deploy and what is allowed.
pub(super) struct Checkout {
    pub(super) config: Config,
    /// From the repository's root.
    pub(super) path: String,
    pub(super) repository: Arc<Repository>,
}

pub(super) fn checkout(
    global: &Global,
    what: &What,
    directory: &Path,
    repository: Option<Arc<Repository>>,
) -> Result<Checkout, CommandError> {
    let root = repository.as_ref().and_then(|repository| repository.root()).map(canonical);
    let named = global.config.as_ref().map(|file| normalised(&directory.join(file)));
    let found = named.or_else(|| config::find(directory, root.as_deref()));
    match (found, repository) {
        (Some(file), Some(repository)) => {
            let root = root.unwrap_or_else(|| directory.to_path_buf());
            let path = relative(&file, &root).ok_or_else(|| {
                Diagnostic::new(format!(
                    "{} lies outside of the repository {}",
                    file.display(),
                    root.display()
                ))
                .hint("--config must name a file of the repository that is deployed")
            })?;
            let text = read(&file)?;
            Ok(Checkout { config: config::parse(&text, &path)?, path, repository })
        }
        (None, Some(repository)) if repository.is_bare() => {
            let commit = resolve(&repository, what.reference.as_deref().unwrap_or("HEAD"))?;
            let text =
                config_at(&repository, commit, config::FILE_NAME).ok_or_else(|| no_config(directory))?;
            let path = config::FILE_NAME.to_owned();
            Ok(Checkout { config: config::parse(&text, &path)?, path, repository })
        }
        (Some(_), None) => Err(no_repository(directory)),
        (None, _) => Err(no_config(directory)),
    }
}

fn no_config(directory: &Path) -> CommandError {
    Diagnostic::new(format!("no {} in {} or above", config::FILE_NAME, directory.display()))
        .hint("name one with --config, or deploy files with -f")
        .into()
}

fn read(file: &Path) -> Result<String, CommandError> {
    let unreadable = |why: String| Diagnostic::new(format!("can't read {}", file.display())).because(why);
    let bytes = std::fs::read(file).map_err(|error| unreadable(error.to_string()))?;
    let text = crate::yaml::decode(&bytes).map_err(|error| error.diagnostic(&file.to_string_lossy()))?;
    Ok(text.into_owned())
}

/// The configuration as a commit has it.
pub(super) fn config_at(repository: &Repository, commit: CommitId, path: &str) -> Option<String> {
    let tree = SourceTree::Commit { repository, commit };
    let file = tree.read(path).ok()?.into_iter().next()?;
    crate::yaml::decode(&file.bytes).ok().map(std::borrow::Cow::into_owned)
}

/// An environment ready for the pipeline. How to render is read from the commit
/// that is rendered; where to deploy and what is allowed from the checkout.
pub(super) fn setup(
    global: &Global,
    environment: &Environment,
    file: &str,
    origin: Origin,
) -> Result<Setup, CommandError> {
    if let (Some(asked), Some(set)) = (&global.namespace, &environment.namespace) {
        return Err(CommandError::usage(format!(
            "-n {asked} isn't possible: environment {:?} sets the namespace {set:?}",
            environment.name
        )));
    }
    let (rendered, notes) = rendered_by(environment, file, &origin)?;
    let folder = Path::new(file).parent().unwrap_or(Path::new(""));
    let sources = sources(folder, &rendered, file)?;
    let schemas = rendered.schemas.iter().map(|path| source(folder, path, Location::file(file)));
    let schemas = schemas.collect::<Result<_, _>>()?;
    let access = Access {
        context: global.context.clone().or_else(|| environment.context.clone()),
        kubeconfig: global.kubeconfig.clone().or_else(|| kubeconfig(environment, folder, &origin)),
        ..global.access()
    };
    let namespace = global.namespace.clone().or_else(|| environment.namespace.clone());
    let tools = tools(&rendered, environment, folder, &origin);
    let sources_at = sources_at(&environment.name, file, &origin);
    Ok(Setup {
        inventory: Some(inventory_of(environment)),
        sources_at,
        means: Means {
            tools,
            namespace: namespace.clone(),
            vars: vars::configured(&rendered),
            keys: keys(global, environment, folder, &origin),
            kept_in: kept_in(global),
            sensitive: environment
                .rules
                .sensitive
                .iter()
                .map(|rule| rule.kind().map(|kind| kind.kind.clone()))
                .collect(),
            ..Means::default()
        },
        namespace,
        origin,
        sources,
        schemas,
        configuration: Some(file.to_owned()),
        access,
        notes,
        ..of_rules(environment)
    })
}

/// The sources as other commits' own configurations have them.
fn sources_at(environment: &str, file: &str, origin: &Origin) -> Option<Arc<SourcesAt>> {
    let (repository, environment, file) =
        (origin.repository()?.clone(), environment.to_owned(), file.to_owned());
    Some(Arc::new(move |commit| {
        let config = config::parse(&config_at(&repository, *commit, &file)?, &file).ok()?;
        let folder = Path::new(&file).parent().unwrap_or(Path::new(""));
        sources(folder, config.environment(&environment).ok()?, &file).ok()
    }))
}

/// Where what programs print is kept.
fn kept_in(global: &Global) -> Option<PathBuf> {
    if global.no_cache { None } else { cache::folder("rendered") }
}

/// The sources of an environment, each with the place that names it.
fn sources(folder: &Path, environment: &Environment, file: &str) -> Result<Vec<Item>, CommandError> {
    let places = environment.source_places.iter().cloned().map(Some).chain(std::iter::repeat(None));
    let named = environment.sources.iter().zip(places);
    named
        .map(|(item, named_at)| {
            let place = named_at.clone().unwrap_or_else(|| Location::file(file));
            let how = how(folder, item, &place)?;
            Ok(Item {
                path: source(folder, &item.path, place)?,
                named_at,
                how,
                substitute: item.substitute == Some(true),
            })
        })
        .collect()
}

/// How an item becomes manifests.
fn how(folder: &Path, item: &SourceItem, place: &Location) -> Result<How, CommandError> {
    let may_fetch = item.dependencies == Some(Dependencies::Fetch);
    let is_chart =
        item.release.is_some() || item.values.is_some() || item.set.is_some() || item.lookup.is_some();
    let is_jsonnet = item.ext.is_some() || item.tla.is_some() || item.jpath.is_some();
    Ok(match item.renderer {
        Some(Renderer::Plain) => How::Plain,
        Some(Renderer::Kustomize) => How::Kustomize { may_fetch },
        Some(Renderer::Jsonnet) => jsonnet(folder, item, place)?,
        None if is_jsonnet => jsonnet(folder, item, place)?,
        None if !is_chart => How::AsItIs,
        Some(Renderer::Helm) | None => {
            let values = item.values.iter().flatten();
            let values = values.map(|ValuesFile(path)| source(folder, path, place.clone()));
            let set = item.set.iter().flatten();
            How::Helm(Chart {
                release: item.release.clone(),
                values: values.collect::<Result<_, _>>()?,
                set: set.map(|(path, value)| (path.clone(), as_json(value).to_string())).collect(),
                may_fetch,
                lookup_finds_nothing: item.lookup == Some(Lookup::Empty),
            })
        }
    })
}

fn jsonnet(folder: &Path, item: &SourceItem, place: &Location) -> Result<How, CommandError> {
    let values = |values: &Option<BTreeMap<String, AnyValue>>| {
        let values = values.iter().flatten();
        values.map(|(name, AnyValue(value))| (name.clone(), Value::from(value.clone()))).collect()
    };
    let libraries = item.jpath.as_ref().map(|folders| {
        let folders = folders.iter().map(|LibraryFolder(path)| source(folder, path, place.clone()));
        folders.collect::<Result<_, _>>()
    });
    Ok(How::Jsonnet(Jsonnet {
        external: values(&item.ext),
        arguments: values(&item.tla),
        libraries: libraries.transpose()?,
    }))
}

fn as_json(value: &SetValue) -> Value {
    match value {
        SetValue::Boolean(value) => Value::from(*value),
        SetValue::Integer(value) => Value::from(*value),
        SetValue::Number(value) => Value::from(*value),
        SetValue::Text(value) => Value::from(value.as_str()),
    }
}

/// The programs: which versions will do says what is rendered, where they are who
/// renders it.
fn tools(rendered: &Environment, environment: &Environment, folder: &Path, origin: &Origin) -> Tools {
    let root =
        origin.repository().and_then(|repository| repository.root()).map(canonical).unwrap_or_default();
    let wanted = |version: &Wanted, program: &Wanted| Wanted {
        version: version.version.clone(),
        program: program.program.as_ref().map(|program| match program.components().count() {
            0 | 1 => program.clone(),
            _ => root.join(folder).join(program),
        }),
    };
    Tools {
        kustomize: wanted(&rendered.tools.kustomize, &environment.tools.kustomize),
        helm: wanted(&rendered.tools.helm, &environment.tools.helm),
        sops: wanted(&rendered.tools.sops, &environment.tools.sops),
        time: environment.tools.time,
    }
}

/// The keys that decrypt: whoever runs trueup says which, or the checkout.
fn keys(global: &Global, environment: &Environment, folder: &Path, origin: &Origin) -> Keys {
    let named = environment.age_key_file.as_ref().map(|file| match file.strip_prefix("~/") {
        Some(below) => std::env::home_dir().unwrap_or_default().join(below),
        None => root_of(origin).join(folder).join(file),
    });
    Keys { age_key_file: given_keys(global).or(named) }
}

/// Those of the command line.
fn given_keys(global: &Global) -> Option<PathBuf> {
    let file = global.age_key_file.as_ref()?;
    Some(directory(global).unwrap_or_default().join(file))
}

/// Where paths of a configuration go from.
fn root_of(origin: &Origin) -> PathBuf {
    match origin {
        Origin::AdHoc { directory, .. } => directory.clone(),
        _ => origin.repository().and_then(|repository| repository.root()).map(canonical).unwrap_or_default(),
    }
}

/// A source as a path from the repository's root; `place` is where it's named.
fn source(folder: &Path, path: &str, place: Location) -> Result<String, CommandError> {
    let mut names: Vec<String> = Vec::new();
    for component in folder.join(path).components() {
        match component {
            Component::Normal(name) => names.push(name.to_string_lossy().into_owned()),
            Component::ParentDir if names.pop().is_some() => {}
            Component::CurDir => {}
            _ => {
                return Err(Diagnostic::new(format!("the path {path:?} lies outside of the repository"))
                    .at(place)
                    .hint("paths go from the folder of trueup.yaml and stay in its repository")
                    .into());
            }
        }
    }
    Ok(if names.is_empty() { ".".to_owned() } else { names.join("/") })
}

/// A kubeconfig that the configuration names goes from the configuration.
fn kubeconfig(environment: &Environment, folder: &Path, origin: &Origin) -> Option<PathBuf> {
    let named = environment.kubeconfig.as_ref()?;
    Some(root_of(origin).join(folder).join(named))
}

/// The environment as the commit that is rendered has it.
fn rendered_by(
    environment: &Environment,
    file: &str,
    origin: &Origin,
) -> Result<(Environment, Vec<String>), CommandError> {
    let Origin::Commit { repository, commit, .. } = origin else {
        return Ok((environment.clone(), Vec::new()));
    };
    let Some(text) = config_at(repository, *commit, file) else {
        let note = format!("{} has no {file}: rendered by the one that is checked out", commit.short());
        return Ok((environment.clone(), vec![note]));
    };
    let then = config::parse(&text, &format!("{}:{file}", commit.short()))?;
    Ok((then.environment(&environment.name)?.clone(), Vec::new()))
}

/// The rules of an environment; the rest is filled in by the caller.
fn of_rules(environment: &Environment) -> Setup {
    Setup {
        environment: environment.name.clone(),
        inventory: None,
        namespace: None,
        origin: Origin::AdHoc { directory: PathBuf::new(), stdin: None, tracked: None },
        sources: Vec::new(),
        schemas: Vec::new(),
        means: Means::default(),
        given: Vars::default(),
        undeclared: Vec::new(),
        configuration: None,
        access: Access::default(),
        cluster_uid: environment.cluster_uid.clone(),
        planned_for: None,
        wait_timeout: environment.wait_timeout,
        delete_limit: environment.delete_limit,
        replace_limit: environment.replace_limit,
        protect: environment.protect.clone(),
        rules: environment.rules.clone(),
        predecessors: Vec::new(),
        requires: environment.requires.clone(),
        fetches: environment.fetches,
        rollback_on_failure: environment.rollback_on_failure,
        sources_at: None,
        notes: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_go_from_the_root_without_dots() {
        let path = normalised(Path::new("/repo/services/../deploy/./base"));
        assert_eq!(relative(&path, Path::new("/repo")).as_deref(), Some("deploy/base"));
        assert_eq!(relative(Path::new("/repo"), Path::new("/repo")).as_deref(), Some("."));
        assert_eq!(relative(Path::new("/elsewhere"), Path::new("/repo")), None);
    }

    #[test]
    fn sources_stay_in_the_repository() {
        let found =
            |folder: &str, path: &str| source(Path::new(folder), path, Location::file("trueup.yaml")).ok();
        assert_eq!(found("services/shop", "../base").as_deref(), Some("services/base"));
        assert_eq!(found("", ".").as_deref(), Some("."));
        assert_eq!(found("", "../x"), None);
        assert_eq!(found("", "/etc"), None);
    }
}
