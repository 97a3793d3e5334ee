//! `timeout`: the whole process group ends, and the attempt with it.

use crate::house::House;
use crate::house::is_alive;
use crate::house::wait_until;

#[test]
fn a_timeout_ends_the_whole_process_group() {
    let house = House::new().workflow(
        "demo",
        "[[gate]]
         id = 'slow'
         executor = 'command'
         shell = '''
         sleep 300 &
         echo $! > child.pid
         sleep 300
         '''
         timeout = '1s'",
    );
    house.orch("run demo").code(1).says("timed out after 1.0s");
    assert_eq!(house.gates(), "slow FAIL");
    assert_eq!(house.attempt("slow", 1)["invocations"][0]["status"], "TIMEOUT");
    let child = house.read("child.pid");
    wait_until("the grandchild is gone", || !is_alive(&child));
}

#[test]
fn a_timeout_spends_a_try_and_the_next_one_may_pass() {
    let house = House::new().workflow(
        "demo",
        "[[gate]]
         id = 'slow'
         executor = 'command'
         shell = 'test $ORCH_ATTEMPT = 2 || sleep 300'
         timeout = '1s'
         retry = { attempts = 2 }",
    );
    house.orch("run demo").code(0);
    assert_eq!(house.attempts("slow"), "FAIL PASS");
}

#[test]
fn commands_whose_minutes_are_over_have_their_last_words_side_by_side() {
    let gate = |id: &str| {
        format!(
            "[[gate]]\nid = '{id}'\nexecutor = 'command'\nneeds = []\n\
             shell = 'trap \"sleep 2; echo {id} >> words; exit 1\" TERM; sleep 60 & wait'\n"
        )
    };
    let house = House::new().workflow(
        "demo",
        &format!("[budget]\nminutes = 0.02\n{}{}{}", gate("a"), gate("b"), gate("c")),
    );
    let begun = std::time::Instant::now();
    house.orch("run demo --jobs 3").code(4);
    let took = begun.elapsed();
    let mut words: Vec<String> = house.read("words").lines().map(str::to_owned).collect();
    words.sort_unstable();
    assert_eq!(words, ["a", "b", "c"]);
    assert!(took.as_secs_f64() < 5.9, "{took:?}");
}
