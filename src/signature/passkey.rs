//! Passkeys: the keys and signatures of WebAuthn in the forms that the stock `ssh-keygen` verifies, and
//! the checks that it does not make. It takes a signature for which nobody was present, or which was
//! made for a page of another site.

mod enrolled;
mod registration;

pub use enrolled::Enrolled;
pub use registration::Registration;

use super::wire;
use super::wire::Parts;
use super::wire::Reader;
use data_encoding::BASE64;
use data_encoding::BASE64URL_NOPAD;
use ring::digest::SHA256;
use ring::digest::digest;
use ring::signature::ECDSA_P256_SHA256_FIXED;
use ring::signature::UnparsedPublicKey;
use schemars::JsonSchema;
use serde::Deserialize;
use serde::Serialize;
use std::fmt;

/// The type of a key on an authenticator, which a passkey's is written as.
const KEY_TYPE: &str = "sk-ecdsa-sha2-nistp256@openssh.com";

/// The type of a signature that a browser had made.
const SIGNATURE_TYPE: &str = "webauthn-sk-ecdsa-sha2-nistp256@openssh.com";

const CURVE: &str = "nistp256";

/// What keys of authenticators that `ssh` made are for; those of passkeys are for the id of a site.
const SSH_APPLICATION: &str = "ssh:";

/// All that stands before the point in the DER form of a P-256 key.
const SPKI_PREFIX: &[u8] = b"\x30\x59\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x08\x2a\x86\
    \x48\xce\x3d\x03\x01\x07\x03\x42\x00";

/// The size of a point that is written whole, and the byte that it begins with.
const POINT_BYTES: usize = 65;
const POINT_WHOLE: u8 = 4;

/// The size of each half of a signature.
const HALF_BYTES: usize = 32;

const DER_SEQUENCE: u8 = 0x30;
const DER_INTEGER: u8 = 0x02;

/// What an authenticator says of itself, bit by bit.
const USER_PRESENT: u8 = 0x01;
const USER_VERIFIED: u8 = 0x04;
const HAS_KEY: u8 = 0x40;
const HAS_EXTENSIONS: u8 = 0x80;

/// Why a passkey, or what it signed, is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PasskeyProblem {
    #[error("the key is not an ES256 key (ECDSA on P-256)")]
    NotEs256,
    #[error("`{0}` is not a host name")]
    NotASite(String),
    #[error("the reply of the passkey is malformed: `{0}`")]
    Malformed(&'static str),
    #[error("the signature was not made in a browser")]
    NotByBrowser,
    #[error("the passkey was used on a site other than `{0}`")]
    OtherSite(String),
    #[error("the passkey was used for the wrong operation: `{0}`")]
    OtherUse(String),
    #[error("the passkey signed a different statement")]
    OtherStatement,
    #[error("the passkey was used on a page of another origin: `{0}`")]
    OtherOrigin(String),
    #[error("the passkey was used in a frame of another site")]
    CrossOrigin,
    #[error("the authenticator did not confirm that a person was present")]
    NotPresent,
    #[error("the authenticator did not verify the person by PIN or biometrics")]
    NotVerified,
    #[error("the passkey is not allowed to sign this decision")]
    NotEnrolled,
    #[error("the signature does not match the key")]
    NotItsSignature,
}

/// The public key of a passkey, and the site that it is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicKey {
    point: Vec<u8>,
    /// The id of the relying party: the host of its pages.
    pub rp_id: String,
}

impl PublicKey {
    /// The key as browsers give it out (`getPublicKey`), of a passkey for the site `rp_id`.
    pub fn from_spki(spki: &[u8], rp_id: &str) -> Result<Self, PasskeyProblem> {
        let is_host = |letter: char| letter.is_ascii_alphanumeric() || "-.".contains(letter);
        if rp_id.is_empty() || !rp_id.chars().all(is_host) {
            return Err(PasskeyProblem::NotASite(rp_id.to_owned()));
        }
        let point = spki.strip_prefix(SPKI_PREFIX).filter(|point| is_point(point));
        let point = point.ok_or(PasskeyProblem::NotEs256)?.to_vec();
        Ok(Self { point, rp_id: rp_id.to_owned() })
    }

    /// The key that SSH's bytes say, where it is a passkey's.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let mut reader = Reader(bytes);
        let is_one = reader.text()? == KEY_TYPE && reader.text()? == CURVE;
        let point = reader.string().filter(|point| is_one && is_point(point))?.to_vec();
        let rp_id = reader.text().filter(|it| !it.starts_with(SSH_APPLICATION))?.to_owned();
        reader.end()?;
        Some(Self { point, rp_id })
    }

    fn bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        for part in [KEY_TYPE.as_bytes(), CURVE.as_bytes(), &self.point, self.rp_id.as_bytes()] {
            wire::put(&mut bytes, part);
        }
        bytes
    }
}

