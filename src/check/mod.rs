//! Checks: one file each, one line in [`KINDS`]. A check takes parameters from a
//! contract, looks at the disk through `files`, `process` and `git`, and answers with
//! findings. It fails closed: what it cannot see does not hold.

mod file_exists;
mod min_sources;

use crate::digest::Digest;
use crate::document;
use crate::files::OpenError;
use crate::files::Project;
use crate::files::ProjectPath;
use crate::finding::Finding;
use crate::git::Repository;
use crate::process::Stop;
use crate::source::Source;
use crate::source::Unsound;
use schemars::JsonSchema;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::sync::OnceLock;

/// One rule over the outputs of a gate.
pub trait Check {
    /// What must hold, as one sentence without a full stop, for the packet.
    fn words(&self) -> String;

    /// What is wrong with the parameters themselves, once no template is left in them.
    fn flaw(&self) -> Option<String> {
        None
    }

    /// Everything that does not hold; nothing when the check passes.
    fn judge(&self, scene: &Scene<'_>) -> Vec<Finding>;
}

/// All that a check may look at.
pub struct Scene<'s> {
    pub project: &'s Project,
    /// The file under judgement: the output that the check stands under, or its own `path`.
    pub document: Option<&'s Document<'s>>,
    pub repository: Option<&'s Repository>,
    /// What the globs of `unchanged` and `only_changes` held at their moment, by moment.
    pub baselines: &'s BTreeMap<String, Baseline>,
    /// Set for every command: `ORCH_RUN`, `ORCH_INPUT_…` and the like.
    pub environment: &'s BTreeMap<String, String>,
    /// A folder of the run's own for what commands print.
    pub scratch: PathBuf,
    pub stop: &'s Stop,
    /// The largest text that a text check reads, in bytes.
    pub text_bytes_max: u64,
}

/// The digests of files at one moment, by path.
pub type Baseline = BTreeMap<String, Digest>;

/// A file under judgement, read once for all its checks.
pub struct Document<'s> {
    pub path: ProjectPath,
    project: &'s Project,
    text_bytes_max: u64,
    text: OnceLock<Result<String, String>>,
}

impl<'s> Document<'s> {
    pub fn new(project: &'s Project, path: ProjectPath, text_bytes_max: u64) -> Self {
        Self { path, project, text_bytes_max, text: OnceLock::new() }
    }

    /// The whole text, or a finding that says why there is none.
    pub fn text(&self) -> Result<&str, Finding> {
        let read = || {
            let text = self.project.read_text(&self.path, self.text_bytes_max);
            text.map_err(|error| match error {
                OpenError::TooLarge { bytes, limit, .. } => format!(
                    "too large for a text check: {bytes} bytes, `[limits] text_bytes` is {limit}"
                ),
                OpenError::Missing { .. } => "the file does not exist".to_owned(),
                OpenError::NotText { at, .. } => format!("the file is not valid UTF-8 (byte {at})"),
                OpenError::Link { .. }
                | OpenError::Kind { .. }
                | OpenError::Outside { .. }
                | OpenError::Io { .. } => error.to_string(),
            })
        };
        match self.text.get_or_init(read) {
            Ok(text) => Ok(text),
            Err(message) => Err(Finding::new(message).path(&self.path)),
        }
    }
}

impl Scene<'_> {
    /// The file under judgement, or a finding where the contract names none.
    pub fn document(&self) -> Result<&Document<'_>, Finding> {
        self.document.ok_or_else(|| {
            Finding::new(
                "no file to look at: put the check under an [[output]] or give it a `path`",
            )
        })
    }
}

