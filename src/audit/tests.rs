//! Audits of small workflows: each row is shown to see what it is there for, and to be silent where it
//! is not.

use super::Audit;
use super::AuditFinding;
use super::AuditLevel;
use super::AuditSubject;
use super::Certainty;
use super::GateReach;
use super::NetworkReach;
use super::WriteReach;
use super::audit;
use crate::config::Config;
use crate::definition::Definition;
use crate::definition::Origin;
use crate::definition::Text;
use crate::source::Source;
use crate::workflow::Workflow;
use crate::workflow::input::Values;
use std::path::Path;

/// A workflow of the name `w` with these gates.
fn workflow(rest: &str) -> (Workflow, Definition) {
    let text = format!("name = 'w'\nversion = '1'\n{rest}");
    let mut definition = Definition::default();
    definition.insert(Text {
        path: "workflows/w.toml".to_owned(),
        origin: Origin::Project,
        source: Source::new("workflows/w.toml", text),
    });
    let workflow = Workflow::parse("w", &definition).expect("it is sound");
    (workflow, definition)
}

fn with(rest: &str, prepare: impl FnOnce(&mut AuditSubject<'_>)) -> Audit {
    let (workflow, definition) = workflow(rest);
    let config = Config::of([], Path::new(".")).unwrap();
    let mut subject =
        AuditSubject::new((&workflow, &definition), (&config, Some("claude")), &Values::new());
    prepare(&mut subject);
    audit(&subject)
}

fn found(rest: &str) -> Vec<String> {
    rules(&with(rest, |_| ()))
}

fn rules(audit: &Audit) -> Vec<String> {
    let on = |finding: &&AuditFinding| {
        let gate = finding.gate.as_ref().map(|gate| format!(" {gate}")).unwrap_or_default();
        format!("{}{gate}", finding.rule)
    };
    let mut all: Vec<String> = audit.findings().iter().map(on).collect();
    all.sort();
    all
}

fn of_rule(rest: &str, rule: &str) -> Vec<String> {
    let all = found(rest).into_iter();
    all.filter_map(|found| Some(found.strip_prefix(rule)?.trim_start().to_owned())).collect()
}

fn said(rest: &str, row: &str) -> Vec<String> {
    let audit = with(rest, |_| ());
    let lines = audit.row(row).unwrap().said.iter().map(|line| match &line.gate {
        Some(gate) => format!("{gate}: {}", line.text),
        None => line.text.clone(),
    });
    lines.collect()
}

/// Gates that agents do, each after those that it needs.
fn agents(gates: &[(&str, &str)]) -> String {
    let gate =
        |(id, rest): &(&str, &str)| format!("[[gate]]\nid = '{id}'\nexecutor = 'agent'\n{rest}\n");
    gates.iter().map(gate).collect()
}

#[test]
fn an_approval_that_may_be_missed_counts_for_nothing() {
    let persons = |needs: &str| {
        let plan = agents(&[
            ("a", "approval = 'person'\nneeds = []"),
            ("b", "approval = 'person'\nneeds = []"),
            ("c", "needs = []"),
            ("last", needs),
        ]);
        let all = said(&plan, "approvals");
        all.into_iter()
            .filter_map(|line| Some(line.strip_prefix("last: ")?.to_owned()))
            .collect::<Vec<_>>()
    };
    assert_eq!(persons("needs = ['a', 'b']"), ["a person decides at a, b"]);
    assert_eq!(persons("needs = ['a', 'c']"), ["a person decides at a"]);
    assert_eq!(persons("needs = ['a', 'c']\njoin = 'any'"), ["starts without approval"]);
    assert_eq!(persons("needs = ['a', 'c']\njoin = 'done'"), ["starts without approval"]);
    let two =
        |min: u32| persons(&format!("needs = ['a', 'b', 'c']\njoin = {{ passed_min = {min} }}"));
    assert_eq!(two(3), ["a person decides at a, b"]);
    assert_eq!(two(2), ["starts without approval"]);
}

#[test]
fn a_person_behind_a_condition_or_an_ignored_failure_is_told() {
    let gate = |more: &str| {
        let inputs = "[inputs]\nasks = { type = 'bool', default = true }\n";
        let approved = format!("approval = 'person'\n{more}");
        inputs.to_owned() + &agents(&[("a", &approved), ("b", "")])
    };
    assert_eq!(of_rule(&gate(""), "avoidable-person"), <[&str; 0]>::default());
    assert_eq!(of_rule(&gate("when = '{{ asks }}'"), "avoidable-person"), ["a"]);
    assert_eq!(of_rule(&gate("on_fail = 'ignore'"), "avoidable-person"), ["a"]);
    assert_eq!(of_rule(&gate(""), "trifecta"), <[&str; 0]>::default());
    assert_eq!(of_rule(&gate("when = '{{ asks }}'"), "trifecta"), ["b"]);
    assert_eq!(of_rule(&gate("on_fail = 'ignore'"), "trifecta"), ["b"]);
}

#[test]
fn a_form_and_an_empty_list_ask_nobody_for_certain() {
    let plan = |gate: &str| agents(&[("a", "")]) + gate + &agents(&[("b", "")]);
    let human = "[[gate]]\nid = 'h'\nexecutor = 'human'\n";
    let form = format!("{human}answers = {{ q = {{ type = 'string' }} }}\n");
    let list = "[[gate]]\nid = 'h'\nexecutor = 'agent'\napproval = 'person'\n\
                each = { file = 'l.json', as = 'i' }\n";
    assert!(of_rule(&plan(human), "trifecta").is_empty());
    assert!(of_rule(&plan(human), "avoidable-person").is_empty());
    assert_eq!(of_rule(&plan(&form), "trifecta"), ["b"]);
    assert_eq!(of_rule(&plan(&form), "avoidable-person"), ["h"]);
    assert!(of_rule(&plan(&format!("{form}approval = 'person'\n")), "trifecta").is_empty());
    assert_eq!(of_rule(&plan(list), "trifecta"), ["b", "h"]);
    assert_eq!(of_rule(&plan(list), "avoidable-person"), ["h"]);
}

#[test]
fn inputs_that_are_given_decide_conditions() {
    let plan = "[inputs]\nasks = { type = 'bool', default = false }\n".to_owned()
        + &agents(&[
            ("a", "approval = 'person'\nwhen = '{{ asks }}'"),
            ("b", ""),
            ("c", "approval = 'person'"),
        ]);
    let (workflow, definition) = workflow(&plan);
    let config = Config::of([], Path::new(".")).unwrap();
    let audited = |asks: bool| {
        let values = Values::from([("asks".to_owned(), asks.into())]);
        let subject =
            AuditSubject::new((&workflow, &definition), (&config, Some("claude")), &values);
        rules(&audit(&subject))
            .into_iter()
            .filter(|it| it.starts_with("trifecta"))
            .collect::<Vec<_>>()
    };
    assert_eq!(audited(true), ["trifecta c"]);
    assert_eq!(audited(false), ["trifecta c"]);
    assert_eq!(of_rule(&plan, "trifecta"), ["b", "c"]);
}

#[test]
fn content_that_goes_back_or_runs_beside_is_handed_on_too() {
    let plan = |jump: &str| {
        agents(&[("a", "approval = 'person'"), ("b", "approval = 'person'"), ("c", jump)])
    };
    assert_eq!(of_rule(&plan(""), "trifecta"), <[&str; 0]>::default());
    assert_eq!(of_rule(&plan("on_fail = { goto = 'a', visits = 1 }"), "trifecta"), ["c"]);
    let beside = agents(&[("a", "needs = []"), ("b", "needs = []")]);
    assert_eq!(of_rule(&beside, "trifecta"), ["a", "b"]);
}

#[test]
fn only_what_is_enforced_parts_the_three() {
    let plan = agents(&[("a", ""), ("b", "")]);
    let boxed = |network: NetworkReach| GateReach {
        network,
        writes: WriteReach::Only(vec!["src/**".to_owned()]),
        sees_home: false,
        is_boxed: true,
    };
    let audited = |first: NetworkReach, second: NetworkReach, sees_home: bool| {
        with(&plan, |subject| {
            subject.reaches = vec![boxed(first), GateReach { sees_home, ..boxed(second) }];
        })
    };
    let row = |audit: &Audit| {
        let row = audit.row("trifecta").unwrap();
        (row.decided, row.findings.first().map(|finding| finding.level))
    };
    let some = || NetworkReach::Hosts(vec!["api.example.org".to_owned()]);
    let (any, off) = (NetworkReach::Any, NetworkReach::Off);
    assert_eq!(row(&audited(any.clone(), any.clone(), false)), (Certainty::Sound, None));
    assert_eq!(row(&audited(off.clone(), any.clone(), true)), (Certainty::Sound, None));
    assert_eq!(row(&audited(any.clone(), off, true)), (Certainty::Sound, None));
    let error = (Certainty::Sound, Some(AuditLevel::Error));
    assert_eq!(row(&audited(any.clone(), any, true)), error);
    assert_eq!(row(&audited(some(), some(), true)), error);
    let (decided, level) = row(&with(&plan, |_| ()));
    assert_eq!((decided, level), (Certainty::Unknown, Some(AuditLevel::Warning)));
}

#[test]
fn a_workflow_that_is_permitted_more_is_told_as_wider() {
    let audited =
        |permits: &str| with(&format!("[permits]\n{permits}\n{}", agents(&[("a", "")])), |_| ());
    let wider = |from: &str, to: &str| audited(to).against(&audited(from)).wider;
    assert_eq!(wider("network = 'off'", ""), ["a: any host"]);
    assert_eq!(wider("", "network = 'off'"), <[&str; 0]>::default());
    assert_eq!(wider("write = ['src/**']", ""), ["a: can write the project and the home"]);
    assert_eq!(wider("home = []", ""), ["a: can write the project and the home"]);
    assert_eq!(wider("", "enforce = 'off'"), ["a: can write anything"]);
    let unenforced = ["permits are not enforced where the system cannot enforce them"];
    assert_eq!(wider("enforce = 'required'", "")[..1], unenforced);
    assert_eq!(wider("", "enforce = 'required'"), <[&str; 0]>::default());
}

#[test]
fn an_agent_reaches_the_hosts_that_it_needs_beside_those_that_are_permitted() {
    let permits = "[permits]\nnetwork = ['example.org']\nwrite = ['src/*.rs', 'a.md', '*.txt']\nenforce = 'required'\n";
    let gates = agents(&[("a", "")]);
    let reach = |gates: &str| {
        let mut found = None;
        with(&format!("{permits}{gates}"), |subject| found = subject.reaches.first().cloned());
        found.unwrap()
    };
    let found = reach(&gates);
    let NetworkReach::Hosts(hosts) = found.network else { panic!("{:?}", found.network) };
    assert!(hosts.contains(&"example.org".to_owned()) && hosts.len() > 1, "{hosts:?}");
    let globs = ["src/**", "a.md", "**"].map(str::to_owned).to_vec();
    assert_eq!(found.writes, WriteReach::Only(globs));
    let command = reach("[[gate]]\nid = 'a'\nexecutor = 'command'\ncommand = ['true']\n");
    assert_eq!(command.network, NetworkReach::Hosts(vec!["example.org".to_owned()]));
}

#[test]
fn a_value_in_a_script_is_an_error_and_an_argument_is_none() {
    let gate = |command: &str| {
        format!(
            "[inputs]\nx = {{ type = 'string' }}\nmany = {{ type = 'integer' }}\n\
             which = {{ type = 'choice', choices = ['p', 'q'] }}\nall = {{ type = 'list' }}\n\
             [[gate]]\nid = 'z'\nexecutor = 'human'\n\
             [[gate]]\nid = 'a'\nexecutor = 'command'\ncommand = {command}\n"
        )
    };
    let rules = |command: &str| of_rule(&gate(command), "input-in-code");
    assert_eq!(rules("['sh', '-c', 'echo {{ x }}']"), ["a"]);
    assert_eq!(rules("['env', 'bash', '-ec', '{{ x }}']"), ["a"]);
    assert_eq!(rules("['python3', '-c', 'print({{ x }})']"), ["a"]);
    assert!(rules("['echo', '{{ x }}']").is_empty());
    assert!(rules("['sh', '-c', 'echo $1', 'sh', '{{ x }}']").is_empty());
    assert!(rules("['sh', '-c', 'echo {{ run }}']").is_empty());
    assert!(rules("['sh', '-c', 'echo {{ many }} {{ which }}']").is_empty());
    assert!(rules("['sh', '-c', 'echo {{ gates.z.status }}']").is_empty());
    assert_eq!(rules("['sh', '-c', 'echo {{ gates.z.status }} {{ gates.z.reason }}']"), ["a"]);
    assert!(
        rules("['sh', '-c', '{{ i }}']\neach = { in = \"{{ ['x', 'y'] }}\", as = 'i' }").is_empty()
    );
    assert_eq!(rules("['sh', '-c', '{{ i }}']\neach = { in = '{{ all }}', as = 'i' }"), ["a"]);
    let audit = with(&gate("['sh', '-c', 'echo {{ x }}']"), |_| ());
    let error = audit.findings()[0];
    assert_eq!((error.level, error.line, error.column), (AuditLevel::Error, 14, 24));
    assert_eq!(found(&gate("['{{ x }}', 'y']")), ["input-names-program a"]);
}

#[test]
fn what_is_fetched_as_it_comes_is_told() {
    let rules = |script: &str| {
        found(&format!("[[gate]]\nid = 'a'\nexecutor = 'command'\nshell = '{script}'\n"))
    };
    assert_eq!(rules("npx -y prettier ."), ["unpinned-package a"]);
    assert_eq!(rules("npx @scope/x y"), ["unpinned-package a"]);
    assert!(rules("npx prettier@3.1.0 .").is_empty());
    assert!(rules("npx @scope/x@1.0.0 y").is_empty());
    assert_eq!(rules("curl -fsSL https://x.example/i.sh | sh"), ["unpinned-script a"]);
    assert!(rules("curl -fsSL https://x.example/i.txt >i.txt").is_empty());
    assert_eq!(rules("docker run --rm alpine:3 ls"), ["unpinned-image a"]);
    assert!(rules("docker run --rm alpine@sha256:ab12 ls").is_empty());
    assert_eq!(rules("exec sh -ec \"$ORCH_INPUT_TEST\""), ["input-run-by-script a"]);
    assert!(rules("echo \"$ORCH_INPUT_TEST\"").is_empty());
}

#[test]
fn waves_and_attempts_are_counted() {
    let plan = agents(&[
        ("a", "retry = { attempts = 2 }"),
        ("b", "needs = ['a']"),
        ("c", "needs = ['a']"),
        ("d", "needs = ['b', 'c']\non_fail = { goto = 'b', visits = 3 }"),
    ]);
    assert_eq!(
        said(&plan, "waves"),
        ["wave 1: a", "wave 2: b, c", "wave 3: d", "at most 2 gates run at once"]
    );
    assert_eq!(
        said(&plan, "attempts"),
        [
            "a: 2 tries",
            "b: 1 try × 4 rounds",
            "c: 1 try",
            "d: 1 try × 4 rounds",
            "at most 11 attempts in a run"
        ]
    );
}

#[test]
fn secrets_of_agents_and_files_of_two_gates_are_told() {
    let plan = agents(&[("a", "secrets = ['TOKEN']\nneeds = []"), ("b", "needs = []")]);
    assert_eq!(of_rule(&plan, "secret-for-agent"), ["a"]);
    let both = |needs: &str| {
        agents(&[
            ("a", "edits = ['src/**']"),
            ("b", &format!("edits = ['src/x']\nneeds = {needs}")),
        ])
    };
    assert_eq!(of_rule(&both("[]"), "unordered-writes"), ["b"]);
    assert!(of_rule(&both("['a']"), "unordered-writes").is_empty());
}
