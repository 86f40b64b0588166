//! What it means that an object is deleted and created again.

use crate::object::GroupKind;

/// Why an object is replaced, and what that interrupts.
pub fn reason(kind: &GroupKind, immutable: &[String]) -> String {
    let fields = immutable.join(", ");
    match interrupted(kind) {
        Some(what) => {
            format!("{fields} can't be changed in place, so it's deleted and created again: {what}")
        }
        None => format!("{fields} can't be changed in place, so it's deleted and created again"),
    }
}

/// What stops, or is lost, between the deletion and the creation.
fn interrupted(kind: &GroupKind) -> Option<&'static str> {
    Some(match (kind.group.as_str(), kind.kind.as_str()) {
        ("apps", "Deployment" | "StatefulSet" | "DaemonSet" | "ReplicaSet") => {
            "all of its pods stop, and others start"
        }
        ("", "Pod") => "it stops, and starts anew",
        ("batch", "Job") => "it runs once more",
        ("", "Service") => "its cluster IP may change",
        ("", "PersistentVolumeClaim" | "PersistentVolume") => "what is stored there may be lost",
        ("", "Namespace") => "everything in it is deleted",
        ("apiextensions.k8s.io", "CustomResourceDefinition") => "all objects of its kind are deleted",
        ("rbac.authorization.k8s.io", _) => "the rights that it gives are gone for a moment",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stops_is_said() {
        let of = |group: &str, kind: &str, fields: &[&str]| {
            let fields: Vec<String> = fields.iter().map(|field| (*field).to_owned()).collect();
            reason(&GroupKind::new(group, kind), &fields)
        };
        assert_eq!(
            of("apps", "Deployment", &["spec.selector"]),
            "spec.selector can't be changed in place, so it's deleted and created again: \
             all of its pods stop, and others start"
        );
        assert_eq!(
            of("", "ConfigMap", &["data", "immutable"]),
            "data, immutable can't be changed in place, so it's deleted and created again"
        );
    }
}
