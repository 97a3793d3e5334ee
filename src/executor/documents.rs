//! JSON documents in what a program printed, found with bounded memory.

use serde_json::Value as Json;
use std::io;
use std::io::BufRead;
use std::io::Read;

/// A longer line, or a longer single document, is left out.
pub(super) const DOCUMENT_BYTES_MAX: usize = 16 * 1024 * 1024;

/// After so many broken documents no other one is looked for.
const BROKEN_MAX: u32 = 16;

/// Reads the next line without its end into `line`, which is left empty for a line that is too
/// long; `false` at the end of the text.
pub(super) fn next_line(printed: &mut impl BufRead, line: &mut Vec<u8>) -> io::Result<bool> {
    line.clear();
    let (mut is_any, mut is_too_long) = (false, false);
    loop {
        let bytes = printed.fill_buf()?;
        if bytes.is_empty() {
            return Ok(is_any);
        }
        is_any = true;
        let end = bytes.iter().position(|byte| *byte == b'\n');
        let part = &bytes[..end.unwrap_or(bytes.len())];
        is_too_long |= line.len() + part.len() > DOCUMENT_BYTES_MAX;
        if is_too_long {
            line.clear();
        } else {
            line.extend_from_slice(part);
        }
        let used = end.map_or(bytes.len(), |end| end + 1);
        printed.consume(used);
        if end.is_some() {
            return Ok(true);
        }
    }
}

/// The first JSON object that begins on a line of its own; `None` where there is none, or all are
/// broken. Behind a broken one, only an object that is not indented can be another document.
pub(super) fn first_document(printed: impl BufRead) -> io::Result<Option<Json>> {
    let mut text = Vec::new();
    printed.take(DOCUMENT_BYTES_MAX as u64 + 1).read_to_end(&mut text)?;
    let mut rest = text.as_slice();
    let mut broken = 0;
    while broken < BROKEN_MAX {
        let start = if broken == 0 { rest.trim_ascii_start() } else { rest };
        if start.starts_with(b"{") {
            let mut documents = serde_json::Deserializer::from_slice(start).into_iter();
            if let Some(Ok(json)) = documents.next() {
                return Ok(Some(json));
            }
            broken += 1;
        }
        let Some(end) = rest.iter().position(|byte| *byte == b'\n') else {
            return Ok(None);
        };
        rest = &rest[end + 1..];
    }
    Ok(None)
}
