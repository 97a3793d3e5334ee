//! Where commits go: each attempt onto the run's own ref, each stop onto the branch, and a person's own
//! commits between them as if there were no run.

use crate::house::House;
use crate::house::child;
use crate::house::wait_until;

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

/// A command holds the run's ref up, and the one after it lets go: it can, since it does not wait for
/// the commit of the attempt before it.
#[test]
fn an_attempt_is_committed_while_the_next_one_runs() {
    let gate = |id: &str, shell: &str| {
        format!(
            "[[gate]]\nid = '{id}'\nexecutor = 'command'\nretry = {{ attempts = 2 }}\n\
             shell = 'lock=.git/refs/orch/runs/$ORCH_RUN.lock; {shell}'\n"
        )
    };
    let gates = [
        gate("first", "true"),
        gate("hold", "touch $lock"),
        gate("release", "test ! -e $lock || { rm $lock; exit 1; }"),
    ];
    let house = House::new().workflow("demo", &gates.concat());
    house.git("add .");
    house.git("commit --quiet --message=project");
    house.orch("run demo").code(0).never_says("could not commit");
    let log = format!(
        "log --reverse --format=%s|%(trailers:key=Orch-Status,valueonly) {}",
        reference(&house)
    );
    let log = house.git(&log);
    let titles: Vec<&str> = log.lines().filter(|line| !line.is_empty()).collect();
    assert_eq!(
        titles,
        [
            "orch: first PASS in demo demo|PASS",
            "orch: hold PASS in demo demo|PASS",
            "orch: release FAIL in demo demo|FAIL",
            "orch: release PASS in demo demo|PASS",
            "orch: PASSED demo demo|PASSED",
        ]
    );
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
    house.orch("run show").code(0).says("PASSED");
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
    house.orch("record push").code(0).says("pushed the record of 1 run to origin");
    let clone = House::outside_git();
    clone.git(&format!("clone --quiet {} .", elsewhere.display()));
    clone.write("orch.toml", "[record]\nbranch = 'never'\n");
    clone.orch("run list").code(0).never_says("demo");
    let run = house.run_id();
    clone.orch("record fetch").code(0).says(&run);
    clone.orch("record fetch").code(0).says("nothing new at origin");
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
        .says("has diverged from ../elsewhere")
        .says(&forked);
    house.orch("status").code(0).says("FAILED");
    house.orch("record push ../elsewhere").code(1).says("`git push` failed");
    house.orch("record push --upload-pack=x").code(2);
    // Whatever ssh would ask is no question to anybody: it fails, and does not wait.
    let house = house
        .env("GIT_SSH_COMMAND", "sh -c 'test -n \"$SSH_ASKPASS_REQUIRE\" || sleep 60; exit 1'");
    house.orch("record push ssh://nowhere/x").code(1).says("`git push` failed");
    house.orch("record fetch nowhere").code(2).says("no remote named `nowhere`");
}

