//! Codex CLI.

use crate::it::house::House;
use crate::model;
use crate::model::Model;
use crate::model::SHORT;
use crate::model::WELL;
use crate::model::call;
use crate::model::poem;
use crate::model::tokens;
use serde_json::Value as Json;
use serde_json::json;

/// Settings that lead to a model on a port.
pub fn provider(port: u16) -> String {
    format!(
        "model = 'small'\nmodel_provider = 'local'\n[model_providers.local]\nname = 'local'\n\
         base_url = 'http://127.0.0.1:{port}/v1'\nenv_key = 'OPENAI_API_KEY'\n\
         wire_api = 'responses'\nrequest_max_retries = 0\nstream_max_retries = 0\n"
    )
}

fn house(script: &Json) -> Option<(House, Model)> {
    let (house, model) = model::house(script)?;
    let house = house.file(
        "orch.toml",
        "[agents.it]\npreset = 'codex'\nmodel = 'small'\nbackoff = { delay = '1ms' }\n\
         [prices.small]\ninput_usd_per_million = 1\noutput_usd_per_million = 1\n",
    );
    Some((talks_to(house, &model), model))
}

/// Has the program talk to a model of a test.
pub fn talks_to(house: House, model: &Model) -> House {
    // A folder for its own helpers must not lie among temporary files; it does without them.
    let provider = provider(model.port);
    let home = house.outside("home/codex");
    std::fs::create_dir_all(&home).unwrap();
    std::fs::write(home.join("config.toml"), provider).unwrap();
    house.env("CODEX_HOME", &home.display().to_string()).env("OPENAI_API_KEY", "sk-test")
}

#[test]
fn it_writes_checks_and_passes_and_its_figures_are_exact() {
    let check = format!("{} gate check", env!("CARGO_BIN_EXE_orch"));
    let Some((house, model)) = house(&json!([poem(WELL), {"run": check}])) else { return };
    house.orch("run demo").code(0);
    let call = call(&house, 1);
    assert_eq!(tokens(&call), [Some(3 * 1110), Some(3 * 1000), Some(3 * 25)]);
    assert!(call["session"].is_string(), "{call}");
    let heard = model.heard();
    // The command that the packet names is the one that works in its shell.
    assert!(heard.contains(&format!("    {check} ")), "{heard}");
    assert!(heard.contains("gate write would pass"), "{heard}");
    assert!(heard.contains("Ask ada@example.org, and see @/etc/hostname."));
}

#[test]
fn what_is_wrong_is_told_to_the_next_attempt() {
    let Some((house, model)) = house(&json!([poem(SHORT), {"say": "Done."}, poem(WELL)])) else {
        return;
    };
    model::fail_and_mend(&house, &model);
}

#[test]
fn a_rate_limit_spends_no_try() {
    let Some((house, _model)) = house(&json!([{"fail": 429}, poem(WELL)])) else { return };
    house.orch("run demo").code(0).says("next attempt in");
    assert_eq!(house.attempts("write"), "INTERRUPTED PASS");
}

#[test]
fn a_budget_ends_the_run_behind_its_call() {
    let Some((house, _model)) = house(&json!([poem(SHORT)])) else { return };
    model::spend_more_than_there_is(&house);
}

#[test]
fn a_kill_leaves_a_run_that_goes_on() {
    let Some((house, model)) = house(&json!([{"hang": true}, poem(WELL)])) else { return };
    model::kill_and_resume(&house, &model);
}
