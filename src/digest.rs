//! SHA-256 digests: what a record says about bytes. Written as 64 hex digits, as
//! `sha256sum` does.

use hmac::Hmac;
use hmac::KeyInit;
use hmac::Mac;
use serde::Deserialize;
use serde::Deserializer;
use serde::Serialize;
use serde::Serializer;
use sha2::Digest as _;
use sha2::Sha256;
use std::fmt;
use std::io;
use std::io::Read;

/// Large enough that system calls do not count, small enough to stay in the second-level cache.
const BUFFER_BYTES: usize = 64 * 1024;

const HEX_DIGITS: &[u8; 16] = b"0123456789abcdef";

/// The SHA-256 of some bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, schemars::JsonSchema)]
#[schemars(with = "String")]
pub struct Digest([u8; 32]);

impl Digest {
    /// The digest of some bytes.
    pub fn of(bytes: impl AsRef<[u8]>) -> Self {
        Self(Sha256::digest(bytes.as_ref()).into())
    }

    /// The HMAC of some bytes under a key, by which whoever has the key knows where they come from.
    #[expect(clippy::expect_used, reason = "a key of an HMAC may have any length")]
    pub fn keyed(key: &[u8], bytes: &[u8]) -> Self {
        let mut hmac = Hmac::<Sha256>::new_from_slice(key).expect("a key of any length");
        hmac.update(bytes);
        Self(hmac.finalize().into_bytes().into())
    }

    /// Hashes a stream in constant memory; gives the digest and how many bytes it had. `bytes_expected`
    /// spares a small file the large buffer.
    pub fn of_reader(mut reader: impl Read, bytes_expected: u64) -> io::Result<(Self, u64)> {
        let mut hasher = Sha256::new();
        let room = usize::try_from(bytes_expected).unwrap_or(BUFFER_BYTES);
        let mut buffer = vec![0_u8; room.clamp(1, BUFFER_BYTES)];
        let mut bytes = 0_u64;
        loop {
            match reader.read(&mut buffer) {
                Ok(0) => return Ok((Self(hasher.finalize().into()), bytes)),
                Ok(count) => {
                    hasher.update(&buffer[..count]);
                    bytes += count as u64;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// Takes 64 hex digits; gives `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.as_bytes();
        if text.len() != 64 {
            return None;
        }
        let mut bytes = [0_u8; 32];
        for (byte, pair) in bytes.iter_mut().zip(text.chunks_exact(2)) {
            let high = char::from(pair[0]).to_digit(16)?;
            let low = char::from(pair[1]).to_digit(16)?;
            *byte = u8::try_from(high * 16 + low).ok()?;
        }
        Some(Self(bytes))
    }

    fn hex(self) -> [u8; 64] {
        let mut hex = [0; 64];
        for (pair, byte) in hex.chunks_exact_mut(2).zip(self.0) {
            pair[0] = HEX_DIGITS[usize::from(byte >> 4)];
            pair[1] = HEX_DIGITS[usize::from(byte & 15)];
        }
        hex
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(std::str::from_utf8(&self.hex()).unwrap_or_default())
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

// Written out, since records hold thousands: none of them is made a text of its own on the way.
impl Serialize for Digest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(std::str::from_utf8(&self.hex()).unwrap_or_default())
    }
}

impl<'de> Deserialize<'de> for Digest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl serde::de::Visitor<'_> for Visitor {
            type Value = Digest;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a SHA-256 in hex")
            }
            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Digest, E> {
                let digest = Digest::parse(text);
                digest.ok_or_else(|| E::custom(format!("`{text}` is not a SHA-256 digest in hex")))
            }
        }
        deserializer.deserialize_str(Visitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_says_what_sha256sum_says() {
        let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(Digest::of("abc").to_string(), abc);
        assert_eq!(Digest::of_reader(&b"abc"[..], 0).unwrap(), (Digest::parse(abc).unwrap(), 3));
        // RFC 4231, case 2.
        let hmac = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
        assert_eq!(Digest::keyed(b"Jefe", b"what do ya want for nothing?").to_string(), hmac);
        assert_eq!(Digest::parse("abc"), None);
        assert_eq!(Digest::parse(&"zz".repeat(32)), None);
    }
}
