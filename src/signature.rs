//! Signatures, made and checked by the stock `ssh-keygen`, and made by `gpg` where git is told to
//! sign with it. The programs and their agents hold the keys; only what is exported is signed here, with a
//! key that no passphrase protects. What passkeys sign in a browser is put into the same form.

pub mod bare;
pub mod dsse;
pub mod passkey;
mod wire;

use crate::clock::Moment;
use crate::files;
use crate::files::Beneath;
use crate::files::Log;
use crate::process;
use crate::process::Ending;
use crate::process::ProgramCall;
use crate::process::Stop;
use crate::surroundings::Allowed;
use std::collections::BTreeMap;
use std::io;
use std::path::Path;
use std::path::PathBuf;
use std::time::Duration;

/// The only program that is believed: one that a repository names could say anything.
const SSH_KEYGEN: &str = "ssh-keygen";

/// How long a key may take that nobody is asked about, such as one that wants to be touched.
const PATIENCE: Duration = Duration::from_secs(if cfg!(test) { 5 } else { 30 });

/// How many of a program's last words are told.
const WORDS_MAX: u64 = 1000;

/// Why there is no signature.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Program(#[from] process::Error),
    #[error("{0}")]
    Refused(String),
    #[error("{program} did not finish within {} s", PATIENCE.as_secs())]
    TimedOut { program: String },
    #[error("{key} is protected by a passphrase and not loaded in an SSH agent")]
    Locked { key: String, file: PathBuf },
    #[error(
        "the text to sign has {bytes} bytes, but an SSH agent signs at most {} KiB",
        bare::AGENT_BYTES_MAX / 1024
    )]
    TooLong { bytes: usize },
    #[error("temporary folder: {0}")]
    Io(#[from] io::Error),
}

impl Error {
    /// What would be right.
    pub fn help(&self) -> Option<String> {
        match self {
            Self::Locked { file, .. } => Some(format!("ssh-add {}", file.display())),
            Self::TooLong { .. } => Some(
                "sign with a key file without a passphrase: name it as `key` under [signing] in \
                 ~/.config/orch/orch.toml"
                    .to_owned(),
            ),
            Self::Program(_) | Self::Refused(_) | Self::TimedOut { .. } | Self::Io(_) => None,
        }
    }
}

/// An SSH key, and the program that signs with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SshKey {
    pub program: String,
    /// The file of the key or of its public half; or the public half itself, whose other half an
    /// agent holds.
    pub key: String,
}

/// A signature to be looked at, and what it is said to stand under.
#[derive(Debug, Clone, Copy)]
pub struct Signature<'s> {
    pub namespace: &'s str,
    pub text: &'s [u8],
    pub armored: &'s str,
    /// When it was made, for keys that hold for a while only.
    pub at: Option<Moment>,
    /// The keys that count no more, as `ssh-keygen` takes them: a list, or what it made of one.
    pub revoked: Option<&'s [u8]>,
}

impl SshKey {
    /// The key that git's settings name, where `ssh-keygen` is the program unless told otherwise.
    pub fn new(key: &str, program: Option<String>) -> Self {
        Self { program: Self::program(program), key: key.to_owned() }
    }

    /// The program that signs: the one that was chosen, or the usual one.
    pub fn program(chosen: Option<String>) -> String {
        chosen.unwrap_or_else(|| SSH_KEYGEN.to_owned())
    }

    /// The file that it lies in; `None` where it is written out and an agent holds its other half.
    pub fn file(&self) -> Option<&Path> {
        let is_literal = self.key.starts_with("ssh-") || self.key.starts_with("key::");
        (!is_literal).then(|| Path::new(&self.key))
    }

    /// Signs on the terminal: the program itself asks for a passphrase or a touch.
    pub fn sign_on_terminal(&self, namespace: &str, text: &[u8]) -> Result<String, Error> {
        let folder = files::passing_folder()?;
        let argv = self.argv(folder.path(), namespace, text)?;
        match process::run_on_terminal(&argv, folder.path())? {
            Ending::Exited(0) => read_signature(folder.path()),
            Ending::Exited(_)
            | Ending::Signaled(_)
            | Ending::TimedOut
            | Ending::Stopped
            | Ending::Halted => {
                Err(Error::Refused(format!("{} did not sign with {}", self.program, self.key)))
            }
        }
    }

