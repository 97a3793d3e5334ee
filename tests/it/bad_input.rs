//! What bad input gets: an error with its place and the nearest name, exit 2, nothing
//! written; or a finding that fails the gate. Never a panic.

use crate::house::Done;
use crate::house::House;
use crate::house::child;

const GATE: &str = "[[gate]]\nid = 'a'\nexecutor = 'command'\ncommand = ['true']\n";

/// Runs a workflow that is `rest` after name and version; nothing may be written.
fn refused(rest: &str) -> Done {
    refused_in(House::new().workflow("demo", rest))
}

#[track_caller]
fn refused_in(house: House) -> Done {
    let done = house.orch("run demo").code(2);
    assert!(!house.has_runs(), "{}", done.shown());
    assert!(done.stderr.starts_with("error: "), "{}", done.shown());
    done
}

/// Demands the place with its caret, and a word of help.
#[track_caller]
fn at(done: &Done, place: &str, meant: &str, says: &str) {
    let caret = "^".repeat(meant.chars().count());
    assert!(done.stderr.contains(&format!("--> {place}")), "{}", done.shown());
    assert!(done.stderr.contains(meant) && done.stderr.contains(&caret), "{}", done.shown());
    assert!(done.stderr.contains(says), "`{says}` is not in {}", done.shown());
}