fn is_point(point: &[u8]) -> bool {
    point.len() == POINT_BYTES && point.first() == Some(&POINT_WHOLE)
}

/// As it stands in a file of public keys or of allowed signers.
impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{KEY_TYPE} {}", BASE64.encode(&self.bytes()))
    }
}

/// What a passkey has to sign for a text, as browsers and authenticators exchange it.
pub fn challenge(namespace: &str, text: &[u8]) -> String {
    BASE64URL_NOPAD.encode(&wire::signed_bytes(namespace, text))
}

/// What a browser gives back from `navigator.credentials.get`; each field is base64url without padding.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Assertion {
    /// The passkey that signed: the `rawId` of the credential.
    pub credential_id: String,
    /// What the authenticator says: `response.authenticatorData`.
    pub authenticator_data: String,
    /// What the browser says: `response.clientDataJSON`.
    #[serde(rename = "clientDataJSON")]
    pub client_data_json: String,
    /// The signature of both: `response.signature`.
    pub signature: String,
}

impl Assertion {
    /// The same as an armored SSH signature in this namespace, made by `key`.
    pub fn armored(&self, key: &PublicKey, namespace: &str) -> Result<String, PasskeyProblem> {
        let data = decoded(&self.authenticator_data, "authenticatorData")?;
        let (flags, counter, extensions) = read_data(&data, key)?;
        let client_data = decoded(&self.client_data_json, "clientDataJSON")?;
        let told = ClientData::read(&client_data)?;
        let halves = decoded(&self.signature, "signature")?;
        let halves = read_der(&halves).ok_or(PasskeyProblem::Malformed("signature"))?;
        let mut ecdsa = Vec::new();
        for half in halves {
            wire::put(&mut ecdsa, half);
        }
        let mut signature = Vec::new();
        wire::put(&mut signature, SIGNATURE_TYPE);
        wire::put(&mut signature, ecdsa);
        signature.push(flags);
        signature.extend(counter.to_be_bytes());
        for part in [told.origin.as_bytes(), &client_data, extensions] {
            wire::put(&mut signature, part);
        }
        Ok(Parts { key: key.bytes(), signature }.armored(namespace))
    }
}

fn decoded(text: &str, what: &'static str) -> Result<Vec<u8>, PasskeyProblem> {
    BASE64URL_NOPAD.decode(text.as_bytes()).map_err(|_| PasskeyProblem::Malformed(what))
}

/// What an authenticator says: bits, how often it has signed, and what else it adds.
fn read_data<'d>(data: &'d [u8], key: &PublicKey) -> Result<(u8, u32, &'d [u8]), PasskeyProblem> {
    let malformed = || PasskeyProblem::Malformed("authenticatorData");
    let mut reader = Reader(data);
    let site = digest(&SHA256, key.rp_id.as_bytes());
    if reader.take(site.as_ref().len()).ok_or_else(malformed)? != site.as_ref() {
        return Err(PasskeyProblem::OtherSite(key.rp_id.clone()));
    }
    let flags = reader.byte().ok_or_else(malformed)?;
    let counter = reader.number().ok_or_else(malformed)?;
    Ok((flags, counter, reader.0))
}

/// The two numbers of a signature in DER, which SSH writes in the same way.
fn read_der(der: &[u8]) -> Option<[&[u8]; 2]> {
    let mut outer = Reader(der);
    let mut inner = Reader(element(&mut outer, DER_SEQUENCE)?);
    let halves = [element(&mut inner, DER_INTEGER)?, element(&mut inner, DER_INTEGER)?];
    outer.end().and(inner.end())?;
    Some(halves)
}

/// What an element of this tag holds. All of a signature is short enough for a length of one byte.
fn element<'b>(reader: &mut Reader<'b>, tag: u8) -> Option<&'b [u8]> {
    let is_one = reader.byte()? == tag;
    let count = reader.byte().filter(|count| is_one && *count < 0x80)?;
    reader.take(usize::from(count))
}

/// What a browser says of what a passkey was used for.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct ClientData {
    #[serde(rename = "type")]
    kind: String,
    challenge: String,
    origin: String,
    #[serde(default)]
    cross_origin: bool,
    #[serde(default)]
    top_origin: Option<String>,
}

impl ClientData {
    fn read(json: &[u8]) -> Result<Self, PasskeyProblem> {
        serde_json::from_slice(json).map_err(|_| PasskeyProblem::Malformed("clientDataJSON"))
    }

    /// Whether it was used so, for this challenge, on a page of its own and in no frame of another.
    fn check(&self, kind: &str, challenge: &str, is_own: bool) -> Result<(), PasskeyProblem> {
        if self.kind != kind {
            return Err(PasskeyProblem::OtherUse(self.kind.clone()));
        }
        if self.challenge != challenge {
            return Err(PasskeyProblem::OtherStatement);
        }
        if !is_own {
            return Err(PasskeyProblem::OtherOrigin(self.origin.clone()));
        }
        if self.cross_origin || self.top_origin.is_some() {
            return Err(PasskeyProblem::CrossOrigin);
        }
        Ok(())
    }
}

