//! Executors: who does the work of a gate. One file each, one variant of [`ExecutorKind`].
//! A person is the executor that always answers [`Begun::Waiting`], so that pausing is
//! no special case. Programs are started through `process`, and nothing else is touched.

mod agent;
mod command;
mod denied;
mod documents;
mod escapes;
mod human;
mod kind;
mod outcome;
mod output;
mod pointer;
mod preset;
mod settings;
mod stream;
mod transient;
mod usage;

pub use agent::Agent;
pub use command::CommandExecutor;
pub use human::Human;
pub use kind::ExecutorKind;
pub use outcome::CallOutcome;
pub use outcome::Conclusion;
pub use outcome::Cut;
pub use output::AgentOutput;
pub use output::Counts;
pub use output::Format;
pub use pointer::Pointer;
pub use pointer::Pointers;
pub use preset::Preset;
pub use settings::AgentNeeds;
pub use settings::AgentSettings;
pub use settings::OrchBy;
pub use settings::PacketBy;
pub use transient::Backoff;
pub use usage::Day;
pub use usage::Price;
pub use usage::Prices;
pub use usage::Usage;

use crate::budget::Amount;
use crate::clock::show_duration;
use crate::files;
use crate::files::Beneath;
use crate::files::Log;
use crate::process;
use crate::process::Ending;
use crate::process::Register;
use crate::process::Sandbox;
use crate::process::Stop;
use crate::secret::Secrets;
use crate::surroundings::Variables;
use std::collections::BTreeMap;
use std::io;
use std::path::Path;
use std::path::PathBuf;
use std::time::Duration;
use std::time::Instant;

/// The file in `logs` with what an executor printed.
pub const STDOUT: &str = "stdout.log";

/// The file in `logs` with what an executor printed as errors.
pub const STDERR: &str = "stderr.log";

/// The exit code with which a program says that the surroundings failed and not the work
/// (`EX_TEMPFAIL`).
const EXIT_INFRASTRUCTURE: i32 = 75;

/// The same code of a command that is polled: ask again later.
pub const EXIT_NOT_YET: i32 = EXIT_INFRASTRUCTURE;

/// How often what a program has printed is read while it runs.
const READ_EVERY: Duration = Duration::from_millis(200);

/// How long a program goes on when its meter says that it must end: most tell what they used
/// with their last words, and are about to end by themselves.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// The variable that names the packet's file to every program.
const PACKET_VARIABLE: &str = "ORCH_PACKET";

/// Does the work of a gate, or says that somebody else will.
pub trait Executor {
    /// Begins one call.
    fn begin(&self, call: &Call<'_>) -> Result<Begun, Error>;
}

/// What came of the beginning.
#[derive(Debug)]
#[non_exhaustive]
pub enum Begun {
    /// A person or an agent must act; the run stops until they have.
    Waiting,
    /// It is over, one way or another.
    Finished(Box<CallOutcome>),
}

/// Is told, again and again, what a call has used so far and how long it has run; says why it
/// must end, where it must.
pub type UsageMeter<'m> = dyn Fn(&Usage, Duration) -> Option<String> + Sync + 'm;

/// All that an executor is handed for one call.
pub struct Call<'i> {
    /// The text that says what to do.
    pub packet: &'i str,
    /// The file that holds the packet.
    pub packet_path: &'i Beneath,
    /// The project's root: everything runs there.
    pub folder: &'i Path,
    /// All variables: what may be taken from the surroundings, `ORCH_RUN`, `ORCH_INPUT_…` and what
    /// the gate sets. These win over the executor's own.
    pub environment: &'i BTreeMap<String, String>,
    /// The variables that are set where it is called, of which an executor takes those that its own
    /// settings name.
    pub variables: &'i Variables,
    /// Blotted out of what is printed.
    pub secrets: &'i Secrets,
    /// The folder for what is printed, this call's own: [`STDOUT`] and [`STDERR`].
    pub logs: &'i Beneath,
    /// What is left for it of the budgets in US dollars, for a program that can be told.
    pub left_usd: Option<Amount>,
    /// The gate's; where the executor has one too, the shorter counts.
    pub timeout: Option<Duration>,
    /// What earlier calls used together, by the agent's session, for agents that tell running totals.
    pub earlier: &'i BTreeMap<String, Usage>,
    /// Tells it to end.
    pub stop: &'i Stop,
    /// Tells it to end when it has used too much.
    pub meter: &'i UsageMeter<'i>,
    /// Where its program is named while it runs.
    pub register: Option<&'i Register>,
    /// What its program is shut up in.
    pub sandbox: Option<&'i Sandbox>,
}

