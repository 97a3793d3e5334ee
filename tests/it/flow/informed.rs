//! Information: a check that was not made says so, and fails nothing.

use crate::house::House;

#[test]
fn a_check_that_is_skipped_without_a_network_passes_with_a_note() {
    let house = House::new()
        .file("a.md", "see https://nowhere.invalid/a\n")
        .workflow(
            "demo",
            "[[gate]]\nid = 'a'\nexecutor = 'command'\ncommand = ['true']\ncontract = 'links'",
        )
        .contract(
            "links",
            "[[output]]
             path = 'a.md'
             checks = [
               { kind = 'url_reachable', offline = 'skip', timeout = '2s', message = 'dead links' },
             ]",
        );
    let done = house.orch("run demo").code(0).says("skipped: no network");
    done.never_says("dead links");
    let attempt = house.attempt("a", 1);
    let made = attempt["validations"].as_array().unwrap();
    let made = made.iter().find(|made| made["type"] == "url_reachable").unwrap();
    assert_eq!(made["pass"], true, "{made}");
}
