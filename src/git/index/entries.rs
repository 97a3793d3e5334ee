//! Reading and writing the entries of an index, of the versions 2, 3 and 4.

use super::Entry;
use super::HASH_BYTES;
use super::IndexRefused;
use super::REGULAR_FILE;
use git2::Oid;
use std::borrow::Cow;
use std::ops::Range;

const STAT_BYTES: usize = 40;
const MODE_AT: usize = 24;
const FIXED_BYTES: usize = STAT_BYTES + HASH_BYTES + 2;
const IS_EXTENDED: u16 = 0x4000;
const STAGE: u16 = 0x3000;
const NAME_LENGTH: u16 = 0x0fff;
/// In the extended flags: the file is only meant to be added.
const INTENT_TO_ADD: u16 = 0x2000;

/// One entry as it stands in the index.
pub(super) struct Old<'a> {
    /// Stat data, id and flags.
    fixed: &'a [u8],
    pub(super) name: &'a [u8],
    /// Where it lies in the index, if its bytes do not depend on the entry before.
    whole: Option<Range<usize>>,
}

impl Old<'_> {
    /// Whether this is a regular file of that id, not in conflict and not merely announced.
    pub(super) fn is_plain(&self, id: Oid) -> bool {
        let mode = &self.fixed[MODE_AT..MODE_AT + 4];
        mode == REGULAR_FILE.to_be_bytes()
            && &self.fixed[STAT_BYTES..STAT_BYTES + HASH_BYTES] == id.as_bytes()
            && flags(self.fixed, FIXED_BYTES - 2) & STAGE == 0
            && (self.fixed.len() == FIXED_BYTES
                || flags(self.fixed, FIXED_BYTES) & INTENT_TO_ADD == 0)
    }
}

fn flags(fixed: &[u8], at: usize) -> u16 {
    u16::from_be_bytes([fixed[at], fixed[at + 1]])
}

/// Goes through the entries of an index.
pub(super) struct Reader<'a> {
    bytes: &'a [u8],
    /// How many bytes were read before these.
    at: usize,
    version: u32,
    left: u32,
    /// The name read last, where names are told by what they share with the one before.
    name: Vec<u8>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Result<Self, IndexRefused> {
        let (header, bytes) = bytes.split_at_checked(12).ok_or(IndexRefused::Corrupt)?;
        let number = |at: usize| {
            u32::from_be_bytes([header[at], header[at + 1], header[at + 2], header[at + 3]])
        };
        if !header.starts_with(b"DIRC") {
            return Err(IndexRefused::Corrupt);
        }
        match number(4) {
            2..=4 => {
                let (version, left) = (number(4), number(8));
                Ok(Self { bytes, at: header.len(), version, left, name: Vec::new() })
            }
            _ => Err(IndexRefused::Unsupported),
        }
    }

    pub(super) fn version(&self) -> u32 {
        self.version
    }

    /// What follows the entries.
    pub(super) fn rest(&self) -> &'a [u8] {
        self.bytes
    }

    pub(super) fn next(&mut self) -> Result<Option<Old<'_>>, IndexRefused> {
        if self.left == 0 {
            return Ok(None);
        }
        self.left -= 1;
        let bytes = self.bytes;
        let short = bytes.get(..FIXED_BYTES).ok_or(IndexRefused::Corrupt)?;
        let has_more_flags = flags(short, FIXED_BYTES - 2) & IS_EXTENDED != 0;
        let length = FIXED_BYTES + if has_more_flags { 2 } else { 0 };
        let (fixed, rest) = bytes.split_at_checked(length).ok_or(IndexRefused::Corrupt)?;
        if self.version == 4 {
            let (dropped, rest) = varint(rest).ok_or(IndexRefused::Corrupt)?;
            let kept = self.name.len().checked_sub(dropped).ok_or(IndexRefused::Corrupt)?;
            let end = rest.iter().position(|&byte| byte == 0).ok_or(IndexRefused::Corrupt)?;
            self.name.truncate(kept);
            self.name.extend_from_slice(&rest[..end]);
            self.bytes = &rest[end + 1..];
            return Ok(Some(Old { fixed, name: &self.name, whole: None }));
        }
        let told = usize::from(flags(short, FIXED_BYTES - 2) & NAME_LENGTH);
        let end = if told < usize::from(NAME_LENGTH) {
            told
        } else {
            rest.iter().position(|&byte| byte == 0).ok_or(IndexRefused::Corrupt)?
        };
        let name =
            rest.get(..end).filter(|_| rest.get(end) == Some(&0)).ok_or(IndexRefused::Corrupt)?;
        let (whole, rest) =
            bytes.split_at_checked(padded(length + end)).ok_or(IndexRefused::Corrupt)?;
        self.bytes = rest;
        let begin = self.at;
        self.at += whole.len();
        Ok(Some(Old { fixed, name, whole: Some(begin..self.at) }))
    }
}

