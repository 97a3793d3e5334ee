//! Flags that every command takes, and the project they lead to.

use super::environment;
use super::reserved;
use crate::clock::Moment;
use crate::ops::Error;
use crate::ops::Options;
use crate::ops::Project;
use crate::process::Stop;
use crate::project::share::SharedRun;
use crate::surroundings::Surroundings;
use std::path::PathBuf;
use std::sync::Arc;
#[cfg(feature = "serve")]
use std::time::Duration;

/// How far apart two calls are by a fixed clock.
#[cfg(feature = "serve")]
const CALL_APART: Duration = Duration::from_mins(1);

/// Where help lists them: behind a command's own.
const HEADING: &str = "Global options";

/// Flags of every command.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct Global {
    /// Print one JSON object instead of text.
    #[arg(long, global = true, help_heading = HEADING)]
    pub json: bool,
    /// Run as if started in this folder.
    #[arg(long, global = true, value_name = "FOLDER", help_heading = HEADING)]
    pub project: Option<PathBuf>,
    /// No prompts, no progress display; implied if `CI` is set.
    #[arg(long, global = true, help_heading = HEADING)]
    pub ci: bool,
    /// URL of the engine to share runs through, instead of the one in orch.toml.
    #[cfg_attr(
        feature = "engine",
        arg(long, global = true, value_name = "URL", help_heading = HEADING)
    )]
    #[cfg_attr(not(feature = "engine"), arg(skip))]
    pub engine: Option<String>,
    /// The run that this process has of those that machines share.
    #[arg(skip)]
    pub share: Option<Arc<SharedRun>>,
    /// Clock for tests: an RFC 3339 time that advances by one second on each reading.
    #[arg(long, global = true, hide = true, value_parser = parse_moment)]
    pub now: Option<Moment>,
    /// Seed for ids, for tests.
    #[arg(long, global = true, hide = true)]
    pub seed: Option<u64>,
}

impl Global {
    /// These flags, and those that stood before a workflow's name.
    #[must_use]
    pub fn or(self, before: &Self) -> Self {
        Self {
            json: self.json || before.json,
            project: self.project.or_else(|| before.project.clone()),
            ci: self.ci || before.ci,
            engine: self.engine.or_else(|| before.engine.clone()),
            share: self.share.or_else(|| before.share.clone()),
            now: self.now.or(before.now),
            seed: self.seed.or(before.seed),
        }
    }

    /// These flags, and those among the words after a workflow's name, which are read before
    /// its other flags can be known.
    #[must_use]
    pub fn or_among(&self, words: &[String]) -> Self {
        let at = words.iter().position(|word| word == "--project");
        let next = at.and_then(|at| words.get(at + 1)).map(String::as_str);
        let joined = || words.iter().find_map(|word| word.strip_prefix("--project="));
        Self {
            json: self.json || words.iter().any(|word| word == "--json"),
            project: next.or_else(joined).map(PathBuf::from).or_else(|| self.project.clone()),
            ..self.clone()
        }
    }

    /// Opens the project; `listens` says whether Ctrl-C should end a drive instead of the process.
    pub fn open(&self, listens: bool) -> Result<Project, Error> {
        Project::open(self.options(stop(listens)?))
    }

    /// The project that was opened with the flags known before a workflow's own were read: opened anew
    /// only where all flags together lead elsewhere.
    pub fn open_after(
        &self,
        mut project: Project,
        before: &Self,
        listens: bool,
    ) -> Result<Project, Error> {
        let leads_to =
            |flags: &Self| (flags.project.clone(), flags.engine.clone(), flags.now, flags.seed);
        if leads_to(self) != leads_to(before) {
            return self.open(listens);
        }
        project.stop = stop(listens)?;
        Ok(project)
    }

    /// Opens it once more in a process that serves many calls. Where tests fix time and ids, each call
    /// is as far from the one before as two commands are.
    #[cfg(feature = "serve")]
    pub fn open_again(&self, stop: &Stop, call: u64) -> Result<Project, Error> {
        let options = self.options(stop.clone());
        let now = options.now.map(|now| now.plus(CALL_APART * u32::try_from(call).unwrap_or(0)));
        let seed = options.seed.map(|seed| seed.wrapping_add(1000 * call));
        Project::open(Options { now, seed, ..options })
    }

    fn options(&self, stop: Stop) -> Options {
        Options {
            folder: self.project.clone().unwrap_or_else(|| PathBuf::from(".")),
            now: self.now,
            seed: self.seed,
            stop,
            surroundings: Surroundings {
                engine: self.engine.clone(),
                ..environment::surroundings()
            },
            reserved: reserved::noted(),
            share: self.share.clone(),
            seen: None,
        }
    }

    /// Whether this is an automatic run, by flag or by `CI`.
    pub fn is_ci(&self) -> bool {
        self.ci
            || std::env::var("CI").is_ok_and(|value| !["", "0", "false"].contains(&value.as_str()))
    }
}

fn stop(listens: bool) -> Result<Stop, Error> {
    if !listens {
        return Ok(Stop::default());
    }
    Stop::on_signals().map_err(|error| Error::environment(error.to_string()))
}

fn parse_moment(text: &str) -> Result<Moment, String> {
    Moment::parse(text).ok_or_else(|| format!("`{text}` is not an RFC 3339 time"))
}
