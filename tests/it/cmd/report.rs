//! `orch report`: a run in one document, as HTML and as Markdown.

use super::signed;
use crate::house::House;
use crate::house::child;
use crate::html;

/// A run that fails once, is fixed, approved with a signature, and ends.
fn passed() -> Option<House> {
    let house = signed::with_keys(House::new().agents(""))?;
    let house = house
        .workflow(
            "demo",
            "key = '{{ slug }}'
             [inputs]
             slug = { type = 'slug', help = 'What it is about' }
             [[gate]]
             id = 'write'
             name = 'Write it'
             executor = 'agent'
             contract = 'text'
             retry = { attempts = 2 }
             approval = { signed = true, by = ['ada@example.org'] }
             [[gate]]
             id = 'send'
             executor = 'command'
             command = ['true']",
        )
        .contract(
            "text",
            "[[output]]\npath = 'a.md'\nchecks = [{ kind = 'word_count', min = 3 }]\n",
        )
        .script("write.1", "echo one > a.md")
        .script("write.2", "echo one two three > a.md");
    house.orch("run demo --slug the-word").code(3);
    house.on_terminal("gate approve --note fine", &[("Approve this as", "yes\r")]).code(0);
    Some(house)
}

/// The HTML, as it lies in its file.
fn whole(house: &House) -> String {
    let path = house.outside("report.html");
    house.orch(&format!("report -o {}", path.display())).code(0);
    std::fs::read_to_string(path).unwrap()
}

