//! Events and texts that nobody would write: nothing of it panics, what applies reads back the same,
//! and what is refused leaves no trace.

mod parts;

use crate::house::child;
use orch::clock::Moment;
use orch::contract::Contract;
use orch::definition::Definition;
use orch::definition::Frozen;
use orch::digest::Digest;
use orch::event::Event;
use orch::event::RunStatus;
use orch::event::WaitsFor;
use orch::id::GateId;
use orch::id::RunId;
use orch::internals::ProjectFolder;
use orch::source::Source;
use orch::store::Durability;
use orch::store::Lease;
use orch::store::Store;
use orch::store::journal;
use orch::store::journal::Reading;
use orch::store::record;
use orch::template::Names;
use orch::workflow::Workflow;
use parts::Dice;
use parts::ended;
use parts::invocation;
use parts::judged;
use parts::of;
use parts::routing;
use parts::started;
use proptest::collection::vec;
use proptest::prelude::ProptestConfig;
use proptest::prelude::Strategy;
use proptest::prelude::any;
use proptest::prelude::prop_assert;
use proptest::prelude::prop_assert_eq;
use proptest::proptest;
use proptest::sample::select;
use serde_json::json;
use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

fn dice() -> impl Strategy<Value = Dice> {
    let gates = ["a", "b", "b[x]", "never"].map(|id| GateId::parse(id).unwrap()).to_vec();
    let number =
        proptest::num::f64::NORMAL | proptest::num::f64::ZERO | proptest::num::f64::SUBNORMAL;
    let parts = (0..21_u8, select(gates), 1..4_u32, ".{0,9}", any::<bool>(), number, any::<u64>());
    parts.prop_map(|(kind, gate, attempt, text, flag, number, many)| Dice {
        kind,
        gate,
        attempt,
        text,
        flag,
        number,
        many,
    })
}

fn event(dice: &Dice) -> Event {
    let Dice { gate, attempt, text, flag, .. } = dice.clone();
    let (gates, judged, reason) = (vec![gate.clone()], judged(dice), text.clone());
    match dice.kind {
        // Most of what a run writes.
        0..=3 => Event::GateStarted(started(dice)),
        4 => Event::GatePassed { gate, attempt, judged },
        5 => Event::GateFailed { gate, attempt, reason, judged },
        6 => {
            let findings = judged.findings;
            let retry_at = flag.then_some(at());
            let fallback = flag.then(|| Box::new(routing(dice)));
            Event::GateInterrupted { gate, attempt, reason, findings, retry_at, fallback }
        }
        7 => {
            let kinds = [
                WaitsFor::Person,
                WaitsFor::Agent,
                WaitsFor::Approval,
                WaitsFor::Decision,
                WaitsFor::ChildRun,
            ];
            let waits_for = kinds[usize::try_from(dice.many % 5).unwrap()];
            Event::GateWaiting { gate, attempt, waits_for, judged: flag.then_some(judged) }
        }
        8 => Event::InvocationRecorded(Box::new(invocation(dice))),
        9 => Event::GateRerecorded { gate, attempt, judged },
        10 => Event::GatesReopened { gates, reason, kept: None },
        11 => Event::GateJumped {
            from: gate.clone(),
            to: gate,
            reopened: gates,
            findings: judged.findings,
            also: Vec::new(),
            anew: Vec::new(),
        },
        12 => Event::GateExpanded {
            jobs: dice.flag.then_some(dice.attempt),
            added_by: dice.flag.then(|| dice.text.clone().into_boxed_str()),
            items: vec![of(json!({
                "gate": GateId::parse(gate.base()).unwrap().instance(&text),
                "value": [text, dice.number],
            }))],
            gate,
        },
        13 => Event::GateSkipped { gate, reason },
        14 => Event::GateWaived { gate, by: text, reason },
        15 => Event::GateAnswered { gate, answers: [(text, json!(dice.number))].into() },
        16 => {
            let seen = BTreeMap::from([(text.clone(), Digest::of(&text))]);
            let note = flag.then_some(reason);
            let approval = of(json!({"by": text, "how": text, "seen": seen, "note": note}));
            Event::GateApproved { gate, attempt, approval }
        }
        17 => Event::RunResumed { retried: gates },
        18 => Event::ChildEnded { gate, attempt, child: Box::new(ended(dice)) },
        19 => {
            let decision = json!({"kind": "rejected", "reason": text});
            let signature = json!({"at": at(), "chain": Digest::of(&text), "armored": text});
            Event::DecisionSigned(Box::new(of(json!({
                "gate": gate, "attempt": attempt, "decision": decision, "by": text, "how": text,
                "signature": signature,
            }))))
        }
        _ => {
            let status = if flag { RunStatus::Failed } else { RunStatus::Waiting };
            Event::RunCompleted { status, reason: Some(reason) }
        }
    }
}

