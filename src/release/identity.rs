//! What identifies a target, and the names and labels that follow from it.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

use crate::error::Diagnostic;

/// The label that makes an object a member of an inventory (KEP-3659).
pub const PART_OF: &str = "applyset.kubernetes.io/part-of";

/// The label by which a target's records are found. Records are not members.
pub(super) const TARGET_LABEL: &str = "trueup.dev/target";

/// The label with the number of the release that a record is of.
pub(super) const RELEASE_LABEL: &str = "trueup.dev/release";

/// The label of the `ConfigMap`s that hold further parts of a large record.
pub(super) const CHUNK_LABEL: &str = "trueup.dev/chunk";

/// The longest DNS label (RFC 1123).
const LONGEST_LABEL: usize = 63;

/// One environment on one cluster, as trueup's own objects are named after it.
///
/// The parts are DNS labels. So no part holds a dot, and a record's name, which
/// has one, is never another target's.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Target {
    name: String,
    environment: String,
    state_namespace: String,
}

/// A part of a target's identity that can't be a part of a Kubernetes name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} can't be {part}")]
pub struct IdentityError {
    /// Which part, with its article: `the name`.
    pub part: &'static str,
    /// What was given.
    pub text: String,
}

impl Target {
    /// The target of an environment, whose state lives in `state_namespace`.
    pub fn new(name: &str, environment: &str, state_namespace: &str) -> Result<Self, IdentityError> {
        Ok(Self {
            name: checked("the name", name)?,
            environment: checked("the environment's name", environment)?,
            state_namespace: checked("the state namespace", state_namespace)?,
        })
    }

    /// The project's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The environment's name.
    pub fn environment(&self) -> &str {
        &self.environment
    }

    /// The namespace in which parent, records, lock and key live.
    pub fn state_namespace(&self) -> &str {
        &self.state_namespace
    }

    /// The name of the parent `ConfigMap`, and of the Lease and the Secret beside it.
    pub fn parent_name(&self) -> String {
        format!("trueup-{}-{}", self.name, self.environment)
    }

    /// The name of the first `ConfigMap` of a release's record.
    pub fn record_name(&self, release: u64) -> String {
        format!("{}.r{release}", self.parent_name())
    }

    /// The name of a further `ConfigMap` of a large record, counted from 1.
    pub fn chunk_name(&self, release: u64, chunk: usize) -> String {
        format!("{}.{chunk}", self.record_name(release))
    }

    /// The inventory's id, as KEP-3659 computes it from the parent's name,
    /// namespace, kind and (empty) group.
    pub fn applyset_id(&self) -> String {
        let parent = format!("{}.{}.ConfigMap.", self.parent_name(), self.state_namespace);
        format!("applyset-{}-v1", URL_SAFE_NO_PAD.encode(Sha256::digest(parent)))
    }

    /// The label selector of the inventory's members.
    pub fn members(&self) -> String {
        format!("{PART_OF}={}", self.applyset_id())
    }

    /// The label selector of the records' first `ConfigMap`s, which hold the summaries.
    pub fn records(&self) -> String {
        format!("{TARGET_LABEL}={},{RELEASE_LABEL},!{CHUNK_LABEL}", self.applyset_id())
    }

    /// The label selector of everything that belongs to records.
    pub fn records_and_chunks(&self) -> String {
        format!("{TARGET_LABEL}={},{RELEASE_LABEL}", self.applyset_id())
    }
}

/// `shop/prod`.
impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.name, self.environment)
    }
}

fn checked(part: &'static str, text: &str) -> Result<String, IdentityError> {
    let inner = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let well_formed = (1..=LONGEST_LABEL).contains(&text.len())
        && text.chars().all(inner)
        && !text.starts_with('-')
        && !text.ends_with('-');
    if well_formed { Ok(text.to_owned()) } else { Err(IdentityError { part, text: text.to_owned() }) }
}

impl From<IdentityError> for Diagnostic {
    fn from(error: IdentityError) -> Self {
        Self::new(error.to_string()).hint(
            "use lower-case letters, digits and '-', at most 63, beginning and ending with a letter or digit",
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target() -> Target {
        Target::new("shop", "prod", "shop").expect("well formed")
    }

    #[test]
    fn the_id_is_the_one_that_other_applyset_tools_compute() {
        assert_eq!(target().applyset_id(), "applyset-R1yEBIRaBtGOFX5Vj8Auv7SWHt5Ja2TBvh1zTz_pusk-v1");
        assert_eq!(
            target().members(),
            "applyset.kubernetes.io/part-of=applyset-R1yEBIRaBtGOFX5Vj8Auv7SWHt5Ja2TBvh1zTz_pusk-v1"
        );
    }

    #[test]
    fn the_id_is_a_valid_label_value_and_differs_by_namespace() {
        assert!(target().applyset_id().len() <= 63);
        let elsewhere = Target::new("shop", "prod", "deploys").expect("well formed");
        assert_ne!(elsewhere.applyset_id(), target().applyset_id());
    }

    #[test]
    fn records_are_named_after_the_parent_and_the_number() {
        assert_eq!(target().record_name(12), "trueup-shop-prod.r12");
        assert_eq!(target().chunk_name(12, 1), "trueup-shop-prod.r12.1");
    }

    #[test]
    fn parts_that_could_name_another_targets_objects_are_refused() {
        for wrong in ["", "Shop", "shop.r1", "-shop", "shop-", "a_b", "sh op", &"a".repeat(64)] {
            assert!(Target::new(wrong, "prod", "shop").is_err(), "{wrong:?}");
            assert!(Target::new("shop", wrong, "shop").is_err(), "{wrong:?}");
            assert!(Target::new("shop", "prod", wrong).is_err(), "{wrong:?}");
        }
        let error = Target::new("shop", "Prod", "shop").expect_err("a capital");
        assert_eq!(error.to_string(), r#""Prod" can't be the environment's name"#);
    }
}
