//! Secrets: values that a program may see and no log, packet or record may hold.
//! They are found in the plain, the base64 and the URL form.

use crate::files::Log;
use crate::files::LogReader;
use regex::bytes::Regex;
use std::io;
use std::io::Read;
use std::io::Write;

/// Shorter values occur by chance; blotting them out would destroy a log and hide nothing.
const VALUE_BYTES_MIN: usize = 8;

/// How much of a file is looked at in one go.
const CHUNK_BYTES: usize = 64 * 1024;

/// What stands in the place of a secret.
const BLOT: &[u8] = b"[redacted]";

/// The values to keep out of sight; none by default.
#[derive(Clone, Default)]
pub struct Secrets {
    pattern: Option<Regex>,
    longest_bytes: usize,
}

/// A secret that is not there, or cannot be looked for.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("the secret `{0}` is not set in the environment")]
    Missing(String),
    #[error("the secrets are too long to be looked for")]
    TooLong,
}

/// Shows nothing of the values.
impl std::fmt::Debug for Secrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secrets")
    }
}

impl Secrets {
    /// Takes the names of variables, all of which must be set.
    pub fn of_environment<'n>(names: impl IntoIterator<Item = &'n str>) -> Result<Self, Error> {
        let value = |name: &str| std::env::var(name).map_err(|_| Error::Missing(name.to_owned()));
        let values: Vec<String> = names.into_iter().map(value).collect::<Result<_, _>>()?;
        Self::of(&values)
    }

    fn of(values: &[String]) -> Result<Self, Error> {
        let mut forms: Vec<String> = values
            .iter()
            .filter(|value| value.len() >= VALUE_BYTES_MIN)
            .flat_map(|value| {
                let url = url::form_urlencoded::byte_serialize(value.as_bytes()).collect();
                [value.clone(), url, base64(value.as_bytes())]
            })
            .collect();
        // The longest first, so that of two which begin alike nothing is left over.
        forms.sort_by_key(|form| (std::cmp::Reverse(form.len()), form.clone()));
        forms.dedup();
        let Some(longest_bytes) = forms.first().map(String::len) else {
            return Ok(Self::default());
        };
        let forms: Vec<String> = forms.iter().map(|form| regex::escape(form)).collect();
        let pattern = Regex::new(&forms.join("|")).map_err(|_| Error::TooLong)?;
        Ok(Self { pattern: Some(pattern), longest_bytes })
    }

    /// The text with every secret blotted out.
    pub fn redact(&self, text: &str) -> String {
        match &self.pattern {
            None => text.to_owned(),
            Some(pattern) => {
                String::from_utf8_lossy(&pattern.replace_all(text.as_bytes(), BLOT)).into_owned()
            }
        }
    }

    /// Blots out every secret in what a child printed, of any size; it lies in its place then.
    pub fn redact_log(&self, log: &mut Log) -> io::Result<()> {
        match &self.pattern {
            None => log.restore(),
            Some(pattern) => log.rewrite(|from, to| self.copy(pattern, from, to)),
        }
    }

    /// Copies in chunks; what a secret may reach across the end of a chunk waits for the next one.
    fn copy(
        &self,
        pattern: &Regex,
        from: &mut LogReader<'_>,
        to: &mut dyn Write,
    ) -> io::Result<()> {
        let mut bytes = Vec::new();
        loop {
            let read = from.by_ref().take(CHUNK_BYTES as u64).read_to_end(&mut bytes)?;
            let open = if read == 0 { 0 } else { self.longest_bytes - 1 };
            let sure = bytes.len().saturating_sub(open);
            let mut done = 0;
            while let Some(found) = pattern.find_at(&bytes, done).filter(|it| it.start() < sure) {
                to.write_all(&bytes[done..found.start()])?;
                to.write_all(BLOT)?;
                done = found.end();
            }
            if done < sure {
                to.write_all(&bytes[done..sure])?;
                done = sure;
            }
            bytes.drain(..done);
            if read == 0 {
                return Ok(());
            }
        }
    }
}

/// The base64 form without padding, as a part of the form with it.
pub fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let byte = |at: usize| u32::from(chunk.get(at).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for place in 0..=chunk.len() {
            let index = bits >> (18 - 6 * place) & 63;
            text.push(char::from(LETTERS[index as usize]));
        }
    }
    text
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "a test lays out its own files")]
mod tests {
    use super::*;
    use crate::files::Beneath;

    fn secrets() -> Secrets {
        Secrets::of(&["hunter2hunter2".into(), "hunter2hunter2+more".into(), "short".into()])
            .unwrap()
    }

    #[test]
    fn all_forms_of_a_secret_are_blotted_out() {
        assert_eq!(
            secrets().redact("a hunter2hunter2+more b hunter2hunter2%2Bmore c short"),
            "a [redacted] b [redacted] c short"
        );
        assert_eq!(base64(b"hunter2hunter2"), "aHVudGVyMmh1bnRlcjI");
        assert_eq!(secrets().redact("x aHVudGVyMmh1bnRlcjI="), "x [redacted]=");
        assert_eq!(Secrets::default().redact("a"), "a");
        assert_eq!(format!("{:?}", secrets()), "Secrets");
    }

    #[test]
    fn a_secret_across_chunks_is_found() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log");
        for before in CHUNK_BYTES - 40..CHUNK_BYTES + 3 {
            let text = "\u{ff}".repeat(before / 2) + "hunter2hunter2+more" + "end";
            let mut log = Log::create(Beneath::new(folder.path()).join("log")).unwrap();
            log.for_child().unwrap().write_all(text.as_bytes()).unwrap();
            secrets().redact_log(&mut log).unwrap();
            let redacted = std::fs::read_to_string(&path).unwrap();
            assert_eq!(redacted, text.replace("hunter2hunter2+more", "[redacted]"));
        }
    }

    #[test]
    fn a_secret_that_is_not_set_is_named() {
        let error = Secrets::of_environment(["ORCH_NO_SUCH_SECRET"]).unwrap_err();
        assert_eq!(
            error.to_string(),
            "the secret `ORCH_NO_SUCH_SECRET` is not set in the environment"
        );
    }
}
