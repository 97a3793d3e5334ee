//! On a terminal: missing inputs are asked for, and a waiting gate has a menu.

use crate::house::House;

const DOWN: &str = "\u{1b}[B";

/// What is at hand is the pause, the last item; the first one comes after it.
const TO_APPROVE: (&str, &str) = ("Your decision", "\u{1b}[B\r");
const APPROVE: (&str, &str) = ("Approve this as", "approve\r");

fn house() -> House {
    House::new()
        .workflow(
            "demo",
            "[inputs]
             slug = { type = 'slug', help = 'What about' }
             [[gate]]
             id = 'write'
             name = 'Write it'
             executor = 'human'
             contract = 'draft'
             approval = 'person'
             answers = { mood = { type = 'string', help = 'Which mood?' } }",
        )
        .leaves("draft", "{{ slug }}.md")
        .file("x.md", "text\n")
}

#[test]
fn a_missing_input_is_asked_for_until_it_fits() {
    let house = house();
    house
        .on_terminal(
            "run demo",
            &[("What about", "Not A Slug\r"), ("slug", "\u{15}x\r"), ("What now", "\u{1b}")],
        )
        .code(3);
    assert_eq!(house.record()["inputs"]["slug"], "x");
}

#[test]
fn done_answers_approve_in_one_sitting() {
    let house = house();
    let done = house.on_terminal(
        "run demo --slug x",
        &[("What now", "\r"), ("Which mood?", "calm\r"), TO_APPROVE, APPROVE],
    );
    done.code(0).says("PASSED").says("  mood: calm");
    assert_eq!(house.gates(), "write PASS");
    assert_eq!(house.record()["gates"][0]["answers"]["mood"], "calm");
    assert_eq!(house.record()["gates"][0]["approval"]["by"], "Ada <ada@example.org>");
}

#[test]
fn fail_with_a_reason_from_the_menu() {
    let house = house();
    let fail = DOWN.repeat(4) + "\r";
    house
        .on_terminal(
            "run demo --slug x",
            &[("What now", &fail), ("reason (Enter to go back)", "wrong tone\r")],
        )
        .code(1);
    assert_eq!(house.gates(), "write FAIL");
    assert!(house.attempt("write", 1)["failure_reason"].as_str().unwrap().contains("wrong tone"));
}

#[test]
fn a_pause_from_the_menu_lasts_until_the_run_is_taken_up() {
    let house = house();
    let pause = DOWN.repeat(5) + "\r";
    for (typed, code, reason) in
        [(pause.as_str(), 3, "paused by a person"), ("\u{3}", 130, "interrupted")]
    {
        let words = if house.has_runs() { "run resume" } else { "run demo --slug x" };
        house.on_terminal(words, &[("What now", typed)]).code(code).says("run resume");
        house.orch("status").code(0).says(&format!("PAUSED ({reason})"));
        assert_eq!(house.record()["status"], "PAUSED");
        assert_eq!(house.gates(), "write WAITING");
        house.orch("next").code(0).says("run resume");
    }
    house
        .on_terminal(
            "run resume",
            &[("What now", "\r"), ("Which mood?", "calm\r"), TO_APPROVE, APPROVE],
        )
        .code(0)
        .says("PASSED");
}

#[test]
fn the_packet_is_opened_in_an_editor_and_copied() {
    let house = house().env("EDITOR", "tee -a opened.txt");
    let copy = DOWN.repeat(3) + "\r";
    let open = DOWN.repeat(2) + "\r";
    let pause = DOWN.repeat(5) + "\r";
    let done = house.on_terminal(
        "run demo --slug x",
        &[("What now", &copy), ("to the clipboard, if", ""), ("What now", &pause)],
    );
    assert!(done.stdout.contains("\u{1b}]52;c;"), "{}", done.stdout);
    let house = house.env("EDITOR", "cp -vt opened");
    std::fs::create_dir(house.project().join("opened")).unwrap();
    let talk = [("What now", open.as_str()), ("->", ""), ("What now", &pause)];
    house.on_terminal("run resume", &talk).code(3);
    assert!(house.read("opened/prompt.txt").contains("# Gate write"));
}

