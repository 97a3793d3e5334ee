//! An Ed25519 key that signs bytes as they are, for formats that know nothing of `ssh-keygen`'s
//! armor. An agent signs where it holds the key; a key file is read only where no agent does and no
//! passphrase protects it. Ed25519 alone: its signature of the same bytes is always the same.

use super::Error;
use super::PATIENCE;
use super::SshKey;
use super::wire;
use super::wire::Parts;
use super::wire::Reader;
use crate::digest::Digest;
use crate::files;
use data_encoding::BASE64;
use data_encoding::HEXLOWER;
use ring::signature::ED25519;
use ring::signature::Ed25519KeyPair;
use ring::signature::UnparsedPublicKey;
use std::io;
use std::io::Read;
use std::io::Write;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::path::PathBuf;

/// The type of these keys, in OpenSSH's words.
const KEY_TYPE: &str = "ssh-ed25519";

/// How a private key file begins and ends, and what its content begins with.
const PRIVATE: [&str; 2] =
    ["-----BEGIN OPENSSH PRIVATE KEY-----", "-----END OPENSSH PRIVATE KEY-----"];
const PRIVATE_MAGIC: &[u8] = b"openssh-key-v1\0";

/// What stands before a key of this type in a SubjectPublicKeyInfo (RFC 8410).
const SPKI: &[u8] = &[0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];

/// The messages of the agent protocol.
const SIGN_REQUEST: u8 = 13;
const SIGN_RESPONSE: u8 = 14;

/// The longest message that OpenSSH's agent reads (`AGENT_MAX_LEN`), in bytes.
pub const AGENT_BYTES_MAX: usize = 256 * 1024;

const KEY_BYTES: usize = 32;
const SIGNATURE_BYTES: usize = 64;

/// The largest file of a key, in bytes.
const FILE_BYTES_MAX: u64 = 64 * 1024;

/// The public half of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BareKey([u8; KEY_BYTES]);

impl BareKey {
    /// The key itself, in hexadecimal digits.
    pub fn hex(&self) -> String {
        HEXLOWER.encode(&self.0)
    }

    /// As OpenSSL and most libraries read it.
    pub fn pem(&self) -> String {
        let spki = BASE64.encode(&[SPKI, &self.0].concat());
        format!("-----BEGIN PUBLIC KEY-----\n{spki}\n-----END PUBLIC KEY-----\n")
    }

    /// As OpenSSH reads it.
    pub fn line(&self) -> String {
        format!("{KEY_TYPE} {}\n", BASE64.encode(&self.blob()))
    }

    /// Its name in in-toto's documents: the digest of what it is, in canonical JSON.
    pub fn id(&self) -> String {
        let (key, kind) = (self.hex(), "ed25519");
        let json =
            format!(r#"{{"keytype":"{kind}","keyval":{{"public":"{key}"}},"scheme":"{kind}"}}"#);
        Digest::of(json).to_string()
    }

    /// One that nothing signs by.
    #[cfg(test)]
    pub fn testing() -> Self {
        Self([7; KEY_BYTES])
    }

    fn blob(&self) -> Vec<u8> {
        let mut blob = Vec::new();
        wire::put(&mut blob, KEY_TYPE);
        wire::put(&mut blob, self.0);
        blob
    }

    /// Reads what OpenSSH writes for a public key; `None` for another type.
    fn of_blob(blob: &[u8]) -> Option<Self> {
        let mut reader = Reader(blob);
        let is_type = reader.text()? == KEY_TYPE;
        let key = reader.string()?.try_into().ok()?;
        reader.end()?;
        is_type.then_some(Self(key))
    }

    fn of_line(line: &str) -> Option<Self> {
        let mut words = line.split_ascii_whitespace();
        let is_type = words.next()? == KEY_TYPE;
        let blob = BASE64.decode(words.next()?.as_bytes()).ok()?;
        Self::of_blob(&blob).filter(|_| is_type)
    }
}

/// A key with what signs by it.
#[derive(Debug)]
pub struct BareSigner {
    /// Its public half.
    pub key: BareKey,
    /// The socket of an agent, which may hold its other half.
    agent: Option<PathBuf>,
    /// The file of its other half, where it may be read.
    file: Option<PathBuf>,
    /// As the user named it.
    named: String,
}

impl BareSigner {
    /// Finds the public half of a key, and what may sign by it: the agent at this socket first.
    pub fn new(key: &SshKey, agent: Option<PathBuf>) -> Result<Self, Error> {
        let named = key.key.clone();
        let refused = || {
            Error::Refused(format!(
                "{named} is not an Ed25519 key; name one that `ssh-keygen -t ed25519` made"
            ))
        };
        let Some(path) = key.file() else {
            let literal = named.strip_prefix("key::").unwrap_or(&named);
            let key = BareKey::of_line(literal).ok_or_else(refused)?;
            return Ok(Self { key, agent, file: None, named });
        };
        let text = read(path)?;
        let (public, file) = if text.starts_with(PRIVATE[0]) {
            let blob = PrivateFile::read(&text).map(|file| file.blob);
            (blob.and_then(|blob| BareKey::of_blob(&blob)), Some(path.to_owned()))
        } else {
            (BareKey::of_line(&text), private_half(path))
        };
        Ok(Self { key: public.ok_or_else(refused)?, agent, file, named })
    }

