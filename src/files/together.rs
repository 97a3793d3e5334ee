//! Many files laid down at the price of few syncs, and the small steps that a program needs
//! which shares a folder with others: lock files, twins of them, renames.
#![expect(clippy::disallowed_methods, reason = "this is the door to the disk")]

use super::crash;
use std::collections::BTreeSet;
use std::fs;
use std::fs::File;
use std::fs::Metadata;
use std::fs::OpenOptions;
use std::io;
use std::io::BufWriter;
use std::io::Read;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::path::PathBuf;
use std::time::Duration;
use std::time::SystemTime;

/// How many syncs are under way at once: the file system answers them together,
/// and more threads cost more than they gain.
const SYNCS_AT_ONCE: usize = 6;

/// How often a folder is made again that somebody takes away meanwhile.
const PLACINGS_MAX: usize = 20;

/// How many files are open at once: a process may have a thousand, and some are in use elsewhere.
const OPEN_MAX: usize = 256;

/// Lays down new files all or nothing each, also across a power cut: every one is written aside in
/// `staging` (a folder of the same file system) under a name with `prefix`, all are synced at
/// once, put in place, and their folders synced at once; of very many, one group after the other.
pub fn write_together<B: AsRef<[u8]>>(
    staging: &Path,
    prefix: &str,
    files: &[(PathBuf, B)],
) -> io::Result<()> {
    files.chunks(OPEN_MAX).try_for_each(|files| write_chunk(staging, prefix, files))
}

fn write_chunk<B: AsRef<[u8]>>(
    staging: &Path,
    prefix: &str,
    files: &[(PathBuf, B)],
) -> io::Result<()> {
    let stage = |bytes: &[u8]| {
        let mut file = super::durable::aside(staging, prefix, 0o444)?;
        file.as_file_mut().write_all(bytes)?;
        Ok(file)
    };
    let staged = files.iter().map(|(_, bytes)| stage(bytes.as_ref()));
    let staged = staged.collect::<io::Result<Vec<_>>>()?;
    crash::point();
    let handles: Vec<&File> = staged.iter().map(tempfile::NamedTempFile::as_file).collect();
    sync_at_once(&handles)?;
    let mut folders = BTreeSet::new();
    for (file, (path, bytes)) in staged.into_iter().zip(files) {
        let folder = path.parent().unwrap_or(staging);
        // Whoever clears away what was left half-made, as `git prune` does, may take it for that.
        let anew = || {
            let file: tempfile::NamedTempFile = stage(bytes.as_ref())?;
            file.as_file().sync_all()?;
            Ok(file)
        };
        if place(file, (path, folder), staging, &anew)? {
            folders.insert(staging);
        }
        crash::point();
        folders.insert(folder);
    }
    // Whoever packs what lies there, as `git gc` does, takes a folder away that it leaves empty.
    let open = |folder: &Path| match File::open(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        opened => opened.map(Some),
    };
    let folders = folders.into_iter().filter_map(|folder| open(folder).transpose());
    let folders = folders.collect::<io::Result<Vec<_>>>()?;
    sync_at_once(&folders.iter().collect::<Vec<_>>())
}

/// Puts a file in place, made anew where it was taken away; says whether its folder was made for it.
fn place(
    mut file: tempfile::NamedTempFile,
    (path, folder): (&Path, &Path),
    staging: &Path,
    anew: &dyn Fn() -> io::Result<tempfile::NamedTempFile>,
) -> io::Result<bool> {
    let mut is_new = false;
    for _ in 0..PLACINGS_MAX {
        file = match file.persist(path) {
            Ok(_) => return Ok(is_new),
            Err(error) if error.error.kind() != io::ErrorKind::NotFound => return Err(error.error),
            Err(error) => error.file,
        };
        if !super::exists(file.path()) {
            file = anew()?;
            continue;
        }
        if folder.parent() == Some(staging) {
            match fs::create_dir(folder) {
                // Somebody else lays down objects at the same moment.
                Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
                Ok(()) | Err(_) => crash::point(),
            }
            is_new = true;
        } else {
            super::create_folder(folder)?;
        }
    }
    Err(io::Error::new(io::ErrorKind::NotFound, "its folder keeps being removed"))
}

fn sync_at_once(files: &[&File]) -> io::Result<()> {
    let sync = |files: &[&File]| files.iter().try_for_each(|file| file.sync_all());
    let mut shares = files.chunks(files.len().div_ceil(SYNCS_AT_ONCE).max(1));
    let own_share = shares.next().unwrap_or_default();
    std::thread::scope(|scope| {
        let others: Vec<_> = shares.map(|share| scope.spawn(move || sync(share))).collect();
        let mut result = sync(own_share);
        for other in others {
            let other = other.join().unwrap_or_else(|_| Err(io::Error::other("a sync panicked")));
            result = result.and(other);
        }
        result
    })
}