#[test]
fn no_prompt_and_no_colour_in_ci() {
    let house = house().env("CI", "1");
    let done = house.on_terminal("run demo --slug x", &[]).code(3);
    assert!(!done.stdout.contains('\u{1b}'), "{:?}", done.stdout);
    let done = house.on_terminal("run demo", &[]).code(2).says("slug");
    assert!(!done.stdout.contains('\u{1b}'), "{:?}", done.stdout);
}

#[test]
fn no_colour_where_none_is_wanted() {
    let house = house().env("NO_COLOR", "1");
    let done = house.on_terminal("run nope", &[]).code(2);
    assert!(!done.stdout.contains("\u{1b}[31m"), "{:?}", done.stdout);
    let house = House::new();
    let done = house.on_terminal("run nope", &[]).code(2);
    assert!(done.stdout.contains("\u{1b}[31m"), "{:?}", done.stdout);
}

#[test]
fn the_form_shows_what_it_takes_and_enter_takes_the_default() {
    let house = House::new().workflow(
        "demo",
        "[[gate]]
         id = 'ask'
         executor = 'human'
         [gate.answers]
         ok = { type = 'bool', default = true }
         sure = { type = 'bool' }
         mood = { type = 'choice', choices = ['calm', 'wild'], default = 'wild' }
         tone = { type = 'choice', choices = ['high', 'low'], optional = true }
         count = { type = 'integer', default = 3 }
         remark = { type = 'string', optional = true }",
    );
    house
        .on_terminal(
            "run demo",
            &[
                ("What now", "\r"),
                ("ok [y/n, Enter for true]", "\r"),
                ("sure [y/n]", "y\r"),
                ("mood", "\r"),
                ("tone", "\r"),
                ("count [whole number, Enter for 3]", "\r"),
                ("remark [text, Enter to skip]", "\r"),
            ],
        )
        .code(0)
        .says("(skip)");
    let answers = house.record()["gates"][0]["answers"].clone();
    assert_eq!(
        answers,
        serde_json::json!({
            "ok": true, "sure": true, "mood": "wild", "tone": null, "count": 3, "remark": null
        })
    );
}

/// A house whose gate takes its time; what it waits for is an approval.
fn slow() -> House {
    House::new()
        .workflow(
            "demo",
            "[[gate]]\nid = 'write'\nexecutor = 'command'\nshell = 'sleep 1; echo hi > a.md'\n\
             contract = 'a'\napproval = 'person'",
        )
        .leaves("a", "a.md")
}

#[test]
fn what_is_typed_before_a_question_shows_does_not_answer_it() {
    let pause = ("Your decision", "\u{1b}");
    for keys in ["\r", "y\r", "approve\r", "\u{1b}[B\rapprove\r", "\r\ry\r"] {
        let house = slow();
        let done = house.on_terminal("run demo", &[("write", keys), pause]).code(3);
        assert_eq!(house.gates(), "write WAITING", "{keys:?}: {}", done.stdout);
    }
    // Nor does what was pasted behind an answer answer the next question.
    let house = slow();
    let (to_approve, more) = TO_APPROVE;
    let pasted = format!("{more}approve\r");
    let talk = [(to_approve, pasted.as_str()), ("Approve this as", "\r"), pause];
    house.on_terminal("run demo", &talk).code(3).says("Not approved.");
    assert_eq!(house.gates(), "write WAITING");
}

#[test]
fn enter_alone_approves_and_waives_nothing() {
    let house = slow();
    house.on_terminal("run demo", &[("Your decision", "\r")]).code(3);
    for keys in ["\r", "n\r", "approv\r"] {
        let ask = [("Approve this as", keys)];
        house.on_terminal("gate approve", &ask).code(2).says("nothing was written");
        let ask = [("Waive write as", keys)];
        let waive = "gate waive --gate write --reason late";
        house.on_terminal(waive, &ask).code(2).says("nothing was written");
    }
    assert_eq!(house.gates(), "write WAITING");
    for word in ["yes", "approve", "write"] {
        let house = slow();
        let typed = format!("{word}\r");
        let ask = ("Approve this as Ada <ada@example.org>? [yes/no]", typed.as_str());
        house.on_terminal("run demo", &[TO_APPROVE, ask]).code(0);
    }
    for word in ["yes", "approve", "write"] {
        let house = slow();
        house.orch("run demo").code(3);
        let typed = format!("{word}\r");
        house.on_terminal("gate approve", &[("Approve this as", &typed)]).code(0);
    }
}

