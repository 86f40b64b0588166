//! OpenPGP (RFC 9580). The library checks single signatures; which of them make a key
//! one that may sign is said here.

use jiff::Timestamp;
use pgp::composed::{Deserializable as _, DetachedSignature, SignedPublicKey, SignedPublicSubKey};
use pgp::crypto::hash::HashAlgorithm;
use pgp::packet::{Signature, SignatureType};
use pgp::types::{KeyDetails, Tag};

use super::Unverified;

const BEGIN: &str = "-----BEGIN PGP PUBLIC KEY BLOCK-----";

/// How far the clock of whoever signed may be ahead, in seconds.
const CLOCK_SKEW: i64 = 24 * 60 * 60;

/// The keys of a file, which may hold several blocks.
pub(super) fn keys(text: &str) -> Result<Vec<SignedPublicKey>, String> {
    if text.contains("PRIVATE KEY") {
        return Err("it holds a private key: only public ones belong there".to_owned());
    }
    let mut keys = Vec::new();
    for block in text.split(BEGIN).skip(1) {
        let block = format!("{BEGIN}{block}");
        let (found, _) = SignedPublicKey::from_string_many(&block).map_err(|error| error.to_string())?;
        for key in found {
            keys.push(key.map_err(|error| error.to_string())?);
        }
    }
    if keys.is_empty() { Err("it holds no OpenPGP public key".to_owned()) } else { Ok(keys) }
}

/// Whether one of the signatures in `signature` is a good one by one of the keys.
pub(super) fn verify(
    signed: &[u8],
    signature: &str,
    keys: &[SignedPublicKey],
    now: Timestamp,
) -> Result<(), Unverified> {
    let wrong = |error: pgp::errors::Error| Unverified::Wrong(error.to_string());
    let (found, _) = DetachedSignature::from_string_many(signature).map_err(wrong)?;
    let mut refused = Unverified::Wrong("it is empty".to_owned());
    for signature in found {
        match verify_one(signed, &signature.map_err(wrong)?.signature, keys, now.as_second()) {
            Ok(()) => return Ok(()),
            Err(why) => refused = why,
        }
    }
    Err(refused)
}

fn verify_one(
    signed: &[u8],
    signature: &Signature,
    keys: &[SignedPublicKey],
    now: i64,
) -> Result<(), Unverified> {
    let wrong = |why: &str| Err(Unverified::Wrong(why.to_owned()));
    if !matches!(signature.typ(), Some(SignatureType::Binary | SignatureType::Text)) {
        return wrong("it isn't one of a document");
    }
    if matches!(
        signature.hash_alg(),
        None | Some(HashAlgorithm::Md5 | HashAlgorithm::Sha1 | HashAlgorithm::Ripemd160)
    ) {
        return wrong("its digest is too weak");
    }
    let Some(made) = seconds(signature) else { return wrong("it has no time") };
    if made > now + CLOCK_SKEW {
        return wrong("it was made in the future");
    }
    if ends(made, signature.signature_expiration_time()).is_some_and(|end| end < now) {
        return wrong("it has expired");
    }
    let judged = keys.iter().find_map(|key| by(key, signed, signature, made, now));
    judged.unwrap_or_else(|| Err(Unverified::Stranger(issuer(signature))))
}

/// Whether the signature was made by this key, or a subkey, that may sign. `None` when
/// it's another's.
fn by(
    key: &SignedPublicKey,
    signed: &[u8],
    signature: &Signature,
    made: i64,
    now: i64,
) -> Option<Result<(), Unverified>> {
    let judge = |problem: Option<&'static str>| match problem {
        None => Ok(()),
        Some(why) => Err(Unverified::Key { key: name(&key.primary_key), why }),
    };
    if is_from(signature, &key.primary_key) {
        let verified = signature.verify(&key.primary_key, signed);
        return Some(verified.map_err(|error| Unverified::Wrong(error.to_string())).and_then(|()| {
            judge(primary_problem(key, now).or_else(|| {
                let flags = newest(&self_signatures(key)).map(Signature::key_flags).unwrap_or_default();
                let says_nothing = flags == pgp::packet::KeyFlags::default();
                (!flags.sign() && !says_nothing).then_some("isn't one for signing")
            }))
        }));
    }
    let subkey = key.public_subkeys.iter().find(|subkey| is_from(signature, &subkey.key))?;
    let verified = signature.verify(&subkey.key, signed);
    Some(verified.map_err(|error| Unverified::Wrong(error.to_string())).and_then(|()| {
        let early = (made < created(&subkey.key)).then_some("is younger than the signature");
        judge(early.or_else(|| primary_problem(key, now)).or_else(|| subkey_problem(key, subkey, now)))
    }))
}

