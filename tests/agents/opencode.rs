//! OpenCode.

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

fn house(script: &Json) -> Option<(House, Model)> {
    let (house, model) = model::house(script)?;
    let provider = json!({
        "npm": "@ai-sdk/openai-compatible",
        "options": {"baseURL": format!("http://127.0.0.1:{}/v1", model.port), "apiKey": "test"},
        "models": {"small": {"cost": {"input": 1, "output": 2}}},
    });
    let settings = json!({
        "autoupdate": false, "share": "disabled", "model": "local/small",
        "provider": {"local": provider},
    });
    let home = house.outside("home/.config/opencode");
    std::fs::create_dir_all(&home).unwrap();
    std::fs::write(home.join("opencode.json"), settings.to_string()).unwrap();
    let house =
        house.file("orch.toml", "[agents.it]\npreset = 'opencode'\nbackoff = { delay = '1ms' }\n");
    Some((house, model))
}

#[test]
fn it_writes_checks_and_passes_and_its_figures_are_exact() {
    let script = json!([
        poem(WELL),
        {"run": "orch gate check"},
        {"run": "orch done 'Four words on frost.'"},
        {"run": "touch made-by-shell"},
    ]);
    let Some((house, model)) = house(&script) else { return };
    house.orch("run demo").code(0).says("permission was denied: bash(touch");
    assert!(!house.exists("made-by-shell"));
    let call = call(&house, 1);
    // A title would be a request that nobody counts.
    let requests = u64::try_from(model.answers().len()).unwrap();
    assert_eq!(tokens(&call), [1110, 1000, 25].map(|each| Some(each * requests)), "{call}");
    assert!(call["session"].is_string(), "{call}");
    assert!(model.heard().contains("gate write would pass"));
    assert!(model.heard().contains("summary recorded"));
    assert!(model.heard().contains("Ask ada@example.org, and see @/etc/hostname."));
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
    // It waits as long as it is told, and asks again itself.
    let Some((house, model)) = house(&json!([{"fail": 429, "after": 1}, poem(WELL)])) else {
        return;
    };
    house.orch("run demo").code(0);
    assert_eq!(house.attempts("write"), "PASS");
    assert_eq!(model.answers()[0]["step"]["fail"], 429);
}

#[test]
fn a_budget_ends_it() {
    let again = json!({"run": "orch gate check", "always": true});
    let Some((house, _model)) = house(&json!([poem(SHORT), again])) else { return };
    house.orch("run demo --budget 0.0005").code(4).says("the budget of 0.0005 USD is spent");
    assert_eq!(house.attempts("write"), "INTERRUPTED");
    assert!(call(&house, 1)["cost_usd"].as_f64().unwrap() >= 0.0005);
}

#[test]
fn a_kill_leaves_a_run_that_goes_on() {
    let Some((house, model)) = house(&json!([{"hang": true}, poem(WELL)])) else { return };
    model::kill_and_resume(&house, &model);
}
