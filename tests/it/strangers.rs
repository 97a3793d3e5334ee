//! Workflows that nobody foresaw, run without a word of them in `src/`.

use crate::house::House;
use regex::Regex;
use std::path::Path;

/// A house with every file of a folder below `tests/workflows/`.
pub fn stranger(name: &str) -> House {
    let roles = ["translator", "writer", "reviewer"];
    let roles = roles.map(|role| format!("[agents.{role}]\nuse = 'claude'\n")).concat();
    let house = House::new().agents(&roles);
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/workflows").join(name);
    let mut open = vec![root.clone()];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else {
                let inside = path.strip_prefix(&root).unwrap().display().to_string();
                house.write(&inside, std::fs::read(&path).unwrap());
            }
        }
    }
    house.orch(&format!("workflow check {name}")).code(0);
    house
}

#[test]
fn a_release_with_parallel_checks_and_two_approvals() {
    let house = stranger("release");
    let yes = |gate: &str| format!("gate approve --gate {gate}");
    let word = [("Approve this as", "yes\r")];
    house.orch("run release --number 1.2.0 --jobs 3").code(3);
    assert_eq!(
        house.gates(),
        "freeze PASS, lint PASS, units PASS, licences SKIPPED, notes WAITING, go NOT_STARTED, \
         publish NOT_STARTED, announce NOT_STARTED, sum-up NOT_STARTED"
    );
    house.on_terminal(&yes("notes"), &word).code(0).says("More speed.");
    house.orch("gate finish --gate go --answer channel=stable").says("go");
    let last = house.on_terminal(&yes("go"), &word).code(0);
    last.says("Publish 1.2.0 to stable? It cannot be taken back.").says("PASSED");
    assert_eq!(house.read("dist/published.txt"), "1.2.0 stable\n");
    assert_eq!(house.read("dist/SUMMARY.md"), "1.2.0: units PASS, go PASS, publish PASS\n");
}

#[test]
fn a_release_that_is_called_off_publishes_nothing_and_is_summed_up() {
    let house = stranger("release");
    house.orch("run release --number 1.2.0").code(3);
    house.on_terminal("gate approve", &[("Approve this as", "yes\r")]).code(0);
    house.orch("gate finish --gate go --answer channel=beta").says("go");
    house.on_terminal("gate reject --reason late", &[]).says("FAIL");
    assert!(!house.exists("dist/published.txt"));
    assert_eq!(house.read("dist/SUMMARY.md"), "1.2.0: units PASS, go FAIL, publish NOT_STARTED\n");
}

#[test]
fn a_release_whose_tests_fail_asks_nobody() {
    let house = stranger("release").file("broken", "");
    house.orch("run release --number 1.2.0 --jobs 1").code(1);
    assert_eq!(house.attempts("units"), "FAIL FAIL");
    assert_eq!(
        house.read("dist/SUMMARY.md"),
        "1.2.0: units FAIL, go NOT_STARTED, publish NOT_STARTED\n"
    );
}

#[test]
fn a_pipeline_over_the_tables_of_a_file() {
    let house = stranger("pipeline");
    house.orch("run pipeline").code(1).says("south").says("rows");
    assert_eq!(
        house.gates(),
        "fetch PASS, clean FAIL, clean[north] PASS, clean[south] FAIL, sum NOT_STARTED, \
         report NOT_STARTED"
    );
    house.write("raw/south.csv", "city,people\nRome,3\nBari,1\n");
    house.orch("run resume").code(0);
    assert_eq!(house.read("out/total.json").trim(), r#"{"total": 10, "tables": 2}"#);
    // A second run does none of the work again.
    house.orch("run pipeline").code(0).says("REUSED");
}

#[test]
fn a_translation_that_is_reviewed_until_it_is_good() {
    let house = stranger("translate")
        .script("draft", "# session: t1\nprintf 'Guten Tag, world\\n' > de.md")
        .script("draft.2", "# session: t2\nprintf 'Guten Tag, Welt\\n' > de.md")
        .script(
            "review",
            "# session: r1\ngrep -q world de.md && v=FAIL || v=PASS\n\
                 printf -- \"---\\nverdict: $v\\n---\\nRead it twice.\\n\" > review.md",
        );
    house.orch("run translate --text hello.md").code(0);
    assert_eq!(house.attempts("draft"), "PASS PASS");
    assert_eq!(house.attempts("review"), "FAIL PASS");
    assert!(house.packet("draft", 2).contains("verdict"), "{}", house.packet("draft", 2));
    assert!(house.packet("draft", 1).contains("Hello, world"));
}

#[test]
fn no_workflow_is_known_to_the_source() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let quoted = Regex::new(r#"(?m)^(?:name|id|contract|agent|prompt)\s*=\s*"([^"]+)""#).unwrap();
    let mut names = Vec::new();
    for folder in [
        "workflows",
        "tests/workflows/release/workflows",
        "tests/workflows/pipeline/workflows",
        "tests/workflows/translate/workflows",
    ] {
        for entry in std::fs::read_dir(root.join(folder)).unwrap() {
            let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
            names.extend(quoted.captures_iter(&text).map(|found| found[1].to_owned()));
        }
    }
    assert!(names.iter().any(|name| name == "visual-essay") && names.len() > 30);
    // Words that any program may use for itself are told by their quotes alone.
    let shared = [
        "go", "sum", "clean", "lint", "notes", "review", "draft", "report", "fetch", "build",
        "work", "verdict", "print", "epic", "convoy", "audit",
    ];
    names.retain(|name| !shared.contains(&name.as_str()));
    let escaped: Vec<String> = names.iter().map(|name| regex::escape(name)).collect();
    let known = Regex::new(&format!("[\"'`](?:{})[\"'`]", escaped.join("|"))).unwrap();
    let mut open = vec![root.join("src")];
    let mut problems = Vec::new();
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
                continue;
            }
            // The names of shipped defaults stand in this one file, and nowhere else.
            if path.ends_with("src/defaults.toml") {
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap();
            for found in known.find_iter(&text) {
                problems.push(format!("{} knows {}", path.display(), found.as_str()));
            }
        }
    }
    assert!(problems.is_empty(), "\n{}", problems.join("\n"));
}
