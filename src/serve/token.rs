//! The token that a client shows: it keeps out who cannot read this user's files, and proves no person.

use crate::digest::Digest;
use crate::files;
use crate::id;
use crate::ops::Error;
use std::path::Path;

/// Shorter ones could be guessed.
const BYTES_MIN: usize = 16;

/// Longer ones are no token.
const BYTES_MAX: u64 = 4096;

/// A text that nobody can guess.
#[derive(Clone)]
pub struct Token(String);

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Token")
    }
}

impl Token {
    /// A new one.
    pub fn new() -> Result<Self, Error> {
        let key = id::random_key();
        let key =
            key.ok_or_else(|| Error::environment("cannot get random bytes from the system"))?;
        Ok(Self(Digest::of(key).to_string()))
    }

    /// The one in a file, which is made where it is not there, for this user alone to read.
    pub fn of_file(path: &Path) -> Result<Self, Error> {
        let shown = path.display();
        let trouble = |source: std::io::Error| {
            Error::environment(format!("cannot use token file {shown}: {source}"))
        };
        let Some(bytes) = files::read_small(path, BYTES_MAX).map_err(trouble)? else {
            let token = Self::new()?;
            files::write_private(path, token.0.as_bytes()).map_err(trouble)?;
            return Ok(token);
        };
        let text = String::from_utf8_lossy(&bytes).trim().to_owned();
        let is_fit = text.len() >= BYTES_MIN && text.bytes().all(|byte| byte.is_ascii_graphic());
        if !is_fit {
            let message = format!("the token in {shown} is too short, or not plain text");
            return Err(Error::usage(message).advise(format!(
                "use {BYTES_MIN} characters or more without spaces, or remove the file to get a new one"
            )));
        }
        Ok(Self(text))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether this is what a client has shown, told by digests: how long that takes tells nothing of
    /// the token.
    pub fn is(&self, shown: &str) -> bool {
        Digest::of(&self.0) == Digest::of(shown)
    }

    /// What a browser keeps in its place: other servers of this machine are shown it too, and cannot
    /// make the token of it.
    pub fn cookie(&self) -> String {
        Digest::keyed(self.0.as_bytes(), b"orch cookie").to_string()
    }
}
