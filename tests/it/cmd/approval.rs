//! What a person is shown before they approve: the author's message, and files or what changed in them.

use crate::house::House;

const YES: (&str, &str) = ("Approve this as", "yes\r");

fn house() -> House {
    House::new()
        .workflow(
            "demo",
            "[inputs]
             tag = { type = 'slug', default = 'v1' }
             [[gate]]
             id = 'build'
             executor = 'command'
             shell = 'echo built > built.txt'
             contract = 'built'
             approval = { by = 'person', show = ['release/*.md'], message = 'release/approve.md' }",
        )
        .leaves("built", "built.txt")
        .file("prompts/release/approve.md", "Releasing {{ tag }} in attempt {{ attempt }}.\n")
        .file("release/notes.md", "one\ntwo\n")
}

#[test]
fn message_and_files_are_shown_before_the_question_and_bound_by_their_digests() {
    let house = house();
    house
        .orch("run demo")
        .code(3)
        .says("A person must read built.txt, release/notes.md, then approve");
    house.orch("status").code(0).says("waits for approval of release/notes.md");
    let status = house.orch("status --json").code(0).json();
    assert_eq!(status["data"]["gates"][0]["shows"][0], "release/notes.md");
    let brief = house.orch("brief --json").code(0).json();
    assert_eq!(brief["data"]["gates"][0]["shows"][0], "release/notes.md");
    // Nobody can be asked without a terminal, and everybody can read.
    let plain = house.orch("gate approve").code(2).says("Releasing v1 in attempt 1.");
    plain.says("--- release/notes.md\none\ntwo\n");
    house
        .on_terminal("gate approve", &[("Releasing v1 in attempt 1.", ""), YES])
        .code(0)
        .says("--- release/notes.md");
    let approval = house.attempt("build", 1)["approval"].clone();
    assert_eq!(approval["shown"].as_object().unwrap().len(), 1, "{approval}");
    house.orch("verify").code(0);
}

#[test]
fn what_changed_since_the_last_approval_is_shown_line_by_line() {
    // Nobody commits what was approved.
    let house = house();
    house.orch("run demo").code(3);
    house.on_terminal("gate approve", &[YES]).code(0);
    house.orch("gate redo --gate build --reason later").code(0);
    house.orch("gate approve").code(2).says("release/notes.md (unchanged since the last approval)");
    house.write("release/notes.md", "one\nthree\n");
    house.write("release/more.md", "more\n");
    let said = house.orch("gate approve").code(2).says("--- release/more.md\nmore\n");
    said.says(
        "--- release/notes.md (changed since the last approval)\n@@ -1,2 +1,2 @@\n one\n-two\n+three\n",
    );
    house.remove("release/notes.md");
    house.orch("gate approve").code(2).says("release/notes.md (deleted since the last approval)");
}

#[test]
fn outputs_are_shown_where_the_approval_names_no_files_and_then_what_changed_in_them() {
    let house = House::new()
        .workflow(
            "demo",
            "[[gate]]
             id = 'draft'
             executor = 'human'
             contract = 'drafts'
             approval = 'person'",
        )
        .contract(
            "drafts",
            "[[output]]
             glob = 'drafts/*'",
        )
        .file("drafts/a.md", "one\ntwo\n")
        .file("drafts/gone.md", "gone\n")
        .file("drafts/same.md", "same\n");
    house.write("drafts/picture.png", b"\xff\xfe");
    house.write("drafts/long.md", "line\n".repeat(300_000));
    house.orch("run demo").code(3);
    house.orch("done 'first draft'").code(0);
    let said = house.orch("gate approve").code(2).says("--- drafts/a.md\none\ntwo\n");
    said.says(
        "--- drafts/long.md (too large to be shown here)\n--- drafts/picture.png (binary file)\n",
    );
    house.on_terminal("gate approve", &[YES]).code(0);
    house.orch("gate redo --gate draft --reason later").code(0);
    house.write("drafts/a.md", "one\nthree\n");
    house.remove("drafts/gone.md");
    house.orch("done 'second draft'").code(0);
    let said = house.orch("gate approve").code(2);
    let said = said.says(
        "--- drafts/a.md (changed since the last approval)\n@@ -1,2 +1,2 @@\n one\n-two\n+three\n\
         --- drafts/gone.md (deleted since the last approval)\n",
    );
    said.never_says("--- drafts/same.md").never_says("--- drafts/long.md");
}

