//! Whole configuration files, as they are read and lie over each other.

use super::*;
use crate::budget::Amount;

fn config(text: &str) -> Config {
    Config::of([&Source::new(FILE, text)], Path::new("/none")).unwrap()
}

/// The message of an error, its line and column, and its help.
fn told(error: &Unsound) -> (String, usize, usize, String) {
    let (_, line, column) = error.place();
    (error.message.clone(), line, column, error.help.clone().unwrap_or_default().to_string())
}

fn error(text: &str) -> (String, usize, usize, String) {
    told(&Config::of([&Source::new(FILE, text)], Path::new("/none")).unwrap_err())
}

fn playing(config: &Config, role: &str, given: Option<&str>) -> String {
    let agent = config.agent(role, given).unwrap();
    agent.map_or_else(|| "nobody".to_owned(), |agent| agent.name.clone())
}

#[test]
fn a_role_is_played_by_its_own_agent_then_the_given_then_the_default() {
    let text = "[agents.editor]\nuse = 'claude'\nargs = ['--fast']\n[agents.mine]\ncommand = ['x']";
    let without = config(text);
    let with = config(&format!("[defaults]\nagent = 'mine'\n{text}"));
    assert_eq!(playing(&without, "editor", Some("mine")), "editor");
    assert_eq!(playing(&without, "writer", Some("mine")), "mine");
    assert_eq!(playing(&without, "writer", None), "nobody");
    assert_eq!(playing(&with, "writer", None), "mine");
    assert_eq!(playing(&with, "editor", Some("none")), "nobody");
    // A preset needs no entry, but a role of its name is not played unasked.
    assert_eq!(playing(&without, "writer", Some("codex")), "codex");
    assert_eq!(playing(&without, "codex", None), "nobody");
    let error = without.agent("editor", Some("min")).unwrap_err();
    let help = "did you mean `mine`?".to_owned();
    assert_eq!(told(&error), ("unknown agent `min`".to_owned(), 1, 1, help));
    assert_eq!(error.place().0, "agent");
}

#[test]
fn agents_stand_on_agents_and_presets() {
    let config = config(
        "[agents.claude]\nuse = 'claude'\nmodel = 'large'\n\
         [agents.editor]\nuse = 'claude'\nbudget = { usd = 2 }\n\
         [agents.quick]\nuse = 'editor'\nmodel = 'small'",
    );
    let agent = |name| config.agent(name, None).unwrap().unwrap();
    assert_eq!(agent("editor").model.as_deref(), Some("large"));
    assert_eq!(agent("quick").model.as_deref(), Some("small"));
    assert_eq!(agent("quick").program(), "claude");
    let budget = agent("quick").budget.and_then(|budget| budget.usd);
    assert_eq!(budget.map(Amount::value), Some(2.0));
    assert_eq!(config.agents().count(), 3);
}

#[test]
fn unknown_names_are_told_with_their_place_and_the_nearest() {
    let (message, line, column, help) = error("[agents.a]\npreset = 'cloude'");
    assert_eq!((message.as_str(), line, column), ("unknown preset `cloude`", 2, 10));
    assert_eq!(help, "did you mean `claude`?");
    let (message, line, _, help) = error("[agents.a]\nuse = 'bb'\n[agents.b]\ncommand = ['x']");
    assert_eq!((message.as_str(), line), ("unknown agent `bb`", 2));
    assert_eq!(help, "did you mean `b`?");
    let (message, line, column, help) = error("[defaults]\nagent = 'gemni'");
    assert_eq!((message.as_str(), line, column), ("unknown agent `gemni`", 2, 9));
    assert_eq!(help, "did you mean `gemini`?");
    let (message, line, _, help) = error("[agents.a]\ncommand = ['x']\npakcet = 'file'");
    assert_eq!((message.as_str(), line), ("unknown key `pakcet`", 3));
    assert_eq!(help, "did you mean `packet`?");
}

#[test]
fn agents_that_cannot_be_are_refused() {
    let round = "[agents.a]\nuse = 'b'\n[agents.b]\nuse = 'c'\n[agents.c]\nuse = 'b'";
    let (message, line, ..) = error(round);
    assert_eq!((message.as_str(), line), ("agents use each other in a cycle: b → c → b", 6));
    assert!(error("[agents.a]\nuse = 'a'").0.ends_with("a → a"));
    let both = error("[agents.a]\nuse = 'claude'\npreset = 'claude'");
    assert!(both.0.contains("both `use` and `preset`") && both.1 == 2, "{both:?}");
    let (message, line, column, _) = error("[agents.a]\nmodel = 'm'");
    assert!(message.contains("requires `preset`"), "{message}");
    assert_eq!((line, column), (1, 9));
    assert!(error("[agents.none]\ncommand = ['x']").0.contains("must not be named `none`"));
}

#[test]
fn the_project_lies_over_the_user() {
    let user = "[defaults]\nagent = 'mine'\nworkflow = 'essay'\n[agents.mine]\ncommand = ['x']\n\
        env = { A = '1' }\n[limits]\ntext_bytes = 10\n\
        [signing]\nkey = 'u'\napprovals = true\n[budget]\nusd = 5\ntokens = 9\n\
        [prices.m]\ninput_usd_per_million = 1\noutput_usd_per_million = 2\n\
        [prices.n]\ninput_usd_per_million = 1\noutput_usd_per_million = 2";
    let project = "[defaults]\nworkflow = 'book'\n[agents.mine]\ncommand = ['y']\n[budget]\n\
        usd = 1\n[checkpoint]\nevery = '15m'\n[record]\nbranch = 'never'\n\
        [signing]\nkey = 'k'\n[prices.m]\ninput_usd_per_million = 3\noutput_usd_per_million = 4\ndate = 2026-01-19";
    let (user, project) = (Source::new("user", user), Source::new(FILE, project));
    let config = Config::of([&user, &project], Path::new("/none")).unwrap();
    let text = |stated: &Option<Stated>| stated.as_ref().map(|stated| stated.text.clone());
    assert_eq!(text(&config.defaults.workflow).as_deref(), Some("book"));
    assert!(config.defaults.session_workflow.is_some());
    assert_eq!(config.agent("r", None).unwrap().unwrap().program(), "y");
    assert_eq!(config.limits.text_bytes, 10);
    assert_eq!(config.budget.usd.map(Amount::value), Some(1.0));
    assert_eq!(config.budget.tokens, Some(9));
    assert!(config.checkpoint.every.is_some());
    assert_eq!(config.record_branch, RecordBranch::Never);
    assert_eq!(config.signing.key.as_deref(), Some("k"));
    assert!(config.signing.approvals && !config.signing.heads);
    assert!(config.prices["m"].date.is_some() && config.prices["n"].date.is_none());
    assert!(config.prices["claude-sonnet-4-5"].date.is_some());
}

#[test]
fn no_file_is_a_configuration_too_and_a_bad_one_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    let config = Config::load(path, Some(path)).unwrap();
    assert_eq!(config.limits.text_bytes, TEXT_BYTES_MAX);
    files::write_view(&path.join(FILE), b"[record]\nbranch = 'main'").unwrap();
    let Error::Unsound(error) = Config::load(path, None).unwrap_err() else {
        panic!("another error");
    };
    assert_eq!(error.place(), (FILE, 2, 10));
    files::write_view(&path.join(FILE), b"\xff").unwrap();
    assert!(matches!(Config::load(path, None), Err(Error::Unsound(_))));
    assert_eq!(schema()["properties"]["limits"]["$ref"], "#/$defs/LimitsTable");
}
