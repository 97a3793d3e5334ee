//! Secrets: no line of one is kept or shown, in whatever dress a program says it.

use crate::house::Done;
use crate::house::House;
use crate::house::child;
use crate::house::wait_until;

const KEY: &str = "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0B\nAQEFAASCBKcwggSjAgEA\n-----END PRIVATE KEY-----";
const WORD: &str = "sesame\"open\\me99&x";

/// What must not be seen: parts of the secrets, as they are and as their encodings have them.
const MARKS: [&str; 8] = [
    "MIIEvQIBADANBgkqhkiG9w0B",
    "AQEFAASCBKcwggSjAgEA",
    "sesame",
    // Base64 of `user:` and the word, from its sixth byte on; of the word by itself; hex.
    "c2VzYW1lIm9wZW5cbWU5OSZ4",
    "zZXNhbWUib3BlblxtZTk5Jn",
    "736573616d65",
    "sesame%22open",
    "me99",
];

const SAYS: [&str; 8] = [
    "printf %s \"$KEY\"",
    "printf %s \"$KEY\" | sed -n 's/^MII/    MII/p'",
    "printf %s \"$KEY\" | awk '{printf \"%s\\\\n\", $0}'",
    "printf %s \"user:$WORD\" | base64",
    "printf %s \"me:$WORD\" | base64 | tr +/ -_",
    "printf %s \"$WORD\" | od -An -tx1 | tr -d ' \\n'",
    "printf %s \"$WORD\" | sed 's/\\\\/%5C/; s/\"/%22/; s/&/%26/'",
    "printf '{\"a\":\"%s\"}' \"$(printf %s \"$WORD\" | sed 's/\\\\/\\\\\\\\/g; s/\"/\\\\\"/g')\"",
];

fn house(says: &str, contract: &str) -> House {
    House::new()
        .env("KEY", KEY)
        .env("WORD", WORD)
        .file("say.sh", says)
        .workflow(
            "demo",
            &format!("[[gate]]\nid = 'a'\nexecutor = 'command'\ncommand = ['sh', 'say.sh']\nsecrets = ['KEY', 'WORD']\n{contract}"),
        )
}

/// Demands that nothing was shown or kept of them.
fn is_tight(house: &House, done: &Done) {
    let shown = done.shown();
    for mark in MARKS {
        assert!(!shown.contains(mark), "{mark} is in\n{shown}");
        let mut grep = house.program("grep");
        let found = child::output(grep.args(["-rlF", mark, "orchestration", ".git/orch"]));
        assert_eq!(String::from_utf8_lossy(&found.stdout), "", "{mark}");
    }
}

#[test]
fn a_program_cannot_say_a_secret() {
    for says in SAYS {
        for redirect in ["", "exec >&2\n"] {
            let house = house(&format!("{redirect}{says}\nexit 1\n"), "");
            let done = house.orch("run demo --json --junit out.xml").code(1);
            is_tight(&house, &done);
            assert!(!MARKS.iter().any(|mark| house.read("out.xml").contains(mark)));
            let log = house.run_folder().join("logs/gates/a/attempt-1");
            let name = if redirect.is_empty() { "stdout.log" } else { "stderr.log" };
            let log = std::fs::read_to_string(log.join(name)).unwrap();
            assert!(log.contains("[redacted]"), "{says}: {log}");
        }
    }
}

#[test]
fn a_check_cannot_say_one() {
    let check = "[[check]]\nkind = 'command'\ncommand = ['sh', 'check.sh']\n";
    for says in SAYS {
        let house = house("true", "contract = 'c'\n").contract("c", check);
        house.write("check.sh", format!("{says}\nexit 1\n"));
        let done = house.orch("run demo").code(1);
        is_tight(&house, &done);
        is_tight(&house, &house.orch("gate check --gate a").code(1));
    }
}

#[test]
fn another_gate_cannot_say_what_a_gate_was_given() {
    let more = "[[gate]]\nid = 'b'\nexecutor = 'command'\nshell = 'cat kept; exit 1'\n";
    let house = house("printf %s \"$WORD\" > kept", more);
    is_tight(&house, &house.orch("run demo").code(1));
}

#[test]
fn an_output_that_is_named_by_a_secret_fails() {
    let house = house("touch \"out/$TOKEN.md\"", "").env("TOKEN", "sesame99open").file("out/a", "");
    let house = house.workflow("demo", "[[gate]]\nid = 'a'\nexecutor = 'command'\ncommand = ['sh', 'say.sh']\nsecrets = ['TOKEN']\ncontract = 'c'\n");
    let house = house.contract("c", "[[output]]\nglob = 'out/*.md'\n");
    let done =
        house.orch("run demo").code(1).says("out/[redacted].md: the name of an output contains");
    is_tight(&house, &done);
    is_tight(&house, &house.orch("gate check --gate a --json").code(1));
    is_tight(&house, &house.orch("status --json"));
}

