//! Addresses of the pages.

use crate::id::GateId;
use crate::id::RunId;
use percent_encoding::AsciiSet;
use percent_encoding::NON_ALPHANUMERIC;
use percent_encoding::utf8_percent_encode;

/// What stands for something else in a path or a query.
const RESERVED: AsciiSet = NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// A text as one segment of a path, or as a value in a query.
pub(super) fn segment(text: &str) -> String {
    utf8_percent_encode(text, &RESERVED).to_string()
}

/// The page of a run.
pub(super) fn run(base: &str, run: &RunId) -> String {
    format!("{base}/runs/{}", segment(run.as_str()))
}

/// The page of a gate.
pub(super) fn gate(base: &str, run: &RunId, gate: &GateId) -> String {
    format!("{}/gates/{}", self::run(base, run), segment(gate.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_name_leaves_its_segment() {
        assert_eq!(segment("write[a/..?#\"]"), "write%5Ba%2F..%3F%23%22%5D");
        assert_eq!(segment("ä"), "%C3%A4");
    }
}
