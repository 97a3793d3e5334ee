//! What the system itself says of its processes. A program with a mount namespace of its own can
//! put anything in the place of `/proc`, or of a part of it: that is recognized and not read.

use rustix::fs::Mode;
use rustix::fs::OFlags;
use rustix::io::Errno;
use std::fs::File;
use std::io::Read;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStringExt;
use std::path::Path;
use std::path::PathBuf;

/// The system's `/proc`, held open.
#[derive(Debug)]
pub struct Procfs(OwnedFd);

impl Procfs {
    /// `None` where the system has none, or something else lies in its place.
    pub fn open() -> Option<Self> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let folder = rustix::fs::open("/proc", flags, Mode::empty()).ok()?;
        is_own(&folder).then_some(Self(folder))
    }

    /// A file's bytes; `None` where there is none, or it may not be read.
    pub fn read(&self, path: &str) -> Option<Vec<u8>> {
        let mut bytes = Vec::new();
        File::from(self.open_in(path, OFlags::RDONLY)?).read_to_end(&mut bytes).ok()?;
        Some(bytes)
    }

    /// The names in a folder; none where it may not be read.
    pub fn names(&self, path: &str) -> Vec<String> {
        let folder = self.open_in(path, OFlags::RDONLY | OFlags::DIRECTORY);
        let entries = folder.and_then(|folder| rustix::fs::Dir::new(folder).ok());
        let entries = entries.into_iter().flatten().filter_map(Result::ok);
        entries.filter_map(|entry| Some(entry.file_name().to_str().ok()?.to_owned())).collect()
    }

    /// Where a link in a folder leads.
    pub fn link(&self, folder: &str, name: &str) -> Option<PathBuf> {
        let folder = self.open_in(folder, OFlags::RDONLY | OFlags::DIRECTORY)?;
        let target = rustix::fs::readlinkat(folder, name, Vec::new()).ok()?;
        Some(std::ffi::OsString::from_vec(target.into_bytes()).into())
    }

    /// The number of the namespace that a process has its number in: `pid:[4026531836]`, see
    /// pid_namespaces(7).
    pub fn pid_namespace(&self, process: &str) -> Option<u64> {
        let target = self.link(&format!("{process}/ns"), "pid")?;
        target.to_str()?.strip_prefix("pid:[")?.strip_suffix(']')?.parse().ok()
    }

    /// Whether something else is mounted over what is there.
    pub fn is_covered(&self, path: &str) -> bool {
        let opened = open_in(&self.0, path, OFlags::PATH | OFlags::CLOEXEC);
        matches!(opened, Err(Errno::XDEV))
    }

    /// Whether something else is mounted in a folder, below it, or may be; see proc_pid_mountinfo(5).
    pub fn has_mounts_in(&self, folder: &Path) -> bool {
        let Some(mounts) = self.read("self/mountinfo") else { return true };
        let mounts = String::from_utf8_lossy(&mounts);
        let points = mounts.lines().filter_map(|line| line.split(' ').nth(4)).map(plain);
        points.into_iter().any(|point| point != folder && point.starts_with(folder))
    }

    fn open_in(&self, path: &str, flags: OFlags) -> Option<OwnedFd> {
        open_in(&self.0, path, flags | OFlags::CLOEXEC).ok()
    }
}

/// A path as `mountinfo` writes it: blanks and backslashes as octal numbers.
fn plain(path: &str) -> PathBuf {
    let escapes = [("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")];
    let plain = escapes.iter().fold(path.to_owned(), |path, (from, to)| path.replace(from, to));
    plain.into()
}

#[cfg(target_os = "linux")]
fn is_own(folder: &OwnedFd) -> bool {
    rustix::fs::fstatfs(folder).is_ok_and(|found| found.f_type == rustix::fs::PROC_SUPER_MAGIC)
}

#[cfg(not(target_os = "linux"))]
fn is_own(_: &OwnedFd) -> bool {
    false
}

/// Over no mount; an old kernel, or one that a container keeps from it, cannot look for them.
#[cfg(target_os = "linux")]
fn open_in(folder: &OwnedFd, path: &str, flags: OFlags) -> Result<OwnedFd, Errno> {
    use rustix::fs::ResolveFlags;
    let over_no_mount = ResolveFlags::NO_XDEV | ResolveFlags::BENEATH;
    match rustix::fs::openat2(folder, path, flags, Mode::empty(), over_no_mount) {
        Err(Errno::NOSYS | Errno::PERM) => rustix::fs::openat(folder, path, flags, Mode::empty()),
        opened => opened,
    }
}

#[cfg(not(target_os = "linux"))]
fn open_in(folder: &OwnedFd, path: &str, flags: OFlags) -> Result<OwnedFd, Errno> {
    rustix::fs::openat(folder, path, flags, Mode::empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(target_os = "linux")]
    #[test]
    fn this_process_is_told_of() {
        let procfs = Procfs::open().unwrap();
        let own = std::process::id().to_string();
        assert!(procfs.names(".").contains(&own));
        let stat = procfs.read("self/stat").unwrap();
        assert!(stat.starts_with(format!("{own} (").as_bytes()));
        assert!(procfs.link(".", "self").unwrap().ends_with(&own));
        assert_eq!(procfs.pid_namespace("self"), procfs.pid_namespace(&own));
        assert!(procfs.pid_namespace("self").is_some());
        assert_eq!((procfs.read("none"), procfs.pid_namespace("none")), (None, None));
        assert!(procfs.has_mounts_in(Path::new("/")));
        assert!(!procfs.has_mounts_in(Path::new("/proc/self")));
    }

    #[test]
    fn a_mount_point_is_read_as_it_is_written() {
        assert_eq!(plain(r"/a\040b\134040"), Path::new(r"/a b\040"));
    }
}
