//! `agent`: an AI agent, all of it data. It is handed the packet, runs to its end, and
//! what it printed is read for what it used.

use super::Begun;
use super::Call;
use super::CallOutcome;
use super::Conclusion;
use super::Error;
use super::Executor;
use super::Launch;
use super::output::Counts;
use super::output::Output;
use super::settings::AgentSettings;
use super::settings::PacketBy;
use super::stream::Stream;
use super::usage;
use super::usage::Prices;
use super::usage::Usage;
use crate::budget::Budget;
use crate::budget::Measure;
use crate::clock::Period;
use crate::files::Log;
use crate::files::ProjectPath;
use crate::process;
use crate::surroundings::Allowed;
use serde::Deserialize;
use serde::Serialize;
use std::collections::BTreeMap;
use std::time::Duration;

const PACKET: &str = "{packet}";
const PACKET_PATH: &str = "{packet_path}";
const MODEL: &str = "{model}";

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
    pub description: Option<String>,
    /// The model that is asked for.
    pub model: Option<String>,
    /// What it may spend in one run.
    pub budget: Option<Budget>,
    /// The agent whose budget that is.
    pub purse: Option<String>,
    argv: Vec<String>,
    packet: PacketBy,
    output: Output,
    environment: BTreeMap<String, String>,
    /// What it gets of the surroundings beside what every program gets.
    allowed: Allowed,
    timeout: Option<Duration>,
    interrupted: Vec<i32>,
    exits: BTreeMap<String, String>,
    prices: Prices,
}

impl Agent {
    /// Takes settings that stand on nothing any more, or says what they lack.
    pub fn new(name: &str, settings: AgentSettings, prices: &Prices) -> Result<Self, String> {
        let said = settings.clone();
        let mut argv = settings.command.unwrap_or_default();
        if argv.first().is_none_or(String::is_empty) {
            return Err(format!("agent `{name}` requires `preset`, `use` or `command`"));
        }
        if settings.model.is_some() {
            argv.extend(settings.model_arguments.unwrap_or_default());
        }
        argv.extend(settings.args.unwrap_or_default());
        let names = |placeholder| argv.iter().any(|argument| argument.contains(placeholder));
        let packet = settings.packet.unwrap_or_default();
        match (&settings.model, names(MODEL)) {
            (Some(model), false) => {
                return Err(format!(
                    "the command of agent `{name}` does not use its model `{model}`: \
                     add `{MODEL}` to `command`, or set `model_arguments`"
                ));
            }
            (None, true) => {
                return Err(format!(
                    "the command of agent `{name}` has `{MODEL}`, but `model` is not set"
                ));
            }
            (Some(_), true) | (None, false) => {}
        }
        if names(PACKET) && packet != PacketBy::Argument {
            return Err(format!(
                "the command of agent `{name}` has `{PACKET}`, which requires `packet = \"argument\"`"
            ));
        }
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
            packet,
            output: settings.output.unwrap_or_default(),
            environment: settings.env,
            allowed: Allowed::new(settings.pass.unwrap_or_default())
                .map_err(|message| format!("`pass` of agent `{name}`: {message}"))?,
            timeout: settings.timeout.map(Period::duration),
            interrupted: settings.interrupted.unwrap_or_default(),
            exits: settings.exits,
            prices: prices.clone(),
        })
    }

    /// The program that is started, for `doctor` and for errors.
    pub fn program(&self) -> &str {
        &self.argv[0]
    }

    /// The program and its arguments, as far as they are known before a call.
    pub fn command(&self) -> &[String] {
        &self.argv
    }

    /// The variables of the surroundings that it names to be passed on.
    pub fn passed(&self) -> &Allowed {
        &self.allowed
    }

    /// What was said of it, of all that it stands on together; `env` is a part of it.
    pub fn settings(&self) -> &AgentSettings {
        &self.settings
    }

    /// Whether a call of it can tell what it used of this: what nobody can know binds nobody.
    pub fn can_tell(&self, measure: Measure) -> bool {
        match measure {
            Measure::Usd => {
                let is_priced = match &self.model {
                    _ if self.output.tells_model() => !self.prices.is_empty(),
                    Some(model) => usage::price(&self.prices, model).is_some(),
                    None => false,
                };
                self.output.tells_cost() || self.output.tells_tokens() && is_priced
            }
            Measure::Tokens => self.output.tells_tokens(),
            Measure::Minutes => true,
        }
    }

    fn argv(&self, invocation: &Call<'_>) -> Result<Vec<String>, Error> {
        let path = invocation.packet_path.path().display().to_string();
        let model = self.model.as_deref().unwrap_or_default();
        let values = [(PACKET, invocation.packet), (PACKET_PATH, path.as_str()), (MODEL, model)];
        let argv: Vec<String> = self.argv.iter().map(|text| fill_in(text, &values)).collect();
        let longest = argv.iter().map(String::len).max().unwrap_or_default();
        if self.packet == PacketBy::Argument && longest > process::ARGUMENT_BYTES_MAX {
            return Err(Error::PacketTooLong { agent: self.name.clone(), bytes: longest });
        }
        Ok(argv)
    }

    /// What the agent said it used, as far as it can be known.
    fn usage(&self, printed: &Log, invocation: &Call<'_>) -> Usage {
        // A log that cannot be read says nothing, and so the usage is unknown.
        let printed = self.output.read_log(printed);
        let mut usage = self.of_this_call(printed.unwrap_or_default(), invocation);
        // Records hold no absolute path, and an agent's message may.
        let folder = invocation.folder.display().to_string();
        usage.error = usage.error.map(|error| ProjectPath::name_from(&folder, &error));
        usage.unread = self.output.unread(&usage);
        usage
    }

    /// What was printed, without what earlier calls of a resumed session used.
    fn of_this_call(&self, mut usage: Usage, invocation: &Call<'_>) -> Usage {
        usage.model = usage.model.or_else(|| self.model.clone());
        let earlier = usage.session.as_ref().and_then(|session| invocation.earlier.get(session));
        if let (Counts::Delta, Some(earlier)) = (self.output.counts, earlier) {
            usage = usage.since(earlier);
        }
        usage.estimated(&self.prices)
    }
}

