//! Programs that render: which one is taken, and what becomes of those that
//! don't end, print too much or fail.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use crate::harness::manifests::{config_map, deployment};
use crate::harness::tools::Tool;
use crate::harness::{Running, TestEnvironment, wait_until};

/// A kustomization, and these lines of `trueup.yaml`.
fn kustomization(tools: &[Tool], lines: &str) -> TestEnvironment {
    let environment = TestEnvironment::new().with_tools(tools);
    environment.write("trueup.yaml", &format!("{}{lines}", environment.configuration()));
    environment.write("deploy/kustomization.yaml", "resources: [a.yaml]\n");
    environment.write("deploy/a.yaml", &config_map("a", "a", "1"));
    environment
}

/// The same, rendered by this script.
fn script(script: &str, lines: &str) -> TestEnvironment {
    let lines = format!("tools: {{kustomize: {{program: tools/render}}{lines}}}\n");
    let environment = kustomization(&[], &lines);
    environment.write("tools/render", &format!("#!/bin/sh\nPATH=/usr/bin:/bin\n{script}\n"));
    let program = environment.root().join("tools/render");
    fs::set_permissions(program, fs::Permissions::from_mode(0o755)).expect("a mode");
    environment
}

/// A folder for temporary files that the test can look into.
fn with_temporary(environment: TestEnvironment) -> TestEnvironment {
    let folder = environment.outside().join("tmp");
    fs::create_dir_all(&folder).expect("a folder");
    let folder = folder.to_str().expect("UTF-8").to_owned();
    environment.variable("TMPDIR", folder)
}

