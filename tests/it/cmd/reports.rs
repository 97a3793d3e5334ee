//! What a run leaves behind for whoever looks at a job: JUnit, annotations, a summary.

use crate::house::House;
use regex::Regex;

#[test]
fn ci_leaves_junit_annotations_and_a_summary() {
    let house = House::new()
        .workflow(
            "demo",
            "[[gate]]
             id = 'good'
             executor = 'command'
             command = ['true']
             [[gate]]
             id = 'bad'
             executor = 'command'
             command = ['true']
             contract = 'bad'",
        )
        .contract(
            "bad",
            "[[output]]\npath = 'a.md'\nchecks = [{ kind = 'not_contains', text = 'TBD' }]\n",
        )
        .file("a.md", "one\ntwo TBD\n");
    let summary = house.outside("summary.md");
    std::fs::write(&summary, "before\n").unwrap();
    let house = house
        .env("GITHUB_ACTIONS", "true")
        .env("CI", "true")
        .env("GITHUB_STEP_SUMMARY", &summary.display().to_string());
    let done = house.orch("run demo --junit report.xml").code(1);
    assert!(
        done.stdout.contains("::error title=bad%3A not_contains,file=a.md,line=2::"),
        "{}",
        done.stdout
    );
    let junit = house.read("report.xml");
    assert!(junit.contains("tests=\"2\"") && junit.contains("failures=\"1\""), "{junit}");
    let summary = std::fs::read_to_string(summary).unwrap();
    assert!(summary.starts_with("before\n### demo demo: FAILED"), "{summary}");
    assert!(summary.contains("| bad | FAIL | 1 |"), "{summary}");
}

/// What a program could say to get out of a report.
const EVIL: &str = "a]]>b <img src=x> `c` | [l](http://e.org) ![i](x) @ada\u{1b}[31m\u{1}\u{ffff}\n::error::d\n# e";

fn hostile() -> House {
    House::new().file("evil", EVIL).workflow(
        "demo",
        "[[gate]]
             id = 'bad'
             name = 'x | <b> `y` [l](http://e.org)'
             executor = 'command'
             shell = 'cat evil; exit 1'
             on_fail = 'continue'
             [[gate]]
             id = 'good'
             executor = 'command'
             command = ['true']
             needs = []
             [[gate]]
             id = 'open'
             executor = 'human'
             needs = []",
    )
}

/// The elements of the schema that Jenkins judges by: its attributes, then what may stand in it.
const SCHEMA: [(&str, &[&str], &[&str]); 5] = [
    ("testsuites", &["name", "time", "tests", "failures", "disabled", "errors"], &["testsuite"]),
    (
        "testsuite",
        &[
            "name",
            "tests",
            "failures",
            "errors",
            "time",
            "disabled",
            "skipped",
            "timestamp",
            "hostname",
            "id",
            "package",
        ],
        &["properties", "testcase", "system-out", "system-err"],
    ),
    (
        "testcase",
        &["name", "assertions", "time", "classname", "status"],
        &["skipped", "error", "failure", "system-out", "system-err"],
    ),
    ("skipped", &["message"], &[]),
    ("failure", &["type", "message"], &[]),
];

#[test]
fn junit_is_what_jenkins_takes() {
    let house = hostile();
    house.orch("run demo --junit report.xml").code(3);
    let junit = house.read("report.xml");
    let is_xml = |letter: char| matches!(letter, '\n' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..);
    assert!(junit.chars().all(is_xml), "{junit:?}");
    let body = junit.strip_prefix("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n").unwrap();
    let tag = Regex::new("<(/?)([a-z-]+)((?: [a-z]+=\"[^\"<]*\")*)(/?)>").unwrap();
    let attribute = Regex::new(" ([a-z]+)=").unwrap();
    let mut open: Vec<&str> = Vec::new();
    for found in tag.captures_iter(body) {
        let name = found.get(2).unwrap().as_str();
        if &found[1] == "/" {
            assert_eq!(open.pop(), Some(name), "{junit}");
            continue;
        }
        let rule = |name: &str| *SCHEMA.iter().find(|rule| rule.0 == name).expect(name);
        let fits = open.last().map_or(name == "testsuites", |outer| rule(outer).2.contains(&name));
        assert!(fits, "{name} in {open:?}: {junit}");
        for given in attribute.captures_iter(&found[3]) {
            assert!(rule(name).1.contains(&&given[1]), "{} of {name}: {junit}", &given[1]);
        }
        if found[4].is_empty() {
            open.push(name);
        }
    }
    assert!(open.is_empty() && !tag.replace_all(body, "").contains('<'), "{junit}");
    assert!(junit.contains("a]]&gt;b &lt;img src=x&gt; `c`"), "{junit}");
    assert_eq!(body.matches("<failure").count() + body.matches("<skipped").count(), 2, "{junit}");
}

/// What XML has no way to write may have stood between the parts of a secret.
#[test]
fn what_junit_leaves_out_joins_no_secret() {
    let gate = "[[gate]]\nid = 'a'\nexecutor = 'command'\nsecrets = ['TOKEN']\nshell = 'cat said; exit 1'\n";
    let house = House::new().workflow("demo", gate).env("TOKEN", "S3cr3tValue1234");
    house.write("said", "one\ttwo S3cr3tV\talue1234 S3cr3tV\u{ffff}alue1234\n");
    house.orch("run demo --junit report.xml").code(1);
    let junit = house.read("report.xml");
    assert!(!junit.contains("S3cr3tValue1234") && junit.contains("one    two"), "{junit}");
}

#[test]
fn nothing_foreign_is_markup_in_a_summary() {
    let house = hostile();
    let summary = house.outside("summary.md");
    let house = house
        .env("GITHUB_ACTIONS", "true")
        .env("GITHUB_STEP_SUMMARY", &summary.display().to_string());
    let done = house.orch("run demo").code(3);
    let annotations = done.stdout.lines().filter(|line| line.starts_with("::"));
    assert_eq!(annotations.count(), 1, "{}", done.shown());
    let summary = std::fs::read_to_string(summary).unwrap();
    let rows: Vec<&str> = summary.lines().collect();
    assert_eq!(rows.len(), 7, "{summary}");
    assert!(
        rows[4].starts_with("| bad x &#124; &#60;b&#62; &#96;y&#96; &#91;l&#93;("),
        "{summary}"
    );
    for row in &rows[2..] {
        assert_eq!(row.matches('|').count(), 5, "{row}");
        let bare = row.replace("<!-- -->", "").replace(" --- ", "");
        assert!(!bare.contains(['<', '>', '`', '[', ']', '!', '\\', '*', '_', '@']), "{row}");
    }
}
