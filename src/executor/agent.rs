//! `agent`: an AI agent, all of it data. It is handed the packet, runs to its end, and
//! what it printed is read for what it used.

mod placeholders;

use self::placeholders::BUDGET_USD;
use self::placeholders::MODEL;
use self::placeholders::PACKET;
use self::placeholders::PACKET_PATH;
use self::placeholders::Unfit;
use self::placeholders::fill_in;
use super::Begun;
use super::Call;
use super::CallOutcome;
use super::Conclusion;
use super::Cut;
use super::Error;
use super::Executor;
use super::Landing;
use super::Launch;
use super::escapes::Escapes;
use super::output::AgentOutput;
use super::output::Counts;
use super::output::Signs;
use super::output::in_one_line;
use super::settings::AgentSettings;
use super::settings::OrchBy;
use super::settings::PacketBy;
use super::stream::Stream;
use super::transient::Backoff;
use super::usage;
use super::usage::Prices;
use super::usage::Usage;
use crate::budget::Budget;
use crate::budget::Measure;
use crate::clock::Period;
use crate::files::Log;
use crate::files::ProjectPath;
use crate::process;
use crate::process::Ending;
use crate::surroundings::Allowed;
use crate::surroundings::Variables;
use serde::Deserialize;
use serde::Serialize;
use std::collections::BTreeMap;
use std::time::Duration;

/// How much of the end of an output is searched for a transient failure, in bytes.
const WORDS_BYTES: u64 = 16 * 1024;

/// An agent with a program behind it, ready to be called.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Agent {
    /// The name in `orch.toml`, or of the preset.
    pub name: String,
    /// The agent or preset that its command comes from: agents of one definition are one agent.
    pub definition: String,
    /// What was said of it, of all that it stands on together.
    #[serde(skip)]
    settings: AgentSettings,
    /// What it is for, in words for people.
    pub description: Option<String>,
    /// The model that is asked for.
    pub model: Option<String>,
    /// What it may spend in one run.
    pub budget: Option<Budget>,
    /// The agent whose budget that is.
    pub purse: Option<String>,
    argv: Vec<String>,
    /// Added where a budget in US dollars bounds a call, at that place among the others.
    budget_arguments: (usize, Vec<String>),
    #[serde(default)]
    orch: OrchBy,
    packet: PacketBy,
    #[serde(default)]
    escapes: Escapes,
    output: AgentOutput,
    environment: BTreeMap<String, String>,
    /// What it gets of the surroundings beside what every program gets.
    allowed: Allowed,
    timeout: Option<Duration>,
    interrupted: Vec<i32>,
    backoff: Backoff,
    exits: BTreeMap<String, String>,
    prices: Prices,
}

impl Agent {
    /// Takes settings that stand on nothing any more, or says what they lack.
    pub fn new(name: &str, settings: AgentSettings, prices: &Prices) -> Result<Self, Unfit> {
        let said = settings.clone();
        let mut argv = settings.command.unwrap_or_default();
        if argv.first().is_none_or(String::is_empty) {
            let message = format!("agent `{name}` requires `preset`, `use` or `command`");
            let help = "write command = [\"PROGRAM\", \"ARGUMENT\"]".to_owned();
            return Err(Unfit { message, help, about: None });
        }
        if settings.model.is_some() {
            argv.extend(settings.model_arguments.unwrap_or_default());
        }
        let budget_arguments = (argv.len(), settings.budget_arguments.unwrap_or_default());
        argv.extend(settings.args.unwrap_or_default());
        let packet = settings.packet.unwrap_or_default();
        placeholders::refuse_unknown(name, argv.iter().chain(&budget_arguments.1))?;
        placeholders::refuse_unfit(name, settings.model.as_deref(), packet, &argv)?;
        let names = |placeholder| argv.iter().any(|argument| argument.contains(placeholder));
        let last = match packet {
            PacketBy::Argument if !names(PACKET) => Some(PACKET),
            PacketBy::File if !names(PACKET_PATH) => Some(PACKET_PATH),
            PacketBy::Argument | PacketBy::File | PacketBy::Stdin => None,
        };
        argv.extend(last.map(str::to_owned));
        Ok(Self {
            name: name.to_owned(),
            definition: settings.definition.unwrap_or_else(|| name.to_owned()),
            settings: said,
            description: settings.description,
            model: settings.model,
            budget: settings.budget,
            purse: settings.purse,
            argv,
            budget_arguments,
            orch: settings.orch.unwrap_or_default(),
            packet,
            escapes: settings.escape.unwrap_or_default(),
            output: settings.output.unwrap_or_default(),
            environment: settings.env,
            allowed: allowed(name, settings.pass.unwrap_or_default())?,
            timeout: settings.timeout.map(Period::duration),
            interrupted: settings.interrupted.unwrap_or_default(),
            backoff: settings.backoff.unwrap_or_default(),
            exits: settings.exits,
            prices: prices.clone(),
        })
    }

