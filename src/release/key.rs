//! The key of the digests, in a Secret beside the parent.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::identity::{TARGET_LABEL, Target};
use super::protect::{DigestKey, KEY_LENGTH, Key};
use crate::cluster::{ApiError, Cluster, MANAGER, Precondition, Resource};
use crate::json::{Value, json};

/// Reads the key. Not being able to is no error: what is known of secrets is
/// "unknown" then.
pub async fn read_key(cluster: &Cluster, target: &Target) -> DigestKey {
    match get(cluster, target).await {
        Ok(Some(secret)) => parse(target, &secret),
        Ok(None) => unknown(format!("{} isn't there", name(target))),
        Err(error) => unreadable(target, &error),
    }
}

/// Reads the key, or makes one. For runs that write.
pub async fn ensure_key(cluster: &Cluster, target: &Target) -> DigestKey {
    match get(cluster, target).await {
        Ok(Some(secret)) => parse(target, &secret),
        Ok(None) => make(cluster, target).await,
        Err(error) => unreadable(target, &error),
    }
}

/// Deletes the key. For when the whole target is deleted.
pub async fn remove_key(cluster: &Cluster, target: &Target) -> Result<(), ApiError> {
    let Some(secret) = get(cluster, target).await? else { return Ok(()) };
    let text = |field: &str| secret["metadata"][field].as_str().unwrap_or_default().to_owned();
    let precondition = Precondition { uid: text("uid"), resource_version: text("resourceVersion") };
    let namespace = Some(target.state_namespace());
    match cluster.delete(&secrets(), namespace, &target.parent_name(), &precondition).await {
        Err(error) if !error.is_not_found() => Err(error),
        _ => Ok(()),
    }
}

async fn make(cluster: &Cluster, target: &Target) -> DigestKey {
    let mut bytes = [0; KEY_LENGTH];
    if getrandom::fill(&mut bytes).is_err() {
        return unknown("the system has no randomness to give".into());
    }
    let key = Key::new(bytes);
    match cluster.create(&secrets(), Some(target.state_namespace()), &compose(target, &key), MANAGER).await {
        Ok(_) => DigestKey::Known(key),
        // Another run was quicker, or the answer to our own attempt was lost.
        Err(error) if error.is_already_exists() => read_key(cluster, target).await,
        Err(error) => unknown(format!("can't create {}: {}", name(target), reason(&error))),
    }
}

fn compose(target: &Target, key: &Key) -> Value {
    json!({
        "apiVersion": "v1",
        "kind": "Secret",
        "type": "Opaque",
        "metadata": {
            "name": target.parent_name(),
            "namespace": target.state_namespace(),
            "labels": {TARGET_LABEL: target.applyset_id()},
        },
        "immutable": true,
        "data": {"key": STANDARD.encode(key.bytes())},
    })
}

fn parse(target: &Target, secret: &Value) -> DigestKey {
    let bytes = secret["data"]["key"].as_str().and_then(|text| STANDARD.decode(text).ok());
    match bytes.and_then(|bytes| bytes.try_into().ok()) {
        Some(bytes) => DigestKey::Known(Key::new(bytes)),
        None => unknown(format!("{} holds no key of {KEY_LENGTH} bytes", name(target))),
    }
}

async fn get(cluster: &Cluster, target: &Target) -> Result<Option<Value>, ApiError> {
    cluster.get(&secrets(), Some(target.state_namespace()), &target.parent_name()).await
}

fn unreadable(target: &Target, error: &ApiError) -> DigestKey {
    unknown(format!("can't read {}: {}", name(target), reason(error)))
}

/// Never the server's own words: they may quote the Secret that was sent.
fn reason(error: &ApiError) -> String {
    match error.status() {
        Some(status) if error.is_forbidden() => format!("no permission ({})", status.request),
        Some(status) => format!("{}: the server answered {}", status.request, status.code),
        None => error.to_string(),
    }
}

fn unknown(why: String) -> DigestKey {
    DigestKey::Unknown { why }
}

fn secrets() -> Resource {
    Resource::core("Secret", "secrets", true)
}

fn name(target: &Target) -> String {
    format!("{}/Secret/{}", target.state_namespace(), target.parent_name())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target() -> Target {
        Target::new("shop", "prod", "shop").expect("well formed")
    }

    #[test]
    fn a_key_is_stored_and_read_back() {
        let key = Key::new([3; KEY_LENGTH]);
        assert_eq!(parse(&target(), &compose(&target(), &key)), DigestKey::Known(key));
    }

    #[test]
    fn a_damaged_key_is_unknown_and_says_why() {
        for damaged in [json!({}), json!({"data": {"key": "c2hvcnQ="}}), json!({"data": {"key": "?"}})] {
            let expected =
                DigestKey::Unknown { why: "shop/Secret/trueup-shop-prod holds no key of 32 bytes".into() };
            assert_eq!(parse(&target(), &damaged), expected);
        }
    }
}
