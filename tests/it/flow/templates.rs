//! Templates that grow or go on without end: an error that names the template, soon and in little
//! memory, whatever it is that grows.

use crate::house::House;
use std::time::Duration;
use std::time::Instant;

const GATE: &str = "[[gate]]\nid = 'a'\nexecutor = 'human'\nprompt = 'p.md'\n";

/// A text of 16 bytes, to be made longer.
const SET: &str = "{% set s = 'xxxxxxxxxxxxxxxx' %}{% set a = [1] %}";

const MEMORY: &str = "more than 128 MiB of memory, or values nest too deeply";
const TIME: &str = "longer than 3 s";
const OUTPUT: &str = "larger than 16 MiB";

/// What a run of a prompt says in an address space of 400 MB.
fn said_of(prompt: &str) -> String {
    let house = House::new().workflow("demo", GATE).file("prompts/p.md", prompt);
    let start = Instant::now();
    let done = house.orch_in("ulimit -v 400000; exec \"$@\"", "run demo");
    let took = start.elapsed();
    assert!(took < Duration::from_secs(5), "{prompt:.80}: {took:?}");
    let done = done.code(1);
    done.stdout + &done.stderr
}

#[test]
fn what_doubles_is_an_error_wherever_it_does() {
    for (often, doubled) in [
        (26, "{% set s = s ~ s %}"),
        (40, "{% set s = s ~ s %}"),
        (40, "{% set_global s = s ~ s %}"),
        (40, "{% set a = [...a, ...a] %}"),
        (40, "{% set s %}{{ s }}{{ s }}{% endset %}"),
        (8, "{% set s = s | replace(from='x', to=s) %}"),
        (9, "{% set s = range(end=90000) | join(sep=s) %}"),
    ] {
        let said = said_of(&format!("{SET}{}{{{{ s | length }}}}", doubled.repeat(often)));
        assert!(said.contains("prompts/p.md") && said.contains(MEMORY), "{doubled}: {said}");
    }
}

#[test]
fn what_grows_within_one_expression_or_loop_is_an_error() {
    // Long enough that a bound of memory is met before that of time, on a busy machine too.
    let long = format!("{}{{% set a = [s] %}}", "{% set s = s ~ s %}".repeat(12));
    let doubled = "{% set a = [a, a] %}".repeat(40);
    let twin = doubled.replace('a', "b");
    for (prompt, says) in [
        ("{{ [s ~ i for i in range(end=90000)] | length }}", MEMORY),
        (
            "{{ s | replace(from='x', to=s|replace(from='x', to=s|replace(from='x', to=s|replace(from='x', to=s|replace(from='x', to=s|replace(from='x', to=s)))))) }}",
            MEMORY,
        ),
        ("{% for i in range(end=90) %}{% set_global s = s ~ s %}{% endfor %}", MEMORY),
        ("{% for i in range(end=90000) %}{% set_global a = [a] %}{% endfor %}", MEMORY),
        (
            "{% for i in range(end=90000) %}{% for j in range(end=9000) %}{{ s }}{% endfor %}{% endfor %}",
            OUTPUT,
        ),
        (&*format!("{doubled}{{{{ a }}}}"), OUTPUT),
        (&*format!("{doubled}{{% set b = [s] %}}{twin}{{{{ a == b }}}}"), TIME),
        (
            "{% for i in range(end=90000) %}{% for j in range(end=90000) %}{% endfor %}{% endfor %}",
            TIME,
        ),
    ] {
        let said = said_of(&format!("{SET}{long}{prompt}"));
        assert!(said.contains("prompts/p.md") && said.contains(says), "{prompt:.200}: {said}");
    }
}

#[test]
fn the_templates_after_a_bad_one_render() {
    let command = "executor = 'command'\ncommand = ['test', '{{ [1, 2] | join(sep=gate) }}', '=',";
    let house =
        House::new().file("prompts/p.md", &format!("{SET}{}", "{% set s = s ~ s %}".repeat(40)));
    let house = house.workflow(
        "demo",
        &format!(
            "[[gate]]\nid = 'x'\n{command} '1x2']\n\
             [[gate]]\nid = 'a'\nexecutor = 'human'\nprompt = 'p.md'\non_fail = 'continue'\nneeds = []\n\
             [[gate]]\nid = 'y'\n{command} '1y2']\nneeds = ['x']\n"
        ),
    );
    house.orch("run demo").code(1);
    assert_eq!(house.gates(), "x PASS, a FAIL, y PASS");
}
