//! `orch invocation record`: calls of agents that orch did not make itself.

use crate::house::House;

#[test]
fn a_call_is_recorded_and_what_is_not_said_stays_unknown() {
    let house = House::new().workflow("demo", "[[gate]]\nid = 'a'\nexecutor = 'agent'");
    house.orch("run demo").code(3);
    house
        .orch(
            "invocation record --agent poet --model m --cost 0.5 --input-tokens 9 --duration-ms 40",
        )
        .code(0);
    let call = house.record()["invocations"][0].clone();
    assert_eq!((call["agent"].as_str(), call["cost_usd"].as_f64()), (Some("poet"), Some(0.5)));
    assert!(call["output_tokens"].is_null() && call["session"].is_null());
    house
        .orch("status")
        .code(0)
        .says("spent 0.50 USD\n")
        .says("spent 9 tokens, tokens unknown for 1 of 1 calls\n");
}

#[test]
fn impossible_figures_are_refused() {
    let house = House::new().workflow("demo", "[[gate]]\nid = 'a'\nexecutor = 'agent'");
    house.orch("run demo").code(3);
    for cost in ["-1", "NaN", "inf", "much", "1e300", "1e12001", "1000000000001"] {
        house.orch_with(&["invocation", "record", "--cost", cost]).code(2);
    }
    house.orch("invocation record --cost 1e13").code(2).says("use 0 to 1000000000000");
    house.orch("invocation record --status SUCESS").code(2).says("SUCCESS");
    house.orch("invocation record --gate b").code(2).says("gate `b` not found");
    assert_eq!(house.record()["invocations"].as_array().unwrap().len(), 0);
}

#[test]
fn what_calls_cost_adds_up_to_a_number() {
    let house = House::new().workflow("demo", "[[gate]]\nid = 'a'\nexecutor = 'agent'");
    house.orch("run demo").code(3);
    for _ in 0..2 {
        let most = "--cost 1e12 --input-tokens 18446744073709551615 --output-tokens 1";
        house.orch(&format!("invocation record {most}")).code(0);
    }
    let status = house.orch("status --json").code(0).stdout;
    let status: serde_json::Value = serde_json::from_str(&status).unwrap();
    assert_eq!(status["data"]["cost_usd"], 2e12);
    assert_eq!(house.orch("cost").code(0).stdout.matches("inf").count(), 0);
}

#[test]
fn an_agents_usage_that_is_no_amount_is_unknown() {
    let house = House::new()
        .workflow("demo", "[[gate]]\nid = 'a'\nexecutor = 'agent'\nagent = 'mine'\n")
        .file(
            "orch.toml",
            "[agents.mine]\ncommand = ['sh', '-c', 'for i in 1 2 3; do echo \"{\\\"usd\\\": 9e307}\"; done']\n\
             output = { format = 'jsonl', cost_usd = '/usd', counts = 'sum' }\n",
        );
    house.orch("run demo").code(0);
    let call = &house.record()["invocations"][0];
    assert!(call["cost_usd"].is_null() && call["unread"].is_string(), "{call}");
}