fn at() -> Moment {
    Moment::parse("2026-01-19T14:30:12Z").unwrap()
}

fn first() -> Event {
    let gates = ["a", "b"].map(|id| json!({"gate": id, "name": id}));
    Event::RunStarted(of(json!({
        "run_id": run_id(),
        "workflow": "w",
        "version": "1",
        "key": "x",
        "inputs": {},
        "driven": true,
        "agent": null,
        "gates": gates,
        "definition": [],
        "orch": "0.1.0",
        "environment": [],
        "git": null,
        "budget": {},
    })))
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap()
}

/// The store of a project without git.
fn store(folder: &Path) -> Store {
    Store::new(ProjectFolder::new(folder, Vec::new()).unwrap(), None)
}

fn run_id() -> RunId {
    RunId::new("20260119T143012Z", "x", "ab12cd")
}

/// Writes what applies, two events at a time; gives the lease and how many were written.
fn written(store: &Store, dice: &[Dice]) -> (Lease, u64) {
    let lock = store.lock(&run_id(), "now", Duration::ZERO).unwrap().unwrap();
    let mut lease = Lease::begin(store, &run_id(), lock, (at(), &first())).unwrap();
    let mut count = 1;
    for pair in dice.chunks(2) {
        let events: Vec<Event> = pair.iter().map(event).collect();
        if lease.append(lease.head().sha256, (at(), Durability::Now), &events).is_ok() {
            count += events.len() as u64;
        }
    }
    (lease, count)
}

/// Texts that a definition is made of, in an order that none has.
fn soup() -> impl Strategy<Value = String> {
    let words = [
        "[[gate]]\n",
        "[[output]]\n",
        "[[check]]\n",
        "[inputs]\n",
        "[budget]\n",
        "name = 'noise'\n",
        "version = '1'\n",
        "id = 'a'\n",
        "id = 'b'\n",
        "executor = 'command'\n",
        "executor = 'human'\n",
        "command = ['x', '{{ a }}']\n",
        "shell = 'x'\n",
        "needs = ['a', 'b']\n",
        "needs = []\n",
        "when = '{{ 1 == 2 }}'\n",
        "retry = { attempts = -1 }\n",
        "retry = { attempts = 99999999999 }\n",
        "on_fail = { goto = 'a', visits = 3 }\n",
        "each = { in = '{{ x }}', as = 'x' }\n",
        "usd = 1e999\n",
        "timeout = '9e99d'\n",
        "path = '../x'\n",
        "path = '{{ '\n",
        "glob = '[[['\n",
        "any_of = []\n",
        "first_of = ['a', 'b']\n",
        "kind = 'matches'\n",
        "kind = 'word_count'\n",
        "regex = '(((('\n",
        "min = '{% if %}'\n",
        "min = 3\n",
        "checks = [{ kind = 'min_sources', min = nan }]\n",
        "contract = 'noise'\n",
        "audits = 'a'\n",
        "x = { type = 'list', default = ['{{ x }}'] }\n",
        "key = '{{ x }}'\n",
        "=",
        "[",
        "'''",
        "\u{0}",
        "é",
    ];
    let word = select(words.to_vec()).prop_map(str::to_owned);
    vec(proptest::prop_oneof![9 => word, 1 => ".{0,9}"], 0..24).prop_map(|words| words.concat())
}

