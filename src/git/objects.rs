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
use std::cell::RefCell;
use std::collections::HashSet;
use std::fs::Metadata;
use std::io::Write;
use std::path::Path;
use std::path::PathBuf;

/// The name by which git knows an object that was left half-made, and clears it away.
const ASIDE: &str = "tmp_obj_";

/// Objects that are not on the disk yet. One value serves all commits of a repository: a new
/// compressor for each object would cost more than what it compresses.
pub(super) struct Objects {
    known: HashSet<Oid>,
    /// In the order in which they are put in place: what an object refers to comes before it.
    new: Vec<(Oid, Vec<u8>)>,
    /// The folders that the commit is built upon.
    trees: Trees,
    new_trees: Trees,
    /// What was laid down and a collection of garbage may still take.
    at_risk: Vec<Risk>,
    encoder: ZlibEncoder<Vec<u8>>,
}

/// An object that was laid down, and may still be taken.
struct Risk {
    id: Oid,
    bytes: Vec<u8>,
    /// Who collected garbage when refs had come to hold it; `None` before that was looked at.
    since: Option<u32>,
}

impl Default for Objects {
    fn default() -> Self {
        Self {
            known: HashSet::new(),
            new: Vec::new(),
            trees: Trees::default(),
            new_trees: Trees::default(),
            at_risk: Vec::new(),
            encoder: ZlibEncoder::new(Vec::new(), Compression::fast()),
        }
    }
}

impl Objects {
    /// Adds an object, also one that the repository may hold already: writing it anew is cheaper
    /// than finding out whether the one there was ever synced.
    pub(super) fn add(&mut self, kind: ObjectType, bytes: &[u8]) -> Result<Oid, Error> {
        let id = id_of(kind, bytes)?;
        if self.known.insert(id) {
            let loose = self.loose(kind, bytes).map_err(io_error(Path::new(ASIDE)))?;
            self.new.push((id, loose));
        }
        Ok(id)
    }

    /// An object as git keeps it by itself: a header and the bytes, compressed.
    fn loose(&mut self, kind: ObjectType, bytes: &[u8]) -> std::io::Result<Vec<u8>> {
        self.encoder.write_all(head(kind, bytes).as_bytes())?;
        self.encoder.write_all(bytes)?;
        let mut loose = self.encoder.reset(Vec::new())?;
        // Many are kept until they are laid down together.
        loose.shrink_to_fit();
        Ok(loose)
    }

    /// Adds a folder, and keeps it at hand for the commit that comes next.
    pub(super) fn add_tree(&mut self, bytes: Vec<u8>) -> Result<Oid, Error> {
        let id = self.add(ObjectType::Tree, &bytes)?;
        self.new_trees.keep(id, bytes);
        Ok(id)
    }

    /// The folders that were read or made a moment ago.
    pub(super) fn trees(&mut self) -> &mut Trees {
        &mut self.trees
    }

    /// Lays down again what was published since the last [`Objects::let_go`] and is gone; says whether
    /// anything was.
    pub(super) fn put_back(
        &self,
        common: &Path,
        is_there: impl Fn(Oid) -> bool,
    ) -> Result<bool, Error> {
        let gone = self.at_risk.iter().filter(|risk| !is_there(risk.id));
        let gone: Vec<(Oid, Vec<u8>)> = gone.map(|risk| (risk.id, risk.bytes.clone())).collect();
        if !gone.is_empty() {
            lay_down(common, &gone)?;
        }
        Ok(!gone.is_empty())
    }

    /// Lets go of what no collection can take any more, `collector` being the one at work: those that
    /// began before the refs reached it have ended. Says whether that is all.
    pub(super) fn let_go(&mut self, collector: Option<u32>) -> bool {
        self.at_risk.retain_mut(|risk| {
            risk.since = risk.since.or(collector);
            collector.is_some() && risk.since == collector
        });
        self.at_risk.is_empty()
    }

    /// Forgets what was added and not published.
    pub(super) fn clear(&mut self) {
        self.known.clear();
        self.new.clear();
        self.new_trees = Trees::default();
    }

    /// Says that these objects need not be laid down: what the new commit builds upon reaches them.
    pub(super) fn hold(&mut self, ids: Vec<Oid>) {
        self.known.extend(ids);
    }

    /// Writes and syncs all of them.
    pub(super) fn publish(&mut self, common: &Path) -> Result<(), Error> {
        lay_down(common, &self.new)?;
        let risk = |(id, bytes)| Risk { id, bytes, since: None };
        self.at_risk.extend(self.new.drain(..).map(risk));
        self.trees = std::mem::take(&mut self.new_trees);
        self.clear();
        Ok(())
    }
}

/// Writes and syncs objects, each before the one that refers to it.
fn lay_down(common: &Path, objects: &[(Oid, Vec<u8>)]) -> Result<(), Error> {
    let folder = common.join("objects");
    let files: Vec<(PathBuf, &[u8])> =
        objects.iter().map(|(id, bytes)| (place(common, *id), &bytes[..])).collect();
    crate::files::write_together(&folder, ASIDE, &files).map_err(io_error(&folder))
}

/// Where an object lies that is in no pack.
pub(super) fn place(common: &Path, id: Oid) -> PathBuf {
    let name = id.to_string();
    common.join("objects").join(&name[..2]).join(&name[2..])
}

/// The name of an object. Git's own function also looks for forged collisions, at a third of the
/// speed; it does so whenever it reads what was laid down here.
pub(super) fn id_of(kind: ObjectType, bytes: &[u8]) -> Result<Oid, Error> {
    let hash = Sha1::new_with_prefix(head(kind, bytes)).chain_update(bytes).finalize();
    Ok(Oid::from_bytes(&hash)?)
}

/// The stat data of a file that holds this blob; `None` where it does not, or changes meanwhile.
pub(super) fn stat_of_blob(path: &Path, blob: Oid) -> Option<Metadata> {
    let sum = RefCell::new(Sha1::new());
    let begin = |metadata: &Metadata| {
        let kind = ObjectType::Blob.str();
        sum.borrow_mut().update(format!("{kind} {}\0", metadata.len()));
    };
    let found = crate::files::read_in_pieces(path, begin, |piece| sum.borrow_mut().update(piece));
    found.ok().flatten().filter(|_| sum.into_inner().finalize().as_slice() == blob.as_bytes())
}

fn head(kind: ObjectType, bytes: &[u8]) -> String {
    format!("{} {}\0", kind.str(), bytes.len())
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
        objects.publish(repository.commondir()).unwrap();
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
        crate::files::write_view(&path, b"").unwrap();
        let mut objects = Objects::default();
        let id = objects.add(ObjectType::Blob, b"text").unwrap();
        objects.publish(repository.commondir()).unwrap();
        assert_eq!(repository.find_blob(id).unwrap().content(), b"text");
    }
}
