//! New git objects, gathered in memory and laid down together: written and synced aside first, so
//! that no power cut leaves an empty object under a name that git would take for whole.

use super::Error;
use super::io_error;
use super::tree::Trees;
use flate2::Compression;
use flate2::write::ZlibEncoder;
use git2::ObjectType;
use git2::Oid;
use sha1::Digest;
use sha1::Sha1;
use std::collections::HashSet;
use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::path::PathBuf;

/// The name by which git knows an object that was left half-made, and clears it away.
const ASIDE: &str = "tmp_obj_";

/// Objects that are not on the disk yet, in the order in which they are put in place: what an
/// object refers to comes before it.
#[derive(Debug, Default)]
pub(super) struct Objects {
    known: HashSet<Oid>,
    new: Vec<(Oid, Vec<u8>)>,
    trees: Trees,
}

impl Objects {
    /// Adds an object, also one that the repository may hold already: writing it anew is cheaper
    /// than finding out whether the one there was ever synced.
    pub(super) fn add(&mut self, kind: ObjectType, bytes: &[u8]) -> Result<Oid, Error> {
        let id = id_of(kind, bytes)?;
        if self.known.insert(id) {
            self.new.push((id, loose(kind, bytes).map_err(io_error(Path::new(ASIDE)))?));
        }
        Ok(id)
    }

    /// Adds a folder, and keeps it at hand for the commit that comes next.
    pub(super) fn add_tree(&mut self, bytes: Vec<u8>) -> Result<Oid, Error> {
        let id = self.add(ObjectType::Tree, &bytes)?;
        self.trees.keep(id, bytes);
        Ok(id)
    }

    /// Says that these objects need not be laid down: what the new commit builds upon reaches them.
    pub(super) fn hold(&mut self, ids: Vec<Oid>) {
        self.known.extend(ids);
    }

    /// Writes and syncs all of them, and `beside` with them; gives the folders among them.
    pub(super) fn publish(self, common: &Path, beside: Option<&File>) -> Result<Trees, Error> {
        let folder = common.join("objects");
        let place = |id: Oid| {
            let name = id.to_string();
            folder.join(&name[..2]).join(&name[2..])
        };
        let files: Vec<(PathBuf, Vec<u8>)> =
            self.new.into_iter().map(|(id, bytes)| (place(id), bytes)).collect();
        crate::files::write_together(&folder, ASIDE, &files, beside).map_err(io_error(&folder))?;
        Ok(self.trees)
    }
}

/// The name of an object. Git's own function also looks for forged collisions, at a third of the
/// speed; it does so whenever it reads what was laid down here.
pub(super) fn id_of(kind: ObjectType, bytes: &[u8]) -> Result<Oid, Error> {
    let head = format!("{} {}\0", kind.str(), bytes.len());
    Ok(Oid::from_bytes(&Sha1::new_with_prefix(head).chain_update(bytes).finalize())?)
}

/// An object as git keeps it by itself: a header and the bytes, compressed.
fn loose(kind: ObjectType, bytes: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut encoder =
        ZlibEncoder::new(Vec::with_capacity(bytes.len() / 2 + 64), Compression::fast());
    write!(encoder, "{} {}\0", kind.str(), bytes.len())?;
    encoder.write_all(bytes)?;
    encoder.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn git_reads_what_was_laid_down() {
        let folder = tempfile::tempdir().unwrap();
        let repository = git2::Repository::init(folder.path()).unwrap();
        let mut objects = Objects::default();
        let large = vec![b'x'; 200_000];
        let ids =
            [&b""[..], b"a\0b", &large].map(|bytes| objects.add(ObjectType::Blob, bytes).unwrap());
        objects.publish(repository.commondir(), None).unwrap();
        assert_eq!(repository.find_blob(ids[0]).unwrap().content(), b"");
        assert_eq!(repository.find_blob(ids[1]).unwrap().content(), b"a\0b");
        assert_eq!(repository.find_blob(ids[2]).unwrap().content(), large);
    }

    #[test]
    fn a_broken_object_of_the_same_name_is_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let repository = git2::Repository::init(folder.path()).unwrap();
        let id = id_of(ObjectType::Blob, b"text").unwrap().to_string();
        let path = repository.commondir().join("objects").join(&id[..2]).join(&id[2..]);
        crate::files::write(&path, b"").unwrap();
        let mut objects = Objects::default();
        let id = objects.add(ObjectType::Blob, b"text").unwrap();
        objects.publish(repository.commondir(), None).unwrap();
        assert_eq!(repository.find_blob(id).unwrap().content(), b"text");
    }
}
