//! Passkeys without hardware, what stock `ssh-keygen` says of what they sign, and what it does not see.

use super::authenticator::Authenticator;
use super::authenticator::VERIFIED;
use super::*;
use crate::process::testing;
use crate::signature::Signature;

const NAMESPACE: &str = "a@v1";
const TEXT: &[u8] = b"text\n";
const ORIGIN: &str = "http://localhost:4000";

fn passkey() -> Authenticator {
    Authenticator::new("localhost", ORIGIN)
}

fn key_of(passkey: &Authenticator) -> PublicKey {
    PublicKey::from_spki(&passkey.spki(), "localhost").unwrap()
}

fn armored(passkey: &Authenticator) -> Result<String, PasskeyProblem> {
    let assertion = passkey.assert(&challenge(NAMESPACE, TEXT));
    let assertion: Assertion = serde_json::from_value(assertion).unwrap();
    assertion.armored(&key_of(passkey), NAMESPACE)
}

fn checked(armored: &str) -> Result<(), PasskeyProblem> {
    PasskeySignature::read(armored)?.expect("a passkey made it").check(NAMESPACE, TEXT)
}

fn allowed(passkey: &Authenticator) -> String {
    let enrolled = Enrolled {
        principals: vec!["ada@example.org".to_owned()],
        key: key_of(passkey),
        credential_id: passkey.credential_id(),
    };
    enrolled.line(&[NAMESPACE]) + "\n"
}

fn ssh_keygen_takes(text: &[u8], armored: &str, allowed: &str) -> bool {
    let signature = Signature { namespace: NAMESPACE, text, armored, at: None, revoked: None };
    signature.is_by("ada@example.org", allowed).unwrap()
}

#[test]
fn what_a_passkey_signs_is_good_here_and_for_ssh_keygen() {
    let passkey = passkey();
    let armored = armored(&passkey).unwrap();
    assert_eq!(checked(&armored), Ok(()));
    let signature = PasskeySignature::read(&armored).unwrap().unwrap();
    assert_eq!(signature.origin, ORIGIN);
    assert_eq!(signature.check(NAMESPACE, b"Text\n"), Err(PasskeyProblem::OtherStatement));
    assert_eq!(signature.check("b@v1", TEXT), Err(PasskeyProblem::OtherStatement));
    if testing::lacks("ssh-keygen") {
        return;
    }
    let allowed = allowed(&passkey);
    assert!(ssh_keygen_takes(TEXT, &armored, &allowed));
    assert!(!ssh_keygen_takes(b"Text\n", &armored, &allowed));
    assert!(!ssh_keygen_takes(TEXT, &armored, &self::allowed(&self::passkey())));
    assert!(!ssh_keygen_takes(TEXT, &armored, &allowed.replace(NAMESPACE, "b@v1")));
}

#[test]
fn one_changed_byte_is_refused() {
    let passkey = passkey();
    let armored = armored(&passkey).unwrap();
    let allowed = allowed(&passkey);
    let ours = Parts::read(&armored).unwrap();
    let has_ssh_keygen = !testing::lacks("ssh-keygen");
    for at in 0..ours.signature.len() {
        let mut signature = ours.signature.clone();
        signature[at] ^= 0x10;
        let changed = Parts { key: ours.key.clone(), signature }.armored(NAMESPACE);
        assert!(checked(&changed).is_err(), "byte {at}");
        // The other program takes long enough to be asked now and then only.
        if has_ssh_keygen && at % 40 == 0 {
            assert!(!ssh_keygen_takes(TEXT, &changed, &allowed), "byte {at}");
        }
    }
}

#[test]
fn what_extensions_add_is_signed_too() {
    let passkey =
        Authenticator { flags: VERIFIED | HAS_EXTENSIONS, extensions: b"\xa1aa\x01", ..passkey() };
    let armored = armored(&passkey).unwrap();
    assert_eq!(checked(&armored), Ok(()));
    assert!(testing::lacks("ssh-keygen") || ssh_keygen_takes(TEXT, &armored, &allowed(&passkey)));
}

