//! `orch open`: what a gate was handed and what it left behind.

use crate::house::House;

fn house() -> House {
    House::new()
        .workflow(
            "demo",
            "[[gate]]
             id = 'a'
             executor = 'command'
             shell = 'echo try $ORCH_ATTEMPT > a.txt; test $ORCH_ATTEMPT = 2'
             contract = 'c'
             retry = { attempts = 2 }
             [[gate]]
             id = 'b'
             executor = 'human'
             prompt = 'b.md'
             [[gate]]
             id = 'c'
             executor = 'human'",
        )
        .leaves("c", "a.txt")
        .file("prompts/b.md", "Read a.txt.\n")
}

#[test]
fn packet_and_outputs_are_printed_where_nobody_has_a_terminal() {
    let house = house();
    house.orch("open").code(2).says("there are no runs");
    house.orch("run demo").code(3);
    insta::assert_snapshot!(house.orch("open a").code(0).shown(), @"
    exit 0
    -- stdout
    gate a, attempt 2: PASS

    --- output a.txt
    try 2
    -- stderr
    ");
    let packet = house.orch("open").code(0).says("gate b, attempt 1: WAITING").stdout;
    assert!(packet.contains("--- packet orchestration/runs/") && packet.contains("Read a.txt."));
    house.write("a.txt", "other\n");
    house.orch("open a").code(0).says("--- output a.txt (changed since the attempt)\nother\n");
    house.remove("a.txt");
    house.orch("open a --attempt 1").code(0).says("gate a, attempt 1: FAIL");
    house.orch("open a").code(0).says("--- output a.txt (a.txt does not exist)\n");
    house.orch("open c").code(2).says("gate c has not started yet").says("orch status");
    house.orch("open d").code(2).says("gate `d` not found");
    house.orch("open a --attempt 3").code(2).says("gate a has no attempt 3; it has 2");
}

#[test]
fn json_has_the_paths_and_the_texts() {
    let house = house();
    house.orch("run demo").code(3);
    let data = &house.orch("open a --json").code(0).json()["data"];
    assert_eq!((&data["gate"], &data["attempt"]), (&"a".into(), &2.into()));
    let output = data["files"].as_array().unwrap().last().unwrap();
    insta::assert_json_snapshot!(output, @r#"
    {
      "role": "output",
      "path": "a.txt",
      "text": "try 2\n",
      "remark": null
    }
    "#);
}

#[test]
fn on_a_terminal_it_is_read_in_the_pager() {
    let house = house().env("PAGER", "cat");
    house.orch("run demo").code(3);
    let done = house.on_terminal("open b", &[("Read a.txt.", "")]);
    assert_eq!(done.code, 0, "{}", done.shown());
    let house = house.env("PAGER", "no-such-pager");
    let done = house.on_terminal("open b", &[("set PAGER", "")]);
    assert!(done.code == 0 && done.stdout.contains("Read a.txt."), "{}", done.shown());
}
