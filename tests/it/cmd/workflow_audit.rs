//! `orch workflow audit`: what a workflow may do, in each format, with one exit code.

use crate::house::House;
use crate::sarif;
use serde_json::Value as Json;

/// A shipped workflow in the project, as it is or with a change to its text.
fn shipped(name: &str, change: impl Fn(&str) -> String) -> House {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/workflows/");
    let text = std::fs::read_to_string(format!("{root}{name}.toml")).unwrap();
    House::new().file(&format!("workflows/{name}.toml"), &change(&text))
}

/// The rules and gates that an audit found something by, in order.
fn found(json: &Json) -> Vec<String> {
    let rows = json["data"]["rows"].as_array().unwrap();
    let findings = rows.iter().flat_map(|row| row["findings"].as_array().unwrap());
    let words = findings.map(|it| {
        let word = |key: &str| it[key].as_str().unwrap_or_default().to_owned();
        format!("{} {}", word("rule"), word("gate"))
    });
    let mut words: Vec<String> = words.collect();
    words.sort();
    words
}

const G1_APPROVED: &str = "contract = \"visual-essay/g1\"\napproval = \"person\"\n";
const G1_ALONE: &str = "contract = \"visual-essay/g1\"\n";

fn essay() -> House {
    shipped("visual-essay", str::to_owned)
}

fn essay_without_approval() -> House {
    shipped("visual-essay", |text| {
        assert!(text.contains(G1_APPROVED));
        text.replace(G1_APPROVED, G1_ALONE)
    })
}

#[test]
fn taking_an_approval_out_of_a_shipped_workflow_adds_a_trifecta_finding() {
    const NEWS: &str = "gate G2 works on what G1 may have taken in";
    let (whole, lacking) = (essay(), essay_without_approval());
    let (before, after) =
        (whole.orch("workflow audit visual-essay"), lacking.orch("workflow audit visual-essay"));
    before.code(0).never_says(NEWS);
    after.code(0).says(NEWS).says("[trifecta]").says("--> workflows/visual-essay.toml:36:");
    let json = |house: &House| {
        found(&house.orch("workflow audit visual-essay --format json").code(0).json())
    };
    let (before, after) = (json(&whole), json(&lacking));
    let news: Vec<&String> = after.iter().filter(|it| !before.contains(it)).collect();
    assert_eq!(news, ["trifecta G2"]);
    let sarif =
        |house: &House| house.orch("workflow audit visual-essay --format sarif").code(0).json();
    let (before, after) = (sarif(&whole), sarif(&lacking));
    let place = |log: &Json| -> Vec<(Json, Json)> {
        let results = log["runs"][0]["results"].as_array().unwrap().iter();
        let location = |it: &Json| {
            let place = &it["locations"][0]["physicalLocation"]["region"]["startLine"];
            (it["ruleId"].clone(), place.clone())
        };
        results.map(location).collect()
    };
    assert!(!place(&before).contains(&("trifecta".into(), 37.into())));
    assert!(place(&after).contains(&("trifecta".into(), 36.into())));
    assert_eq!(place(&before).len() + 1, place(&after).len());
}

