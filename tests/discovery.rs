//! What the server serves is asked in two requests, and sent only when it has
//! changed since the last run.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use trueup::json::json;

use crate::harness::manifests::config_map;
use crate::harness::{Run, TestEnvironment, wait_until};

/// A discovery document has far more bytes, however it's compressed.
const DOCUMENT: usize = 4000;

/// Lets a connection through, and counts what comes back.
struct Line {
    came: Arc<AtomicUsize>,
}

impl Line {
    /// A line to the server of this environment, which trueup uses from now on.
    fn to_server_of(environment: &TestEnvironment) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let mut kubeconfig = environment.kubeconfig_data();
        let mut server = String::new();
        for cluster in kubeconfig.clusters.iter_mut().filter_map(|named| named.cluster.as_mut()) {
            server = cluster.server.replace(format!("https://{address}")).expect("a server");
        }
        let text = serde_json::to_string(&kubeconfig).expect("a kubeconfig");
        fs::write(environment.kubeconfig(), text).expect("a file");
        let server = server.trim_start_matches("https://").trim_end_matches('/').to_owned();
        let came = Arc::new(AtomicUsize::new(0));
        let counter = came.clone();
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let server = TcpStream::connect(&server).expect("the server listens");
                carry(&client, &server, None);
                carry(&server, &client, Some(counter.clone()));
            }
        });
        Self { came }
    }

    /// How many bytes come while this is done.
    fn bytes(&self, work: impl FnOnce()) -> usize {
        let before = self.came.load(Ordering::SeqCst);
        work();
        self.came.load(Ordering::SeqCst) - before
    }
}

fn carry(from: &TcpStream, to: &TcpStream, counter: Option<Arc<AtomicUsize>>) {
    let (mut from, mut to) = (from.try_clone().expect("a handle"), to.try_clone().expect("a handle"));
    thread::spawn(move || {
        let mut buffer = vec![0; 16 * 1024];
        while let Ok(count @ 1..) = from.read(&mut buffer) {
            if let Some(counter) = &counter {
                counter.fetch_add(count, Ordering::SeqCst);
            }
            if to.write_all(&buffer[..count]).is_err() {
                break;
            }
        }
        // The other end may be gone already.
        let _ = to.shutdown(Shutdown::Write);
    });
}

/// The files that discovery is kept in.
fn kept(environment: &TestEnvironment) -> Vec<PathBuf> {
    let folder = environment.outside().join("home/.cache/trueup/discovery");
    let entries = fs::read_dir(folder).into_iter().flatten();
    entries.map(|entry| entry.expect("an entry").path()).collect()
}

fn plan(environment: &TestEnvironment) -> Run {
    environment.trueup(&["plan", "prod", "--exit-code"]).success()
}

/// On a control plane where nobody else adds kinds meanwhile.
fn deployed() -> Option<(TestEnvironment, Line)> {
    let mut environment = TestEnvironment::disruptive()?;
    environment.commit_file("deploy/settings.yaml", &config_map("settings", "level", "info"));
    let line = Line::to_server_of(&environment);
    environment.apply();
    Some((environment, line))
}

#[test]
fn what_has_not_changed_is_not_sent_again() {
    let Some((environment, line)) = deployed() else { return };
    let [file] = &kept(&environment)[..] else { panic!("{:?}", kept(&environment)) };
    let warm = line.bytes(|| drop(plan(&environment)));
    fs::remove_file(file).expect("a file");
    let cold = line.bytes(|| drop(plan(&environment)));
    let warm_again = line.bytes(|| drop(plan(&environment)));

    assert!(warm + DOCUMENT < cold, "{warm} bytes, without the cache {cold}");
    assert!(warm_again + DOCUMENT < cold, "{warm_again} bytes, without the cache {cold}");
    let text = fs::read_to_string(file).expect("text");
    assert!(text.contains("deployments") && !text.contains("127.0.0.1"), "{text}");
}

#[test]
fn a_broken_cache_is_written_anew_and_one_that_can_not_be_written_is_no_matter() {
    let Some((environment, line)) = deployed() else { return };
    let [file] = &kept(&environment)[..] else { panic!("{:?}", kept(&environment)) };
    let whole = fs::read_to_string(file).expect("text");
    for broken in ["", "rubbish\n{}", &whole.replace("\"configmaps\"", "\"nothings\"")] {
        fs::write(file, broken).expect("a file");
        plan(&environment);
        assert_eq!(fs::read_to_string(file).expect("text"), whole);
    }

    let environment = environment.variable("XDG_CACHE_HOME", "/dev/null");
    let cold = line.bytes(|| drop(plan(&environment)));
    let still_cold = line.bytes(|| drop(plan(&environment)));
    assert!(still_cold + DOCUMENT > cold, "{still_cold} bytes after {cold}");
}

#[test]
fn a_definition_installed_in_between_is_seen_at_once() {
    let Some((mut environment, _line)) = deployed() else { return };
    let group = format!("{}.example.com", environment.unique("tools"));
    let widget = format!("apiVersion: {group}/v1\nkind: Widget\nmetadata: {{name: a}}\n");
    environment.commit_file("deploy/widget.yaml", &widget);
    environment.trueup(&["plan", "prod"]).exits(1).complains("unknown kind Widget");

    let definition = json!({"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": {"name": format!("widgets.{group}")},
        "spec": {"group": group, "scope": "Namespaced",
            "names": {"kind": "Widget", "plural": "widgets", "singular": "widget"},
            "versions": [{"name": "v1", "served": true, "storage": true, "schema": {"openAPIV3Schema": {"type": "object"}}}]}});
    environment.create_cluster_object("apiextensions.k8s.io/v1/customresourcedefinitions", &definition);
    let sees = |arguments: &[&str]| environment.trueup(arguments).code == Some(0);
    // The server takes a moment to serve it. Who has nothing cached tells when.
    let home = environment.outside().join("home");
    let aside = environment.outside().join("aside");
    wait_until("the server serves widgets", || {
        fs::rename(home.join(".cache"), &aside).expect("a cache");
        let is_served = sees(&["plan", "prod"]);
        let _ = fs::remove_dir_all(home.join(".cache"));
        fs::rename(&aside, home.join(".cache")).expect("a cache");
        is_served
    });

    let plan = environment.trueup(&["plan", "prod", "-o", "json"]).success().target();
    assert_eq!(plan["summary"]["create"], 1, "{plan}");
}
