//! The binary forms of SSH: strings behind their lengths, and the armor around a signature. Reading is
//! strict: what `ssh-keygen` might read in another way is not read at all.

use data_encoding::BASE64;

/// What stands before everything that is signed, and before each signature.
const MAGIC: &[u8] = b"SSHSIG";

/// The version of the form of signatures.
const VERSION: u32 = 1;

/// The hash that texts are signed by here, one of the two that the form knows.
pub const HASH: &str = "sha512";

const BEGIN: &str = "-----BEGIN SSH SIGNATURE-----";
const END: &str = "-----END SSH SIGNATURE-----";

/// How many letters `ssh-keygen` writes in a line.
const LINE_LETTERS: usize = 70;

/// Bytes that are read from the front.
#[derive(Debug, Clone, Copy)]
pub struct Reader<'b>(pub &'b [u8]);

impl<'b> Reader<'b> {
    pub fn take(&mut self, count: usize) -> Option<&'b [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    pub fn byte(&mut self) -> Option<u8> {
        self.take(1)?.first().copied()
    }

    pub fn number(&mut self) -> Option<u32> {
        Some(u32::from_be_bytes(self.take(4)?.try_into().ok()?))
    }

    pub fn string(&mut self) -> Option<&'b [u8]> {
        let count = self.number()?;
        self.take(usize::try_from(count).ok()?)
    }

    pub fn text(&mut self) -> Option<&'b str> {
        std::str::from_utf8(self.string()?).ok()
    }

    /// Whether nothing follows.
    pub fn end(self) -> Option<()> {
        self.0.is_empty().then_some(())
    }
}

/// Adds a string behind its length.
pub fn put(bytes: &mut Vec<u8>, string: impl AsRef<[u8]>) {
    let string = string.as_ref();
    let count = u32::try_from(string.len()).unwrap_or(u32::MAX);
    bytes.extend(count.to_be_bytes());
    bytes.extend(string);
}

/// The bytes that a key signs for a text.
pub fn signed_bytes(namespace: &str, text: &[u8]) -> Vec<u8> {
    let digest = ring::digest::digest(&ring::digest::SHA512, text);
    let mut bytes = MAGIC.to_vec();
    for part in [namespace.as_bytes(), b"", HASH.as_bytes(), digest.as_ref()] {
        put(&mut bytes, part);
    }
    bytes
}

/// An armored signature, taken apart as far as all kinds of keys have in common.
#[derive(Debug)]
pub struct Parts {
    /// The public key, which begins with its type.
    pub key: Vec<u8>,
    /// The signature, which begins with its type.
    pub signature: Vec<u8>,
}

impl Parts {
    pub fn read(armored: &str) -> Option<Self> {
        let body = armored.trim().strip_prefix(BEGIN)?.strip_suffix(END)?;
        let letters: String = body.split_ascii_whitespace().collect();
        let bytes = BASE64.decode(letters.as_bytes()).ok()?;
        let mut reader = Reader(&bytes);
        let is_one = reader.take(MAGIC.len())? == MAGIC && reader.number()? == VERSION;
        let key = reader.string()?.to_vec();
        let [_namespace, _reserved, _hash] = [reader.string()?, reader.string()?, reader.string()?];
        let signature = reader.string()?.to_vec();
        reader.end()?;
        is_one.then_some(Self { key, signature })
    }

    /// As `ssh-keygen` writes it.
    pub fn armored(&self, namespace: &str) -> String {
        let mut bytes = MAGIC.to_vec();
        bytes.extend(VERSION.to_be_bytes());
        for part in [&self.key, namespace.as_bytes(), b"", HASH.as_bytes(), &self.signature] {
            put(&mut bytes, part);
        }
        let letters = BASE64.encode(&bytes);
        let mut text = format!("{BEGIN}\n");
        for start in (0..letters.len()).step_by(LINE_LETTERS) {
            let end = letters.len().min(start + LINE_LETTERS);
            text.push_str(&letters[start..end]);
            text.push('\n');
        }
        text + END + "\n"
    }
}
