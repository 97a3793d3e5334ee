//! A run is verified wherever its repository comes to lie: merged in any way, its branch gone,
//! checked out detached, cloned in part; and a changed byte is found in each of these places.

use crate::house::Done;
use crate::house::House;

/// How a branch comes to `main`.
const MERGES: [&[&str]; 4] = [
    &["merge --quiet --no-ff --no-edit feature"],
    &["merge --quiet --ff-only feature"],
    &["merge --quiet --squash feature", "commit --quiet --message=squash"],
    &[
        "commit --quiet --allow-empty --message=other",
        "checkout --quiet feature",
        "rebase --quiet main",
        "checkout --quiet main",
        "merge --quiet --ff-only feature",
    ],
];

/// A run of one gate that passed on `feature`, where `main` is checked out now.
fn house() -> House {
    let house = House::new()
        .workflow(
            "demo",
            "[[gate]]\nid = 'a'\nexecutor = 'command'\nshell = 'echo hi > a.md && mkdir -p dist && echo built > dist/a.js'\ncontract = 'a'",
        )
        .contract("a", "[[output]]\npath = 'a.md'\n[[output]]\npath = 'dist/a.js'\n")
        .file(".gitignore", "dist\n");
    house.git("add .");
    house.git("commit --quiet --message=project");
    house.git("checkout --quiet -b feature");
    house.orch("run demo").code(0);
    house.git("add a.md");
    house.git("commit --quiet --message=work");
    house.git("checkout --quiet main");
    house
}

fn merged(how: &[&str]) -> House {
    let house = house();
    for words in how {
        house.git(words);
    }
    house
}

/// A copy of the repository beside it, made by these words of `git`, and `orch` in it.
fn cloned<'h>(house: &'h House, name: &str, words: &str) -> (String, impl Fn(&str) -> Done + 'h) {
    let path = house.outside(name).display().to_string();
    let project = house.project().display().to_string();
    house.git(&format!("clone --quiet {words} file://{project} {path}"));
    let folder = path.clone();
    let orch = move |words: &str| {
        let words: Vec<&str> = words.split_whitespace().collect();
        house.orch_with(&[&["--project", folder.as_str()], &words[..]].concat())
    };
    (path, orch)
}

#[test]
fn a_run_is_verified_without_its_branch() {
    for how in MERGES {
        let house = merged(how);
        house.orch("verify").code(0).says("2 artifacts as recorded");
        house.git("branch --quiet -D feature");
        let run = house.run_id();
        let verify = format!("verify --run {run}");
        house.orch(&verify).code(0).says(&run).says("2 artifacts as recorded");
        house.orch("run demo").code(0);
        let every = house.orch("verify --all").code(0);
        assert_eq!(every.stdout.matches("verified run_").count(), 2, "{}", every.shown());
        house.write("a.md", "changed\n");
        house.orch(&verify).code(6).says("a.md line 1");
    }
}

#[test]
fn a_run_is_verified_in_every_kind_of_clone() {
    for how in MERGES {
        let house = merged(how);
        let run = house.run_id();
        for (name, words) in [
            ("whole", ""),
            ("shallow", "--depth=1"),
            ("single", "--single-branch --branch=main"),
            ("partial", "--filter=blob:none"),
            ("feature", "--single-branch --branch=feature"),
        ] {
            house.git("config uploadpack.allowFilter true");
            let (path, there) = cloned(&house, name, words);
            let git = |words: &str| house.git(&format!("-C {path} {words}"));
            let left = "1 artifact not checked: it is not in this copy";
            there(&format!("verify --run {run}")).code(0).says("1 artifact as recorded").says(left);
            git("checkout --quiet --detach");
            there("verify --all").code(0).says(&run);
            let data = there("verify --json").code(0).json();
            assert_eq!(data["data"][0]["not_looked_at"], 1, "{data}");
            there("verify --artifacts required").code(6).says("dist/a.js");
            std::fs::write(house.outside(name).join("a.md"), "changed\n").unwrap();
            there("verify").code(6).says("a.md");
            git("checkout --quiet -- a.md");
            // What was built anew, and otherwise.
            std::fs::create_dir(house.outside(name).join("dist")).unwrap();
            std::fs::write(house.outside(name).join("dist/a.js"), "other\n").unwrap();
            there("verify").code(6).says("dist/a.js: recorded as");
            std::fs::write(house.outside(name).join("dist/a.js"), "built\n").unwrap();
            there("verify --artifacts required").code(0).says("2 artifacts as recorded");
        }
    }
}

#[test]
fn a_changed_byte_is_found_in_every_place() {
    let house = merged(MERGES[2]);
    let run = house.run_id();
    let file = format!("orchestration/runs/{run}/record/gates/a/attempt-1.json");
    let whole = house.read(&file);
    // Here, in the working tree and committed.
    house.write(&file, whole.replace("PASS", "FAIL"));
    house.orch("verify").code(6).says("attempt-1.json line");
    house.git("commit --quiet -am changed");
    house.orch("verify").code(6).says("attempt-1.json line");
    house.git("checkout --quiet --detach");
    house.git("branch --quiet -D feature");
    house.orch("verify").code(6).says("attempt-1.json line");
    let (_, there) = cloned(&house, "clone", "--branch=main");
    there("verify").code(6).says("attempt-1.json line");
    // On the run's branch, while another one is checked out.
    let house = self::house();
    house.git("checkout --quiet feature");
    house.write(&file, whole.replace("PASS", "FAIL"));
    house.git("commit --quiet -am changed");
    house.git("checkout --quiet main");
    house.orch("verify").code(6).says("attempt-1.json (feature) line");
    let (_, there) = cloned(&house, "clone", "");
    there(&format!("verify --run {run}")).code(6).says("attempt-1.json (origin/feature) line");
}