#[test]
fn whatever_is_lost_is_made_again_from_the_rest() {
    let house = house();
    house.orch("run demo").code(3);
    let (reference, trees_before) = (reference(&house), trees(&house));
    let folder = format!("orchestration/runs/{}", house.run_id());
    let start = house.git(&format!("rev-parse {reference}~2"));
    let whole = |what: &str| {
        house.orch("doctor --fix").says("fixed");
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
    assert!(run.wait().success());
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
    house.sums_hold();
}

#[test]
fn a_ref_that_is_no_chain_is_made_again() {
    let house = house();
    house.orch("run demo").code(3);
    let reference = reference(&house);
    let path = house.project().join(".git").join(&reference);
    let tip = std::fs::read_to_string(&path).unwrap();
    let blob = house.git("rev-parse HEAD:.gitignore");
    let main = house.git("rev-parse main");
    let nowhere = "1d6f5398c7e1e20173dfc253ebae76bb217720e5\n".to_owned();
    for bad in [nowhere, String::new(), blob, "ref: refs/heads/main\n".to_owned()] {
        std::fs::write(&path, &bad).unwrap();
        house.orch("doctor").code(1).says(&house.run_id());
        house.orch("doctor --fix").code(0).says("fixed");
        house.orch("verify").code(0);
        house.git("fsck --strict --no-dangling");
        assert_eq!(house.git("rev-parse main"), main, "{bad:?}");
        let [on_ref, on_branch] = trees(&house);
        assert_eq!(on_ref, on_branch, "{bad:?}");
    }
    // A tree of it is lost: the chain goes on with all of the record.
    let gates = house.git(&format!("rev-parse {reference}:gates"));
    std::fs::write(&path, tip).unwrap();
    let object = format!(".git/objects/{}/{}", &gates[..2], gates[2..].trim());
    house.remove(&object);
    house.orch("gate finish").code(0).says("PASSED");
    house.orch("verify").code(0);
}

#[test]
fn another_branch_at_the_stop_is_left_without_the_record() {
    let house = house();
    house.orch("run demo").code(3);
    house.git("checkout --quiet --orphan fresh");
    house.orch("gate finish").code(0);
    assert!(!house.git("status --porcelain").contains("orchestration"));
    house.git("commit --quiet --message=fresh");
    house.git("checkout --quiet main");
    assert_eq!(house.git("status --porcelain"), "");
    assert_eq!(house.record()["status"], "PASSED");
    // Copies that a switch in the very moment of a stop left behind bar the way back.
    let folder = format!("orchestration/runs/{}/record", house.run_id());
    house.git("checkout --quiet fresh");
    house.git(&format!("archive --output=../left.tar main {folder}"));
    let tar = child::output(house.program("tar").args(["-xf", "../left.tar"]));
    assert!(tar.status.success());
    house.orch("doctor").code(1).says("left behind when another branch was checked out");
    house.orch("doctor --fix").code(0).says("fixed");
    house.git("checkout --quiet main");
    house.orch("verify").code(0);
}

#[test]
fn a_run_whose_branch_has_another_name_goes_on_where_the_work_is() {
    let house = house();
    house.orch("run demo").code(3);
    house.git("branch --move trunk");
    house.orch("gate finish").code(0).says("PASSED").never_says("warning");
    assert_eq!(house.git("log -1 --format=%s trunk"), "orch: PASSED demo demo\n");
    assert_eq!(house.record()["status"], "PASSED");
    house.orch("verify").code(0);
    house.orch("doctor").never_says("its record");
}

#[test]
fn an_empty_journal_says_no_more_than_none() {
    let house = house();
    house.orch("run demo").code(3);
    std::fs::write(house.journal(), "").unwrap();
    house.orch("gate finish --run demo").code(0).says("PASSED");
    house.orch("verify").code(0);
}

#[test]
fn what_the_project_says_of_its_files_changes_no_record() {
    let house =
        house().file(".gitattributes", "* filter=rot ident\n*.json working-tree-encoding=UTF-16\n");
    house.git("config filter.rot.clean sha256sum");
    house.git("config filter.rot.smudge cat");
    house.orch("run demo").code(3);
    let folder = house.run_folder().join("record");
    let mut touch = house.program("sh");
    touch.args(["-c", "touch -d 2030-01-01 *"]).current_dir(&folder);
    assert!(child::output(&mut touch).status.success());
    assert!(!house.git("status --porcelain").contains("orchestration"));
    house.orch("verify").code(0);
}

#[test]
fn an_index_that_only_git_reads_is_well() {
    let house = house();
    house.git("update-index --split-index");
    house.orch("run demo").code(3);
    assert_eq!(house.git("status --porcelain"), "");
    house.orch("doctor").never_says("its record");
}

#[test]
fn a_driver_whose_lock_was_taken_away_writes_no_more() {
    let house = House::new().workflow(
        "demo",
        "[[gate]]\nid = 'a'\nexecutor = 'command'\nshell = 'rm -f .git/orch/runs/*/lock'\n\
         [[gate]]\nid = 'b'\nexecutor = 'command'\ncommand = ['true']\n",
    );
    house.orch("run demo").code(5).says("this process lost the lock of run");
    house.orch("run resume").code(3);
    house.orch("verify").code(0);
}