/// A kind of check: its name, how its parameters are read, and its reference.
pub struct Kind {
    pub name: &'static str,
    pub read:
        fn(&Source, document::Value<'_>) -> Result<Box<dyn Check + Send + Sync>, Box<Unsound>>,
    pub from_json: fn(Json) -> Result<Box<dyn Check + Send + Sync>, String>,
    pub schema: fn() -> Json,
}

impl Kind {
    const fn of<T>(name: &'static str) -> Self
    where
        T: Check + DeserializeOwned + JsonSchema + Send + Sync + 'static,
    {
        Self {
            name,
            read: |source, value| Ok(Box::new(document::read_value::<T>(source, value)?)),
            from_json: |value| {
                let check: T = serde_json::from_value(value).map_err(|error| error.to_string())?;
                Ok(Box::new(check))
            },
            schema: || document::schema_of::<T>().to_value(),
        }
    }
}

impl fmt::Debug for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

/// Every check there is. The reference and the error for an unknown one come from here.
pub static KINDS: &[Kind] = &[
    Kind::of::<file_exists::FileExists>("file_exists"),
    Kind::of::<min_sources::MinSources>("min_sources"),
];

/// The kind of this name.
pub fn kind(name: &str) -> Option<&'static Kind> {
    KINDS.iter().find(|kind| kind.name == name)
}

/// A number, or a template that renders one.
#[derive(Debug, Clone, PartialEq)]
pub enum Number {
    Value(f64),
    Template(String),
}

impl Number {
    /// The number; zero while a template still stands in its place, which is never judged.
    pub fn value(&self) -> f64 {
        match self {
            Self::Value(value) => *value,
            Self::Template(_) => 0.0,
        }
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Value(value) => write!(f, "{value}"),
            Self::Template(text) => f.write_str(text),
        }
    }
}

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl serde::de::Visitor<'_> for Visitor {
            type Value = Number;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number, or a template that renders one")
            }
            fn visit_f64<E>(self, value: f64) -> Result<Number, E> {
                Ok(Number::Value(value))
            }
            #[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
            fn visit_i64<E>(self, value: i64) -> Result<Number, E> {
                Ok(Number::Value(value as f64))
            }
            #[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
            fn visit_u64<E>(self, value: u64) -> Result<Number, E> {
                Ok(Number::Value(value as f64))
            }
            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Number, E> {
                if crate::template::has_expressions(text) {
                    return Ok(Number::Template(text.to_owned()));
                }
                let number = text.trim().parse::<f64>().ok().filter(|number| number.is_finite());
                number
                    .map(Number::Value)
                    .ok_or_else(|| E::invalid_value(serde::de::Unexpected::Str(text), &self))
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

impl JsonSchema for Number {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Number".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "description": "A number, or a template that renders one.",
            "type": ["number", "string"]
        })
    }
}

/// Least and most, either of which may be left open.
pub(crate) fn between(count: usize, min: Option<&Number>, max: Option<&Number>) -> Option<String> {
    #[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
    let count = count as f64;
    match (min, max) {
        (Some(min), _) if count < min.value() => Some(format!("at least {min}")),
        (_, Some(max)) if count > max.value() => Some(format!("at most {max}")),
        _ => None,
    }
}

/// `at least 3`, `at most 5`, `3 to 5`.
pub(crate) fn range_words(min: Option<&Number>, max: Option<&Number>) -> String {
    match (min, max) {
        (Some(min), Some(max)) => format!("{min} to {max}"),
        (Some(min), None) => format!("at least {min}"),
        (None, Some(max)) => format!("at most {max}"),
        (None, None) => "at least 1".to_owned(),
    }
}

#[cfg(test)]
pub(crate) mod testing {
    //! One way to try a check: parameters as TOML, files by name, findings as lines.

    use super::*;

    /// Judges `file` (the first one given) with the check `kind` of these parameters.
    pub(crate) fn judge(kind: &str, parameters: &str, files: &[(&str, &str)]) -> Vec<String> {
        judge_bytes(
            kind,
            parameters,
            &files.iter().map(|(path, text)| (*path, text.as_bytes())).collect::<Vec<_>>(),
        )
    }

    #[expect(clippy::disallowed_methods, reason = "a test lays out its own files")]
    pub(crate) fn judge_bytes(
        kind: &str,
        parameters: &str,
        files: &[(&str, &[u8])],
    ) -> Vec<String> {
        let folder = tempfile::tempdir().unwrap();
        for (path, bytes) in files {
            let path = folder.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, bytes).unwrap();
        }
        let first = files.first().map_or("missing.md", |(path, _)| path);
        judge_in(folder.path(), kind, parameters, first)
    }

    /// Judges a file of a folder that the test has laid out itself.
    pub(crate) fn judge_in(
        folder: &std::path::Path,
        kind: &str,
        parameters: &str,
        file: &str,
    ) -> Vec<String> {
        let project = Project::new(folder, vec!["orchestration/runs"]).unwrap();
        let document = Document::new(&project, project.path(file).unwrap(), 16 * 1024 * 1024);
        let repository = Repository::discover(folder).unwrap();
        let scene = Scene {
            project: &project,
            document: Some(&document),
            repository: repository.as_ref(),
            baselines: &BTreeMap::new(),
            environment: &BTreeMap::new(),
            scratch: folder.join("scratch"),
            stop: &Stop::default(),
            text_bytes_max: 16 * 1024 * 1024,
        };
        let check = read(kind, parameters).unwrap();
        check.judge(&scene).iter().map(ToString::to_string).collect()
    }

    /// Reads a check as a contract would; an error is its message.
    pub(crate) fn read(
        kind: &str,
        parameters: &str,
    ) -> Result<Box<dyn Check + Send + Sync>, String> {
        let kind = super::kind(kind).unwrap();
        let json = document::to_json(parameters).map_err(|(message, _)| message)?;
        let check = (kind.from_json)(json)?;
        check.flaw().map_or(Ok(check), Err)
    }
}