    /// The program that is started, for `doctor` and for errors.
    pub fn program(&self) -> &str {
        &self.argv[0]
    }

    /// How its packets name `orch`.
    pub fn orch(&self) -> OrchBy {
        self.orch
    }

    /// What it sets of the environment of its program, beside what goes on of those that are set.
    pub fn environment(&self, set: &Variables) -> BTreeMap<String, String> {
        let mut environment = self.allowed.values(set);
        environment.extend(self.environment.clone());
        environment
    }

    /// The program and its arguments, as far as they are known before a call.
    pub fn command(&self) -> &[String] {
        &self.argv
    }

    /// The variables of the surroundings that it names to be passed on.
    pub fn passed(&self) -> &Allowed {
        &self.allowed
    }

    /// The agents that take over where its surroundings fail, one after the other.
    pub fn fallback(&self) -> &[String] {
        self.settings.fallback.as_deref().unwrap_or_default()
    }

    /// What was said of it, of all that it stands on together; `env` is a part of it.
    pub fn settings(&self) -> &AgentSettings {
        &self.settings
    }

    /// Whether a call of it can tell what it used of this: what nobody can know binds nobody.
    pub fn can_tell(&self, measure: Measure) -> bool {
        match measure {
            Measure::Usd => {
                let model = self.model.as_deref();
                let is_priced =
                    model.is_some_and(|model| usage::price(&self.prices, model).is_some());
                self.output.tells_cost() || self.output.tells_tokens() && is_priced
            }
            Measure::Tokens => self.output.tells_tokens(),
            Measure::Minutes => true,
        }
    }

    /// Arguments of a call of its program that costs nothing and fails where the agent cannot work.
    pub fn probe(&self) -> Option<&[String]> {
        self.settings.probe.as_deref()
    }

    fn argv(&self, call: &Call<'_>) -> Result<Vec<String>, Error> {
        let packet = self.escapes.applied(call.packet);
        let path = call.packet_path.path().display().to_string();
        let model = self.model.as_deref().unwrap_or_default();
        let left_usd = call.left_usd.map(|usd| format!("{:.6}", usd.value()));
        let values = [
            (PACKET, packet.as_ref()),
            (PACKET_PATH, path.as_str()),
            (MODEL, model),
            (BUDGET_USD, left_usd.as_deref().unwrap_or_default()),
        ];
        let (at, of_budget) = &self.budget_arguments;
        let (before, after) = self.argv.split_at(*at);
        let of_budget = left_usd.as_ref().map_or(&[][..], |_| of_budget);
        let argv = before.iter().chain(of_budget).chain(after);
        let argv: Vec<String> = argv.map(|text| fill_in(text, &values)).collect();
        let longest = argv.iter().map(String::len).max().unwrap_or_default();
        if self.packet == PacketBy::Argument && longest > process::ARGUMENT_BYTES_MAX {
            return Err(Error::PacketTooLong { agent: self.name.clone(), bytes: longest });
        }
        Ok(argv)
    }

    /// What the agent said it used, as far as it can be known, and what else it said.
    fn read(&self, landing: &Landing, call: &Call<'_>) -> (Usage, Signs) {
        // A log that cannot be read says nothing, and so the usage is unknown.
        let read = self.output.read_logs(&landing.stdout, &landing.stderr);
        let (usage, signs) = read.unwrap_or_default();
        let usage = if landing.ending == Ending::Exited(0) && usage.error.is_none() {
            usage.without_zeros()
        } else {
            usage
        };
        let mut usage = self.of_this_call(usage, call);
        // Records hold no absolute path, and an agent's message may.
        let folder = call.folder.display().to_string();
        usage.error = usage.error.map(|error| ProjectPath::name_from(&folder, &error));
        usage.unread = self.output.unread(&usage);
        (usage, signs)
    }

