//! What is permitted: files to write and to read, the repository, the home; and who has the last word.

use super::held_to;
use super::house;
use crate::house::House;

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
fn what_git_obeys_in_a_submodule_stays_as_it_is() {
    let script =
        "git config --file .git/modules/deps/lib/config core.fsmonitor evil || echo refused
        touch .git/modules/deps/lib/hooks/post-checkout || echo refused";
    let house = house(script, "stdout = 'out.txt'");
    house.git("init --quiet ../library");
    house.git("-C ../library commit --quiet --allow-empty -m library");
    house.git("-c protocol.file.allow=always submodule add --quiet ../library deps/lib");
    house.orch("run demo").code(0);
    assert_eq!(house.read("out.txt"), "refused\nrefused\n");
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
    let house = house("echo '# made' > workflows/made.toml", "contract = 'made'");
    house.contract("made", contract).orch("run demo").code(0);
}

#[test]
fn mistakes_are_shown_with_their_place() {
    let house = house("true", "permits = { network = 'on', writes = [] }");
    let told = house.orch("workflow check demo").code(2);
    told.says("workflows/demo.toml:").says("writes");
}
