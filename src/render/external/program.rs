//! The programs themselves: finding the right one, and running it.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::super::kept::{Kept, Key};
use super::super::names::Renderer;
use super::making::Ground;
use super::{Means, no_room};
use crate::error::Diagnostic;
use crate::tools::{self, Call, Failure, Limits, NotFound, Wanted, Workspace};

/// The most that a program may print: far more than the objects that a cluster
/// holds.
const MOST_OUTPUT: u64 = 256 * 1024 * 1024;

/// How long a program may take to say its version.
const VERSION_TIME: Duration = Duration::from_secs(30);

/// A program that renders.
pub(super) struct Program {
    renderer: Renderer,
    path: PathBuf,
    /// What it's called in messages.
    name: String,
    /// Whether it's kubectl in kustomize's place.
    is_kubectl: bool,
    time: Duration,
    /// Stands for the very program; `None` where that can't be said.
    identity: Option<String>,
}

impl Program {
    /// The one that is wanted.
    pub(super) fn wanted(renderer: Renderer, means: &Means, kept: Option<&Kept>) -> Result<Self, Diagnostic> {
        let wanted = match renderer {
            Renderer::Kustomize => &means.tools.kustomize,
            Renderer::Helm => &means.tools.helm,
        };
        let (path, is_kubectl) =
            locate(renderer, wanted).map_err(|error| missing(renderer, wanted, &error))?;
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let identity = tools::identity(&path);
        let program = Self { renderer, path, name, is_kubectl, time: means.tools.time, identity };
        program.check_version(wanted, kept)?;
        Ok(program)
    }

    /// What stands for it in the name of what it makes; `None` for a script, which may
    /// be another one without changing.
    pub(super) fn identity(&self) -> Option<String> {
        let identity = self.identity.as_ref()?;
        Some(format!("{} {} {identity}", self.renderer.name(), self.is_kubectl))
    }

    /// What goes before kustomize's and Helm's own arguments.
    pub(super) fn command(&self) -> Vec<OsString> {
        let words: &[&str] = match (self.renderer, self.is_kubectl) {
            (Renderer::Kustomize, true) => &["kustomize"],
            (Renderer::Kustomize, false) => &["build"],
            (Renderer::Helm, _) => &["template"],
        };
        words.iter().map(OsString::from).collect()
    }

    /// What it prints, or why it doesn't. `subject` is what it renders.
    pub(super) fn run(
        &self,
        arguments: Vec<OsString>,
        ground: &Ground,
        may_fetch: bool,
        subject: &str,
    ) -> Result<Vec<u8>, Box<Complaint>> {
        let call = Call {
            program: &self.path,
            arguments,
            workspace: &ground.workspace,
            may_fetch,
            keys: None,
            input: None,
        };
        let limits = Limits { time: self.time, output: MOST_OUTPUT };
        tools::run(&call, limits).map_err(|failure| Box::new(self.complaint(failure, ground, subject)))
    }

    fn complaint(&self, failure: Failure, ground: &Ground, subject: &str) -> Complaint {
        let name = &self.name;
        let about = |message: String| Diagnostic::new(message);
        let (diagnostic, said) = match failure {
            Failure::NotStarted(error) => {
                (about(format!("{name} can't be run")).because(error.to_string()), String::new())
            }
            Failure::TooLong(time) => {
                let seconds = time.as_secs_f32();
                let finding =
                    about(format!("{name} took longer than {seconds} s over {subject}, and was killed"))
                        .hint("`tools: {timeout: 10m}` in trueup.yaml gives it more time");
                (finding, String::new())
            }
            Failure::TooMuch(bytes) => {
                let size = bytes / (1024 * 1024);
                (
                    about(format!("{name} printed more than {size} MiB for {subject}, and was killed")),
                    String::new(),
                )
            }
            Failure::Failed(code, said) => {
                let finding = about(format!("{name} couldn't render {subject}"));
                let is_silent = said.trim().is_empty();
                let why = format!("it ended with exit code {code}, and said nothing");
                (if is_silent { finding.because(why) } else { finding }, said)
            }
            Failure::Killed(signal, said) => {
                (about(format!("{name} was killed by signal {signal} while it rendered {subject}")), said)
            }
            Failure::Stopped => {
                (about(format!("interrupted while {name} rendered {subject}")), String::new())
            }
        };
        let tree = format!("{}/", ground.workspace.tree().display());
        Complaint { diagnostic, said: ground.known.scrub(&said.replace(&tree, "")) }
    }

