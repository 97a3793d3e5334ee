//! `orch man`: a page for each command.

use crate::house::House;

#[test]
fn every_command_has_a_page() {
    let house = House::new();
    let listed = house.orch("man pages/man1").code(0).stdout;
    assert!(listed.lines().count() > 50, "{listed}");
    for page in listed.lines() {
        let text = house.read(&format!("pages/man1/{page}"));
        assert!(text.contains(".SH NAME") && text.contains(".SH SYNOPSIS"), "{page}");
    }
    let page = house.read("pages/man1/orch-gate-approve.1");
    assert!(page.contains(r"\fBorch gate approve\fR"), "{page}");
    let page = house.read("pages/man1/orch-run-resume.1");
    let synopsis = page.split(".SH ").find(|part| part.starts_with("SYNOPSIS")).unwrap();
    assert_eq!(synopsis, "SYNOPSIS\n\\fBorch run resume\\fR [OPTIONS] [RUN]\n");
    let page = house.read("pages/man1/orch-run.1");
    assert!(page.contains("budget") && page.contains("until"), "{page}");
    insta::assert_snapshot!(page.split_once(".SH NOTES\n").unwrap().1, @r"
    .nf
    \&List workflows with: orch workflow list
    \&Show a workflow's inputs and all options with: orch run WORKFLOW \-\-help
    .fi
    .SH EXAMPLES
    .nf
    \&  orch run hello  start a workflow and drive it
    .fi
    ");
    let page = house.read("pages/man1/orch.1");
    assert!(page.contains(".SH \"EXIT STATUS\"\n.nf\n") && !page.contains("EXTRA"), "{page}");
    // A second time they are replaced.
    house.write("pages/man1/orch.1", "x".repeat(100_000));
    assert_eq!(house.orch("man pages/man1 --json").code(0).json()["data"][0], "orch.1");
    assert!(!house.read("pages/man1/orch.1").contains("xxx"));
}

#[test]
fn what_is_in_the_way_is_told() {
    let house = House::new().file("taken", "");
    house.orch("man taken").code(1).says("taken/orch.1: file exists");
    house.orch("man").code(2).says("<FOLDER>");
}
