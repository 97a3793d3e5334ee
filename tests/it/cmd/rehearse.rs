//! `orch rehearse`: the whole walk, and nothing touched.

use crate::house::House;

fn house() -> House {
    House::new()
        .workflow(
            "demo",
            "[inputs]
             slug = { type = 'slug' }
             [[gate]]
             id = 'ask'
             executor = 'human'
             answers = { go = { type = 'bool', help = 'Go?' } }
             [[gate]]
             id = 'write'
             executor = 'agent'
             prompt = 'write.md'
             contract = 'draft'
             [[gate]]
             id = 'danger'
             executor = 'command'
             command = ['touch', 'touched']
             when = '{{ gates.ask.answers.go }}'
             [[gate]]
             id = 'audit'
             executor = 'agent'
             agent = 'other'
             audits = 'write'
             on_fail = { goto = 'write', visits = 1 }",
        )
        .file("prompts/write.md", "Write {{ slug }}.")
        .leaves("draft", "{{ slug }}.md")
}

#[test]
fn every_packet_and_every_decision_and_nothing_touched() {
    let house = house();
    let before = house.git("status --short --ignored");
    let done = house.orch("rehearse demo --slug x").code(0);
    let decisions: Vec<&str> = done.stdout.lines().filter(|line| line.starts_with("== ")).collect();
    insta::assert_snapshot!(decisions.join("\n"), @"
    == ask: attempt 1 by human: passes
    == write: attempt 1 by agent: passes
    == danger: attempt 1 by command: passes
    == audit: attempt 1 by agent: passes
    == the run is PASSED
    ");
    assert!(done.stdout.contains("Write x."), "{}", done.stdout);
    assert_eq!(house.git("status --short --ignored"), before);
    assert!(!house.exists("touched") && !house.has_runs());
}

#[test]
fn answers_and_failures_can_be_given() {
    let house = house().file("answers.toml", "[ask]\ngo = false\n");
    let done = house.orch("rehearse demo --slug x --answers answers.toml --fail audit").code(0);
    let decisions: Vec<&str> = done.stdout.lines().filter(|line| line.starts_with("== ")).collect();
    insta::assert_snapshot!(decisions.join("\n"), @r#"
    == ask: attempt 1 by human: passes
    == write: attempt 1 by agent: passes
    == danger: is skipped: when = "{{ gates.ask.answers.go }}" is false
    == audit: attempt 1 by agent: fails, as requested
    == audit: failed and goes back to write
    == write: attempt 2 by agent: passes
    == danger: is skipped: when = "{{ gates.ask.answers.go }}" is false
    == audit: attempt 2 by agent: passes
    == the run is PASSED
    "#);
}

#[test]
fn each_gate_is_handed_what_a_run_hands_it() {
    let house = House::new()
        .agents("[agents.writer]\nuse = 'claude'\n")
        .workflow(
            "demo",
            "[inputs]
             slug = { type = 'slug' }
             [[gate]]
             id = 'write'
             executor = 'agent'
             agent = 'writer'
             contract = 'draft'
             [[gate]]
             id = 'read'
             executor = 'human'
             approval = { by = 'person', message = 'approve.md' }
             [[gate]]
             id = 'upload'
             executor = 'command'
             command = ['upload', '{{ slug }}.md']
             secrets = ['UPLOAD_TOKEN']",
        )
        .file("prompts/approve.md", "Is {{ slug }} good?")
        .leaves("draft", "{{ slug }}.md")
        .script("write", "echo text > x.md");
    let rehearsed = house.orch("rehearse demo --slug x --json").code(0).json();
    let scene = |number: usize| rehearsed["data"][number].clone();
    house.orch("run demo --slug x").code(3);
    let own_run = |packet: &str| {
        let line = packet.lines().find(|line| line.starts_with("- run: ")).expect("its run");
        packet.replace(&line["- run: ".len()..], "RUN")
    };
    for (number, gate) in [(0, "write"), (1, "read")] {
        let packet = scene(number)["packet"].as_str().expect("a packet").to_owned();
        assert_eq!(own_run(&packet), own_run(&house.packet(gate, 1)));
    }
    assert_eq!(scene(1)["message"], "Is x good?");
    assert_eq!(scene(2)["packet"], serde_json::Value::Null);
    let done = house.orch("rehearse demo --slug x").code(0);
    let upload = done.stdout.split_once("== upload").map(|(_, rest)| rest).expect("its scene");
    insta::assert_snapshot!(upload, @"
    : attempt 1 by command: passes
       ! would fail here: the secret `UPLOAD_TOKEN` is not set in the environment [secrets]
       $ upload x.md
    == the run is PASSED
    ");
}

#[test]
fn what_is_wrong_is_said_as_by_a_run() {
    let house = house();
    house.orch("rehearse demo").code(2).says("slug");
    house.orch("rehearse demoo --slug x").code(2).says("did you mean `demo`?");
    house.orch("rehearse").code(2);
    let json = house.orch("rehearse demo --slug x --json").code(0).json();
    assert_eq!(json["data"][0]["gate"], "ask");
}

#[test]
fn an_input_may_have_a_name_that_only_other_commands_have_as_a_flag() {
    let workflow = |name: &str| {
        House::new().workflow(
            "demo",
            &format!(
                "[inputs]\n{name} = {{ type = 'slug' }}\n[[gate]]\nid = 'a'\n\
                 executor = 'command'\nshell = 'test \"$ORCH_INPUT_{}\" = x'\n",
                name.to_uppercase()
            ),
        )
    };
    for name in ["version", "from", "quiet", "labels", "fail", "workflow"] {
        let house = workflow(name);
        house.orch(&format!("run demo --{name} x")).code(0).says("PASSED");
        let refused = format!("input `{name}` conflicts with the flag `--{name}` of");
        match name {
            "fail" => house.orch("rehearse demo --fail x").code(2).says(&refused),
            _ => house.orch(&format!("rehearse demo --{name} x")).code(0),
        };
        let words = format!("run start --workflow demo --{name} x");
        match name {
            "workflow" => house.orch("run start --workflow demo").code(2).says(&refused),
            _ => house.orch(&words).code(0),
        };
    }
    for name in ["budget", "start_from", "help", "json", "seed"] {
        let flag = name.replace('_', "-");
        let says = format!("input `{name}` conflicts with the option `{flag}` of every run");
        workflow(name).orch(&format!("run demo --{flag} x")).code(2).says(&says);
    }
}

#[test]
fn schemas_and_numbers_of_items_are_no_obstacle() {
    let house = House::new()
        .file("schemas/s.json", "{\"type\": \"array\"}")
        .contract(
            "plan",
            "[[output]]\npath = 'plan.json'\n\
             checks = [{ kind = 'json_schema', schema = 'schemas/s.json' }]\n",
        )
        .workflow(
            "demo",
            "[[gate]]
             id = 'plan'
             executor = 'human'
             contract = 'plan'
             [[gate]]
             id = 'do'
             executor = 'command'
             each = { file = 'plan.json', as = 'p' }
             when = '{{ p.size > 0 }}'
             command = ['echo', '{{ p.id }}']",
        );
    house.orch("rehearse demo").code(0).says("$ echo example").says("the run is PASSED");
}

#[test]
fn a_list_that_is_attached_before_it_is_fanned_out_over_is_one_list() {
    let house = House::new().agents("").workflow(
        "demo",
        "[[gate]]
         id = 'plan'
         executor = 'agent'
         [[gate]]
         id = 'read'
         executor = 'agent'
         attach = ['plan.json']
         [[gate]]
         id = 'do'
         executor = 'agent'
         each = { file = 'plan.json', pointer = '/parts', as = 'p' }",
    );
    house.orch("rehearse demo").code(0).says("== do[example]").says("the run is PASSED");
}

#[test]
fn a_run_that_fails_unasked_says_why() {
    let house = House::new().agents("").file("plan.json", "{}\n").workflow(
        "demo",
        "[[gate]]
         id = 'do'
         executor = 'agent'
         each = { file = 'plan.json', pointer = '/parts', as = 'p' }",
    );
    insta::assert_snapshot!(house.orch("rehearse demo").code(1).stdout, @"
    == do: fans out over its list
       ! would fail here: plan.json: nothing at `/parts`, where `each` requires a list [gate]
    == the run is FAILED
       ! reason: gate do failed: plan.json: nothing at `/parts`, where `each` requires a list [gate]
    ");
    let asked = House::new().workflow("demo", "[[gate]]\nid = 'a'\nexecutor = 'human'\n");
    asked.orch("rehearse demo --fail a").code(0).says("the run is FAILED").never_says("! reason");
}

#[test]
fn a_missing_input_is_asked_for_by_the_same_command() {
    let done = house().orch("rehearse demo").code(2);
    done.says("help: orch rehearse demo --slug").never_says("orch run");
}
