//! What a message says to write is right: done so, the next check has nothing to say of it.

use super::told;
use super::workflow;
use crate::house::House;

/// The help of a mistake in `orch.toml`, after which `right` is sound.
fn remedy(wrong: &str, right: &str) -> String {
    let house = House::new().file("orch.toml", wrong);
    let done = house.orch("doctor").code(2);
    house.write("orch.toml", right);
    house.orch("doctor").never_says("orch.toml:");
    let said = format!("{}{}", done.stdout, done.stderr);
    said.lines()
        .find(|line| line.contains("help: ") || line.contains("write `"))
        .unwrap_or(&said)
        .to_owned()
}

#[test]
fn a_remedy_in_the_configuration_leads_into_no_other_error() {
    let claude = "[agents.mine]\npreset = 'claude'\n";
    let output = |keys: &str| {
        format!("[agents.mine]\ncommand = ['x']\noutput = {{ format = 'json', {keys} }}\n")
    };
    let told = [
        remedy("agent = 'claude'", "[defaults]\nagent = 'claude'"),
        remedy("session_workflow = 'epic'", "[defaults]\nsession_workflow = 'epic'"),
        remedy("[agents]\nmine = 'claude'", "[agents]\nmine = { preset = 'claude' }"),
        remedy("agents = ['claude']", "agents.claude = { preset = 'claude' }"),
        remedy("[[agents]]\nname = 'mine'\npreset = 'claude'", claude),
        remedy("[agents.mine]\npreset = 'claude'\n[agents.mine]\nmodel = 'x'", claude),
        remedy(&output("cost_usd = 'total.cost'"), &output("cost_usd = '/total/cost'")),
        remedy(&output("cost = '/x'"), &output("cost_usd = '/x'")),
    ];
    insta::assert_snapshot!(told.join("\n"), @r#"
    help: put it under [defaults]
    help: put it under [defaults]
    help: write mine = { preset = 'claude' }
    help: write agents.claude = { preset = 'claude' }
    help: write [agents.mine], without a key for the name
    help: write all its keys below one [agents.mine]
    help: write "/total/cost", with `*` for any member
    help: did you mean `cost_usd`?
    "#);
}

#[test]
fn a_remedy_in_a_workflow_leads_into_no_other_error() {
    let gate = |keys: &str| {
        workflow(&format!("[[gate]]\nid = 'a'\nexecutor = 'command'\ncommand = ['true']\n{keys}"))
    };
    let said =
        ["stdout = true", "end = 'PASSED'", "workflow = 'hello'"].map(|key| told(&gate(key)));
    insta::assert_snapshot!(said.join("\n\n"), @r#"
    error: expected a string, found boolean `true`
      --> workflows/demo.toml:7:10
    help: write stdout = "output.txt"

    error: expected a table, found string "PASSED"
      --> workflows/demo.toml:7:7
    help: write end = { status = 'PASSED' }

    error: `workflow` belongs to executor "workflow"
      --> workflows/demo.toml:7:12
    help: write executor = "workflow", or remove `workflow`
    "#);
    for key in ["timeout = '0s'", "timeout = '0m'"] {
        assert!(told(&gate(key)).contains("leaves no time"), "{key}");
    }
    gate("stdout = 'output.txt'").orch("workflow check demo").code(0);
    workflow("[[gate]]\nid = 'a'\nend = { status = 'PASSED' }").orch("workflow check demo").code(0);
}
