//! `retry`: so many tries in all, with a pause that grows.

use crate::house::House;

fn house(retry: &str, passes_at: u32) -> House {
    House::new().workflow(
        "demo",
        &format!(
            "[[gate]]
             id = 'try'
             executor = 'command'
             shell = 'test $ORCH_ATTEMPT -ge {passes_at}'
             retry = {{ {retry} }}"
        ),
    )
}

#[test]
fn a_gate_is_tried_as_often_as_it_says() {
    let house = house("attempts = 3", 3);
    house.orch("run demo").code(0);
    assert_eq!(house.attempts("try"), "FAIL FAIL PASS");
}

#[test]
fn and_no_more_often() {
    let house = house("attempts = 2", 3);
    house.orch("run demo").code(1);
    assert_eq!(house.attempts("try"), "FAIL FAIL");
}

#[test]
fn pauses_lie_between_the_tries_and_grow() {
    let house = house("attempts = 3, delay = '10s', backoff = 3.0", 3);
    house.orch("run demo").code(0);
    let at = |number: u32, key: &str| {
        let attempt = house.attempt("try", number);
        attempt[key].as_str().unwrap().parse::<jiff::Timestamp>().unwrap().as_second()
    };
    let pause = |number: u32| at(number + 1, "started_at") - at(number, "finished_at");
    assert!((10..20).contains(&pause(1)), "{}", pause(1));
    assert!((30..40).contains(&pause(2)), "{}", pause(2));
}

#[test]
fn a_resumed_run_has_its_tries_anew() {
    let house = house("attempts = 2", 4);
    house.orch("run demo").code(1);
    house.orch("run resume").code(0);
    assert_eq!(house.attempts("try"), "FAIL FAIL FAIL PASS");
}
