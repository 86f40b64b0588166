//! Random pod templates, with everything that has surprised an apply.

use trueup::json::{Value, json};

use super::random::Random;

/// A template whose labels hold `app: NAME`.
pub(crate) fn template(random: &mut Random, name: &str) -> Value {
    let mut metadata = json!({"labels": {"app": name}});
    random.maybe(&mut metadata, "annotations", &[json!({}), json!({"a": "b"}), json!({"a": ""})]);
    random.maybe(&mut metadata, "creationTimestamp", &[json!(null)]);
    json!({"metadata": metadata, "spec": spec(random)})
}

pub(crate) fn spec(random: &mut Random) -> Value {
    let volumes = volumes(random);
    let names: Vec<String> =
        volumes.iter().map(|volume| volume["name"].as_str().expect("a name").to_owned()).collect();
    let mut containers: Vec<Value> = Vec::new();
    for name in random.some(&["web", "sidecar", "log"]) {
        containers.push(container(random, name, &names));
    }
    if containers.is_empty() {
        containers.push(container(random, "web", &names));
    }
    let mut spec = json!({"containers": containers});
    if !volumes.is_empty() || random.once_in(3) {
        spec["volumes"] = json!(volumes);
    }
    if random.once_in(4) {
        spec["initContainers"] =
            if random.once_in(2) { json!([]) } else { json!([container(random, "init", &names)]) };
    }
    random.maybe(&mut spec, "nodeSelector", &[json!({}), json!({"kubernetes.io/os": "linux"})]);
    let toleration = json!({"key": "a", "operator": "Equal", "value": "", "effect": "NoSchedule"});
    random.maybe(
        &mut spec,
        "tolerations",
        &[json!([]), json!([toleration]), json!([{"operator": "Exists"}])],
    );
    random.maybe(&mut spec, "imagePullSecrets", &[json!([]), json!([{"name": "a"}, {"name": "b"}])]);
    random.maybe(
        &mut spec,
        "hostAliases",
        &[json!([]), json!([{"ip": "10.0.0.1", "hostnames": ["a", "b"]}])],
    );
    random.maybe(
        &mut spec,
        "securityContext",
        &[json!({}), json!({"runAsUser": 1, "fsGroup": 2, "supplementalGroups": [3]})],
    );
    random.maybe(&mut spec, "terminationGracePeriodSeconds", &[json!(30), json!(5)]);
    random.maybe(&mut spec, "serviceAccountName", &[json!(""), json!("default")]);
    random.maybe(&mut spec, "hostNetwork", &[json!(false)]);
    random.maybe(&mut spec, "hostPID", &[json!(false)]);
    random.maybe(&mut spec, "priorityClassName", &[json!("")]);
    random.maybe(&mut spec, "dnsPolicy", &[json!("ClusterFirst")]);
    random.maybe(&mut spec, "schedulerName", &[json!("default-scheduler")]);
    random.maybe(&mut spec, "enableServiceLinks", &[json!(false), json!(true)]);
    random.maybe(
        &mut spec,
        "dnsConfig",
        &[json!({}), json!({"options": [{"name": "ndots", "value": "1"}], "searches": ["x"]})],
    );
    let term = json!({"matchExpressions": [{"key": "a", "operator": "In", "values": ["b"]}]});
    random.maybe(&mut spec, "affinity", &[
        json!({}),
        json!({"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [term]}}}),
        json!({"podAntiAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": [
            {"weight": 1, "podAffinityTerm": {"topologyKey": "x", "labelSelector": {"matchLabels": {"a": "b"}}}}
        ]}}),
    ]);
    let spread = json!({"maxSkew": 1, "topologyKey": "zone", "whenUnsatisfiable": "ScheduleAnyway"});
    random.maybe(&mut spec, "topologySpreadConstraints", &[json!([]), json!([spread])]);
    spec
}

fn container(random: &mut Random, name: &str, volumes: &[String]) -> Value {
    let image = *random.pick(&[
        "app:1",
        "app:2",
        "registry.example/app@sha256:0000000000000000000000000000000000000000000000000000000000000000",
    ]);
    let mut container = json!({"name": name, "image": image});
    random.maybe(&mut container, "args", &[json!([]), json!(["-v"]), json!(["-v", "-x=1"])]);
    random.maybe(&mut container, "command", &[json!([]), json!(["sh", "-c"])]);
    random.maybe(&mut container, "workingDir", &[json!(""), json!("/a")]);
    random.maybe(&mut container, "stdin", &[json!(false), json!(true)]);
    random.maybe(&mut container, "imagePullPolicy", &[json!("IfNotPresent"), json!("Always")]);
    random.maybe(&mut container, "terminationMessagePath", &[json!("/dev/termination-log")]);
    random.maybe(&mut container, "resources", &[
        json!({}),
        json!({"limits": {}}),
        json!({"limits": {"cpu": "1000m", "memory": "1024Mi"}, "requests": {"cpu": 1}}),
        json!({"limits": {"cpu": "1", "memory": "1Gi"}, "requests": {"cpu": "0.5", "memory": "1073741824"}}),
        json!({"requests": {"cpu": 0.5, "memory": "1.5Gi", "ephemeral-storage": "1000k"}}),
    ]);
    random.maybe(
        &mut container,
        "securityContext",
        &[
            json!({}),
            json!({"capabilities": {"drop": ["ALL"]}, "privileged": false}),
            json!({"runAsNonRoot": true, "capabilities": {}}),
        ],
    );
    if random.once_in(2) {
        container["env"] = json!(environment(random));
    }
    random.maybe(&mut container, "envFrom", &[
        json!([]),
        json!([{"configMapRef": {"name": "a"}, "prefix": ""}, {"secretRef": {"name": "b", "optional": false}}]),
    ]);
    if random.once_in(2) {
        container["ports"] = json!(ports(random));
    }
    for probe in ["livenessProbe", "readinessProbe"] {
        if random.once_in(3) {
            container[probe] = self::probe(random);
        }
    }
    random.maybe(&mut container, "lifecycle", &[json!({}), json!({"preStop": {"exec": {"command": ["a"]}}})]);
    if !volumes.is_empty() {
        container["volumeMounts"] = json!(mounts(random, volumes));
    }
    container
}

fn environment(random: &mut Random) -> Vec<Value> {
    let mut environment = Vec::new();
    for name in random.some(&["A", "B", "C", "D", "E"]) {
        let value = random
            .pick(&[
                json!({"value": ""}),
                json!({"value": "x"}),
                json!({}),
                json!({"valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}}),
                json!({"valueFrom": {"fieldRef": {"fieldPath": "metadata.name", "apiVersion": "v1"}}}),
                json!({"valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}}),
                json!({"valueFrom": {"configMapKeyRef": {"name": "s", "key": "k", "optional": true}}}),
                json!({"valueFrom": {"resourceFieldRef": {"containerName": "web", "resource": "limits.cpu"}}}),
                json!({"valueFrom": {"resourceFieldRef": {"containerName": "web", "resource": "limits.cpu", "divisor": "1000m"}}}),
            ])
            .clone();
        let mut variable = value;
        variable["name"] = json!(name);
        environment.push(variable);
    }
    environment
}

fn ports(random: &mut Random) -> Vec<Value> {
    let mut ports = Vec::new();
    for (port, protocol) in random.some(&[(80, "TCP"), (80, "UDP"), (443, "TCP"), (53, "UDP")]) {
        let mut item = json!({"containerPort": port});
        if protocol != "TCP" || random.once_in(2) {
            item["protocol"] = json!(protocol);
        }
        random.maybe(&mut item, "name", &[json!(""), json!(format!("p{port}{}", protocol.to_lowercase()))]);
        random.maybe(&mut item, "hostPort", &[json!(0)]);
        random.maybe(&mut item, "hostIP", &[json!("")]);
        ports.push(item);
    }
    ports
}

fn probe(random: &mut Random) -> Value {
    let mut probe = random
        .pick(&[
            json!({"httpGet": {"path": "/", "port": 80}}),
            json!({"httpGet": {"path": "/", "port": "http", "host": "", "scheme": "HTTP"}}),
            json!({"httpGet": {"port": 80, "httpHeaders": [{"name": "a", "value": "b"}]}}),
            json!({"exec": {"command": ["true"]}}),
            json!({"tcpSocket": {"port": 80}}),
            json!({"grpc": {"port": 80}}),
        ])
        .clone();
    random.maybe(&mut probe, "initialDelaySeconds", &[json!(0), json!(5)]);
    random.maybe(&mut probe, "periodSeconds", &[json!(10), json!(5)]);
    random.maybe(&mut probe, "failureThreshold", &[json!(3)]);
    probe
}

fn volumes(random: &mut Random) -> Vec<Value> {
    let mut volumes = Vec::new();
    for name in random.some(&["va", "vb", "vc"]) {
        let mut volume = random
            .pick(&[
                json!({"emptyDir": {}}),
                json!({}),
                json!({"emptyDir": {"medium": "", "sizeLimit": "1024Mi"}}),
                json!({"configMap": {"name": "a"}}),
                json!({"configMap": {"name": "a", "defaultMode": 420, "items": [{"key": "k", "path": "p"}]}}),
                json!({"secret": {"secretName": "a", "optional": false}}),
                json!({"persistentVolumeClaim": {"claimName": "a", "readOnly": false}}),
                json!({"downwardAPI": {"items": [{"path": "l", "fieldRef": {"fieldPath": "metadata.labels"}}]}}),
                json!({"projected": {"sources": [
                    {"serviceAccountToken": {"path": "t"}}, {"configMap": {"name": "a"}},
                    {"downwardAPI": {"items": [{"path": "n", "fieldRef": {"fieldPath": "metadata.name"}}]}}
                ]}}),
                json!({"hostPath": {"path": "/x"}}),
                json!({"nfs": {"server": "s", "path": "/p", "readOnly": false}}),
                json!({"ephemeral": {"volumeClaimTemplate": {"spec": {
                    "accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1024Mi"}}
                }}}}),
            ])
            .clone();
        volume["name"] = json!(name);
        volumes.push(volume);
    }
    volumes
}

fn mounts(random: &mut Random, volumes: &[String]) -> Vec<Value> {
    let mut mounts = Vec::new();
    for path in random.some(&["/a", "/b"]) {
        let mut mount = json!({"name": random.pick(volumes), "mountPath": path});
        random.maybe(&mut mount, "readOnly", &[json!(false), json!(true)]);
        random.maybe(&mut mount, "subPath", &[json!(""), json!("s")]);
        mounts.push(mount);
    }
    mounts
}
