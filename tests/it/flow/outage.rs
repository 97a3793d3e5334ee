//! What an agent needs around it fails for a while: no try is spent, it is called again after a pause,
//! and in the end somebody is asked.

use crate::house::House;
use crate::house::child;

/// One gate of an agent that overloads its provider as long as no file `well` is there.
fn house(backoff: &str) -> House {
    House::new()
        .agents(&format!("backoff = {{ {backoff} }}\n"))
        .workflow("demo", "[[gate]]\nid = 'write'\nexecutor = 'agent'\ncontract = 'out'")
        .leaves("out", "out.md")
}

const OVERLOADED: &str = "# error: API Error: Repeated 529 Overloaded errors\nexit 1";

#[test]
fn an_overloaded_provider_spends_no_try() {
    let house = house("delay = '1ms'")
        .script("write.1", OVERLOADED)
        .script("write.2", "exit 75")
        .script("write", "echo x > out.md");
    house.orch("run demo").code(0).says("Overloaded errors; next attempt in 1ms");
    assert_eq!(house.attempts("write"), "INTERRUPTED INTERRUPTED PASS");
    house.orch("verify").code(0);
}

#[test]
fn pauses_are_kept_and_grow() {
    let house = house("delay = '30s'")
        .script("write.1", OVERLOADED)
        .script("write.2", OVERLOADED)
        .script("write", "echo x > out.md");
    house.orch("run demo").code(0).says("next attempt in 30.0s").says("next attempt in 1m 00s");
    let at = |number: u32, key: &str| {
        let attempt = house.attempt("write", number);
        attempt[key].as_str().unwrap().parse::<jiff::Timestamp>().unwrap().as_second()
    };
    let pause = |number: u32| at(number + 1, "started_at") - at(number, "finished_at");
    assert!((30..40).contains(&pause(1)), "{}", pause(1));
    assert!((60..70).contains(&pause(2)), "{}", pause(2));
}

#[test]
fn a_pause_counts_down_on_a_terminal() {
    let house =
        house("delay = '2s'").script("write.1", OVERLOADED).script("write", "echo x > out.md");
    let done = house.on_terminal_by_the_clock("run demo", 80, &[]).code(0);
    done.says("next attempt in 2.0s").says("s until write is tried again");
}

#[test]
fn in_the_end_somebody_is_asked() {
    let house = house("delay = '1h', max_delay = '2h', within = '30m'").script("write", OVERLOADED);
    let done = house.orch("run demo").code(3);
    done.says("gave up after 1 failure in").says("orch gate start");
    assert_eq!(house.gates(), "write WAITING");
    assert_eq!(house.attempts("write"), "INTERRUPTED");
    let house = house.script("write", "echo x > out.md");
    house.orch("gate start").code(0).says("PASSED");
}

#[test]
fn what_the_work_itself_fails_by_spends_a_try() {
    let house = house("delay = '1ms'").script("write", "# error: the prompt is too long\nexit 1");
    house.orch("run demo").code(1);
    assert_eq!(house.attempts("write"), "FAIL");
}

#[test]
fn an_agent_may_say_for_itself_what_passes_and_how_long_it_takes() {
    let agent = "[defaults]\nagent = 'mine'\n[agents.mine]\n\
        command = ['sh', '-c', '. \"$ORCH_TEST_SCRIPTS/$ORCH_GATE.$ORCH_ATTEMPT.sh\"']\n\
        backoff = { delay = '1ms' }\n[agents.mine.output]\nformat = 'jsonl'\n\
        [agents.mine.output.transient]\nexits = [9]\nfields = { '/code' = '^(429|5..)$' }\n\
        retry_after = '/after'\n";
    let house = house("")
        .file("orch.toml", agent)
        .script("write.1", "exit 9")
        .script("write.2", "echo '{\"code\": 503, \"after\": 0.4}'; exit 1")
        .script("write.3", "echo '{\"code\": 503, \"after\": \"2h\"}'; exit 1");
    let done =
        house.orch("run demo").code(3).says("next attempt in 1ms").says("next attempt in 400ms");
    done.says("the provider asks for a pause of 2h 00m, and `within` is 1h 00m");
    assert_eq!(house.attempts("write"), "INTERRUPTED INTERRUPTED INTERRUPTED");
}

