//! Where access comes from, as kubectl has it: an explicit file, `KUBECONFIG`
//! (a list of files, or a kubeconfig's content as CI secrets often hold it),
//! `~/.kube/config`, and in a pod with none of these the service account.

use std::env;
use std::path::{Path, PathBuf};
use std::time::Duration;

use kube::Config;
use kube::client::AuthError;
use kube::config::{KubeConfigOptions, Kubeconfig, KubeconfigError};

use super::discovery_cache::DiscoveryCache;
use super::request::Cluster;
use super::transport;
use crate::error::{Diagnostic, did_you_mean};

/// Which cluster to talk to, and as whom.
#[derive(Debug, Clone, Default)]
pub struct Access {
    /// A kubeconfig file that stands for all others.
    pub kubeconfig: Option<PathBuf>,
    /// The context; the kubeconfig's current one when absent.
    pub context: Option<String>,
    /// Impersonate this user.
    pub user: Option<String>,
    /// Impersonate these groups.
    pub groups: Vec<String>,
    /// How long one request may take; [`Access::REQUEST_TIMEOUT`] when absent.
    pub timeout: Option<Duration>,
    /// Neither use nor keep what an earlier run has kept on disk.
    pub no_cache: bool,
}

impl Access {
    /// How long a request may take unless something else is asked for.
    pub const REQUEST_TIMEOUT: Duration = Duration::from_secs(60);

    /// Builds the client. Sends no request yet, but runs an exec plugin if the
    /// user has one: call this before anything is drawn on the terminal.
    pub async fn connect(&self) -> Result<Cluster, ConnectError> {
        let mut config = self.config().await?;
        // Retries are ours: kube's default spends minutes on a constant 503.
        config.default_retry = false;
        config.auth_info.impersonate = self.user.clone().or(config.auth_info.impersonate);
        if !self.groups.is_empty() {
            config.auth_info.impersonate_groups = Some(self.groups.clone());
        }
        let server = config.cluster_url.to_string().trim_end_matches('/').to_owned();
        let namespace = config.default_namespace.clone();
        let client = transport::client(config).map_err(|error| ConnectError::Client(root_cause(&error)))?;
        let cache = if self.no_cache { None } else { DiscoveryCache::of_user(&server) };
        let timeout = self.timeout.unwrap_or(Self::REQUEST_TIMEOUT);
        Ok(Cluster::new(client, server, namespace, timeout).with_discovery_cache(cache))
    }

    async fn config(&self) -> Result<Config, ConnectError> {
        let Some((kubeconfig, origin)) = self.kubeconfig()? else {
            return in_cluster(self.context.as_deref());
        };
        let context = self.context.clone().or_else(|| kubeconfig.current_context.clone());
        let Some(context) = context.filter(|name| !name.is_empty()) else {
            return Err(ConnectError::NoCurrentContext { origin, contexts: context_names(&kubeconfig) });
        };
        if !kubeconfig.contexts.iter().any(|known| known.name == context) {
            return Err(ConnectError::UnknownContext {
                context,
                origin,
                contexts: context_names(&kubeconfig),
            });
        }
        let options = KubeConfigOptions { context: Some(context), ..KubeConfigOptions::default() };
        Config::from_custom_kubeconfig(kubeconfig, &options)
            .await
            .map_err(|error| ConnectError::Kubeconfig { origin, why: root_cause(&error) })
    }

    /// The kubeconfig and what to call it in messages; `None` when there is
    /// none anywhere.
    fn kubeconfig(&self) -> Result<Option<(Kubeconfig, String)>, ConnectError> {
        if let Some(file) = &self.kubeconfig {
            return read(file).map(|read| Some((read, file.display().to_string())));
        }
        match env::var("KUBECONFIG") {
            Ok(value) if is_content(&value) => Kubeconfig::from_yaml(&value)
                .map(|read| Some((read, "the content of KUBECONFIG".to_owned())))
                .map_err(|error| kubeconfig_error("the content of KUBECONFIG", &error)),
            Ok(value) if !value.is_empty() => merged(&value),
            _ => default_file(),
        }
    }
}

/// A kubeconfig rather than a list of paths.
fn is_content(value: &str) -> bool {
    let start = value.trim_start();
    start.starts_with('{') || value.contains('\n') || start.starts_with("apiVersion:")
}

/// `KUBECONFIG` as a list: files that don't exist are passed over, as kubectl
/// does, unless none of them does.
fn merged(list: &str) -> Result<Option<(Kubeconfig, String)>, ConnectError> {
    let existing: Vec<PathBuf> = env::split_paths(list).filter(|path| is_readable(path)).collect();
    if existing.is_empty() {
        return Err(ConnectError::MissingFile(list.to_owned()));
    }
    let mut all = Kubeconfig::default();
    for path in &existing {
        all = all.merge(read(path)?).map_err(|error| kubeconfig_error(list, &error))?;
    }
    Ok(Some((all, list.to_owned())))
}

fn default_file() -> Result<Option<(Kubeconfig, String)>, ConnectError> {
    let Some(path) = env::home_dir().map(|home| home.join(".kube/config")).filter(|path| is_readable(path))
    else {
        return Ok(None);
    };
    read(&path).map(|read| Some((read, path.display().to_string())))
}

/// Something that can be read: a file, or the pipe of a shell's `<(…)`.
fn is_readable(path: &Path) -> bool {
    path.exists() && !path.is_dir()
}

