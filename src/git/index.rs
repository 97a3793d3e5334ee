//! The bytes of git's index: some entries put in, all others kept as they are. libgit2 rewrites a
//! large index several times slower and does not open every kind.

use git2::Oid;
use sha1::Digest;
use sha1::Sha1;
use std::borrow::Cow;
use std::collections::HashMap;
use std::io;

mod cache_tree;
mod entries;

use entries::Reader;
use entries::Writer;

const HASH_BYTES: usize = 20;

/// An index of version 2 with no entries, not summed.
const EMPTY: [u8; 32] = *b"DIRC\0\0\0\x02\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0";

const REGULAR_FILE: u32 = 0o100_644;

/// An entry to be put in.
#[derive(Debug)]
pub(super) struct Entry<'a> {
    pub(super) path: &'a str,
    pub(super) id: Oid,
    pub(super) stat: IndexStat,
}

/// The stat data of a file as the index keeps it; all zero makes git look at the file itself.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct IndexStat {
    pub(super) changed: (u32, u32),
    pub(super) modified: (u32, u32),
    pub(super) device: u32,
    pub(super) inode: u32,
    pub(super) user: u32,
    pub(super) group: u32,
    pub(super) bytes: u32,
}

/// Why an index cannot be brought up to date here.
#[derive(Debug)]
pub(super) enum IndexRefused {
    /// Sound perhaps, but of a kind that only git itself handles: split, sparse, or newer.
    Unsupported,
    /// A file stands in the index where an entry needs a folder, or a folder where it needs a file.
    Blocked(String),
    Corrupt,
    Disk(io::Error),
}

/// The entries, by their place, that an index does not hold as they are; `None` where it holds all of
/// them and nothing else in the folder.
pub(super) fn missing(
    old: Option<&[u8]>,
    entries: &[Entry<'_>],
    folder: &str,
) -> Result<Option<Vec<usize>>, IndexRefused> {
    let old = old.unwrap_or(&EMPTY);
    let body = old.split_last_chunk::<HASH_BYTES>().ok_or(IndexRefused::Corrupt)?.0;
    let mut reader = Reader::new(body)?;
    let mut left: HashMap<&[u8], usize> =
        entries.iter().enumerate().map(|(at, entry)| (entry.path.as_bytes(), at)).collect();
    let mut is_clean = true;
    while let Some(old) = reader.next()? {
        if !is_below(old.name, folder) {
            continue;
        }
        match left.get(old.name) {
            Some(at) if old.is_plain(entries[*at].id) => drop(left.remove(old.name)),
            Some(_) | None => is_clean = false,
        }
    }
    Extensions::parse(reader.rest())?;
    let mut missing: Vec<usize> = left.into_values().collect();
    missing.sort_unstable();
    Ok((!is_clean || !missing.is_empty()).then_some(missing))
}

fn is_below(name: &[u8], folder: &str) -> bool {
    name.strip_prefix(folder.as_bytes()).is_some_and(|rest| rest.first() == Some(&b'/'))
}

/// Whether a name is the folder's own, or that of one that it lies in.
fn is_above(name: &[u8], folder: &str) -> bool {
    let rest = folder.as_bytes().strip_prefix(name);
    rest.is_some_and(|rest| matches!(rest.first(), None | Some(b'/')))
}

/// Gives the index `old` with the entries in the folder and nothing else there, in pieces, most of
/// them its own; `None` where it holds just that already. The entries lie in the folder and are
/// sorted. `is_verified` says that the checksum of these bytes is known to be right.
pub(super) fn patch<'o>(
    old: Option<&'o [u8]>,
    entries: &[Entry<'_>],
    folder: &str,
    is_verified: bool,
) -> Result<Option<Vec<Cow<'o, [u8]>>>, IndexRefused> {
    let old = old.unwrap_or(&EMPTY);
    let (body, checksum) = old
        .split_last_chunk::<HASH_BYTES>()
        .map(|(body, sum)| (body, *sum))
        .ok_or(IndexRefused::Corrupt)?;
    // With `index.skipHash` git leaves the checksum out.
    let has_checksum = checksum != [0; HASH_BYTES];
    if has_checksum && !is_verified && Sha1::digest(body).as_slice() != checksum {
        return Err(IndexRefused::Corrupt);
    }
    let mut reader = Reader::new(body)?;
    let mut writer = Writer::new(reader.version(), body);
    let is_changed = merge(entries, folder, &mut reader, &mut writer)?;
    let extensions = Extensions::parse(reader.rest())?;
    if !is_changed {
        return Ok(None);
    }
    let mut new = writer.finish();
    new.push(extensions.without(folder)?.into());
    let checksum = if has_checksum || old.len() == EMPTY.len() {
        let sum = new.iter().fold(Sha1::new(), Sha1::chain_update);
        sum.finalize().to_vec()
    } else {
        vec![0; HASH_BYTES]
    };
    new.push(checksum.into());
    Ok(Some(new))
}

