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
        .says("spent 9 tokens, unknown of 1 of 1 calls\n");
}

#[test]
fn impossible_figures_are_refused() {
    let house = House::new().workflow("demo", "[[gate]]\nid = 'a'\nexecutor = 'agent'");
    house.orch("run demo").code(3);
    for cost in ["-1", "NaN", "inf", "much"] {
        house.orch_with(&["invocation", "record", "--cost", cost]).code(2);
    }
    house.orch("invocation record --status SUCESS").code(2).says("SUCCESS");
    house.orch("invocation record --gate b").code(2).says("there is no gate `b`");
    assert_eq!(house.record()["invocations"].as_array().unwrap().len(), 0);
}
