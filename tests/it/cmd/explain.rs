//! `orch explain`, and the codes of errors.

use crate::house::House;
use crate::tidy;
use std::collections::BTreeSet;

#[test]
fn a_check_a_key_a_command_and_a_code_are_explained() {
    let house = House::outside_git();
    insta::assert_snapshot!(house.orch("explain min_sources").code(0).stdout, @"
    min_sources (Checks)

    The file cites at least `min` distinct sources: URLs (ignoring fragment, default port, trailing
    slash, and `http` or `https`), DOIs, ISBNs (the 10- and 13-digit numbers of a book are one
    source; the check digit must be right) and arXiv ids (ignoring the version). A work counts once,
    however it is spelled or formatted; a link whose text is a DOI, ISBN or arXiv id counts as that
    work. A 13-digit ISBN counts anywhere, a 10-digit one only with the word ISBN in its line, row
    or column header. Code and comments do not count, and neither does a bullet without a source.

      `min` (required)
          Minimum number of distinct sources.
      `verdict`
          Whether this check reads the gate's decision. It runs only if everything else passes; if it fails, the attempt is a refusal. The gate is not retried then: the finding is passed to the gate that `on_fail` goes back to.
    ");
    insta::assert_snapshot!(house.orch("explain on_fail").code(0).stdout, @r#"
    on_fail in [[gate]] (Workflows)

    `"stop"` or `"continue"` or `"ignore"` or table `[gate.on_fail]`
    What to do when the gate has failed. `stop` (default) starts no further gate, `continue` runs the gates that do not need it, `ignore` also runs those that need it, and `{ goto, visits }` goes back.

    [gate.on_fail] (Workflows)

    A jump back to a gate, at most `visits` times.

      `goto`, string, required
          This gate or an earlier one.
      `visits`, whole number
          Maximum number of jumps. The count restarts when a later gate jumps back to or before this gate.
      `per`, string
          The only later gate whose jumps restart the count.
    "#);
    insta::assert_snapshot!(house.orch("explain held").code(0).stdout, @"
    held (Error codes)

    Another process holds the run; only one drives it at a time. Wait for it, or stop it with `orch run pause` or `orch run cancel`. The lock is freed when that process ends, however it ends. Exit code 5.
    ");
    house.orch("explain run list").code(0).says("Usage: orch run list [OPTIONS]");
    insta::assert_snapshot!(house.orch("explain unordered-writes").code(0).stdout, @"
    unordered-writes (Audit rules)

    A file that two gates may write at once. Order the gates with `needs`.
    ");
    house.orch("explain 3").code(0).says("waiting for a person or an agent");
    let json = house.orch("explain file_count --json").code(0).json();
    assert_eq!(json["data"]["pages"][0]["part"], "Checks");
    let topics = house.orch("explain").code(0).stdout;
    house.orch("explain trifecta").code(0).says("trifecta (Audit rules)").says("[permits]");
    for part in [
        "Audit rules: avoidable-person",
        "Checks: command, committed",
        "Commands: orch, ",
        "Error codes: budget, ",
    ] {
        assert!(topics.contains(part), "{part} is not in\n{topics}");
    }
    insta::assert_snapshot!(house.orch("explain min_source").code(2).shown(), @"
    exit 2
    -- stdout
    -- stderr
    error: the reference has no page about `min_source`
    help: did you mean `min_sources`?
    ");
}

#[test]
fn exit_codes_are_explained_all_together_and_each() {
    let house = House::new();
    let all = house.orch("explain exit codes").code(0).says("Exit codes");
    assert_eq!(house.orch("explain Exit codes").code(0).stdout, all.stdout);
    let one = house.orch("explain 3").code(0);
    for words in ["explain exit 3", "explain exit code 3"] {
        assert_eq!(house.orch(words).code(0).stdout, one.stdout, "{words}");
    }
}

#[test]
fn every_code_of_an_error_is_explained_and_told() {
    let code = regex::Regex::new(r#"\bcode\("([a-z_]+)"\)"#).unwrap();
    let made = regex::Regex::new(r#""code": "([a-z_]+)""#).unwrap();
    let mut found = BTreeSet::new();
    for (folder, code) in [("src", &code), ("src/cli", &made)] {
        for (_, text) in tidy::sources(folder) {
            found.extend(code.captures_iter(&text).map(|found| found[1].to_owned()));
        }
    }
    let known: Vec<&str> = orch::cli::ERROR_CODES.iter().map(|code| code.code).collect();
    assert_eq!(found.into_iter().collect::<Vec<_>>(), known);
    for code in known {
        House::outside_git().orch(&format!("explain {code}")).code(0).says("(Error codes)");
    }
}

#[test]
fn a_code_stands_behind_the_message_where_it_says_more() {
    let house = House::new().workflow("demo", "[[gate]]\nid = 'a'\nexecutor = 'human'");
    house.orch("run demo").code(3);
    std::fs::write(house.journal(), "not a journal\n").unwrap();
    let done = house.orch("run resume").code(6);
    let first = done.stderr.lines().next().unwrap();
    assert!(first.starts_with("error: ") && first.ends_with(" [corrupt]"), "{}", done.shown());
    let done = house.orch("run nothing").code(2);
    assert!(done.stderr.starts_with("error: workflow `nothing` not found\n"), "{}", done.shown());
}
