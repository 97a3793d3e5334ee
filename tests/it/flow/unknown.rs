//! What an agent used and nobody knows, or knows in part: told as that, never as nothing.

use super::budget::agents;
use super::budget::usd;
use crate::house::House;

#[test]
fn what_is_unknown_is_shown_as_unknown() {
    let house = House::new()
        .agents("")
        .workflow("demo", &agents(&[("a", ""), ("b", "")]))
        .script("a", "# cost_usd: unknown\n# input_tokens: unknown\n# output_tokens: unknown")
        .script("b", &usd(0.5));
    house.orch("run demo").code(0);
    house.orch("status").code(0).says("spent 0.50 USD, cost unknown for 1 of 2 calls");
    let table = house.orch(&format!("cost --run {}", house.run_id())).code(0);
    let expected = "gate   calls  USD          tokens    minutes\n\
        a      1      unknown      unknown   0.0\n\
        b      1      0.5000       110       0.0\n\
        total  2      0.5000 + 1?  110 + 1?  0.0\n\
        + n? = n calls of unknown or partly unknown cost\n";
    assert_eq!(table.stdout, expected);
    let only = house.orch("--json cost --by gate").json();
    assert!(only["data"]["lines"][0]["cost_usd"].is_null());
}

#[test]
fn tokens_that_are_known_in_part_are_told_as_no_sum() {
    let house = House::new()
        .agents("")
        .workflow("demo", &agents(&[("a", ""), ("b", "")]))
        .script("a", "# output_tokens: unknown")
        .script("b", "# input_tokens: unknown");
    house.orch("run demo").code(0);
    house.orch("status").code(0).says("spent 110 tokens, tokens unknown for 2 of 2 calls");
    let json = house.orch("--json cost").json();
    let total = &json["data"]["total"];
    assert_eq!((total["tokens"].as_u64(), total["tokens_unknown"].as_u64()), (Some(110), Some(2)));
    house.orch("cost").code(0).says("110 + 2?");
}

#[test]
fn what_an_agent_told_in_no_readable_way_is_told_so() {
    for (prints, says) in [
        ("{\"usage\":{\"cost\":0.9}}", "its output has no amount at `/cost`"),
        ("{\"cost\":\"0.9\"}", "its output has no amount at `/cost`"),
        ("{\"cost\":-1}", "its output has no amount at `/cost`"),
        ("{\"cost\":0.9", "its output is not JSON"),
        ("done", "its output is not JSON"),
        ("", "its output is not JSON"),
    ] {
        for format in ["json", "jsonl"] {
            let house = House::new()
                .file(
                    "orch.toml",
                    &format!(
                        "[agents.one]\ncommand = ['cat', 'printed']\n\
                         output = {{ format = '{format}', cost_usd = '/cost' }}\n"
                    ),
                )
                .file("printed", &format!("{prints}\n"))
                .workflow("demo", &agents(&[("a", "agent = 'one'")]));
            let told = format!("usage of agent one at a is unknown: {says}");
            house.orch("run demo --budget 1").code(0).says(&told);
            assert_eq!(house.record()["invocations"][0]["unread"], says, "{format} {prints}");
            house.orch("cost").code(0).says("unknown");
        }
    }
}

#[test]
fn a_budget_over_a_model_without_a_price_is_told_at_the_start() {
    let output = "output = { format = 'json', input_tokens = '/in', output_tokens = '/out' }\n";
    let agent = |model: &str| {
        let command = "command = ['sh', '-c', 'echo \"{\\\"in\\\":1,\\\"out\\\":1}\"']";
        format!("[defaults]\nagent = 'it'\n[agents.it]\n{command}\n{model}{output}")
    };
    let house = House::new().workflow("demo", &agents(&[("a", "")]));
    let model = |name: &str| format!("model = '{name}'\nmodel_arguments = ['{{model}}']\n");
    let house = house.file("orch.toml", &agent(&model("unheard-of")));
    house
        .orch("run demo --budget 1")
        .code(0)
        .says("does not report its cost, and `prices` has none for its model `unheard-of`");
    let house = house.file("orch.toml", &agent(""));
    house.orch("run demo --budget 1").code(0).says("without `model` it has no price");
    let house = house.file("orch.toml", &agent(&model("claude-sonnet-4-5")));
    house.orch("run demo --budget 1").code(0).never_says("does not limit it");
}

#[test]
fn where_nothing_is_known_one_sentence_says_so() {
    let unknown = "# cost_usd: unknown\n# input_tokens: unknown\n# output_tokens: unknown";
    let house =
        House::new().agents("").workflow("demo", &agents(&[("a", "")])).script("a", unknown);
    house.orch("run demo").code(0);
    let status = house.orch("status").code(0);
    status.says("\ncost and tokens unknown for 1 of 1 calls\n").never_says("spent");
    house.orch("run show").code(0).says("spent     cost and tokens unknown for 1 of 1 calls\n");
    house.orch("run demo --budget 5").code(0);
    house.orch("status").code(0).says("\ncost unknown for 1 of 1 calls (budget 5.00 USD)\n");
}