#[test]
fn ssh_keygen_takes_what_nobody_was_present_for_and_we_do_not() {
    for (flags, problem) in [
        (0, PasskeyProblem::NotPresent),
        (USER_VERIFIED, PasskeyProblem::NotPresent),
        (USER_PRESENT, PasskeyProblem::NotVerified),
    ] {
        let passkey = Authenticator { flags, ..passkey() };
        let armored = armored(&passkey).unwrap();
        assert_eq!(checked(&armored), Err(problem));
        let taken =
            testing::lacks("ssh-keygen") || ssh_keygen_takes(TEXT, &armored, &allowed(&passkey));
        assert!(taken);
    }
    for flags in [VERIFIED | HAS_KEY, VERIFIED | HAS_EXTENSIONS] {
        let armored = armored(&Authenticator { flags, ..passkey() }).unwrap();
        assert_eq!(checked(&armored), Err(PasskeyProblem::Malformed("authenticatorData")));
    }
}

#[test]
fn what_was_signed_elsewhere_is_refused() {
    let problem = |passkey: Authenticator| checked(&armored(&passkey).unwrap()).unwrap_err();
    for origin in [
        "http://localhost.example.org:4000",
        "http://localhost:4000/",
        "http://localhost:04000",
        "http://localhost:4000@example.org",
        "https://example.org",
        "http://127.0.0.1:4000",
        "null",
    ] {
        let elsewhere = Authenticator { origin: origin.to_owned(), ..passkey() };
        assert_eq!(problem(elsewhere), PasskeyProblem::OtherOrigin(origin.to_owned()));
    }
    for more in [r#","crossOrigin":true"#, r#","topOrigin":"https://example.org""#] {
        assert_eq!(problem(Authenticator { more, ..passkey() }), PasskeyProblem::CrossOrigin);
    }
    let made = Authenticator { kind: "webauthn.create", ..passkey() };
    assert_eq!(problem(made), PasskeyProblem::OtherUse("webauthn.create".to_owned()));
    for more in [r#","origin":"http://localhost:5000""#, ",", r#","type":"webauthn.get""#] {
        let twice = armored(&Authenticator { more, ..passkey() });
        assert_eq!(twice.unwrap_err(), PasskeyProblem::Malformed("clientDataJSON"));
    }
    let mut other = passkey();
    other.rp_id = "example.org".to_owned();
    assert_eq!(armored(&other).unwrap_err(), PasskeyProblem::OtherSite("localhost".to_owned()));
}

#[test]
fn a_site_is_reached_by_tls_except_on_this_machine() {
    for (origin, rp_id) in [
        ("http://localhost", "localhost"),
        ("http://localhost:4000", "localhost"),
        ("http://orch.localhost:4000", "orch.localhost"),
        ("https://orch.example.org", "orch.example.org"),
        ("https://orch.example.org:8443", "orch.example.org"),
    ] {
        assert!(is_of_site(origin, rp_id), "{origin}");
    }
    for (origin, rp_id) in [
        ("http://orch.example.org", "orch.example.org"),
        ("https://evil.orch.example.org", "orch.example.org"),
        ("https://orch.example.org.evil.org", "orch.example.org"),
        ("http://localhost:99999", "localhost"),
        ("http://notlocalhost", "localhost"),
        ("http://localhost:", "localhost"),
    ] {
        assert!(!is_of_site(origin, rp_id), "{origin}");
    }
}

#[test]
fn only_keys_of_es256_and_ids_of_sites_are_taken() {
    let spki = passkey().spki();
    let key = |spki: &[u8], rp_id: &str| PublicKey::from_spki(spki, rp_id);
    assert!(key(&spki, "localhost").is_ok());
    assert_eq!(key(&spki[1..], "localhost"), Err(PasskeyProblem::NotEs256));
    assert_eq!(key(&spki[..90], "localhost"), Err(PasskeyProblem::NotEs256));
    // An RSA key begins otherwise, and so does another curve's.
    assert_eq!(
        key(b"\x30\x82\x01\x22\x30\x0d\x06\x09", "localhost"),
        Err(PasskeyProblem::NotEs256)
    );
    for rp_id in ["", "ssh:", "a b", "a\nb", "http://localhost"] {
        assert_eq!(key(&spki, rp_id), Err(PasskeyProblem::NotASite(rp_id.to_owned())));
    }
}

