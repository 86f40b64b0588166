//! Large deployments.

use crate::harness::TestEnvironment;
use crate::harness::manifests::config_map;

#[test]
fn a_thousand_unchanged_objects_cost_a_handful_of_requests() {
    let mut environment = TestEnvironment::new();
    for number in 0..1000 {
        let name = format!("settings-{number:04}");
        environment.write(&format!("deploy/{name}.yaml"), &config_map(&name, "x", "1"));
    }
    environment.commit("Open a large shop");
    environment.apply();

    let plan = environment.trueup(&["plan", "prod", "-o", "json"]).success().target();

    assert_eq!(plan["summary"]["unchanged"], 1000);
    let requests = plan["requests"].as_u64().expect("a number of requests");
    assert!(requests < 20, "{requests} requests");

    let status = environment.trueup(&["status", "prod", "-o", "json"]).success().target();

    assert_eq!(status["health"]["ready"], 1000);
    assert_eq!(status["drift"]["objects"], 0);
    let looking = status["requests"].as_u64().expect("a number of requests");
    assert!(looking <= requests + 1, "{looking} requests, a plan takes {requests}");
}
