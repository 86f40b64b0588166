//! The objects that are planned and applied: shops of ten objects, spread over ten
//! namespaces. 40 % `ConfigMaps` of 1 KiB, 20 % Deployments, 20 % Services, 10 %
//! `ServiceAccounts`, 5 % Roles and their bindings, 5 % Secrets.

use std::fmt::Write as _;

/// How many objects a shop has.
pub(crate) const OBJECTS: usize = 10;

/// How many namespaces there are.
pub(crate) const NAMESPACES: usize = 10;

/// A shop's file.
pub(crate) fn file(number: usize) -> String {
    format!("deploy/{}/shop-{number:04}.yaml", namespace(number))
}

/// The file with the namespaces.
pub(crate) fn namespaces() -> String {
    let one =
        |number| format!("---\napiVersion: v1\nkind: Namespace\nmetadata: {{name: {}}}\n", namespace(number));
    (0..NAMESPACES).map(one).collect()
}

fn namespace(number: usize) -> String {
    format!("bench-{}", number % NAMESPACES)
}

/// A shop's objects. `release` is what a new version of the shop changes: one
/// object, the settings of its first web server.
pub(crate) fn shop(number: usize, release: usize) -> String {
    let mut text = String::new();
    for part in 0..2 {
        let name = format!("web-{number:04}-{part}");
        let release = if part == 0 { release } else { 1 };
        config_map(&mut text, number, &format!("{name}-settings"), release);
        config_map(&mut text, number, &format!("{name}-texts"), 1);
        deployment(&mut text, number, &name);
        service(&mut text, number, &name);
    }
    object(&mut text, "v1", "ServiceAccount", number, &format!("web-{number:04}"));
    match number % 4 {
        0 | 2 => secret(&mut text, number),
        1 => role(&mut text, number),
        _ => role_binding(&mut text, number),
    }
    text
}

/// The beginning of an object.
fn object(text: &mut String, api_version: &str, kind: &str, number: usize, name: &str) {
    let _ = write!(
        text,
        "---\napiVersion: {api_version}\nkind: {kind}\nmetadata:\n  name: {name}\n  namespace: {}\n  labels:\n    \
         app.kubernetes.io/name: {name}\n    app.kubernetes.io/part-of: shop-{number:04}\n",
        namespace(number)
    );
}

/// 1 KiB of settings.
fn config_map(text: &mut String, number: usize, name: &str, release: usize) {
    object(text, "v1", "ConfigMap", number, name);
    let _ = write!(text, "data:\n  release: \"{release}\"\n  settings.toml: |\n");
    for line in 0..25 {
        let _ = writeln!(text, "    option-{line:02} = \"value {line:02} of {name}\"");
    }
}

fn deployment(text: &mut String, number: usize, name: &str) {
    object(text, "apps/v1", "Deployment", number, name);
    let _ = write!(
        text,
        "spec:\n  replicas: 0\n  selector:\n    matchLabels:\n      app.kubernetes.io/name: {name}\n  template:\n    \
         metadata:\n      labels:\n        app.kubernetes.io/name: {name}\n    spec:\n      serviceAccountName: \
         web-{number:04}\n      containers:\n        - name: web\n          image: registry.example.com/shop/web:1.2.3\n          \
         args: [\"--port=8080\", \"--log=json\"]\n          ports:\n            - name: http\n              \
         containerPort: 8080\n          env:\n            - name: LEVEL\n              value: info\n            - name: \
         SHOP\n              value: shop-{number:04}\n          envFrom:\n            - configMapRef:\n                \
         name: {name}-settings\n          resources:\n            requests:\n              cpu: 100m\n              \
         memory: 128Mi\n            limits:\n              memory: 256Mi\n          readinessProbe:\n            \
         httpGet:\n              path: /ready\n              port: http\n          volumeMounts:\n            - name: \
         texts\n              mountPath: /texts\n      volumes:\n        - name: texts\n          configMap:\n            \
         name: {name}-texts\n"
    );
}

fn service(text: &mut String, number: usize, name: &str) {
    object(text, "v1", "Service", number, name);
    let _ = write!(
        text,
        "spec:\n  selector:\n    app.kubernetes.io/name: {name}\n  ports:\n    - name: http\n      port: 80\n      \
         targetPort: http\n"
    );
}

fn secret(text: &mut String, number: usize) {
    object(text, "v1", "Secret", number, &format!("web-{number:04}-login"));
    let _ = write!(text, "stringData:\n  user: shop\n  password: example-{number}\n");
}

fn role(text: &mut String, number: usize) {
    object(text, "rbac.authorization.k8s.io/v1", "Role", number, &format!("web-{number:04}"));
    text.push_str(
        "rules:\n  - apiGroups: [\"\"]\n    resources: [configmaps]\n    verbs: [get, list, watch]\n",
    );
}

fn role_binding(text: &mut String, number: usize) {
    object(text, "rbac.authorization.k8s.io/v1", "RoleBinding", number, &format!("web-{number:04}"));
    let _ = write!(
        text,
        "roleRef:\n  apiGroup: rbac.authorization.k8s.io\n  kind: ClusterRole\n  name: view\nsubjects:\n  - kind: \
         ServiceAccount\n    name: web-{number:04}\n    namespace: {}\n",
        namespace(number)
    );
}
