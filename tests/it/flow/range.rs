//! `--start-from` and `--until`: a part of a workflow.

use crate::house::House;

const CHAIN: &str = "
[[gate]]
id = 'a'
executor = 'command'
command = ['sh', '-c', 'echo a >> done; echo x > a.txt']
contract = 'a'
[[gate]]
id = 'b'
executor = 'command'
command = ['sh', '-c', 'echo b >> done']
[[gate]]
id = 'c'
executor = 'command'
command = ['sh', '-c', 'echo c >> done']
";

fn house() -> House {
    House::new().workflow("demo", CHAIN).leaves("a", "a.txt")
}

#[test]
fn until_holds_over_stops_and_is_moved_and_lifted() {
    let house = house();
    let reached = house.orch("run demo --until a").code(0).says("PAUSED (reached gate a)");
    reached.says("orch run resume --until end");
    house.orch("run resume").code(0).says("reached gate a");
    assert_eq!(house.gates(), "a PASS, b NOT_STARTED, c NOT_STARTED");
    house.orch("run resume --until b").code(0).says("reached gate b");
    assert_eq!(house.gates(), "a PASS, b PASS, c NOT_STARTED");
    assert_eq!(house.record()["range"]["until"], "b");
    house.orch("run resume --until end").code(0).says("PASSED");
    assert_eq!(house.read("done"), "a\nb\nc\n");
    house.orch("verify").code(0);
}

#[test]
fn until_holds_where_a_person_finishes_a_gate() {
    let ask = "[[gate]]\nid = 'ask'\nexecutor = 'human'\n";
    let house = House::new().workflow("demo", &format!("{ask}{CHAIN}")).leaves("a", "a.txt");
    house.orch("run demo --until a").code(3);
    house.orch("gate finish").code(0).says("reached gate a");
    assert_eq!(house.read("done"), "a\n");
}

#[test]
fn start_from_judges_what_lies_there() {
    let house = house();
    house.write("a.txt", "by hand\n");
    house.orch("run demo --start-from b").code(0);
    assert_eq!(house.read("done"), "b\nc\n");
    assert_eq!(house.gates(), "a PASS, b PASS, c PASS");
}

#[test]
fn start_from_does_not_pass_what_is_not_there() {
    let house = house();
    house.orch("run demo --start-from b").code(1).says("a.txt");
    assert_eq!(house.gates(), "a FAIL, b NOT_STARTED, c NOT_STARTED");
}

#[test]
fn unknown_gates_are_named() {
    let house = house();
    house.orch("run demo --until bb").code(2).says("did you mean `b`?");
    house.orch("run demo --start-from bb").code(2).says("did you mean `b`?");
    assert!(!house.has_runs());
}

#[test]
fn what_comes_before_the_start_is_judged_once_and_never_done() {
    let retry = "retry = { attempts = 3, delay = '0s' }\ncontract = 'a'";
    let house =
        House::new().workflow("demo", &CHAIN.replace("contract = 'a'", retry)).leaves("a", "a.txt");
    house.orch("run demo --start-from b").code(1).says("a.txt");
    assert_eq!(house.attempts("a"), "FAIL");
    house.write("a.txt", "by hand\n");
    house.orch("run resume").code(0);
    assert_eq!(
        (house.attempts("a"), house.read("done")),
        ("FAIL PASS".to_owned(), "b\nc\n".to_owned())
    );
    assert_eq!(house.read("a.txt"), "by hand\n");
}

#[test]
fn instances_of_a_fan_out_before_the_start_are_judged_too() {
    let fan = "[[gate]]
id = 'leg'
executor = 'command'
command = ['sh', '-c', 'echo {{ leg }} >> done']
each = { in = '[\"north\", \"south\"]', as = 'leg' }
contract = 'leg'
[[gate]]
id = 'last'
executor = 'command'
command = ['sh', '-c', 'echo last >> done']
";
    let house = House::new()
        .workflow("demo", fan)
        .leaves("leg", "{{ leg }}.md")
        .file("north.md", "by hand\n");
    house.orch("run demo --start-from last").code(1).says("south.md");
    assert!(!house.exists("done"));
    house.write("south.md", "by hand\n");
    house.orch("run resume").code(0);
    assert_eq!(house.read("done"), "last\n");
}

#[test]
fn answers_of_gates_before_the_start_are_asked_for_or_read() {
    let ask = "[[gate]]
id = 'ask'
executor = 'command'
command = ['sh', '-c', 'echo ask >> done']
answers = { mood = { type = 'string' } }
[[gate]]
id = 'tell'
executor = 'command'
command = ['sh', '-c', 'echo {{ gates.ask.answers.mood }} >> done']
";
    let house = House::new().workflow("demo", ask).file("answers.toml", "[ask]\nmood = 'calm'\n");
    house.orch("run demo --start-from tell --answers answers.toml").code(0);
    assert_eq!(house.read("done"), "calm\n");
    house.orch("run demo --start-from tell").code(3);
    house.orch("gate finish --answer mood=wild").code(0);
    assert_eq!(house.read("done"), "calm\nwild\n");
}

#[test]
fn a_gate_that_is_done_again_by_a_persons_word_is_done() {
    let house = house();
    house.write("a.txt", "by hand\n");
    house.orch("run demo --start-from c").code(0);
    house.orch("gate redo --gate a --reason anew").code(0);
    assert_eq!(house.read("done"), "c\na\nc\n");
}

const REWRITTEN: &str = "
[[gate]]
id = 'draft'
executor = 'human'
contract = 'draft'
[[gate]]
id = 'edit'
executor = 'human'
contract = 'edit'
[[gate]]
id = 'polish'
executor = 'human'
edits = ['text/*.md']
[[gate]]
id = 'count'
executor = 'command'
command = ['wc', '-w', 'text/a.md']
";

fn says(text: &str) -> String {
    format!(
        "[[output]]\npath = 'text/a.md'\n\
         checks = [{{ kind = 'contains_text', all = ['{text}'] }}]\n"
    )
}

#[test]
fn a_file_that_lies_there_is_judged_as_the_last_of_its_gates_left_it() {
    let house = House::new().workflow("demo", REWRITTEN);
    let house = house.contract("draft", &says("DRAFT")).contract("edit", &says("EDITED"));
    house.write("text/a.md", "DRAFT\n");
    house.orch("run demo --start-from edit").code(3);
    house.orch("run cancel --reason over").code(0);
    house.write("text/a.md", "EDITED\n");
    // `polish` may have changed it in any way, so nothing is asked of it but that it is there.
    house.orch("run demo --start-from count").code(0);
    assert_eq!(house.gates(), "draft PASS, edit PASS, polish PASS, count PASS");
    house.orch("verify").code(0);
    house.remove("text/a.md");
    house.orch("run demo --start-from count").code(1).says("text/a.md");
}

#[test]
fn a_later_version_that_is_wrong_is_its_own_gates() {
    let gates = REWRITTEN.replace("edits = ['text/*.md']\n", "");
    let house = House::new().workflow("demo", &gates);
    let house = house.contract("draft", &says("DRAFT")).contract("edit", &says("EDITED"));
    house.write("text/a.md", "DRAFT\n");
    house.orch("run demo --start-from count").code(1).says("EDITED");
    assert_eq!(house.gates(), "draft PASS, edit FAIL, polish NOT_STARTED, count NOT_STARTED");
}
