//! Things that a pod names and that aren't there, by the kubelet's and the
//! admission's words.

use super::{Diagnosis, Trouble};

/// The kinds as messages call them.
const KINDS: [(&str, &str); 3] =
    [("configmap ", "ConfigMap"), ("secret ", "Secret"), ("serviceaccount ", "ServiceAccount")];

/// `configmap "x" not found`, anywhere in the message, or `couldn't find key k in
/// Secret shop/x`.
pub(super) fn reference(message: &str) -> Option<Diagnosis> {
    let object = KINDS.iter().find_map(|(word, kind)| {
        let rest = &message[message.find(&format!("{word}\""))? + word.len() + 1..];
        let (name, rest) = rest.split_once('"')?;
        rest.starts_with(" not found").then(|| format!("{kind} {name}"))
    });
    if let Some(object) = object {
        let words = format!("the {object} isn't there");
        return Some(Diagnosis::new(Trouble::MissingReference, words, "add it, or correct the name"));
    }
    let rest = &message[message.find("couldn't find key ")? + "couldn't find key ".len()..];
    let (key, rest) = rest.split_once(" in ")?;
    let (kind, name) = rest.split_once(' ')?;
    let name = name.split([' ', ',']).next().unwrap_or(name);
    let name = name.rsplit('/').next().unwrap_or(name);
    let words = format!("the {kind} {name} has no key {key}");
    Some(Diagnosis::new(Trouble::MissingReference, words, "add the key, or correct its name"))
}