/// Why a call did not begin.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Its program did not start, or could not be followed.
    #[error(transparent)]
    Process(#[from] process::Error),
    /// The packet does not fit into an argument.
    #[error(
        "the packet for `{agent}` has {bytes} bytes, but an argument holds at most {}; \
         give the agent `packet = \"stdin\"` or `packet = \"file\"`",
        process::ARGUMENT_BYTES_MAX
    )]
    PacketTooLong {
        /// The agent.
        agent: String,
        /// The packet's size.
        bytes: usize,
    },
    /// What it prints cannot be kept.
    #[error("{}", files::told(path, source))]
    Log {
        /// The file.
        path: PathBuf,
        /// Why it cannot be written.
        source: io::Error,
    },
}

impl Error {
    /// Whether the program is not there: that is no failure of the work.
    pub fn is_missing(&self) -> bool {
        matches!(self, Self::Process(process::Error::NotFound { .. }))
    }
}

/// What an executor adds to an invocation to start its program.
struct Launch {
    argv: Vec<String>,
    environment: BTreeMap<String, String>,
    stdin: Option<Beneath>,
    timeout: Option<Duration>,
}

/// How a launched program ended, after how long, and the time that it had.
struct Landing {
    ending: Ending,
    duration: Duration,
    timeout: Option<Duration>,
    /// Why its meter had it ended.
    halted: Option<String>,
    /// What it printed.
    stdout: Log,
    stderr: Log,
}

/// Says what a program has used, by what it has printed.
type Told<'t> = dyn FnMut(&Log) -> Usage + 't;

impl Call<'_> {
    /// Runs a program to its end and blots the secrets out of what it printed. Of what it has used
    /// meanwhile, `told` tells.
    fn launch(&self, launch: Launch, told: &mut Told<'_>) -> Result<Landing, Error> {
        let mut environment = launch.environment;
        let packet_path = self.packet_path.path().display().to_string();
        environment.insert(PACKET_VARIABLE.to_owned(), packet_path);
        environment.extend(self.environment.clone());
        let timeout = [self.timeout, launch.timeout].into_iter().flatten().min();
        let log = |name| {
            let place = self.logs.join(name);
            let path = place.path();
            Log::create(place).map_err(|source| Error::Log { path, source })
        };
        let mut command = process::ProgramCall {
            argv: launch.argv,
            folder: self.folder.to_owned(),
            environment,
            stdin: launch.stdin,
            stdout: log(STDOUT)?,
            stderr: log(STDERR)?,
            timeout,
            register: self.register.cloned(),
            sandbox: self.sandbox.cloned(),
        };
        let start = Instant::now();
        let mut due = Duration::ZERO;
        let mut halted: Option<(Duration, String)> = None;
        let mut must_end = |elapsed: Duration| {
            if elapsed < due {
                return false;
            }
            due = elapsed + READ_EVERY;
            if let Some(reason) = (self.meter)(&told(&command.stdout), elapsed) {
                halted.get_or_insert((elapsed, reason));
            }
            halted.as_ref().is_some_and(|(since, _)| elapsed.saturating_sub(*since) >= LAST_WORDS)
        };
        let result = process::run_watched(&command, self.stop, &mut must_end);
        let duration = start.elapsed();
        let ending = result?;
        for log in [&mut command.stdout, &mut command.stderr] {
            let redacted = self.secrets.redact_log(log);
            redacted.map_err(|source| Error::Log { path: log.place().path(), source })?;
        }
        let halted = halted.map(|(_, reason)| reason);
        let (stdout, stderr) = (command.stdout, command.stderr);
        Ok(Landing { ending, duration, timeout, halted, stdout, stderr })
    }
}

