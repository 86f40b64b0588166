//! What the story is played on: a sandbox, a repository, and the programs run
//! in it, each printed before its output.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;
use trueup::json::Value;

use crate::cluster::Cluster;
use crate::sandbox_process::RunningSandbox;
use crate::shop;

/// A sandbox and a repository to deploy to it.
pub(crate) struct Stage {
    trueup: PathBuf,
    repository: PathBuf,
    sandbox: RunningSandbox,
    cluster: Cluster,
    steps: usize,
    folder: Option<TempDir>,
}

/// A line about what the demo itself is doing.
pub(crate) fn progress(line: &str) {
    println!("[demo] {line} ...");
}

impl Stage {
    /// Starts a sandbox and makes the repository. With `keep` they outlive this
    /// process.
    pub(crate) fn set(trueup: PathBuf, program: &Path, keep: bool) -> Result<Self, String> {
        let folder = tempfile::Builder::new()
            .prefix("trueup-demo-")
            .tempdir()
            .map_err(|error| format!("can't make a folder: {error}"))?;
        progress("starting a Kubernetes control plane");
        let sandbox = if keep {
            let inside = folder.path().join("sandbox");
            // It must not hold the terminal, or whatever reads the demo's output.
            RunningSandbox::start(
                program,
                &["--detached", "--dir", &inside.to_string_lossy()],
                Stdio::null(),
            )?
        } else {
            RunningSandbox::start(program, &[], Stdio::inherit())?
        };
        progress("making a Git repository from fixtures/shop");
        let repository = folder.path().join("shop");
        let cluster = Cluster::connect(&sandbox.kubeconfig)?;
        let folder = Some(folder);
        let stage = Self { trueup, repository, sandbox, cluster, steps: 0, folder };
        shop::copy_to(&stage.repository)?;
        stage.git_quietly(&["init", "--quiet", "--initial-branch=main"])?;
        stage.git_quietly(&["add", "--all"])?;
        stage.git_quietly(&["commit", "--quiet", "--message", "Open the shop"])?;
        Ok(stage)
    }

    /// How many commands of trueup were run.
    pub(crate) fn steps(&self) -> usize {
        self.steps
    }

    /// Runs a command of trueup, which must end with this exit code.
    pub(crate) fn trueup(&mut self, arguments: &str, code: i32) -> Result<(), String> {
        println!("\n$ trueup {arguments}");
        self.steps += 1;
        let status = self
            .program(arguments)
            .status()
            .map_err(|error| format!("can't run {}: {error}", self.trueup.display()))?;
        match status.code() {
            Some(found) if found == code => Ok(()),
            Some(found) => {
                Err(format!("`trueup {arguments}` ended with exit code {found}, expected was {code}"))
            }
            None => Err(format!("`trueup {arguments}` was killed")),
        }
    }

    /// What a command of trueup says as JSON. Not part of the story.
    pub(crate) fn ask(&self, arguments: &str) -> Result<Value, String> {
        let output = self
            .program(&format!("{arguments} --output json"))
            .output()
            .map_err(|error| format!("can't run {}: {error}", self.trueup.display()))?;
        serde_json::from_slice(&output.stdout)
            .map_err(|error| format!("`trueup {arguments} --output json` printed no JSON: {error}"))
    }

    fn program(&self, arguments: &str) -> Command {
        let mut command = Command::new(&self.trueup);
        command
            .args(arguments.split(' '))
            .current_dir(&self.repository)
            .env("KUBECONFIG", &self.sandbox.kubeconfig)
            // The failure that the story is about is none of the pipeline that plays it.
            .env_remove("GITHUB_ACTIONS");
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("TRUEUP_"))
        {
            command.env_remove(name);
        }
        command
    }

    /// Replaces text in a file of the repository.
    pub(crate) fn change(&self, file: &str, from: &str, to: &str) -> Result<(), String> {
        shop::change(&self.repository.join(file), from, to)
    }

    /// Removes a file of the repository.
    pub(crate) fn remove(&self, file: &str) -> Result<(), String> {
        fs::remove_file(self.repository.join(file)).map_err(|error| format!("{file}: {error}"))
    }

    /// Commits everything, and shows what changed.
    pub(crate) fn commit(&self, message: &str) -> Result<(), String> {
        println!("\n$ git commit --all --message '{message}'");
        self.git_quietly(&["commit", "--quiet", "--all", "--message", message])?;
        self.git(&["show", "--stat", "--format=%h %s"])
    }

    /// Takes the last commit back, by another one.
    pub(crate) fn revert(&self) -> Result<(), String> {
        println!("\n$ git revert HEAD");
        self.git_quietly(&["revert", "--no-edit", "HEAD"])?;
        self.git(&["show", "--stat", "--format=%h %s"])
    }

    fn git(&self, arguments: &[&str]) -> Result<(), String> {
        print!("{}", self.git_quietly(arguments)?);
        Ok(())
    }

    fn git_quietly(&self, arguments: &[&str]) -> Result<String, String> {
        shop::git(&self.repository, arguments)
    }

    /// A Deployment of the shop as it is live.
    pub(crate) fn deployment(&self, name: &str) -> Result<Value, String> {
        let path = format!("{}/{name}", shop::DEPLOYMENTS);
        self.cluster.get(&path)?.ok_or_else(|| format!("there is no Deployment {name}"))
    }

    /// Whether the shop has this `ConfigMap`.
    pub(crate) fn has_config_map(&self, name: &str) -> Result<bool, String> {
        Ok(self.cluster.get(&format!("{}/{name}", shop::CONFIG_MAPS))?.is_some())
    }

    /// A colleague scales a Deployment by hand.
    pub(crate) fn scale_by_hand(&self, name: &str, replicas: u64) -> Result<(), String> {
        println!(
            "\n[a colleague] kubectl --namespace shop-prod scale deployment/{name} --replicas {replicas}"
        );
        let patch = trueup::json::json!({"spec": {"replicas": replicas}});
        self.cluster.edit(&format!("{}/{name}/scale", shop::DEPLOYMENTS), &patch, "kubectl")
    }

    /// Leaves everything, and says how to use it.
    pub(crate) fn leave(&mut self, program: &Path) {
        let Some(folder) = self.folder.take() else { return };
        let folder = folder.keep();
        println!("\nThe control plane keeps running, with the repository beside it. To use them:");
        println!("  export KUBECONFIG={}", self.sandbox.kubeconfig.display());
        println!("  cd {}", self.repository.display());
        println!("  {} status prod", self.trueup.display());
        println!("To stop it and remove everything:");
        println!("  {} stop {}", program.display(), folder.join("sandbox").display());
        println!("  rm -r {}", folder.display());
    }
}
