//! What reaches an executor: inputs as variables, `env`, secrets; and what never gets out.

use crate::house::House;
use crate::house::child;

#[test]
fn inputs_and_the_place_reach_commands_as_variables() {
    let house = House::new().workflow(
        "demo",
        "[inputs]
         slug = { type = 'slug' }
         words = { type = 'list', default = ['a', 'b'] }
         [[gate]]
         id = 'look'
         executor = 'command'
         shell = 'env | grep ^ORCH_ | grep -v ^ORCH_TEST | grep -v -e ^ORCH_ANSWERS -e ^ORCH_AT_WORK | sed \"s|=$PWD|=HERE|\" | sort > seen.txt'
         env = { GREETING = 'hello {{ slug }}' }",
    );
    house.orch("run demo --slug the-moon").code(0);
    insta::assert_snapshot!(house.read("seen.txt"), @"
    ORCH_ATTEMPT=1
    ORCH_GATE=look
    ORCH_INPUT_SLUG=the-moon
    ORCH_INPUT_WORDS=a
    ORCH_PACKET=HERE/orchestration/runs/run_20260119T143012Z_demo_000001/logs/gates/look/attempt-1/prompt.txt
    ORCH_PROJECT=HERE
    ORCH_RUN=run_20260119T143012Z_demo_000001
    ");
}

#[test]
fn env_is_rendered() {
    let house = House::new().workflow(
        "demo",
        "[inputs]
         slug = { type = 'slug' }
         [[gate]]
         id = 'look'
         executor = 'command'
         shell = 'echo \"$GREETING\" > seen.txt'
         env = { GREETING = 'hello {{ slug }}' }",
    );
    house.orch("run demo --slug the-moon").code(0);
    assert_eq!(house.read("seen.txt"), "hello the-moon\n");
}

#[test]
fn no_input_is_run_as_code() {
    let house = House::new().workflow(
        "demo",
        "[inputs]
         text = { type = 'string' }
         [[gate]]
         id = 'argv'
         executor = 'command'
         command = ['printf', '%s', '{{ text }}']
         [[gate]]
         id = 'shell'
         executor = 'command'
         shell = 'printf %s \"$ORCH_INPUT_TEXT\" > seen.txt'",
    );
    let hostile = "$(touch pwned); {{ 7 * 7 }} `touch pwned`";
    house.orch_with(&["run", "demo", "--text", hostile]).code(0);
    assert!(!house.exists("pwned"));
    assert_eq!(house.read("seen.txt"), hostile);
}

#[test]
fn a_secret_reaches_the_program_and_nothing_else() {
    let secret = "s3cr3t/with+signs";
    let house = House::new()
        .agents("")
        .env("API_TOKEN", secret)
        .workflow(
            "demo",
            "[[gate]]
             id = 'use'
             executor = 'agent'
             secrets = ['API_TOKEN']
             attach = ['leak.md']
             contract = 'use'",
        )
        .file("leak.md", &format!("the token is {secret}\n"))
        .contract(
            "use",
            "[[check]]\nkind = 'command'\ncommand = ['sh', '-c', 'cat out.md; exit 1']\n",
        )
        .script(
            "use",
            "printf %s \"$API_TOKEN\" > out.md\necho \"$API_TOKEN\"\necho \"$API_TOKEN\" >&2",
        );
    let done = house.orch("run demo").code(1);
    assert_eq!(house.read("out.md"), secret);
    let done = done.never_says(secret);
    assert!(done.shown().contains("[redacted]"), "{}", done.shown());
    let found =
        child::output(house.program("grep").args(["-rlF", secret, "orchestration", ".git"]));
    assert_eq!(String::from_utf8_lossy(&found.stdout), "");
    assert!(!house.packet("use", 1).contains(secret));
}

#[test]
fn a_brief_hides_a_secret_that_is_the_name_of_a_file() {
    let secret = "tok-abcdefgh";
    let house = House::new().env("API_TOKEN", secret).workflow(
        "demo",
        "[[gate]]
         id = 'use'
         executor = 'command'
         shell = 'echo x > \"$API_TOKEN.txt\"'
         secrets = ['API_TOKEN']
         [[gate]]
         id = 'read'
         executor = 'human'",
    );
    house.orch("run demo").code(3);
    assert!(house.exists("tok-abcdefgh.txt"));
    let brief = house.orch("brief").code(0).never_says(secret);
    assert!(brief.stdout.contains("[redacted].txt"), "{}", brief.stdout);
    house.orch("brief --json").code(0).never_says(secret);
}

#[test]
fn a_secret_that_is_not_set_is_a_failure_that_names_it() {
    let house = House::new().workflow(
        "demo",
        "[[gate]]
         id = 'use'
         executor = 'command'
         command = ['true']
         secrets = ['API_TOKEN']",
    );
    house.orch("run demo").code(1).says("API_TOKEN");
}

#[test]
fn programs_see_the_variables_that_are_allowed_and_no_other() {
    let look = "[[gate]]
         id = 'look'
         executor = 'command'
         shell = 'echo \"${CLOUD_TOKEN-none} ${BUILD_MODE-none} ${GIT_DIR-none}\" > seen.txt'";
    let house = House::new().workflow("demo", look);
    let house = house.env("CLOUD_TOKEN", "not-for-programs").env("BUILD_MODE", "fast");
    house.orch("run demo").code(0);
    assert_eq!(house.read("seen.txt"), "none none none\n");
    house.write("orch.toml", "[environment]\npass = ['BUILD_*', 'GIT_DIR']\n");
    house.orch("run demo").code(0);
    assert_eq!(house.read("seen.txt"), "none fast none\n");
    // The record names what there was to see, and says no values.
    let journal = std::fs::read_to_string(house.journal()).unwrap();
    let first = journal.lines().next().unwrap();
    assert!(first.contains("\"environment\":[\"BUILD_MODE\",\"HOME\","), "{first}");
    assert!(!first.contains("\"CLOUD_TOKEN\"") && !first.contains("fast"));
    assert!(!journal.contains("not-for-programs"));
    house.write("orch.toml", "[environment]\npass = ['PATH', 'A=B']\n");
    house
        .orch("run demo")
        .code(2)
        .says("`A=B` is not a valid variable name")
        .says("orch.toml:2:17");
}

#[test]
fn a_run_passes_on_what_was_allowed_when_it_began() {
    let house = House::new().env("CLOUD_TOKEN", "not-for-programs").workflow(
        "demo",
        "[[gate]]
         id = 'widen'
         executor = 'command'
         shell = 'printf \"[environment]\\npass = [\\\"CLOUD_*\\\"]\\n\" > orch.toml'
         [[gate]]
         id = 'look'
         executor = 'command'
         shell = 'echo \"${CLOUD_TOKEN-none}\" >> seen.txt'
         contract = 'seen'
         [[gate]]
         id = 'stop'
         executor = 'human'",
    );
    let house = house.contract(
        "seen",
        "[[output]]\npath = 'seen.txt'\n[[check]]\nkind = 'command'\n\
         command = ['sh', '-c', 'test -z \"$CLOUD_TOKEN\"']\n",
    );
    house.orch("run demo").code(3);
    assert_eq!(house.read("seen.txt"), "none\n");
    // In another process, too, which reads the file as it is now.
    house.write("seen.txt", "another\n");
    house.orch("run resume").code(3).says("agents.json").says("orch run amend");
    house.orch("run demo --again").code(1);
    let first = house.run_folders()[0].file_name().unwrap().to_string_lossy().into_owned();
    let talk = [("Apply this as", "yes\r")];
    house.on_terminal(&format!("run amend --run {first}"), &talk).code(0).says("agents.json");
    house.orch(&format!("run resume --run {first}")).code(3).never_says("orch run amend");
}

#[test]
fn a_secret_that_nobody_needs_yet_is_not_asked_for() {
    let house = House::new()
        .agents("")
        .workflow("demo", "[[gate]]\nid = 'write'\nexecutor = 'agent'\nsecrets = ['MY_SECRET']\n");
    house.orch("run demo").code(1).says("MY_SECRET");
    house.orch("run demo --agent none").code(3).says("WAITING").never_says("MY_SECRET");
    house.orch("gate finish").code(0).says("PASSED");
}

#[test]
fn nobody_sees_the_environment_of_the_runner() {
    let house = House::new().env("CLOUD_TOKEN", "not-for-programs").workflow(
        "demo",
        "[[gate]]
         id = 'look'
         executor = 'command'
         shell = 'tr \\0 + < /proc/$PPID/environ > seen.txt; echo $HOME >> seen.txt'",
    );
    house.orch("run demo").code(0);
    let seen = house.read("seen.txt");
    assert!(seen.len() > 100 && !seen.contains('='), "{seen}");
    assert!(seen.trim().ends_with("/home"), "{seen}");
}
