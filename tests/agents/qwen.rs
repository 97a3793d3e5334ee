//! Qwen Code.

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
        "security": {"auth": {"selectedType": "openai"}},
        "general": {"enableAutoUpdate": false},
        "privacy": {"usageStatisticsEnabled": false},
    });
    let (house, model) = model::house_with_settings(script, "qwen", &settings)?;
    let house = house
        .env("OPENAI_BASE_URL", &format!("http://127.0.0.1:{}/v1", model.port))
        .env("OPENAI_API_KEY", "test");
    Some((house, model))
}

#[test]
fn it_writes_checks_and_passes_and_no_file_is_pulled_in() {
    let check = json!({"run": "orch gate check"});
    let sum_up = json!({"run": "orch done 'Four words on frost.'"});
    let Some((house, model)) = house(&json!([poem(WELL), check, sum_up])) else { return };
    house.orch("run demo").code(0);
    let call = call(&house, 1);
    let requests = u64::try_from(model.answers().len()).unwrap();
    assert_eq!(model::tokens(&call), [1110, 1000, 25].map(|each| Some(each * requests)), "{call}");
    assert!(call["session"].is_string(), "{call}");
    assert!(model.heard().contains("gate write would pass"));
    assert!(model.heard().contains("summary recorded"));
    model::hears_marks_and_no_file(&model);
}

#[test]
fn what_is_wrong_is_told_and_mended() {
    // It writes over no file that it has not read.
    let read = json!({"read": "$PROJECT/out/poem.md"});
    let script = json!([poem(SHORT), {"say": "Done."}, read, poem(WELL)]);
    let Some((house, model)) = house(&script) else { return };
    model::fail_and_mend(&house, &model);
}

#[test]
fn a_kill_leaves_a_run_that_goes_on() {
    let Some((house, model)) = house(&json!([{"hang": true}, poem(WELL)])) else { return };
    model::kill_and_resume(&house, &model);
}
