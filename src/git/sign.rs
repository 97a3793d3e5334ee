//! Signing as git's settings say: which key a person signs with, whose signatures count, and the
//! signature of a commit, where commits are to have one.

use super::Error;
use super::Repository;
use crate::files;
use crate::signature;
use crate::signature::SshKey;
use std::path::PathBuf;

/// The namespace in which git signs.
const NAMESPACE: &str = "git";

impl Repository {
    /// The SSH key that git signs with; `None` where it signs otherwise, or names no key. The program
    /// is the user's own choice only: one that the repository names would hear their passphrase.
    pub fn ssh_key(&self) -> Option<SshKey> {
        let own = git2::Config::open_default().ok();
        let program = own.and_then(|own| own.get_string("gpg.ssh.program").ok());
        Some(SshKey { program: SshKey::program(program), ..self.key_of_commits()? })
    }

    fn key_of_commits(&self) -> Option<SshKey> {
        let key = self.setting("user.signingkey")?;
        let is_ssh = self.setting("gpg.format").as_deref() == Some("ssh");
        is_ssh.then(|| SshKey::new(&self.expanded(&key), self.setting("gpg.ssh.program")))
    }

    /// The file that says whose SSH signatures count.
    pub fn allowed_signers(&self) -> Option<PathBuf> {
        let path = self.setting("gpg.ssh.allowedsignersfile")?;
        Some(PathBuf::from(self.expanded(&path)))
    }

    /// The file that says which SSH keys count no more.
    pub fn revoked_keys(&self) -> Option<PathBuf> {
        let path = self.setting("gpg.ssh.revocationfile")?;
        Some(PathBuf::from(self.expanded(&path)))
    }

    /// A commit's text with its signature, where git is told to sign commits.
    pub(super) fn signed(&mut self, text: Vec<u8>, who: &[u8]) -> Result<Vec<u8>, Error> {
        let settings = self.settings.as_ref();
        let is_wanted = settings.and_then(|settings| settings.get_bool("commit.gpgsign").ok());
        if is_wanted != Some(true) {
            return Ok(text);
        }
        // Each commit of a long run would wait as long for the same person who is away.
        if let Some(reason) = self.unsignable.clone() {
            return Err(Error::Signing { reason });
        }
        let signature = self.signature_of(&text, who)?;
        Ok(with_signature(&text, &signature))
    }

    /// The program that signs commits, where the settings name one.
    fn signing_program(&self) -> Option<String> {
        match self.setting("gpg.format").as_deref() {
            Some("ssh") => self.setting("gpg.ssh.program"),
            Some("x509") => self.setting("gpg.x509.program"),
            Some(_) | None => {
                self.setting("gpg.openpgp.program").or_else(|| self.setting("gpg.program"))
            }
        }
    }

    /// The same as it lies there now, where it is named by its path.
    pub(super) fn signer_now(&self) -> Option<files::Stat> {
        let program = self.signing_program().filter(|program| program.contains('/'))?;
        files::stat_of(&PathBuf::from(program).canonicalize().ok()?)
    }

    fn signature_of(&mut self, text: &[u8], who: &[u8]) -> Result<String, Error> {
        if self.signer_now() != self.signer {
            let program = self.signing_program().unwrap_or_default();
            let reason = format!("{program} has changed while orch was running, and was not run");
            return Err(Error::Signing { reason });
        }
        let format = self.setting("gpg.format").unwrap_or_else(|| "openpgp".to_owned());
        let usual = match format.as_str() {
            "ssh" => {
                let reason = "no signing key is configured; run git config user.signingkey \
                              ~/.ssh/KEY.pub";
                let key = self.key_of_commits();
                let key = key.ok_or_else(|| Error::Signing { reason: reason.into() })?;
                return key.sign(NAMESPACE, text).map_err(|error| self.failed(&error));
            }
            "openpgp" => "gpg",
            "x509" => "gpgsm",
            other => {
                let reason =
                    format!("git's gpg.format is `{other}`; expected openpgp, x509 or ssh");
                return Err(Error::Signing { reason });
            }
        };
        let program = self.signing_program().unwrap_or_else(|| usual.to_owned());
        // Without a key of its own git takes the one of the name that it commits under.
        let committer = || {
            let who = String::from_utf8_lossy(who);
            who.rsplit_once("> ").map_or_else(String::new, |(who, _)| format!("{who}>"))
        };
        let key = self.setting("user.signingkey").unwrap_or_else(committer);
        signature::sign_with_gpg(&program, &key, text).map_err(|error| self.failed(&error))
    }

    fn failed(&mut self, error: &signature::Error) -> Error {
        let reason = error.to_string();
        if let signature::Error::TimedOut { .. } = error {
            self.unsignable = Some(reason.clone());
        }
        Error::Signing { reason }
    }

    fn setting(&self, name: &str) -> Option<String> {
        self.settings.as_ref()?.get_string(name).ok().filter(|text| !text.is_empty())
    }

    /// A path as git understands it: below the home folder, or from the root of the working tree.
    fn expanded(&self, path: &str) -> String {
        let is_literal = path.starts_with("key::") || path.starts_with("ssh-");
        if is_literal {
            return path.to_owned();
        }
        let path = in_home(path).unwrap_or_else(|| self.work_folder.join(path));
        path.display().to_string()
    }
}

/// A path below the home folder, where it is written as one.
pub(super) fn in_home(path: &str) -> Option<PathBuf> {
    let rest = path.strip_prefix("~/")?;
    Some(PathBuf::from(std::env::var_os("HOME")?).join(rest))
}

/// The signature is the last header; a line of it that is not the first begins with a blank.
fn with_signature(text: &[u8], signature: &str) -> Vec<u8> {
    let end = text.windows(2).position(|pair| pair == b"\n\n").unwrap_or(text.len());
    let lines: Vec<&str> = signature.trim_end().lines().collect();
    let header = format!("\ngpgsig {}", lines.join("\n "));
    [&text[..end], header.as_bytes(), &text[end..]].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_stands_between_head_and_message() {
        let text = with_signature(b"tree 1\nauthor a\n\ntitle\n\nbody\n", "-----\nab\n-----\n");
        let text = String::from_utf8(text).unwrap();
        assert_eq!(text, "tree 1\nauthor a\ngpgsig -----\n ab\n -----\n\ntitle\n\nbody\n");
    }
}
