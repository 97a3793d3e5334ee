//! Inputs and answers that must be given where others say so.

use crate::house::House;

fn house() -> House {
    House::new().workflow(
        "demo",
        "[inputs]
         publish = { type = 'bool', default = false }
         depth = { type = 'choice', choices = ['quick', 'deep'], default = 'quick' }
         target = { type = 'slug', required_if = 'publish', help = 'Where to' }
         reviewer = { type = 'string', required_if = { depth = 'deep', publish = true } }
         topic = { type = 'string', required_unless = 'brief', help = 'What about' }
         brief = { type = 'file', optional = true }
         [[gate]]
         id = 'ask'
         executor = 'human'
         [gate.answers]
         verdict = { type = 'choice', choices = ['ship', 'hold'] }
         reason = { type = 'string', required_if = { verdict = 'hold' }, help = 'Why?' }",
    )
}

#[test]
fn a_missing_one_is_told_with_what_requires_it() {
    let missing = |flags: &str, says: &str, help: &str| {
        let house = house();
        house.orch(&format!("run demo {flags}")).code(2).says(says).says(help);
        assert!(!house.has_runs());
    };
    let says = "input `topic` is required, since `brief` is not given";
    missing("", says, "help: orch run demo --topic …  (topic: What about)");
    let says = "input `target` is required, since `publish` is true";
    let help = "help: orch run demo --publish true --target … --topic x  (target: Where to)";
    missing("--topic x --publish", says, help);
    let says = "input `reviewer` is required, since `depth` is deep and `publish` is true";
    missing("--topic x --publish --target y --depth deep", says, "--reviewer …");
    house().orch("run demo --topic x --depth deep").code(3);
    house().orch("run demo --topic x --publish --target y").code(3);
    let house = house().file("brief.md", "b");
    house.orch("run demo --brief brief.md").code(3);
    assert_eq!(house.record()["inputs"]["target"], serde_json::Value::Null);
}

#[test]
fn help_schema_and_packet_say_when() {
    let house = house();
    let help = house.orch("run demo --help").code(0);
    help.says("Where to [required if `publish` is true]")
        .says("[required if `depth` is deep and `publish` is true]")
        .says("What about [required unless `brief` is given]");
    house.orch("workflow schema workflow").code(0).says("\"required_unless\"");
    let packet = house.orch("run demo --topic x").code(3);
    packet.says("(text, required if `verdict` is hold): Why?");
    house.orch("rehearse demo --topic x").code(0);
}

#[test]
fn answers_require_each_other_too() {
    let house = house();
    house.orch("run demo --topic x").code(3);
    let refused = house.orch("gate finish --answer verdict=hold").code(2);
    refused
        .says("gate ask requires an answer to `reason`, since `verdict` is hold: Why?")
        .says("--answer reason=");
    house.orch("gate finish --answer verdict=ship").code(0);
}

#[test]
fn a_terminal_is_asked_once_the_others_are_known() {
    let house = house();
    let talk = [("since `publish` is true", "y\r"), ("What now", "\u{1b}")];
    house.on_terminal("run demo --topic x --publish", &talk).code(3);
    assert_eq!(house.record()["inputs"]["target"], "y");
}

#[test]
fn unknown_names_are_refused_where_they_stand() {
    let house = House::new().workflow(
        "demo",
        "[inputs]
         publish = { type = 'bool', default = false }
         target = { type = 'slug', required_if = 'publsh' }
         [[gate]]
         id = 'a'
         executor = 'human'",
    );
    let refused = house.orch("workflow check demo").code(2);
    refused.says("unknown input `publsh`").says("did you mean `publish`?").says("demo.toml:5");
}