    /// The signature of these bytes, 64 bytes long.
    pub fn sign(&self, bytes: &[u8]) -> Result<Vec<u8>, Error> {
        let message = self.request(bytes);
        let fits = message.len() <= AGENT_BYTES_MAX;
        let agent = self.agent.as_deref();
        let by_agent = agent.filter(|_| fits).map(|agent| self.ask(agent, &message, bytes));
        if let Some(Ok(Some(signature))) = by_agent {
            return Ok(signature);
        }
        if let Some(pair) =
            self.file.as_deref().map(|file| self.read_pair(file)).transpose()?.flatten()
        {
            return Ok(pair.sign(bytes).as_ref().to_vec());
        }
        Err(match (by_agent, &self.file) {
            (Some(Err(error)), _) => {
                Error::Refused(format!("the SSH agent did not sign with {}: {error}", self.named))
            }
            (None, _) if agent.is_some() => Error::TooLong { bytes: bytes.len() },
            (Some(Ok(_)) | None, Some(file)) if files::exists(file) => {
                Error::Locked { key: self.named.clone(), file: file.clone() }
            }
            (Some(Ok(_)) | None, Some(_) | None) => Error::Refused(format!(
                "the private key of {} was not found, neither in a file beside it nor in an SSH \
                 agent",
                self.named
            )),
        })
    }

    /// The same in `ssh-keygen`'s armor.
    pub fn sign_armored(&self, namespace: &str, text: &[u8]) -> Result<String, Error> {
        let raw = self.sign(&wire::signed_bytes(namespace, text))?;
        let mut signature = Vec::new();
        wire::put(&mut signature, KEY_TYPE);
        wire::put(&mut signature, raw);
        Ok(Parts { key: self.key.blob(), signature }.armored(namespace))
    }

    /// What an agent is asked to sign these bytes with.
    fn request(&self, bytes: &[u8]) -> Vec<u8> {
        let mut message = vec![SIGN_REQUEST];
        wire::put(&mut message, self.key.blob());
        wire::put(&mut message, bytes);
        message.extend(0_u32.to_be_bytes());
        message
    }

    /// Asks an agent; `None` where it does not have the key, or said something else.
    fn ask(&self, agent: &Path, message: &[u8], bytes: &[u8]) -> io::Result<Option<Vec<u8>>> {
        let mut framed = Vec::new();
        wire::put(&mut framed, message);
        let mut stream = UnixStream::connect(agent)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        stream.write_all(&framed)?;
        let mut length = [0; 4];
        stream.read_exact(&mut length)?;
        let mut answer = Vec::new();
        stream
            .take(u64::from(u32::from_be_bytes(length)).min(FILE_BYTES_MAX))
            .read_to_end(&mut answer)?;
        Ok(self.read_answer(&answer, bytes))
    }

