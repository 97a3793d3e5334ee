//! `each`: one instance for each item of a list, of an input or of a file.

use crate::house::House;

fn over(each: &str) -> House {
    House::new().workflow(
        "demo",
        &format!(
            "[inputs]
             chapters = {{ type = 'list', default = ['intro', 'end'] }}
             [[gate]]
             id = 'write'
             executor = 'command'
             command = ['sh', '-c', 'echo \"$1\" > $1.md', 'sh', \"{{{{ chapter }}}}\"]
             each = {each}
             contract = 'chapter'
             [[gate]]
             id = 'bind'
             executor = 'command'
             command = ['true']"
        ),
    )
}

#[test]
fn over_a_list() {
    let house =
        over("{ in = '{{ chapters }}', as = 'chapter' }").leaves("chapter", "{{ chapter }}.md");
    house.orch("run demo --chapters intro,middle,end").code(0);
    assert_eq!(
        house.gates(),
        "write PASS, write[intro] PASS, write[middle] PASS, write[end] PASS, bind PASS"
    );
    assert_eq!(house.read("middle.md"), "middle\n");
    assert_eq!(house.attempt("write[middle]", 1)["artifacts"][0]["path"], "middle.md");
}

#[test]
fn over_a_file() {
    let house = over("{ file = 'book.json', pointer = '/parts', as = 'chapter' }")
        .leaves("chapter", "{{ chapter }}.md")
        .file("book.json", r#"{"parts": ["one", "two"]}"#);
    house.orch("run demo").code(0);
    assert_eq!(house.gates(), "write PASS, write[one] PASS, write[two] PASS, bind PASS");
}

#[test]
fn objects_are_named_by_their_id() {
    let house = over("{ file = 'book.json', as = 'chapter' }");
    let text = house.read("workflows/demo.toml").replace("{{ chapter }}", "{{ chapter.id }}");
    let house = house
        .file("workflows/demo.toml", &text)
        .leaves("chapter", "{{ chapter.id }}.md")
        .file("book.json", r#"[{"id": "x1"}, {"id": "x2"}]"#);
    house.orch("run demo").code(0);
    assert_eq!(house.gates(), "write PASS, write[x1] PASS, write[x2] PASS, bind PASS");
}

#[test]
fn one_that_fails_fails_the_gate() {
    let house = over("{ in = '{{ chapters }}', as = 'chapter' }").contract(
        "chapter",
        "[[output]]\npath = '{{ chapter }}.md'\nchecks = [{ kind = 'contains_text', all = ['intro'] }]",
    );
    house.orch("run demo").code(1);
    assert_eq!(house.gates(), "write FAIL, write[intro] PASS, write[end] FAIL, bind NOT_STARTED");
}

#[test]
fn nothing_to_do_is_skipped() {
    let house = over("{ file = 'book.json', as = 'chapter' }")
        .leaves("chapter", "{{ chapter }}.md")
        .file("book.json", "[]");
    house.orch("run demo").code(0);
    assert_eq!(house.gates(), "write SKIPPED, bind PASS");
}

#[test]
fn a_list_that_cannot_be_read_is_a_failure_that_says_so() {
    let house = over("{ file = 'book.json', pointer = '/parts', as = 'chapter' }")
        .leaves("chapter", "{{ chapter }}.md");
    house.orch("run demo").code(1).says("book.json");
    house.write("book.json", r#"{"parts": 7}"#);
    house
        .orch("run resume")
        .code(1)
        .says("book.json: /parts is a number, and `each` requires a list");
    house.write("book.json", "{\"parts\": {\"a/b\": [1]}}\n");
    house
        .orch("run resume")
        .code(1)
        .says(r#"an object, and `each` requires a list; write pointer = "/parts/a~1b""#);
    house.write("book.json", "{\"parts\": [\"a\"");
    house
        .orch("run resume")
        .code(1)
        .says("book.json:1: invalid JSON: 2 unclosed lists and objects; add `]}` [gate]");
    house.write("book.json", r#"{"parts": ["a"]}"#);
    house.orch("run resume").code(0);
    assert_eq!(house.gates(), "write PASS, write[a] PASS, bind PASS");
}

#[test]
fn hostile_items_stay_names() {
    let house = over("{ file = 'book.json', as = 'chapter' }")
        .file("book.json", r#"["../../up", "$(touch pwned)", "a b", "a/b"]"#);
    let text = house.read("workflows/demo.toml").replace("contract = 'chapter'", "");
    let text = text.replace("'echo \"$1\" > $1.md'", "'true'");
    let house = house.file("workflows/demo.toml", &text);
    house.orch("run demo").code(0);
    assert!(!house.exists("pwned") && !house.exists("../up"));
    assert!(house.record()["gates"].as_array().unwrap().len() == 6);
}

#[test]
fn instances_can_go_one_by_one_in_the_order_of_the_list() {
    let house = House::new().workflow(
        "demo",
        "[[gate]]
         id = 'step'
         executor = 'command'
         each = { in = '[\"c\", \"a\", \"b\"]', as = 'item', order = 'serial' }
         shell = 'echo in $ORCH_INPUT_ITEM >> seen; sleep 0.1; echo out >> seen'",
    );
    house.orch("run demo --jobs 4").code(0);
    assert_eq!(house.read("seen"), "in c\nout\nin a\nout\nin b\nout\n");
}

#[test]
fn only_so_many_instances_are_at_work_at_once() {
    let house = |jobs: &str| {
        House::new().workflow(
            "demo",
            &format!(
                "[inputs]
                 width = {{ type = 'integer', default = 2, help = 'how many' }}
                 [[gate]]
                 id = 'step'
                 executor = 'command'
                 each = {{ in = '[1, 2, 3, 4, 5, 6]', as = 'item', jobs = {jobs} }}
                 shell = 'mkdir -p at; touch at/$ORCH_INPUT_ITEM; ls at | wc -l >> seen; sleep 0.2; rm at/$ORCH_INPUT_ITEM'"
            ),
        )
    };
    for jobs in ["2", "'{{ width }}'"] {
        let house = house(jobs);
        house.orch("run demo --jobs 6").code(0);
        let most = house.read("seen").lines().map(|line| line.trim().parse::<u32>().unwrap()).max();
        assert_eq!(most, Some(2));
    }
    let free = house("0");
    free.orch("run demo --jobs 6").code(0);
    assert_eq!(free.read("seen").lines().count(), 6);
    house("-1").orch("workflow check demo").code(2).says("a number, such as 3");
    house("'{{ widht }}'").orch("workflow check demo").code(2).says("did you mean `width`?");
    house("'few'").orch("run demo").code(1).says("`each.jobs` renders `few`, not a whole number");
}

#[test]
fn a_condition_that_names_the_item_is_judged_for_each() {
    let house = House::new().workflow(
        "demo",
        "[[gate]]
         id = 'step'
         executor = 'command'
         each = { in = '[\"a\", \"b\"]', as = 'item' }
         when = \"{{ item != 'a' }}\"
         command = ['true']",
    );
    house.orch("run demo").code(0);
    assert_eq!(house.gates(), "step PASS, step[a] SKIPPED, step[b] PASS");
}

#[test]
fn a_fan_out_is_worked_at_by_its_instances() {
    let house = House::new().workflow(
        "demo",
        "[[gate]]
         id = 'ask'
         executor = 'human'
         each = { in = \"{{ ['a', 'b'] }}\", as = 'who' }
         [[gate]]
         id = 'clean'
         executor = 'command'
         command = ['touch', 'cleaned']
         finally = true",
    );
    house.orch("run demo").code(3);
    for words in
        ["gate start --gate ask", "gate finish --gate ask", "gate fail --gate ask --reason no"]
    {
        house
            .orch(words)
            .code(2)
            .says("gate ask fans out; choose one of its instances")
            .says("--gate 'ask[a]' or --gate 'ask[b]'");
    }
    house.orch("gate start --gate clean").code(2).says("gate clean starts by itself at the end");
    assert!(!house.exists("cleaned"));
    house.orch("gate finish --gate ask[a]").code(0);
    house.orch("gate finish --gate ask[b]").code(0).says("PASSED");
}

#[test]
fn who_waives_a_fan_out_waives_what_waits_of_it() {
    let house = House::new().workflow(
        "demo",
        "[[gate]]
         id = 'ask'
         executor = 'human'
         each = { in = \"{{ ['a', 'b'] }}\", as = 'who' }",
    );
    house.orch("run demo").code(3);
    house.orch("gate finish --gate ask[a]").code(0);
    let talk = [("yes/no", "yes\r")];
    house.on_terminal("gate waive --gate ask --reason enough", &talk).code(0).says("PASSED");
    assert_eq!(house.gates(), "ask WAIVED, ask[a] PASS, ask[b] WAIVED");
    assert_eq!(house.attempts("ask[b]"), "CANCELED");
}