fn read(path: &Path) -> Result<Kubeconfig, ConnectError> {
    if !is_readable(path) {
        return Err(ConnectError::MissingFile(path.display().to_string()));
    }
    Kubeconfig::read_from(path).map_err(|error| kubeconfig_error(&path.display().to_string(), &error))
}

/// The service account of the pod that trueup runs in.
fn in_cluster(context: Option<&str>) -> Result<Config, ConnectError> {
    if let Some(context) = context {
        return Err(ConnectError::ContextWithoutKubeconfig(context.to_owned()));
    }
    if !Path::new("/var/run/secrets/kubernetes.io/serviceaccount/token").is_file() {
        return Err(ConnectError::NoAccess);
    }
    Config::incluster().map_err(|error| ConnectError::Kubeconfig {
        origin: "the service account".into(),
        why: root_cause(&error),
    })
}

fn context_names(kubeconfig: &Kubeconfig) -> Vec<String> {
    kubeconfig.contexts.iter().map(|context| context.name.clone()).collect()
}

fn kubeconfig_error(origin: &str, error: &KubeconfigError) -> ConnectError {
    ConnectError::Kubeconfig { origin: origin.to_owned(), why: root_cause(error) }
}

/// The innermost cause of an error, in its own words: the first line of them,
/// since parsers go on by quoting the file, tokens and all. Of a credential
/// plugin only how it ended is told: what it printed may be the credential.
pub(super) fn root_cause(error: &(dyn std::error::Error + 'static)) -> String {
    let mut innermost = error;
    loop {
        if let Some(AuthError::AuthExecRun { out, .. }) = innermost.downcast_ref::<AuthError>() {
            return format!("the credential plugin failed: {}", out.status);
        }
        if let Some(kube::Error::Auth(AuthError::AuthExecRun { out, .. })) =
            innermost.downcast_ref::<kube::Error>()
        {
            return format!("the credential plugin failed: {}", out.status);
        }
        match innermost.source() {
            Some(source) => innermost = source,
            None => return innermost.to_string().lines().next().unwrap_or_default().to_owned(),
        }
    }
}

/// Why no client could be built.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// Neither a kubeconfig nor a service account.
    #[error("no kubeconfig, and not in a pod with a service account")]
    NoAccess,
    /// A context was asked for, but only the service account is there.
    #[error("context {0:?} was asked for, but there is no kubeconfig")]
    ContextWithoutKubeconfig(String),
    /// A named file doesn't exist.
    #[error("no kubeconfig at {0}")]
    MissingFile(String),
    /// The kubeconfig names no current context.
    #[error("{origin} has no current context")]
    NoCurrentContext {
        /// Where the kubeconfig comes from.
        origin: String,
        /// The contexts it has.
        contexts: Vec<String>,
    },
    /// The context isn't in the kubeconfig.
    #[error("unknown context {context:?}")]
    UnknownContext {
        /// What was asked for.
        context: String,
        /// Where the kubeconfig comes from.
        origin: String,
        /// The contexts it has.
        contexts: Vec<String>,
    },
    /// The kubeconfig can't be used.
    #[error("can't use {origin}")]
    Kubeconfig {
        /// Where the kubeconfig comes from.
        origin: String,
        /// What is wrong with it.
        why: String,
    },
    /// The credentials or certificates can't be used.
    #[error("can't build a client from the kubeconfig")]
    Client(String),
}

impl From<ConnectError> for Diagnostic {
    fn from(error: ConnectError) -> Self {
        let diagnostic = Self::new(error.to_string());
        match error {
            ConnectError::NoAccess | ConnectError::ContextWithoutKubeconfig(_) => {
                diagnostic.hint("set KUBECONFIG, or name a file with --kubeconfig")
            }
            ConnectError::MissingFile(_) => diagnostic.hint("check --kubeconfig and KUBECONFIG"),
            ConnectError::NoCurrentContext { contexts, .. } => {
                diagnostic.hint(format!("name one with --context: {}", contexts.join(", ")))
            }
            ConnectError::UnknownContext { context, origin, contexts } => {
                let known = contexts.iter().map(String::as_str);
                let listed = format!("{origin} has: {}", contexts.join(", "));
                match did_you_mean(&context, known) {
                    Some(meant) => diagnostic.hint(format!("did you mean {meant:?}?")),
                    None => diagnostic.hint(listed),
                }
            }
            ConnectError::Kubeconfig { why, .. } | ConnectError::Client(why) => diagnostic.because(why),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;
    use std::process::Command;
    use std::thread;

    use super::*;

    #[test]
    fn a_kubeconfig_may_come_through_a_pipe() {
        let folder = tempfile::tempdir().expect("a folder");
        let pipe = folder.path().join("pipe");
        assert!(Command::new("mkfifo").arg(&pipe).status().expect("mkfifo runs").success());
        let writer = thread::spawn({
            let pipe = pipe.clone();
            move || {
                let mut pipe = std::fs::OpenOptions::new().write(true).open(pipe).expect("a reader");
                pipe.write_all(b"current-context: shop\n").expect("a reader");
            }
        });
        let read = read(&pipe);
        if read.is_err() {
            // Lets the writer go, which waits for a reader.
            drop(std::fs::File::open(&pipe));
        }
        writer.join().expect("the writer ends");
        assert_eq!(read.expect("a kubeconfig").current_context.as_deref(), Some("shop"));
    }

    #[test]
    fn a_folder_is_no_kubeconfig() {
        let folder = tempfile::tempdir().expect("a folder");
        assert!(matches!(read(folder.path()), Err(ConnectError::MissingFile(_))));
        assert!(matches!(read(&folder.path().join("none")), Err(ConnectError::MissingFile(_))));
    }
}
