//! Where commits go: each attempt onto the run's own ref, each stop onto the branch, and a person's own
//! commits between them as if there were no run.

use crate::house::House;
use crate::house::wait_until;
use std::process::Command;

/// Three gates that need nobody, and one that a person does.
fn house() -> House {
    let gate = |id: &str| {
        format!("[[gate]]\nid = '{id}'\nexecutor = 'command'\nshell = 'echo {id} > {id}.txt'\n")
    };
    let word = "[[gate]]\nid = 'word'\nexecutor = 'human'\n";
    let gates = ["a", "b", "c"].map(gate).concat();
    let house =
        House::new().workflow("demo", &format!("{gates}{word}")).file(".gitignore", "*.txt\n");
    house.git("add .");
    house.git("commit --quiet --message=project");
    house
}

fn reference(house: &House) -> String {
    format!("refs/orch/runs/{}", house.run_id())
}

fn count(house: &House, reference: &str) -> usize {
    house.git(&format!("rev-list --count {reference}")).trim().parse().unwrap()
}

/// The record as a tree on the run's ref, and on the branch.
fn trees(house: &House) -> [String; 2] {
    let folder = format!("orchestration/runs/{}/record", house.run_id());
    [format!("{}^{{tree}}", reference(house)), format!("HEAD:{folder}")]
        .map(|name| house.git(&format!("rev-parse {name}")))
}

#[test]
fn an_attempt_is_a_commit_of_the_ref_and_a_stop_one_of_the_branch() {
    let house = house();
    house.orch("run demo").code(3);
    assert_eq!((count(&house, &reference(&house)), count(&house, "HEAD")), (4, 3));
    let [on_ref, on_branch] = trees(&house);
    assert_eq!(on_ref, on_branch);
    house.orch("gate finish").code(0);
    assert_eq!((count(&house, &reference(&house)), count(&house, "HEAD")), (6, 4));
    let log = house.git(&format!(
        "log --reverse --format=%s|%(trailers:key=Orch-Status) {}",
        reference(&house)
    ));
    let titles: Vec<&str> = log.lines().filter(|line| line.contains('|')).collect();
    assert_eq!(
        titles,
        [
            "orch: a PASS in demo demo|Orch-Status: PASS",
            "orch: b PASS in demo demo|Orch-Status: PASS",
            "orch: c PASS in demo demo|Orch-Status: PASS",
            "orch: WAITING demo demo|Orch-Status: WAITING",
            "orch: word PASS in demo demo|Orch-Status: PASS",
            "orch: PASSED demo demo|Orch-Status: PASSED",
        ]
    );
    let base = house.git("rev-parse HEAD~2");
    let trailer = house.git(&format!(
        "log -1 --format=%(trailers:key=Orch-Base,valueonly) {}~5",
        reference(&house)
    ));
    assert_eq!(trailer.trim(), base.trim());
    assert_eq!(house.git("status --porcelain"), "");
    house.orch("verify").code(0);
}

#[test]
fn the_branch_gets_what_the_project_says() {
    let house = house().file("orch.toml", "[record]\nbranch = 'attempts'\n");
    house.orch("run demo").code(3);
    assert_eq!(count(&house, "HEAD"), 6);
    let house = self::house().file("orch.toml", "[record]\nbranch = 'never'\n");
    house.orch("run demo").code(3);
    house.orch("gate finish").code(0);
    assert_eq!((count(&house, &reference(&house)), count(&house, "HEAD")), (6, 2));
    assert!(!house.run_folder().join("record").exists());
    house.orch("status").code(0).says("PASSED");
    house.orch("run show").code(0).says("\"PASSED\"");
    house.orch("verify").code(0);
    house.orch("doctor").never_says("its record");
    let refused = self::house().file("orch.toml", "[record]\nbranch = 'always'\n");
    refused.orch("run demo").code(2).says("orch.toml:2:10");
}

#[test]
fn a_run_goes_on_in_a_clone_that_fetched_its_ref() {
    let house = house().file("orch.toml", "[record]\nbranch = 'never'\n");
    let elsewhere = house.outside("elsewhere");
    house.git(&format!("init --quiet --bare {}", elsewhere.display()));
    house.git(&format!("remote add origin {}", elsewhere.display()));
    house.git("push --quiet origin main");
    house.orch("run demo").code(3);
    house.orch("record push").code(0).says("origin holds the record of 1 run");
    let clone = House::outside_git();
    clone.git(&format!("clone --quiet {} .", elsewhere.display()));
    clone.write("orch.toml", "[record]\nbranch = 'never'\n");
    clone.orch("run list").code(0).never_says("demo");
    let run = house.run_id();
    clone.orch("record fetch").code(0).says(&run);
    clone.orch("record fetch").code(0).says("origin has no run that is not here");
    clone.orch("status --run demo").code(0).says("WAITING");
    clone.orch("gate finish --run demo").code(0).says("PASSED");
    clone.orch("record push").code(0);
    // It went on there, and comes back.
    house.orch("record fetch").code(0).says(&run);
    house.orch("status --run demo").code(0).says("PASSED");
    house.orch("verify").code(0);
}

