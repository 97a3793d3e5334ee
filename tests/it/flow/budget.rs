//! Budgets: what they carry begins, what they do not waits for more, and what passes them
//! while it runs is ended.

use crate::house::House;
use crate::house::is_alive;
use crate::house::wait_until;
use std::time::Instant;

/// Gates of agents, one after the other.
pub fn agents(gates: &[(&str, &str)]) -> String {
    let gate =
        |(id, more): &(&str, &str)| format!("[[gate]]\nid = '{id}'\nexecutor = 'agent'\n{more}\n");
    gates.iter().map(gate).collect()
}

pub fn usd(amount: f64) -> String {
    format!("# cost_usd: {amount}")
}

#[test]
fn no_gate_starts_that_the_budget_cannot_carry() {
    let gates = agents(&[("a", ""), ("b", ""), ("c", "")]);
    let house = House::new()
        .agents("")
        .workflow("demo", &format!("[budget]\nusd = 1.0\n{gates}"))
        .script("a", &usd(0.3))
        .script("b", &usd(0.45))
        .script("c", &usd(0.1));
    let done = house.orch("run demo").code(4);
    let reason = "the budget of 1.00 USD has 0.25 USD left, but gate c may need 0.45 USD";
    done.says(&format!("PAUSED ({reason})")).says("orch run resume --budget …");
    assert_eq!(house.gates(), "a PASS, b PASS, c NOT_STARTED");
    let record = house.record();
    assert_eq!(record["status"], "PAUSED");
    assert_eq!(record["cost"]["cost_usd"], 0.75);
    assert_eq!(record["budget"]["usd"], 1.0);
    // Without more it stops again, with the same words; nothing is begun.
    house.orch("run resume").code(4).says(reason);
    let status = house.orch("status").code(0).says("spent 0.75 USD of 1.00 USD\n");
    assert!(status.stdout.contains("PAUSED"));
    house.orch("run resume --budget 2").code(0);
    assert_eq!(house.gates(), "a PASS, b PASS, c PASS");
    house.orch("verify").code(0);
}

#[test]
fn what_was_spent_to_the_last_cent_is_spent() {
    let house = House::new()
        .agents("")
        .workflow("demo", &agents(&[("a", ""), ("b", "")]))
        .script("a", &usd(0.5));
    house.orch("run demo --budget 0.5").code(4).says("PAUSED (the budget of 0.50 USD is spent)");
    let json = house.orch("--json status").json();
    let data = &json["data"];
    let figures = ["budget_usd", "cost_usd", "remaining_usd"].map(|name| data[name].as_f64());
    assert_eq!(figures, [Some(0.5), Some(0.5), Some(0.0)]);
    house.orch("run demo --budget -1").code(2).says("is not a valid amount");
    house.orch("run resume --budget much").code(2).says("expected an amount, such as 2.50");
}

#[test]
fn gates_side_by_side_cannot_overspend_together() {
    let more = "needs = []\nbudget = { usd = 0.6 }";
    let house = House::new()
        .agents("")
        .workflow("demo", &format!("[budget]\nusd = 1.0\n{}", agents(&[("a", more), ("b", more)])))
        .script(
            "a",
            &format!(
                "{}\nls side.* 2>/dev/null >>seen; touch side.a; sleep 0.5; rm side.a",
                usd(0.5)
            ),
        )
        .script(
            "b",
            &format!(
                "{}\nls side.* 2>/dev/null >>seen; touch side.b; sleep 0.5; rm side.b",
                usd(0.5)
            ),
        );
    house
        .orch("run demo --jobs 2")
        .code(4)
        .says("the budget of 1.00 USD has 0.50 USD left, but gate b may need 0.60 USD");
    // Each alone fits and both do not: the second waited for the first, and did not fit then.
    assert_eq!(
        (house.gates().as_str(), house.read("seen").as_str()),
        ("a PASS, b NOT_STARTED", "")
    );
    house.orch("run resume --budget 1.2").code(0);
}

/// A house whose agent prints what its script prints, each line an amount on top of the last.
fn streaming(house: House, more: &str) -> House {
    let text = format!(
        "[defaults]\nagent = 'drip'\n[agents.drip]\ncommand = ['sh', '-c', '. \"$ORCH_TEST_SCRIPTS/$ORCH_GATE.sh\"']\n\
         output = {{ format = 'jsonl', cost_usd = '/usd', input_tokens = '/tokens', counts = 'sum' }}\n{more}"
    );
    house.file("orch.toml", &text)
}

/// Tells an amount, starts a child, and would go on for long.
const DRIP: &str = "sleep 300 & echo $! >child.pid\necho '{\"usd\": 0.4, \"tokens\": 70}'\nsleep 0.5\n\
    echo '{\"usd\": 0.4, \"tokens\": 70}'\nsleep 300\n";

