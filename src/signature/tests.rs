//! Signing and checking with real keys.
#![expect(clippy::disallowed_methods, reason = "a test makes its own keys")]

use super::*;
use crate::process::testing;
use tempfile::TempDir;

/// A folder with a key of this name, open or under a passphrase; `None` where there is no ssh-keygen.
fn key(passphrase: &str) -> Option<(TempDir, SshKey, String)> {
    if testing::lacks(SSH_KEYGEN) {
        return None;
    }
    let folder = tempfile::tempdir().unwrap();
    let mut make = std::process::Command::new(SSH_KEYGEN);
    make.args(["-q", "-t", "ed25519", "-C", "", "-N", passphrase, "-f", "key"]);
    assert!(testing::output(make.current_dir(folder.path())).status.success());
    let path = folder.path().join("key").display().to_string();
    let public = std::fs::read_to_string(folder.path().join("key.pub")).unwrap();
    Some((folder, SshKey::new(&path, None), public))
}

fn looked_at<'s>(text: &'s [u8], armored: &'s str) -> Signature<'s> {
    let at = Moment::parse("2026-01-19T14:30:12Z");
    Signature { namespace: "a@v1", text, armored, at, revoked: None }
}

#[test]
fn a_signature_is_good_for_its_text_its_namespace_and_its_signer() {
    let Some((_folder, key, public)) = key("") else { return };
    let armored = key.sign("a@v1", b"text\n").unwrap();
    let good = looked_at(b"text\n", &armored);
    let allowed = format!("ada@example.org,ada namespaces=\"a@v1\" {public}");
    assert!(good.is_by("ada@example.org", &allowed).unwrap());
    assert!(good.is_by("ada", &allowed).unwrap());
    assert_eq!(good.principals(&allowed).unwrap(), ["ada@example.org", "ada"]);
    assert!(good.fingerprint().unwrap().unwrap().starts_with("SHA256:"));
    assert!(!good.is_by("bob@example.org", &allowed).unwrap());
    assert!(!looked_at(b"Text\n", &armored).is_by("ada", &allowed).unwrap());
    assert!(looked_at(b"Text\n", &armored).fingerprint().unwrap().is_none());
    assert!(!Signature { namespace: "b@v1", ..good }.is_by("ada", &allowed).unwrap());
    assert!(!good.is_by("ada", "").unwrap());
    assert!(!good.is_by("ada", &allowed.replace("a@v1", "git")).unwrap());
    assert!(!looked_at(b"text\n", "no signature").is_by("ada", &allowed).unwrap());
}

#[test]
fn a_key_holds_for_its_time_only() {
    let Some((_folder, key, public)) = key("") else { return };
    let armored = key.sign("a@v1", b"text\n").unwrap();
    let good = looked_at(b"text\n", &armored);
    let until = |time: &str| format!("ada valid-before=\"{time}\" {public}");
    assert!(good.is_by("ada", &until("20260119143013")).unwrap());
    assert!(!good.is_by("ada", &until("20260119143011")).unwrap());
}

#[test]
fn a_revoked_key_counts_no_more() {
    let Some((_folder, key, public)) = key("") else { return };
    let armored = key.sign("a@v1", b"text\n").unwrap();
    let good = looked_at(b"text\n", &armored);
    let allowed = format!("ada {public}");
    let revoked = |keys| Signature { revoked: Some(keys), ..good }.is_by("ada", &allowed).unwrap();
    assert!(revoked(b""));
    assert!(!revoked(public.as_bytes()));
    // What is no list of keys revokes whatever it was meant to.
    assert!(!revoked(b"nothing that it knows"));
}

#[test]
fn what_cannot_be_signed_is_told_and_nobody_is_asked() {
    let Some((folder, locked, public)) = key("secret") else { return };
    let error = |key: &SshKey| key.sign("a@v1", b"text").unwrap_err().to_string();
    assert!(error(&locked).contains("passphrase"), "{}", error(&locked));
    let none = SshKey::new(&folder.path().join("none").display().to_string(), None);
    assert!(error(&none).contains("No such file"), "{}", error(&none));
    let literal = SshKey::new(&format!("key::{}", public.trim()), None);
    assert!(!error(&literal).is_empty());
    let program = SshKey { program: "no-such-program".to_owned(), ..none };
    assert!(error(&program).contains("not found on PATH"));
    assert!(sign_with_gpg("false", "ada", b"text").unwrap_err().to_string().contains("false"));
}
