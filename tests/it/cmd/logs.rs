//! `orch logs`: what a gate's program printed.

use crate::house::House;
use crate::house::wait_until;

#[test]
fn the_last_gate_is_meant_and_another_can_be_named() {
    let house = House::new().workflow(
        "demo",
        "[[gate]]
         id = 'a'
         executor = 'command'
         shell = 'echo out of a; echo err of a >&2'
         [[gate]]
         id = 'b'
         executor = 'command'
         shell = 'echo try $ORCH_ATTEMPT; test $ORCH_ATTEMPT = 2'
         retry = { attempts = 2 }",
    );
    house.orch("logs").code(2).says("there are no runs");
    house.orch("run demo").code(0);
    assert_eq!(house.orch("logs").code(0).stdout, "try 2\n");
    assert_eq!(house.orch("logs b --attempt 1").code(0).stdout, "try 1\n");
    let both = house.orch("logs a").code(0).says("gate a, attempt 1: ");
    assert_eq!((both.stdout.as_str(), both.stderr.contains("err of a\n")), ("out of a\n", true));
    let json = house.orch("logs a --json").code(0).json();
    assert_eq!(
        (&json["data"]["stdout"], &json["data"]["attempt"]),
        (&"out of a\n".into(), &1.into())
    );
    house.orch("logs b --attempt 3").code(2).says("gate b has no attempt 3");
    house.orch("logs c").code(2).says("gate `c` not found");
}

#[test]
fn it_is_followed_to_its_end_without_secrets() {
    let house = House::new().env("TOKEN", "sesame99open").workflow(
        "demo",
        "[[gate]]
         id = 'a'
         executor = 'command'
         secrets = ['TOKEN']
         shell = 'echo $TOKEN begins; touch begun; while [ ! -e go ]; do sleep 0.05; done; echo ends'",
    );
    let mut driver = house.start("run demo");
    wait_until("the gate begins", || house.exists("begun"));
    let listed = house.orch("run list --json").code(0).json();
    assert_eq!(
        (&listed["data"][0]["status"], &listed["data"][0]["gate"]),
        (&"RUNNING".into(), &"a".into())
    );
    let mut follower = house.start("logs --follow");
    wait_until("its first line shows", || follower.printed().contains("begins"));
    house.write("go", "");
    assert!(driver.wait().success() && follower.wait().success());
    let printed = follower.printed();
    assert!(printed.ends_with(" begins\nends\n") && !printed.contains("sesame"), "{printed}");
}

#[test]
fn a_line_without_an_end_is_followed_and_a_secret_in_it_stays_whole() {
    let house = House::new().env("TOKEN", "sesame99open").workflow(
        "demo",
        r#"[[gate]]
         id = 'a'
         executor = 'command'
         secrets = ['TOKEN']
         shell = '''
         head -c 100000 /dev/zero | tr '\0' x; printf %s "${TOKEN%open}"
         touch begun; while [ ! -e go ]; do sleep 0.05; done
         printf 'open é'; head -c 100000 /dev/zero | tr '\0' y; echo; echo ends
         '''"#,
    );
    let mut driver = house.start("run demo");
    wait_until("the gate begins", || house.exists("begun"));
    let mut follower = house.start("logs --follow");
    let shown = |printed: &str| printed.matches('x').count();
    wait_until("the line shows", || shown(&follower.printed()) > 99_000);
    assert!(!follower.printed().contains("sesame"));
    house.write("go", "");
    assert!(driver.wait().success() && follower.wait().success());
    let printed = follower.printed();
    assert!(!printed.contains("sesame") && printed.ends_with("y\nends\n"));
    assert_eq!((shown(&printed), printed.matches('y').count()), (100_000, 100_000));
    assert_eq!(printed.matches(" é").count(), 1);
    let again = house.orch("logs").code(0).stdout;
    assert!(printed.ends_with(&again), "{}", again.len());
}
