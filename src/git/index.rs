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
}

/// The stat data of a file as the index keeps it; all zero makes git look at the file itself.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Stat {
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
pub(super) enum Refused {
    /// Sound perhaps, but of a kind that only git itself handles: split, sparse, or newer.
    Unsupported,
    /// A file stands in the index where an entry needs a folder, or a folder where it needs a file.
    Blocked(String),
    Corrupt,
    Disk(io::Error),
}

/// What stands at a place of the index that an entry has to do with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Probe {
    /// A folder above an entry: no file may have this name.
    Above,
    /// The place of this entry.
    Own(usize),
    /// What lies below an entry's path: nothing may.
    Below,
}

/// The entries, by their place, that an index does not hold as they are; `None` where it holds all of
/// them and nothing else in the folder.
pub(super) fn missing(
    old: Option<&[u8]>,
    entries: &[Entry<'_>],
    folder: &str,
) -> Result<Option<Vec<usize>>, Refused> {
    let old = old.unwrap_or(&EMPTY);
    let body = old.split_last_chunk::<HASH_BYTES>().ok_or(Refused::Corrupt)?.0;
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

/// Gives the index `old` with the entries in the folder and nothing else there, in pieces, most of
/// them its own; `None` where it holds just that already. `stat_of` is asked for each entry that is
/// put in. `is_verified` says that the checksum of these bytes is known to be right.
pub(super) fn patch<'o>(
    old: Option<&'o [u8]>,
    entries: &[Entry<'_>],
    folder: &str,
    stat_of: &dyn Fn(&str) -> Stat,
    is_verified: bool,
) -> Result<Option<Vec<Cow<'o, [u8]>>>, Refused> {
    let old = old.unwrap_or(&EMPTY);
    let (body, checksum) = old
        .split_last_chunk::<HASH_BYTES>()
        .map(|(body, sum)| (body, *sum))
        .ok_or(Refused::Corrupt)?;
    // With `index.skipHash` git leaves the checksum out.
    let has_checksum = checksum != [0; HASH_BYTES];
    if has_checksum && !is_verified && Sha1::digest(body).as_slice() != checksum {
        return Err(Refused::Corrupt);
    }
    let mut reader = Reader::new(body)?;
    let mut writer = Writer::new(reader.version(), body);
    let mut merge = Merge { entries, folder, stat_of, changed: Vec::new() };
    merge.run(&mut reader, &mut writer)?;
    let extensions = Extensions::parse(reader.rest())?;
    if merge.changed.is_empty() {
        return Ok(None);
    }
    let mut new = writer.finish();
    new.push(extensions.changed(&merge.changed)?.into());
    let checksum = if has_checksum || old.len() == EMPTY.len() {
        let sum = new.iter().fold(Sha1::new(), Sha1::chain_update);
        sum.finalize().to_vec()
    } else {
        vec![0; HASH_BYTES]
    };
    new.push(checksum.into());
    Ok(Some(new))
}

/// Copies the entries of an index, the new ones in their places.
struct Merge<'m> {
    entries: &'m [Entry<'m>],
    folder: &'m str,
    stat_of: &'m dyn Fn(&str) -> Stat,
    /// The paths whose entries came, went or differ.
    changed: Vec<String>,
}

impl Merge<'_> {
    fn run(&mut self, reader: &mut Reader<'_>, writer: &mut Writer<'_>) -> Result<(), Refused> {
        let entries = self.entries;
        let probes = probes(entries);
        let mut probes = probes.iter().peekable();
        let mut put = vec![false; entries.len()];
        while let Some(old) = reader.next()? {
            let is_below = is_below(old.name, self.folder);
            while let Some((name, probe)) = probes.next_if(|(name, _)| &**name < old.name) {
                match probe {
                    Probe::Own(at) if !put[*at] => self.put(&entries[*at], writer)?,
                    Probe::Below if old.name.starts_with(name) && !is_below => {
                        return Err(blocked(old.name));
                    }
                    Probe::Own(_) | Probe::Above | Probe::Below => {}
                }
            }
            match probes.peek() {
                Some((name, Probe::Own(at))) if *name == old.name => {
                    // An entry in conflict has several stages: one takes the place of all.
                    if !put[*at] && old.is_plain(entries[*at].id) {
                        writer.copy(&old)?;
                    } else if put[*at] {
                        self.note(old.name);
                    } else {
                        self.put(&entries[*at], writer)?;
                    }
                    put[*at] = true;
                }
                Some(_) | None if is_below => self.note(old.name),
                Some((name, Probe::Above)) if *name == old.name => return Err(blocked(old.name)),
                Some(_) | None => writer.copy(&old)?,
            }
        }
        for (_, probe) in probes {
            match probe {
                Probe::Own(at) if !put[*at] => self.put(&entries[*at], writer)?,
                Probe::Own(_) | Probe::Above | Probe::Below => {}
            }
        }
        Ok(())
    }

    fn put(&mut self, entry: &Entry<'_>, writer: &mut Writer<'_>) -> Result<(), Refused> {
        self.note(entry.path.as_bytes());
        writer.put(entry, &(self.stat_of)(entry.path))
    }

    fn note(&mut self, name: &[u8]) {
        self.changed.push(String::from_utf8_lossy(name).into_owned());
    }
}

fn blocked(name: &[u8]) -> Refused {
    Refused::Blocked(String::from_utf8_lossy(name).into_owned())
}

