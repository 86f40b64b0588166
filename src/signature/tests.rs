//! Signatures that `gpg` 2.2 and `ssh-keygen` 9.2 have made, all of one commit.
//!
//! Ada and Eve have one key each, Bob a subkey for signing, Carol's key has expired on
//! 31 January 2026, Dave's is RSA, and Mallory's isn't among the fixtures.

use super::*;

macro_rules! fixture {
    ($name:literal) => {
        include_str!(concat!("fixtures/", $name))
    };
}

const COMMIT: &str = fixture!("commit.txt");

fn keys(texts: &[&str]) -> Keys {
    let mut keys = Keys::default();
    for text in texts {
        keys.read(text).expect("keys");
    }
    keys
}

fn everybody() -> Keys {
    keys(&[
        fixture!("ada.asc"),
        concat!(include_str!("fixtures/bob.asc"), include_str!("fixtures/carol.asc")),
        fixture!("dave.asc"),
        fixture!("eve.asc"),
        fixture!("ssh-ed25519.pub"),
        concat!("# two more\n", include_str!("fixtures/ssh-ecdsa.pub"), include_str!("fixtures/ssh-rsa.pub")),
    ])
}

fn at(day: &str) -> Timestamp {
    format!("2026-{day}T12:00:00Z").parse().expect("a time")
}

fn said(keys: &Keys, signature: &str) -> String {
    let verified = keys.verify(COMMIT.as_bytes(), signature, at("01-10"));
    verified.map_or_else(|error| error.to_string(), |()| "good".to_owned())
}

#[test]
fn what_one_of_the_keys_has_signed_is_good() {
    for signature in [
        fixture!("ada.sig"),
        fixture!("bob.sig"),
        fixture!("carol.sig"),
        fixture!("dave.sig"),
        fixture!("eve.sig"),
        fixture!("ssh-ed25519.sig"),
        fixture!("ssh-ecdsa.sig"),
        fixture!("ssh-rsa.sig"),
    ] {
        assert_eq!(said(&everybody(), signature), "good", "{signature}");
    }
}

#[test]
fn what_another_key_has_signed_is_not() {
    let message = said(&everybody(), fixture!("mallory.sig"));
    assert!(message.starts_with("it is signed by the OpenPGP key "), "{message}");
    assert!(message.ends_with(", which isn't among the keys"), "{message}");
    let message = said(&keys(&[fixture!("ssh-rsa.pub")]), fixture!("ssh-ed25519.sig"));
    assert!(message.starts_with("it is signed by the SSH key SHA256:"), "{message}");
    assert!(said(&Keys::default(), fixture!("ada.sig")).contains("isn't among the keys"));
}

#[test]
fn what_was_changed_since_is_not() {
    for signature in
        [fixture!("ada.sig"), fixture!("bob.sig"), fixture!("dave.sig"), fixture!("ssh-ed25519.sig")]
    {
        let changed = COMMIT.replace("shop", "shed");
        let verified = everybody().verify(changed.as_bytes(), signature, at("01-10"));
        assert!(matches!(verified, Err(Unverified::Wrong(_))), "{verified:?}");
    }
}

#[test]
fn a_key_that_has_expired_or_is_revoked_signs_no_more() {
    let verified = everybody().verify(COMMIT.as_bytes(), fixture!("carol.sig"), at("02-10"));
    assert!(matches!(verified, Err(Unverified::Key { why: "has expired", .. })), "{verified:?}");
    let message = said(&keys(&[fixture!("eve-revoked.asc")]), fixture!("eve.sig"));
    assert!(message.ends_with("which is revoked"), "{message}");
}

#[test]
fn weak_digests_and_what_was_not_signed_for_git_are_refused() {
    assert_eq!(
        said(&everybody(), fixture!("dave-sha1.sig")),
        "its signature is wrong: its digest is too weak"
    );
    let message = said(&everybody(), fixture!("ssh-file.sig"));
    assert_eq!(message, "its signature is wrong: it is one for \"file\"");
    let early = everybody().verify(COMMIT.as_bytes(), fixture!("ada.sig"), at("01-03"));
    assert_eq!(early, Err(Unverified::Wrong("it was made in the future".into())));
}

#[test]
fn what_is_no_signature_is_an_error_and_no_panic() {
    for text in [
        "",
        "x",
        "-----BEGIN PGP SIGNATURE-----",
        "-----BEGIN SSH SIGNATURE-----\nAAAA\n-----END SSH SIGNATURE-----",
    ] {
        assert!(everybody().verify(b"", text, at("01-10")).is_err(), "{text}");
    }
    let x509 = everybody().verify(b"", "-----BEGIN SIGNED MESSAGE-----\n", at("01-10"));
    assert_eq!(x509, Err(Unverified::X509));
}

#[test]
fn a_line_may_say_whose_key_it_is_but_nothing_that_would_be_passed_over() {
    let key = fixture!("ssh-ed25519.pub").trim();
    for prefix in ["", "ada@shop.example ", "ada@shop.example namespaces=\"git\" "] {
        assert_eq!(said(&keys(&[&format!("{prefix}{key}\n")]), fixture!("ssh-ed25519.sig")), "good");
    }
    for (text, part) in [
        ("", "it holds no key"),
        ("# nothing\n", "it holds no key"),
        ("hello", "line 1: it isn't an SSH public key"),
        ("\nssh-ed25519 AAAA", "line 2: "),
        ("* cert-authority ssh-ed25519 AAAA", "cert-authority isn't supported"),
        ("* valid-before=\"20260101\" ssh-ed25519 AAAA", "isn't supported"),
        ("-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nAAAA\n-----END PGP PUBLIC KEY BLOCK-----", ""),
        ("-----BEGIN OPENSSH PRIVATE KEY-----", "private key"),
    ] {
        let error = Keys::default().read(text).expect_err(text);
        assert!(error.contains(part), "{text}: {error}");
    }
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(64))]

    #[test]
    fn nobodys_bytes_make_it_panic(at in 0..200_usize, byte: u8) {
        for signature in [fixture!("ada.sig"), fixture!("bob.sig"), fixture!("ssh-ecdsa.sig")] {
            let mut bytes = signature.as_bytes().to_vec();
            let place = at % bytes.len();
            bytes[place] = byte;
            let _ = everybody().verify(COMMIT.as_bytes(), &String::from_utf8_lossy(&bytes), self::at("01-10"));
        }
    }
}
