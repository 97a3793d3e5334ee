//! `agent` as a template: inputs and items choose who works, among the agents that there are.

use crate::house::House;

/// Two agents, and a gate whose agent an input names.
fn chosen() -> House {
    agents().workflow(
        "demo",
        "[inputs]
         writer = { type = 'string', default = 'poet' }
         [[gate]]
         id = 'write'
         executor = 'agent'
         agent = '{{ writer }}'
         contract = 'out'",
    )
}

fn agents() -> House {
    House::new()
        .agents(
            "[agents.poet]\nuse = 'claude'\nmodel = 'p'\n[agents.critic]\nuse = 'claude'\nmodel = 'c'\n",
        )
        .leaves("out", "out.md")
        .script("write", "echo x > out.md")
}

fn reviews(list: &str) -> House {
    agents().workflow(
        "demo",
        &format!(
            "[inputs]
             reviewers = {{ type = 'list', default = ['poet', 'critic'] }}
             [[gate]]
             id = 'review'
             executor = 'agent'
             agent = '{{{{ reviewer }}}}'
             each = {{ {list}, as = 'reviewer' }}"
        ),
    )
}

#[test]
fn an_input_chooses_the_agent() {
    for (words, agent) in [("run demo", "poet"), ("run demo --writer critic", "critic")] {
        let house = chosen();
        house.orch(words).code(0);
        assert_eq!(house.attempt("write", 1)["agent"], agent);
    }
}

#[test]
fn an_agent_that_does_not_exist_is_refused_before_the_run_begins() {
    let house = chosen();
    let refused = house.orch("run demo --writer critik").code(2);
    refused
        .says("gate write: agent = \"{{ writer }}\" names `critik`")
        .says("did you mean `critic`?");
    assert!(!house.has_runs());
}

#[test]
fn none_leaves_the_gate_to_whoever_takes_it() {
    let house = chosen();
    house.orch("run demo --writer none").code(3);
    house.write("out.md", "by hand\n");
    house.orch("gate finish").code(0).says("PASSED");
}

#[test]
fn each_item_chooses_its_own() {
    let house = reviews("in = '{{ reviewers }}'");
    house.orch("run demo").code(0);
    for reviewer in ["poet", "critic"] {
        assert_eq!(house.attempt(&format!("review[{reviewer}]"), 1)["agent"], reviewer);
    }
}

#[test]
fn an_item_that_no_agent_is_called_by_is_refused_when_it_is_known() {
    let given = reviews("in = '{{ reviewers }}'");
    given.orch("run demo --reviewers poet,bard").code(2).says("names `bard`");
    assert!(!given.has_runs());
    let found =
        reviews("file = 'plan.json', pointer = ''").file("plan.json", "[\"poet\", \"cricic\"]");
    found.orch("run demo").code(1).says("agent `cricic` not found").says("did you mean `critic`?");
    assert_eq!(found.gates(), "review FAIL, review[poet] PASS, review[cricic] FAIL");
}

#[test]
fn an_answer_chooses_the_agent_and_a_slip_fails_the_gate() {
    let house = || {
        agents().workflow(
            "demo",
            "[[gate]]
             id = 'ask'
             executor = 'human'
             answers = { who = { type = 'string' } }
             [[gate]]
             id = 'write'
             executor = 'agent'
             agent = '{{ gates.ask.answers.who }}'",
        )
    };
    house().orch("workflow check demo").code(0);
    let (right, wrong) = (house(), house());
    right.orch("run demo").code(3);
    right.orch("gate finish --answer who=poet").code(0);
    assert_eq!(right.gates(), "ask PASS, write PASS");
    wrong.orch("run demo").code(3);
    wrong.orch("gate finish --answer who=peot").code(0).says("did you mean `poet`?");
    assert_eq!(wrong.gates(), "ask PASS, write FAIL");
}

#[test]
fn a_role_without_an_agent_is_told_when_the_run_begins() {
    let plan = "[[gate]]
         id = 'write'
         executor = 'agent'
         agent = 'peot'
         [[gate]]
         id = 'check'
         executor = 'agent'
         agent = 'proofreader'
         [[gate]]
         id = 'edit'
         executor = 'agent'
         agent = 'editor'
         [[gate]]
         id = 'read'
         executor = 'agent'
         agent = 'critic'";
    let house = agents().workflow("demo", plan);
    let done = house.orch("run demo").code(0);
    done.clone().says(
        "warning: gate write: orch.toml defines no agent `peot`; agent claude will do the work; \
         did you mean `poet`?",
    );
    let others =
        "orch.toml defines no agents `editor`, `proofreader`; agent claude will do the work";
    done.says(others).never_says("`critic`");
    let given = house.orch("run demo --agent poet").code(0).never_says(others);
    given.says("no agent `peot`; agent poet will do the work; did you mean `poet`?");
    let nobody = House::new().workflow("demo", plan);
    nobody.orch("run demo").code(3).says(
        "orch.toml defines no agents `critic`, `editor`, `peot`, `proofreader`; the run will wait",
    );
}
