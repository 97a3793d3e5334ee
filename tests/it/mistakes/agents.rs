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
      --> orch.toml:2:18
      |
    2 | command = ['x', '{modl}', '{model}']
      |                  ^^^^^^
    help: did you mean `{model}`?
    ");
    insta::assert_snapshot!(agent("['x', '{file}', '{model}']"), @"
    error: unknown placeholder `{file}` in the command of agent `mine`
      --> orch.toml:2:18
      |
    2 | command = ['x', '{file}', '{model}']
      |                  ^^^^^^
    help: known: {budget_usd}, {model}, {packet_path}, {packet}
    ");
    let text = "# {modl}\n[agents.base]\ncommand = ['x', '{modl}']\n[agents.mine]\nuse = 'base'\n";
    let both = House::new().file("orch.toml", text).orch("run hello");
    both.says("--> orch.toml:3:18").never_says("agent `mine`");
    let sound = House::new().agents("args = ['--script', 'awk {print}']\n");
    sound.orch("doctor").never_says("placeholder");
}

#[test]
fn an_error_of_an_agent_points_at_what_it_is_about() {
    let told = |keys: &str| {
        let text = format!("[agents.mine]\ncommand = ['x']\n{keys}\n");
        let done = House::new().file("orch.toml", &text).orch("run hello").code(2);
        let is_told =
            |line: &&str| ["error: ", "  --> ", "help: "].iter().any(|it| line.starts_with(it));
        done.stderr.lines().filter(is_told).collect::<Vec<_>>().join("\n")
    };
    let told = [
        told("model = 'large'"),
        told("args = ['{packet}']"),
        told("pass = ['API_KEY', 'A=B']"),
        told("fallback = ['mine', 'nobody']"),
    ];
    insta::assert_snapshot!(told.join("\n\n"), @r#"
    error: the command of agent `mine` does not use its model `large`
      --> orch.toml:3:10
    help: add `{model}` to `command`, or write model_arguments = ["--model", "{model}"]

    error: the command of agent `mine` has `{packet}`, but its packet is not an argument
      --> orch.toml:3:10
    help: write packet = "argument"

    error: `pass` of agent `mine`: `A=B` is not a valid variable name
      --> orch.toml:3:21
    help: write a name such as API_URL, or API_* for all that begin so

    error: agent `mine` cannot be its own `fallback`
      --> orch.toml:3:14
    help: remove it, or write another agent
    error: unknown agent `nobody` in the `fallback` of `mine`
      --> orch.toml:3:22
    help: known: aider, amp, claude, codex, copilot, gemini, opencode, qwen
    "#);
}

#[test]
fn errors_of_both_configurations_are_told_at_once() {
    let house = House::new().file("orch.toml", "[defaults]\nagentt = 'x'\n");
    std::fs::create_dir_all(house.outside("home/.config/orch")).unwrap();
    let user = "[record]\nbranch = 'sometimes'\n[pool]\nslots = 0\n";
    std::fs::write(house.outside("home/.config/orch/orch.toml"), user).unwrap();
    insta::assert_snapshot!(house.orch("ls").code(2).stderr, @r#"
    error: unknown value `sometimes`
      --> $HOUSE/home/.config/orch/orch.toml:2:10
      |
    2 | branch = 'sometimes'
      |          ^^^^^^^^^^^
    help: write "stops", "attempts" or "never"
    error: expected a whole number of at least 1, found integer `0`
      --> $HOUSE/home/.config/orch/orch.toml:4:9
      |
    4 | slots = 0
      |         ^
    help: write slots = 1
    error: unknown key `agentt`
      --> orch.toml:2:1
      |
    2 | agentt = 'x'
      | ^^^^^^
    help: did you mean `agent`?
    "#);
    std::fs::write(house.outside("home/.config/orch/orch.toml"), "").unwrap();
    let names = "[defaults]\nagent = 'x'\n[[route]]\nagent = 'y'\n[[route]]\nagent = 'z'\n";
    house.write("orch.toml", names);
    house.orch("ls").code(2).says("agent `x`").says("agent `y`").says("agent `z`");
}
