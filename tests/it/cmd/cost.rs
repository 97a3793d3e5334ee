//! `orch cost`: what runs came to, by whatever it is asked by.

use crate::house::House;

fn house() -> House {
    let gates = "[[gate]]\nid = 'a'\nexecutor = 'agent'\nagent = 'poet'\n\
        [[gate]]\nid = 'b'\nexecutor = 'command'\ncommand = ['true']\n";
    House::new()
        .agents("")
        .workflow("demo", gates)
        .script("a", "# cost_usd: 0.25\n# input_tokens: 7\n# output_tokens: 3")
}

/// The lines of the table by their names, and the total: USD and tokens.
fn lines(house: &House, words: &str) -> Vec<(String, Option<f64>, Option<u64>)> {
    let json = house.orch(&format!("--json cost {words}")).code(0).json();
    let data = &json["data"];
    let line = |name: &str, line: &serde_json::Value| {
        (name.to_owned(), line["cost_usd"].as_f64(), line["tokens"].as_u64())
    };
    let all = data["lines"].as_array().unwrap();
    let mut lines: Vec<_> =
        all.iter().map(|one| line(one["name"].as_str().unwrap_or("unknown"), one)).collect();
    lines.push(line("total", &data["total"]));
    lines
}

#[test]
fn the_sum_of_the_invocations_is_the_cost_whatever_it_is_asked_by() {
    let house = house();
    house.orch("run demo").code(0);
    house.orch("run demo").code(0);
    let total = ("total".to_owned(), Some(0.5), Some(20));
    let one = |name: &str, usd, tokens| (name.to_owned(), usd, tokens);
    let ids: Vec<String> = house
        .run_folders()
        .iter()
        .map(|folder| folder.file_name().unwrap().to_string_lossy().into_owned())
        .collect();
    assert_eq!(
        lines(&house, ""),
        [one(&ids[0], Some(0.25), Some(10)), one(&ids[1], Some(0.25), Some(10)), total.clone()]
    );
    assert_eq!(
        lines(&house, "--by gate"),
        [one("a", Some(0.5), Some(20)), one("b", None, None), total.clone()]
    );
    assert_eq!(
        lines(&house, "--by agent"),
        [one("unknown", None, None), one("poet", Some(0.5), Some(20)), total.clone()]
    );
    assert_eq!(
        lines(&house, "--by model"),
        [one("unknown", None, None), one("scripted-model", Some(0.5), Some(20)), total.clone()]
    );
    assert_eq!(lines(&house, "--by day"), [one("2026-01-19", Some(0.5), Some(20)), total]);
    assert_eq!(
        lines(&house, &format!("--run {}", ids[0])),
        [one("a", Some(0.25), Some(10)), one("b", None, None), one("total", Some(0.25), Some(10))]
    );
}

#[test]
fn recorded_tokens_and_a_price_make_an_estimate_marked_as_one() {
    let house = House::new()
        .workflow("demo", "[[gate]]\nid = 'a'\nexecutor = 'agent'")
        .file("orch.toml", "[prices.m]\ninput_usd_per_million = 2\noutput_usd_per_million = 4\n");
    house.orch("run demo").code(3);
    let record = "invocation record --input-tokens 500000 --output-tokens 250000";
    house.orch(&format!("{record} --model m")).code(0);
    house.orch(&format!("{record} --model other")).code(0);
    house.orch(&format!("{record} --model m --cost 0.5")).code(0);
    let calls = house.record()["invocations"].clone();
    let told =
        |call: usize| (calls[call]["cost_usd"].as_f64(), calls[call]["cost_is_estimate"].as_bool());
    assert_eq!(told(0), (Some(2.0), Some(true)));
    assert_eq!(told(1), (None, Some(false)));
    assert_eq!(told(2), (Some(0.5), Some(false)));
    house
        .orch("cost --by model")
        .code(0)
        .says("m      2      ~2.5000")
        .says("other  1      unknown");
    house.orch("status").code(0).says("spent 2.50 USD (estimated), cost unknown for 1 of 3 calls");
}

#[test]
fn a_call_that_was_cut_off_costs_nobody_knows_what() {
    let house = house().script("a", "touch begun\nsleep 300");
    let mut child = house.start("run demo");
    crate::house::wait_until("the agent works", || house.exists("begun"));
    crate::house::signal(rustix::process::Signal::KILL, child.id());
    child.wait();
    let house = house.script("a", "# cost_usd: 0.25");
    house.orch("run resume").code(0);
    let cost = house.record()["cost"].clone();
    assert_eq!((cost["cost_usd"].as_f64(), cost["cost_unknown"].as_u64()), (Some(0.25), Some(1)));
    house.orch("cost --by agent").code(0).says("poet     2      0.2500 + 1?");
}
