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
    house.orch("run demo").code(1).says("did not end within 1.0s");
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
