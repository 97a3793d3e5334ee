//! Contracts over a few files: which checks are read, in which order, and what is told once.

use super::*;
use crate::check::testing::lay;
use crate::check::testing::project;
use crate::files::Beneath;
use crate::packet::Demand;
use crate::process::Stop;
use crate::secret::Secrets;
use crate::source::Source;
use std::collections::BTreeMap;
use std::path::Path;

fn contract(text: &str) -> Contract {
    let names = ["depth"].into_iter().collect();
    let source = Source::new("c.toml", format!("name = 'C'\n{text}"));
    Contract::parse(&source, &names).unwrap()
}

fn context() -> Context {
    Context::default().with("depth", &"deep")
}

/// What a contract says of the files of a folder.
fn judge_folder(
    folder: &Path,
    contract: &Contract,
    freshness: Option<(&Freshness, bool)>,
) -> Judgement {
    let project = project(folder);
    let scratch = tempfile::tempdir().unwrap();
    let scene = Scene {
        project: &project,
        document: None,
        baselines: &BTreeMap::new(),
        environment: &BTreeMap::new(),
        scratch: Beneath::new(scratch.path()),
        secrets: &Secrets::default(),
        stop: &Stop::default(),
        register: None,
        sandbox: None,
        text_bytes_max: 1024,
        work: None,
    };
    judge(contract, freshness, &scene, &context())
}

/// All findings of a contract over these files.
fn found(text: &str, files: &[(&str, &str)]) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let bytes = files.iter().map(|(path, text)| (*path, text.as_bytes())).collect::<Vec<_>>();
    lay(folder.path(), &bytes);
    told(&judge_folder(folder.path(), &contract(text), None))
}

/// The findings of errors, then those that fail nothing.
fn told(judgement: &Judgement) -> Vec<String> {
    let findings = judgement.validations.iter().flat_map(|it| &it.findings);
    findings
        .map(|finding| match finding.severity {
            Severity::Error => finding.to_string(),
            Severity::Warning => format!("warning: {finding}"),
            Severity::Info => format!("info: {finding}"),
        })
        .collect()
}

const REPORT: &str = "[[output]]\npath = 'r.json'\n\
                      checks = [{ kind = 'field', pointer = '/n', min = 1 },\n\
                      { kind = 'field', pointer = '/ok', equals = true, verdict = true }]\n";