/// Copies the entries of an index, the new ones in their places; says whether anything came, went
/// or differs.
fn merge(
    entries: &[Entry<'_>],
    folder: &str,
    reader: &mut Reader<'_>,
    writer: &mut Writer<'_>,
) -> Result<bool, IndexRefused> {
    let mut is_changed = false;
    let mut left = entries.iter().peekable();
    while let Some(old) = reader.next()? {
        while let Some(entry) = left.next_if(|entry| entry.path.as_bytes() < old.name) {
            writer.put(entry)?;
            is_changed = true;
        }
        match left.next_if(|entry| entry.path.as_bytes() == old.name) {
            Some(entry) if old.is_plain(entry.id) => writer.copy(&old)?,
            Some(entry) => {
                writer.put(entry)?;
                is_changed = true;
            }
            // Nobody's, or another stage of an entry in conflict: one takes the place of all.
            None if is_below(old.name, folder) => is_changed = true,
            None if is_above(old.name, folder) => {
                return Err(IndexRefused::Blocked(String::from_utf8_lossy(old.name).into_owned()));
            }
            None => writer.copy(&old)?,
        }
    }
    for entry in left {
        writer.put(entry)?;
        is_changed = true;
    }
    Ok(is_changed)
}

/// What follows the entries.
#[derive(Debug, Default)]
struct Extensions<'a> {
    cache_tree: Option<&'a [u8]>,
    /// What git needs to undo a resolved conflict.
    resolved: Option<&'a [u8]>,
}

impl<'a> Extensions<'a> {
    /// Those that git makes again by itself are left out: they speak of the old entries.
    fn parse(mut bytes: &'a [u8]) -> Result<Self, IndexRefused> {
        let mut found = Self::default();
        while let Some((name, rest)) = bytes.split_first_chunk::<4>() {
            let (size, rest) = rest.split_first_chunk::<4>().ok_or(IndexRefused::Corrupt)?;
            let size = usize::try_from(u32::from_be_bytes(*size)).unwrap_or(usize::MAX);
            let (body, rest) = rest.split_at_checked(size).ok_or(IndexRefused::Corrupt)?;
            match name {
                b"TREE" => found.cache_tree = Some(body),
                b"REUC" => found.resolved = Some(body),
                [first, ..] if first.is_ascii_uppercase() => {}
                _ => return Err(IndexRefused::Unsupported),
            }
            bytes = rest;
        }
        if bytes.is_empty() { Ok(found) } else { Err(IndexRefused::Corrupt) }
    }

    /// With the folder forgotten, whose entries are others now.
    fn without(&self, folder: &str) -> Result<Vec<u8>, IndexRefused> {
        let mut new = Vec::new();
        let mut push = |name: &[u8], body: &[u8]| {
            new.extend_from_slice(name);
            new.extend_from_slice(&u32::try_from(body.len()).unwrap_or(0).to_be_bytes());
            new.extend_from_slice(body);
        };
        if let Some(cache_tree) = self.cache_tree {
            push(b"TREE", &cache_tree::without(cache_tree, folder).ok_or(IndexRefused::Corrupt)?);
        }
        if let Some(resolved) = self.resolved {
            push(b"REUC", resolved);
        }
        Ok(new)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(path: &str, byte: u8) -> Entry<'_> {
        Entry { path, id: Oid::from_bytes(&[byte; 20]).unwrap(), stat: IndexStat::default() }
    }

