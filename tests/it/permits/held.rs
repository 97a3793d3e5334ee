//! What stays as it is whatever is permitted, also where a link, a setting or PATH leads there; and that
//! nothing runs where a sandbox fails.

use super::house;
use crate::house::House;
use std::os::unix::fs::PermissionsExt;

#[test]
fn what_orch_and_others_obey_stays_where_all_may_be_written() {
    let script = "set +e
        touch ~/.config/git/x ~/.local/bin/x; echo x > ~/.bashrc
        echo x > orchestration/runs/x
        mv ~/.config ~/moved; mv orchestration moved
        true";
    let permits = "write = ['**'], home = ['.config', '.local', '.bashrc']";
    for permits in [permits, "write = ['**']", ""] {
        let house = house(script, &format!("permits = {{ {permits} }}"));
        house.write("../dotfiles/bashrc", "");
        for name in [".config/git/ignore", ".local/bin/tool"] {
            house.write(&format!("../home/{name}"), "");
        }
        let dotfiles = house.outside("dotfiles/bashrc");
        std::os::unix::fs::symlink(dotfiles, house.outside("home/.bashrc")).unwrap();
        house.write("orchestration/runs/.keep", "");
        house.orch("run demo").code(0);
        assert!(super::held_to(&house)["enforced"].to_string().contains("write"));
        // What cannot be renamed may be copied: what counts is that it stays.
        for made in ["../home/.config/git/x", "../home/.local/bin/x", "orchestration/runs/x"] {
            assert!(!house.exists(made), "{permits}: {made}");
        }
        for untouched in
            ["../dotfiles/bashrc", "../home/.config/git/ignore", "orchestration/runs/.keep"]
        {
            assert_eq!(house.read(untouched), "", "{permits}: {untouched}");
        }
    }
}

#[test]
fn a_link_that_a_gate_made_opens_nothing() {
    let gates = |first: &str, second: &str, permits: &str| {
        let gate = |id: &str, script: &str, more: &str| {
            format!(
                "[[gate]]\nid = '{id}'\nexecutor = 'command'\nshell = \"\"\"{script}\"\"\"\n{more}\n"
            )
        };
        let second = gate("second", second, &format!("permits = {{ {permits} }}"));
        House::new().confined().workflow("demo", &format!("{}{second}", gate("first", first, "")))
    };
    for (first, second, permits) in [
        ("ln -s .. out", "touch out/beside || true", "write = ['out/**']"),
        (
            "mkdir src; ln -s ../.. src/gen",
            "touch src/gen/beside || true",
            "write = ['src/**', 'src/gen/out.txt']",
        ),
        ("ln -s .. ~/.cache", "touch ~/.cache/beside || true", "home = ['.cache']"),
    ] {
        let house = gates(first, second, permits);
        house.orch("run demo").code(0);
        assert!(!house.exists("../beside"), "{first}");
    }
}

#[test]
fn a_key_is_not_read_through_a_link() {
    let script = "cat ~/.ssh/id && touch stolen
        mkdir -p .git/modules/x .git/worktrees/x; touch .git/modules/x/HEAD
        ln -s ~/.ssh .git/modules/x/config; ln -s /proc/self/status .git/worktrees/x/commondir
        exit 1";
    let house = house(&format!("set +e\n{script}"), "retry = { attempts = 2 }");
    house.write("../home/.ssh/id", "hush");
    house.orch("run demo").code(1).says("[planted]");
    assert!(!house.exists("stolen"));
    assert!(super::held_to(&house)["enforced"].to_string().contains("write"));
}

#[test]
fn where_a_sandbox_cannot_be_made_that_others_could_nothing_runs() {
    let house = house("touch done", "permits = { write = ['*.md'] }");
    for number in 0..3100 {
        house.write(&format!("top-{number}"), "");
    }
    house.orch("run demo").code(1).says("bubblewrap cannot make a sandbox here").says("[permits]");
    assert!(!house.exists("done"));
}

#[test]
fn bubblewrap_is_not_taken_from_where_gates_write() {
    let script = "mkdir -p bin; printf '#!/bin/sh\\ntouch %s/owned\\n' $HOME > bin/bwrap; chmod +x bin/bwrap";
    let house = house(script, "");
    let path =
        format!("{}:{}", house.project().join("bin").display(), std::env::var("PATH").unwrap());
    let house = house.env("PATH", &path);
    house.orch("run demo").code(0);
    house.orch("run demo --again").code(0);
    assert!(house.exists("bin/bwrap") && !house.exists("../home/owned"));
}