impl Executor for Agent {
    fn begin(&self, invocation: &Call<'_>) -> Result<Begun, Error> {
        let stdin = match self.packet {
            PacketBy::Stdin => Some(invocation.packet_path.clone()),
            PacketBy::File | PacketBy::Argument => None,
        };
        let mut environment = self.allowed.values(invocation.variables);
        environment.extend(self.environment.clone());
        let launch =
            Launch { argv: self.argv(invocation)?, environment, stdin, timeout: self.timeout };
        let mut stream = Stream::new(&self.output);
        let mut told = |printed: &Log| self.of_this_call(stream.told(printed), invocation);
        let landing = invocation.launch(launch, &mut told)?;
        let usage = self.usage(&landing.stdout, invocation);
        let conclusion = landing.conclusion(self.program(), &self.exits, &self.interrupted);
        let conclusion = match (conclusion, &usage.error) {
            // Agents exit with 0 after failures, too.
            (Conclusion::Done, Some(error)) => {
                Conclusion::Failed { reason: format!("agent `{}`: {error}", self.name) }
            }
            (Conclusion::Failed { reason }, Some(error)) => {
                Conclusion::Failed { reason: format!("{reason}: {error}") }
            }
            (conclusion, _) => conclusion,
        };
        Ok(Begun::Finished(Box::new(CallOutcome {
            conclusion,
            ending: landing.ending,
            duration: landing.duration,
            usage,
        })))
    }
}

