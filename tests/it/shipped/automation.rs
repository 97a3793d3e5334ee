//! What other programs read to run orch: the GitHub action, the hooks of pre-commit, the job for
//! GitLab. As far as that can be seen without them: it is read, and its commands run.

use super::pages;
use super::root;
use crate::house::House;
use crate::house::child;
use serde_json::Value;
use std::path::Path;
use std::process::Command;

fn read(path: &str) -> Value {
    parse(&std::fs::read_to_string(root().join(path)).unwrap())
}

fn parse(text: &str) -> Value {
    serde_saphyr::from_str(text).unwrap()
}

fn programs() -> String {
    let programs = Path::new(env!("CARGO_BIN_EXE_orch")).parent().unwrap().display();
    format!("{programs}:{}", std::env::var("PATH").unwrap())
}

/// The script of a step of the action, as a job would run it.
fn step(house: &House, id: &str) -> Command {
    let action = read("action.yml");
    let steps = action["runs"]["steps"].as_array().unwrap();
    let step = steps.iter().find(|step| step["id"] == id).unwrap();
    let mut shell = house.program("bash");
    shell.args(["--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"].as_str().unwrap()]);
    shell.env("PATH", programs()).env("RUNNER_TEMP", house.outside(""));
    shell
}

/// The step that runs a workflow, as a job would run it: exit code, what it printed, its outputs.
fn run_action(house: &House, variables: &[(&str, &str)]) -> (Option<i32>, String, String) {
    let mut shell = step(house, "run");
    shell.env("GITHUB_ACTIONS", "true");
    for (name, file) in [("GITHUB_OUTPUT", "output"), ("GITHUB_STEP_SUMMARY", "summary")] {
        shell.env(name, house.outside(file));
    }
    shell.env("ARGUMENTS", "").env("ANSWERS", "");
    shell.envs(variables.iter().copied());
    let output = child::output(&mut shell);
    let printed = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
    let outputs = std::fs::read_to_string(house.outside("output")).unwrap();
    (output.status.code(), printed.concat(), outputs)
}

#[test]
fn the_action_runs_a_workflow_and_names_its_record() {
    let house = House::new();
    let arguments = "--name=Ada Lovelace\n\n--jobs=1\n";
    let (code, _, outputs) = run_action(&house, &[("WORKFLOW", "hello"), ("ARGUMENTS", arguments)]);
    assert_eq!((code, outputs), (Some(0), format!("exit-code=0\nrun={}\n", house.run_id())));
    assert!(house.read("hello.md").starts_with("# Hello, Ada Lovelace!"));
    assert!(house.run_folder().join("record/RUN.json").exists());
    let summary = std::fs::read_to_string(house.outside("summary")).unwrap();
    assert!(summary.contains("| draft Draft a greeting | PASS | 2 |"), "{summary}");
    assert!(house.outside("orch.xml").exists());
}

#[test]
fn the_action_fails_with_its_workflow_and_annotates() {
    let gate = "[[gate]]\nid = 'a'\nexecutor = 'command'\ncommand = ['true']\ncontract = 'c'\n";
    let house = House::new().workflow("demo", gate).leaves("c", "a.txt");
    let (code, printed, outputs) = run_action(&house, &[("WORKFLOW", "demo")]);
    assert_eq!((code, outputs), (Some(1), format!("exit-code=1\nrun={}\n", house.run_id())));
    assert!(printed.contains("::error ") && printed.contains("a.txt"), "{printed}");
}

#[test]
fn the_action_names_no_run_where_none_began() {
    let house = House::new();
    house.orch("run hello").code(0);
    let (code, _, outputs) = run_action(&house, &[("WORKFLOW", "no-such")]);
    assert_eq!((code, outputs), (Some(2), "exit-code=2\nrun=\n".to_owned()));
}

#[test]
fn the_action_answers_from_a_file_and_tells_that_a_run_waits() {
    let gate = "[[gate]]\nid = 'a'\nexecutor = 'human'\n[gate.answers]\nhow = { type = 'string' }\n\
        [[gate]]\nid = 'b'\nexecutor = 'human'\n";
    let house = House::new().workflow("demo", gate).file("answers.toml", "[a]\nhow = 'well'\n");
    let (code, _, outputs) =
        run_action(&house, &[("WORKFLOW", "demo"), ("ANSWERS", "answers.toml")]);
    assert!(code == Some(3) && outputs.starts_with("exit-code=3\n"), "{code:?} {outputs}");
    assert_eq!(house.gates(), "a PASS, b WAITING");
}

/// A `gh` that says that these comments are there, and notes what it is asked to do.
fn with_gh(house: &House, comments: &str) -> String {
    let script = format!(
        "#!/bin/sh\ncase \"$*\" in *--paginate*) printf '{comments}';; *) echo \"$*\" >>\"$NOTED\";; esac\n"
    );
    std::fs::create_dir_all(house.outside("gh")).unwrap();
    std::fs::write(house.outside("gh/gh"), script).unwrap();
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(house.outside("gh/gh"), mode).unwrap();
    format!("{}:{}", house.outside("gh").display(), programs())
}

