//! DSSE, the envelope that in-toto and SLSA put around what is signed: the signature covers the type
//! of the content too. Its encoding is one line, which is less than a library for it would need.

use super::Error;
use super::bare::BareSigner;
use data_encoding::BASE64;
use serde_json::json;

/// The content in an envelope, signed, on one line.
pub fn envelope(signer: &BareSigner, kind: &str, content: &[u8]) -> Result<Vec<u8>, Error> {
    let signature = signer.sign(&encoded(kind, content))?;
    let envelope = json!({
        "payload": BASE64.encode(content),
        "payloadType": kind,
        "signatures": [{ "keyid": signer.key.id(), "sig": BASE64.encode(&signature) }],
    });
    Ok(format!("{envelope}\n").into_bytes())
}

/// The bytes that are signed: lengths keep type and content apart.
fn encoded(kind: &str, content: &[u8]) -> Vec<u8> {
    let head = format!("DSSEv1 {} {kind} {} ", kind.len(), content.len());
    [head.as_bytes(), content].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_encoding_is_that_of_the_specification() {
        let bytes = encoded("http://example.com/HelloWorld", b"hello world");
        assert_eq!(bytes, b"DSSEv1 29 http://example.com/HelloWorld 11 hello world");
    }
}
