//! Gemini CLI.

use crate::it::house::House;
use crate::model;
use crate::model::Model;
use crate::model::SHORT;
use crate::model::WELL;
use crate::model::call;
use crate::model::poem;
use serde_json::Value as Json;
use serde_json::json;

fn house(script: &Json) -> Option<(House, Model)> {
    let settings = json!({
        "security": {"auth": {"selectedType": "gemini-api-key"}},
        "general": {"maxAttempts": 1, "enableAutoUpdate": false},
        "privacy": {"usageStatisticsEnabled": false},
    });
    let (house, model) = model::house_with_settings(script, "gemini", &settings)?;
    let house = house
        .env("GOOGLE_GEMINI_BASE_URL", &format!("http://127.0.0.1:{}", model.port))
        .env("GEMINI_API_KEY", "test");
    Some((house, model))
}

#[test]
fn it_writes_checks_and_passes_and_its_figures_are_known() {
    let check = json!({"run": "orch gate check"});
    let sum_up = json!({"run": "orch done 'Four words on frost.'"});
    let Some((house, model)) = house(&json!([poem(WELL), check, sum_up])) else { return };
    house.orch("run demo").code(0);
    let call = call(&house, 1);
    // What it asks beside its work, such as which model to use, is counted too.
    let requests = u64::try_from(model.answers().len()).unwrap();
    assert_eq!(model::tokens(&call), [1110, 1000, 25].map(|each| Some(each * requests)), "{call}");
    assert!(call["session"].is_string(), "{call}");
    assert!(model.heard().contains("gate write would pass"));
    assert!(model.heard().contains("summary recorded"));
    model::hears_marks_and_no_file(&model);
}

#[test]
fn what_is_wrong_is_told_and_a_rate_limit_spends_no_try() {
    let script = json!([poem(SHORT), {"say": "Done."}, {"fail": 429}, poem(WELL)]);
    let Some((house, model)) = house(&script) else { return };
    house.orch("run demo").code(0).says("next attempt in");
    assert_eq!(house.attempts("write"), "FAIL INTERRUPTED PASS");
    assert!(call(&house, 2)["session"].is_string(), "a failure keeps its session");
    assert!(model.heard().contains("Findings to fix"));
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
