//! Checks: one file each, one line in [`KINDS`]. A check takes parameters from a
//! contract, looks at the disk through `files`, `process` and `git`, and answers with
//! findings. It fails closed: what it cannot see does not hold.

mod baseline;
mod citation;
mod command;
mod committed;
mod contains_headings;
mod contains_text;
mod count;
mod csv;
mod dir_exists;
mod document;
mod expect;
mod few;
mod field;
mod file_count;
mod file_exists;
mod flaw;
mod front_matter;
mod html;
mod isbn;
mod items_closed;
mod json_schema;
mod kind;
mod links_resolve;
mod markdown;
mod matches;
mod min_sources;
mod not_contains;
mod not_matches;
mod number;
mod one_or_many;
mod only_changes;
mod pattern;
mod request;
mod said;
mod schema_loops;
mod summary;
#[cfg(any(test, fuzzing))]
#[cfg_attr(not(test), allow(dead_code, reason = "only tests use the rest"))]
#[allow(clippy::unwrap_used, reason = "what cannot be laid out ends a test, or a fuzzed program")]
pub(crate) mod testing;
mod text;
mod time_logged;
mod unchanged;
mod updates;
mod url;
mod url_reachable;
mod value;
mod word_count;
mod work;

pub use baseline::BaselineRequest;
pub use baseline::Since;
pub use baseline::record_baseline;
pub use count::Count;
pub(crate) use count::between;
pub use document::Document;
pub use flaw::Flaw;
pub use kind::Kind;
pub use kind::WorkRemark;
pub use number::Number;
pub(crate) use number::range_words;
pub use said::Said;
pub use text::clean as plain_text;
pub use value::read as parse_document;
pub use work::WorkItem;
pub use work::WorkLog;

use crate::digest::Digest;
use crate::files::Beneath;
use crate::files::ProjectFolder;
use crate::files::ProjectPath;
use crate::finding::Finding;
use crate::process::Register;
use crate::process::Sandbox;
use crate::process::Stop;
use crate::secret::Secrets;
use std::collections::BTreeMap;

/// What a check is made of beside its parameters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MadeOf<'c> {
    Nothing,
    /// A file, relative to the project.
    File(&'c str),
    /// A program and its arguments.
    Program(&'c [String]),
}

/// One rule over the outputs of a gate.
pub trait Check {
    /// What must hold, as one sentence without a full stop, for the packet.
    fn words(&self) -> String;

    /// What the packet says beside a message that stands for the check: nothing of scripts and patterns.
    fn words_beside_message(&self) -> Option<String> {
        Some(self.words())
    }

    /// What is wrong with the parameters themselves, once no template is left in them.
    fn flaw(&self) -> Option<Flaw> {
        None
    }

    /// Which parameter names a file that the check itself is made of, and what is wrong with that
    /// file; nothing where a template still names it.
    fn broken(&self, _project: &ProjectFolder) -> Option<Broken> {
        None
    }

    /// The file of the project, or the program, that the check itself is made of.
    fn made_of(&self) -> MadeOf<'_> {
        MadeOf::Nothing
    }

    /// The parameters that are globs: what the values in their templates hold is no pattern.
    fn globs() -> &'static [&'static str]
    where
        Self: Sized,
    {
        &[]
    }

    /// Whether checks of this kind compare with what was recorded beforehand: told without one,
    /// since a long workflow asks this of every check whenever a gate passes.
    fn compares() -> bool
    where
        Self: Sized,
    {
        false
    }

    /// Whether checks of this kind look at the work itself: that is read only for them.
    fn looks_at_work() -> bool
    where
        Self: Sized,
    {
        false
    }

    /// Whether checks of this kind start programs: these are held to what the gate permits.
    fn starts_programs() -> bool
    where
        Self: Sized,
    {
        false
    }

    /// What checks of this kind ask somebody to say about the work.
    fn asks_for() -> Option<WorkRemark>
    where
        Self: Sized,
    {
        None
    }

    /// Whether checks of this kind look at what their attempt did, and not at its outputs alone: to
    /// outputs that changed afterwards they say nothing.
    fn looks_at_attempt() -> bool
    where
        Self: Sized,
    {
        Self::looks_at_work()
    }

    /// Whether checks of this kind hold only where the file exists: an output under one needs no
    /// other that says so.
    fn states_existence() -> bool
    where
        Self: Sized,
    {
        false
    }

    /// The parameter with the glob whose files checks of this kind count: an output of that glob needs
    /// no other that says that none matches.
    fn counts() -> Option<&'static str>
    where
        Self: Sized,
    {
        None
    }

    /// Whether checks of this kind look at one file: one that stands by itself must name it.
    fn reads_a_file() -> bool
    where
        Self: Sized,
    {
        !Self::looks_at_work()
    }

    /// What must be recorded of the files beforehand, so that this can be judged later.
    fn baseline(&self) -> Option<BaselineRequest> {
        None
    }

    /// Everything that does not hold; nothing when the check passes. A finding of mere information
    /// says why a check that passes was not made; its severity stays as it is.
    fn judge(&self, scene: &Scene<'_>) -> Vec<Finding>;
}