/// Replaces the placeholders of one argument in one pass: what a value holds stays as it is.
fn fill_in(text: &str, values: &[(&str, &str)]) -> String {
    let mut filled = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('{') {
        let (before, from) = rest.split_at(at);
        filled.push_str(before);
        let found = values.iter().find(|(placeholder, _)| from.starts_with(placeholder));
        let (placeholder, value) = found.copied().unwrap_or(("{", "{"));
        filled.push_str(value);
        rest = &from[placeholder.len()..];
    }
    filled + rest
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document;
    use crate::executor::Cut;
    use crate::executor::Preset;
    use crate::executor::testing::Stage;
    use crate::source::Source;

    fn agent(text: &str) -> Result<Agent, String> {
        let settings: AgentSettings = document::read(&Source::new("a.toml", text)).unwrap();
        let preset = settings.preset.as_ref().map(|name| Preset::find(name.get_ref()).unwrap());
        let below = preset.map(|preset| preset.settings().unwrap()).unwrap_or_default();
        let prices = "[m]\ninput_usd_per_million = 1000000\noutput_usd_per_million = 2000000";
        let prices = document::read(&Source::new("a.toml", prices)).unwrap();
        Agent::new("mine", settings.over(below), &prices)
    }

    fn failed(reason: &str) -> Conclusion {
        Conclusion::Failed { reason: reason.to_owned() }
    }

    /// The scripted agent at a gate whose script is `script`.
    fn scripted(stage: &mut Stage, script: &str) -> Agent {
        let (folder, path) = (stage.folder.path(), env!("CARGO_MANIFEST_DIR"));
        crate::files::write_view(&folder.join("cut.2.sh"), script.as_bytes()).unwrap();
        let environment = [
            ("ORCH_GATE", "cut".to_owned()),
            ("ORCH_ATTEMPT", "2".to_owned()),
            ("ORCH_TEST_SCRIPTS", folder.display().to_string()),
            ("ORCH_TEST_PACKET", folder.join("packet").display().to_string()),
        ];
        stage.environment.extend(environment.map(|(name, value)| (name.to_owned(), value)));
        agent(&format!("preset = 'claude'\ncommand = ['{path}/tests/agent/scripted-agent']"))
            .unwrap()
    }

    #[test]
    fn the_scripted_agent_works_through_the_same_door() {
        let mut stage = Stage::new();
        let script = "# cost_usd: 0.25\necho written > art.md\necho noise";
        let agent = scripted(&mut stage, script);
        let outcome = stage.begin(&agent, "Write art.md\n");
        assert_eq!(outcome.conclusion, Conclusion::Done);
        let usage = Usage {
            session: Some("session-cut-2".to_owned()),
            model: Some("scripted-model".to_owned()),
            cost_usd: Some(0.25),
            input_tokens: Some(100),
            output_tokens: Some(10),
            ..Usage::default()
        };
        assert_eq!(outcome.usage, usage);
        let read = |name| crate::files::read_tail(&stage.folder.path().join(name), 100).unwrap();
        assert_eq!((read("packet"), read("art.md")), ("Write art.md\n".into(), "written\n".into()));
    }

    #[test]
    fn the_scripted_agent_fails_as_a_real_one_does() {
        let mut stage = Stage::new();
        let script = "# error: \"quota\" gone\n# cost_usd: unknown\n# session: unknown";
        let agent = scripted(&mut stage, script);
        let outcome = stage.begin(&agent, "");
        assert_eq!(outcome.conclusion, failed("agent `mine`: \"quota\" gone"));
        assert_eq!((outcome.usage.cost_usd, outcome.usage.session), (None, None));
        let agent = scripted(&mut stage, "exit 75");
        let outcome = stage.begin(&agent, "");
        assert!(matches!(outcome.conclusion, Conclusion::Interrupted { .. }));
    }

    #[test]
    fn a_packet_goes_in_by_every_way_and_is_never_split() {
        let stage = Stage::new();
        let packet = "two words {model}\n; $(id)";
        let print = "command = ['printf', '[%s]', 'a{packet}b', '{other}']\npacket = 'argument'";
        stage.begin(&agent(print).unwrap(), packet);
        assert_eq!(stage.printed(), format!("[a{packet}b][{{other}}]"));
        stage.begin(&agent("command = ['printf', '[%s]']\npacket = 'argument'").unwrap(), packet);
        assert_eq!(stage.printed(), format!("[{packet}]"));
        stage.begin(&agent("command = ['cat']\npacket = 'file'").unwrap(), packet);
        assert_eq!(stage.printed(), packet);
        stage.begin(&agent("command = ['cat']").unwrap(), packet);
        assert_eq!(stage.printed(), packet);
        let long = "x".repeat(process::ARGUMENT_BYTES_MAX + 1);
        let error = stage.try_begin(&agent(print).unwrap(), &long).unwrap_err().to_string();
        assert!(
            error.contains("131074 bytes") && error.contains("`packet = \"stdin\"`"),
            "{error}"
        );
    }

    #[test]
    fn running_totals_are_counted_once_and_priced() {
        let mut stage = Stage::new();
        let print = "command = ['echo', '{\"s\": \"t\", \"in\": 30, \"out\": 7}']\nmodel = 'm'\n\
            model_arguments = ['{model}']\noutput = { format = 'json', session = '/s', \
            input_tokens = '/in', output_tokens = '/out', counts = 'delta' }";
        let earlier = Usage { input_tokens: Some(20), output_tokens: Some(4), ..Usage::default() };
        stage.earlier.insert("t".to_owned(), earlier);
        let usage = stage.begin(&agent(print).unwrap(), "").usage;
        assert_eq!((usage.input_tokens, usage.output_tokens), (Some(10), Some(3)));
        assert_eq!((usage.cost_usd, usage.cost_is_estimate), (Some(16.0), true));
        assert_eq!(usage.model.as_deref(), Some("m"));
    }

    #[test]
    fn the_words_of_exit_codes_and_the_agents_own_are_told() {
        let stage = Stage::new();
        let text = "command = ['sh', '-c', 'echo \"{\\\"e\\\":\\\"at $PWD/x\\\"}\"; exit $CODE']\n\
            exits = { 41 = 'it is not signed in' }\ninterrupted = [7]\n\
            output = { format = 'json', error = '/e' }\n";
        let conclusion = |code| {
            let agent = agent(&format!("{text}env = {{ CODE = '{code}' }}")).unwrap();
            stage.begin(&agent, "").conclusion
        };
        assert_eq!(conclusion(41), failed("`sh` exited with code 41: it is not signed in: at x"));
        assert_eq!(conclusion(0), failed("agent `mine`: at x"));
        let reason = "`sh` exited with code 7".to_owned();
        assert_eq!(conclusion(7), Conclusion::Interrupted { cut: Cut::Outside, reason });
    }

    #[test]
    fn what_cannot_work_is_refused_before_it_starts() {
        let error = |text| agent(text).unwrap_err();
        assert!(error("model = 'm'").contains("requires `preset`"));
        assert!(error("command = ['x']\nmodel = 'm'").contains("does not use its model"));
        assert!(error("command = ['x', '{model}']").contains("`model` is not set"));
        assert!(error("command = ['x', '{packet}']").contains("packet = \"argument\""));
    }
}
