//! Globs that hold values: what an input or item holds is a name and no pattern.

use crate::house::House;

const INPUT: &str = "[inputs]\nfolder = { type = 'path' }\n[[gate]]\nid = 'write'\nexecutor = 'command'\n\
    command = ['cp', '{{ folder }}/old.md', '{{ folder }}/one.md']\ncontract = 'c'\n";

/// A house with a folder of a strange name and one that this would match as a pattern.
fn house(contract: &str) -> House {
    let house = House::new().workflow("demo", INPUT).contract("c", contract);
    house.file("pages/[slug]/old.md", "old").file("pages/s/other.md", "other")
}

fn run(contract: &str, code: i32) -> House {
    let house = house(contract);
    house.orch("run demo --folder pages/[slug]").code(code);
    house
}

#[test]
fn outputs_are_those_of_the_folder_that_is_named() {
    let house = run("[[output]]\nglob = '{{ folder }}/*.md'\n", 0);
    let artifacts = house.attempt("write", 1)["artifacts"].clone();
    let paths: Vec<&str> =
        artifacts.as_array().unwrap().iter().map(|it| it["path"].as_str().unwrap()).collect();
    assert_eq!(paths, ["pages/[slug]/old.md", "pages/[slug]/one.md"]);
    let house = self::house("[[output]]\nglob = '{{ folder }}/*.txt'\n");
    let done = house.orch("run demo --folder pages/[slug]").code(1);
    done.says("no file matches pages/[slug]/*.txt");
}

#[test]
fn checks_take_values_as_names() {
    let count = |count: u32| {
        let rule = format!("kind = 'file_count'\nglob = '{{{{ folder }}}}/*.md'\nmin = {count}");
        format!("[[check]]\n{rule}\nmax = {count}\n")
    };
    run(&count(2), 0);
    let house = house(&count(3));
    let done = house.orch("run demo --folder pages/[slug]").code(1);
    done.says("number of files that match `pages/[slug]/*.md`");
    let only = |paths: &str| format!("[[check]]\nkind = 'only_changes'\npaths = [{paths}]\n");
    run(&only("'{{ folder }}/**'"), 0);
    run(&only("'pages/[slug]/**'"), 1);
    let unchanged =
        |path: &str| format!("[[check]]\nkind = 'unchanged'\nsince = 'run'\npaths = ['{path}']\n");
    run(&unchanged("{{ folder }}/old.md"), 0);
    run(&unchanged("{{ folder }}/*"), 1);
    run(&unchanged("pages/[slug]/*"), 0);
}

#[test]
fn what_is_committed_is_asked_of_the_file_that_is_named() {
    let committed = "[[check]]\nkind = 'committed'\npaths = '{{ folder }}/old.md'\n";
    let house = house(committed);
    let done = house.orch("run demo --folder pages/[slug]").code(1);
    done.says("pages/[slug]/old.md: not committed: untracked");
    house.git("add pages");
    house.git("commit --quiet --message=pages");
    house.orch("run demo --folder pages/[slug]").code(0);
}

/// What a gate may do to keep git from seeing that it changed `src/f`, or where it leads.
const HIDDEN: [&str; 6] = [
    "git update-index --assume-unchanged src/f; echo two > src/f",
    "git update-index --skip-worktree src/f; echo two > src/f",
    "git config core.trustctime false; git config core.checkStat minimal; touch -r src/f ../f; \
     echo two > src/f; touch -r ../f src/f",
    "git config core.trustctime false; git config core.fileMode false; touch -r src/f ../f; \
     echo two > src/f; chmod +x src/f; touch -r ../f src/f",
    "rm src/f; ln -s g src/f",
    "rm src/f; mkfifo src/f",
];

#[test]
fn a_file_is_committed_as_it_lies_there_and_not_as_its_gate_tells_git() {
    for hide in HIDDEN {
        let gate = "[[gate]]\nid = 'a'\nexecutor = 'command'\ncommand = ['sh', '../hide']\n\
                    contract = 'c'\n";
        let house =
            House::new().workflow("demo", gate).file("src/f", "one\n").file("src/g", "two\n");
        let house = house.contract("c", "[[check]]\nkind = 'committed'\npaths = 'src/**'\n");
        house.git("add .");
        house.git("commit --quiet --message=start");
        std::fs::write(house.outside("hide"), "true").unwrap();
        house.orch("run demo").code(0);
        std::fs::write(house.outside("hide"), hide).unwrap();
        house.orch("run demo").code(1).says("src/f: not committed: ");
    }
}

#[test]
fn a_file_that_git_converts_is_committed() {
    let gate = "[[gate]]\nid = 'a'\nexecutor = 'command'\ncommand = ['true']\ncontract = 'c'\n";
    let house = House::new().workflow("demo", gate);
    let house = house.contract("c", "[[check]]\nkind = 'committed'\npaths = 'src/**'\n");
    house.write(".gitattributes", "*.txt text eol=crlf\n");
    house.write("src/a.txt", "one\r\ntwo\r\n");
    house.git("add .");
    house.git("commit --quiet --message=start");
    assert_eq!(house.git("show HEAD:src/a.txt"), "one\ntwo\n");
    house.orch("run demo").code(0);
    house.write("src/a.txt", "one\r\nfour\r\n");
    house.orch("run demo").code(1).says("src/a.txt: not committed: modified");
}

#[test]
fn what_a_gate_reads_is_what_its_values_name() {
    let house = House::new().file("pages/[slug]/a.md", "1").file("pages/s/b.md", "1").workflow(
        "demo",
        "[inputs]\nfolder = { type = 'path' }\n[[gate]]\nid = 'a'\nexecutor = 'command'\n\
         shell = 'echo x >> done'\nreads = ['{{ folder }}/*.md']\nreuse = true\ncontract = 'done'\n",
    );
    let house = house.leaves("done", "done");
    for (path, lines) in [("pages/s/b.md", 1), ("pages/[slug]/a.md", 2)] {
        house.orch("run demo --folder pages/[slug]").code(0);
        house.write(path, "2");
        house.orch("run demo --folder pages/[slug]").code(0);
        assert_eq!(house.read("done").lines().count(), lines, "{path}");
    }
}
