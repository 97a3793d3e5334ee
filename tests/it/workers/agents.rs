//! The slots of agents: as many processes of one agent as may be, over all runs; and its rest after its
//! provider asked for a pause. What waits for it spends no try and takes no slot of the pool.

use super::committed;
use super::orch;
use crate::house::House;
use crate::house::wait_until;

/// Runs of one gate each, whose agent leaves a line in a ledger when it begins and when it is done.
fn house(pool: &str, work: &str) -> House {
    let house = House::new();
    let ledger = house.outside("ledger").display().to_string();
    let work = work.replace("{ledger}", &ledger);
    let agent = |name: &str| {
        format!(
            "[agents.{name}]
             command = ['sh', '-c', '''
             echo begin {name} $ORCH_RUN >> {ledger}
             {work}
             echo end {name} $ORCH_RUN >> {ledger}''', '{name}']
             backoff = {{ delay = '1ms' }}
             [agents.{name}.output]
             format = 'jsonl'
             [agents.{name}.output.transient]
             fields = {{ '/code' = '^429$' }}
             retry_after = '/after'\n"
        )
    };
    let config = format!("[pool]\n{pool}\n{}{}", agent("slow"), agent("other"));
    let gate = |agent: &str| {
        format!(
            "key = '{{{{ key }}}}'
             [inputs]
             key = {{ type = 'slug', help = 'which' }}
             [[gate]]
             id = 'work'
             executor = 'agent'
             agent = '{agent}'"
        )
    };
    let house = house.file("orch.toml", &config);
    committed(house.workflow("slow", &gate("slow")).workflow("other", &gate("other")))
}

fn ledger(house: &House) -> Vec<String> {
    let text = std::fs::read_to_string(house.outside("ledger")).unwrap_or_default();
    text.lines().map(str::to_owned).collect()
}

fn passed(house: &House, runs: usize) {
    wait_until("all runs have passed", || {
        let list = orch(house, "list --all --json").json();
        let list = list["data"].as_array().unwrap();
        list.len() == runs && list.iter().all(|run| run["status"] == "PASSED")
    });
}

#[test]
fn one_agent_has_as_many_processes_as_it_may_have_and_others_go_past_it() {
    let house = house("slots = 2\nper_agent = { slow = 1 }", "sleep 0.7");
    orch(&house, "spawn a b c --workflow slow").code(0);
    orch(&house, "spawn d --workflow other").code(0);
    passed(&house, 4);
    let ledger = ledger(&house);
    let slow: Vec<&str> = ledger
        .iter()
        .filter(|line| line.contains(" slow "))
        .map(|line| line.split(' ').next().unwrap())
        .collect();
    assert_eq!(slow, ["begin", "end"].repeat(3), "{ledger:?}");
    // The three that share an agent do not fill both slots of the pool.
    let other = ledger.iter().position(|line| line.starts_with("begin other")).unwrap();
    assert!(other < 4, "{ledger:?}");
    for run in orch(&house, "list --all --json").json()["data"].as_array().unwrap() {
        let id = run["run_id"].as_str().unwrap();
        let shown = orch(&house, &format!("run show --run {id} --json")).json();
        assert_eq!(shown["data"]["gates"][0]["attempts"].as_array().unwrap().len(), 1);
    }
}

#[test]
fn an_agent_whose_provider_asks_for_a_pause_rests_in_all_runs() {
    let limited = "test $(wc -l < {ledger}) = 1 && echo '{\"code\": 429, \"after\": 4}' && exit 1";
    let house = house("slots = 1", limited);
    orch(&house, "spawn a --workflow slow").code(0);
    wait_until("the first call", || ledger(&house).len() == 1);
    let cut = std::time::Instant::now();
    orch(&house, "spawn b --workflow slow").code(0);
    orch(&house, "spawn c --workflow other").code(0);
    wait_until("the first call", || {
        ledger(&house).iter().any(|line| line.starts_with("end other"))
    });
    assert!(cut.elapsed() < std::time::Duration::from_secs(4), "it waited for the other agent");
    assert_eq!(ledger(&house).iter().filter(|line| line.contains(" slow ")).count(), 1);
    let list = orch(&house, "list").code(0);
    list.says("waits until 20");
    orch(&house, "status --run _b_")
        .code(0)
        .says("waits for agent slow, which is not started before");
    passed(&house, 3);
    assert!(cut.elapsed() > std::time::Duration::from_secs(3), "{:?}", cut.elapsed());
    assert_eq!(ledger(&house).iter().filter(|line| line.starts_with("end slow")).count(), 2);
    // Nobody is asked, and no try is spent.
    let shown = orch(&house, "run show --run _a_ --json").json();
    let attempts = shown["data"]["gates"][0]["attempts"].as_array().unwrap();
    assert_eq!(attempts.len(), 2);
    orch(&house, "verify --all").code(0);
}

#[test]
fn a_run_in_the_foreground_says_what_it_waits_for() {
    let house = house("per_agent = { slow = 1 }", "sleep 3");
    orch(&house, "spawn a --workflow slow").code(0);
    wait_until("the first call", || ledger(&house).len() == 1);
    let done = orch(&house, "run slow --key b").code(0);
    done.says("WAITING work  (waits for agent slow: 1 of 1 are at work)").says("PASSED");
}

#[test]
fn an_agent_that_there_is_not_is_told() {
    let house = house("per_agent = { slwo = 1 }", "true");
    let done = orch(&house, "list").code(2);
    done.says("unknown agent `slwo`").says("did you mean `slow`?").says("orch.toml:2");
    let house = self::house("per_agent = { slow = 0 }", "true");
    orch(&house, "list").code(2).says("orch.toml:2");
}