    /// Signs without asking anybody: with a key that is open or that an agent holds.
    pub fn sign(&self, namespace: &str, text: &[u8]) -> Result<String, Error> {
        let folder = files::passing_folder()?;
        let argv = self.argv(folder.path(), namespace, text)?;
        let place = SigningFolder { folder: folder.path(), stdin: None };
        let (ending, words) = place.run(argv, silent())?;
        if ending == Ending::Exited(0) {
            return read_signature(folder.path());
        }
        Err(refused(&self.program, ending, &words))
    }

    fn argv(&self, folder: &Path, namespace: &str, text: &[u8]) -> Result<Vec<String>, Error> {
        files::write_view(&folder.join("text"), text)?;
        let mut argv = vec![self.program.clone()];
        // Other programs know only what git passes.
        argv.extend((self.program == SSH_KEYGEN).then(|| "-q".to_owned()));
        argv.extend(["-Y", "sign", "-n", namespace, "-f"].map(str::to_owned));
        let literal = self.key.strip_prefix("key::").unwrap_or(&self.key);
        if literal.starts_with("ssh-") || literal != self.key {
            files::write_view(&folder.join("key.pub"), format!("{literal}\n").as_bytes())?;
            argv.extend(["key.pub", "-U"].map(str::to_owned));
        } else {
            argv.push(self.key.clone());
        }
        argv.push("text".to_owned());
        Ok(argv)
    }
}

/// Signs with an OpenPGP or X.509 program, as git calls it: the armored signature of a text.
pub fn sign_with_gpg(program: &str, key: &str, text: &[u8]) -> Result<String, Error> {
    let folder = files::passing_folder()?;
    files::write_view(&folder.path().join("text"), text)?;
    let argv = [program, "--status-fd=2", "-bsau", key].map(str::to_owned).to_vec();
    let place = SigningFolder { folder: folder.path(), stdin: Some("text") };
    let (ending, words) = place.run(argv, BTreeMap::new())?;
    let signature = files::read_tail(&folder.path().join("out"), u64::MAX)?;
    // Like git: the program's word counts, not its exit code alone.
    if ending == Ending::Exited(0) && words.contains("[GNUPG:] SIG_CREATED ") {
        return Ok(signature);
    }
    let is_plain = |line: &&str| !line.starts_with("[GNUPG:]");
    let words: Vec<&str> = words.lines().filter(is_plain).collect();
    Err(refused(program, ending, &words.join("\n")))
}

impl Signature<'_> {
    /// Whether `principal` made it, with a key that the text of an allowed signers file gives them.
    pub fn is_by(&self, principal: &str, allowed: &str) -> Result<bool, Error> {
        let mut arguments = vec!["verify", "-n", self.namespace, "-I", principal, "-f", "allowed"];
        let time = self.time();
        arguments.extend(time.as_deref());
        arguments.extend(self.revoked.iter().flat_map(|_| ["-r", "revoked"]));
        Ok(self.ask(&arguments, allowed)?.is_some())
    }

    /// The option that tells when it was made, in UTC, which is the zone of the program called.
    fn time(&self) -> Option<String> {
        let time = self.at.map(|at| at.compact().replace(|c: char| !c.is_ascii_digit(), ""));
        time.map(|time| format!("-Overify-time={time}"))
    }

    /// Everybody who had its key then by an allowed signers file; whether it is good is not looked at.
    pub fn principals(&self, allowed: &str) -> Result<Vec<String>, Error> {
        let mut arguments = vec!["find-principals", "-f", "allowed"];
        let time = self.time();
        arguments.extend(time.as_deref());
        let said = self.ask(&arguments, allowed)?.unwrap_or_default();
        Ok(said.lines().map(|line| line.trim().to_owned()).collect())
    }

    /// The fingerprint of the key that it was made with, whoever has it; `None` where it is bad.
    pub fn fingerprint(&self) -> Result<Option<String>, Error> {
        let said = self.ask(&["check-novalidate", "-n", self.namespace], "")?;
        Ok(said.and_then(|said| Some(said.trim().rsplit_once(" key ")?.1.to_owned())))
    }

    /// What ssh-keygen prints where it says yes.
    fn ask(&self, arguments: &[&str], allowed: &str) -> Result<Option<String>, Error> {
        let folder = files::passing_folder()?;
        for (name, bytes) in [
            ("text", self.text),
            ("text.sig", self.armored.as_bytes()),
            ("allowed", allowed.as_bytes()),
            ("revoked", self.revoked.unwrap_or_default()),
        ] {
            files::write_view(&folder.path().join(name), bytes)?;
        }
        let mut argv = vec![SSH_KEYGEN, "-Y"];
        argv.extend(arguments);
        argv.extend(["-s", "text.sig"]);
        let place = SigningFolder { folder: folder.path(), stdin: Some("text") };
        let zone = BTreeMap::from([("TZ".to_owned(), "UTC".to_owned())]);
        let (ending, words) = place.run(argv.into_iter().map(str::to_owned).collect(), zone)?;
        match ending {
            Ending::Exited(0) => Ok(Some(files::read_tail(&folder.path().join("out"), u64::MAX)?)),
            Ending::Exited(_) => Ok(None),
            Ending::Signaled(_) | Ending::TimedOut | Ending::Stopped | Ending::Halted => {
                Err(refused(SSH_KEYGEN, ending, &words))
            }
        }
    }
}