impl Landing {
    /// What the ending of `program` means, with the program's own words for its exit codes.
    fn conclusion(
        &self,
        program: &str,
        exits: &BTreeMap<String, String>,
        interrupted: &[i32],
    ) -> Conclusion {
        use rustix::process::Signal;
        let reason = match self.ending {
            Ending::Exited(0) => return Conclusion::Done,
            Ending::Exited(code) => match exits.get(&code.to_string()) {
                Some(words) => format!("`{program}` exited with code {code}: {words}"),
                None => format!("`{program}` exited with code {code}"),
            },
            Ending::Signaled(signal) => format!("`{program}` was ended by signal {signal}"),
            Ending::TimedOut => {
                let time = self.timeout.map(show_duration).unwrap_or_default();
                format!("`{program}` timed out after {time}")
            }
            Ending::Stopped => format!("`{program}` was stopped"),
            Ending::Halted => self.halted.clone().unwrap_or_default(),
        };
        let ended_from_outside = [Signal::HUP, Signal::INT, Signal::KILL, Signal::TERM];
        let is_from_outside = match self.ending {
            Ending::Exited(EXIT_INFRASTRUCTURE) => {
                let cut = Cut::Transient { retry_after: None, backoff: Backoff::default() };
                return Conclusion::Interrupted { cut, reason };
            }
            Ending::Exited(code) => interrupted.contains(&code),
            Ending::Signaled(signal) => {
                ended_from_outside.iter().any(|outside| outside.as_raw() == signal)
            }
            Ending::TimedOut => false,
            Ending::Stopped => true,
            Ending::Halted => return Conclusion::Interrupted { cut: Cut::Budget, reason },
        };
        if is_from_outside {
            Conclusion::Interrupted { cut: Cut::Outside, reason }
        } else {
            Conclusion::Failed { reason }
        }
    }
}

#[cfg(test)]
mod testing {
    //! A place to begin executors in, for their tests.

    use super::*;

    pub(crate) struct Stage {
        pub(crate) folder: tempfile::TempDir,
        pub(crate) environment: BTreeMap<String, String>,
        pub(crate) earlier: BTreeMap<String, Usage>,
        pub(crate) timeout: Option<Duration>,
        pub(crate) stop: Stop,
        packet_path: Beneath,
        logs: Beneath,
    }

    impl Stage {
        pub(crate) fn new() -> Self {
            let folder = tempfile::tempdir().unwrap();
            Self {
                packet_path: Beneath::new(folder.path()).join("logs/prompt.txt"),
                logs: Beneath::new(folder.path()).join("logs"),
                folder,
                environment: BTreeMap::new(),
                earlier: BTreeMap::new(),
                timeout: None,
                stop: Stop::default(),
            }
        }

        pub(crate) fn try_begin(
            &self,
            executor: &impl Executor,
            packet: &str,
        ) -> Result<Begun, Error> {
            self.packet_path.write_view(packet.as_bytes()).unwrap();
            executor.begin(&Call {
                packet,
                packet_path: &self.packet_path,
                folder: self.folder.path(),
                environment: &self.environment,
                variables: &std::env::vars_os().collect(),
                secrets: &Secrets::default(),
                logs: &self.logs,
                timeout: self.timeout,
                earlier: &self.earlier,
                left_usd: Amount::try_from(0.5).ok(),
                stop: &self.stop,
                meter: &|_, _| None,
                register: None,
                sandbox: None,
            })
        }

        pub(crate) fn begin(&self, executor: &impl Executor, packet: &str) -> CallOutcome {
            match self.try_begin(executor, packet).unwrap() {
                Begun::Finished(outcome) => *outcome,
                Begun::Waiting => panic!("it waits"),
            }
        }

        pub(crate) fn printed(&self) -> String {
            self.logs.join(STDOUT).read_tail(1 << 20).unwrap()
        }
    }
}