    /// An index with these entries in the folder `own`.
    fn own(old: Option<&[u8]>, entries: &[Entry<'_>]) -> Result<Option<Vec<u8>>, IndexRefused> {
        Ok(super::patch(old, entries, "own", false)?.map(|pieces| pieces.concat()))
    }

    /// An index with these entries, whatever folders they lie in.
    fn index(entries: &[Entry<'_>]) -> Vec<u8> {
        super::patch(None, entries, "", false).unwrap().unwrap().concat()
    }

    fn names(index: &[u8]) -> Vec<String> {
        let mut reader = Reader::new(&index[..index.len() - HASH_BYTES]).unwrap();
        let mut names = Vec::new();
        while let Some(entry) = reader.next().unwrap() {
            names.push(String::from_utf8_lossy(entry.name).into_owned());
        }
        names
    }

    #[test]
    fn entries_come_in_order_and_once() {
        let one = index(&[entry("a", 1), entry("own/b", 1), entry("own/d", 1), entry("z", 1)]);
        let wanted = [entry("own/b", 1), entry("own/c", 2), entry("own/d", 1), entry("own/e", 1)];
        let two = own(Some(&one), &wanted).unwrap().unwrap();
        assert_eq!(names(&two), ["a", "own/b", "own/c", "own/d", "own/e", "z"]);
        assert!(own(Some(&two), &wanted).unwrap().is_none());
        let changed = [entry("own/b", 1), entry("own/c", 3), entry("own/d", 1), entry("own/e", 1)];
        let three = own(Some(&two), &changed).unwrap().unwrap();
        assert_eq!(names(&three), names(&two));
        assert_ne!(three, two);
    }

    #[test]
    fn the_stages_of_a_conflict_become_one_entry() {
        let conflict = [entry("own/a", 1), entry("own/a", 2), entry("own/a", 3), entry("own/b", 1)];
        let mut old = index(&conflict);
        // The flags of an entry end its fixed part: the stage is theirs.
        for (at, stage) in [1_u8, 2, 3].into_iter().enumerate() {
            old[12 + at * 72 + 60] |= stage << 4;
        }
        let wanted = [entry("own/a", 4), entry("own/b", 1)];
        let sound = super::patch(Some(&old), &wanted, "own", true).unwrap().unwrap().concat();
        assert_eq!(names(&sound), ["own/a", "own/b"]);
    }

    #[test]
    fn what_stands_in_the_way_is_named() {
        for name in ["own", "own/runs"] {
            let index = index(&[entry("a", 1), entry(name, 1)]);
            let wanted = [entry("own/runs/record/x", 1)];
            let refused = super::patch(Some(&index), &wanted, "own/runs/record", false);
            assert!(matches!(refused.unwrap_err(), IndexRefused::Blocked(path) if path == name));
        }
    }

    #[test]
    fn a_broken_or_foreign_index_is_refused() {
        let index = index(&[entry("a", 1)]);
        let wanted = [entry("own/b", 1)];
        for at in [0, 4, 20, 70, index.len() - 1] {
            let mut broken = index.clone();
            broken[at] ^= 1;
            let refused = own(Some(&broken), &wanted).unwrap_err();
            assert!(matches!(refused, IndexRefused::Corrupt), "byte {at}");
        }
        for length in 0..index.len() {
            let cut = super::patch(Some(&index[..length]), &wanted, "own", true);
            assert!(cut.is_err(), "{length}");
        }
        let split = [&index[..index.len() - 20], b"link\0\0\0\0", &[0; 20]].concat();
        let refused = super::patch(Some(&split), &wanted, "own", true);
        assert!(matches!(refused, Err(IndexRefused::Unsupported)));
    }

    #[test]
    fn a_folder_holds_the_entries_and_nothing_else() {
        let old = [entry("a", 1), entry("own.x", 1), entry("own/a", 1), entry("own/b/c", 1)];
        let old = index(&old);
        let wanted = [entry("own/a", 1), entry("own/b", 2)];
        assert_eq!(missing(Some(&old), &wanted, "own").unwrap(), Some(vec![1]));
        let new = own(Some(&old), &wanted).unwrap().unwrap();
        assert_eq!(names(&new), ["a", "own.x", "own/a", "own/b"]);
        assert_eq!(missing(Some(&new), &wanted, "own").unwrap(), None);
        assert_eq!(missing(Some(&new), &wanted[..1], "own").unwrap(), Some(Vec::new()));
        let none = own(Some(&new), &[]).unwrap().unwrap();
        assert_eq!(names(&none), ["a", "own.x"]);
    }
}