/// Whether the authenticator says that a person was present, and that it verified them.
fn check_person(flags: u8) -> Result<(), PasskeyProblem> {
    if flags & USER_PRESENT == 0 {
        return Err(PasskeyProblem::NotPresent);
    }
    if flags & USER_VERIFIED == 0 {
        return Err(PasskeyProblem::NotVerified);
    }
    Ok(())
}

/// A signature that a passkey made, as its armored form tells of it.
#[derive(Debug)]
pub struct PasskeySignature {
    key: PublicKey,
    halves: Vec<u8>,
    flags: u8,
    counter: u32,
    /// The page that it was made on: scheme, host and port.
    pub origin: String,
    client_data: Vec<u8>,
    extensions: Vec<u8>,
}

impl PasskeySignature {
    /// Reads an armored signature; `None` where no passkey has to do with it. A passkey signs in a
    /// browser or not at all: by itself, its authenticator signs for whoever plugs it in.
    pub fn read(armored: &str) -> Result<Option<Self>, PasskeyProblem> {
        let malformed = || PasskeyProblem::Malformed("signature");
        let parts = Parts::read(armored).ok_or_else(malformed)?;
        let mut reader = Reader(&parts.signature);
        let is_by_browser = reader.string().ok_or_else(malformed)? == SIGNATURE_TYPE.as_bytes();
        match (PublicKey::from_bytes(&parts.key), is_by_browser) {
            (Some(key), true) => Self::read_rest(key, reader).ok_or_else(malformed).map(Some),
            (Some(_), false) => Err(PasskeyProblem::NotByBrowser),
            (None, true) => Err(malformed()),
            (None, false) => Ok(None),
        }
    }

    fn read_rest(key: PublicKey, mut reader: Reader<'_>) -> Option<Self> {
        let mut ecdsa = Reader(reader.string()?);
        let halves = [ecdsa.string()?, ecdsa.string()?].map(fixed);
        ecdsa.end()?;
        let signature = Self {
            key,
            halves: [halves[0]?, halves[1]?].concat(),
            flags: reader.byte()?,
            counter: reader.number()?,
            origin: reader.text()?.to_owned(),
            client_data: reader.string()?.to_vec(),
            extensions: reader.string()?.to_vec(),
        };
        reader.end()?;
        Some(signature)
    }

    /// Whether a person signed this text with it, present and verified, on a page of the key's site.
    pub fn check(&self, namespace: &str, text: &[u8]) -> Result<(), PasskeyProblem> {
        let told = ClientData::read(&self.client_data)?;
        let is_own = told.origin == self.origin && is_of_site(&self.origin, &self.key.rp_id);
        told.check("webauthn.get", &challenge(namespace, text), is_own)?;
        let has_extensions = self.flags & HAS_EXTENSIONS != 0;
        if self.flags & HAS_KEY != 0 || has_extensions == self.extensions.is_empty() {
            return Err(PasskeyProblem::Malformed("authenticatorData"));
        }
        check_person(self.flags)?;
        self.verify()
    }

    fn verify(&self) -> Result<(), PasskeyProblem> {
        let mut signed = digest(&SHA256, self.key.rp_id.as_bytes()).as_ref().to_vec();
        signed.push(self.flags);
        signed.extend(self.counter.to_be_bytes());
        signed.extend(&self.extensions);
        signed.extend(digest(&SHA256, &self.client_data).as_ref());
        let key = UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, &self.key.point);
        key.verify(&signed, &self.halves).map_err(|_| PasskeyProblem::NotItsSignature)
    }
}

/// A number of a signature in so many bytes as it always has.
fn fixed(number: &[u8]) -> Option<[u8; HALF_BYTES]> {
    let number = number.strip_prefix(&[0]).unwrap_or(number);
    let start = HALF_BYTES.checked_sub(number.len())?;
    let mut fixed = [0; HALF_BYTES];
    fixed[start..].copy_from_slice(number);
    Some(fixed)
}

/// Whether a page of this origin belongs to a site: its host is the site's id, whatever its port, and
/// only on the machine itself is it reached without TLS.
fn is_of_site(origin: &str, rp_id: &str) -> bool {
    let is_local = rp_id == "localhost" || rp_id.ends_with(".localhost");
    let plain = origin.strip_prefix("http://").filter(|_| is_local);
    let Some(rest) = origin.strip_prefix("https://").or(plain) else { return false };
    let (host, port) = rest.split_once(':').unwrap_or((rest, "443"));
    host == rp_id && port.parse::<u16>().is_ok_and(|number| number.to_string() == port)
}

#[cfg(test)]
mod authenticator;

#[cfg(test)]
mod tests;