/// The names to look out for, in the order of the index.
fn probes<'e>(entries: &[Entry<'e>]) -> Vec<(Cow<'e, [u8]>, Probe)> {
    let mut probes = Vec::new();
    for (at, entry) in entries.iter().enumerate() {
        let name = entry.path.as_bytes();
        probes.push((name.into(), Probe::Own(at)));
        probes.push((format!("{}/", entry.path).into_bytes().into(), Probe::Below));
        let folders = (0..name.len()).filter(|&at| name[at] == b'/');
        probes.extend(folders.map(|at| (name[..at].into(), Probe::Above)));
    }
    probes.sort_unstable();
    probes.dedup();
    probes
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
    fn parse(mut bytes: &'a [u8]) -> Result<Self, Refused> {
        let mut found = Self::default();
        while let Some((name, rest)) = bytes.split_first_chunk::<4>() {
            let (size, rest) = rest.split_first_chunk::<4>().ok_or(Refused::Corrupt)?;
            let size = usize::try_from(u32::from_be_bytes(*size)).unwrap_or(usize::MAX);
            let (body, rest) = rest.split_at_checked(size).ok_or(Refused::Corrupt)?;
            match name {
                b"TREE" => found.cache_tree = Some(body),
                b"REUC" => found.resolved = Some(body),
                [first, ..] if first.is_ascii_uppercase() => {}
                _ => return Err(Refused::Unsupported),
            }
            bytes = rest;
        }
        if bytes.is_empty() { Ok(found) } else { Err(Refused::Corrupt) }
    }

    fn changed(&self, paths: &[String]) -> Result<Vec<u8>, Refused> {
        let mut new = Vec::new();
        let mut push = |name: &[u8], body: &[u8]| {
            new.extend_from_slice(name);
            new.extend_from_slice(&u32::try_from(body.len()).unwrap_or(0).to_be_bytes());
            new.extend_from_slice(body);
        };
        if let Some(cache_tree) = self.cache_tree {
            let paths = paths.iter().map(String::as_str);
            push(b"TREE", &cache_tree::without(cache_tree, paths).ok_or(Refused::Corrupt)?);
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
        Entry { path, id: Oid::from_bytes(&[byte; 20]).unwrap() }
    }

    fn patch(
        old: Option<&[u8]>,
        entries: &[Entry<'_>],
        is_verified: bool,
    ) -> Result<Option<Vec<u8>>, Refused> {
        let pieces = super::patch(old, entries, "own", &|_| Stat::default(), is_verified)?;
        Ok(pieces.map(|pieces| pieces.concat()))
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
        let one = patch(None, &[entry("a/b", 1), entry("a/d", 1)], false).unwrap().unwrap();
        let two = patch(Some(&one), &[entry("a.b", 1), entry("a/c", 2), entry("z", 2)], false);
        let two = two.unwrap().unwrap();
        assert_eq!(names(&two), ["a.b", "a/b", "a/c", "a/d", "z"]);
        assert!(patch(Some(&two), &[entry("a/c", 2)], false).unwrap().is_none());
        let three = patch(Some(&two), &[entry("a/c", 3)], false).unwrap().unwrap();
        assert_eq!(names(&three), names(&two));
        assert_ne!(three, two);
    }

    #[test]
    fn what_stands_in_the_way_is_named() {
        let index = patch(None, &[entry("a", 1), entry("b-c", 1), entry("b/c", 1)], false);
        let index = index.unwrap().unwrap();
        let refused = |path| patch(Some(&index), &[entry(path, 1)], false).unwrap_err();
        assert!(matches!(refused("a/x"), Refused::Blocked(path) if path == "a"));
        assert!(matches!(refused("b"), Refused::Blocked(path) if path == "b/c"));
    }

    #[test]
    fn a_broken_or_foreign_index_is_refused() {
        let index = patch(None, &[entry("a", 1)], false).unwrap().unwrap();
        for at in [0, 4, 20, 70, index.len() - 1] {
            let mut broken = index.clone();
            broken[at] ^= 1;
            let refused = patch(Some(&broken), &[entry("b", 1)], false).unwrap_err();
            assert!(matches!(refused, Refused::Corrupt), "byte {at}");
        }
        for length in 0..index.len() {
            assert!(patch(Some(&index[..length]), &[entry("b", 1)], true).is_err(), "{length}");
        }
        let split = [&index[..index.len() - 20], b"link\0\0\0\0", &[0; 20]].concat();
        let refused = patch(Some(&split), &[entry("b", 1)], true);
        assert!(matches!(refused, Err(Refused::Unsupported)));
    }

    #[test]
    fn a_folder_holds_the_entries_and_nothing_else() {
        let old = [entry("a", 1), entry("own.x", 1), entry("own/a", 1), entry("own/b/c", 1)];
        let old = patch(None, &old, false).unwrap().unwrap();
        let wanted = [entry("own/a", 1), entry("own/b", 2)];
        assert_eq!(missing(Some(&old), &wanted, "own").unwrap(), Some(vec![1]));
        let new = patch(Some(&old), &wanted, false).unwrap().unwrap();
        assert_eq!(names(&new), ["a", "own.x", "own/a", "own/b"]);
        assert_eq!(missing(Some(&new), &wanted, "own").unwrap(), None);
        assert_eq!(missing(Some(&new), &wanted[..1], "own").unwrap(), Some(Vec::new()));
        let none = patch(Some(&new), &[], false).unwrap().unwrap();
        assert_eq!(names(&none), ["a", "own.x"]);
    }
}