#[test]
fn an_audit_is_a_log_that_the_schema_of_sarif_accepts() {
    let validator = sarif::validator();
    let house = essay_without_approval().workflow(
        "piped",
        "[inputs]\nx = { type = 'string' }\n[[gate]]\nid = 'a'\nexecutor = 'command'\n\
         command = ['sh', '-c', 'npx {{ x }}']\n",
    );
    let names = ["visual-essay", "issue-to-pr", "hello", "epic", "piped"];
    for name in names {
        let done = house.orch(&format!("workflow audit {name} --format sarif --fail-on never"));
        let mut log = done.code(0).json();
        let wrong: Vec<String> = validator.iter_errors(&log).map(|it| it.to_string()).collect();
        assert!(wrong.is_empty(), "{name}: {wrong:?}");
        log["runs"][0]["results"] = "none".into();
        assert!(!validator.is_valid(&log));
    }
    let sarif = "workflow audit piped --format sarif";
    let log = house.orch(sarif).code(1).json();
    let result = &log["runs"][0]["results"][0];
    assert_eq!((&result["ruleId"], &result["level"]), (&"input-in-code".into(), &"error".into()));
    let place = &result["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "workflows/piped.toml");
    assert_eq!(place["region"]["startLine"], 8);
    let reply = house.orch(&format!("{sarif} --json")).code(1).json();
    assert_eq!((&reply["success"], &reply["data"]), (&false.into(), &log));
}

/// One gate each for a person, an agent and a command.
fn demo() -> House {
    let house = House::new().workflow(
        "demo",
        "[inputs]\nword = { type = 'string', optional = true }\n\
         [budget]\nusd = 2\n\
         [[gate]]\nid = 'plan'\nexecutor = 'human'\n\
         [[gate]]\nid = 'write'\nexecutor = 'agent'\nagent = 'writer'\nretry = { attempts = 3 }\n\
         secrets = ['TOKEN']\n\
         [[gate]]\nid = 'say'\nexecutor = 'command'\ncommand = ['sh', '-c', 'echo {{ word }}']\n",
    );
    house.file("orch.toml", "[agents.writer]\npreset = 'claude'\n")
}

#[test]
fn an_audit_tells_what_a_workflow_may_do() {
    let done = demo().orch("workflow audit demo").code(1);
    insta::assert_snapshot!(done.stdout, @r#"
    demo 1

    waves (sound)
      wave 1: plan
      wave 2: write
      wave 3: say
      at most 1 gate runs at once

    work (sound)
      plan   a person
      write  agent writer (claude) as writer
      say    command: sh -c echo {{ word }}

    attempts (partial)
      plan   1 try
      write  3 tries
      say    1 try
      at most 5 attempts in a run
      not covered: gates that a person redoes, and resumed runs

    cost (sound)
      a run stops at 2.00 USD; running calls may exceed it
      not covered: what commands and people cost

    secrets (partial)
      write  receives TOKEN
      agent writer gets ANTHROPIC_*, CLAUDE_CONFIG_DIR, CLAUDE_CODE_OAUTH_TOKEN, CLAUDE_CODE_USE_BEDROCK, CLAUDE_CODE_USE_VERTEX, CLAUDE_CODE_MAX_OUTPUT_TOKENS, AWS_*, CLOUD_ML_REGION, GOOGLE_APPLICATION_CREDENTIALS, API_TIMEOUT_MS, DISABLE_TELEMETRY, NODE_EXTRA_CA_CERTS, ALL_PROXY, all_proxy
      not covered: secrets that programs write to files, and secrets in files

    writes (partial)
      write  can write anything
      say    can write anything
      not covered: what else gates write at run time: enforcing permits is not required

    approvals (partial)
      write  a person decides at plan
      say    a person decides at plan
      not covered: human gates that an answers file finishes, given when the run starts
      not covered: waived and redone gates, which a person decides

    trifecta (unknown)
      1 way for untrusted content to reach a gate without approval
      not covered: what gates reach at run time: enforcing permits is not required, so all three are assumed
      not covered: what a gate does with content that it fetches itself

    permissions (partial)
      write  agent writer: edits files, and runs the commands that are listed
      not covered: the settings that agents keep for themselves, and their tools

    network (unknown)
      write  any host
      say    any host
      permits are not enforced where the system cannot enforce them
      not covered: the hosts that gates reach at run time: enforcing permits is not required

    commands (sound)
      1 command; each argument is passed as it is, never split

    pins (partial)
      1 thing is not pinned
      not covered: what programs of the project fetch; commands are searched for known names only

    error: `sh` runs an argument of gate say as code that contains `word`, whose value could be a command [input-in-code]
      --> workflows/demo.toml:19:24
      help: use `shell` and the variable "$ORCH_INPUT_<NAME>", or pass the value as an argument of its own

    warning: the agent of gate write can read TOKEN [secret-for-agent]
      --> workflows/demo.toml:15:12
      help: hand the secret to a command that does the one thing it is for

    warning: gate say works on what write may have taken in, can read private files and reaches the network, and no person decides in between [trifecta]
      --> workflows/demo.toml:17:6
      help: write approval = "person" in gate write, or put a gate with executor = "human" before gate say

    note: agent writer uses the default model of its program [unpinned-model]
      --> workflows/demo.toml:13:9
      help: write model = "…" in [agents.writer]

    1 error, 2 warnings, 1 note
    "#);
}

#[test]
fn each_format_has_the_same_exit_code() {
    let gate = "[[gate]]\nid = 'a'\nexecutor = 'command'\ncommand = ['npx', 'prettier']\n";
    let house = House::new().workflow("demo", gate);
    for format in ["text", "json", "sarif", "markdown"] {
        for (level, code) in [("error", 0), ("warning", 1), ("note", 1), ("never", 0)] {
            house
                .orch(&format!("workflow audit demo --format {format} --fail-on {level}"))
                .code(code);
        }
    }
    house.orch("workflow audit demo").code(0).says("[unpinned-package]");
    house.orch("workflow audit demo --fail-on sometimes").code(2);
    house.orch("workflow audit demo --agent nobody").code(2).says("nobody");
    house.orch("workflow audit").code(2).says("a workflow name is required");
    house.orch("workflow audit --help").code(0).says("--fail-on");
    house.orch("workflow audit demo --help").code(0).says("--against");
}

#[test]
fn inputs_that_are_given_are_counted() {
    let house = shipped("issue-to-pr", str::to_owned);
    let open = house.orch("workflow audit issue-to-pr").code(0);
    open.says("no gate can count on the person at gate agree").says("gate work works on what");
    let agreed = house.orch("workflow audit issue-to-pr --agree true").code(0);
    agreed.never_says("gate work works on what").says("gate plan works on what");
    house.orch("workflow audit issue-to-pr --agree maybe").code(2).says("agree");
}

#[test]
fn an_earlier_audit_is_compared_with() {
    let house = essay();
    let audit = house.orch("workflow audit visual-essay --format json").code(0).stdout;
    // The house shows no digests.
    let audit = audit.replace("<sha256>", &"0".repeat(64));
    let earlier = house.outside("earlier.json");
    std::fs::write(&earlier, audit).unwrap();
    let against = format!("workflow audit visual-essay --against {}", earlier.display());
    house.orch(&against).code(0).says("no difference to the earlier audit");
    let lacking = essay_without_approval();
    let done = lacking.orch(&against).code(0);
    done.says("+ warning: gate G2 works on what G1").says("+ G2: starts without approval");
    let json = lacking.orch(&format!("{against} --json")).code(0).json();
    assert_eq!(json["data"]["change"]["added"][0]["rule"], "trifecta");
    std::fs::write(&earlier, "{}").unwrap();
    house.orch(&against).code(2).says("cannot read the audit");
    house.orch("workflow audit visual-essay --against missing.json").code(2).says("does not exist");
}

#[test]
fn no_shipped_workflow_has_an_error() {
    let names = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/workflows")).unwrap();
    let house = House::new();
    for entry in names {
        let name = entry.unwrap().path().file_stem().unwrap().to_str().unwrap().to_owned();
        house.orch(&format!("workflow audit {name}")).code(0);
    }
}