#[test]
fn an_agent_is_ended_when_its_stream_passes_the_budget() {
    let start = Instant::now();
    let house = streaming(House::new(), "")
        .workflow("demo", &agents(&[("a", ""), ("b", "")]))
        .script("a", DRIP);
    house.orch("run demo --budget 0.7").code(4).says("PAUSED (the budget of 0.70 USD is spent)");
    assert!(start.elapsed().as_secs() < 15, "{:?}", start.elapsed());
    let child = house.read("child.pid");
    wait_until("the child is gone", || !is_alive(&child));
    let attempt = house.attempt("a", 1);
    assert_eq!(attempt["status"], "INTERRUPTED");
    assert_eq!(attempt["failure_reason"], "the budget of 0.70 USD is spent");
    let call = &attempt["invocations"][0];
    assert_eq!(
        (call["cost_usd"].as_f64(), call["status"].as_str()),
        (Some(0.8), Some("INTERRUPTED"))
    );
    let house = house.script("a", "echo '{\"usd\": 0.1}'").script("b", "");
    house.orch("run resume --budget 3").code(0);
    assert_eq!(
        (house.attempts("a").as_str(), house.gates().as_str()),
        ("INTERRUPTED PASS", "a PASS, b PASS")
    );
    assert_eq!(house.record()["cost"]["cost_usd"], 0.9);
}

#[test]
fn streams_side_by_side_are_ended_by_their_sum() {
    let drip = "echo '{\"usd\": 0.6}'\nsleep 300";
    // What their calls cost is known by then, as far as anybody can.
    let before = "echo '{\"usd\": 0.01}'";
    let after = "needs = ['z']";
    let house = streaming(House::new(), "")
        .workflow("demo", &agents(&[("y", ""), ("z", ""), ("a", after), ("b", after)]))
        .script("y", before)
        .script("z", before)
        .script("a", drip)
        .script("b", drip);
    house.orch("run demo --budget 1 --jobs 2").code(4).says("the budget of 1.00 USD is spent");
    assert_eq!(house.attempts("a") + &house.attempts("b"), "INTERRUPTEDINTERRUPTED");
    assert_eq!(house.record()["cost"]["cost_usd"], 1.22);
}

/// Eight gates side by side under a budget of 1.00, and what each of them costs.
fn eight(house: House, costs: [&str; 8]) -> House {
    let ids = ["a", "b", "c", "d", "e", "f", "g", "h"];
    let gates: Vec<(&str, &str)> = ids.iter().map(|id| (*id, "needs = []")).collect();
    let house = house.workflow("demo", &format!("[budget]\nusd = 1.0\n{}", agents(&gates)));
    ids.iter().zip(costs).fold(house, |house, (id, cost)| {
        house.script(id, &format!("# cost_usd: {cost}\nsleep 0.1"))
    })
}

fn cost(house: &House) -> f64 {
    house.record()["cost"]["cost_usd"].as_f64().unwrap()
}

#[test]
fn first_calls_side_by_side_are_one_call_over_at_most() {
    let house = eight(House::new().agents(""), ["0.9"; 8]);
    house.orch("run demo --jobs 8").code(4);
    assert!(cost(&house) <= 1.9, "{}", cost(&house));
    house.orch("run resume --jobs 8 --budget 2").code(4);
    assert!(cost(&house) <= 2.9, "{}", cost(&house));
}

#[test]
fn a_call_that_costs_far_more_than_the_first_is_one_call_over_at_most() {
    for first in ["0.01", "0.1", "unknown", "0"] {
        let mut costs = ["0.9"; 8];
        costs[0] = first;
        let house = eight(House::new().agents(""), costs);
        house.orch("run demo --jobs 8").code(4);
        assert!(cost(&house) <= 1.9, "{first}: {}", cost(&house));
    }
}

#[test]
fn a_call_is_dear_after_many_cheap_ones_and_the_run_one_call_over_at_most() {
    for costs in [
        ["0.01", "0.01", "0.01", "0.9", "0.9", "0.9", "0.9", "0.9"],
        ["0.01", "0.01", "0.01", "0.01", "0.01", "0.95", "0.95", "0.95"],
        ["0.05", "0.05", "0.05", "0.05", "0.6", "0.6", "0.6", "0.6"],
    ] {
        let house = eight(House::new().agents(""), costs);
        house.orch("run demo --jobs 8").code(4);
        let dearest: f64 = costs[7].parse().unwrap();
        assert!(cost(&house) <= 1.0 + dearest + 1e-9, "{costs:?}: {}", cost(&house));
    }
}

