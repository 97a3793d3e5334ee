//! `gate check --hook`: what keeps an agent's program from stopping, and what does not.

use crate::house::Done;
use crate::house::House;

/// A gate that waits for an agent, and one behind it that waits for a person.
fn house() -> House {
    let house = House::new()
        .workflow(
            "demo",
            "[[gate]]
             id = 'write'
             executor = 'agent'
             contract = 'draft'
             [[gate]]
             id = 'look'
             executor = 'human'
             contract = 'seen'",
        )
        .contract(
            "draft",
            "[[output]]\npath = 'a.md'\nchecks = [{ kind = 'word_count', min = 3 }]\n",
        )
        .leaves("seen", "seen.txt");
    house.orch("run demo").code(3);
    house.write("a.md", "two words\n");
    house
}

/// The hook, told whether its program goes on because of it already.
fn hook(house: &House, words: &str, is_active: bool) -> Done {
    let json = format!("printf '{{\"stop_hook_active\": {is_active}}}' | \"$@\"");
    house.orch_in(&json, &format!("gate check --hook {words}"))
}

#[test]
fn a_gate_that_fails_by_its_form_keeps_its_agent() {
    let house = house();
    let done = hook(&house, "--run demo", false).code(2);
    assert_eq!(done.stdout, "");
    assert!(
        done.stderr.starts_with("gate write does not pass yet:\nerror: a.md"),
        "{}",
        done.stderr
    );
    let house = house.env("ORCH_RUN", "demo");
    hook(&house, "", false).code(2);
    house.write("a.md", "three whole words\n");
    hook(&house, "", false).code(0);
}

#[test]
fn an_agent_that_goes_on_already_is_let_go_where_nothing_has_changed() {
    let house = house();
    hook(&house, "--run demo", false).code(2);
    let done = hook(&house, "--run demo", true).code(0);
    assert_eq!(done.stderr, "");
    hook(&house, "--run demo", false).code(2);
    house.write("a.md", "one\n");
    hook(&house, "--run demo", true).code(2);
    hook(&house, "--run demo", true).code(0);
}

#[test]
fn nobody_is_kept_by_what_is_no_work_of_an_agent() {
    let house = house();
    // No run is named: this may be a program that has nothing to do with it.
    hook(&house, "", false).code(0);
    house.write("a.md", "three whole words\n");
    house.orch("gate finish").code(0);
    hook(&house, "--run demo", false).code(0);
    hook(&house, "--run demo --gate look", false).code(0);
    house.orch("gate fail --reason no").code(0);
    hook(&house, "--run demo --gate write", false).code(0);
}

#[test]
fn nobody_is_kept_by_an_error_which_is_told() {
    let house = house();
    hook(&house, "--run nope", false).code(0).says("run `nope` not found");
    hook(&house, "--run demo --gate writ", false).code(0).says("did you mean `write`?");
    house.write("orch.toml", "[agents");
    hook(&house, "--run demo", false).code(0).says("orch.toml:1");
    // What is piped into it need not be JSON.
    house.remove("orch.toml");
    house.orch_in("echo no | \"$@\"", "gate check --hook --run demo").code(2);
}
