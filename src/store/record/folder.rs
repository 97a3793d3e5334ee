//! The record's folder in the project: the same files as on the run's own ref, for people and tools.

use crate::files::Beneath;
use crate::files::Opened;
use crate::git::BlobId;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::io;
use std::path::Path;
use std::path::PathBuf;

/// A file or folder of the record that could not be written.
#[derive(Debug, thiserror::Error)]
#[error("{}", crate::files::told(path, source))]
pub struct Error {
    pub(super) path: PathBuf,
    #[source]
    pub(super) source: io::Error,
}

impl Error {
    fn at(place: &Beneath) -> impl FnOnce(io::Error) -> Self {
        let path = place.path();
        move |source| Self { path, source }
    }
}

/// The folder, and what this process knows to lie in it.
pub struct Folder {
    place: Beneath,
    laid: BTreeMap<String, BlobId>,
}

impl Folder {
    pub fn new(place: Beneath) -> Self {
        Self { place, laid: BTreeMap::new() }
    }

    /// Clears away what a kill left half written, and looks which files are what they should be.
    pub fn look(&mut self, files: &BTreeMap<String, Vec<u8>>) -> Result<(), Error> {
        let folders: BTreeSet<&Path> =
            files.keys().filter_map(|path| Path::new(path).parent()).collect();
        for folder in folders {
            let folder = self.place.join(folder);
            folder.remove_half_written().map_err(Error::at(&folder))?;
        }
        let mut folders = Folders::of(&self.place);
        for (path, bytes) in files {
            let id = BlobId::of(bytes).ok();
            if let Some(id) = id.filter(|_| folders.found(path) == id) {
                self.laid.insert(path.clone(), id);
            }
        }
        Ok(())
    }

    /// Makes the folder hold these files; `bytes_of` is asked for those that it does not hold. Gives
    /// the files that were written; one that cannot be written keeps none of the others from it.
    pub fn lay_out<B: AsRef<[u8]>, E: From<Error>>(
        &mut self,
        files: BTreeMap<String, BlobId>,
        bytes_of: impl Fn(&str, BlobId) -> Result<B, E>,
    ) -> Result<Vec<String>, E> {
        let (mut written, mut failed) = (Vec::new(), None);
        let mut folders = Folders::of(&self.place);
        for (path, id) in &files {
            if folders.found(path) == Some(*id) {
                continue;
            }
            let bytes = bytes_of(path, *id)?;
            let bytes = bytes.as_ref();
            let put = folders.with(path, |folder, name| folder.write_view(name, bytes).is_ok());
            // Whoever takes the folder away meanwhile finds it made again.
            if put != Some(true) {
                folders = Folders::of(&self.place);
                if let Err(error) = self.write(path, bytes) {
                    failed.get_or_insert(error);
                    continue;
                }
            }
            written.push(path.clone());
        }
        if let Some(error) = failed {
            return Err(error.into());
        }
        self.laid.extend(files);
        Ok(written)
    }

    /// Whether this process laid a file down so, or found it so.
    pub fn has_laid(&self, path: &str, id: BlobId) -> bool {
        self.laid.get(path) == Some(&id)
    }

    /// Files that somebody changed since this process laid them down or found them whole.
    pub fn changed(&self) -> Vec<(String, BlobId)> {
        let mut folders = Folders::of(&self.place);
        let changed = self.laid.iter().filter(|(path, id)| folders.found(path) != Some(**id));
        changed.map(|(path, id)| (path.clone(), *id)).collect()
    }

    /// Whether anything lies at each of these paths.
    pub fn holds(&self, paths: &[String]) -> bool {
        let mut folders = Folders::of(&self.place);
        paths.iter().all(|path| folders.with(path, Opened::has) == Some(true))
    }

    pub fn write(&self, path: &str, bytes: &[u8]) -> Result<(), Error> {
        let place = self.place.join(path);
        // The journal and git's objects are synced; these files can be made again from either.
        place.write_view(bytes).map_err(Error::at(&place))
    }

    /// Takes the files away again that are as they were laid down, and the folders that they leave
    /// empty.
    pub fn take_back(&mut self) -> Result<(), Error> {
        let mut folders = Folders::of(&self.place);
        for (path, id) in std::mem::take(&mut self.laid) {
            if folders.found(&path) == Some(id) {
                let place = self.place.join(&path);
                place.remove_with_empty_folders().map_err(Error::at(&place))?;
            }
        }
        Ok(())
    }
}

/// The folders below one, each held open while the files in it are gone through: a record has
/// thousands, and their paths are sorted.
pub(in crate::store) struct Folders<'p> {
    place: &'p Beneath,
    open: Option<(String, Option<Opened>)>,
}

impl<'p> Folders<'p> {
    pub fn of(place: &'p Beneath) -> Self {
        Self { place, open: None }
    }

    /// A file's bytes; where they cannot be read so, whatever is in the way is told.
    pub fn read(&mut self, path: &str) -> io::Result<Option<Vec<u8>>> {
        match self.with(path, Opened::read) {
            Some(Ok(Some(bytes))) => Ok(Some(bytes)),
            Some(Ok(None) | Err(_)) | None => self.place.join(path).read(),
        }
    }

    /// What a file holds; `None` where no regular file lies there.
    fn found(&mut self, path: &str) -> Option<BlobId> {
        let bytes = self.with(path, |folder, name| folder.read(name).ok().flatten())??;
        BlobId::of(&bytes).ok()
    }

    /// Does something with a file's folder and name; `None` where there is no such folder.
    fn with<T>(&mut self, path: &str, act: impl FnOnce(&Opened, &str) -> T) -> Option<T> {
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        if self.open.as_ref().is_none_or(|(open, _)| open != folder) {
            let opened = self.place.join(folder).opened().ok().flatten();
            self.open = Some((folder.to_owned(), opened));
        }
        let opened = self.open.as_ref().and_then(|(_, opened)| opened.as_ref());
        opened.map(|opened| act(opened, name))
    }
}