#[test]
fn a_run_that_passed_is_reported_with_what_was_mended_and_who_approved() {
    let Some(house) = passed() else { return };
    let short = house.orch("report --format markdown").code(0);
    insta::assert_snapshot!(short.stdout, @"
    <!-- orch:report the-word -->
    ### demo 1 the-word: PASSED

    worked 3.0s · waited 55.0s · spent 0&#46;0200 USD · spent 220 tokens

    | gate | status | attempts | by | time | cost |
    | --- | --- | --- | --- | --- | --- |
    | `write` Write it | PASS | 2 | agent claude (scripted-model) | 2.0s, waited 55.0s | 0.0200 USD |
    | `send` | PASS | 1 | command | 1.0s |  |

    <details><summary>Fixed findings: 1</summary>

    - `a.md`: word count (expected at least 3, found 1) — `write` attempt 1, fixed by attempt 2

    </details>

    **Approvals**

    - `write` attempt 2 approved by Ada &#60;ada&#64;<!-- -->example&#46;org&#62;: fine (valid signature by ada&#64;<!-- -->example&#46;org)

    **Verified**: 1 artifact as recorded, 17 events

    Verify it yourself: `orch verify --run run_20260119T143012Z_the-word_000001 --head <sha256>`
    ");
    let whole = whole(&house);
    html::is_sound(&whole);
    for part in [
        "<dt>slug <span class=\"faint\">(What it is about)</span></dt><dd>the-word</dd>",
        "a.md</code>: word count; expected at least 3; found 1",
        "Fixed: attempt 2 passed.",
        "bound to 1 file: <span class=\"good\">valid signature by ada@example.org</span>. Note: fine",
        "sha256sum --check --quiet SHA256SUMS",
        "0.0100 USD",
    ] {
        assert!(whole.contains(part), "`{part}` is not in\n{whole}");
    }
}

/// Whether a line succeeds where the report says that it is typed.
fn sh(house: &House, line: &str) -> bool {
    child::output(house.program("sh").args(["-c", line])).status.success()
}

#[test]
fn the_commands_of_a_report_verify_it_with_stock_programs() {
    let Some(house) = passed() else { return };
    let whole = whole(&house);
    let commands = whole.split("<pre>").skip(1).map(|part| part.split("</pre>").next().unwrap());
    let commands: Vec<String> = commands
        .map(|line| line.replace("&amp;", "&").replace("&lt;", "<").replace("&#39;", "'"))
        .filter(|line| line.starts_with("cd "))
        .collect();
    assert_eq!(commands.len(), 2, "{commands:?}");
    let verify = || commands.iter().all(|line| sh(&house, line));
    assert!(verify(), "{commands:?}");
    let text = house.run_folder().join("record/gates/write/approval-2.txt");
    std::fs::write(&text, std::fs::read_to_string(&text).unwrap().replace("write", "other"))
        .unwrap();
    assert!(!verify(), "{commands:?}");
    assert!(commands.iter().all(|line| !sh(&house, line)), "{commands:?}");
}

#[test]
fn what_differs_is_in_the_report() {
    let Some(house) = passed() else { return };
    house.write("a.md", "other words\n");
    let short = house.orch("report --format markdown").code(0);
    let short = short.says("**DIFFERENT**: 1 difference from the journal").says("a&#46;md");
    assert!(!short.stdout.contains("**Verified**"), "{}", short.stdout);
    let whole = whole(&house);
    html::is_sound(&whole);
    assert!(whole.contains("DIFFERENT: 1 difference"), "{whole}");
}

#[test]
fn a_run_that_failed_is_reported_with_what_is_open() {
    let house = House::new()
        .workflow(
            "demo",
            "[[gate]]
             id = 'bad'
             executor = 'command'
             command = ['true']
             contract = 'bad'
             [[gate]]
             id = 'after'
             executor = 'human'",
        )
        .contract(
            "bad",
            "[[output]]\npath = 'a.md'\nchecks = [{ kind = 'not_contains', text = 'TBD' }]\n",
        )
        .file("a.md", "one\ntwo TBD\n");
    house.orch("run demo").code(1);
    let short = house.orch("report demo --format markdown").code(0);
    insta::assert_snapshot!(short.stdout, @"
    <!-- orch:report demo -->
    ### demo 1 demo: FAILED

    worked 1.0s

    | gate | status | attempts | by | time | cost |
    | --- | --- | --- | --- | --- | --- |
    | `bad` | FAIL | 1 | command | 1.0s |  |
    | `after` | NOT_STARTED | 0 |  |  |  |

    <details open><summary>Open findings: 1</summary>

    - `a.md:2`: the file contains &#96;TBD&#96; — `bad` attempt 1

    </details>

    **Verified**: 6 events as recorded

    Verify it yourself: `orch verify --run run_20260119T143012Z_demo_000001 --head <sha256>`
    ");
    let now = "--now 2026-01-19T15:00:00Z report demo";
    house.orch(&format!("{now} -o report.html")).code(0);
    let whole = house.read("report.html");
    html::is_sound(&whole);
    assert!(whole.contains("<code>a.md:2</code>"), "{whole}");
    assert!(whole.contains("FAILED"), "{whole}");
    let json = house.orch(&format!("{now} --json")).code(0).json();
    assert_eq!(json["data"]["text"].as_str().unwrap(), stable(&whole));
    assert_eq!(json["data"]["format"], "html");
}

/// As the house shows what is printed.
fn stable(text: &str) -> String {
    regex::Regex::new("[0-9a-f]{64}").unwrap().replace_all(text, "<sha256>").into_owned()
}

/// What a key could say to get out of a report.
const EVIL_KEY: &str = "</style><script>alert(1)</script>\" onload=x ' ]]> --> {{ key }}";

/// What a program or a person could.
const EVIL: &str = "</style></p><script>alert(1)</script>\" onload=x ' ]]> --> `c` | \
    [l](javascript:x) @ada {{ key }} {% raw %}\u{1b}]0;t\u{7}\u{1b}[31m\u{202e}\u{9b}2J";

#[test]
fn nothing_that_a_run_holds_is_obeyed() {
    let house = House::new().file("evil", EVIL).workflow(
        "demo",
        "key = '{{ name }}'
         [inputs]
         name = { type = 'string' }
         text = { type = 'string' }
         [[gate]]
         id = 'bad'
         name = '<b onclick=\"x\">&amp; `y` | @ada'
         executor = 'command'
         shell = 'cat evil; echo x > \"<i>].md\"; exit 1'
         contract = 'c'
         on_fail = 'continue'
         [[gate]]
         id = 'ask'
         executor = 'human'
         needs = []
         [gate.answers]
         how = { type = 'string' }",
    );
    let house = house.contract("c", "[[output]]\nglob = '*.md'\n");
    house.orch_with(&["run", "demo", "--name", EVIL_KEY, "--text", EVIL]).code(3);
    house.orch_with(&["note", EVIL]).code(0);
    house
        .orch_with(&["gate", "finish", "--gate", "ask", "--answer", &format!("how={EVIL}")])
        .code(0);
    let whole = whole(&house);
    html::is_sound(&whole);
    assert!(whole.contains("&lt;script&gt;alert(1)&lt;/script&gt;"), "{whole}");
    let short = house.orch("report --format markdown").code(0).stdout;
    let comment = short.lines().next().unwrap();
    assert!(comment.starts_with("<!-- orch:report %3C/style%3E"), "{comment}");
    assert_eq!(comment.find("-->").unwrap() + 3, comment.len(), "{comment}");
    let rest = short.replace("<!-- -->", "").replace(comment, "");
    for bad in ["<script", "<b ", "](", "@ada", "\u{1b}", "\u{202e}"] {
        assert!(!rest.contains(bad), "`{bad}` is in\n{short}");
    }
}

#[test]
fn a_file_that_cannot_be_written_is_an_error() {
    let house = House::new().file("workflows/x.md", "");
    house.orch("run hello").code(0);
    house.orch("report -o workflows").code(1).says("workflows: ");
}

#[test]
fn another_tools_record_cannot_be_reported_on() {
    let house = House::new();
    house.write("orchestration/runs/old-1/record/RUN.json", r#"{"run_id":"old-1"}"#);
    house
        .orch("report old-1")
        .code(2)
        .says("`old-1` is the record of another tool; orch can only show it");
}