#[track_caller]
fn nothing_is_left(environment: &TestEnvironment) {
    let left: Vec<_> = fs::read_dir(environment.outside().join("tmp")).expect("a folder").collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn a_program_that_isnt_there_is_named_with_how_to_get_it() {
    let environment = kustomization(&[], "");
    let run = environment.trueup(&["render", "prod"]).exits(1);
    insta::assert_snapshot!(run.snapshot(), @"
    $ trueup render prod
    --- stderr
    error: kustomize is needed to render this, and isn't there
     --> trueup.yaml:3:10
    caused by: there is no kustomize on PATH, and no kubectl either

    hint: install it: https://kubectl.docs.kubernetes.io/installation/kustomize
    --- exit status 1
    ");

    environment.write("deploy/kustomization.yaml", "");
    environment.remove("deploy/kustomization.yaml");
    environment.write("deploy/Chart.yaml", "apiVersion: v2\nname: deploy\nversion: 1.0.0\n");
    let run = environment.trueup(&["render", "prod"]).exits(1);
    run.complains("Helm is needed")
        .complains("there is no helm on PATH")
        .complains("https://helm.sh/docs/intro/install");
}

#[test]
fn the_version_that_is_wanted_is_held() {
    let wanting = |kustomize: &str, helm: &str| {
        let lines = format!("tools: {{kustomize: '{kustomize}', helm: '{helm}'}}\n");
        let environment = kustomization(&[Tool::Kustomize, Tool::Helm3], &lines);
        environment.write("chart/Chart.yaml", "apiVersion: v2\nname: chart\nversion: 1.0.0\n");
        environment.write("chart/templates/b.yaml", &config_map("b", "a", "1"));
        environment.write(
            "trueup.yaml",
            &environment.read("trueup.yaml").replace("sources: deploy", "sources: [deploy, chart]"),
        );
        environment
    };
    wanting(">=5.4", "3").trueup(&["render", "prod"]).success();
    let run = wanting(">=6", "4").trueup(&["render", "prod"]).exits(1);
    run.complains("this needs kustomize >=6, but ")
        .complains("is kustomize 5.8.2")
        .complains("this needs Helm ^4")
        .complains("is Helm 3.22.0");
}

#[test]
fn a_program_that_hangs_is_killed() {
    let environment = with_temporary(script("sleep 100 & sleep 100", ", timeout: 300ms"));
    let run = environment.trueup(&["render", "prod"]).exits(1);
    run.complains("render took longer than 0.3 s over deploy, and was killed")
        .complains("hint: `tools: {timeout: 10m}`");
    nothing_is_left(&environment);
}

/// A set rendered by a script that hangs from this run on.
fn hanging(from: usize) -> TestEnvironment {
    let mut environment = with_temporary(script("", ""));
    let mark = environment.outside().join("mark").to_str().expect("UTF-8").to_owned();
    let script = format!(
        "#!/bin/sh
PATH=/usr/bin:/bin
for run in 1 2 3 4 5 6; do mkdir {mark}.$run 2>/dev/null && break; done
[ $run -lt {from} ] && exec cat ./deploy/a.yaml
sleep 1000 &
echo $$ $! > {mark}.new
mv {mark}.new {mark}
wait
"
    );
    environment.write("tools/render", &script);
    environment.commit("Start");
    environment
}

/// Starts a command, and waits until the program hangs.
fn hung(environment: &TestEnvironment, command: &[&str]) -> Running {
    let running = environment.spawn(command);
    wait_until("it hangs", || environment.outside().join("mark").exists());
    running
}

/// The program, and what it started, have gone with its files.
#[track_caller]
fn nothing_runs(environment: &TestEnvironment) {
    let processes = fs::read_to_string(environment.outside().join("mark")).expect("processes");
    for process in processes.split_whitespace() {
        // Whoever it was left to has to ask after it still.
        wait_until(&format!("process {process} has ended"), || {
            let stat = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
            stat.is_empty() || stat.contains(") Z ")
        });
    }
    nothing_is_left(environment);
}

/// Whether whoever runs the tests has them ignore SIGHUP, the first of the signals.
fn ignores_hangups() -> bool {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).is_some_and(|mask| mask & 1 == 1)
}

#[test]
fn a_signal_ends_a_program_that_hangs_and_leaves_nothing() {
    for (signal, code) in [("INT", 130), ("TERM", 143), ("HUP", 129), ("QUIT", 131)] {
        // Under `nohup` a program lives through it, and so does what these tests start.
        if signal == "HUP" && ignores_hangups() {
            continue;
        }
        let environment = hanging(1);
        let running = hung(&environment, &["render", "prod"]);
        running.signal(signal);
        let run = running.end().exits(code);
        assert_eq!((run.stdout.as_str(), run.stderr.as_str()), ("", ""));
        nothing_runs(&environment);
    }
}

#[test]
fn a_signal_ends_a_plan_and_an_apply_whose_program_hangs() {
    for command in [&["plan", "prod"][..], &["apply", "prod", "--yes"]] {
        let environment = hanging(1);
        let running = hung(&environment, command);
        running.signal("TERM");
        let run = running.end().exits(143);
        assert_eq!(run.stderr, "");
        nothing_runs(&environment);
        assert!(environment.live_namespace().is_none());
    }
}

/// The way back after a failure is rendered under the lock.
#[test]
fn a_signal_while_a_program_hangs_under_the_lock_releases_it() {
    let mut environment = hanging(3);
    environment.commit_file("deploy/a.yaml", &deployment("web", "web:1"));
    environment.apply();
    environment.commit_file("deploy/a.yaml", &deployment("web", "web:crash"));
    // Who asked for a change would be rendered, too.
    let running = hung(&environment, &["apply", "prod", "--yes", "--no-cause", "--rollback-on-failure"]);

    running.signal("INT");

    running.end().exits(4).prints("interrupted while render rendered deploy");
    nothing_runs(&environment);
    environment.write("tools/render", "#!/bin/sh\nPATH=/usr/bin:/bin\nexec cat ./deploy/a.yaml\n");
    environment.trueup(&["apply", "prod", "--yes", "--dirty", "--no-wait", "--lock-timeout", "0s"]).success();
}

#[test]
fn endless_output_is_cut_off() {
    let environment = with_temporary(script("yes 'apiVersion: v1'", ""));
    environment.trueup(&["render", "prod"]).exits(1).complains("printed more than 256 MiB");
    nothing_is_left(&environment);
}

#[test]
fn a_program_that_is_killed_or_fails_is_told() {
    let killed = with_temporary(script("echo half; kill -KILL $$", ""));
    killed
        .trueup(&["render", "prod"])
        .exits(1)
        .complains("render was killed by signal 9 while it rendered deploy");
    nothing_is_left(&killed);
    let failed = with_temporary(script("echo 'Error: no such luck' >&2; exit 7", ""));
    failed.trueup(&["render", "prod"]).exits(1).complains("caused by: no such luck");
    nothing_is_left(&failed);
    let silent = script("exit 7", "").trueup(&["render", "prod"]).exits(1);
    silent.complains("caused by: it ended with exit code 7, and said nothing");
    let half = with_temporary(script("cat ./deploy/a.yaml; printf 'a: [\\n'", ""));
    half.trueup(&["render", "prod"]).exits(1).complains("of what kustomize renders deploy to");
    nothing_is_left(&half);
}

#[test]
fn what_is_no_text_is_refused() {
    let environment = with_temporary(script("printf 'a: \\377\\376\\n'", ""));
    environment
        .trueup(&["render", "prod"])
        .exits(1)
        .complains("what kustomize printed for deploy isn't text");
}

#[test]
fn a_program_sees_copies_in_a_private_folder_and_nothing_of_the_user() {
    let seen = "cat <<END
apiVersion: v1
kind: ConfigMap
metadata: {name: seen}
data:
  mode: \"$(stat -c %a ..)\"
  home: \"$(ls -A \"$HOME\" | wc -l)\"
  config: \"${KUBECONFIG:-none} ${HELM_HOME:-none} ${USER:-none}\"
  files: \"$(find . -type f | sort | tr '\\n' ' ')\"
END";
    let environment = with_temporary(script(seen, ""));
    environment.write("other/secret.yaml", "a: 1\n");

    let run = environment.trueup(&["render", "prod"]).success();

    let run = run.prints("mode: \"700\"").prints("home: \"0\"").prints("config: none none none");
    run.prints("files: \"./deploy/a.yaml ./deploy/kustomization.yaml \"");
    nothing_is_left(&environment);
}

#[test]
fn sources_are_rendered_at_once_and_come_in_their_order() {
    let environment = script(
        "n=$(basename \"$2\"); [ \"$n\" = one ] && sleep 0.3; printf 'apiVersion: v1\\nkind: ConfigMap\\nmetadata: {name: %s}\\n' \"$n\"",
        "",
    );
    for name in ["one", "two", "three"] {
        environment.write(&format!("{name}/kustomization.yaml"), "");
    }
    environment.write(
        "trueup.yaml",
        &environment.read("trueup.yaml").replace("sources: deploy", "sources: [one, two, three]"),
    );
    let environment = with_temporary(environment);

    let objects = environment.trueup(&["render", "prod", "-o", "json"]).success().json();

    let names: Vec<&str> = objects["objects"]
        .as_array()
        .expect("objects")
        .iter()
        .filter_map(|object| object["manifest"]["metadata"]["name"].as_str())
        .collect();
    assert_eq!(names, ["one", "two", "three"]);
}

#[test]
fn what_a_killed_run_left_is_removed_by_the_next() {
    let environment = with_temporary(script("exec sleep 5", ""));
    let mut running = environment.spawn(&["render", "prod"]);
    let left = || fs::read_dir(environment.outside().join("tmp")).expect("a folder").count();
    let is_locked = || {
        let mut folders = fs::read_dir(environment.outside().join("tmp")).expect("a folder").flatten();
        folders.any(|folder| folder.path().join("lock").exists())
    };
    wait_until("the program has its folder", is_locked);
    running.kill();
    let _ = running.end();
    assert_eq!(left(), 1);
    environment.write("tools/render", "#!/bin/sh\n/bin/cat ./deploy/a.yaml\n");

    environment.trueup(&["render", "prod"]).success();

    nothing_is_left(&environment);
}
