//! Mistakes in templates that only show when they are rendered: what is wrong with which part.

use super::workflow;

#[test]
fn a_template_that_does_not_render_is_told_in_words_with_its_part() {
    let inputs = "[inputs]\nslug = { type = 'slug', default = 'a' }\nn = { type = 'integer', default = 1 }\n\
        items = { type = 'list', default = ['a'] }\n";
    let told = |template: &str| {
        let gate = format!(
            "{inputs}[[gate]]\nid = 'a'\nexecutor = 'command'\ncommand = ['echo', '''{template}''']\n"
        );
        let stderr = workflow(&gate).orch("run demo").code(1).stderr;
        let line = stderr.lines().find(|line| line.contains("error a: ")).unwrap_or(&stderr);
        line.trim().to_owned()
    };
    let told = [
        "{{ slug + 1 }}",
        "{{ items[99] }}",
        "{{ 1 / 0 }}",
        "{{ slug | truncate(length='x') }}",
        "{{ slug | join(sep=',') }}",
        "{{ n | upper }}",
        "{{ 'a' * 2 }}",
        "{{ {'b': 1}[slug] }}",
    ]
    .map(told);
    insta::assert_snapshot!(told.join("\n"), @"
    error a: `{{ slug + 1 }}`: `+` requires two numbers, found a string and a whole number; write ~ to join strings [command]
    error a: `{{ items[99] }}`: no such item or key [command]
    error a: `{{ 1 / 0 }}`: division by 0 [command]
    error a: `{{ slug | truncate(length='x') }}`: expected a whole number, found a string [command]
    error a: `{{ slug | join(sep=',') }}`: expected a list, found a string [command]
    error a: `{{ n | upper }}`: expected a string, found a whole number [command]
    error a: `{{ 'a' * 2 }}`: expected a number, found a string [command]
    error a: `{{ {'b': 1}[slug] }}`: no such item or key [command]
    ");
}

#[test]
fn the_definition_is_at_fault_only_where_no_work_was_done() {
    const REWRITE: &str = "Gate a could not start: ";
    let run = |keys: &str| {
        let gate = format!("[[gate]]\nid = 'a'\nexecutor = 'command'\n{keys}\n");
        workflow(&gate).orch("run demo").code(1)
    };
    run("command = ['echo', '{{ 1 / 0 }}']").says(REWRITE).says("[command]");
    run("command = ['true']\nstdout = 'out/{{ 1 / 0 }}'").says(REWRITE).says("[stdout]");
    run("shell = 'mkdir out'\nstdout = 'out'").says("[stdout]").never_says(REWRITE);
    run("command = ['false']").never_says(REWRITE);
}