#[test]
fn of_very_many_outputs_all_are_named_and_later_each_that_changed_is_shown() {
    let house = House::new()
        .workflow(
            "demo",
            "[[gate]]
             id = 'a'
             executor = 'human'
             contract = 'many'
             approval = 'person'",
        )
        .contract("many", "[[output]]\nglob = 'many/*'")
        .env("PAGER", "true");
    for number in 100..202 {
        house.write(&format!("many/{number}"), format!("text {number}\n"));
    }
    house.orch("run demo").code(3);
    house.orch("done all").code(0);
    let said = house.orch("gate approve").code(2).says("--- many/199\ntext 199\n");
    let said = said.says(
        "--- many/200 (not shown: too many files)\n--- many/201 (not shown: too many files)\n",
    );
    said.says("A person must read many/100, many/101, many/102, many/103, many/104, many/105, many/106, many/107 and 94 more files, then");
    house.on_terminal("gate approve", &[YES]).code(0);
    house.orch("gate redo --gate a --reason later").code(0);
    house.write("many/201", "another\n");
    house.orch("done all").code(0);
    let said = house.orch("gate approve").code(2).says("--- many/201 (changed since");
    said.never_says("too many files").never_says("--- many/100");
}

#[test]
fn files_that_change_while_the_question_stands_are_not_approved() {
    let house = house().env("PAGER", "sh change.sh");
    house.write("change.sh", "echo later >> release/notes.md; cp \"$1\" paged.txt\n");
    house.write("release/notes.md", "line\n".repeat(60));
    house.orch("run demo").code(3);
    house.on_terminal("gate approve", &[YES]).code(2).says("have changed since you saw them");
    assert_eq!(house.gates(), "build WAITING");
    let paged = format!("--- release/notes.md\n{}", "line\n".repeat(60));
    assert_eq!(house.read("paged.txt"), paged);
    let house = house.env("PAGER", "echo paged");
    let down = "\u{1b}[B".repeat(3);
    let page = format!("{down}\r");
    let word = "Your decision";
    let talk = [(word, page.as_str()), ("paged /", ""), (word, "\u{1b}")];
    house.on_terminal("run resume", &talk).code(3);
    house.on_terminal("gate approve", &[YES]).code(0);
}

#[test]
fn a_missing_message_a_path_outside_and_names_without_a_signature_are_load_errors() {
    for (approval, said) in [
        ("by = 'person', message = 'release/aprove.md'", "`prompts/release/aprove.md` not found"),
        ("by = 'person', message = 'bad.md'", "unknown name `nope`"),
        ("by = 'person', show = ['../x']", "leaves the project"),
        ("by = 'person', show = ['{{ nope }}']", "unknown name `nope`"),
        ("by = 'person', show = ['a[']", "glob \"a[\""),
        ("by = ['ada@example.org']", "requires `signed = true`"),
        ("by = 'person', signed = true", "requires the names of its signers"),
        ("by = 'persn'", "expected `person`"),
        ("by = 'person', not_by = 'a'", "`not_by` requires a signed approval"),
    ] {
        let gate = format!("[[gate]]\nid = 'a'\nexecutor = 'human'\napproval = {{ {approval} }}");
        let house = house().workflow("bad", &gate).file("prompts/bad.md", "{{ nope }}\n");
        house.orch("workflow check bad").code(2).says(said);
    }
}

#[test]
fn a_rehearsal_says_what_the_person_is_told_and_an_amended_message_asks_again() {
    let house = house();
    house.orch("rehearse demo").code(0).says("Releasing v1 in attempt 1.");
    house.orch("run demo").code(3);
    house.write("prompts/release/approve.md", "Releasing {{ tag }}, at last.\n");
    let take = [("Apply this as Ada", "yes\r")];
    house.on_terminal("run amend", &take).code(0).says("prompts/release/approve.md");
    house.orch("run resume").code(3);
    assert_eq!(house.attempts("build"), "CANCELED WAITING");
}

#[test]
fn nobody_is_asked_about_what_stands_on_changed_work() {
    let house = House::new()
        .workflow(
            "demo",
            "[[gate]]
             id = 'spec'
             executor = 'command'
             shell = 'echo good > spec.md'
             contract = 'spec'
             approval = 'person'
             [[gate]]
             id = 'window'
             executor = 'human'
             [[gate]]
             id = 'publish'
             executor = 'command'
             shell = 'cp spec.md published.md'
             contract = 'published'
             approval = 'person'",
        )
        .leaves("spec", "spec.md")
        .leaves("published", "published.md");
    house.orch("run demo").code(3);
    house.on_terminal("gate approve", &[YES]).code(0);
    house.orch("gate finish").code(0);
    house.write("spec.md", "evil\n");
    let says = "gate publish must be done again before it can be approved: spec.md has changed \
                since spec passed";
    let done = house.on_terminal("gate approve --gate publish", &[]).code(2).says(says);
    done.never_says("Approve this as");
    assert_eq!(house.gates(), "spec STALE, window STALE, publish STALE");
    house.orch("run resume").code(3).says("approve or reject gate spec");
    house.on_terminal("gate approve", &[YES]).code(0);
    house.orch("gate finish").code(0);
    house.on_terminal("gate approve --gate publish", &[YES]).code(0).says("PASSED");
}