/// Whether a signature names this key as its issuer.
fn is_from(signature: &Signature, key: &impl KeyDetails) -> bool {
    let [fingerprint, id] = [key.fingerprint().to_string(), key.legacy_key_id().to_string()];
    signature.issuer_fingerprint().iter().any(|issuer| issuer.to_string() == fingerprint)
        || (signature.issuer_fingerprint().is_empty()
            && signature.issuer_key_id().iter().any(|issuer| issuer.to_string() == id))
}

/// Why a primary key is good for nothing.
fn primary_problem(key: &SignedPublicKey, now: i64) -> Option<&'static str> {
    let primary = &key.primary_key;
    if key.details.revocation_signatures.iter().any(|revocation| revocation.verify_key(primary).is_ok()) {
        return Some("is revoked");
    }
    let own = self_signatures(key);
    let Some(newest) = newest(&own) else { return Some("doesn't vouch for itself") };
    let end = ends(created(primary), newest.key_expiration_time());
    end.is_some_and(|end| end < now).then_some("has expired")
}

/// Why a subkey may not sign: its newest bond to the primary key decides.
fn subkey_problem(key: &SignedPublicKey, subkey: &SignedPublicSubKey, now: i64) -> Option<&'static str> {
    let primary = &key.primary_key;
    let valid: Vec<&Signature> = subkey
        .signatures
        .iter()
        .filter(|signature| signature.verify_subkey_binding(primary, &subkey.key).is_ok())
        .collect();
    if valid.iter().any(|signature| signature.typ() == Some(SignatureType::SubkeyRevocation)) {
        return Some("has a subkey for it that is revoked");
    }
    let Some(bond) = newest(&valid) else { return Some("has no valid bond to the subkey") };
    let is_mutual = bond
        .embedded_signature()
        .is_some_and(|back| back.verify_primary_key_binding(&subkey.key, primary).is_ok());
    if !bond.key_flags().sign() || !is_mutual {
        return Some("has a subkey for it that isn't one for signing");
    }
    let end = ends(created(&subkey.key), bond.key_expiration_time());
    end.is_some_and(|end| end < now).then_some("has a subkey for it that has expired")
}

/// What a key says of itself: on its own, and for each name.
fn self_signatures(key: &SignedPublicKey) -> Vec<&Signature> {
    let primary = &key.primary_key;
    let direct =
        key.details.direct_signatures.iter().filter(|signature| signature.verify_key(primary).is_ok());
    let named = key.details.users.iter().flat_map(|user| {
        user.signatures.iter().filter(|signature| {
            signature.typ() != Some(SignatureType::CertRevocation)
                && signature.verify_certification(primary, Tag::UserId, &user.id).is_ok()
        })
    });
    direct.chain(named).collect()
}

fn newest<'a>(signatures: &[&'a Signature]) -> Option<&'a Signature> {
    signatures.iter().copied().max_by_key(|signature| seconds(signature))
}

fn seconds(signature: &Signature) -> Option<i64> {
    Some(i64::from(signature.created()?.as_secs()))
}

fn created(key: &impl KeyDetails) -> i64 {
    i64::from(key.created_at().as_secs())
}

/// When something ends that lasts for so long; zero is for ever.
fn ends(from: i64, lasting: Option<pgp::types::Duration>) -> Option<i64> {
    let lasting = lasting.map(|lasting| i64::from(lasting.as_secs())).filter(|seconds| *seconds > 0)?;
    Some(from + lasting)
}

fn name(key: &impl KeyDetails) -> String {
    format!("the OpenPGP key {}", key.fingerprint())
}

fn issuer(signature: &Signature) -> String {
    let fingerprint = signature.issuer_fingerprint().first().map(ToString::to_string);
    let id = || signature.issuer_key_id().first().map(ToString::to_string);
    match fingerprint.or_else(id) {
        Some(issuer) => format!("the OpenPGP key {issuer}"),
        None => "an OpenPGP key that it doesn't name".to_owned(),
    }
}
