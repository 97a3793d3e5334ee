//! Mistakes in answers to a form: all of them are told at once, typed or read from a file.

use super::workflow;
use crate::house::House;

const FORM: &str = "[inputs]\nslug = { type = 'slug' }\nbrief = { type = 'file', optional = true }\n\
    [[gate]]\nid = 'ask'\nexecutor = 'human'\n[gate.answers]\n\
    kind = { type = 'choice', choices = ['a', 'b'] }\ncount = { type = 'integer' }\n\
    tags = { type = 'list', help = 'What it is about' }\n";

fn told(house: &House, words: &str) -> String {
    let stderr = house.orch(words).code(2).stderr;
    let is_told = |line: &&str| ["error: ", "help: "].iter().any(|it| line.starts_with(it));
    stderr.lines().filter(is_told).collect::<Vec<_>>().join("\n")
}

#[test]
fn all_that_is_wrong_with_answers_is_told_at_once() {
    let house = workflow(FORM);
    house.write("answers.toml", "[ask]\nkind = 'z'\ncount = 'x'\nknd = 1\n[none]\na = 1\n");
    let read = told(&house, "run demo --slug s --answers answers.toml");
    house.orch("run demo --slug s").code(3);
    let told = [
        read,
        told(&house, "gate finish"),
        told(&house, "done --answer kind=c --answer knd=a --answer count"),
        told(&house, "run demo --slug ../x --brief none.md"),
    ];
    insta::assert_snapshot!(told.join("\n\n"), @"
    error: answers.toml: answers for gate `ask`: answer `count`: `x` is not a whole number
    help: write a whole number, such as 3
    error: answers.toml: answers for gate `ask`: answer `kind`: `z` is not one of a, b
    help: write one of a, b
    error: answers.toml: gate `ask` has no question `knd`
    help: did you mean `kind`?
    error: answers.toml: gate `ask` requires an answer to `tags`: What it is about
    help: add `tags` to the table `ask`
    error: answers.toml: workflow `demo` has no gate `none`
    help: known: ask

    error: gate ask requires an answer to `kind`
    help: --answer 'kind=a|b'
    error: gate ask requires an answer to `count`
    help: --answer count=…
    error: gate ask requires an answer to `tags`: What it is about
    help: --answer tags=…

    error: `count` is not a valid answer
    help: --answer NAME=VALUE
    error: answer `kind`: `c` is not one of a, b
    help: write one of a, b
    error: gate ask has no question `knd`
    help: did you mean `kind`?
    error: gate ask requires an answer to `count`
    help: --answer count=…
    error: gate ask requires an answer to `tags`: What it is about
    help: --answer tags=…

    error: input `slug`: `../x` is not a slug: use a-z, 0-9, `.`, `_` and `-`, starting with a letter or digit
    help: write my-item
    error: input `brief`: none.md does not exist
    help: write the path of a file of the project, such as docs/a.md
    ");
    house.orch("gate finish --answer kind=a --answer count=2 --answer tags=x").code(0);
}