#[test]
fn a_passkey_does_not_sign_outside_of_a_browser() {
    let passkey = passkey();
    let parts = Parts::read(&armored(&passkey).unwrap()).unwrap();
    let mut plain = Vec::new();
    wire::put(&mut plain, KEY_TYPE);
    plain.extend(&parts.signature[4 + SIGNATURE_TYPE.len()..]);
    let of = |key: &[u8], signature: &[u8]| {
        let parts = Parts { key: key.to_vec(), signature: signature.to_vec() };
        PasskeySignature::read(&parts.armored(NAMESPACE)).map(|read| read.is_some())
    };
    assert_eq!(of(&parts.key, &parts.signature), Ok(true));
    assert_eq!(of(&parts.key, &plain), Err(PasskeyProblem::NotByBrowser));
    // A security key that ssh made signs for ssh alone.
    let mut ssh_key = Vec::new();
    for part in [KEY_TYPE.as_bytes(), b"nistp256", &[4; POINT_BYTES], b"ssh:"] {
        wire::put(&mut ssh_key, part);
    }
    assert_eq!(of(&ssh_key, &plain), Ok(false));
    let malformed = Err(PasskeyProblem::Malformed("signature"));
    assert_eq!(of(&ssh_key, &parts.signature), malformed);
    assert_eq!(of(&parts.key, b""), malformed);
    assert_eq!(PasskeySignature::read("no signature").map(|it| it.is_some()), malformed);
}

#[test]
fn a_passkey_is_made_for_its_page_by_somebody_who_can_be_verified() {
    let made = |passkey: &Authenticator, challenge: &str| {
        let made: Registration = serde_json::from_value(passkey.create(challenge)).unwrap();
        made.key("localhost", ORIGIN, "Zm9v").map(|key| key == key_of(passkey))
    };
    assert_eq!(made(&passkey(), "Zm9v"), Ok(true));
    assert_eq!(made(&passkey(), "YmFy"), Err(PasskeyProblem::OtherStatement));
    let made = |passkey: Authenticator| made(&passkey, "Zm9v").unwrap_err();
    assert_eq!(made(Authenticator { flags: 0x00, ..passkey() }), PasskeyProblem::NotPresent);
    assert_eq!(made(Authenticator { flags: 0x41, ..passkey() }), PasskeyProblem::NotVerified);
    let more = r#","crossOrigin":true"#;
    assert_eq!(made(Authenticator { more, ..passkey() }), PasskeyProblem::CrossOrigin);
    let origin = "http://localhost:4001".to_owned();
    let elsewhere = Authenticator { origin: origin.clone(), ..passkey() };
    assert_eq!(made(elsewhere), PasskeyProblem::OtherOrigin(origin));
    let rp_id = "example.org".to_owned();
    let other = Authenticator { rp_id, ..passkey() };
    assert_eq!(made(other), PasskeyProblem::OtherSite("localhost".to_owned()));
}

#[test]
fn a_file_of_allowed_signers_names_passkeys() {
    let passkey = passkey();
    let line = allowed(&passkey);
    let enrolled = Enrolled::all(&format!("# a remark\nbob ssh-ed25519 AAAA comment\n\n{line}"));
    assert_eq!(enrolled.len(), 1);
    assert_eq!(enrolled[0].line(&[NAMESPACE]) + "\n", line);
    assert_eq!(Enrolled::all(&format!("#{line}")), []);
    let foreign = line.split(" passkey:").next().unwrap();
    assert_eq!(Enrolled::all(&format!("{foreign} a comment\n")), []);
}

#[test]
fn numbers_in_der_are_read_strictly() {
    let number = |byte: u8| [DER_INTEGER, 1, byte];
    let signature = [&[DER_SEQUENCE, 6][..], &number(1), &number(2)].concat();
    assert_eq!(read_der(&signature), Some([&[1][..], &[2][..]]));
    for end in 0..signature.len() {
        assert_eq!(read_der(&signature[..end]), None, "{end}");
    }
    assert_eq!(read_der(&[&signature[..], &[0]].concat()), None);
    assert_eq!(fixed(&[0, 1]).unwrap()[30..], [0, 1]);
    assert_eq!(fixed(&[1; 33]), None);
}
