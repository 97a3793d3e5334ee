//! Secrets: values that a program may see and no log, packet or record may hold. What stands for one
//! in an encoded or escaped text is found too.

mod dress;

pub use dress::base64;

use crate::files::Beneath;
use crate::files::Log;
use crate::files::LogReader;
use crate::surroundings::Variables;
use dress::Form;
use regex::bytes::Regex;
use regex::bytes::RegexBuilder;
use serde::Deserialize;
use serde::Serialize;
use std::io;
use std::io::Read;
use std::io::Write;
use std::sync::Mutex;
use std::sync::PoisonError;

/// Shorter values occur by chance; blotting them out would destroy a log and hide nothing.
const VALUE_BYTES_MIN: usize = 8;

/// How much of a file is looked at in one go.
const CHUNK_BYTES: usize = 64 * 1024;

/// The most memory that looking for secrets may take: enough for the longest keys that are in use.
const PATTERN_BYTES_MAX: usize = 512 * 1024 * 1024;

/// What stands in the place of a secret.
const BLOT: &str = "[redacted]";

/// All that this process has had to look for: whatever it shows is freed of them once more.
static KNOWN: Mutex<Vec<(Vec<Value>, Secrets)>> = Mutex::new(Vec::new());

/// The name of a variable that holds a secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Name {
    /// The variable's name.
    pub name: String,
    /// Whether it is a secret however short it is.
    pub is_short: bool,
}

/// A secret and whether it is one however short it is.
#[derive(Clone, PartialEq, Eq)]
struct Value {
    text: String,
    is_short: bool,
}

/// The values to keep out of sight; none by default.
#[derive(Clone, Default)]
pub struct Secrets {
    pattern: Option<Regex>,
    longest_bytes: usize,
}

/// A secret that is not there, or cannot be looked for.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Its variable is not set.
    #[error("the secret `{0}` is not set in the environment")]
    Missing(String),
    /// Its value is not text.
    #[error("the secret `{0}` is not valid UTF-8")]
    NotText(String),
    /// No line of its value is long enough to be told from other text.
    #[error(
        "the secret `{0}` has no line of {VALUE_BYTES_MIN} bytes or more: \
         redacting shorter ones would also hide text that matches by chance"
    )]
    TooShort(String),
    /// All values together are too long to look for.
    #[error("the secrets are too long to redact")]
    TooLong,
}

impl Error {
    /// What would be right.
    pub fn help(&self) -> Option<String> {
        match self {
            Self::TooShort(name) => Some(format!(
                "use a longer secret, or write \
                 secrets = [{{ name = \"{name}\", short = true }}] to allow it"
            )),
            Self::Missing(_) | Self::NotText(_) | Self::TooLong => None,
        }
    }
}

/// Shows nothing of the values.
impl std::fmt::Debug for Secrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secrets")
    }
}

impl Name {
    /// Refuses a value that cannot be kept out of sight.
    pub fn refuse_unfit(&self, set: &Variables) -> Result<(), Error> {
        self.value(set).map(|_| ())
    }

    /// The value of the variable; `None` where it is not set.
    fn value(&self, set: &Variables) -> Result<Option<Value>, Error> {
        let Some(value) = set.get(&self.name) else { return Ok(None) };
        let Some(text) = value.to_str().map(str::to_owned) else {
            return Err(Error::NotText(self.name.clone()));
        };
        let value = Value { text, is_short: self.is_short };
        let lines = value.broken();
        let is_long = |line: &str| line.len() >= VALUE_BYTES_MIN;
        // An empty variable is how many say that they have no such secret.
        if !lines.is_empty() && !lines.lines().map(str::trim).any(is_long) && !self.is_short {
            return Err(Error::TooShort(self.name.clone()));
        }
        Ok(Some(value))
    }
}

impl Value {
    /// The lines: keys are often kept on one, their line breaks written out.
    fn broken(&self) -> String {
        self.text.trim().replace("\\r\\n", "\n").replace("\\n", "\n")
    }

    /// The forms of the whole, and of each line that is long enough; of all lines where none is.
    fn forms(&self) -> Vec<Form> {
        let (whole, broken) = (self.text.trim(), self.broken());
        let lines = || broken.lines().map(str::trim).filter(|line| !line.is_empty());
        let is_long = |line: &&str| line.len() >= VALUE_BYTES_MIN;
        let has_long = lines().any(|line| is_long(&line));
        let lines = lines().filter(|line| !has_long || is_long(line));
        let all = [whole, broken.as_str()].into_iter().filter(|text| !text.is_empty());
        all.chain(lines).flat_map(dress::forms).collect()
    }
}

