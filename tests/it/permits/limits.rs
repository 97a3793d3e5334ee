//! What is permitted: files to write and to read, the repository, the home; and who has the last word.

use super::held_to;
use super::house;
use crate::house::House;
use crate::house::wait_until;

/// What a script printed under permits.
fn printed(script: &str, permits: &str) -> String {
    let house =
        with_files(house(script, &format!("stdout = 'src/out.txt'\npermits = {{ {permits} }}")));
    house.orch("run demo").code(0);
    house.read("src/out.txt")
}

fn with_files(house: House) -> House {
    house.file("src/a.rs", "a").file("docs/b.md", "b").file("top.md", "t")
}

/// Says of each path whether it can be written and read.
const TOUCH: &str = "for path in src/a.rs docs/b.md top.md; do
  cat $path > /dev/null 2>&1 && echo \"$path read\" || true
  echo x >> $path 2> /dev/null && echo \"$path written\" || true
done";

#[test]
fn files_are_written_where_that_is_permitted() {
    let told = printed(TOUCH, "write = ['src/**']");
    assert_eq!(told, "src/a.rs read\nsrc/a.rs written\ndocs/b.md read\ntop.md read\n");
    let told = printed(TOUCH, "write = ['src/**', 'top.md']");
    assert_eq!(
        told,
        "src/a.rs read\nsrc/a.rs written\ndocs/b.md read\ntop.md read\ntop.md written\n"
    );
}

#[test]
fn files_are_read_where_that_is_permitted() {
    let told = printed(TOUCH, "write = ['src/**'], read = ['docs/**']");
    // What is made in an empty folder in memory is gone with it.
    assert_eq!(told, "src/a.rs read\nsrc/a.rs written\ndocs/b.md read\ntop.md written\n");
}

#[test]
fn the_repository_is_read_where_nothing_more_is_permitted() {
    let script = "git log --oneline | wc -l\ngit branch other 2> /dev/null || echo refused";
    assert_eq!(printed(script, "git = 'read'").trim().replace('\n', " "), "1 refused");
    assert_eq!(printed(script, "git = 'commit'").trim(), "1");
}

#[test]
fn in_a_worktree_a_commit_reaches_no_other() {
    let script = "git commit --quiet --allow-empty -m inside; git branch inside
        git fetch --quiet; git push --quiet origin HEAD
        touch $(git rev-parse --git-common-dir)/x 2> /dev/null || echo closed
        git branch --quiet -D other 2> /dev/null || echo kept
        echo x > $(git rev-parse --git-common-dir)/worktrees/beside/HEAD || echo apart";
    for (permits, told) in [("git = 'commit'", "closed\nkept\napart\n"), ("", "")] {
        let more = format!("stdout = 'out.txt'\npermits = {{ {permits} }}");
        let key = "key = '{{ key }}'\n[inputs]\nkey = { type = 'slug' }\n";
        let house = House::new().confined();
        let house = house.workflow("demo", &format!("{key}{}", super::gate(script, &more)));
        let remote = house.outside("remote.git").display().to_string();
        house.git(&format!("init --quiet --bare {remote}"));
        house.git(&format!("remote add origin {remote}"));
        house.git("branch other");
        house.git("worktree add --quiet ../beside -b beside");
        house.git("add --all");
        house.git("commit --quiet --message=work");
        house.orch("spawn a --workflow demo").code(0);
        wait_until("it is over", || house.orch("list --all --json").stdout.contains("PASSED"));
        let out = std::fs::read_to_string(house.outside("project-worktrees/a/out.txt")).unwrap();
        assert_eq!(out, told);
        assert!(house.git("log --format=%s inside").starts_with("inside\n"));
    }
}

#[test]
fn a_remote_on_this_machine_is_pushed_to_and_its_hooks_stay() {
    let house = house("git push --quiet origin main\ntouch ../remote.git/hooks/x || true", "");
    let remote = house.outside("remote.git").display().to_string();
    house.git(&format!("init --quiet --bare --initial-branch=main {remote}"));
    house.git(&format!("remote add origin {remote}"));
    house.orch("run demo").code(0);
    assert_eq!(house.git("--git-dir ../remote.git log --format=%s main").trim(), "start");
    assert!(!house.exists("../remote.git/hooks/x"));
}

#[test]
fn a_submodule_is_updated_and_its_settings_stay() {
    let evil = "git config --file .git/modules/deps/lib/config core.fsmonitor evil";
    for (script, code) in [("git submodule update --quiet", 0), (evil, 1)] {
        let house = house(script, "");
        house.git("init --quiet ../library");
        house.git("-C ../library commit --quiet --allow-empty -m library");
        house.git("-c protocol.file.allow=always submodule add --quiet ../library deps/lib");
        let run = house.orch("run demo").code(code);
        if code == 1 {
            run.says(".git/modules/deps/lib/config: ").says("[planted]");
        }
    }
}

