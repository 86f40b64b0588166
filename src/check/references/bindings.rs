//! Who may do what (rbac/v1 `RoleBinding` and `ClusterRoleBinding`).

use super::Notes;

const GROUP: &str = "rbac.authorization.k8s.io";

pub(super) fn check(notes: &mut Notes<'_, '_>) {
    let object = notes.object();
    if let Some(role) = object.field("roleRef")
        && let (Some(kind @ ("Role" | "ClusterRole")), Some(name)) = (role.text("kind"), role.text("name"))
        && let Some(at) = role.field("name")
    {
        let namespace = if kind == "Role" { notes.namespace() } else { None };
        notes.need_in(namespace, GROUP, kind, name, &at);
    }
    for subject in object.each("subjects") {
        let is_account = subject.text("kind") == Some("ServiceAccount");
        if let Some((name, at)) = subject.text("name").zip(subject.field("name")).filter(|_| is_account) {
            let namespace = subject.text("namespace").or(notes.namespace());
            notes.need_in(namespace, "", "ServiceAccount", name, &at);
        }
    }
}
