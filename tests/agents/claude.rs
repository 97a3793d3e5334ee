//! Claude Code.

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
    let house = house
        .file(
            "orch.toml",
            "[agents.it]\npreset = 'claude'\nbackoff = { delay = '1ms' }\n\
             env = { CLAUDE_CODE_MAX_RETRIES = '0', DISABLE_AUTOUPDATER = '1' }\n",
        )
        .env("ANTHROPIC_BASE_URL", &format!("http://127.0.0.1:{}", model.port))
        .env("ANTHROPIC_API_KEY", "sk-test")
        .env("DISABLE_TELEMETRY", "1");
    Some((house, model))
}

#[test]
fn it_writes_checks_and_passes_and_its_figures_are_exact() {
    let check = json!({"run": "orch gate check"});
    let sum_up = json!({"run": "orch done 'Four words on frost.'"});
    let Some((house, model)) = house(&json!([poem(WELL), check, sum_up])) else { return };
    house.orch("run demo").code(0).never_says("permission");
    let call = call(&house, 1);
    assert_eq!(tokens(&call), [1110, 1000, 25].map(|each| Some(each * 4)));
    assert!(call["session"].is_string() && call["cost_usd"].as_f64().unwrap() > 0.0, "{call}");
    assert!(!call["model"].as_str().unwrap().contains('['), "{call}");
    let heard = model.heard();
    assert!(heard.contains("gate write would pass"), "the check was not run:\n{heard}");
    assert!(heard.contains("summary recorded"), "it was not summed up:\n{heard}");
    // The packet arrives as it was written, and no file is pulled in by it.
    assert!(heard.contains("Ask ada@example.org, and see @/etc/hostname."));
    let host = std::fs::read_to_string("/etc/hostname").unwrap_or_default();
    let tags = format!("<file>{}", host.trim());
    assert!(!heard.contains("Called the Read tool") && !heard.contains(&tags));
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
    let Some((house, _model)) = house(&json!([{"fail": 429}, {"fail": 529}, poem(WELL)])) else {
        return;
    };
    house.orch("run demo").code(0).says("next attempt in");
    assert_eq!(house.attempts("write"), "INTERRUPTED INTERRUPTED PASS");
}

#[test]
fn a_budget_ends_it() {
    let again = json!({"run": "true", "always": true});
    let Some((house, _model)) = house(&json!([poem(WELL), again])) else { return };
    house.orch("run demo --budget 0.005").code(4).says("budget");
    assert_eq!(house.attempts("write"), "INTERRUPTED");
    let spent = call(&house, 1)["cost_usd"].as_f64().unwrap();
    assert!((0.005..0.05).contains(&spent), "{spent}");
}

#[test]
fn what_it_may_not_do_is_a_finding() {
    let Some((house, _model)) =
        house(&json!([poem(WELL), {"run": "npm --version > made-by-shell"}]))
    else {
        return;
    };
    house.orch("run demo").code(0).says("permission was denied: Bash(npm");
    assert!(!house.exists("made-by-shell"));
}

#[test]
fn a_kill_leaves_a_run_that_goes_on() {
    let Some((house, model)) = house(&json!([{"hang": true}, poem(WELL)])) else { return };
    model::kill_and_resume(&house, &model);
}

#[test]
fn its_stop_hook_keeps_it_until_the_gate_is_well_formed() {
    let script = json!([poem(SHORT), {"say": "Done."}, poem(WELL), {"say": "Done."}]);
    let Some((house, model)) = house(&script) else { return };
    let hook = json!({"type": "command", "command": "orch gate check --hook"});
    let settings = json!({"hooks": {"Stop": [{"hooks": [hook]}]}});
    house.write(".claude/settings.json", settings.to_string());
    house.orch("run demo").code(0);
    assert_eq!(house.attempts("write"), "PASS");
    assert_eq!(model.answers().len(), 4);
}