#[test]
fn the_whole_of_an_error() {
    let done = refused(&GATE.replace("executor", "exekutor"));
    insta::assert_snapshot!(done.stderr, @"
    error: unknown key `exekutor`
      --> workflows/demo.toml:5:1
      |
    5 | exekutor = 'command'
      | ^^^^^^^^
    help: did you mean `executor`?
    ");
}

#[test]
fn unknown_names_are_answered_with_the_nearest() {
    for (rest, place, meant, says) in [
        (GATE.replace("executor", "exekutor"), "workflows/demo.toml:5:1", "exekutor", "`executor`"),
        (
            GATE.replace("'command'\n", "'comand'\n"),
            "workflows/demo.toml:5:12",
            "'comand'",
            "`command`",
        ),
        (format!("{GATE}needs = ['b']\n"), "workflows/demo.toml:7:10", "'b'", "unknown gate"),
        (format!("{GATE}when = '{{{{ dept }}}}'\n"), "workflows/demo.toml:7:", "dept", "dept"),
        (
            format!("{GATE}contract = 'nope'\n"),
            "workflows/demo.toml:7:12",
            "'nope'",
            "contracts/nope.toml",
        ),
        (
            format!("{GATE}prompt = 'nope.md'\n"),
            "workflows/demo.toml:7:10",
            "'nope.md'",
            "prompts/nope.md",
        ),
        (
            format!("{GATE}on_fail = {{ goto = 'b', visits = 1 }}\n"),
            "workflows/demo.toml:7:20",
            "'b'",
            "`b`",
        ),
        (format!("{GATE}join = 'some'\n"), "workflows/demo.toml:7:8", "'some'", "some"),
        (
            format!("[inputs]\nx = {{ type = 'strng' }}\n{GATE}"),
            "workflows/demo.toml:4:",
            "'strng'",
            "string",
        ),
        (
            format!("[inputs]\nx = {{ type = 'string', defalt = 1 }}\n{GATE}"),
            "workflows/demo.toml:4:",
            "defalt",
            "`default`",
        ),
    ] {
        at(&refused(&rest), place, meant, says);
    }
}

#[test]
fn unsound_plans_are_told_with_their_place() {
    let two = |more_a: &str, more_b: &str| {
        format!("{GATE}{more_a}\n{}{more_b}\n", GATE.replace("'a'", "'b'"))
    };
    let mut problems = Vec::new();
    for (rest, says) in [
        (two("needs = ['b']", "needs = ['a']"), "wait for each other"),
        (two("", "on_fail = { goto = 'a' }"), "visits"),
        (two("on_fail = { goto = 'b', visits = 1 }", ""), "before"),
        (format!("{GATE}{GATE}"), "`a`"),
        (format!("{GATE}retry = {{ attempts = 0 }}"), "attempts"),
        (format!("{GATE}retry = {{ attempts = 'x' }}"), "attempts"),
        (format!("{GATE}timeout = 'soon'"), "soon"),
        (format!("{GATE}shell = 'x'"), "shell"),
        (GATE.replace("command = ['true']", "shell = 'echo {{ run }}'"), "template"),
        (GATE.replace("command = ['true']", ""), "command"),
        (GATE.replace("command = ['true']", "command = []"), "command"),
        (format!("{GATE}approval = 'anyone'"), "anyone"),
        (format!("[inputs]\njobs = {{ type = 'integer', default = 1 }}\n{GATE}"), "option `jobs`"),
        (
            format!(
                "[inputs]\na = {{ type = 'string', default = '{{{{ b }}}}' }}\nb = {{ type = 'string', default = '{{{{ a }}}}' }}\n{GATE}"
            ),
            "a",
        ),
        (format!("[inputs]\na = {{ type = 'integer', default = 'x' }}\n{GATE}"), "a"),
        (format!("[inputs]\na = {{ type = 'choice' }}\n{GATE}"), "choices"),
        (format!("{GATE}audits = 'a'"), "audits itself"),
        (format!("{GATE}each = {{ as = 'x' }}"), "each"),
        (String::new(), "gate"),
    ] {
        let done = refused(&rest);
        let is_told =
            done.stderr.contains("--> workflows/demo.toml:") && done.stderr.contains(says);
        if !is_told {
            problems.push(format!("{rest}`{says}` is not in {}", done.shown()));
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn what_could_never_run_is_refused_when_it_is_read() {
    for (rest, place, meant, says) in [
        (
            format!("{GATE}env = {{ 'A=B' = 'x' }}\n"),
            "7:9",
            "'A=B'",
            "`A=B` is not a valid variable name",
        ),
        (format!("{GATE}env = {{ '' = 'x' }}\n"), "7:9", "''", "is not a valid variable name"),
        (format!("{GATE}secrets = ['A=B']\n"), "7:12", "'A=B'", "not a valid variable name"),
        (format!("{GATE}when = 'maybe'\n"), "7:8", "'maybe'", "neither `true` nor `false`"),
        (format!("{GATE}when = ' true'\n"), "7:8", "' true'", "write when = \"true\""),
    ] {
        let done = refused(&rest);
        at(&done, &format!("workflows/demo.toml:{place}"), meant, says);
    }
    let rule =
        "[[output]]\npath = 'a'\nchecks = [{ kind = 'matches', regex = 'x', when = 'maybe' }]\n";
    let house =
        House::new().workflow("demo", &format!("{GATE}contract = 'c'\n")).contract("c", rule);
    at(&refused_in(house), "contracts/c.toml:4:", "'maybe'", "neither `true` nor `false`");
    for when in ["true", "{{ 'maybe' }}"] {
        let rest = format!("{GATE}when = \"{when}\"\nenv = {{ 'a.b-c' = 'x', _ = '' }}\n");
        House::new().workflow("demo", &rest).orch("workflow check demo").code(0);
    }
}

#[test]
fn a_wrong_choice_is_answered_with_the_nearest() {
    let depth = "{ type = 'choice', choices = ['quick', 'deep'] }";
    let gate = "[[gate]]\nid = 'a'\nexecutor = 'human'\n";
    let house = House::new()
        .workflow(
            "demo",
            &format!("[inputs]\ndepth = {depth}\n{gate}answers = {{ pace = {depth} }}\n"),
        )
        .file("answers.toml", "[a]\npace = 'quik'\n");
    let help = "help: did you mean `quick`?";
    for words in ["run demo --depth", "run start --workflow demo --depth", "rehearse demo --depth"]
    {
        house
            .orch(&format!("{words} quik"))
            .code(2)
            .says("`quik` is not one of quick, deep")
            .says(help);
        house.orch(&format!("{words} slow")).code(2).says("not one of").never_says("did you mean");
    }
    house.orch("run demo --depth quick --answers answers.toml").code(2).says(help);
    assert!(!house.has_runs());
    house.orch("run demo --depth quick").code(3);
    house.orch("gate finish --answer pace=quik").code(2).says(help);
    let rest = format!("[inputs]\ndepth = {}\n{GATE}", depth.replace(" }", ", default = 'dep' }"));
    at(&refused(&rest), "workflows/demo.toml:4:", "'dep'", "did you mean `deep`?");
}

#[test]
fn a_broken_file_names_line_and_column() {
    let whole = format!("[inputs]\nslug = {{ type = 'slug', default = 'x' }}\n{GATE}");
    let mut cases: Vec<String> =
        vec!["[[gate".into(), "= 1".into(), "a = 'x".into(), "a = 1\na = 2".into(), "\u{0}".into()];
    // Cut anywhere in a value or a table's head, a file is broken.
    cases.extend((1..whole.len()).step_by(4).map(|end| whole[..end].to_owned()));
    let house = House::new().workflow("demo", "");
    for case in cases {
        house.write("workflows/demo.toml", format!("name = 'demo'\nversion = '1'\n{case}"));
        let done = house.orch("workflow check demo");
        assert!(done.code == 0 || done.code == 2, "{case}\n{}", done.shown());
        if done.code == 2 {
            assert!(done.stderr.contains("--> workflows/demo.toml:"), "{case}\n{}", done.shown());
        }
    }
    assert!(!house.has_runs());
}

#[test]
fn a_name_that_is_not_the_files_is_refused() {
    let house =
        House::new().file("workflows/demo.toml", &format!("name = 'other'\nversion = '1'\n{GATE}"));
    at(&refused_in(house), "workflows/demo.toml:1:8", "'other'", "demo");
    let house = House::new()
        .file("workflows/start.toml", &format!("name = 'start'\nversion = '1'\n{GATE}"));
    house.orch("workflow check start").code(2).says("start");
}

#[test]
fn bad_contracts_are_told_with_their_place() {
    let mut problems = Vec::new();
    for (contract, place, says) in [
        (
            "[[output]]\npath = 'a'\nchecks = [{ kind = 'min_source' }]\n",
            "contracts/c.toml:4:20",
            "did you mean `min_sources`?",
        ),
        (
            "[[output]]\npath = 'a'\nchecks = [{ kind = 'min_sources', mni = 1 }]\n",
            "contracts/c.toml:4:35",
            "did you mean `min`?",
        ),
        ("[[output]]\npath = '../a'\n", "contracts/c.toml:3:8", "../a"),
        ("[[output]]\npath = '/etc/passwd'\n", "contracts/c.toml:3:8", "/etc/passwd"),
        ("[[output]]\npath = '.git/config'\n", "contracts/c.toml:3:8", ".git"),
        ("[[output]]\npath = 'orchestration/runs/x'\n", "contracts/c.toml", "orchestration/runs"),
        ("[[output]]\npath = '{{ slgu }}.md'\n", "contracts/c.toml:3:", "slgu"),
        (
            "[[output]]\npath = 'a'\nchecks = [{ kind = 'matches', regex = '(' }]\n",
            "contracts/c.toml:4:",
            "regex",
        ),
        (
            "[[output]]\npath = 'a'\nchecks = [{ kind = 'word_count', min = 'x' }]\n",
            "contracts/c.toml:4:",
            "min",
        ),
        (
            "[[output]]\npath = 'a'\nchecks = [{ kind = 'word_count', severity = 'eror', min = 1 }]\n",
            "contracts/c.toml:4:",
            "eror",
        ),
        ("[[check]]\nkind = 'command'\ncommand = []\n", "contracts/c.toml:", "is empty"),
    ] {
        let house = House::new()
            .workflow("demo", &format!("{GATE}contract = 'c'\n"))
            .contract("c", contract);
        let done = house.orch("run demo");
        let is_told = done.code == 2
            && !house.has_runs()
            && done.stderr.contains(&format!("--> {place}"))
            && done.stderr.contains(says);
        if !is_told {
            problems.push(format!("{contract}`{says}` at {place} is not in {}", done.shown()));
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn bad_globs_and_unknown_moments_are_refused() {
    for (contract, says) in [
        ("[[output]]\nglob = 'a/[b'\n", "unclosed character class"),
        ("[[check]]\nkind = 'unchanged'\npaths = ['x']\nsince = 'nope'\n", "unknown gate `nope`"),
    ] {
        let house = House::new()
            .workflow("demo", &format!("{GATE}contract = 'c'\n"))
            .contract("c", contract);
        refused_in(house).says(says);
    }
}

#[test]
fn bad_prompts_are_told_with_their_place() {
    for (prompt, place) in [
        ("fine\n{{ nope }}\n", "prompts/p.md:2:"),
        ("{% if nope %}x{% endif %}\n", "prompts/p.md:1:"),
        ("{{ unclosed\n", "prompts/p.md:"),
        ("{% include \"gone.md\" %}\n", "prompts/p.md:1:"),
    ] {
        let house = House::new()
            .workflow("demo", "[[gate]]\nid = 'a'\nexecutor = 'human'\nprompt = 'p.md'\n")
            .file("prompts/p.md", prompt);
        let done = refused_in(house);
        assert!(done.stderr.contains(&format!("--> {place}")), "{prompt}\n{}", done.shown());
    }
}

#[test]
fn texts_that_are_no_text_are_refused() {
    let house = House::new().workflow("demo", GATE);
    house.write("workflows/demo.toml", b"name = 'demo\xff'\n");
    refused_in(house).says("UTF-8");
    let house = House::new();
    std::fs::create_dir_all(house.project().join("workflows/demo.toml")).unwrap();
    refused_in(house).says("workflows/demo.toml");
    let house = House::new().workflow("demo", &format!("{GATE}contract = 'c'\n"));
    house.write("contracts/c.toml", b"name = '\xff'\n");
    refused_in(house).says("UTF-8");
}

/// A run whose one gate judges `a.md` by a text check.
fn judged(prepare: &str) -> (House, Done) {
    let house = House::new()
        .workflow("demo", &format!("[[gate]]\nid = 'a'\nexecutor = 'command'\nshell = '''{prepare}'''\ncontract = 'c'\ntimeout = '20s'\n"))
        .contract("c", "[[output]]\npath = 'a.md'\nchecks = [{ kind = 'contains_text', all = ['x'] }]\n");
    let done = house.orch("run demo");
    (house, done)
}

#[test]
fn outputs_of_the_wrong_kind_fail_the_gate() {
    for (prepare, says) in [
        ("mkfifo a.md", "a.md"),
        ("mkdir a.md", "a.md"),
        ("echo x > b.md; ln -s b.md a.md", "a.md"),
        ("ln -s /etc/passwd a.md", "a.md"),
        ("printf 'x\\377y' > a.md", "UTF-8"),
        (": > a.md", "a.md"),
        ("head -c 17000000 /dev/zero | tr '\\0' x > a.md", "16"),
    ] {
        let (house, done) = judged(prepare);
        let done = done.code(1).says(says);
        assert_eq!(house.gates(), "a FAIL", "{prepare}\n{}", done.shown());
    }
}

#[test]
fn a_regex_that_would_not_end_ends() {
    let house = House::new()
        .workflow("demo", &format!("{GATE}contract = 'c'\n"))
        .contract("c", "[[output]]\npath = 'a.md'\nchecks = [{ kind = 'not_matches', regex = '(a*)*(a*)*b' }]\n")
        .file("a.md", &"a".repeat(200_000));
    house.orch("run demo").code(0);
    let house = House::new()
        .workflow("demo", &format!("{GATE}contract = 'c'\n"))
        .contract("c", "[[output]]\npath = 'a.md'\nchecks = [{ kind = 'matches', regex = '((a{1000}){1000}){1000}' }]\n");
    refused_in(house).says("contracts/c.toml");
}

#[test]
fn a_file_input_is_a_regular_text_file_inside() {
    let rest = "[inputs]\nbrief = { type = 'file' }\n[[gate]]\nid = 'a'\nexecutor = 'human'\n";
    let house = House::new().workflow("demo", rest).file("folder/x", "");
    house.write("binary.md", b"\xff\xfe");
    std::os::unix::fs::symlink("/etc/passwd", house.project().join("link.md")).unwrap();
    child::output(house.program("mkfifo").arg("pipe.md"));
    for path in [
        "folder",
        "link.md",
        "pipe.md",
        "binary.md",
        "gone.md",
        "../up.md",
        "/etc/passwd",
        "-x",
        ".git/config",
    ] {
        let done = house.orch_with(&["run", "demo", "--brief", path]).code(2);
        assert!(
            done.stderr.contains(path) || done.stderr.contains("brief"),
            "{path} {}",
            done.shown()
        );
    }
    assert!(!house.has_runs());
}

#[test]
fn a_path_that_only_a_template_makes_hostile_fails_the_gate() {
    let house = House::new()
        .workflow("demo", "[inputs]\nname = { type = 'string' }\n[[gate]]\nid = 'a'\nexecutor = 'command'\ncommand = ['true']\ncontract = 'c'\n")
        .contract("c", "[[output]]\npath = 'out/{{ name }}'\n");
    for name in ["../../up", "../.git/config", "a/../../../etc/passwd"] {
        let done = house.orch_with(&["run", "demo", "--name", name]);
        assert!(done.code == 1 || done.code == 2, "{name} {}", done.shown());
    }
}

#[test]
fn broken_answers_and_configs_write_nothing() {
    let house = House::new().workflow("demo", GATE).file("orch.toml", "[agents.x\n");
    let done = refused_in(house);
    assert!(done.stderr.contains("--> orch.toml:1:"), "{}", done.shown());
}
