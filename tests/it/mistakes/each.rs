//! Mistakes in the list of a fan-out.

use super::told;
use super::workflow;

#[test]
fn what_lists_the_items_of_a_fan_out_knows_none_of_them() {
    let inputs = "[inputs]\nchapters = { type = 'list' }\n[[gate]]\nid = 'write'\n\
        executor = 'command'\ncommand = ['echo', '{{ chapter }}']\n";
    let own = "each = { in = '{{ chapter }}', as = 'chapter' }";
    let file = "each = { file = '{{ chapter }}.json', as = 'chapter' }";
    let told = [own, file].map(|each| told(&workflow(&format!("{inputs}{each}"))));
    insta::assert_snapshot!(told.join("\n\n"), @"
    error: unknown name `chapter` in a template
      --> workflows/demo.toml:9:19
    help: did you mean `chapters`?

    error: unknown name `chapter` in a template
      --> workflows/demo.toml:9:21
    help: did you mean `chapters`?
    ");
}

#[test]
fn a_list_that_cannot_be_one_is_told_before_the_run() {
    let gates = |each: &str| {
        told(&workflow(&format!(
            "[inputs]\ntitle = {{ type = 'string', default = 'x' }}\n\
             count = {{ type = 'integer', default = 1 }}\n\
             [[gate]]\nid = 'a'\nexecutor = 'command'\ncommand = ['true']\neach = {each}\n\
             [[gate]]\nid = 'b'\nexecutor = 'command'\ncommand = ['true']\n"
        )))
    };
    let cases = [
        "{ in = '{{ title }}', as = 'x' }",
        "{ in = '{{ count }}', as = 'x' }",
        "{ in = '{{ gates.a.outputs }}', as = 'x' }",
        "{ in = '{{ gates.b.outputs }}', as = 'x' }",
        "{ file = '{{ gates.b.outputs | first }}', as = 'x' }",
        "{ file = 'x.json', pointer = 'a.b', as = 'x' }",
    ];
    insta::assert_snapshot!(cases.map(gates).join("\n\n"), @r#"
    error: input `title` is not a list
      --> workflows/demo.toml:10:15
    help: write type = "list" in [inputs.title]

    error: input `count` is not a list
      --> workflows/demo.toml:10:15
    help: write type = "list" in [inputs.count]

    error: the list of gate `a` is made from its own results, which are not there yet
      --> workflows/demo.toml:10:15
    help: use the results of a gate that this one needs

    error: gate `b` comes after `a`, whose list is made from its results
      --> workflows/demo.toml:10:15
    help: use the results of a gate that this one needs

    error: gate `b` comes after `a`, whose list is made from its results
      --> workflows/demo.toml:10:17
    help: use the results of a gate that this one needs

    error: `a.b` is not a JSON pointer
      --> workflows/demo.toml:10:37
    help: write pointer = "/a/b"
    "#);
    // A jump comes back to it with what the later gate left behind.
    let back = "[[gate]]\nid = 'a'\nexecutor = 'command'\ncommand = ['true']\n\
        each = { in = '{{ gates.b.outputs }}', as = 'x' }\n\
        [[gate]]\nid = 'b'\nexecutor = 'command'\ncommand = ['true']\n\
        on_fail = { goto = 'a', visits = 2 }\n";
    workflow(back).orch("workflow check demo").code(0);
}
