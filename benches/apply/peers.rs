//! Other programs that do the same.

use std::fs;
use std::time::Duration;

use crate::measure::{is_on_path, timed};
use crate::scene::Scene;

/// Another program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Peer {
    /// `kubectl apply --server-side`.
    Kubectl,
    /// `kapp deploy --wait=false`.
    Kapp,
    /// `helm install` and `helm upgrade`, of a chart of the same manifests.
    Helm,
}

impl Peer {
    /// Those that are here.
    pub(crate) fn all() -> Vec<Self> {
        let all = [Self::Kubectl, Self::Kapp, Self::Helm];
        all.into_iter().filter(|peer| is_on_path(peer.program())).collect()
    }

    fn program(self) -> &'static str {
        match self {
            Self::Kubectl => "kubectl",
            Self::Kapp => "kapp",
            Self::Helm => "helm",
        }
    }

    /// The program, and what it is told to do.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Kubectl => "kubectl apply --server-side",
            Self::Kapp => "kapp deploy --wait=false",
            Self::Helm => "helm install or upgrade",
        }
    }

    /// Deploys what is in the repository, for the first time or again.
    pub(crate) fn deploy(self, scene: &Scene, first: bool) -> Duration {
        if self == Self::Helm {
            make_chart(scene);
        }
        let arguments: &[&str] = match (self, first) {
            (Self::Kubectl, _) => &["apply", "--server-side", "--recursive", "--filename", "deploy"],
            // Without its label in selectors, as the others.
            (Self::Kapp, _) => &[
                "deploy",
                "--app=bench",
                "--namespace=bench-0",
                "--file=deploy",
                "--yes",
                "--wait=false",
                "--default-label-scoping-rules=false",
            ],
            (Self::Helm, true) => &["install", "bench", "../chart", "--namespace=bench-0"],
            (Self::Helm, false) => &["upgrade", "bench", "../chart", "--namespace=bench-0"],
        };
        timed(scene.surroundings().command(self.program(), arguments), &[0]).0
    }
}

/// A chart whose templates are the manifests.
fn make_chart(scene: &Scene) {
    let (deploy, chart) =
        (scene.surroundings().folder.join("deploy"), scene.surroundings().folder.join("../chart"));
    let templates = chart.join("templates");
    fs::create_dir_all(&templates).expect("a folder");
    fs::write(chart.join("Chart.yaml"), "apiVersion: v2\nname: bench\nversion: 1.0.0\n").expect("a file");
    for namespace in fs::read_dir(deploy).expect("a folder").flatten() {
        for file in fs::read_dir(namespace.path()).expect("a folder").flatten() {
            fs::copy(file.path(), templates.join(file.file_name())).expect("a copy");
        }
    }
}
