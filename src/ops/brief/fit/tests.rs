//! What is left out of a brief, and in which order.

use super::*;
use crate::event::Note;
use crate::event::NoteKind;
use crate::git::Changed;
use crate::ops::Instructions;
use crate::ops::brief::content::Changes;
use crate::ops::brief::content::Facts;
use crate::run::testing::at;
use crate::run::testing::gate;
use crate::run::testing::run;
use crate::run::testing::workflow;
use crate::standing::Tally;
use proptest::prelude::ProptestConfig;
use proptest::prelude::prop_assert;
use proptest::prelude::prop_assert_eq;
use proptest::proptest;
use std::convert::Infallible;
use std::time::Duration;

/// A brief of a run with two gates that are done and one that is at work.
fn brief(notes: u64, decisions: u64, files: usize) -> Brief {
    let workflow = workflow(&["a", "b", "c"].map(|id| gate(id, "")).concat());
    let mut run = run(&workflow, "a+ b+ c");
    let minutes = |count| at().plus(Duration::from_mins(count));
    let said = |kind, at: u64| {
        let text = format!("said {at}");
        Note { kind, gate: None, text, by: "Ada".to_owned(), said_at: None }
    };
    // Decisions lie between the notes, and begin a little later.
    let notes = (0..notes).map(|at| (at * 2, said(NoteKind::Update, at * 2)));
    let decisions = (0..decisions).map(|at| (at * 2 + 1, said(NoteKind::Decision, at * 2 + 1)));
    for (when, note) in notes.chain(decisions) {
        run.notes.push((minutes(when), note));
    }
    let file =
        |at: usize| Changed { path: format!("file-{at}"), what: "modified", is_committed: false };
    let changes = Changes {
        since: "then".to_owned(),
        files: Some((0..files).map(file).collect()),
        unknown: None,
    };
    Brief::of(Facts {
        run: &run,
        workflow: &workflow,
        history: &[],
        child_runs: Vec::new(),
        changes,
        instructions: Instructions::default(),
        tally: Tally::of(&run, at()),
        bound_by: None,
        now: at(),
    })
}

/// One line for each thing that is told, as long as some of them are.
fn render(brief: &Brief) -> String {
    let said = brief.notes.iter().chain(&brief.decisions).map(|said| said.text.clone());
    let files = brief.changes.files.iter().flatten().map(|file| file.path.clone());
    let gates = brief.gates.iter().map(|gate| format!("gate {} of the run", gate.line.gate));
    let lines: Vec<String> = said.chain(files).chain(gates).collect();
    lines.join("\n")
}

fn fitted(brief: &Brief, tokens_max: Option<usize>) -> Result<(Brief, String), usize> {
    let Ok(fitted) = fit(brief, tokens_max, |brief| Ok::<_, Infallible>(render(brief)));
    fitted
}

#[test]
fn four_characters_are_a_token() {
    assert_eq!(["", "a", "abcd", "äöüß", "abcde"].map(tokens), [0, 1, 1, 1, 2]);
}

#[test]
fn the_oldest_is_left_out_first_then_files_then_gates_that_are_done() {
    let whole = brief(3, 2, 2);
    let left = |tokens_max| {
        let (brief, _) = fitted(&whole, Some(tokens_max)).unwrap();
        let said = brief.notes.iter().chain(&brief.decisions).map(|said| said.text.clone());
        let files = brief.changes.files.iter().flatten().map(|file| file.path.clone());
        let gates = brief.gates.iter().map(|gate| gate.line.gate.to_string());
        said.chain(files).chain(gates).collect::<Vec<_>>().join(" ")
    };
    let (all, text) = fitted(&whole, None).unwrap();
    assert!(all.left_out.is_empty());
    let full = tokens(&text);
    assert_eq!(fitted(&whole, Some(full)).unwrap().1, text);
    assert_eq!(left(full - 1), "said 2 said 4 said 1 said 3 file-0 file-1 a b c");
    assert_eq!(left(full - 3), "said 2 said 4 said 3 file-0 file-1 a b c");
    assert_eq!(left(17), "file-0 file-1 a b c");
    assert_eq!(left(16), "file-0 a b c");
    assert_eq!(left(9), "b c");
    // The gate at work stays, whatever the limit.
    assert_eq!(left(5), "c");
    assert_eq!(fitted(&whole, Some(4)).unwrap_err(), 5);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..Default::default() })]

    #[test]
    fn what_fits_is_all_that_does_and_nothing_is_left_out_uncounted(
        notes in 0_u64..8,
        decisions in 0_u64..8,
        files in 0_usize..6,
        tokens_max in 5_usize..60,
    ) {
        let whole = brief(notes, decisions, files);
        let (shorter, text) = fitted(&whole, Some(tokens_max)).unwrap();
        prop_assert!(tokens(&text) <= tokens_max);
        let left_out: usize = shorter.left_out.values().sum();
        let count = |brief: &Brief| {
            let files = brief.changes.files.as_ref().map_or(0, Vec::len);
            brief.notes.len() + brief.decisions.len() + files + brief.gates.len()
        };
        prop_assert_eq!(count(&shorter) + left_out, count(&whole));
        // With one thing less left out it would be too long.
        if left_out > 0 {
            let parts = parts(&whole);
            let longer = render(&without(&whole, &parts[..left_out - 1]));
            prop_assert!(tokens(&longer) > tokens_max);
        }
        // Nothing that was said stays that is older than what is left out.
        let said = |brief: &Brief| {
            brief.notes.iter().chain(&brief.decisions).map(|said| said.at).collect::<BTreeSet<_>>()
        };
        let (all, kept) = (said(&whole), said(&shorter));
        let gone = all.difference(&kept).max();
        prop_assert!(kept.iter().all(|at| gone.is_none_or(|gone| at > gone)));
    }
}
