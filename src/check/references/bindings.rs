//! Who may do what (rbac/v1 `RoleBinding` and `ClusterRoleBinding`).

use super::Notes;

const GROUP: &str = "rbac.authorization.k8s.io";

pub(super) fn check(notes: &mut Notes<'_, '_>) {
    let object = notes.object();
    let role = object.field("roleRef");
    if let Some(kind @ ("Role" | "ClusterRole")) = role.field("kind").text() {
        let namespace = if kind == "Role" { notes.namespace() } else { None };
        notes.need_in(namespace, GROUP, kind, &role.field("name"));
    }
    for subject in object.field("subjects").items() {
        if subject.field("kind").is("ServiceAccount") {
            let namespace = subject.field("namespace").text().or(notes.namespace());
            notes.need_in(namespace, "", "ServiceAccount", &subject.field("name"));
        }
    }
}