#[test]
fn a_decision_is_read_only_where_its_form_holds() {
    let decided = |text| {
        let folder = tempfile::tempdir().unwrap();
        lay(folder.path(), &[("r.json", text)]);
        let judgement = judge_folder(folder.path(), &contract(REPORT), None);
        let verdicts = judgement.validations.iter().filter(|it| it.is_decision);
        (told(&judgement).len(), verdicts.map(|it| it.pass).collect::<Vec<_>>())
    };
    assert_eq!(decided(br#"{"n": 1, "ok": true}"#), (0, vec![true]));
    assert_eq!(decided(br#"{"n": 1, "ok": false}"#), (1, vec![false]));
    // The form is wrong: what was decided is not read.
    assert_eq!(decided(br#"{"n": 0, "ok": false}"#), (1, vec![]));
}

#[test]
fn a_file_that_is_missing_or_empty_is_told_once() {
    let checks = "[[output]]\npath = 'a.md'\nchecks = [{ kind = 'contains_headings', \
                  headings = ['A'] }, { kind = 'word_count', min = 3 }]\n";
    assert_eq!(found(checks, &[]), ["a.md does not exist [file_exists]"]);
    assert_eq!(found(checks, &[("a.md", "")]).len(), 1);
    assert_eq!(found(checks, &[("a.md", "one two")]).len(), 2);
    assert_eq!(found(checks, &[("a.md", "# A\none two three")]), Vec::<String>::new());
    let optional = checks.replace("path = 'a.md'", "path = 'a.md'\noptional = true");
    assert_eq!(found(&optional, &[]), Vec::<String>::new());
    assert_eq!(found(&optional, &[("a.md", "one two")]).len(), 2);
}

#[test]
fn of_any_one_passes_for_all_and_of_first_the_first_one_there_is_judged() {
    let long = "checks = [{ kind = 'word_count', min = 2 }]\n";
    let any = format!("[[output]]\nany_of = ['a.md', 'b.md']\n{long}");
    let first = format!("[[output]]\nfirst_of = ['a.md', 'b.md']\n{long}");
    let both = |text| found(text, &[("a.md", "one"), ("b.md", "one two")]);
    let short = both(&any);
    assert!(short.len() == 1 && short[0].starts_with("info: a.md: "), "{short:?}");
    let short = both(&first);
    assert!(short.len() == 1 && short[0].starts_with("a.md: "), "{short:?}");
    assert_eq!(found(&first, &[("b.md", "one two")]), Vec::<String>::new());
    assert_eq!(found(&any, &[("a.md", "one"), ("b.md", "one")]).len(), 2);
    let none = |alternatives| [format!("none of these files exists: {alternatives} [file_exists]")];
    assert_eq!(found(&any, &[]), none("a.md or b.md"));
    assert_eq!(found(&first, &[]), none("a.md, else b.md"));
}

#[test]
fn a_glob_matches_a_file_or_fails_and_each_match_is_judged() {
    let glob = "[[output]]\nglob = '*.md'\nchecks = [{ kind = 'word_count', min = 2 }]\n";
    assert_eq!(found(glob, &[("a.txt", "one")]), ["no file matches *.md [output]"]);
    assert_eq!(found(glob, &[("a.md", "one"), ("b.md", "one two"), ("c.md", "x")]).len(), 2);
}

#[test]
fn a_rule_speaks_by_its_message_counts_by_its_severity_and_applies_by_its_condition() {
    let rule =
        |more: &str| format!("[[check]]\nkind = 'word_count'\npath = 'a.md'\nmin = 2\n{more}\n");
    let judged = |more: &str| found(&rule(more), &[("a.md", "one")]);
    assert_eq!(judged("message = 'go {{ depth }}'").len(), 1);
    assert!(judged("message = 'go {{ depth }}'")[0].starts_with("a.md: go deep"));
    assert!(judged("severity = 'warning'")[0].starts_with("warning: a.md: "));
    assert_eq!(judged("when = '{{ depth == \"quick\" }}'"), Vec::<String>::new());
    assert_eq!(judged("when = '{{ depth == \"deep\" }}'").len(), 1);
    // What cannot be decided fails.
    assert_eq!(judged("when = '{{ depth }}'").len(), 1);
    // The message presupposes a file.
    let missing = found(&rule("message = 'go on'"), &[]);
    assert_eq!(missing, ["a.md: the file does not exist [word_count]"]);
}

#[test]
fn an_output_is_fresh_once_it_was_written_in_the_round() {
    let contract =
        contract("[[output]]\npath = 'a.md'\n[[output]]\npath = 'b.md'\nfresh = false\n");
    let folder = tempfile::tempdir().unwrap();
    let write = |path, text: &str| lay(folder.path(), &[(path, text.as_bytes())]);
    write("a.md", "old");
    write("b.md", "old");
    let before = fresh::stamps(&contract, true, &project(folder.path()), &context());
    assert_eq!(before.keys().collect::<Vec<_>>(), ["a.md"]);
    let freshness = Freshness::Written(before);
    let judged =
        |by_default| told(&judge_folder(folder.path(), &contract, Some((&freshness, by_default))));
    let stale = "a.md: it was not written in this round of the gate; it existed before [fresh]";
    assert_eq!(judged(true), [stale]);
    assert_eq!(judged(false), Vec::<String>::new());
    // The same bytes, but written now.
    wait_for_the_clock(folder.path());
    write("a.md", "old");
    assert_eq!(judged(true), Vec::<String>::new());
}

/// Waits until a file that is written has another change time than one that was written before.
fn wait_for_the_clock(folder: &Path) {
    let project = project(folder);
    let changed = |path: &str| {
        lay(folder, &[(path, b"x")]);
        project.stat(&project.path(path).unwrap()).unwrap().changed_ns
    };
    let before = changed("tick");
    while changed("tick") == before {}
}

#[test]
fn an_answer_to_a_refusal_changes_one_of_the_outputs_that_were_refused() {
    let contract =
        contract("[[output]]\npath = 'a.md'\n[[output]]\npath = 'b.md'\noptional = true\n");
    let folder = tempfile::tempdir().unwrap();
    lay(folder.path(), &[("a.md", b"one")]);
    let refused = judge_folder(folder.path(), &contract, None).artifacts;
    let refused =
        refused.into_iter().filter_map(|(path, print)| Some((path.to_string(), print?.digest)));
    let freshness = Freshness::Differs(refused.collect());
    let judged = || told(&judge_folder(folder.path(), &contract, Some((&freshness, true))));
    assert_eq!(judged().len(), 1, "{:?}", judged());
    assert!(judged()[0].starts_with("unchanged since the refusal: a.md, b.md"));
    // Another output is an answer too, also one that was not there.
    lay(folder.path(), &[("b.md", b"more")]);
    assert_eq!(judged(), Vec::<String>::new());
}

#[test]
fn the_packet_tells_demands_apart_from_what_a_decision_is_read_from() {
    let shown = |demands: Vec<Demand>| {
        let lines = demands.into_iter().map(|it| (it.subject.unwrap_or_default(), it.points.len()));
        lines.collect::<Vec<_>>()
    };
    let words = |fresh, refused| {
        let (demands, decisions) = words(&contract(REPORT), (fresh, refused), &context());
        (shown(demands), decisions)
    };
    let (demands, decisions) = words(false, false);
    assert_eq!(demands, [("`r.json`".to_owned(), 2)]);
    assert!(decisions[0].points[0].starts_with("it counts as an approval only if "));
    assert_eq!(words(true, false).0, [("`r.json`".to_owned(), 3)]);
    let (demands, _) = super::words(&contract(REPORT), (true, true), &context());
    assert!(demands[0].points[2].starts_with("it differs from the refused version"));
}