#[test]
fn a_fan_out_of_two_agents_with_retries_is_one_call_over_at_most() {
    let each =
        "each = { in = \"{{ [1, 2, 3, 4] }}\", as = 'n' }\nneeds = []\nretry = { attempts = 3 }";
    let other = format!("{each}\nagent = 'other'");
    let rest = agents(&[("a", each), ("b", &other)]);
    let house = House::new()
        .file(
            "orch.toml",
            "[defaults]\nagent = 'one'\n[agents.one]\ncommand = ['sh', 'x.sh', '1']\n\
             output = { format = 'json', cost_usd = '/cost' }\n[agents.other]\n\
             command = ['sh', 'x.sh', '2']\noutput = { format = 'json', cost_usd = '/cost' }\n",
        )
        .file("x.sh", "cat >/dev/null; sleep 0.1; echo '{\"cost\":0.9}'; exit 1\n")
        .workflow("demo", &format!("[budget]\nusd = 1.0\n{rest}"));
    house.orch("run demo --jobs 8").code(4);
    assert!(cost(&house) <= 1.9, "{}", cost(&house));
}

#[test]
fn calls_whose_cost_is_told_or_stated_go_side_by_side() {
    let seen = "ls side.* 2>/dev/null >>seen; touch side.$ORCH_GATE; sleep 0.5; rm side.$ORCH_GATE";
    let house = |more: &str| {
        let after = format!("needs = ['z']\n{more}");
        House::new()
            .agents("")
            .workflow(
                "demo",
                &format!(
                    "[budget]\nusd = 9.0\n{}",
                    agents(&[("y", more), ("z", more), ("a", &after), ("b", &after)])
                ),
            )
            .script("a", &format!("{}\n{seen}", usd(0.1)))
            .script("b", &format!("{}\nsleep 0.2\n{seen}", usd(0.1)))
    };
    let unknown = "# cost_usd: unknown";
    let told = house("").script("y", &usd(0.1)).script("z", &usd(0.1));
    told.orch("run demo --jobs 2").code(0);
    assert_ne!(told.read("seen"), "");
    let stated = house("budget = { usd = 0.5 }").script("y", unknown).script("z", unknown);
    stated.orch("run demo --jobs 2").code(0);
    assert_ne!(stated.read("seen"), "");
    let neither = house("").script("y", unknown).script("z", unknown);
    neither.orch("run demo --jobs 2").code(0);
    assert_eq!(neither.read("seen"), "");
}

#[test]
fn a_budget_that_cannot_bind_is_told_at_the_start() {
    let agent = "[defaults]\nagent = 'mute'\n[agents.mute]\ncommand = ['true']\n";
    let house = House::new()
        .file("orch.toml", agent)
        .workflow("demo", &format!("[budget]\nusd = 1.0\n{}", agents(&[("a", ""), ("b", "")])));
    let done = house.orch("run demo").code(0).says(
        "agent mute does not report its cost, so the budget of 1.00 USD does not limit it; \
         set `minutes` to limit it",
    );
    assert_eq!(done.stderr.matches("does not limit it").count(), 1, "{}", done.stderr);
    let house = house
        .workflow("demo", &format!("[budget]\nusd = 1.0\nminutes = 5\n{}", agents(&[("a", "")])));
    house.orch("run demo").code(0).says("does not limit it; the budget of 5.0 minutes does");
}

#[test]
fn gates_and_agents_have_budgets_of_their_own_and_anew_with_more() {
    let house = streaming(House::new(), "[agents.poet]\nuse = 'drip'\nbudget = { usd = 0.5 }\n")
        .workflow("demo", &agents(&[("a", "budget = { tokens = 100 }"), ("b", "agent = 'poet'")]))
        .script("a", DRIP)
        .script("b", "echo '{\"usd\": 0.6}'");
    house.orch("run demo").code(4).says("PAUSED (the budget of 100 tokens of gate a is spent)");
    house.orch("run resume").code(4).says("the budget of 100 tokens of gate a is spent");
    let house = house.script("a", "echo '{\"tokens\": 90}'");
    house.orch("run resume --budget 9").code(0);
    assert_eq!(house.attempts("a"), "INTERRUPTED PASS");
}

#[test]
fn a_budget_of_an_agent_is_shared_by_all_that_stand_on_it() {
    let purses = |budget: &str| {
        let more =
            format!("[agents.poet]\nuse = 'claude'\n[agents.judge]\nuse = 'claude'\n{budget}");
        let house = House::new().agents(&format!("budget = {{ usd = 1.0 }}\n{more}"));
        let gates = [("a", "agent = 'poet'"), ("b", "agent = 'judge'"), ("c", "agent = 'other'")];
        let house = house.workflow("demo", &agents(&gates));
        house.script("a", &usd(0.6)).script("b", &usd(0.6)).script("c", &usd(0.1))
    };
    let shared = purses("");
    let said = "the budget of 1.00 USD of agent claude is spent";
    shared.orch("run demo").code(4).says(said);
    assert_eq!(shared.gates(), "a PASS, b PASS, c NOT_STARTED");
    shared.orch("run resume").code(4).says(said);
    let own = purses("budget = { usd = 0.5 }");
    own.orch("run demo").code(0);
    assert_eq!(own.gates(), "a PASS, b PASS, c PASS");
}

