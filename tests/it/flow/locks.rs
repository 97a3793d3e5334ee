//! Locks: gates that name the same one are never at work together.

use crate::house::House;

fn house() -> House {
    let gate = |id: &str| {
        format!(
            "[[gate]]
             id = '{id}'
             executor = 'command'
             needs = []
             locks = ['database']
             shell = 'echo in >> seen; sleep 0.3; echo out >> seen'\n"
        )
    };
    House::new().workflow("demo", &(gate("one") + &gate("two")))
}

#[test]
fn two_gates_of_a_run_go_one_after_the_other() {
    let house = house();
    house.orch("run demo --jobs 4").code(0);
    assert_eq!(house.read("seen"), "in\nout\nin\nout\n");
}

#[test]
fn so_do_gates_of_two_runs() {
    let house = house();
    let mut first = house.start("run demo --again --jobs 4");
    house.orch("run demo --again --jobs 4").code(0);
    assert!(first.wait().success());
    assert_eq!(house.read("seen"), "in\nout\n".repeat(4));
}