/// A folder of PATH is read-only inside, and one around the project leaves the project writable.
#[test]
fn a_project_below_a_folder_of_path_is_written() {
    let house = house("touch done; touch ../outside || echo refused", "stdout = 'out.txt'");
    let above = house.project().parent().unwrap().to_owned();
    let path = format!("{}:{}", above.display(), std::env::var("PATH").unwrap());
    let house = house.env("PATH", &path);
    house.orch("run demo").code(0);
    assert!(house.exists("done"));
    assert_eq!(house.read("out.txt"), "refused\n");
}

/// Programs of npm and of virtual environments are links to files beside their folder.
#[test]
fn a_program_finds_what_is_installed_with_it_and_no_more() {
    let folder = tempfile::tempdir().unwrap();
    let tools = folder.path().canonicalize().unwrap();
    for folder in ["node/bin", "node/lib", "other"] {
        std::fs::create_dir_all(tools.join(folder)).unwrap();
    }
    let program = tools.join("node/lib/hello");
    std::fs::write(&program, "#!/bin/sh\ncat \"${0%/*}/../lib/word\"\n").unwrap();
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
    std::fs::write(tools.join("node/lib/word"), "hello\n").unwrap();
    std::os::unix::fs::symlink("../lib/hello", tools.join("node/bin/hello")).unwrap();
    let house = house(&format!("hello; ls {}", tools.display()), "stdout = 'out.txt'");
    let path = format!("{}:{}", tools.join("node/bin").display(), std::env::var("PATH").unwrap());
    let house = house.env("PATH", &path);
    house.orch("run demo").code(0);
    assert_eq!(house.read("out.txt"), "hello\nnode\n");
}

#[test]
fn a_hook_that_is_a_link_to_a_file_of_the_project_is_held() {
    let house = house("echo evil >> scripts/hook || echo refused", "stdout = 'out.txt'");
    house.write("scripts/hook", "");
    let hook = house.project().join(".git/hooks/pre-push");
    std::fs::create_dir_all(hook.parent().unwrap()).unwrap();
    std::os::unix::fs::symlink("../../scripts/hook", hook).unwrap();
    house.orch("run demo").code(0);
    assert_eq!(
        (house.read("out.txt"), house.read("scripts/hook")),
        ("refused\n".into(), String::new())
    );
}

#[test]
fn folders_of_hooks_that_settings_name_are_held() {
    let house = house(
        "touch ~/.githooks/pre-commit hooks/pre-commit || echo refused",
        "stdout = 'out.txt'",
    );
    house.write("../home/.githooks/.keep", "");
    house.write("hooks/.keep", "");
    house.git("config --global core.hooksPath ~/.githooks");
    house.git("config core.hooksPath hooks");
    house.orch("run demo").code(0);
    assert_eq!(house.read("out.txt"), "refused\n");
    assert!(!house.exists("../home/.githooks/pre-commit") && !house.exists("hooks/pre-commit"));
}

#[test]
fn without_a_sandbox_all_of_that_is_written() {
    let house =
        house("touch ~/.config/git/x; mv ~/.config ~/moved", "permits = { enforce = 'off' }");
    house.write("../home/.config/git/ignore", "");
    house.orch("run demo").code(0);
    assert!(house.exists("../home/moved/git/x"));
}

#[test]
fn what_the_user_keeps_elsewhere_stays_too() {
    let house = house(
        "touch ~/settings/git/x || touch ~/shell/.zshrc || echo refused",
        "stdout = 'out.txt'",
    );
    house.write("../home/settings/git/ignore", "");
    house.write("../home/shell/.zshrc", "");
    let [settings, shell] =
        ["home/settings", "home/shell"].map(|it| house.outside(it).display().to_string());
    let house = house.env("XDG_CONFIG_HOME", &settings).env("ZDOTDIR", &shell);
    house.orch("run demo").code(0);
    assert_eq!(house.read("out.txt"), "refused\n");
}

#[test]
fn a_home_that_is_the_project_is_held_too() {
    let script = "cat ~/.ssh/id && touch stolen; echo evil >> ~/.bashrc || echo refused";
    let house = house(script, "stdout = 'out.txt'");
    house.write(".gitconfig", "[user]\nname = Ada\nemail = ada@example.org\n");
    house.write(".ssh/id", "hush");
    house.write(".bashrc", "");
    let home = house.project().display().to_string();
    let house = house.env("HOME", &home);
    house.orch("run demo").code(0);
    assert_eq!((house.read("out.txt"), house.exists("stolen")), ("refused\n".into(), false));
}