#[test]
fn a_run_that_was_not_merged_is_found_by_its_name() {
    let house = house();
    let run = house.run_id();
    let (path, there) = cloned(&house, "clone", "");
    there(&format!("verify --run {run}")).code(0).says("verified").says(&run);
    there("verify --run another").code(2).says("run `another` not found");
    // The run's own ref alone, with the record at its root or at its usual path.
    let id = house.git(&format!("rev-parse feature:orchestration/runs/{run}/record"));
    for tree in [id.trim(), house.git("rev-parse feature^{tree}").trim()] {
        let commit = house.git(&format!("commit-tree -m record {tree}"));
        house.git(&format!("update-ref refs/orch/runs/{run} {}", commit.trim()));
        let git = |words: &str| house.git(&format!("-C {path} {words}"));
        git("fetch --quiet origin +refs/orch/runs/*:refs/orch/runs/*");
        git("update-ref -d refs/remotes/origin/feature");
        there("verify --all").code(0).says(&run).says("2 artifacts not checked");
        there(&format!("verify --run {run}")).code(0);
    }
}

#[test]
fn one_run_that_cannot_be_looked_at_does_not_hide_the_others() {
    use std::os::unix::fs::symlink;
    let house = merged(MERGES[0]);
    let first = house.run_id();
    house.orch("run demo").code(0);
    let second = house.run_id();
    let journal = house.project().join(format!(".git/orch/runs/{first}/journal.jsonl"));
    std::fs::remove_file(&journal).unwrap();
    symlink(".", &journal).unwrap();
    let done = house.orch("verify --all").code(1).says(&format!("UNREADABLE {first}"));
    assert!(done.stdout.contains(&format!("verified {second}")), "{}", done.shown());
    house.orch("verify --all --json").code(1).says("unreadable");
}

/// A record that another tool made, under a name of its own, and under one that ours could have.
const FOREIGN: [&str; 2] = ["x", "run_20250304T100000Z_note_ab12cd"];

#[test]
fn a_project_with_the_records_of_another_tool_has_runs_as_any_other() {
    let house = House::new().workflow("note", "[[gate]]\nid = 'a'\nexecutor = 'human'");
    let told =
        r#"{ "workflow": { "name": "essay", "slug": "rain" }, "status": "RUNNING", "gates": [] }"#;
    let paths = FOREIGN.map(|name| format!("orchestration/runs/{name}/record/RUN.json"));
    for (name, path) in FOREIGN.iter().zip(&paths) {
        house.write(path, told);
        house.orch(&format!("run show --run {name}")).code(0).says("rain");
        house.orch(&format!("run resume --run {name}")).code(2).says("record of another tool");
    }
    house.orch("status").code(2).says("there are no runs");
    house.orch("run show --run note_ab12").code(0).says("rain");
    // Nor does its key belong to it.
    house.orch("run note").code(3);
    house.orch("status").code(0).says("WAITING");
    let listed = house.orch("run list").code(0);
    house.orch("run list --json").code(0).says(r#""status":"FOREIGN""#);
    let doctor = house.orch("doctor --fix").code(0);
    let verified = house.orch("verify --all").code(0);
    for name in FOREIGN {
        let has = |text: &str, words: &str| {
            text.lines().any(|line| line.contains(name) && line.contains(words))
        };
        assert!(has(&listed.stdout, "FOREIGN"), "{}", listed.shown());
        assert!(has(&doctor.stdout, "foreign"), "{}", doctor.shown());
        assert!(has(&verified.stdout, "foreign"), "{}", verified.shown());
    }
    assert!(paths.iter().all(|path| house.read(path) == told));
}

#[test]
fn the_record_of_another_tool_is_passed_over_with_a_word() {
    let house = merged(MERGES[0]);
    let record = house.run_folder().join("record");
    house.write("orchestration/runs/x/record/RUN.json", r#"{ "run_id": "x", "status": "PASSED" }"#);
    house.orch("verify --all").code(0).says("foreign  x").says("verified run_");
    house.git("add .");
    house.git("commit --quiet --message=theirs");
    house.orch("verify --all --json").code(0).says("foreign");
    house.orch("verify --run x").code(0).says("foreign  x");
    // A record of ours whose journal is gone is no such thing.
    std::fs::remove_dir_all(record.join("journal")).unwrap();
    house.git("rm -r --quiet --cached orchestration");
    house.git("commit --quiet --message=gone");
    std::fs::remove_dir_all(house.project().join(".git/orch")).unwrap();
    house
        .orch("verify --all")
        .code(6)
        .says("DIFFERENT run_")
        .says("no journal to verify it against");
}

#[test]
fn the_index_is_looked_at_too() {
    let house = merged(MERGES[0]);
    let run = house.run_id();
    let record = format!("orchestration/runs/{run}/record");
    house.git(&format!("rm --quiet --cached {record}/RUN.json"));
    house.orch("verify").code(6).says("RUN.json (index)").says("it is deleted in the index");
    house.git("reset --quiet");
    let whole = house.read(&format!("{record}/RUN.json"));
    house.write(&format!("{record}/RUN.json"), "{}");
    house.git("add orchestration");
    house.write(&format!("{record}/RUN.json"), &whole);
    house
        .orch("verify")
        .code(6)
        .says("RUN.json (index) line 1")
        .says("the index has different content");
    // A merge that is not committed yet holds what the journal says.
    let house = self::house();
    house.git("merge --quiet --squash feature");
    house.orch("verify").code(0).never_says("index");
}
