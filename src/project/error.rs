//! What can go wrong with an operation, one variant for each answer that the user
//! can act on. A face turns it into an exit code and words; nobody else does.

use crate::clock::DurationError;
use crate::config;
use crate::definition::Unreadable;
use crate::digest::Digest;
use crate::files;
use crate::files::Beneath;
use crate::files::LockHolder;
use crate::git;
use crate::id::RunId;
use crate::secret;
use crate::source::Unsound;
use crate::store::journal;
use crate::store::record;
use crate::suggestion::Advice;
use crate::suggestion::Argument;
use crate::suggestion::OPEN;
use crate::suggestion::Suggestion;
use crate::workflow;
use miette::Diagnostic;
use std::io;

/// Why an operation was not carried out.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
#[non_exhaustive]
pub enum Error {
    /// Wrong usage: nothing was written.
    #[error("{message}")]
    #[diagnostic(code("usage"))]
    Usage {
        /// What was wrong, and where.
        message: String,
        /// What would be right.
        #[help]
        help: Option<Advice>,
        /// What else was wrong, where several mistakes are told together.
        #[related]
        others: Vec<Error>,
    },
    /// What was named does not exist: nothing was written.
    #[error("{message}")]
    #[diagnostic(code("not_found"))]
    NotFound {
        /// What was not found, and where.
        message: String,
        /// What there is.
        #[help]
        help: Option<Advice>,
    },
    /// A definition that cannot be used; it names file, line and what would be right.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Unsound(Box<Unsound>),
    /// There is no such workflow, or it cannot be used.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Workflow(#[from] workflow::Error),
    /// `orch.toml` cannot be used.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Config(#[from] config::Error),
    /// Another process holds the run.
    #[error("{what} is {held}")]
    #[diagnostic(code("held"))]
    Held {
        /// What is held, in words.
        what: String,
        /// The run, where it has begun.
        run: Option<RunId>,
        /// Who holds it, and since when.
        held: LockHolder,
    },
    /// Somebody sits at the run.
    #[error("run {run} is in use in session {session} of {by}, {held}")]
    #[diagnostic(code("held"))]
    Sat {
        /// The run's id.
        run: String,
        /// The run's key.
        epic: String,
        /// The number of the sitting.
        session: u32,
        /// Who sits there.
        by: String,
        /// The process that keeps the sitting.
        held: LockHolder,
    },
    /// This process held the run, and does no more; nothing was written since.
    #[error("{message}")]
    #[diagnostic(code("held"))]
    Lost {
        /// The run.
        run: RunId,
        /// How it was lost.
        message: String,
    },
    /// The run has gone on since it was looked at by whoever asked; nothing was written.
    #[error("run {run} has changed since: {what}")]
    #[diagnostic(
        code("moved"),
        help("nothing was written; look at the run as it is now, then decide")
    )]
    Moved {
        /// The run.
        run: RunId,
        /// What is other than it was seen.
        what: String,
    },
    /// The process that drives the run was asked to stop, and has not.
    #[error("process {process} still drives run {run}, {waited} after it was asked to stop")]
    #[diagnostic(code("held"))]
    Unstopped {
        /// The run.
        run: RunId,
        /// The process that drives it.
        process: u32,
        /// How long it was waited for, in words.
        waited: String,
    },
    /// What is left of a budget does not carry what was asked for; nothing was written.
    #[error("{reason}")]
    #[diagnostic(code("budget"))]
    Budget {
        /// Which budget does not carry what.
        reason: String,
        /// What takes a budget that does.
        command: Box<Suggestion>,
    },
    /// The journal is not the one that commits tell of, or claims what is not proved; nothing was
    /// begun.
    #[error("{message}")]
    #[diagnostic(code("unproven"))]
    Untrue {
        /// What is claimed, and what is proved.
        message: String,
        /// What can be done about it.
        #[help]
        help: Advice,
    },
    /// A person broke off what they were asked, or the process was asked to stop while it judged; nothing was
    /// written for it.
    #[error("interrupted")]
    #[diagnostic(code("interrupted"), help("nothing was written"))]
    Interrupted,
    /// Disk, git or a program did not do what it should.
    #[error("{message}")]
    #[diagnostic(code("environment"))]
    Environment {
        /// What did not do what, and why.
        message: String,
        /// What can be done about it.
        #[help]
        help: Option<Advice>,
    },
    /// A journal cannot be read or written.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Journal(#[from] journal::Error),
    /// A record cannot be read or written.
    #[error(transparent)]
    #[diagnostic(code("environment"))]
    Record(#[from] record::Error),
    /// Git did not do what it should.
    #[error(transparent)]
    #[diagnostic(code("environment"))]
    Git(#[from] git::Error),
}

impl From<Box<Unsound>> for Error {
    fn from(unsound: Box<Unsound>) -> Self {
        Self::Unsound(unsound)
    }
}

impl From<secret::Error> for Error {
    fn from(error: secret::Error) -> Self {
        Self::Usage {
            message: error.to_string(),
            help: error.help().map(Advice::from),
            others: Vec::new(),
        }
    }
}

impl From<DurationError> for Error {
    fn from(error: DurationError) -> Self {
        Self::usage(error.message).advise(error.help)
    }
}

impl From<files::PathError> for Error {
    fn from(error: files::PathError) -> Self {
        Self::usage(error.to_string()).advise(error.help())
    }
}

impl From<Unreadable> for Error {
    fn from(unreadable: Unreadable) -> Self {
        match unreadable {
            Unreadable::Unopened(message) => Self::usage(message),
            Unreadable::NotText(unsound) => Self::Unsound(unsound),
        }
    }
}

impl Error {
    /// Wrong usage, as words.
    pub fn usage(message: impl Into<String>) -> Self {
        let message = files::in_words(&message.into()).into_owned();
        Self::Usage { message, help: None, others: Vec::new() }
    }

    /// Several mistakes as one error, the first with the others; `None` where there is none.
    pub fn together(errors: impl IntoIterator<Item = Self>) -> Option<Self> {
        let mut errors = errors.into_iter();
        let mut first = errors.next()?;
        if let Self::Usage { others, .. } = &mut first {
            others.extend(errors);
        }
        Some(first)
    }

    /// The same, where the name that was not found comes from a variable.
    #[must_use]
    pub fn named_by(mut self, variable: &str) -> Self {
        if let Self::NotFound { message, .. } = &mut self {
            *message = format!("{message} ({variable} names it)");
        }
        self
    }

    /// The same, where the command takes the run as a word.
    #[must_use]
    pub fn with_runs_as_words(self) -> Self {
        match self.advice() {
            Some(advice) => self.advise(advice.with_runs_as_words()),
            None => self,
        }
    }

    /// Something that was named and does not exist, as words.
    pub fn not_found(message: impl Into<String>) -> Self {
        Self::NotFound { message: message.into(), help: None }
    }

    /// Surroundings that fail, as words.
    pub fn environment(message: impl Into<String>) -> Self {
        Self::Environment { message: files::in_words(&message.into()).into_owned(), help: None }
    }

    /// The disk did not give or take a file of orch's own.
    pub fn disk(place: &Beneath, source: io::Error) -> Self {
        match files::in_the_way(&source) {
            Some(thing) => Self::usage(thing.words()).advise(thing.remedy()),
            None => Self::environment(format!("{}: {source}", place.path().display())),
        }
    }

    /// The error that the head of a run's chain is not the one that was seen.
    pub fn moved(run: &RunId, seen: Digest, head: Digest) -> Self {
        let what = format!("its head was {seen}, and is now {head}");
        Self::Moved { run: run.clone(), what }
    }

    /// The error that another process holds this run.
    pub fn held(run: &RunId, held: LockHolder) -> Self {
        Self::Held { what: format!("run {run}"), run: Some(run.clone()), held }
    }

    /// The command that it advises.
    pub fn command(&self) -> Option<Suggestion> {
        match self {
            Self::Usage { help, .. }
            | Self::NotFound { help, .. }
            | Self::Environment { help, .. } => help.as_ref()?.command().cloned(),
            Self::Held { run, .. } => Some(Suggestion::new("status").of(run.as_ref()?)),
            Self::Lost { run, .. } | Self::Moved { run, .. } | Self::Unstopped { run, .. } => {
                Some(Suggestion::new("status").of(run))
            }
            Self::Sat { epic, .. } => Some(Suggestion::new("session status").at_key(epic)),
            Self::Unsound(_)
            | Self::Workflow(_)
            | Self::Config(_)
            | Self::Budget { .. }
            | Self::Untrue { .. }
            | Self::Interrupted
            | Self::Journal(_)
            | Self::Record(_)
            | Self::Git(_) => None,
        }
    }

    /// What would be right.
    pub fn advice(&self) -> Option<Advice> {
        let see = |command: Option<Suggestion>, then: &str| {
            let see = command.map(|command| Advice::from("see `").then(command).then("`"));
            see.map(|see| see.then(then))
        };
        match self {
            Self::Usage { help, .. }
            | Self::NotFound { help, .. }
            | Self::Environment { help, .. } => help.clone(),
            Self::Untrue { help, .. } => Some(help.clone()),
            Self::Held { run, .. } => {
                let see =
                    see(self.command(), "").map(|see| Advice::from("wait for it, or ").then(see));
                let stop = |see: Advice, run| {
                    see.then("; to stop it: ").then(Suggestion::new("run pause").of(run))
                };
                let see = see.zip(run.as_ref()).map(|(see, run)| stop(see, run));
                Some(see.unwrap_or_else(|| "wait for it".into()))
            }
            Self::Lost { run, .. } => {
                let see = see(self.command(), "; if the run is STALLED: ");
                see.map(|see| see.then(Suggestion::new("run resume").of(run)))
            }
            Self::Unstopped { process, .. } => Some(
                Advice::from("wait longer with `")
                    .then(Argument::Flag("wait"))
                    .then("`, or end it with `")
                    .then(Advice::program(&["kill", "-KILL", &process.to_string()]))
                    .then("` and try again; what is recorded is kept"),
            ),
            Self::Sat { epic, .. } => {
                let see = see(self.command(), "; to pause the session: ");
                see.map(|see| see.then(Suggestion::new("session pause").at_key(epic)))
            }
            Self::Budget { command, .. } => {
                let command = command.as_ref().clone().option("budget", OPEN);
                Some(Advice::from("raise the budget: ").then(command))
            }
            Self::Journal(error) => error.advice(),
            Self::Git(error) => error.help().map(Into::into),
            Self::Unsound(_)
            | Self::Workflow(_)
            | Self::Config(_)
            | Self::Moved { .. }
            | Self::Interrupted
            | Self::Record(_) => self.help().map(|help| help.to_string().into()),
        }
    }

    /// Says what would be right.
    #[must_use]
    pub fn advise(self, help: impl Into<Advice>) -> Self {
        self.with_advice(help.into())
    }

    /// Says what to type next: one command, and nothing else.
    #[must_use]
    pub fn advise_command(self, command: Suggestion) -> Self {
        self.advise(command)
    }

    /// Says what to type next, and what that does.
    #[must_use]
    pub fn advise_command_that(self, command: Suggestion, what: impl Into<Advice>) -> Self {
        self.advise(Advice::from(command).then("\n      ").then(what))
    }

    fn with_advice(self, advice: Advice) -> Self {
        match self {
            Self::Usage { message, others, .. } => {
                Self::Usage { message, help: Some(advice), others }
            }
            Self::NotFound { message, .. } => Self::NotFound { message, help: Some(advice) },
            Self::Environment { message, .. } => Self::Environment { message, help: Some(advice) },
            other @ (Self::Unsound(_)
            | Self::Workflow(_)
            | Self::Config(_)
            | Self::Held { .. }
            | Self::Sat { .. }
            | Self::Lost { .. }
            | Self::Moved { .. }
            | Self::Unstopped { .. }
            | Self::Budget { .. }
            | Self::Untrue { .. }
            | Self::Interrupted
            | Self::Journal(_)
            | Self::Record(_)
            | Self::Git(_)) => other,
        }
    }
}
