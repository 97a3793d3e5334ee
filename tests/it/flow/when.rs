//! `when`: judged when the gate is ready; a skipped gate satisfies what follows.

use crate::house::House;

fn house(when: &str) -> House {
    House::new().workflow(
        "demo",
        &format!(
            "[inputs]
             depth = {{ type = 'choice', choices = ['quick', 'deep'], default = 'quick' }}
             [[gate]]
             id = 'ask'
             executor = 'human'
             answers = {{ ship = {{ type = 'bool', help = 'Ship it?' }} }}
             [[gate]]
             id = 'maybe'
             executor = 'command'
             command = ['true']
             when = \"{when}\"
             [[gate]]
             id = 'last'
             executor = 'command'
             command = ['true']"
        ),
    )
}

#[test]
fn an_input_decides() {
    let house = house("{{ depth == 'deep' }}");
    house.orch("run demo").code(3);
    house.orch("gate finish --answer ship=true").code(0);
    assert_eq!(house.gates(), "ask PASS, maybe SKIPPED, last PASS");
    house.orch("run demo --depth deep").code(3);
    house.orch_with(&["gate", "finish", "--run", &house.run_id(), "--answer", "ship=true"]).code(0);
    assert_eq!(house.gates(), "ask PASS, maybe PASS, last PASS");
}

#[test]
fn an_answer_decides() {
    let house = house("{{ gates.ask.answers.ship }}");
    house.orch("run demo").code(3);
    house.orch("gate finish --answer ship=false").code(0);
    assert_eq!(house.gates(), "ask PASS, maybe SKIPPED, last PASS");
    assert_eq!(house.record()["gates"][1]["attempts"].as_array().unwrap().len(), 0);
}

#[test]
fn anything_but_true_or_false_is_a_failure() {
    let house = house("{{ depth | upper }}");
    house.orch("run demo").code(3);
    house.orch("gate finish --answer ship=true").says("true");
    assert_eq!(house.record()["status"], "FAILED");
    assert_eq!(house.gates(), "ask PASS, maybe FAIL, last NOT_STARTED");
}