/// An entry's length with the one to eight zero bytes at its end.
fn padded(length: usize) -> usize {
    (length + 8) & !7
}

/// A number in the encoding of pack offsets, and what follows it.
fn varint(mut bytes: &[u8]) -> Option<(usize, &[u8])> {
    let (&first, rest) = bytes.split_first()?;
    let mut value = usize::from(first & 0x7f);
    let mut byte = first;
    bytes = rest;
    while byte & 0x80 != 0 {
        let (&next, rest) = bytes.split_first()?;
        byte = next;
        bytes = rest;
        value = value.checked_add(1)?.checked_mul(128)?.checked_add(usize::from(byte & 0x7f))?;
    }
    Some((value, bytes))
}

fn push_varint(mut value: usize, bytes: &mut Vec<u8>) {
    let low = |value: usize| u8::try_from(value & 0x7f).unwrap_or_default();
    let mut reversed = vec![low(value)];
    value >>= 7;
    while value > 0 {
        value -= 1;
        reversed.push(low(value) | 0x80);
        value >>= 7;
    }
    bytes.extend(reversed.iter().rev());
}

/// Puts an index together from pieces: a large one is not copied for one entry.
pub(super) struct Writer<'a> {
    old: &'a [u8],
    /// What is done, but for the header.
    pieces: Vec<Cow<'a, [u8]>>,
    /// What is copied as it stands in the old index.
    kept: Range<usize>,
    /// What follows it.
    bytes: Vec<u8>,
    version: u32,
    count: u32,
    name: Vec<u8>,
}

impl<'a> Writer<'a> {
    pub(super) fn new(version: u32, old: &'a [u8]) -> Self {
        let (pieces, bytes, name) = (Vec::new(), Vec::new(), Vec::new());
        Self { old, pieces, kept: 0..0, bytes, version, count: 0, name }
    }

    /// Closes the piece at hand.
    fn close(&mut self) {
        let kept = std::mem::take(&mut self.kept);
        self.pieces.push(self.old[kept].into());
        self.pieces.push(std::mem::take(&mut self.bytes).into());
    }

    pub(super) fn copy(&mut self, old: &Old<'_>) -> Result<(), IndexRefused> {
        match &old.whole {
            Some(whole) => {
                self.count += 1;
                if !self.bytes.is_empty() || self.kept.end != whole.start {
                    self.close();
                    self.kept.start = whole.start;
                }
                self.kept.end = whole.end;
                Ok(())
            }
            None => self.push(old.fixed, old.name),
        }
    }

    pub(super) fn put(&mut self, entry: &Entry<'_>) -> Result<(), IndexRefused> {
        let stat = &entry.stat;
        let numbers = [
            stat.changed.0,
            stat.changed.1,
            stat.modified.0,
            stat.modified.1,
            stat.device,
            stat.inode,
            REGULAR_FILE,
            stat.user,
            stat.group,
            stat.bytes,
        ];
        let mut fixed: Vec<u8> = numbers.iter().flat_map(|number| number.to_be_bytes()).collect();
        fixed.extend_from_slice(entry.id.as_bytes());
        let length = u16::try_from(entry.path.len()).unwrap_or(u16::MAX).min(NAME_LENGTH);
        fixed.extend_from_slice(&length.to_be_bytes());
        self.push(&fixed, entry.path.as_bytes())
    }

    fn push(&mut self, fixed: &[u8], name: &[u8]) -> Result<(), IndexRefused> {
        self.count = self.count.checked_add(1).ok_or(IndexRefused::Corrupt)?;
        self.bytes.extend_from_slice(fixed);
        if self.version == 4 {
            let shared = self.name.iter().zip(name).take_while(|(one, two)| one == two).count();
            push_varint(self.name.len() - shared, &mut self.bytes);
            self.bytes.extend_from_slice(&name[shared..]);
            self.bytes.push(0);
            self.name.truncate(shared);
            self.name.extend_from_slice(&name[shared..]);
        } else {
            let length = fixed.len() + name.len();
            self.bytes.extend_from_slice(name);
            self.bytes.resize(self.bytes.len() + padded(length) - length, 0);
        }
        Ok(())
    }

    pub(super) fn finish(mut self) -> Vec<Cow<'a, [u8]>> {
        self.close();
        let numbers = [self.version, self.count].map(u32::to_be_bytes).concat();
        self.pieces.insert(0, [&b"DIRC"[..], &numbers].concat().into());
        self.pieces
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_pack_offsets_read_back() {
        for value in [0, 1, 127, 128, 16_511, 16_512, 1_000_000] {
            let mut bytes = Vec::new();
            push_varint(value, &mut bytes);
            bytes.push(7);
            assert_eq!(varint(&bytes), Some((value, &[7][..])));
        }
        assert_eq!(varint(&[0xff; 20]), None);
    }
}