#[test]
fn minutes_bound_commands_too() {
    let house = House::new().workflow(
        "demo",
        "[budget]\nminutes = 0.01\n[[gate]]\nid = 'slow'\nexecutor = 'command'\nshell = 'sleep 300'\n",
    );
    house.orch("run demo").code(4).says("the budget of 0.0100 minutes is spent");
    // A command is not run twice unasked.
    assert_eq!(house.gates(), "slow WAITING");
    assert_eq!(house.attempt("slow", 1)["status"], "INTERRUPTED");
}

#[test]
fn commands_and_persons_go_on_without_money() {
    let gates = agents(&[("a", ""), ("b", "needs = ['a']")]);
    let command = "[[gate]]\nid = 'c'\nexecutor = 'command'\ncommand = ['true']\nneeds = ['a']\n";
    let house = House::new()
        .agents("")
        .workflow("demo", &format!("[budget]\nusd = 0.1\n{gates}{command}"))
        .script("a", &usd(0.1));
    house.orch("run demo").code(4);
    assert_eq!(house.gates(), "a PASS, b NOT_STARTED, c PASS");
    house.orch("run resume --agent none").code(3);
    assert_eq!(house.gates(), "a PASS, b WAITING, c PASS");
}

#[test]
fn a_warning_comes_once_and_stays_in_the_status() {
    let gates = agents(&[("a", ""), ("b", ""), ("c", "")]);
    let house = House::new()
        .agents("")
        .workflow("demo", &gates)
        .script("a", &usd(0.5))
        .script("b", &usd(0.35))
        .script("c", &usd(0.05));
    let text = house.read("orch.toml") + "[budget]\nusd = 1.5\nwarn_at = 0.5\n";
    let house = house.file("orch.toml", &text);
    let done =
        house.orch("run demo").code(0).says("warning: 0.85 USD of the budget of 1.50 USD is spent");
    assert_eq!(done.stderr.matches("warning: 0.").count(), 1, "{}", done.stderr);
    house.orch("status").code(0).says("spent 0.90 USD of 1.50 USD  near the limit");
}

#[test]
fn claude_is_ended_by_what_its_messages_tell_and_their_price() {
    let house = House::new()
        .file(
            "orch.toml",
            "[defaults]\nagent = 'claude'\n[agents.claude]\npreset = 'claude'\n\
             command = ['sh', '-c', '. \"$ORCH_TEST_SCRIPTS/$ORCH_GATE.sh\"']\n",
        )
        .workflow("demo", &agents(&[("a", "")]))
        .script(
            "a",
            "echo '{\"type\":\"system\",\"subtype\":\"init\",\"model\":\"claude-sonnet-4-5-20250929\"}'\n\
             start='{\"type\":\"stream_event\",\"event\":{\"message\":{\"usage\":{\"input_tokens\":500000,\"output_tokens\":1}}}}'\n\
             end='{\"type\":\"stream_event\",\"event\":{\"usage\":{\"output_tokens\":10}}}'\n\
             echo \"$start\"\necho \"$end\"\nsleep 1\necho \"$start\"\necho \"$end\"\nsleep 300\n",
        );
    house.orch("run demo --budget 2").code(4).says("the budget of 2.00 USD is spent");
    let call = house.attempt("a", 1)["invocations"][0].clone();
    assert_eq!(
        (call["input_tokens"].as_u64(), call["output_tokens"].as_u64()),
        (Some(1_000_000), Some(20))
    );
    assert_eq!(
        (call["cost_usd"].as_f64(), call["cost_is_estimate"].as_bool()),
        (Some(3.0003), Some(true))
    );
}

#[test]
fn a_sitting_whose_budget_is_spent_outside_ends() {
    let house = House::new().workflow("demo", &agents(&[("a", "")]));
    house.orch("session start --epic rain --workflow demo --budget 1").code(0);
    house.orch("gate start --gate a").code(0);
    let status = || house.orch("--json session status").json()["data"]["status"].clone();
    house.orch("invocation record --cost 0.4").code(0);
    assert_eq!(status(), "running");
    house.orch("invocation record --cost 0.7").code(0);
    assert_eq!(status(), "budget_exceeded");
    assert_eq!(house.record()["status"], "PAUSED");
    assert_eq!(house.record()["reason"], "the budget of 1.00 USD is spent");
    house.orch("session start --epic rain --resume --budget 3").code(0);
    assert_eq!(status(), "running");
}