#[test]
fn a_program_that_vanishes_spends_no_try() {
    let house = house("").file("orch.toml", "[agents.mine]\ncommand = ['vanisher']\n");
    let program = house.outside("home/vanisher");
    let path = format!("{}:{}", house.outside("home").display(), std::env::var("PATH").unwrap());
    let clear = format!(
        "[[gate]]\nid = 'clear'\nexecutor = 'command'\ncommand = ['rm', '{}']\n\
         [[gate]]\nid = 'write'\nexecutor = 'agent'\ncontract = 'out'",
        program.display()
    );
    let house = house.env("PATH", &path).workflow("demo", &clear);
    let install = || {
        std::fs::write(&program, "#!/bin/sh\necho x > out.md\n").unwrap();
        let done = child::output(house.program("chmod").arg("+x").arg(&program));
        assert!(done.status.success());
    };
    install();
    house.orch("run demo --agent mine").code(3).says("`vanisher` was not found on PATH");
    assert_eq!(house.gates(), "clear PASS, write WAITING");
    install();
    house.orch("gate start").code(0).says("PASSED");
}

#[test]
fn what_an_agent_was_not_permitted_to_do_is_told() {
    let house = house("").script("write", "echo x > out.md").file(
        "orch.toml",
        "[defaults]\nagent = 'mine'\n[agents.mine]\n\
         command = ['sh', '-c', 'echo x > out.md; echo \"{\\\"denied\\\": [{\\\"tool\\\": \\\"Bash\\\"}]}\"']\n\
         [agents.mine.output]\nformat = 'jsonl'\ndenied = { each = '/denied/*', tool = '/tool' }\n",
    );
    house.orch("run demo").code(0).says("permission was denied: Bash");
}

/// An agent whose program says this of a service that is out of reach, as long as no file `well` is
/// there.
fn says(print: &str, output: &str) -> House {
    let agent = format!(
        "[defaults]\nagent = 'mine'\n[agents.mine]\n\
         command = ['sh', '-c', 'test -e well && echo x > out.md && exit; {print}; exit 1']\n\
         backoff = {{ delay = '1ms', within = '2ms' }}\n[agents.mine.output]\n{output}\n\
         transient = {{ text = ['rate limit'] }}\n"
    );
    house("").file("orch.toml", &agent)
}

#[test]
fn what_a_program_prints_for_people_tells_of_an_outage() {
    let words = "Error 429: rate limit";
    let jsonl = "format = \"jsonl\"\nerror = \"/error\"\ncost_usd = \"/cost\"";
    let json = jsonl.replace("jsonl", "json");
    let text = "format = \"text\"";
    for (print, output) in [
        (format!("echo \"{words}\" >&2"), jsonl),
        (format!("echo {{}}; echo \"{words}\""), jsonl),
        (format!("echo \"{words}\" >&2"), &json),
        (format!("echo \"{words}\""), &json),
        (format!("echo \"{words}\""), text),
        (format!("echo \"{words}\" >&2"), text),
    ] {
        let house = says(&print, output);
        let done = house.orch("run demo").code(3);
        done.says(&format!("exited with code 1: {words}; gave up after"));
        assert!(!house.attempts("write").contains("FAIL"), "{print}");
    }
    // What a model says is no word of its program.
    let said = "echo \"{\\\"said\\\": \\\"rate limit\\\"}\"";
    for output in [jsonl, &json] {
        let house = says(said, output);
        house.orch("run demo").code(1);
        assert_eq!(house.attempts("write"), "FAIL");
    }
}

#[test]
fn why_a_gate_waits_after_an_outage_is_said_wherever_it_shows() {
    let house = says("echo \"Error 429: rate limit\"", "format = \"text\"");
    house.orch("run demo").code(3).says("Gate write could not reach what it needs: ");
    for command in ["status", "next", "run show", "brief"] {
        house.orch(command).code(0).says("Error 429: rate limit; gave up after");
    }
    house.orch("next").says("Start it again once that is back, or fail it.");
    house.write("well", "");
    house.orch("gate start").code(0).says("PASSED");
}
