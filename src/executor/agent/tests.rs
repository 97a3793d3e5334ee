//! How agents are called, and what their ends mean.

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
    Agent::new("mine", settings.over(below), &prices).map_err(|unfit| unfit.message)
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
    agent(&format!("preset = 'claude'\ncommand = ['{path}/tests/agent/scripted-agent']")).unwrap()
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
    let print = "command = ['printf', '[%s]', 'a{packet}b', 'awk {print}']\npacket = 'argument'";
    stage.begin(&agent(print).unwrap(), packet);
    assert_eq!(stage.printed(), format!("[a{packet}b][awk {{print}}]"));
    stage.begin(&agent("command = ['printf', '[%s]']\npacket = 'argument'").unwrap(), packet);
    assert_eq!(stage.printed(), format!("[{packet}]"));
    stage.begin(&agent("command = ['cat']\npacket = 'file'").unwrap(), packet);
    assert_eq!(stage.printed(), packet);
    stage.begin(&agent("command = ['cat']").unwrap(), packet);
    assert_eq!(stage.printed(), packet);
    let long = "x".repeat(process::ARGUMENT_BYTES_MAX + 1);
    let error = stage.try_begin(&agent(print).unwrap(), &long).unwrap_err().to_string();
    assert!(error.contains("131074 bytes") && error.contains("`packet = \"stdin\"`"), "{error}");
}

#[test]
fn marks_that_a_program_acts_on_are_escaped_on_their_way_in() {
    let stage = Stage::new();
    let packet = "Ask ada@example.org, and see @notes.md.";
    let escaped = "Ask ada\\@example.org, and see \\@notes.md.";
    stage.begin(&agent("command = ['cat']\nescape = ['@']").unwrap(), packet);
    assert_eq!(stage.printed(), escaped);
    let print = "command = ['printf', '[%s]']\npacket = 'argument'\nescape = ['@']";
    stage.begin(&agent(print).unwrap(), packet);
    assert_eq!(stage.printed(), format!("[{escaped}]"));
    stage.begin(&agent("command = ['cat']\npacket = 'file'\nescape = ['@']").unwrap(), packet);
    assert_eq!(stage.printed(), packet);
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
    assert!(error("command = ['x', '{packet}']").contains("not an argument"));
    assert!(error("command = ['x', '{modl}']").contains("unknown placeholder `{modl}`"));
    assert!(error("command = ['x', '--model={modl}']").contains("unknown placeholder `{modl}`"));
    assert!(error("command = ['x']\nbudget_arguments = ['{usd}']").contains("`{usd}`"));
}

#[test]
fn what_is_left_of_a_budget_is_handed_down() {
    let stage = Stage::new();
    let print = "command = ['printf', '[%s]']\nargs = ['last']\n\
        budget_arguments = ['--most', '{budget_usd}']";
    stage.begin(&agent(print).unwrap(), "");
    assert_eq!(stage.printed(), "[--most][0.500000][last]");
}

#[test]
fn a_failure_may_be_one_of_the_surroundings() {
    let stage = Stage::new();
    let text =
        "packet = 'stdin'\n[output]\nformat = 'text'\n[output.transient]\ntext = ['(?m)^busy']\n";
    let conclusion = |script: &str| {
        let agent = agent(&format!("command = ['sh', '-c', '{script}']\n{text}")).unwrap();
        stage.begin(&agent, "").conclusion
    };
    assert_eq!(conclusion("echo not busy; exit 1"), failed("`sh` exited with code 1"));
    let transient = conclusion("echo busy >&2; exit 1");
    assert!(matches!(transient, Conclusion::Interrupted { cut: Cut::Transient { .. }, .. }));
    assert_eq!(conclusion("echo busy"), Conclusion::Done);
    // A program that reports its figures in lines of JSON says in others what went wrong.
    let lines = text.replace("'text'", "'jsonl'");
    let conclusion = |script: &str| {
        let agent = agent(&format!("command = ['sh', '-c', '{script}']\n{lines}")).unwrap();
        stage.begin(&agent, "").conclusion
    };
    for script in ["echo busy >&2; exit 1", "echo busy; exit 1"] {
        let transient = conclusion(script);
        assert!(matches!(transient, Conclusion::Interrupted { cut: Cut::Transient { .. }, .. }));
    }
    assert_eq!(conclusion("echo not busy; exit 1"), failed("`sh` exited with code 1"));
}
