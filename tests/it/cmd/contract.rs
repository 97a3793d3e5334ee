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
               { kind = 'not_contains', text = 'TBD', severity = 'warning' },
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
            "contracts/poem.fixtures/open/expect.toml",
            "expect = 'warn'\ninputs = { slug = 'x' }\n[checks]\nnot_contains = 'warn'\n",
        )
        .file("contracts/poem.fixtures/open/x.md", "two TBD\n")
}

#[test]
fn fixtures_that_come_as_expected() {
    insta::assert_snapshot!(house().orch("contract test poem").code(0).shown(), @"
    exit 0
    -- stdout
    good: as expected
    open: as expected
    short: as expected
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

/// A fixture of `poem` by its files, each with its path below the fixture.
fn fixture(house: House, name: &str, files: &[(&str, &str)]) -> House {
    files.iter().fold(house, |house, (path, text)| {
        house.file(&format!("contracts/poem.fixtures/{name}/{path}"), text)
    })
}

#[test]
fn a_fixture_rests_on_another() {
    let house = fixture(
        house(),
        "vast",
        &[("expect.toml", "expect = 'warn'\nbase = 'good'\n"), ("x.md", "now TBD\n")],
    );
    house.orch("contract test poem").code(0).says("vast: as expected");
    let chained = fixture(house, "deep", &[("expect.toml", "expect = 'warn'\nbase = 'vast'\n")]);
    chained
        .orch("contract test poem")
        .code(1)
        .says("deep is based on vast, which is based on good");
    let lost = fixture(chained, "deep", &[("expect.toml", "expect = 'warn'\nbase = 'god'\n")]);
    lost.orch("contract test poem").code(1).says("did you mean `good`?");
}

#[test]
fn what_a_check_compares_with_is_another_fixture() {
    let house = House::new().contract(
        "poem",
        "[[output]]
         path = 'x.md'
         [[check]]
         kind = 'unchanged'
         paths = ['notes/**']
         since = 'research'
         [[check]]
         kind = 'only_changes'
         paths = ['x.md']
         [[check]]
         kind = 'committed'
         paths = ['notes/**']",
    );
    let files = [("x.md", "x\n"), ("notes/a.md", "a\n"), ("notes/b.md", "b\n")];
    let good = [&files[..], &[("expect.toml", "expect = 'pass'\n")]].concat();
    let all = "[checks]\nunchanged = 'fail'\nonly_changes = 'fail'\ncommitted = 'fail'\n";
    let changed = format!("expect = 'fail'\nbase = 'good'\nbefore = 'good'\n{all}");
    let gone = format!("expect = 'fail'\nbefore = 'good'\n{all}");
    let house = fixture(house, "good", &good);
    let house = fixture(house, "changed", &[("expect.toml", &changed), ("notes/a.md", "other\n")]);
    let house = fixture(house, "gone", &[("expect.toml", &gone), files[0], files[1]]);
    house.orch("contract test poem").code(0);
}

#[test]
fn a_command_sees_inputs_and_leaves_the_fixture_as_it_was() {
    let house = House::new().contract(
        "poem",
        "[[check]]
         kind = 'command'
         command = ['sh', '-c', 'echo litter > litter; test \"$ORCH_INPUT_SLUG\" = x && test ! -e expect.toml']",
    );
    let house =
        fixture(house, "good", &[("expect.toml", "expect = 'pass'\ninputs = { slug = 'x' }\n")]);
    house.orch("contract test poem").code(0);
    assert!(!house.exists("contracts/poem.fixtures/good/litter"));
}

#[test]
fn what_a_fixture_says_wrongly_is_found() {
    let wrong = "expect = 'pass'\ninputs = { slug = 'x' }\n[checks]\nword_cout = 'pass'\n";
    let house = fixture(house(), "good", &[("expect.toml", wrong)]);
    house.orch("contract test poem").code(1).says("did you mean `word_count`?");
    let house = fixture(house, "good", &[("expect.toml", "expect = 'pass'\n")]);
    house
        .orch("contract test poem")
        .code(1)
        .says("[inputs] in contracts/poem.fixtures/good/expect.toml");
}

#[test]
fn a_finding_is_shown_as_it_was_said() {
    let house = fixture(house(), "good", &[("x.md", "two TBD\n")]);
    house.orch("contract test poem").code(1).says("TBD").says("expected pass, found warn");
}

#[test]
fn fixtures_lie_beside_a_contract_of_the_user() {
    let house = House::new();
    let folder = house.outside("home/.config/orch/contracts");
    std::fs::create_dir_all(folder.join("mine.fixtures/good")).unwrap();
    std::fs::write(folder.join("mine.toml"), "name = 'm'\n[[output]]\npath = 'x'\n").unwrap();
    std::fs::write(folder.join("mine.fixtures/good/expect.toml"), "expect = 'pass'\n").unwrap();
    std::fs::write(folder.join("mine.fixtures/good/x"), "x\n").unwrap();
    std::fs::write(folder.join("mine.fixtures/README.md"), "What they are.\n").unwrap();
    house.orch("contract test mine").code(0).says("good: as expected");
}

#[test]
fn a_fixture_is_no_contract() {
    let house = fixture(house(), "good", &[("plan.toml", "")]);
    house.orch("contract test plan").code(2).never_says("fixtures");
}

#[test]
fn a_fixture_that_cannot_be_judged_hides_no_other() {
    let house = fixture(house(), "also", &[("expect.toml", "expct = 'pass'\n")]);
    let done = house.orch("contract test poem").code(1);
    done.says("also: not as expected")
        .says("contracts/poem.fixtures/also/expect.toml:1:1: unknown key `expct`; did you mean")
        .says("good: as expected");
    let json = house.orch("contract test poem --json").code(1).json();
    assert!(json["data"].as_array().unwrap().iter().any(|tried| tried["found"].is_null()));
}