#[test]
fn a_run_that_went_on_in_two_places_is_told_and_left() {
    let house = house();
    let elsewhere = house.outside("elsewhere");
    house.git(&format!("init --quiet --bare {}", elsewhere.display()));
    house.git("push --quiet --all ../elsewhere");
    house.orch("run demo").code(3);
    house.orch("record push ../elsewhere").code(0);
    let clone = House::outside_git();
    clone.git(&format!("clone --quiet {} .", elsewhere.display()));
    clone.orch("record fetch").code(0);
    clone.orch("gate finish --run demo").code(0);
    house.orch("gate fail --run demo --reason no").code(0);
    clone.orch("record push").code(0);
    let forked = format!("refs/orch/fetched/{}", house.run_id());
    house
        .orch("record fetch ../elsewhere")
        .code(6)
        .says("went on here and at ../elsewhere")
        .says(&forked);
    house.orch("status").code(0).says("FAILED");
    house.orch("record push ../elsewhere").code(1).says("`git push` failed");
    house.orch("record push --upload-pack=x").code(2);
    house.orch("record fetch nowhere").code(1).says("`git fetch` failed");
}

#[test]
fn whatever_is_lost_is_made_again_from_the_rest() {
    let house = house();
    house.orch("run demo").code(3);
    let (reference, trees_before) = (reference(&house), trees(&house));
    let folder = format!("orchestration/runs/{}", house.run_id());
    let start = house.git(&format!("rev-parse {reference}~2"));
    let whole = |what: &str| {
        house.orch("doctor --fix").says("mended");
        assert_eq!(house.git("status --porcelain"), "", "{what}");
        assert_eq!(trees(&house), trees_before, "{what}");
        house.orch("verify").code(0);
        house.orch("doctor").never_says("its record");
    };
    house.git(&format!("update-ref -d {reference}"));
    whole("the ref is gone");
    house.git(&format!("update-ref {reference} {}", start.trim()));
    whole("the ref is behind");
    house.git("reset --quiet --hard HEAD~1");
    whole("the branch is behind");
    house.git(&format!("rm --quiet -r --cached {folder}"));
    whole("the index holds a deletion");
    std::fs::remove_dir_all(house.run_folder().join("record/gates")).unwrap();
    whole("files are gone");
    house.write(&format!("{folder}/record/gates/a/attempt-1.json"), "{}");
    whole("a file was changed");
}

#[test]
fn a_run_whose_journal_is_lost_goes_on_from_its_ref() {
    let house = house();
    house.orch("run demo").code(3);
    std::fs::remove_dir_all(house.journal().parent().unwrap()).unwrap();
    std::fs::remove_dir_all(house.run_folder().join("record")).unwrap();
    house.orch("gate finish --run demo").code(0).says("PASSED");
    house.orch("verify").code(0);
    assert_eq!(house.git("status --porcelain"), "");
}

#[test]
fn nobody_is_refused_the_index_while_gates_end() {
    let gates: String = (0..30)
        .map(|gate| format!("[[gate]]\nid = 'g{gate}'\nexecutor = 'command'\ncommand = ['true']\n"))
        .collect();
    let hold = "[[gate]]\nid = 'hold'\nexecutor = 'command'\nshell = 'until test -e go; do sleep 0.05; done'\n";
    let house = House::new().workflow("demo", &format!("{gates}{hold}"));
    house.git("add .");
    house.git("commit --quiet --message=project");
    let mut run = house.start("run demo");
    let is_over = || {
        let refs = house.git("for-each-ref --format=%(refname) refs/orch/runs/");
        refs.lines().next().is_some_and(|reference| count(&house, reference) >= 30)
    };
    let mut number = 0;
    wait_until("all gates but the last have ended", || {
        number += 1;
        house.write("mine.txt", number.to_string());
        // `git` panics where it is refused.
        house.git("add mine.txt");
        house.git(&format!("commit --quiet --message=mine-{number}"));
        is_over()
    });
    assert!(!house.exists("orchestration/runs/record"));
    assert!(!house.git("status --porcelain").contains("orchestration"));
    house.write("go", "");
    assert!(run.wait().unwrap().success());
    house.orch("verify").code(0);
}

#[test]
fn a_gate_that_commits_meets_its_own_commits_only() {
    let script = "echo 1 > CHANGELOG && git add CHANGELOG && git commit -qm release && git tag v1";
    let house = House::new().workflow(
        "demo",
        &format!(
            "[[gate]]\nid = 'a'\nexecutor = 'command'\ncommand = ['true']\n\
             [[gate]]\nid = 'release'\nexecutor = 'command'\nshell = '{script}'\n"
        ),
    );
    house.git("add .");
    house.git("commit --quiet --message=project");
    house.orch("run demo").code(0);
    assert_eq!(house.git("log --format=%s v1"), "release\nproject\nstart\n");
    assert_eq!(house.git("log --format=%s v1..HEAD"), "orch: PASSED demo demo\n");
}

#[test]
fn the_first_hundred_gates_lie_side_by_side_and_the_others_by_the_hundred() {
    let items: Vec<String> = (0..130).map(|item| format!("\"i{item}\"")).collect();
    let house = House::new()
        .workflow(
            "demo",
            "[[gate]]\nid = 'a'\nexecutor = 'command'\ncommand = ['true']\neach = { file = 'items.json', as = 'item' }\n",
        )
        .file("items.json", &format!("[{}]", items.join(",")));
    house.orch("run demo --jobs 4").code(0);
    let record = house.run_folder().join("record");
    assert!(record.join("gates/a[i3]/attempt-1.json").is_file());
    assert!(record.join("gates/+000100/a[i129]/attempt-1.json").is_file());
    let gates = house.record()["gates"].clone();
    for attempt in gates.as_array().unwrap().iter().filter_map(|gate| gate["attempts"].get(0)) {
        assert!(record.join(attempt["path"].as_str().unwrap()).is_file(), "{attempt}");
    }
    assert!(record.join("journal/000100").is_dir());
    house.orch("verify").code(0);
    let mut sums = Command::new("sha256sum");
    sums.args(["--check", "--quiet", "SHA256SUMS"]).current_dir(&record);
    assert!(sums.status().unwrap().success());
}