/// Creates a file that must not be there yet, open for writing.
pub fn create_new(path: &Path) -> io::Result<File> {
    let file = OpenOptions::new().write(true).create_new(true).mode(0o644).open(path);
    crash::point();
    file
}

/// Gives a file a second name; fails where that name is taken.
pub fn link(path: &Path, second: &Path) -> io::Result<()> {
    fs::hard_link(path, second)?;
    crash::point();
    Ok(())
}

/// Whether both names lead to one file.
pub fn is_same(path: &Path, other: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let identity = |path| fs::symlink_metadata(path).map(|found| (found.dev(), found.ino()));
    matches!((identity(path), identity(other)), (Ok(one), Ok(two)) if one == two)
}

/// Replaces `path` by `new`; neither file nor folder is synced.
pub fn rename(new: &Path, path: &Path) -> io::Result<()> {
    fs::rename(new, path)?;
    crash::point();
    Ok(())
}

/// Copies a file to a name that must not be taken yet, synced.
pub fn create_copy(path: &Path, copy: &Path) -> io::Result<()> {
    let mut source = File::open(path)?;
    let mut new = create_new(copy)?;
    let copied = io::copy(&mut source, &mut new).and_then(|_| new.sync_all());
    if copied.is_err() {
        let _ = fs::remove_file(copy);
    }
    copied
}

/// Makes what happened to a name in its folder last.
pub fn sync_folder_of(path: &Path) -> io::Result<()> {
    File::open(path.parent().unwrap_or(Path::new(".")))?.sync_all()
}

/// Makes a file's bytes last.
pub fn sync(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}

/// Removes a file of the program's own making; it is no error when it is not there.
pub fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        result => {
            crash::point();
            result
        }
    }
}

/// Removes a file, and the folders above it that it leaves empty, up to `root`.
pub fn remove_with_empty_folders(path: &Path, root: &Path) -> io::Result<()> {
    remove(path)?;
    let above = path.ancestors().skip(1).take_while(|above| *above != root);
    for folder in above {
        // One that holds anything stays.
        if fs::remove_dir(folder).is_err() {
            break;
        }
    }
    Ok(())
}

/// Writes the pieces of a file that is still empty and sets when it was modified.
pub fn fill<'p>(
    file: &mut File,
    pieces: impl IntoIterator<Item = &'p [u8]>,
    modified: Option<SystemTime>,
) -> io::Result<()> {
    let mut writer = BufWriter::new(&mut *file);
    pieces.into_iter().try_for_each(|piece| writer.write_all(piece))?;
    writer.flush()?;
    drop(writer);
    crash::point();
    match modified {
        Some(modified) => file.set_modified(modified),
        None => Ok(()),
    }
}

/// Adds to a file that others add to as well; for logs that no promise rests on.
pub fn append_unsynced(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let open = || OpenOptions::new().append(true).create(true).open(path);
    let mut file = match open() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            fs::create_dir_all(path.parent().unwrap_or(path))?;
            open()?
        }
        opened => opened?,
    };
    file.write_all(bytes)?;
    crash::point();
    Ok(())
}

/// How long ago a file was modified; `None` where there is none.
pub fn age(path: &Path) -> Option<Duration> {
    fs::symlink_metadata(path).ok()?.modified().ok()?.elapsed().ok()
}

/// A regular file's bytes with the stat data that they were read under; `None` where there is no
/// regular file, or where it changed meanwhile. The bytes lie in the room that is given, which is
/// empty or was used before.
pub fn read_with_stat(path: &Path, room: Vec<u8>) -> io::Result<Option<(Vec<u8>, Metadata)>> {
    match open_regular(path)? {
        Some((file, _)) => read_unchanged(file, room),
        None => Ok(None),
    }
}

pub(super) fn read_unchanged(
    mut file: File,
    mut room: Vec<u8>,
) -> io::Result<Option<(Vec<u8>, Metadata)>> {
    let before = file.metadata()?;
    room.clear();
    room.reserve(usize::try_from(before.len()).unwrap_or(0));
    file.read_to_end(&mut room)?;
    Ok(unchanged(&file, &before)?.map(|after| (room, after)))
}

/// Reads a regular file piece by piece; gives the stat data that it was read under, with which
/// `begin` was called. `None` where there is no regular file, or where it changed meanwhile.
pub fn read_in_pieces(
    path: &Path,
    mut begin: impl FnMut(&Metadata),
    mut take: impl FnMut(&[u8]),
) -> io::Result<Option<Metadata>> {
    let Some((mut file, before)) = open_regular(path)? else { return Ok(None) };
    begin(&before);
    let mut read = [0; 16 * 1024];
    loop {
        match file.read(&mut read)? {
            0 => return unchanged(&file, &before),
            count => take(&read[..count]),
        }
    }
}

