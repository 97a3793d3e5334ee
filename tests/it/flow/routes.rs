//! Routes: which agent does a gate's work instead of the one that its role names, and who takes over
//! where an agent's surroundings fail. What was decided stands in the record.

use crate::house::House;
use serde_json::json;

const GATE: &str = "[[gate]]\nid = 'write'\nexecutor = 'agent'\nagent = 'editor'\ncontract = 'out'\n\
    retry = { attempts = 3 }\n";

/// A project whose agents are scripts that say who they are.
fn house(more: &str) -> House {
    let agent = |name: &str| format!("[agents.{name}]\ncommand = ['sh', '{name}.sh']\n");
    let agents = ["first", "second", "third"].map(agent).concat();
    let mut house = House::new()
        .workflow("demo", GATE)
        .contract(
            "out",
            "[[output]]\npath = 'out.md'\nchecks = [{ kind = 'contains_text', all = ['good'] }]\n",
        )
        .file("orch.toml", &format!("[defaults]\nagent = 'first'\n{agents}{more}"));
    for name in ["first", "second", "third"] {
        house = house.file(&format!("{name}.sh"), &format!("echo good by {name} > out.md\n"));
    }
    house
}

fn route(conditions: &str) -> String {
    format!("[[route]]\nagent = 'second'\n{conditions}\n")
}

#[test]
fn the_first_route_that_fits_decides_and_the_record_says_so() {
    let routes = [
        route("gate = 'other'"),
        route("workflow = 'demo'\nrole = 'editor'"),
        "[[route]]\nagent = 'third'\n".to_owned(),
    ];
    let house = house(&routes.concat());
    let why = "agent second (route: workflow demo, role editor)";
    house.orch("run demo").code(0).says(&format!("write: {why}"));
    assert_eq!(house.read("out.md"), "good by second\n");
    let attempt = house.attempt("write", 1);
    let routing = json!({ "agent": "second", "reason": "route: workflow demo, role editor" });
    assert_eq!(attempt["routing"], routing);
    assert_eq!((&attempt["agent"], &attempt["definition"]), (&json!("editor"), &json!("second")));
    house.orch("run show").code(0).says(why);
    house.orch("verify").code(0);
    // What a run began with stays, whatever is written since.
    let config = house.read("orch.toml").replace("agent = 'second'", "agent = 'third'");
    house.write("orch.toml", config);
    house.orch("gate redo --gate write --reason again").code(0);
    assert_eq!(house.read("out.md"), "good by second\n");
}

#[test]
fn a_later_attempt_goes_to_another_agent() {
    let house = house(&route("attempt = { min = 2 }")).file("first.sh", "echo bad > out.md\n");
    house.orch("run demo").code(0).says("agent second (route: attempt 2 or later)");
    assert_eq!(house.attempts("write"), "FAIL PASS");
    assert_eq!(house.attempt("write", 1).get("routing"), None);
    assert_eq!(house.attempt("write", 2)["definition"], "second");
}

#[test]
fn what_is_left_of_the_budget_decides() {
    let gates = format!(
        "budget = {{ usd = 1.0 }}\n{GATE}\
        [[gate]]\nid = 'edit'\nexecutor = 'agent'\ncontract = 'out'\nedits = ['out.md']\n"
    );
    let costs = "printf '{\"cost\": 0.6}\\n'; echo good by first >> out.md\n";
    let house = house(&format!(
        "[agents.first.output]\nformat = 'jsonl'\ncost_usd = '/cost'\n{}",
        route("when = '{{ budget.left_usd < 0.5 }}'")
    ));
    let house = house.workflow("demo", &gates).file("first.sh", costs);
    house.orch("run demo").code(0);
    assert_eq!(house.attempt("write", 1)["definition"], "first");
    let edit = house.attempt("edit", 1);
    assert_eq!(edit["routing"]["reason"], "route: when {{ budget.left_usd < 0.5 }}");
    assert_eq!(edit["definition"], "second");
}

#[test]
fn without_a_budget_what_is_left_is_more_than_any_bound() {
    let house = house(&route("when = '{{ budget.left_usd < 1000000 }}'"));
    house.orch("run demo").code(0);
    assert_eq!(house.read("out.md"), "good by first\n");
}

#[test]
fn a_missing_program_is_replaced_by_those_that_take_over() {
    let more = "[agents.gone]\ncommand = ['no-such-program']\nfallback = ['away', 'third']\n\
        [agents.away]\ncommand = ['no-program-either']\n[[route]]\nagent = 'gone'\nrole = 'editor'\n";
    let house = house(more);
    let done = house.orch("run demo").code(0);
    done.says("`no-such-program` was not found on PATH; agent away takes over")
        .says("agent third (fallback of away: `no-program-either` was not found on PATH)");
    assert_eq!(house.attempts("write"), "INTERRUPTED INTERRUPTED PASS");
    assert_eq!(house.read("out.md"), "good by third\n");
    let first = &house.attempt("write", 1)["routing"];
    assert_eq!(first["fallback"], json!(["away", "third"]));
    house.orch("verify").code(0);
    let found = house.orch("doctor").code(1);
    found.says("`no-program-either` was not found on PATH");
}

