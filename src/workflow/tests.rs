//! Every rule of the workflow language, shown to refuse and to let pass.
#![expect(clippy::disallowed_methods, reason = "a test lays out its own files")]
#![expect(clippy::too_many_lines, reason = "a table of cases, one a line")]

use super::*;
use crate::definition::Reserved;
use crate::files::ProjectFolder;

fn load(text: &str) -> Result<Workflow, String> {
    load_with(text, &[])
}

/// Loads workflow `w` from a project of its own; an error is `line:column message | help`.
fn load_with(text: &str, files: &[(&str, &str)]) -> Result<Workflow, String> {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in files.iter().chain(&[("workflows/w.toml", text)]) {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let reserved = Reserved { flags: vec!["agent".to_owned()], names: vec!["list".to_owned()] };
    let shelf = Shelf::new(ProjectFolder::new(folder.path(), Vec::new()).unwrap(), None);
    let shelf = shelf.reserving(reserved);
    Workflow::load("w", &shelf).map(|(workflow, _)| workflow).map_err(|error| match error {
        Error::Unsound(unsound) => {
            let (name, line, column) = unsound.place();
            let help = unsound.help.clone().unwrap_or_default();
            format!("{name}:{line}:{column} {} | {help}", unsound.message)
        }
        Error::Unknown { .. } | Error::NoName { .. } | Error::Unreadable(_) => error.to_string(),
    })
}

const HEAD: &str = "name = 'w'\nversion = '1'\n";

fn gates(text: &str) -> Result<Workflow, String> {
    load(&format!("{HEAD}{text}"))
}

#[test]
fn a_gate_follows_the_one_above_it_unless_it_says_otherwise() {
    let workflow = gates(
        "[[gate]]\nid = 'a'\nexecutor = 'human'\n[[gate]]\nid = 'b'\nexecutor = 'human'\n\
         [[gate]]\nid = 'c'\nexecutor = 'command'\ncommand = ['true']\nneeds = []\n",
    )
    .unwrap();
    let needs: Vec<usize> = workflow.gates.iter().map(|gate| gate.needs.len()).collect();
    assert_eq!(needs, [0, 1, 0]);
    let a = GateId::parse("a").unwrap();
    assert_eq!(workflow.followers(&a), [GateId::parse("b").unwrap()]);
}

#[test]
fn unsound_workflows_are_refused_with_their_place() {
    let one = "[[gate]]\nid = 'a'\nexecutor = 'human'\n";
    for (text, expected) in [
        (
            "[[gate]]\nid = 'a'\nexecuter = 'human'\n",
            "5:1 unknown key `executer` | did you mean `executor`?",
        ),
        (
            "[[gate]]\nid = 'a'\nexecutor = 'humann'\n",
            "5:12 unknown executor `humann` | did you mean `human`?",
        ),
        (
            "[[gate]]\nid = 'a'\nexecutor = 'command'\n",
            "5:12 a command gate requires `command` or `shell`",
        ),
        (
            "[[gate]]\nid = 'a'\nexecutor = 'human'\ncommand = ['x']\n",
            "6:11 `command` belongs to executor",
        ),
        ("[[gate]]\nid = 'a'\nexecutor = 'human'\nneeds = ['b']\n", "6:10 unknown gate `b`"),
        ("[[gate]]\nid = 'a'\nexecutor = 'human'\nneeds = ['a']\n", "6:10 gate `a` needs itself"),
        (
            "[[gate]]\nid = 'a'\nexecutor = 'human'\non_fail = { goto = 'a' }\n",
            "6:11 `goto` requires `visits`",
        ),
        ("[[gate]]\nid = 'a'\nexecutor = 'human'\non_fail = 'goto'\n", "6:11 unknown value `goto`"),
        (
            "[[gate]]\nid = 'a'\nexecutor = 'human'\non_fail = { goto = 'b', visits = 2 }\n[[gate]]\nid = 'b'\nexecutor = 'human'\n",
            "6:20 `b` does not come before `a`",
        ),
        (
            "[[gate]]\nid = 'a'\nexecutor = 'human'\nwhen = '{{ false }}'\n",
            "6:8 gate `a` can never run",
        ),
        (
            "[[gate]]\nid = 'a'\nexecutor = 'human'\nwhen = '{{ gates.b.answers.x }}'\n",
            "6:18 unknown gate `b` in a template",
        ),
        (
            "[[gate]]\nid = 'a'\nexecutor = 'human'\nwhen = '{{ dept }}'\n",
            "6:12 unknown name `dept` in a template",
        ),
        ("[[gate]]\nid = 'a'\nexecutor = 'human'\ntimeout = '5'\n", "6:11 `5` is not a duration"),
        (
            "[[gate]]\nid = 'a'\nexecutor = 'human'\nretry = { attempts = 0 }\n",
            "6:22 `attempts` must be at least 1",
        ),
        (
            "[[gate]]\nid = 'a'\nexecutor = 'command'\nshell = 'echo {{ slug }}'\n",
            "6:15 a shell script must not contain templates",
        ),
        (
            "[[gate]]\nid = 'a'\nexecutor = 'human'\nprompt = 'x.md'\n",
            "6:10 `prompts/x.md` not found",
        ),
        (
            "[[gate]]\nid = 'a'\nexecutor = 'human'\ncontract = 'w/x'\n",
            "6:12 `contracts/w/x.toml` not found",
        ),
        ("[[gate]]\nid = '../x'\nexecutor = 'human'\n", "4:6 `../x` is not a valid gate id"),
        (
            "[inputs]\nagent = { type = 'string' }\n[[gate]]\nid = 'a'\nexecutor = 'human'\n",
            "4:1 input `agent` conflicts with the option `agent`",
        ),
        (
            "[inputs]\na = { type = 'strin' }\n[[gate]]\nid = 'a'\nexecutor = 'human'\n",
            "4:14 unknown value `strin`",
        ),
        (
            "[inputs]\na = { type = 'path', default = '{{ b }}' }\nb = { type = 'path', default = '{{ a }}' }\n[[gate]]\nid = 'a'\nexecutor = 'human'\n",
            "the defaults of a, b refer to each other",
        ),
        ("gate = 3\n", "3:8 expected a list"),
        ("", "1:8 a workflow requires at least one gate"),
        ("[[gate]\n", "3:"),
    ] {
        let error = gates(text).unwrap_err();
        assert!(error.starts_with("workflows/w.toml:"), "{error}");
        assert!(error.contains(expected), "{text}\n  gave {error}\n  not  {expected}");
    }
    let twice = gates(&format!("{one}{one}")).unwrap_err();
    assert!(twice.contains("7:6 duplicate gate id `a`"), "{twice}");
    let other = load("name = 'v'\nversion = '1'\n[[gate]]\nid = 'a'\nexecutor = 'human'\n");
    assert!(other.unwrap_err().contains("write name = \"w\""));
}

#[test]
fn prompts_include_each_other_and_errors_lie_where_they_were_made() {
    let text = format!("{HEAD}[[gate]]\nid = 'a'\nexecutor = 'human'\nprompt = 'w/a.md'\n");
    let include = ("prompts/w/a.md", "{% include \"w/b.md\" %}");
    assert!(load_with(&text, &[include, ("prompts/w/b.md", "{{ gate }}")]).is_ok());
    let error = load_with(&text, &[include, ("prompts/w/b.md", "\n{{ gat }}")]).unwrap_err();
    assert!(error.contains("unknown name `gat`"), "{error}");
    let error = load_with(&text, &[include]).unwrap_err();
    assert!(error.starts_with("prompts/w/a.md:1:13 `prompts/w/b.md` not found"), "{error}");
    let error = load_with(&text, &[("prompts/w/a.md", "x\n{{ gate ")]).unwrap_err();
    assert!(error.starts_with("prompts/w/a.md:2:"), "{error}");
}

#[test]
fn an_unknown_workflow_names_the_nearest() {
    let shelf =
        Shelf::new(ProjectFolder::new(std::path::Path::new("/tmp"), Vec::new()).unwrap(), None);
    let error = Workflow::load("no-such-thing", &shelf).unwrap_err();
    assert_eq!(error.to_string(), "workflow `no-such-thing` not found");
}

#[test]
fn a_contract_compares_with_a_gate_that_has_passed_by_then() {
    let gate = |id: &str, more: &str| format!("[[gate]]\nid = '{id}'\nexecutor = 'human'\n{more}");
    let load = |since: &str, path: &str| {
        let inputs = "[inputs]\nx = { type = 'path', default = 'q' }\n";
        let gates = [
            gate("first", ""),
            gate("a", "contract = 'c'\n"),
            gate("beside", "needs = ['first']\n"),
            gate("later", "needs = ['beside', 'a']\n"),
            gate("aside", "needs = ['below']\ncontract = 'd'\n"),
            gate("below", "needs = []\n"),
        ];
        let rule = format!("[[check]]\nkind = 'unchanged'\npaths = ['{path}']\n");
        let contracts =
            [since, "below"].map(|since| format!("name = 'c'\n{rule}since = '{since}'\n"));
        let [c, d] = contracts.each_ref().map(String::as_str);
        let files = [("contracts/c.toml", c), ("contracts/d.toml", d)];
        load_with(&format!("{HEAD}{inputs}{}", gates.concat()), &files)
    };
    for path in ["q/a.md", "{{ x }}/a.md"] {
        for sound in ["first", "run", "{{ x }}"] {
            assert!(load(sound, path).is_ok(), "{sound} beside {path}");
        }
        for (since, expected) in [
            ("frist", "unknown gate `frist` | did you mean `first`?"),
            (
                "a",
                "gate `a` has not passed yet when its own contract is checked | known: first, run",
            ),
            ("later", "gate `later` does not come before `a` | known: first, run"),
            ("beside", "gate `beside` does not come before `a` | known: first, run"),
        ] {
            let expected = format!("contracts/c.toml:5:9 invalid `since`: {expected}");
            assert_eq!(load(since, path).unwrap_err(), expected);
        }
    }
}
