//! `trueup status`: what is deployed, whether it drifted, and its health.

use futures::future::join_all;
use jiff::Timestamp;

use super::{What, no_reports, select, signals};
use crate::cli::{Global, Output};
use crate::cluster::Cluster;
use crate::deploy::setup::Setup;
use crate::deploy::status::{self, Depth};
use crate::error::{CommandError, Diagnostic, Exit};
use crate::report::json::{self, Kind};
use crate::report::{StatusReport, TargetStatus, UnknownStatus, text};
use crate::ui::Terminal;

/// Shows what is deployed, whether it drifted, and its health
///
/// Objects that are ready and as they were deployed are only counted; -v lists them all. Several
/// environments take a line each. With --name and an environment's name no configuration is needed:
/// `trueup status prod --name shop -n shop`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Environments of trueup.yaml; a glob such as 'prod-*' names several
    #[arg(value_name = "ENV")]
    environments: Vec<String>,
    /// All environments
    #[arg(long, conflicts_with = "environments")]
    all: bool,
    /// The name under which what -f named was deployed; with ENV, the name in its trueup.yaml
    #[arg(long, value_name = "NAME", conflicts_with = "all")]
    name: Option<String>,
    /// Tell how far this branch, tag or commit is from what is deployed, instead of the one checked out
    #[arg(long = "ref", value_name = "REF", conflicts_with = "name")]
    reference: Option<String>,
    /// Show what controllers made for each object, down to pods
    #[arg(long)]
    tree: bool,
    /// Go on showing it as it changes, until interrupted
    #[arg(short, long)]
    watch: bool,
    /// Exit with 2 when something drifted, isn't healthy, or isn't deployed yet
    #[arg(long, conflicts_with = "watch")]
    exit_code: bool,
}

/// Looks and prints.
pub async fn run(global: &Global, args: Args, terminal: &Terminal) -> Result<Exit, CommandError> {
    no_reports(global, "status")?;
    if !matches!(global.output, Output::Text | Output::Json) {
        return Err(CommandError::usage("status prints text or json"));
    }
    let Args { environments, all, name, reference, tree, watch, exit_code } = args;
    let what = What { environments, all, reference, ..What::recorded(None, name) };
    let setups = select(global, &what)?;
    let depth = if tree { Depth::Tree } else { Depth::Health };
    if watch {
        return follow(global, &setups, depth, terminal).await;
    }
    let looked = look(&setups, depth, terminal).await;
    // One that fails alone is an error like any other.
    let (targets, failures): (Vec<_>, Vec<_>) = match looked.as_slice() {
        [(_, Some(failure))] => return Err(failure.clone()),
        _ => looked.into_iter().unzip(),
    };
    print(global, &targets, terminal);
    let worst = failures.into_iter().flatten().map(|failure| failure.exit).fold(Exit::Done, Exit::worst);
    let is_pending =
        |target: &TargetStatus| matches!(target, TargetStatus::Known(report) if status::is_pending(report));
    let pending = exit_code && targets.iter().any(is_pending);
    Ok(worst.worst(if pending { Exit::Changes } else { Exit::Done }))
}

/// Looks at all of them at once, once there is a client for each: a credential plugin
/// may talk to the terminal.
async fn look(
    setups: &[Setup],
    depth: Depth,
    terminal: &Terminal,
) -> Vec<(TargetStatus, Option<CommandError>)> {
    let mut clusters = Vec::with_capacity(setups.len());
    for setup in setups {
        clusters.push(setup.access.connect().await.map_err(Diagnostic::from).map_err(CommandError::from));
    }
    let _step = terminal.step("looking");
    let now = Timestamp::now();
    let looks = setups.iter().zip(clusters).map(|(setup, cluster)| async move {
        let read = match cluster {
            Ok(cluster) => status::read(setup, &cluster, depth, now).await,
            Err(error) => Err(error),
        };
        match read {
            Ok(report) => (TargetStatus::Known(Box::new(report)), None),
            Err(error) => {
                let (target, errors) = (setup.environment.clone(), error.diagnostics.clone());
                (TargetStatus::Unknown(UnknownStatus { target, errors }), Some(error))
            }
        }
    });
    join_all(looks).await
}

fn print(global: &Global, targets: &[TargetStatus], terminal: &Terminal) {
    if global.output == Output::Json {
        let environment = (targets.len() == 1).then(|| targets[0].target());
        return terminal.data(&json::document(Kind::Status, environment, targets));
    }
    let options = options(terminal);
    let known = targets.iter().filter_map(|target| match target {
        TargetStatus::Known(report) => Some(text::status(report, &options)),
        TargetStatus::Unknown(_) => None,
    });
    match targets {
        [_] => terminal.data(&known.collect::<Vec<_>>().join("\n")),
        several => {
            let mut texts = vec![text::statuses(several, &options)];
            texts.extend(known.filter(|_| terminal.is_verbose()));
            terminal.data(&texts.join("\n"));
        }
    }
}

fn options(terminal: &Terminal) -> text::TextOptions {
    let options = text::TextOptions::new(terminal.width(), Timestamp::now());
    text::TextOptions { full: terminal.is_verbose(), ..options }
}

/// Shows one environment until it's interrupted: on a screen as a whole, elsewhere
/// what changes.
async fn follow(
    global: &Global,
    setups: &[Setup],
    depth: Depth,
    terminal: &Terminal,
) -> Result<Exit, CommandError> {
    let [setup] = setups else {
        return Err(CommandError::usage("--watch is of one environment: name one"));
    };
    if global.output != Output::Text {
        return Err(CommandError::usage("--watch prints text"));
    }
    let cluster: Cluster = setup.access.connect().await.map_err(Diagnostic::from)?;
    let (stop, _listening) = signals::stop()?;
    let mut before: Option<StatusReport> = None;
    let mut tell = |report: &StatusReport| {
        let options = options(terminal);
        match &before {
            _ if terminal.is_screen() => terminal.redraw(&text::status(report, &options)),
            None => terminal.data(&text::status(report, &options)),
            Some(before) => terminal.data(&text::status_changes(before, report, &options)),
        }
        before = Some(report.clone());
        terminal.is_read()
    };
    tokio::select! {
        watched = status::watch(setup, &cluster, depth, &stop, &mut tell) => watched?,
        () = terminal.unread() => {}
    }
    let is_stopped = stop.borrow().is_some();
    Ok(if is_stopped { signals::exit(&stop) } else { Exit::Done })
}
