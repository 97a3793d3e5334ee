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

#[test]
fn many_findings_stand_below_the_name_of_their_gate() {
    let house = House::new()
        .workflow(
            "demo",
            "[[gate]]\nid = 'write'\nexecutor = 'command'\ncommand = ['true']\ncontract = 'c'",
        )
        .contract(
            "c",
            "[[output]]\npath = 'a.md'\n[[output]]\npath = 'b.md'\n[[output]]\npath = 'c.md'\n\
             [[output]]\npath = 'd.md'\n",
        );
    let told = house.orch("run demo").code(1).stderr;
    let findings: Vec<&str> = told.lines().filter(|line| line.starts_with("  ")).take(5).collect();
    insta::assert_snapshot!(findings.join("\n"), @"
    write: 4 findings
      error a.md does not exist [file_exists]
      error b.md does not exist [file_exists]
      error c.md does not exist [file_exists]
      error d.md does not exist [file_exists]
    ");
}