fn few(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

/// Set in the process that a test is carried out in.
const ALONE: &str = "ORCH_TEST_NOISE";

/// Whether this process is for one test alone; else carries the test out in one. Who holds the lock of a
/// run is taken, by all that it starts, for what drives that run.
fn is_alone(test: &str) -> bool {
    if std::env::var_os(ALONE).is_some() {
        return true;
    }
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", &format!("noise::{test}"), "--nocapture"]).env(ALONE, "1");
    let done = child::output(&mut command);
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stdout));
    false
}

#[test]
fn what_applies_reads_back_the_same_and_what_is_refused_leaves_no_trace() {
    if !is_alone("what_applies_reads_back_the_same_and_what_is_refused_leaves_no_trace") {
        return;
    }
    proptest!(few(150), |(dice in vec(dice(), 0..40))| {
        let folder = folder();
        let store = store(folder.path());
        let (lease, count) = written(&store, &dice);
        let reading = store.read(&run_id()).unwrap();
        prop_assert_eq!(reading.count, count);
        prop_assert_eq!(reading.first_foreign_line(), None);
        prop_assert_eq!(reading.bytes.len() as u64, lease.head().bytes);
        let mut live = store.read(&run_id()).unwrap();
        let head = lease.head();
        (live.run, live.head, live.count) = (lease.run().clone(), head.sha256, head.count);
        let text = |reading: &Reading| {
            let run_json = record::all_files(reading).remove("RUN.json").unwrap();
            String::from_utf8(run_json).unwrap()
        };
        prop_assert_eq!(text(&live), text(&reading));
        prop_assert!(record::all_files(&live) == record::all_files(&reading));
    });
}

#[test]
fn of_a_journal_with_noise_in_it_nothing_is_taken_but_what_stood_before() {
    if !is_alone("of_a_journal_with_noise_in_it_nothing_is_taken_but_what_stood_before") {
        return;
    }
    proptest!(few(150), |(
        dice in vec(dice(), 0..12), place in any::<proptest::sample::Index>(),
        noise in vec(any::<u8>(), 0..40), cut in 0..40_usize
    )| {
        let folder = folder();
        let store = store(folder.path());
        written(&store, &dice);
        let sound = store.read(&run_id()).unwrap().bytes;
        let path = folder.path();
        let place = place.index(sound.len());
        let rest = &sound[sound.len().min(place + cut)..];
        let spoilt = [&sound[..place], &noise[..], rest].concat();
        if let Ok(reading) = journal::fold(path, spoilt) {
            // The last line is chained to by none that follows.
            let lines: Vec<&[u8]> = reading.bytes.split_inclusive(|byte| *byte == b'\n').collect();
            prop_assert!(sound.starts_with(&lines[..lines.len() - 1].concat()));
        }
        let _ = journal::fold(path, noise);
    });
}

proptest! {
    #![proptest_config(few(150))]

    #[test]
    fn every_text_makes_an_id_that_reads_back(text in "\\PC{0,60}|[a._-]{0,60}") {
        let run = RunId::new("20260119T143012Z", &text, "ab12cd");
        prop_assert_eq!(RunId::parse(run.as_str()).unwrap(), run);
        let gate = GateId::parse("a").unwrap().instance(&text);
        prop_assert_eq!(GateId::parse(gate.as_str()).unwrap(), gate);
    }

    #[test]
    fn no_text_is_too_odd_to_be_read_as_a_definition(workflow in soup(), contract in soup()) {
        let frozen = |path: &str, text: &str| {
            let (path, sha256) = (path.to_owned(), Digest::of(text));
            Frozen { path, sha256, text: text.to_owned() }
        };
        let texts = [
            frozen("workflows/noise.toml", &format!("name = 'noise'\nversion = '1'\n{workflow}")),
            frozen("contracts/noise.toml", &format!("name = 'noise'\n{contract}")),
        ];
        if let Err(error) = Workflow::parse("noise", &Definition::thaw(&texts)) {
            prop_assert!(!error.to_string().is_empty());
        }
        let _ = Contract::parse(&Source::new("noise.toml", contract), &Names::default());
    }
}