    /// What a failure means: an agent also ends so where its budget is spent, or where its provider is
    /// out of reach for a while.
    fn meant(
        &self,
        landing: &Landing,
        folder: &str,
        reason: String,
        (usage, signs): (&Usage, &Signs),
    ) -> Conclusion {
        if signs.is_budget_spent {
            return Conclusion::Interrupted { cut: Cut::Budget, reason };
        }
        let code = match landing.ending {
            Ending::Exited(code) => Some(code),
            Ending::Signaled(_) | Ending::TimedOut | Ending::Stopped | Ending::Halted => None,
        };
        let tail = |log: &Log| log.tail(WORDS_BYTES).unwrap_or_default();
        let words = usage.error.clone().unwrap_or_else(|| {
            self.output.words(&tail(&landing.stdout), signs) + "\n" + &tail(&landing.stderr)
        });
        if self.output.transient.fits(&signs.transient, code, &words) {
            let (retry_after, backoff) = (signs.transient.retry_after, self.backoff);
            let cut = Cut::Transient { retry_after, backoff };
            let line = self.output.transient.line(&words).filter(|_| usage.error.is_none());
            let told = line.and_then(in_one_line);
            let told = told.map(|told| format!(": {}", ProjectPath::name_from(folder, &told)));
            let reason = reason + &told.unwrap_or_default();
            return Conclusion::Interrupted { cut, reason };
        }
        Conclusion::Failed { reason }
    }

    /// What was printed, without what earlier calls of a resumed session used.
    fn of_this_call(&self, mut usage: Usage, call: &Call<'_>) -> Usage {
        usage.model = usage.model.or_else(|| self.model.clone());
        let earlier = usage.session.as_ref().and_then(|session| call.earlier.get(session));
        if let (Counts::Delta, Some(earlier)) = (self.output.counts, earlier) {
            usage = usage.since(earlier);
        }
        usage.estimated(&self.prices)
    }
}

impl Executor for Agent {
    fn begin(&self, call: &Call<'_>) -> Result<Begun, Error> {
        let stdin = match self.packet {
            PacketBy::Stdin => Some(self.escapes.stdin(call)?),
            PacketBy::File | PacketBy::Argument => None,
        };
        let environment = self.environment(call.variables);
        let launch = Launch { argv: self.argv(call)?, environment, stdin, timeout: self.timeout };
        let mut stream = Stream::new(&self.output);
        let mut told = |printed: &Log| self.of_this_call(stream.told(printed), call);
        let landing = call.launch(launch, &mut told)?;
        let (usage, signs) = self.read(&landing, call);
        let folder = call.folder.display().to_string();
        let conclusion = landing.conclusion(self.program(), &self.exits, &self.interrupted);
        let conclusion = match (conclusion, &usage.error) {
            // Agents exit with 0 after failures, too.
            (Conclusion::Done, Some(error)) => {
                let reason = format!("agent `{}`: {error}", self.name);
                self.meant(&landing, &folder, reason, (&usage, &signs))
            }
            (Conclusion::Failed { reason }, error) => {
                let told = error.as_ref().map(|error| format!(": {error}")).unwrap_or_default();
                self.meant(&landing, &folder, reason + &told, (&usage, &signs))
            }
            (Conclusion::Interrupted { cut: Cut::Transient { .. }, reason }, _) => {
                let (retry_after, backoff) = (signs.transient.retry_after, self.backoff);
                Conclusion::Interrupted { cut: Cut::Transient { retry_after, backoff }, reason }
            }
            (conclusion, _) => conclusion,
        };
        Ok(Begun::Finished(Box::new(CallOutcome {
            conclusion,
            ending: landing.ending,
            duration: landing.duration,
            usage,
            denied: signs.denied,
        })))
    }
}

/// The variables that an agent gets beside what every program gets.
fn allowed(agent: &str, names: Vec<String>) -> Result<Allowed, Unfit> {
    let is_bad = |name: &&String| Allowed::new(vec![(*name).clone()]).is_err();
    let about = names.iter().find(is_bad).cloned();
    Allowed::new(names).map_err(|message| Unfit {
        message: format!("`pass` of agent `{agent}`: {message}"),
        help: Allowed::NAME_RULE.to_owned(),
        about,
    })
}

#[cfg(test)]
mod tests;