    /// The signature in an agent's answer, if it is one of these bytes.
    fn read_answer(&self, answer: &[u8], bytes: &[u8]) -> Option<Vec<u8>> {
        let mut reader = Reader(answer);
        let is_signed = reader.byte()? == SIGN_RESPONSE;
        let mut reader = Reader(reader.string().filter(|_| is_signed)?);
        let is_type = reader.text()? == KEY_TYPE;
        let signature = reader.string().filter(|it| is_type && it.len() == SIGNATURE_BYTES)?;
        let key = UnparsedPublicKey::new(&ED25519, self.key.0);
        key.verify(bytes, signature).ok()?;
        Some(signature.to_vec())
    }

    /// The key of a file; `None` where there is none, under a passphrase, or of another key.
    fn read_pair(&self, file: &Path) -> Result<Option<Ed25519KeyPair>, Error> {
        if !files::exists(file) {
            return Ok(None);
        }
        let text = read(file)?;
        let pair = PrivateFile::read(&text).and_then(|file| file.pair(&self.key));
        Ok(pair)
    }
}

/// The file of the private half, where that of the public half is named.
fn private_half(public: &Path) -> Option<PathBuf> {
    public.extension().filter(|it| *it == "pub").map(|_| public.with_extension(""))
}

fn read(path: &Path) -> Result<String, Error> {
    let told = |error: String| Error::Refused(format!("{}: {error}", path.display()));
    let bytes = files::read_small(path, FILE_BYTES_MAX).map_err(|error| told(error.to_string()))?;
    let bytes = bytes.ok_or_else(|| told("no such file".to_owned()))?;
    String::from_utf8(bytes).map_err(|_| told("it is not an SSH key".to_owned()))
}

/// What a private key file holds.
struct PrivateFile {
    /// The public half.
    blob: Vec<u8>,
    /// The private half; unreadable under a passphrase.
    secret: Vec<u8>,
    is_open: bool,
}

impl PrivateFile {
    fn read(text: &str) -> Option<Self> {
        let body = text.trim().strip_prefix(PRIVATE[0])?.strip_suffix(PRIVATE[1])?;
        let letters: String = body.split_ascii_whitespace().collect();
        let bytes = BASE64.decode(letters.as_bytes()).ok()?;
        let mut reader = Reader(bytes.strip_prefix(PRIVATE_MAGIC)?);
        let is_open = reader.text()? == "none";
        let [_derivation, _options] = [reader.string()?, reader.string()?];
        let is_one = reader.number()? == 1;
        let blob = reader.string().filter(|_| is_one)?.to_vec();
        Some(Self { blob, secret: reader.string()?.to_vec(), is_open })
    }

    fn pair(&self, key: &BareKey) -> Option<Ed25519KeyPair> {
        let mut reader = Reader(&self.secret);
        let [first, second] = [reader.number()?, reader.number()?];
        let is_type = self.is_open && first == second && reader.text()? == KEY_TYPE;
        let public = reader.string().filter(|public| is_type && *public == key.0)?;
        let seed = reader.string()?.get(..KEY_BYTES)?;
        Ed25519KeyPair::from_seed_and_public_key(seed, public).ok()
    }
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "a test makes its own keys")]
mod tests {
    use super::*;
    use crate::process::testing;
    use tempfile::TempDir;

    fn key(kind: &str, passphrase: &str) -> Option<(TempDir, SshKey)> {
        if testing::lacks("ssh-keygen") {
            return None;
        }
        let folder = tempfile::tempdir().unwrap();
        let mut make = std::process::Command::new("ssh-keygen");
        make.args(["-q", "-t", kind, "-C", "", "-N", passphrase, "-f", "key"]);
        assert!(testing::output(make.current_dir(folder.path())).status.success());
        let path = folder.path().join("key").display().to_string();
        Some((folder, SshKey::new(&path, None)))
    }

    fn halves(folder: &TempDir) -> [SshKey; 2] {
        ["key", "key.pub"]
            .map(|name| SshKey::new(&folder.path().join(name).display().to_string(), None))
    }

