//! A sandbox for a program, by bubblewrap (bwrap(1)): it sees the files that it is given and the processes
//! that it starts, cannot leave, and ends with whoever started it.

use super::doorway::Doorway;
use super::program;
use super::table;
use std::collections::BTreeSet;
use std::ffi::OsString;
use std::io;
use std::path::Path;
use std::path::PathBuf;

/// The program that makes sandboxes.
const PROGRAM: &str = "bwrap";

/// Who a program of root is inside, where root itself would get back what was taken from it.
const ORDINARY_USER: &str = "1000";

/// What root may write to in a `/proc` of its own, whatever was taken from it.
const KERNEL_SWITCHES: [&str; 4] = ["/proc/sys", "/proc/sysrq-trigger", "/proc/irq", "/proc/bus"];

/// Exit codes by which bubblewrap and shells tell that a signal ended the program: 128 and the signal, for
/// those that come from outside: HUP, INT, KILL and TERM.
const SIGNALED: [i32; 4] = [129, 130, 137, 143];

/// What a program is let see and do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sandbox {
    /// The file system, which can be read and not written, under these, which lie over each other in this
    /// order.
    pub mounts: Vec<Mount>,
    /// What it reaches of the network.
    pub network: SandboxNetwork,
    /// Whether it has a `/proc` of its own. Most programs need one; containers that mask theirs allow none.
    pub has_proc: bool,
}

/// What a sandbox reaches of the network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SandboxNetwork {
    /// All that there is.
    Any,
    /// Nothing.
    Off,
    /// These hosts, over a proxy; `program` is this program, which passes on what is said inside.
    Hosts { hosts: Vec<String>, program: PathBuf },
}

/// What lies at a path inside. The path itself must exist outside, or nothing can lie there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mount {
    /// What is there, to read.
    ReadOnly(PathBuf),
    /// What is there, to read and write.
    Writable(PathBuf),
    /// What is at another path.
    Instead { at: PathBuf, of: PathBuf, is_writable: bool },
    /// An empty folder in memory.
    EmptyFolder(PathBuf),
    /// An empty file.
    EmptyFile(PathBuf),
}

impl Mount {
    /// Where it lies inside.
    pub fn path(&self) -> &Path {
        match self {
            Self::ReadOnly(path)
            | Self::Writable(path)
            | Self::Instead { at: path, .. }
            | Self::EmptyFolder(path)
            | Self::EmptyFile(path) => path,
        }
    }
}

/// Why there are no sandboxes here.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unavailable {
    #[error("`bwrap` (bubblewrap) was not found on PATH")]
    Missing,
    #[error("bubblewrap cannot make a sandbox here: {0}")]
    Refused(String),
}

impl Sandbox {
    /// Tries it: whether it can be made, and whether `folder` can be written there where it must be.
    pub fn try_out(&self, folder: &Path, is_written: bool) -> Result<(), Unavailable> {
        let shell = ["-c", "test \"$1\" = no || test -w \"$0\""].map(OsString::from);
        let is_written = OsString::from(if is_written { "yes" } else { "no" });
        let words = [OsString::from("/bin/sh")].into_iter().chain(shell);
        let words = words.chain([folder.into(), is_written]);
        let (program, arguments) = self.command(folder, words)?;
        let ended = duct::cmd(program, arguments)
            .dir("/")
            .stdin_null()
            .stdout_null()
            .stderr_capture()
            .unchecked()
            .run()
            .map_err(|error| Unavailable::Refused(error.to_string()))?;
        if ended.status.success() {
            return Ok(());
        }
        let said = String::from_utf8_lossy(&ended.stderr);
        let said = said.trim().strip_prefix("bwrap: ").unwrap_or(said.trim());
        Err(Unavailable::Refused(match said {
            "" if self.is_writable(folder) => {
                "the project's folder belongs to another user and is not writable inside".to_owned()
            }
            "" => "the project's folder is mounted read-only inside".to_owned(),
            said => said.to_owned(),
        }))
    }

    fn is_writable(&self, path: &Path) -> bool {
        let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        let above = self.mounts.iter().rfind(|mount| path.starts_with(mount.path()));
        matches!(above, Some(Mount::Writable(_)))
    }

    /// The hosts that it reaches, where it reaches some.
    pub(super) fn hosts(&self) -> Option<&[String]> {
        match &self.network {
            SandboxNetwork::Any | SandboxNetwork::Off => None,
            SandboxNetwork::Hosts { hosts, .. } => Some(hosts),
        }
    }