impl Secrets {
    /// Takes the names of variables, all of which must be set.
    pub fn of_all<'n>(
        names: impl IntoIterator<Item = &'n Name>,
        set: &Variables,
    ) -> Result<Self, Error> {
        let value = |name: &Name| name.value(set)?.ok_or_else(|| Error::Missing(name.name.clone()));
        let values: Result<Vec<Value>, Error> = names.into_iter().map(value).collect();
        Self::of(values?)
    }

    /// Takes the names of variables, of which some may not be set: nothing of those can be shown.
    /// One that is no fit secret reaches no program.
    pub fn of_those_set<'n>(
        names: impl IntoIterator<Item = &'n Name>,
        set: &Variables,
    ) -> Result<Self, Error> {
        Self::of(names.into_iter().filter_map(|name| name.value(set).ok().flatten()).collect())
    }

    fn of(values: Vec<Value>) -> Result<Self, Error> {
        let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, secrets)) = known.iter().find(|(others, _)| *others == values) {
            return Ok(secrets.clone());
        }
        let mut forms: Vec<Form> = values.iter().flat_map(Value::forms).collect();
        // The longest first, so that of two which begin alike nothing is left over.
        forms.sort_by(|form, other| other.cmp(form));
        forms.dedup();
        let Some(longest_bytes) = forms.first().map(|form| form.bytes_max) else {
            return Ok(Self::default());
        };
        let patterns: Vec<String> = forms.into_iter().map(|form| form.pattern).collect();
        let pattern = RegexBuilder::new(&patterns.join("|"))
            .size_limit(PATTERN_BYTES_MAX)
            .build()
            .map_err(|_| Error::TooLong)?;
        let secrets = Self { pattern: Some(pattern), longest_bytes };
        known.push((values, secrets.clone()));
        Ok(secrets)
    }

    /// Whether there is any.
    pub fn are_any(&self) -> bool {
        self.pattern.is_some()
    }

    /// Whether a text holds one of them.
    pub fn are_in(&self, text: &str) -> bool {
        self.pattern.as_ref().is_some_and(|pattern| pattern.is_match(text.as_bytes()))
    }

    /// The text with every secret blotted out.
    pub fn redact(&self, text: &str) -> String {
        match &self.pattern {
            None => text.to_owned(),
            Some(pattern) => {
                String::from_utf8_lossy(&pattern.replace_all(text.as_bytes(), BLOT.as_bytes()))
                    .into_owned()
            }
        }
    }

    /// How far a text can be shown whose end is not there yet: a secret that begins later may be cut.
    pub fn sure(&self, bytes: &[u8]) -> usize {
        let Some(pattern) = &self.pattern else { return bytes.len() };
        let sure = bytes.len().saturating_sub(self.longest_bytes.saturating_sub(1));
        let across = pattern.find_iter(bytes).find(|found| found.end() > sure);
        across.map_or(sure, |found| sure.min(found.start()))
    }

    /// The length of a text without its secrets.
    pub fn redacted_bytes(&self, bytes: &[u8]) -> usize {
        match &self.pattern {
            None => bytes.len(),
            Some(pattern) => pattern.replace_all(bytes, BLOT.as_bytes()).len(),
        }
    }

    /// The most bytes that one of them takes.
    pub fn longest_bytes(&self) -> usize {
        self.longest_bytes
    }

    /// Blots out every secret in a text where it stands.
    pub fn blot(&self, text: &mut String) {
        if self.are_in(text) {
            *text = self.redact(text);
        }
    }

    /// Blots out every secret in a file of the program's own making, of any size.
    pub fn redact_file(&self, place: &Beneath) -> io::Result<()> {
        match Log::open(place.clone())? {
            Some(mut log) if self.are_any() => self.redact_log(&mut log),
            Some(_) | None => Ok(()),
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
                to.write_all(BLOT.as_bytes())?;
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

/// A text without any secret that this process has had to look for.
pub fn redact_known(text: &str) -> String {
    let known: Vec<Secrets> = {
        let known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
        known.iter().map(|(_, secrets)| secrets.clone()).collect()
    };
    known.iter().fold(text.to_owned(), |text, secrets| secrets.redact(&text))
}

#[cfg(test)]
mod tests;
