//! An authenticator without hardware, and the browser in front of it: it makes passkeys and signs with
//! them, as it should or as a forger would. The tests from outside include this file as theirs.

use data_encoding::BASE64URL_NOPAD;
use ring::digest::SHA256;
use ring::digest::digest;
use ring::rand::SystemRandom;
use ring::signature::ECDSA_P256_SHA256_ASN1_SIGNING;
use ring::signature::EcdsaKeyPair;
use ring::signature::KeyPair;
use serde_json::Value as Json;
use serde_json::json;

/// User present, user verified.
pub const VERIFIED: u8 = 0x05;

/// What stands before the point of a key in DER.
const SPKI_PREFIX: &str = "3059301306072a8648ce3d020106082a8648ce3d030107034200";

/// A passkey, and what is said when it is used.
pub struct Authenticator {
    /// Both halves of its key.
    pub key: EcdsaKeyPair,
    /// The site that it signs for.
    pub rp_id: String,
    /// What it says of whoever is there.
    pub flags: u8,
    /// The page that the browser shows.
    pub origin: String,
    /// What the browser says it is used for.
    pub kind: &'static str,
    /// More of what the browser says, such as `,"crossOrigin":true`.
    pub more: &'static str,
    /// More of what the authenticator says.
    pub extensions: &'static [u8],
}

impl Authenticator {
    /// A new passkey for a site.
    pub fn new(rp_id: &str, origin: &str) -> Self {
        let (alg, random) = (&ECDSA_P256_SHA256_ASN1_SIGNING, SystemRandom::new());
        let key = EcdsaKeyPair::generate_pkcs8(alg, &random).unwrap();
        let key = EcdsaKeyPair::from_pkcs8(alg, key.as_ref(), &random).unwrap();
        Self {
            key,
            rp_id: rp_id.to_owned(),
            flags: VERIFIED,
            origin: origin.to_owned(),
            kind: "webauthn.get",
            more: r#","crossOrigin":false"#,
            extensions: b"",
        }
    }

    /// Its key, as `getPublicKey` gives it out.
    pub fn spki(&self) -> Vec<u8> {
        let digits = (0..SPKI_PREFIX.len()).step_by(2);
        let prefix = digits.map(|at| u8::from_str_radix(&SPKI_PREFIX[at..at + 2], 16).unwrap());
        prefix.chain(self.key.public_key().as_ref().iter().copied()).collect()
    }

    /// What the browser knows it by.
    pub fn credential_id(&self) -> String {
        BASE64URL_NOPAD.encode(&digest(&SHA256, self.key.public_key().as_ref()).as_ref()[..16])
    }

    /// Makes the passkey for a challenge: the fields that a page sends on.
    pub fn create(&self, challenge: &str) -> Json {
        let (data, client_data) = self.told("webauthn.create", challenge);
        json!({
            "credentialId": self.credential_id(),
            "publicKey": BASE64URL_NOPAD.encode(&self.spki()),
            "authenticatorData": BASE64URL_NOPAD.encode(&data),
            "clientDataJSON": BASE64URL_NOPAD.encode(client_data.as_bytes()),
        })
    }

    /// What authenticator and browser say.
    fn told(&self, kind: &str, challenge: &str) -> (Vec<u8>, String) {
        let (origin, more) = (&self.origin, self.more);
        let client_data =
            format!(r#"{{"type":"{kind}","challenge":"{challenge}","origin":"{origin}"{more}}}"#);
        let mut data = digest(&SHA256, self.rp_id.as_bytes()).as_ref().to_vec();
        data.push(self.flags);
        data.extend(7_u32.to_be_bytes());
        data.extend(self.extensions);
        (data, client_data)
    }

    /// Signs a challenge, which is given in base64url: the fields that a page sends on.
    pub fn assert(&self, challenge: &str) -> Json {
        let (data, client_data) = self.told(self.kind, challenge);
        let signed = [&data, digest(&SHA256, client_data.as_bytes()).as_ref()].concat();
        let signature = self.key.sign(&SystemRandom::new(), &signed).unwrap();
        json!({
            "credentialId": self.credential_id(),
            "authenticatorData": BASE64URL_NOPAD.encode(&data),
            "clientDataJSON": BASE64URL_NOPAD.encode(client_data.as_bytes()),
            "signature": BASE64URL_NOPAD.encode(signature.as_ref()),
        })
    }
}
