//! The core group.

use trueup::json::{Value, json};

use super::super::random::Random;

pub(super) fn service(random: &mut Random, name: &str) -> Value {
    let mut ports = Vec::new();
    for (port, protocol) in random.some(&[(80, "TCP"), (80, "UDP"), (443, "TCP")]) {
        let mut item = json!({"port": port, "name": format!("p{port}{}", protocol.to_lowercase())});
        if protocol != "TCP" || random.once_in(2) {
            item["protocol"] = json!(protocol);
        }
        random.maybe(&mut item, "targetPort", &[json!(port), json!("http")]);
        random.maybe(&mut item, "nodePort", &[json!(0)]);
        ports.push(item);
    }
    if ports.is_empty() {
        ports.push(json!({"port": 80}));
    }
    let mut spec = json!({"ports": ports});
    random.maybe(&mut spec, "selector", &[json!({}), json!({"app": name}), json!({"app": name, "x": ""})]);
    random.maybe(&mut spec, "type", &[json!("ClusterIP"), json!("NodePort")]);
    random.maybe(&mut spec, "sessionAffinity", &[json!("None")]);
    random.maybe(&mut spec, "publishNotReadyAddresses", &[json!(false), json!(true)]);
    random.maybe(&mut spec, "externalIPs", &[json!([]), json!(["192.0.2.1"])]);
    random.maybe(&mut spec, "externalName", &[json!("")]);
    json!({"spec": spec})
}

pub(super) fn config_map(random: &mut Random, _: &str) -> Value {
    let mut object = json!({});
    random.maybe(
        &mut object,
        "data",
        &[json!({}), json!({"a": "1", "b.c": ""}), json!({"a": "2"}), json!({"a": null, "z": "é\n"})],
    );
    random.maybe(&mut object, "binaryData", &[json!({}), json!({"x": "AAAA"})]);
    random.maybe(&mut object, "immutable", &[json!(false)]);
    object
}

pub(super) fn secret(random: &mut Random, _: &str) -> Value {
    let mut object = json!({});
    random.maybe(&mut object, "data", &[json!({}), json!({"a": "MQ==", "b": ""}), json!({"a": "Mg=="})]);
    random.maybe(&mut object, "stringData", &[json!({}), json!({"a": "1", "c": ""}), json!({"s": "2"})]);
    random.maybe(&mut object, "immutable", &[json!(false)]);
    object["type"] = json!("Opaque");
    object
}

pub(super) fn service_account(random: &mut Random, _: &str) -> Value {
    let mut object = json!({});
    random.maybe(&mut object, "secrets", &[json!([]), json!([{"name": "a"}])]);
    random.maybe(
        &mut object,
        "imagePullSecrets",
        &[json!([]), json!([{"name": "a"}]), json!([{"name": "b"}, {"name": "a"}])],
    );
    random.maybe(&mut object, "automountServiceAccountToken", &[json!(false), json!(true)]);
    object
}

pub(super) fn claim(random: &mut Random, _: &str) -> Value {
    let storage = random.pick(&[json!("1Gi"), json!("1024Mi"), json!("1.0Gi"), json!(1_073_741_824)]).clone();
    let mut spec = json!({"accessModes": ["ReadWriteOnce"], "storageClassName": "a", "resources": {"requests": {"storage": storage}}});
    random.maybe(&mut spec, "volumeMode", &[json!("Filesystem")]);
    random.maybe(&mut spec, "volumeName", &[json!("")]);
    random.maybe(&mut spec, "selector", &[json!({})]);
    json!({"spec": spec})
}

pub(super) fn volume(random: &mut Random, _: &str) -> Value {
    let storage = random.pick(&[json!("1Gi"), json!("1024Mi"), json!(1_073_741_824)]).clone();
    let mut spec =
        json!({"capacity": {"storage": storage}, "accessModes": ["ReadWriteOnce"], "storageClassName": "a"});
    random.maybe(&mut spec, "persistentVolumeReclaimPolicy", &[json!("Retain"), json!("Delete")]);
    random.maybe(&mut spec, "mountOptions", &[json!([]), json!(["ro"])]);
    random.maybe(&mut spec, "volumeMode", &[json!("Filesystem")]);
    let term = json!({"matchExpressions": [{"key": "a", "operator": "In", "values": ["b"]}]});
    random.maybe(&mut spec, "nodeAffinity", &[json!({"required": {"nodeSelectorTerms": [term]}})]);
    spec["hostPath"] = random.pick(&[json!({"path": "/x"}), json!({"path": "/x", "type": ""})]).clone();
    json!({"spec": spec})
}

pub(super) fn limit_range(random: &mut Random, _: &str) -> Value {
    let cpu = random.pick(&[json!("1000m"), json!("1"), json!(2), json!(0.5)]).clone();
    json!({"spec": {"limits": [{"type": "Container", "default": {"cpu": cpu}, "defaultRequest": {"memory": "1024Mi"}}]}})
}

pub(super) fn resource_quota(random: &mut Random, _: &str) -> Value {
    let mut spec = json!({});
    random.maybe(
        &mut spec,
        "hard",
        &[json!({"pods": "1000", "requests.cpu": "1000m"}), json!({"pods": 1000}), json!({})],
    );
    random.maybe(&mut spec, "scopes", &[json!([]), json!(["NotTerminating"])]);
    json!({"spec": spec})
}