/// A file that a check is made of, and why the check cannot be made of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    /// The parameter that names the file.
    pub parameter: &'static str,
    pub path: ProjectPath,
    pub message: String,
}

/// All that a check may look at.
#[derive(Clone)]
pub struct Scene<'s> {
    pub project: &'s ProjectFolder,
    /// The file under judgement: the output that the check stands under, or its own `path`.
    pub document: Option<&'s Document<'s>>,
    /// What was recorded for [`Check::baseline`], by [`BaselineRequest::key`].
    pub baselines: &'s BTreeMap<String, Baseline>,
    /// Set for every command: `ORCH_RUN`, `ORCH_INPUT_…` and the like.
    pub environment: &'s BTreeMap<String, String>,
    /// A folder of the run's own for what commands print.
    pub scratch: Beneath,
    /// What must not stand in what commands print.
    pub secrets: &'s Secrets,
    pub stop: &'s Stop,
    /// Where commands are named while they run.
    pub register: Option<&'s Register>,
    /// What commands are shut up in.
    pub sandbox: Option<&'s Sandbox>,
    /// The largest text that a text check reads, in bytes.
    pub text_bytes_max: u64,
    /// The work that the outputs are of; `None` where there is no run.
    pub work: Option<&'s WorkLog>,
}

/// The digests of files at one moment, by path; of a link or pipe, the digest of what it is.
pub type Baseline = BTreeMap<String, Digest>;

impl Scene<'_> {
    /// The text of the file under judgement.
    fn text(&self) -> Result<&str, Finding> {
        self.document.ok_or_else(no_document)?.text()
    }

    /// The file under judgement, or a finding where the contract names none.
    pub fn document(&self) -> Result<&Document<'_>, Finding> {
        self.document.ok_or_else(no_document)
    }
}

fn no_document() -> Finding {
    Finding::new("the check has no file: put it under an [[output]] or give it a `path`")
}

/// Every check there is. The reference and the error for an unknown one come from here.
pub static KINDS: &[Kind] = &[
    Kind::of::<command::Command>("command"),
    Kind::of::<committed::Committed>("committed"),
    Kind::of::<contains_headings::ContainsHeadings>("contains_headings"),
    Kind::of::<contains_text::ContainsText>("contains_text"),
    Kind::of::<csv::Csv>("csv"),
    Kind::of::<dir_exists::DirExists>("dir_exists"),
    Kind::of::<field::Field>("field"),
    Kind::of::<file_count::FileCount>("file_count"),
    Kind::of::<file_exists::FileExists>("file_exists"),
    Kind::of::<front_matter::FrontMatter>("front_matter"),
    Kind::of::<items_closed::ItemsClosed>("items_closed"),
    Kind::of::<json_schema::JsonSchemaCheck>("json_schema"),
    Kind::of::<links_resolve::LinksResolve>("links_resolve"),
    Kind::of::<matches::Matches>("matches"),
    Kind::of::<min_sources::MinSources>("min_sources"),
    Kind::of::<not_contains::NotContains>("not_contains"),
    Kind::of::<not_matches::NotMatches>("not_matches"),
    Kind::of::<only_changes::OnlyChanges>("only_changes"),
    Kind::of::<summary::Summary>("summary"),
    Kind::of::<time_logged::TimeLogged>("time_logged"),
    Kind::of::<unchanged::Unchanged>("unchanged"),
    Kind::of::<updates::Updates>("updates"),
    Kind::of::<url_reachable::UrlReachable>("url_reachable"),
    Kind::of::<word_count::WordCount>("word_count"),
];