    /// What it says its version is; asked once for as long as it's the same program.
    fn version(&self, kept: Option<&Kept>) -> Result<String, Diagnostic> {
        let key = self.identity().map(|identity| Key::new("version").with(identity));
        let kept = kept.zip(key);
        let known = kept.as_ref().and_then(|(kept, key)| String::from_utf8(kept.get(key)?).ok());
        if let Some(known) = known {
            return Ok(known);
        }
        let arguments: &[&str] = match (self.renderer, self.is_kubectl) {
            (Renderer::Kustomize, true) => &["version", "--client", "-o", "json"],
            (Renderer::Kustomize, false) => &["version"],
            (Renderer::Helm, _) => &["version", "--template", "{{.Version}}"],
        };
        let workspace = Workspace::create().map_err(|error| no_room(&error))?;
        let call = Call {
            program: &self.path,
            arguments: arguments.iter().map(OsString::from).collect(),
            workspace: &workspace,
            may_fetch: false,
            keys: None,
            input: None,
        };
        let printed = tools::run(&call, Limits { time: VERSION_TIME.min(self.time), output: 64 * 1024 });
        let text = printed.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default();
        if let Some((kept, key)) = kept.filter(|_| !text.is_empty()) {
            kept.put(&key, text.as_bytes());
        }
        Ok(text)
    }

    fn check_version(&self, wanted: &Wanted, kept: Option<&Kept>) -> Result<(), Diagnostic> {
        let Some(requirement) = &wanted.version else { return Ok(()) };
        let text = self.version(kept)?;
        // kubectl has a version of its own.
        let text = match text.split_once("kustomizeVersion") {
            Some((_, after)) if self.is_kubectl => after.to_owned(),
            _ => text,
        };
        let name = self.renderer.name();
        match tools::version_in(&text) {
            Some(version) if requirement.matches(&version) => Ok(()),
            Some(version) => Err(Diagnostic::new(format!(
                "this needs {name} {requirement}, but {} is {name} {version}",
                self.path.display()
            ))
            .hint(format!(
                "install another one, or change `tools: {{{}: …}}` in trueup.yaml",
                key(self.renderer)
            ))),
            None => Err(Diagnostic::new(format!(
                "this needs {name} {requirement}, but {} doesn't say which version it is",
                self.path.display()
            ))),
        }
    }
}

/// Why a program rendered nothing, and what it said about it.
pub(super) struct Complaint {
    pub(super) diagnostic: Diagnostic,
    pub(super) said: String,
}

fn locate(renderer: Renderer, wanted: &Wanted) -> Result<(PathBuf, bool), NotFound> {
    if let Some(program) = &wanted.program {
        let is_kubectl = program.file_name().is_some_and(|name| name == "kubectl");
        return tools::find(program).map(|path| (path, is_kubectl));
    }
    match renderer {
        Renderer::Helm => tools::find(Path::new("helm")).map(|path| (path, false)),
        Renderer::Kustomize => tools::find(Path::new("kustomize")).map(|path| (path, false)).or_else(|_| {
            tools::find(Path::new("kubectl"))
                .map(|path| (path, true))
                .map_err(|_| NotFound { why: "there is no kustomize on PATH, and no kubectl either".into() })
        }),
    }
}

fn missing(renderer: Renderer, wanted: &Wanted, error: &NotFound) -> Diagnostic {
    let name = renderer.name();
    let install = match renderer {
        Renderer::Kustomize => "https://kubectl.docs.kubernetes.io/installation/kustomize",
        Renderer::Helm => "https://helm.sh/docs/intro/install",
    };
    let diagnostic = Diagnostic::new(format!("{name} is needed to render this, and isn't there"))
        .because(error.why.clone());
    match wanted.program {
        Some(_) => diagnostic.hint(format!("`tools: {{{}: …}}` in trueup.yaml names it", key(renderer))),
        None => diagnostic.hint(format!("install it: {install}")),
    }
}

/// Its key in `tools`.
fn key(renderer: Renderer) -> &'static str {
    match renderer {
        Renderer::Kustomize => "kustomize",
        Renderer::Helm => "helm",
    }
}