#[test]
fn the_action_posts_its_report_and_replaces_its_own_comment() {
    let house = House::new();
    run_action(&house, &[("WORKFLOW", "hello")]);
    let run = house.run_id();
    assert!(child::output(step(&house, "report").env("RUN", run)).status.success());
    let report = std::fs::read_to_string(house.outside("orch.md")).unwrap();
    assert!(report.starts_with("<!-- orch:report hello -->\n### hello"), "{report}");
    assert!(house.outside("orch.html").exists());
    for (comments, call) in [
        ("", "POST repos/o/r/issues/7/comments"),
        ("12\\n34\\n", "PATCH repos/o/r/issues/comments/12"),
    ] {
        let noted = house.outside("noted");
        let _ = std::fs::remove_file(&noted);
        let mut comment = step(&house, "comment");
        comment.env("PATH", with_gh(&house, comments)).env("NOTED", &noted);
        comment.env("REPOSITORY", "o/r").env("PULL_REQUEST", "7").env("GH_TOKEN", "x");
        assert!(child::output(&mut comment).status.success());
        let body = house.outside("orch.md").display().to_string();
        let expected = format!("api --silent --method {call} --field body=@{body}\n");
        let noted = std::fs::read_to_string(noted).unwrap();
        assert_eq!(noted.replace("//", "/"), expected);
    }
}

#[test]
fn the_action_posts_what_a_workflow_may_do_more_than_at_the_base() {
    let gate = |id: &str, rest: &str| format!("[[gate]]\nid = '{id}'\nexecutor = 'agent'\n{rest}");
    let plan = |approval: &str| [gate("a", approval), gate("b", "")].concat();
    let house = House::new().workflow("demo", &plan("approval = 'person'\n"));
    house.git("add .");
    house.git("commit --quiet --message=base");
    house.git("clone --quiet --bare . ../origin");
    house.git("remote add origin ../origin");
    let base = house.git("rev-parse HEAD").trim().to_owned();
    let audit = |workflow: &str, base: &str| {
        let mut audit = step(&house, "audit");
        audit.env("WORKFLOW", workflow).env("BASE", base);
        let output = child::output(&mut audit);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        std::fs::read_to_string(house.outside("orch-audit.md")).unwrap()
    };
    assert!(audit("demo", &base).ends_with("What it may do has not changed.\n"));
    house.write("workflows/demo.toml", format!("name = 'demo'\nversion = '1'\n{}", plan("")));
    let changed = audit("demo", &base);
    assert!(changed.starts_with("<!-- orch:audit demo -->\n### Audit of demo 1\n"), "{changed}");
    assert!(changed.contains("**New findings**\n\n- warning: gate b works on"), "{changed}");
    assert!(changed.contains("**May do now**\n\n- b&#58; starts without approval"), "{changed}");
    house.write("workflows/fresh.toml", "name = 'fresh'\nversion = '1'\n".to_owned() + &plan(""));
    assert!(audit("fresh", &base).contains("**Findings**"));
    let noted = house.outside("noted");
    let mut comment = step(&house, "audit-comment");
    comment.env("PATH", with_gh(&house, "")).env("NOTED", &noted);
    comment.env("REPOSITORY", "o/r").env("PULL_REQUEST", "7").env("GH_TOKEN", "x");
    assert!(child::output(&mut comment).status.success());
    let noted = std::fs::read_to_string(noted).unwrap();
    assert!(noted.contains("POST repos/o/r/issues/7/comments --field body=@"), "{noted}");
}

/// What somebody else wrote into an input stays a value.
#[test]
fn no_script_of_the_action_holds_an_expression() {
    let action = read("action.yml");
    let inputs: Vec<&String> = action["inputs"].as_object().unwrap().keys().collect();
    assert_eq!(
        inputs,
        ["workflow", "arguments", "answers", "working-directory", "artifact", "comment", "audit"]
    );
    for step in action["runs"]["steps"].as_array().unwrap() {
        let script = step["run"].as_str().unwrap_or_default();
        assert!(!script.contains("${{"), "{script}");
        assert!(script.is_empty() == step["shell"].is_null(), "{step}");
        assert!(script.is_empty() != step["uses"].is_null(), "{step}");
    }
    let page = std::fs::read_to_string(root().join("docs/src/how-to/github.md")).unwrap();
    for input in inputs {
        assert!(page.contains(&format!("| `{input}` | ")), "{input}");
    }
}

#[test]
fn the_hooks_of_pre_commit_run_and_refuse() {
    let house = House::new();
    house.orch("run hello").code(0);
    for hook in read(".pre-commit-hooks.yaml").as_array().unwrap() {
        assert_eq!(hook["language"], "rust");
        regex::Regex::new(hook["files"].as_str().unwrap()).unwrap();
        let entry = hook["entry"].as_str().unwrap().strip_prefix("orch ").unwrap();
        house.orch(entry).code(0);
        let broken = house.copy().file("workflows/bad.toml", "name = 'bad'\n");
        broken.write("hello.md", "changed");
        assert_ne!(broken.orch(entry).code, 0, "{entry}");
    }
}

#[test]
fn the_job_for_gitlab_runs() {
    let page = std::fs::read_to_string(root().join("docs/src/how-to/gitlab.md")).unwrap();
    let mut jobs = 0;
    for block in pages::blocks(&page).iter().filter(|block| block.kind == "yaml") {
        for job in parse(&block.text).as_object().unwrap().values() {
            for line in job["script"].as_array().unwrap() {
                let words = line.as_str().unwrap().strip_prefix("orch ").unwrap();
                let words: Vec<&str> = words.split_whitespace().skip(2).collect();
                let house = House::new();
                house.git("checkout --quiet --detach");
                house.orch_with(&[&["run", "hello"], &words[..]].concat()).code(0);
                assert!(house.run_folder().join("record/RUN.json").exists());
                jobs += 1;
            }
        }
    }
    assert_eq!(jobs, 2);
}