    /// The program and the arguments that run a command inside, in this folder, with a doorway to hosts
    /// where there is one.
    pub(super) fn command_by(
        &self,
        folder: &Path,
        command: impl IntoIterator<Item = OsString>,
        doorway: Option<&Doorway>,
    ) -> Result<(PathBuf, Vec<OsString>), Unavailable> {
        let (SandboxNetwork::Hosts { program, .. }, Some(doorway)) = (&self.network, doorway)
        else {
            return self.command(folder, command);
        };
        let mut mounts = self.mounts.clone();
        mounts.push(doorway.mount());
        // Wherever it lies, it is needed inside.
        mounts.push(Mount::ReadOnly(program.clone()));
        let words = Doorway::words(program).into_iter().chain(command);
        Self { mounts, ..self.clone() }.command(folder, words)
    }

    /// The program and the arguments that run a command inside, in this folder.
    fn command(
        &self,
        folder: &Path,
        command: impl IntoIterator<Item = OsString>,
    ) -> Result<(PathBuf, Vec<OsString>), Unavailable> {
        // What the programs inside can write is not run outside.
        let is_open = |path: &Path| self.is_writable(path);
        let program = program::find(PROGRAM, |path| !is_open(path)).ok_or(Unavailable::Missing)?;
        let is_root = rustix::process::geteuid().is_root();
        let mut arguments: Vec<OsString> = [
            "--unshare-user",
            "--unshare-pid",
            "--unshare-ipc",
            "--unshare-uts",
            "--unshare-cgroup-try",
            "--new-session",
            "--die-with-parent",
        ]
        .map(OsString::from)
        .to_vec();
        let mut add = |words: &[&str], paths: &[&Path]| {
            arguments.extend(words.iter().map(OsString::from));
            arguments.extend(paths.iter().map(OsString::from));
        };
        add(&["--cap-drop", "ALL"], &[]);
        if is_root {
            add(&["--uid", ORDINARY_USER, "--gid", ORDINARY_USER], &[]);
        }
        if self.network != SandboxNetwork::Any {
            add(&["--unshare-net"], &[]);
        }
        add(&["--ro-bind", "/", "/", "--dev", "/dev"], &[]);
        add(&[if self.has_proc { "--proc" } else { "--tmpfs" }, "/proc"], &[]);
        let switches = KERNEL_SWITCHES.map(Path::new).into_iter();
        for switch in switches.filter(|_| is_root && self.has_proc) {
            add(&["--ro-bind-try"], &[switch, switch]);
        }
        for mount in &self.mounts {
            match mount {
                // What is gone by now holds nothing.
                Mount::ReadOnly(path) => add(&["--ro-bind-try"], &[path, path]),
                Mount::Writable(path) => add(&["--bind-try"], &[path, path]),
                Mount::Instead { at, of, is_writable: true } => add(&["--bind"], &[of, at]),
                Mount::Instead { at, of, is_writable: false } => add(&["--ro-bind"], &[of, at]),
                Mount::EmptyFolder(path) => add(&["--tmpfs"], &[path]),
                Mount::EmptyFile(path) => add(&["--ro-bind", "/dev/null"], &[path]),
            }
        }
        add(&["--chdir"], &[folder]);
        add(&["--"], &[]);
        arguments.extend(command);
        Ok((program, arguments))
    }
}

impl Unavailable {
    /// What to do about it.
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::Missing if cfg!(target_os = "linux") => {
                "install it, for example with `apt install bubblewrap`"
            }
            Self::Missing => "there is no sandbox for this system yet",
            Self::Refused(_) => {
                "allow user namespaces: see sysctl kernel.unprivileged_userns_clone and \
                 user.max_user_namespaces, on Ubuntu an AppArmor profile for bwrap, in a container \
                 `--security-opt seccomp=unconfined`"
            }
        }
    }
}

impl From<Unavailable> for io::Error {
    fn from(why: Unavailable) -> Self {
        Self::other(why)
    }
}

/// The signal that an exit code of a sandbox tells of, where one from outside ended the program.
pub(super) fn signal_of(code: i32) -> Option<i32> {
    SIGNALED.contains(&code).then_some(code - 128)
}

/// The process groups below the sandbox itself, which must live for them to end in their own time.
pub(super) fn groups_inside(sandbox: u32) -> BTreeSet<u32> {
    let all = table::all();
    let mut inside = BTreeSet::from([sandbox]);
    loop {
        let is_new = |process: &&table::Process| {
            inside.contains(&process.parent) && !inside.contains(&process.id)
        };
        let born: Vec<u32> = all.iter().filter(is_new).map(|process| process.id).collect();
        if born.is_empty() {
            break;
        }
        inside.extend(born);
    }
    let is_inside =
        |process: &&table::Process| process.id != sandbox && inside.contains(&process.id);
    let groups = all.iter().filter(is_inside).map(|process| process.group);
    // The one that makes it hands over its group only a moment after its start.
    groups.filter(|group| *group != sandbox).collect()
}