    #[test]
    fn a_file_signs_under_either_name_and_always_the_same() {
        let Some((folder, own)) = key("ed25519", "") else { return };
        let public = std::fs::read_to_string(folder.path().join("key.pub")).unwrap();
        for named in halves(&folder) {
            let signer = BareSigner::new(&named, None).unwrap();
            assert_eq!(signer.key.line().trim(), public.trim());
            let signature = signer.sign(b"text").unwrap();
            assert_eq!(signature, signer.sign(b"text").unwrap());
            let key = UnparsedPublicKey::new(&ED25519, signer.key.0);
            assert!(key.verify(b"text", &signature).is_ok());
            assert!(key.verify(b"Text", &signature).is_err());
            // The stock program makes the same.
            assert_eq!(
                signer.sign_armored("a@v1", b"text").unwrap(),
                own.sign("a@v1", b"text").unwrap()
            );
        }
    }

    #[test]
    fn what_cannot_sign_is_told() {
        let Some((folder, _)) = key("ed25519", "secret") else { return };
        for named in halves(&folder) {
            let signer = BareSigner::new(&named, None).unwrap();
            let error = signer.sign(b"text").unwrap_err();
            assert!(error.to_string().contains("protected by a passphrase"), "{error}");
            assert!(error.help().unwrap().contains("ssh-add"));
            let gone = BareSigner { agent: Some(folder.path().join("none")), ..signer };
            let error = gone.sign(b"text").unwrap_err().to_string();
            assert!(error.contains("agent did not sign"), "{error}");
        }
        let Some((folder, _)) = key("ecdsa", "") else { return };
        for named in halves(&folder) {
            let error = BareSigner::new(&named, None).unwrap_err().to_string();
            assert!(error.contains("not an Ed25519 key"), "{error}");
        }
        let Some((folder, _)) = key("ed25519", "") else { return };
        std::fs::remove_file(folder.path().join("key")).unwrap();
        let [_, public] = halves(&folder);
        let error = BareSigner::new(&public, None).unwrap().sign(b"text").unwrap_err().to_string();
        assert!(error.contains("was not found"), "{error}");
        let none = SshKey::new("/none", None);
        assert!(BareSigner::new(&none, None).unwrap_err().to_string().contains("no such file"));
    }

    #[test]
    fn what_is_too_long_for_an_agent_is_signed_by_a_file_or_refused() {
        let long = vec![b'x'; AGENT_BYTES_MAX];
        let Some((folder, own)) = key("ed25519", "") else { return };
        let agent = || Some(folder.path().join("none"));
        assert!(BareSigner::new(&own, agent()).unwrap().sign(&long).is_ok());
        let Some((_folder, locked)) = key("ed25519", "secret") else { return };
        let signer = BareSigner::new(&locked, agent()).unwrap();
        let error = signer.sign(&long).unwrap_err();
        assert_eq!(
            error.to_string(),
            "the text to sign has 262144 bytes, but an SSH agent signs at most 256 KiB"
        );
        assert!(error.help().unwrap().contains("without a passphrase"));
        // What fits is given to the agent.
        let room = AGENT_BYTES_MAX - signer.request(b"").len();
        let error = signer.sign(&long[..room]).unwrap_err().to_string();
        assert!(error.contains("agent did not sign"), "{error}");
        assert!(matches!(signer.sign(&long[..=room]), Err(Error::TooLong { .. })));
    }

    #[test]
    fn what_an_agent_says_is_believed_only_where_it_is_true() {
        let Some((_folder, own)) = key("ed25519", "") else { return };
        let signer = BareSigner::new(&own, None).unwrap();
        let answer = |kind: u8, key_type: &str, signature: &[u8]| {
            let mut inner = Vec::new();
            wire::put(&mut inner, key_type);
            wire::put(&mut inner, signature);
            let mut answer = vec![kind];
            wire::put(&mut answer, inner);
            signer.read_answer(&answer, b"text")
        };
        let good = signer.sign(b"text").unwrap();
        assert_eq!(answer(SIGN_RESPONSE, KEY_TYPE, &good), Some(good.clone()));
        assert_eq!(answer(5, KEY_TYPE, &good), None);
        assert_eq!(answer(SIGN_RESPONSE, "ssh-rsa", &good), None);
        assert_eq!(answer(SIGN_RESPONSE, KEY_TYPE, &signer.sign(b"Text").unwrap()), None);
        assert_eq!(signer.read_answer(&[], b"text"), None);
    }
}
