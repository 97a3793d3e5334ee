//! Mistakes in prompts are told as those in a workflow are: all of them, each where it stands.

use super::told;
use super::workflow;
use crate::house::House;

fn prompt(text: &str) -> House {
    workflow(
        "[inputs]
         slug = { type = 'slug', default = 'x' }
         tags = { type = 'list', default = ['a'] }
         [[gate]]
         id = 'a'
         executor = 'human'
         prompt = 'p.md'",
    )
    .file("prompts/p.md", text)
}

#[test]
fn a_prompt_tells_all_its_mistakes_at_their_places() {
    let house = prompt("Write.\n\nRun {{ run | uper }}, {{ nope }}.\n{% include 'q.md' %}\n")
        .file("prompts/q.md", "{% if tags is aray %}{{ sulg }}{% endif %}\n");
    insta::assert_snapshot!(told(&house), @"
    error: unknown filter `uper` in a template
      --> prompts/p.md:3:14
    help: did you mean `upper`?
    error: unknown name `nope` in a template
      --> prompts/p.md:3:26
    help: known: attempt, gate, gates, run, session, slug, tags
    error: unknown test `aray` in a template
      --> prompts/q.md:1:15
    help: did you mean `array`?
    error: unknown name `sulg` in a template
      --> prompts/q.md:1:25
    help: did you mean `slug`?
    ");
}

#[test]
fn an_included_prompt_that_is_missing_is_one_error() {
    let house = prompt("Text.\n{% include \"nope.md\" %}\n{{ run | uper }}\n");
    let told = told(&house);
    let errors: Vec<&str> = told.lines().filter(|line| !line.starts_with("help: create")).collect();
    insta::assert_snapshot!(errors.join("\n"), @"
    error: `prompts/nope.md` not found
      --> prompts/p.md:2:13
    error: unknown filter `uper` in a template
      --> prompts/p.md:3:10
    help: did you mean `upper`?
    ");
}

#[test]
fn single_values_have_no_members() {
    let house =
        prompt("One {{ slug }}.\nTwo {{ run.id }}, {{ slug['title'] }} {{ attempt.number }}.\n");
    insta::assert_snapshot!(told(&house), @"
    error: `run` is a single value and has no `id`
      --> prompts/p.md:2:12
    help: write {{ run }}
    error: `slug` is a single value and has no `title`
      --> prompts/p.md:2:28
    help: write {{ slug }}
    error: `attempt` is a single value and has no `number`
      --> prompts/p.md:2:50
    help: write {{ attempt }}
    ");
    let sound = "{% for slug in [{'title': 'x'}] %}{{ slug.title }}{% endfor %}{{ slug }}{{ tags[0] }}\n\
                 {% set run = {'id': 1} %}{{ run.id }}\n";
    prompt(sound).orch("workflow check demo").code(0);
}