#[test]
fn words_and_answers_hold_none() {
    let form = "answers = { note = { type = 'string' } }\n";
    let says = "printf '{\"note\":\"%s\"}' \"$TOKEN\" > \"$ORCH_ANSWERS\"";
    let house = house(says, "").env("TOKEN", "sesame99open");
    let gate = "[[gate]]\nid = 'a'\nexecutor = 'command'\ncommand = ['sh', 'say.sh']\nsecrets = ['TOKEN']\n";
    let more = "[[gate]]\nid = 'b'\nexecutor = 'human'\n";
    let house = house.workflow("demo", &format!("{gate}{form}{more}"));
    house.orch("run demo").code(3);
    assert_eq!(house.record()["gates"][0]["answers"]["note"], "[redacted]");
    is_tight(&house, &house.orch("note it is sesame99open indeed").code(0));
    is_tight(&house, &house.orch("gate fail --reason sesame99open").code(0).says("[redacted]"));
    is_tight(&house, &house.orch("brief").code(0).says("it is [redacted] indeed"));
}

#[test]
fn a_short_secret_is_refused_unless_it_is_said_to_be_one() {
    let gate = |secret: &str| {
        format!(
            "[[gate]]\nid = 'a'\nexecutor = 'command'\nshell = 'echo pin $PIN; exit 1'\nsecrets = [{secret}]\n"
        )
    };
    let house = House::new().env("PIN", "4711x").workflow("demo", &gate("'PIN'"));
    let done = house.orch("run demo").code(2).never_says("4711x");
    done.says("`PIN` has no line of 8 bytes or more").says("{ name = \"PIN\", short = true }");
    assert!(!house.has_runs());
    let house = house.env("PIN", "4711x\n0815y\n").workflow("demo", &gate("'PIN'"));
    house.orch("run demo").code(2).never_says("4711x").says("`PIN` has no line of 8 bytes or more");
    let house = house.workflow("demo", &gate("{ name = 'PIN', short = true }"));
    let done = house.orch("run demo").code(1).says("pin [redacted]");
    done.never_says("4711x").never_says("0815y");
    let house = house.workflow("demo", &gate("{ nam = 'PIN' }"));
    house.orch("run demo").code(2).says("unknown key `nam`").says("demo.toml:7:");
    let house = house.workflow("demo", &gate("{ name = 'A=B' }"));
    house.orch("workflow check demo").code(2).says("`A=B` is not a valid variable name");
    let house = house.env("PIN", "").workflow("demo", &gate("'PIN'"));
    house.orch("run demo").code(1).says("pin");
}

#[test]
fn an_input_that_holds_a_secret_is_refused() {
    let house = house("true", "");
    let house = house.env("TOKEN", "sesame99open").workflow(
        "demo",
        "[inputs]\nx = { type = 'string' }\n[[gate]]\nid = 'a'\nexecutor = 'human'\nsecrets = ['TOKEN']\n",
    );
    let done = house.orch("run demo --x a-sesame99open").code(2).says("input `x` contains one");
    done.never_says("sesame");
    assert!(!house.has_runs());
}

#[test]
fn what_a_killed_runner_leaves_behind_is_mended_by_the_next() {
    let house = house("echo $TOKEN\nexec sleep 60", "").env("TOKEN", "sesame99open");
    let gate = "[[gate]]\nid = 'a'\nexecutor = 'command'\ncommand = ['sh', 'say.sh']\nsecrets = ['TOKEN']\n";
    let house = house.workflow("demo", gate);
    let mut child = house.start("run demo");
    let log = "logs/gates/a/attempt-1/stdout.log";
    let printed = || {
        let folder = house.run_folders().pop();
        folder.is_some_and(|folder| {
            std::fs::read_to_string(folder.join(log)).is_ok_and(|it| !it.is_empty())
        })
    };
    wait_until("it prints", printed);
    child.kill().unwrap();
    child.wait();
    is_tight(&house, &house.orch("run resume").code(3));
}

#[test]
fn an_item_that_holds_a_secret_names_nothing() {
    let house = House::new().env("WORD", "correct-horse-battery").workflow(
        "demo",
        "[[gate]]\nid = 'a'\nexecutor = 'command'\nsecrets = ['WORD']\n\
         shell = 'printf \"[\\\"$WORD\\\"]\" > list.json'\n\
         [[gate]]\nid = 'f'\nexecutor = 'command'\ncommand = ['true']\n\
         each = { file = 'list.json', as = 'item' }\n",
    );
    house
        .orch("run demo")
        .code(1)
        .says("an item of its list contains a secret")
        .never_says("horse");
    let found =
        child::output(house.program("grep").args(["-rl", "horse", "orchestration", ".git"]));
    assert_eq!(String::from_utf8_lossy(&found.stdout), "");
}

#[test]
fn a_file_that_holds_one_is_shown_without_it() {
    let gates = "[[gate]]\nid = 'a'\nexecutor = 'command'\n\
                 shell = 'echo \"it is $TOKEN\" > out.md'\nsecrets = ['TOKEN']\ncontract = 'c'\n\
                 approval = { by = 'person', show = ['out.md'] }\n";
    let house = House::new().env("TOKEN", "sesame99open").env("PAGER", "cat");
    let house = house.workflow("demo", gates).leaves("c", "out.md");
    house.orch("run demo").code(3);
    house.orch("checkpoint create").code(0);
    is_tight(&house, &house.orch("gate approve").code(2).says("it is [redacted]"));
    is_tight(&house, &house.on_terminal("open a", &[("it is [redacted]", "")]));
    house.write("out.md", "now it is sesame99open\n");
    for words in ["open a", "open a --json", "checkpoint diff", "checkpoint diff --json"] {
        is_tight(&house, &house.orch(words).code(0).says("it is [redacted]"));
    }
}
