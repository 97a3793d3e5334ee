//! Which line of a journal was changed, where its chain is broken: the line after it tells that
//! something is wrong, and the one after that tells which of the two it was.

use super::Header;
use crate::digest::Digest;

/// The line that was changed, counted from 1, where the chain breaks at line `broken`.
///
/// The `prev` of `broken` does not match the line before it. If the line that follows it vouches for
/// it, it is the line before that was changed; and so too where nothing follows it.
pub(super) fn changed_line(bytes: &[u8], broken: u64) -> u64 {
    let at = usize::try_from(broken).unwrap_or(usize::MAX).saturating_sub(1);
    let mut lines = bytes.split(|byte| *byte == b'\n').skip(at);
    let (own, next) = (lines.next(), lines.next());
    let prev = next.and_then(|line| serde_json::from_slice::<Header>(line).ok()?.prev);
    let is_vouched_for = own.map(Digest::of) == prev;
    if broken > 1 && (prev.is_none() || is_vouched_for) { broken - 1 } else { broken }
}
