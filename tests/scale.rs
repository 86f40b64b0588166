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
}
