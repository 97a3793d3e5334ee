//! Mistakes in the agents of `orch.toml`.

use crate::house::House;

#[test]
fn an_unknown_placeholder_of_an_agent_is_told_before_it_is_called() {
    let agent = |command: &str| {
        let text = format!("[agents.mine]\ncommand = {command}\nmodel = 'm'\n");
        House::new().file("orch.toml", &text).orch("run hello").stderr
    };
    insta::assert_snapshot!(agent("['x', '{modl}', '{model}']"), @"
    error: unknown placeholder `{modl}` in the command of agent `mine`
      --> orch.toml:1:9
      |
    1 | [agents.mine]
      |         ^^^^
    help: did you mean `model`?
    ");
    insta::assert_snapshot!(agent("['x', '{file}', '{model}']"), @"
    error: unknown placeholder `{file}` in the command of agent `mine`
      --> orch.toml:1:9
      |
    1 | [agents.mine]
      |         ^^^^
    help: known: budget_usd, model, packet, packet_path
    ");
    let sound = House::new().agents("args = ['--script', 'awk {print}']\n");
    sound.orch("doctor").never_says("placeholder");
}