/// The kind of this name.
pub fn kind(name: &str) -> Option<&'static Kind> {
    KINDS.iter().find(|kind| kind.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document;
    use crate::source::Source;
    use serde_json::Value as Json;

    #[test]
    fn every_check_is_in_the_reference_and_each_parameter_explained() {
        assert!(KINDS.is_sorted_by_key(|kind| kind.name));
        for kind in KINDS {
            let schema = (kind.schema)();
            assert!(schema["description"].is_string(), "{kind:?}");
            for (name, parameter) in schema["properties"].as_object().into_iter().flatten() {
                assert!(parameter["description"].is_string(), "{kind:?} {name}");
            }
        }
    }

    #[test]
    fn every_count_is_a_whole_number_and_every_least_below_its_most() {
        let needs = [
            ("contains_headings", "headings = 'a'\n"),
            ("file_count", "glob = 'a'\nmax = 9\n"),
            ("matches", "regex = 'a'\n"),
            ("min_sources", ""),
            ("word_count", "max = 9\n"),
        ];
        let mut counts = 0;
        for kind in KINDS {
            let schema = (kind.schema)();
            let other = needs.iter().find(|(name, _)| *name == kind.name);
            let other = other.map_or("", |(_, other)| other);
            let properties = schema["properties"].as_object().into_iter().flatten();
            let is_count = |schema: &Json| schema.to_string().contains("/Count\"");
            let names: Vec<&String> =
                properties.filter(|(_, schema)| is_count(schema)).map(|(name, _)| name).collect();
            for name in &names {
                counts += 1;
                let other: String = other
                    .lines()
                    .filter(|line| !line.starts_with(*name))
                    .collect::<Vec<_>>()
                    .join("\n");
                for bad in ["-1", "1.5", "'-1'", "'1.5'", "'many'", "''", "true", "[1]"] {
                    let read = testing::read(kind.name, &format!("{other}\n{name} = {bad}"));
                    assert!(read.is_err(), "{kind:?} {name} = {bad}");
                }
                let good = testing::read(kind.name, &format!("{other}\n{name} = '3'"));
                assert_eq!(good.err(), None, "{kind:?} {name}");
            }
            if let [most, least] = names[..]
                && most.starts_with("max")
                && least.starts_with("min")
            {
                let turned = format!("{other}\n{least} = 3");
                let turned = turned.replace("max = 9\n", "");
                let read = testing::read(kind.name, &format!("{turned}\n{most} = 2"));
                let told = format!("`{least}` 3 is above `{most}` 2");
                assert_eq!(read.err(), Some(told), "{kind:?}");
            }
        }
        assert_eq!(counts, 17);
    }

    #[test]
    fn a_wrong_parameter_is_told_with_its_place() {
        let error = |name: &str, text: &str| {
            let source = Source::new("a.toml", format!("[check]\n{text}"));
            let table = document::parse(&source);
            let read = table.and_then(|table| {
                let value = table.get_ref().values().next().unwrap().clone();
                (kind(name).unwrap().read)(&source, value)
            });
            let error = read.err().unwrap().swap_remove(0);
            let (_, line, column) = error.place();
            format!("{line}:{column} {}", error.message)
        };
        for kind in KINDS {
            let message = error(kind.name, "nosuch = 1");
            let is_told =
                message.starts_with("2:1 unknown key") || message.contains("unknown field");
            assert!(is_told, "{kind:?}: {message}");
        }
        assert_eq!(
            error("command", "command = ['x']\nexpect = 'maybe'"),
            "3:10 expected an exit code, a list of exit codes, or \"nonzero\", found string \"maybe\""
        );
        assert_eq!(
            error("field", "pointer = ''\none_of = [\n1, [2]]"),
            "4:4 expected a string, a number, true or false, found a list"
        );
        assert_eq!(
            error("not_contains", "text = ['a',\n2]"),
            "3:1 expected a string, found integer `2`"
        );
        assert_eq!(
            error("file_count", "glob = 'a'\nmin = nan"),
            "3:7 `nan` is not a finite number; write one, or quote it as a string"
        );
    }
}
