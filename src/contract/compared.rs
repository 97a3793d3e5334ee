//! Where a contract names the gate that it compares with: an error about it shows that place.

use super::broken::checks;
use super::broken::get;
use crate::check;
use crate::document;
use crate::document::Value;
use crate::source::Source;
use std::ops::Range;

/// The key of the checks that compare.
const SINCE: &str = "since";

/// Where the first check that compares with a gate names it.
pub fn place_of_since(source: &Source, gate: &str) -> Option<Range<usize>> {
    let table = document::parse(source).ok()?;
    checks(&table).find_map(|check| {
        let kind = check::kind(get(check, "kind")?.get_ref().as_str()?)?;
        let is_named = |since: &&Value<'_>| since.get_ref().as_str() == Some(gate);
        get(check, SINCE).filter(is_named).filter(|_| (kind.compares)()).map(Value::span)
    })
}
