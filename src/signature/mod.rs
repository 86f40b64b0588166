//! Signatures of commits, OpenPGP's and SSH's: whether one was made by one of
//! certain keys, and whether that key may still sign. Pure: in come texts of keys,
//! what was signed and the time; no key ring, agent or trust database is asked.
//!
//! What `git verify-commit` calls good is good here, where the keys are all that the
//! user's `gpg` knows, with one exception: digests of MD5 and SHA-1 are refused.

mod openpgp;
mod ssh;
#[cfg(test)]
mod tests;

use jiff::Timestamp;

/// Keys that may sign.
#[derive(Debug, Default)]
pub struct Keys {
    openpgp: Vec<pgp::composed::SignedPublicKey>,
    ssh: Vec<ssh_key::PublicKey>,
}

/// Why a signature isn't a good one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unverified {
    /// Another key made it.
    #[error("it is signed by {0}, which isn't among the keys")]
    Stranger(String),
    /// It isn't a signature of this, or no signature at all.
    #[error("its signature is wrong: {0}")]
    Wrong(String),
    /// The key may not sign.
    #[error("it is signed by {key}, which {why}")]
    Key {
        /// The key.
        key: String,
        /// Why it may not.
        why: &'static str,
    },
    /// Another sort of signature.
    #[error("it has an X.509 signature, which isn't supported")]
    X509,
}

impl Keys {
    /// Takes in the keys of a file: armored OpenPGP public keys, or SSH public keys, one
    /// a line, as `authorized_keys` and `allowed_signers` have them. Why not, if not.
    pub fn read(&mut self, text: &str) -> Result<(), String> {
        if text.contains("-----BEGIN ") {
            self.openpgp.extend(openpgp::keys(text)?);
        } else {
            self.ssh.extend(ssh::keys(text)?);
        }
        Ok(())
    }

    /// Whether one of them made this signature of this, and may still do so.
    pub fn verify(&self, signed: &[u8], signature: &str, now: Timestamp) -> Result<(), Unverified> {
        let signature = signature.trim();
        if signature.starts_with("-----BEGIN SSH SIGNATURE-----") {
            ssh::verify(signed, signature, &self.ssh)
        } else if signature.starts_with("-----BEGIN SIGNED MESSAGE-----") {
            Err(Unverified::X509)
        } else {
            openpgp::verify(signed, signature, &self.openpgp, now)
        }
    }
}