/// Where a program finds its files and leaves its words.
struct SigningFolder<'p> {
    folder: &'p Path,
    stdin: Option<&'p str>,
}

impl SigningFolder<'_> {
    /// Runs a program; gives how it ended and what it said.
    fn run(
        &self,
        argv: Vec<String>,
        environment: BTreeMap<String, String>,
    ) -> Result<(Ending, String), Error> {
        let place = |name: &str| Beneath::new(self.folder).join(name);
        // The user's own program: it needs their agent's socket, and more.
        let mut variables = Allowed::everything().values(&std::env::vars_os().collect());
        variables.extend(environment);
        let command = ProgramCall {
            argv,
            folder: self.folder.to_owned(),
            environment: variables,
            register: None,
            sandbox: None,
            stdin: self.stdin.map(place),
            stdout: Log::create(place("out"))?,
            stderr: Log::create(place("err"))?,
            timeout: Some(PATIENCE),
        };
        let ending = process::run(&command, &Stop::default())?;
        Ok((ending, command.stderr.tail(WORDS_MAX)?))
    }
}

/// Keeps a program from the terminal, where nobody may be, and where it would be stopped for
/// reading from it: what asks instead is the user's own program, or one that knows no answer.
fn silent() -> BTreeMap<String, String> {
    let mut variables = BTreeMap::from([("SSH_ASKPASS_REQUIRE".to_owned(), "force".to_owned())]);
    if std::env::var_os("SSH_ASKPASS").is_none() {
        variables.insert("SSH_ASKPASS".to_owned(), "false".to_owned());
    }
    variables
}

fn refused(program: &str, ending: Ending, words: &str) -> Error {
    // Of ssh-keygen's words only the last says what is wrong.
    let said = words.lines().rev().map(str::trim).find(|line| !line.is_empty());
    match (ending, said) {
        (Ending::TimedOut, _) => Error::TimedOut { program: program.to_owned() },
        (
            Ending::Exited(_) | Ending::Signaled(_) | Ending::Stopped | Ending::Halted,
            Some(said),
        ) => Error::Refused(said.trim_end_matches('\r').to_owned()),
        (Ending::Exited(_) | Ending::Signaled(_) | Ending::Stopped | Ending::Halted, None) => {
            Error::Refused(format!("{program} did not sign"))
        }
    }
}

fn read_signature(folder: &Path) -> Result<String, Error> {
    let bytes = files::read_own(&folder.join("text.sig"))?.unwrap_or_default();
    let text = String::from_utf8(bytes).unwrap_or_default();
    if text.starts_with("-----BEGIN SSH SIGNATURE-----") {
        return Ok(text);
    }
    Err(Error::Refused("the program wrote no signature".to_owned()))
}

#[cfg(test)]
mod tests;
