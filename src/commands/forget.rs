//! `trueup forget`: lets objects go without deleting them.

use super::applying::{self, Purpose, Running};
use super::{Files, Planning, What, select};
use crate::cli::Global;
use crate::config::Period;
use crate::error::{CommandError, Exit};
use crate::object::NamedObject;
use crate::ui::Terminal;

/// Lets objects go without deleting them
///
/// They stay as they are, but nothing of them is trueup's any more. Take them out
/// of the repository first: the next apply would take them in again.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The environment of trueup.yaml, if there are several, and objects: Kind/name,
    /// Kind.group/name or namespace/Kind/name
    #[arg(value_name = "ENV|OBJECT", required = true)]
    named: Vec<String>,
    #[command(flatten)]
    files: Files,
    /// Don't ask
    #[arg(short, long)]
    yes: bool,
    /// Only show the plan
    #[arg(long)]
    dry_run: bool,
    /// How long to wait for another run on the same target [default: 1m]
    #[arg(long, value_name = "DURATION")]
    lock_timeout: Option<Period>,
}

/// Plans, asks, lets go and records.
pub async fn run(global: &Global, args: Args, terminal: &Terminal) -> Result<Exit, CommandError> {
    let (environment, objects) = told_apart(args.named)?;
    let what = What { environments: environment, files: args.files, ..What::default() };
    let setups = select(global, &what)?;
    if setups.len() > 1 {
        return Err(CommandError::usage("objects are of one environment: name one"));
    }
    let running = Running::without_waiting(args.yes, args.dry_run, args.lock_timeout);
    let purpose = Purpose::Forget(objects);
    applying::all(global, terminal, setups, &Planning::default(), &running, &purpose).await
}

/// The environment, if one is named first, and the objects.
fn told_apart(mut named: Vec<String>) -> Result<(Vec<String>, Vec<NamedObject>), CommandError> {
    let begins = usize::from(named.first().is_some_and(|first| !first.contains('/')));
    let objects = named.split_off(begins);
    let read = |text: &String| {
        text.parse().map_err(|why| CommandError::usage(format!("{text:?} names no object: {why}")))
    };
    let objects: Vec<NamedObject> = objects.iter().map(read).collect::<Result<_, _>>()?;
    if objects.is_empty() {
        let how = "an object is named as Kind/name, Kind.group/name or namespace/Kind/name";
        return Err(CommandError::usage("no object is named").hint(how));
    }
    Ok((named, objects))
}

#[cfg(test)]
mod tests {
    use super::told_apart;

    #[test]
    fn an_environment_is_told_from_objects() {
        let told = |named: &[&str]| {
            let named = named.iter().map(|name| (*name).to_owned()).collect();
            told_apart(named).ok().map(|(environment, objects)| (environment, objects.len()))
        };
        assert_eq!(told(&["prod", "ConfigMap/a", "shop/Secret/b"]), Some((vec!["prod".to_owned()], 2)));
        assert_eq!(told(&["ConfigMap/a"]), Some((vec![], 1)));
        for wrong in [&["prod"][..], &["prod", "a"], &["ConfigMap/a", "prod"], &["a/b/c/d"], &[]] {
            assert_eq!(told(wrong), None, "{wrong:?}");
        }
    }
}
