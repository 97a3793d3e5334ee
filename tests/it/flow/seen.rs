//! What the templates of a gate see of the others: how they stand, and the names that can be there.

use crate::house::House;

const ASK: &str = "[inputs]\nabroad = { type = 'choice', choices = ['yes', 'no'], default = 'no' }\n\
    [[gate]]\nid = 'ask'\nexecutor = 'human'\nwhen = \"{{ abroad == 'yes' }}\"\n\
    answers = { visa = { type = 'bool' }, way = { type = 'choice', choices = ['air', 'sea'] } }\n";

const LAST: &str = "[[gate]]\nid = 'last'\nexecutor = 'command'\ncommand = ['true']\n";

fn house(rest: &str) -> House {
    House::new().workflow("demo", &format!("{ASK}{LAST}{rest}"))
}

#[test]
fn answers_of_a_skipped_gate_are_there_and_null() {
    for when in [
        "{{ gates.ask.answers.visa == true }}",
        "{{ gates.ask.answers.visa }}",
        "{{ gates.ask.answers.way == 'air' }}",
    ] {
        let house = house(&format!("when = \"{when}\"\n"));
        house.orch("run demo").code(0);
        assert_eq!(house.gates(), "ask SKIPPED, last SKIPPED", "{when}");
        house.orch("run demo --abroad yes").code(3);
        house.orch("gate finish --answer visa=true --answer way=air").code(0);
        assert_eq!(house.gates(), "ask PASS, last PASS", "{when}");
    }
}

#[test]
fn a_gate_tells_how_those_before_it_went() {
    let gate = |id: &str, more: &str| {
        format!("[[gate]]\nid = '{id}'\nexecutor = 'command'\nneeds = []\n{more}\n")
    };
    let tell = "needs = ['bad', 'off', 'make-it', 'each']\njoin = 'done'\n\
        command = ['cp', '{{ gates.bad.status }}', 'out']\nprompt = 'p.md'\n";
    let house = House::new()
        .file("prompts/p.md", "{% include 'q.md' %}")
        .file(
            "prompts/q.md",
            "bad {{ gates.bad.status }} {{ gates.bad.attempts + 1 }} {{ gates.bad.reason }}\n\
             off {{ gates.off.status }} {{ gates.off.reason }}\n\
             make {{ gates['make-it'].status }} {{ gates['make-it'].outputs }}\n\
             each {{ gates.each.status }} {{ gates['each[b]'].status }}\n\
             {{ gates | length }} gates\n",
        )
        .leaves("made", "made.txt")
        .workflow(
            "demo",
            &(gate("bad", "command = ['false']\non_fail = 'continue'\nretry = { attempts = 2 }")
                + &gate("off", "command = ['true']\nwhen = '{{ 1 > 2 }}'")
                + &gate("make-it", "shell = 'echo x > made.txt'\ncontract = 'made'")
                + &gate(
                    "each",
                    "each = { in = \"{{ ['a', 'b'] }}\", as = 'x' }\ncommand = ['true']",
                )
                + &gate("tell", tell)
                    .replace("executor = 'command'\nneeds = []", "executor = 'human'")
                    .replace("command = ['cp', '{{ gates.bad.status }}', 'out']\n", "")),
        );
    house.orch("run demo").code(3);
    let packet = house.packet("tell", 1);
    let told: Vec<&str> =
        packet.lines().skip_while(|line| !line.starts_with("bad ")).take(4).collect();
    assert_eq!(
        told,
        [
            "bad FAIL 3 `false` exited with code 1",
            "off SKIPPED when = \"{{ 1 > 2 }}\" is false",
            "make PASS [\"made.txt\"]",
            "each PASS PASS",
        ]
    );
    assert!(packet.contains("\n7 gates\n"), "{packet}");
}

#[test]
fn a_name_that_cannot_be_there_is_an_error_wherever_it_stands() {
    let inputs = "workflows/demo.toml:";
    for (more, place, says) in [
        ("when = \"{{ gates.ask.answers.visum == 'x' }}\"\n", inputs, "did you mean `visa`?"),
        ("env = { A = \"{{ 'x' if gates.ask.answers.wey else '' }}\" }\n", inputs, "`way`"),
        ("env = { A = \"{{ gates.ask.answers.way == 'aer' }}\" }\n", inputs, "is never `aer`"),
        ("when = \"{{ gates['ask'].status == 'PASSED' }}\"\n", inputs, "did you mean `PASS`?"),
        ("when = \"{{ gates.ask.state == 'PASS' }}\"\n", inputs, "field of a gate `state`"),
        ("when = \"{{ abroad == 'jes' }}\"\n", inputs, "`abroad` is never `jes`"),
        ("when = \"{{ gates.aks.status == 'PASS' }}\"\n", inputs, "did you mean `ask`?"),
        ("contract = 'c'\n", "contracts/c.toml:5:", "did you mean `visa`?"),
        ("prompt = 'p.md'\n", "prompts/p.md:2:", "did you mean `visa`?"),
    ] {
        let house = house(more)
            .contract(
                "c",
                "[[check]]\nkind = 'dir_exists'\npath = 'x'\nmessage = 'no {{ gates.ask.answers.vise }}'\n",
            )
            .file("prompts/p.md", "\n{% if gates.ask.answers.vise %}{% endif %}");
        house.orch("workflow check demo").code(2).says(says).says(&format!("--> {place}"));
        house.orch("run demo").code(2).says(says);
        assert!(!house.has_runs());
    }
}

#[test]
fn a_message_is_a_template() {
    let house = House::new().workflow("demo", &format!("{LAST}contract = 'c'\n")).contract(
        "c",
        "[[check]]\nkind = 'dir_exists'\npath = 'x'\nmessage = 'make it for {{ gate }}'\n",
    );
    house.orch("run demo").code(1).says("make it for last");
}
