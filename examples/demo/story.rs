//! The story: a shop is deployed, changed, meddled with, broken and restored.

use trueup::json::Value;

use crate::stage::Stage;

/// Plays it from the first plan to the last. The first thing that isn't as it
/// should be ends it.
pub(crate) fn play(stage: &mut Stage) -> Result<(), String> {
    open(stage)?;
    change(stage)?;
    meddle(stage)?;
    break_and_restore(stage)
}

/// The first deployment.
fn open(stage: &mut Stage) -> Result<(), String> {
    scene("A shop, never deployed: what would happen, then let it happen");
    stage.trueup("plan prod", 0)?;
    expect("objects to create", count(stage, "create")?, 15)?;
    stage.trueup("apply prod --yes", 0)?;
    expect_running(stage, "web", "registry.shop.example/web:1.4.0", 3)?;
    stage.trueup("status prod", 0)
}

/// A commit that changes three things: an image, a setting, and a file that goes.
fn change(stage: &mut Stage) -> Result<(), String> {
    scene("A commit changes three things");
    stage.change("deploy/base/web.yaml", "web:1.4.0", "web:1.5.0")?;
    stage.change("deploy/prod/settings.yaml", "LOG_LEVEL: info", "LOG_LEVEL: warn")?;
    stage.remove("deploy/base/banner.yaml")?;
    stage.commit("Release 1.5, log less, end the sale")?;
    stage.trueup("plan prod", 0)?;
    expect("objects to update", count(stage, "update")?, 2)?;
    expect("objects to delete", count(stage, "delete")?, 1)?;
    stage.trueup("apply prod --yes", 0)?;
    expect("ConfigMap banner exists", stage.has_config_map("banner")?, false)?;
    expect_running(stage, "web", "registry.shop.example/web:1.5.0", 3)
}

/// Somebody changes the cluster by hand; Git puts it right.
fn meddle(stage: &mut Stage) -> Result<(), String> {
    scene("Somebody changes the cluster by hand");
    stage.scale_by_hand("web", 5)?;
    stage.trueup("diff prod --drift --exit-code", 2)?;
    stage.trueup("apply prod --yes", 0)?;
    expect_running(stage, "web", "registry.shop.example/web:1.5.0", 3)?;
    stage.trueup("diff prod --drift --exit-code", 0)
}

/// A commit that can't run, and the way back.
fn break_and_restore(stage: &mut Stage) -> Result<(), String> {
    scene("A commit names an image that isn't there: apply fails and says why, rollback restores");
    stage.change("deploy/base/web.yaml", "web:1.5.0", "web:missing")?;
    stage.commit("Release 1.6")?;
    stage.trueup("apply prod --yes", 4)?;
    stage.trueup("rollback prod --yes", 0)?;
    expect_running(stage, "web", "registry.shop.example/web:1.5.0", 3)?;
    stage.trueup("history prod", 0)?;

    scene("The commit is taken back in Git, too: nothing is left to do");
    stage.revert()?;
    stage.trueup("plan prod --exit-code", 0)
}

fn scene(title: &str) {
    println!("\n=== {title}");
}

/// How many actions of a sort the plan for prod has.
fn count(stage: &Stage, action: &str) -> Result<u64, String> {
    let plan = stage.ask("plan prod")?;
    let count = &plan["targets"][0]["summary"][action];
    count.as_u64().ok_or_else(|| format!("the plan has no number of {action}s"))
}

/// A Deployment has this image and this many ready pods.
fn expect_running(stage: &Stage, name: &str, image: &str, replicas: u64) -> Result<(), String> {
    let live = stage.deployment(name)?;
    let running = &live["spec"]["template"]["spec"]["containers"][0]["image"];
    expect(&format!("the image of {name}"), running, &Value::from(image))?;
    expect(&format!("the replicas of {name}"), &live["spec"]["replicas"], &Value::from(replicas))?;
    expect(&format!("the ready pods of {name}"), &live["status"]["readyReplicas"], &Value::from(replicas))
}

fn expect<T: PartialEq + std::fmt::Debug>(what: &str, found: T, expected: T) -> Result<(), String> {
    if found == expected { Ok(()) } else { Err(format!("{what}: found {found:?}, expected {expected:?}")) }
}