#[test]
fn the_home_holds_what_is_named() {
    let script = "ls -A ~ | tr '\\n' ' '; echo x > ~/.tool/state; touch ~/other";
    let house = house(script, "stdout = 'out.txt'\npermits = { home = ['.tool'] }");
    house.write("../home/.tool/state", "");
    house.write("../home/.other", "");
    house.orch("run demo").code(0);
    assert_eq!(house.read("out.txt"), ".config .gitconfig .tool ");
    assert_eq!(house.read("../home/.tool/state"), "x\n");
    assert!(!house.exists("../home/other"));
    assert!(held_to(&house)["enforced"].to_string().contains("home"));
}

#[test]
fn templates_name_the_files_of_a_run() {
    let house = House::new().confined().workflow(
        "demo",
        "[inputs]
         part = { type = 'slug' }
         [permits]
         write = ['{{ part }}/**']
         [[gate]]
         id = 'act'
         executor = 'command'
         shell = 'touch a/x; touch b/x || echo refused'
         stdout = 'a/out.txt'",
    );
    house.write("a/.keep", "");
    house.write("b/.keep", "");
    house.orch("run demo --part a").code(0);
    assert_eq!(house.read("a/out.txt"), "refused\n");
}

#[test]
fn a_template_that_leads_out_of_the_project_permits_nothing() {
    for part in ["..", "../beside", "/"] {
        let house = House::new().confined().workflow(
            "demo",
            "inputs.part = { type = 'string' }
             [[gate]]
             id = 'act'
             executor = 'command'
             shell = 'for path in ../beside/x ../x x; do touch $path || true; done'
             permits = { write = ['{{ part }}/**'] }",
        );
        house.write("../beside/.keep", "");
        house.orch(&format!("run demo --part {part}")).code(0);
        assert!(["../beside/x", "../x", "x"].iter().all(|path| !house.exists(path)), "{part}");
    }
}

#[test]
fn no_gate_permits_more_than_the_project() {
    let house = house(
        "touch docs/x || echo refused",
        "stdout = 'src/out.txt'\npermits = { write = ['**'] }",
    );
    let house = with_files(house).file("orch.toml", "[permits]\nwrite = ['src/**']\n");
    house.orch("run demo").code(0);
    assert_eq!(house.read("src/out.txt"), "refused\n");
}

#[test]
fn a_gate_that_is_there_to_write_a_workflow_may() {
    let contract = "[[output]]\npath = 'workflows/made.toml'\n";
    let script = "echo '# made' > workflows/made.toml; echo '# x' >> workflows/demo.toml || true";
    let house = house(script, "contract = 'made'").contract("made", contract);
    let before = house.read("workflows/demo.toml");
    house.orch("run demo").code(0);
    assert_eq!(house.read("workflows/made.toml"), "# made\n");
    assert_eq!(house.read("workflows/demo.toml"), before);
}

#[test]
fn a_file_at_the_top_opens_no_other() {
    let script =
        "echo x > new.md; echo x >> old.md; echo x >> top.md || true; touch src/a.rs || true";
    let house = with_files(house(script, "permits = { write = ['new.md', 'o*.md'] }"));
    house.write("old.md", "");
    house.orch("run demo").code(0);
    assert_eq!((house.read("new.md"), house.read("old.md")), ("x\n".into(), "x\n".into()));
    assert_eq!((house.read("top.md"), house.read("src/a.rs")), ("t".into(), "a".into()));
}

#[test]
fn a_glob_with_an_escape_is_the_folder_that_it_means() {
    let told = {
        let house = house(
            "touch 'out[1]/x'; touch out1/x || echo refused",
            "stdout = 'out[1]/said'\npermits = { write = ['out[[]1]/**'] }",
        );
        house.write("out[1]/.keep", "");
        house.write("out1/.keep", "");
        house.orch("run demo").code(0);
        house.read("out[1]/said")
    };
    assert_eq!(told, "refused\n");
}

#[test]
fn mistakes_are_shown_with_their_place() {
    for (permits, found) in [
        ("network = 'on'", "network"),
        ("writes = []", "`writes`"),
        ("home = ['../..']", "`../..` is not below the home"),
    ] {
        let house = house("true", &format!("permits = {{ {permits} }}"));
        let told = house.orch("workflow check demo").code(2);
        told.says("workflows/demo.toml:").says(found);
    }
}