/// What an agent does that cannot work before a file `well` is there.
const OUT: &str = "test -e well || exit 75\necho good by $0 > out.md\n";

#[test]
fn an_outage_that_lasts_is_left_to_those_that_take_over_and_then_to_a_person() {
    let backoff = "backoff = { delay = '1h', max_delay = '2h', within = '30m' }\n";
    let more = format!(
        "{backoff}[agents.editor]\nuse = 'third'\nfallback = ['other']\n\
         [agents.other]\nuse = 'second'\n{backoff}"
    );
    let house = house(&more).file("third.sh", OUT).file("second.sh", OUT);
    let done = house.orch("run demo").code(3);
    done.says("gave up after 1 failure").says("agent other takes over");
    assert_eq!(house.attempts("write"), "INTERRUPTED INTERRUPTED");
    assert_eq!(house.gates(), "write WAITING");
    // Whoever has it done again begins with the agent whose work it is.
    house.write("well", "");
    house.orch("gate start").code(0);
    assert_eq!(house.read("out.md"), "good by third.sh\n");
}

#[test]
fn who_takes_over_goes_on_where_the_run_was_killed() {
    let more = "[agents.editor]\ncommand = ['no-such-program']\nfallback = ['second']\n";
    let kills = "test -e well || { touch well; kill -9 $PPID; sleep 60; }\necho good > out.md\n";
    let house = house(more).file("second.sh", kills);
    house.start("run demo").wait();
    house.orch("run resume").code(0);
    assert_eq!(house.attempts("write"), "INTERRUPTED INTERRUPTED PASS");
    let last = &house.attempt("write", 3)["routing"]["reason"];
    assert_eq!(*last, "fallback of editor: `no-such-program` was not found on PATH");
}

#[test]
fn nobody_takes_over_the_audit_of_their_own_work() {
    let audit = "[[gate]]\nid = 'audit'\nexecutor = 'agent'\nagent = 'auditor'\naudits = 'write'\n";
    let more = "[agents.auditor]\ncommand = ['no-such-program']\nfallback = ['first', 'second']\n";
    let says = "printf '{\"session\": \"%s\"}\\n' $0; echo good by $0 > out.md\n";
    let output = ["first", "second"]
        .map(|name| format!("[agents.{name}.output]\nformat = 'jsonl'\nsession = '/session'\n"));
    let house = house(&format!("{more}{}", output.concat()))
        .workflow("demo", &format!("{GATE}{audit}"))
        .file("first.sh", says)
        .file("second.sh", "echo '{\"session\": \"another\"}'\n");
    house.orch("run demo").code(0).says("agent second takes over");
    assert_eq!(house.attempt("audit", 2)["definition"], "second");
}

#[test]
fn no_agent_is_an_agent_too_and_unknown_ones_are_told_before_anything_runs() {
    let house = house("[[route]]\nagent = 'none'\ngate = 'write'\n");
    house.orch("run demo").code(3);
    assert_eq!(house.gates(), "write WAITING");
    let house = self::house(&route("").replace("second", "secnd"));
    house.orch("run demo").code(2).says("unknown agent `secnd`").says("did you mean `second`?");
    house.orch("doctor").code(2).says("unknown agent `secnd`");
    house.orch("workflow check demo").code(2).says("unknown agent `secnd`");
    let house = self::house(&route("workflow = 'demo'\ngate = 'wirte'"));
    house
        .orch("workflow check demo")
        .code(0)
        .says("gate `wirte`, which does not exist; did you mean `write`?");
}

#[test]
fn names_in_routes_that_are_not_there_are_told() {
    for (condition, near) in [
        ("gate = 'wirte'", "gate `wirte`, which does not exist; did you mean `write`?"),
        ("role = 'editr'", "role `editr`, which does not exist; did you mean `editor`?"),
        ("workflow = 'dmeo'", "workflow `dmeo`, which does not exist; did you mean `demo`?"),
    ] {
        let house = house(&route(condition));
        house.orch("run demo").code(0).says(near);
        house.orch("workflow check demo").code(0).says(near);
        house.orch("doctor").code(1).says(near);
    }
    // It may be for another project, where the file is the user's own.
    let house = house(&route("gate = 'elsewhere'"));
    house.orch("run demo").code(0).never_says("elsewhere");
    house.orch("doctor").code(1).says("gate `elsewhere`, which does not exist");
    for known in ["gate = 'write'", "role = 'editor'", "workflow = 'demo'", "attempt = 2"] {
        let house = self::house(&route(known));
        house.orch("run demo").code(0).never_says("does not exist");
        house.orch("doctor").never_says("a route in orch.toml");
    }
    let own = self::house(&route("fallback = ['third', 'second']"));
    own.orch("run demo").code(2).says("agent `second` cannot be its own `fallback`");
}

#[test]
fn another_route_is_another_recipe() {
    let gates = GATE.to_owned() + "reuse = true\nreads = ['first.sh']\n";
    let house = house("").workflow("demo", &gates);
    house.orch("run demo").code(0);
    house.orch("run demo").code(0).says("REUSED write");
    let config = house.read("orch.toml");
    house.write("orch.toml", config + &route("attempt = 2"));
    house.orch("run demo").code(0).never_says("REUSED");
    assert_eq!(house.attempts("write"), "PASS");
}