#[test]
fn what_a_run_has_started_is_not_asked_for_an_approval() {
    let gate =
        "[[gate]]\nid = 'a'\nexecutor = 'command'\ncommand = ['true']\napproval = 'person'\n";
    let house = House::new().workflow("demo", gate);
    house.orch("run demo").code(3);
    let done = house.on_terminal_at_work("run resume", &[]).code(2);
    done.says("an agent that works at another run cannot act on run").never_says("Approve this");
    assert_eq!(house.gates(), "a WAITING");
    // Nor does what says that it works at a gate, and not of which run.
    let house = house.env("ORCH_ATTEMPT", "1");
    house.orch("run pause --reason x").code(2).says("cannot act on run");
    house.orch("run cancel --reason x").code(2);
    assert_eq!(house.gates(), "a WAITING");
}

#[test]
fn what_is_waited_for_counts_down() {
    let house = House::new().workflow(
        "demo",
        "[[gate]]
         id = 'again'
         executor = 'command'
         shell = 'test -e tried || { touch tried; false; }'
         retry = { attempts = 2, delay = '2s' }
         [[gate]]
         id = 'ask'
         executor = 'command'
         shell = 'test -e asked || { touch asked; exit 75; }'
         poll = { every = '2s', deadline = '1h' }",
    );
    let plain = house.copy().orch("run demo").code(0).stderr;
    insta::assert_snapshot!(plain, @"
    run run_20260119T143012Z_demo_000001
    14:30:15Z STARTED again  attempt 1  command
      error again: `sh` exited with code 1 [executor]
    14:30:16Z FAIL again  1.0s
    14:30:16Z RETRYING again in 2.0s
    14:30:20Z STARTED again  attempt 2  command
    14:30:21Z PASS again  attempt 2  1.0s
    14:30:24Z STARTED ask  attempt 1  command
    14:30:25Z POLLING ask every 2.0s
    14:30:30Z PASS ask  6.0s

    next:
      $ orch run show
    ");
    let drawn = house.on_terminal_by_the_clock("run demo", 80, &[]).code(0);
    drawn.says("s until again is tried again").says("s until ask is polled again");
}

#[test]
fn a_reason_that_is_left_empty_goes_back_to_the_menu() {
    let house = house();
    let fail = DOWN.repeat(4) + "\r";
    let talk =
        [("What now", fail.as_str()), ("reason (Enter to go back)", "\r"), ("What now", "\u{1b}")];
    house.on_terminal("run demo --slug x", &talk).code(3);
    assert_eq!(house.gates(), "write WAITING");
}

#[test]
fn a_form_says_what_it_takes_and_can_be_left() {
    let house = House::new().workflow(
        "demo",
        "[[gate]]
         id = 'ask'
         executor = 'human'
         [gate.answers]
         sure = { type = 'bool' }
         tags = { type = 'list' }
         mood = { type = 'choice', choices = ['calm', 'wild'] }",
    );
    let done = house.on_terminal(
        "run demo",
        &[
            ("What now", "\r"),
            ("sure [y/n]", "maybe\r"),
            ("error: expected `y` or `n`, found `maybe`", ""),
            ("sure [y/n]", "y\r"),
            ("tags [list, separated by commas]", "\u{1b}"),
            ("What now", "\r"),
            ("sure [y/n]", "\u{4}"),
            ("What now", "\r"),
            ("sure [y/n]", "y\r"),
            ("tags [list, separated by commas]", "a, b\r"),
            ("mood", "\u{1b}"),
            ("What now", "\r"),
            ("sure [y/n]", "y\r"),
            ("tags [list, separated by commas]", "a, b\r"),
            ("mood", "\r"),
        ],
    );
    done.code(0).says("PASSED");
}
