//! SSH signatures (OpenSSH's PROTOCOL.sshsig).

use ssh_key::{HashAlg, PublicKey, SshSig};

use super::Unverified;

/// What Git has SSH sign for.
const NAMESPACE: &str = "git";

/// The beginnings of what keys are called.
const ALGORITHMS: [&str; 4] = ["ssh-", "ecdsa-", "sk-ssh-", "sk-ecdsa-"];

/// The keys of a file, one a line.
pub(super) fn keys(text: &str) -> Result<Vec<PublicKey>, String> {
    let lines = text.lines().enumerate().map(|(number, line)| (number + 1, line.trim()));
    let meant = lines.filter(|(_, line)| !line.is_empty() && !line.starts_with('#'));
    let keys: Vec<PublicKey> = meant
        .map(|(number, line)| key(line).map_err(|why| format!("line {number}: {why}")))
        .collect::<Result<_, _>>()?;
    if keys.is_empty() { Err("it holds no key".to_owned()) } else { Ok(keys) }
}

fn key(line: &str) -> Result<PublicKey, String> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let is_algorithm = |word: &&str| ALGORITHMS.iter().any(|start| word.starts_with(start));
    let at = words.iter().position(is_algorithm).ok_or("it isn't an SSH public key")?;
    // What stands before it may only say whose key it is, and what for.
    let limits = |word: &&&str| **word == "cert-authority" || word.contains('=') || word.contains('"');
    if let Some(limit) = words[..at].iter().filter(limits).find(|word| **word != "namespaces=\"git\"") {
        return Err(format!("{limit} isn't supported"));
    }
    if at > 2 {
        return Err("it isn't an SSH public key".to_owned());
    }
    PublicKey::from_openssh(&words[at..].join(" ")).map_err(|error| error.to_string())
}

/// Whether the signature is a good one by one of the keys.
pub(super) fn verify(signed: &[u8], signature: &str, keys: &[PublicKey]) -> Result<(), Unverified> {
    let wrong = |error: ssh_key::Error| Unverified::Wrong(error.to_string());
    let signature: SshSig = signature.parse().map_err(wrong)?;
    if signature.namespace() != NAMESPACE {
        return Err(Unverified::Wrong(format!("it is one for {:?}", signature.namespace())));
    }
    let by = signature.public_key();
    let key = keys.iter().find(|key| key.key_data() == by);
    let key =
        key.ok_or_else(|| Unverified::Stranger(format!("the SSH key {}", by.fingerprint(HashAlg::Sha256))))?;
    key.verify(NAMESPACE, signed, &signature).map_err(wrong)
}
