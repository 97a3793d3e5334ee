//! `orch contract test`: a contract against fixtures that lie beside it.

use crate::house::House;

fn house() -> House {
    House::new()
        .contract(
            "poem",
            "[[output]]
             path = '{{ slug }}.md'
             checks = [
               { kind = 'word_count', min = 2 },
               { kind = 'not_contains', text = 'TODO', severity = 'warning' },
             ]",
        )
        .file(
            "contracts/poem.fixtures/good/expect.toml",
            "expect = 'pass'\ninputs = { slug = 'x' }\n",
        )
        .file("contracts/poem.fixtures/good/x.md", "two words\n")
        .file(
            "contracts/poem.fixtures/short/expect.toml",
            "expect = 'fail'\ninputs = { slug = 'x' }\n[checks]\nword_count = 'fail'\n",
        )
        .file("contracts/poem.fixtures/short/x.md", "one\n")
        .file(
            "contracts/poem.fixtures/todo/expect.toml",
            "expect = 'warn'\ninputs = { slug = 'x' }\n[checks]\nnot_contains = 'warn'\n",
        )
        .file("contracts/poem.fixtures/todo/x.md", "two TODO\n")
}

#[test]
fn fixtures_that_come_as_expected() {
    insta::assert_snapshot!(house().orch("contract test poem").code(0).shown(), @"
    exit 0
    -- stdout
    good: as expected
    short: as expected
    todo: as expected
    -- stderr
    ");
}

#[test]
fn a_check_that_cannot_fail_is_found() {
    let house = house().file("contracts/poem.fixtures/short/x.md", "two words\n");
    house.orch("contract test poem").code(1).says("expected fail, found pass");
    let json = house.orch("contract test poem --json").code(1).json();
    assert_eq!(json["success"], false);
}

#[test]
fn what_is_missing_is_named() {
    let house = house();
    house.orch("contract test peom").code(2).says("did you mean `poem`?");
    house.leaves("bare", "x").orch("contract test bare").code(2).says("contracts/bare.fixtures");
}