/// Over no link, and without waiting for what is no file.
fn open_regular(path: &Path) -> io::Result<Option<(File, Metadata)>> {
    use rustix::io::Errno;
    let flags = rustix::fs::OFlags::NOFOLLOW | rustix::fs::OFlags::NONBLOCK;
    let flags = i32::try_from(flags.bits()).unwrap_or_default();
    let file = match OpenOptions::new().read(true).custom_flags(flags).open(path) {
        Ok(file) => file,
        Err(error) if is_absence(&error) => return Ok(None),
        // A link; a socket.
        Err(error)
            if [Errno::LOOP, Errno::NXIO]
                .iter()
                .any(|odd| error.raw_os_error() == Some(odd.raw_os_error())) =>
        {
            return Ok(None);
        }
        Err(error) => return Err(error),
    };
    let found = file.metadata()?;
    Ok(found.is_file().then_some((file, found)))
}

/// A file's stat data, if it is what it was before the file was read.
fn unchanged(file: &File, before: &Metadata) -> io::Result<Option<Metadata>> {
    let after = file.metadata()?;
    Ok((super::Stat::of(before) == super::Stat::of(&after)).then_some(after))
}

fn is_absence(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

/// A folder for a child's input and output that goes when it is dropped.
pub fn passing_folder() -> io::Result<tempfile::TempDir> {
    tempfile::tempdir()
}

/// Why a file cannot be read, where it cannot; nothing of it is read.
pub fn unreadable(path: &Path) -> Option<String> {
    match File::open(path).and_then(|file| file.metadata()) {
        Ok(metadata) if metadata.is_file() => None,
        Ok(metadata) => Some(format!("it is a {}", super::kind_of(&metadata))),
        Err(error) if super::is_missing(&error) => Some("no such file".to_owned()),
        Err(error) => Some(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_laid_down_together_are_whole_and_leave_nothing_aside() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        let files: Vec<(PathBuf, Vec<u8>)> =
            (0..20).map(|i| (root.join(format!("{}/{i}", i % 3)), vec![i; 9])).collect();
        write_together(root, "aside_", &files).unwrap();
        write_together(root, "aside_", &files[..1]).unwrap();
        for (path, bytes) in &files {
            assert_eq!(&fs::read(path).unwrap(), bytes);
        }
        assert_eq!(crate::files::names_in(root).unwrap(), ["0", "1", "2"]);
    }

    #[test]
    fn what_cannot_be_put_in_place_leaves_nothing_aside() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("file"), "x").unwrap();
        let files = [(folder.path().join("file/below"), b"y".to_vec())];
        assert!(write_together(folder.path(), "aside_", &files).is_err());
        assert_eq!(crate::files::names_in(folder.path()).unwrap(), ["file"]);
    }

    #[test]
    fn a_link_is_the_same_file_and_never_replaces() {
        let folder = tempfile::tempdir().unwrap();
        let (one, two) = (folder.path().join("one"), folder.path().join("two"));
        create_new(&one).unwrap();
        assert!(create_new(&one).is_err());
        assert!(!is_same(&one, &two));
        link(&one, &two).unwrap();
        assert!(is_same(&one, &two));
        assert!(link(&one, &two).is_err());
        assert!(read_with_stat(&two, Vec::new()).unwrap().unwrap().0.is_empty());
        remove(&two).unwrap();
        remove(&two).unwrap();
        assert!(read_with_stat(&two, Vec::new()).unwrap().is_none());
        assert!(read_with_stat(folder.path(), Vec::new()).unwrap().is_none());
    }

    #[test]
    fn a_file_is_read_whole_in_pieces() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        for length in [0, 1, 16 * 1024, 50_000] {
            let bytes: Vec<u8> = (0..=255).cycle().take(length).collect();
            fs::write(&path, &bytes).unwrap();
            let (mut told, mut read) = (0, Vec::new());
            let begin = |metadata: &Metadata| told = metadata.len();
            let found = read_in_pieces(&path, begin, |piece| read.extend_from_slice(piece));
            assert!(found.unwrap().is_some(), "{length}");
            assert_eq!((told, read), (length as u64, bytes));
        }
        let write = |_: &Metadata| fs::write(&path, "other").unwrap();
        assert!(read_in_pieces(&path, write, |_| ()).unwrap().is_none());
        assert!(read_in_pieces(folder.path(), |_| (), |_| ()).unwrap().is_none());
        assert!(read_in_pieces(&folder.path().join("none"), |_| (), |_| ()).unwrap().is_none());
    }

    #[test]
    fn the_same_trouble_has_the_same_words_each_time() {
        let folder = tempfile::tempdir().unwrap();
        let staging = folder.path().join("none");
        let files = [(staging.join("file"), Vec::new())];
        let error = || write_together(&staging, "aside_", &files).unwrap_err().to_string();
        assert_eq!(error(), error());
        assert!(!error().contains("aside_"), "{}", error());
    }
}
