//! Exports of runs, held against the stock programs and libraries of their formats: what they accept,
//! and that they refuse one changed byte. The programs come from PyPI, pinned by the list beside this
//! file, and are kept in the target folder.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "a test that cannot go on fails, and tests prepare files and start programs"
)]

mod in_toto;
mod installed;
mod page;
mod prov;
mod ro_crate;
mod slsa;

#[path = "../it"]
#[allow(dead_code, unused_imports, reason = "the other tests use the rest")]
mod it {
    pub mod house;
}

use it::house::Done;
use it::house::House;
use it::house::child;

/// A project with a key that git names; `None` where there is no ssh-keygen.
fn with_key(house: House, name: &str) -> Option<House> {
    if it::house::lacks("ssh-keygen") {
        return None;
    }
    let key = house.outside(name).display().to_string();
    let mut make = house.program("ssh-keygen");
    make.args(["-q", "-t", "ed25519", "-C", "", "-N", "", "-f", &key]);
    assert!(child::output(&mut make).status.success());
    house.git("config --global gpg.format ssh");
    house.git(&format!("config --global user.signingkey {key}"));
    Some(house)
}

/// A run of gates that stand on each other: one rewrites a file, one fans out, one makes nothing.
fn passed() -> Option<House> {
    let house = with_key(House::new(), "ada")?
        .workflow(
            "demo",
            "[[gate]]
             id = 'draft'
             executor = 'command'
             shell = 'echo one > a.md; mkdir -p out; echo odd > \"out/o[d]d ü.md\"'
             contract = 'draft'
             [[gate]]
             id = 'edit'
             executor = 'command'
             shell = 'echo two >> a.md'
             contract = 'edit'
             edits = ['a.md']
             [[gate]]
             id = 'write'
             executor = 'command'
             each = { in = \"{{ ['x', 'y'] }}\", as = 'item' }
             command = ['sh', '-c', 'echo \"$0\" > out/$0.md', '{{ item }}']
             contract = 'write'
             [[gate]]
             id = 'look'
             executor = 'command'
             command = ['true']",
        )
        .contract("draft", "[[output]]\npath = 'a.md'\n[[output]]\npath = 'out/o[d]d ü.md'\n")
        .leaves("edit", "a.md")
        .leaves("write", "out/{{ item }}.md");
    house.orch("run demo").code(0);
    Some(house)
}

/// Exports the run into a folder of this name beside the project.
fn export(house: &House, format: &str, name: &str) -> Done {
    let folder = house.outside(name);
    house.orch(&format!("export --format {format} -o {}", folder.display())).code(0)
}

/// What a program of the installed ones comes to, in the project's folder.
fn run(house: &House, argv: &[&str]) -> Done {
    let mut command = house.program(argv[0]);
    command.args(&argv[1..]).current_dir(house.project());
    let output = child::output(&mut command);
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Done {
        code: output.status.code().unwrap_or(-1),
        stdout: text(&output.stdout),
        stderr: text(&output.stderr),
    }
}
