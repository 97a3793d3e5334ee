//! Random workflows, driven by whatever order of reports: no event is refused, no run is stuck, and
//! what a run that no failure stops comes to does not depend on how many gates are at work at once.

use super::Step;
use super::followed_by;
use super::jumped;
use super::next;
use crate::clock::Moment;
use crate::definition::Definition;
use crate::definition::Origin;
use crate::definition::Text;
use crate::event::Event;
use crate::event::GateStarted;
use crate::event::Item;
use crate::event::Judged;
use crate::event::RunStatus;
use crate::executor::ExecutorKind;
use crate::id::AttemptId;
use crate::id::GateId;
use crate::run::GateStatus;
use crate::run::Run;
use crate::source::Source;
use crate::workflow::Join;
use crate::workflow::OnFail;
use crate::workflow::Workflow;
use serde_json::json;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::hash::BuildHasher;
use std::hash::BuildHasherDefault;
use std::hash::DefaultHasher;
use std::hash::Hash;

const WORKFLOWS: u64 = 10_000;

/// More steps than any of these runs takes that ends.
const STEPS_MAX: usize = 3_000;

/// Numbers that look random and are the same each time: `splitmix64` (Steele, Lea, Flood 2014).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % sides
    }

    fn place(&mut self, len: usize) -> usize {
        usize::try_from(self.roll(len as u64)).unwrap()
    }
}

fn hash(value: impl Hash) -> u64 {
    BuildHasherDefault::<DefaultHasher>::default().hash_one(value)
}

/// A workflow of a few gates: needs among those above, joins, retries, jumps, fan-outs, ends.
fn plan(seed: u64) -> String {
    let dice = &mut Dice(seed);
    let count = 2 + dice.place(6);
    let mut text = "name = 'w'\nversion = '1'\n".to_owned();
    for at in 0..count {
        let needs: Vec<String> =
            (0..at).filter(|_| dice.roll(3) == 0).map(|need| format!("'g{need}'")).collect();
        let _ = write!(
            text,
            "[[gate]]\nid = 'g{at}'\nexecutor = 'command'\ncommand = ['x']\nneeds = [{}]\n",
            needs.join(", ")
        );
        text.push_str(match dice.roll(8) {
            0 if !needs.is_empty() => "join = 'any'\n",
            1 => "join = 'done'\n",
            2 if needs.len() > 1 => "join = { passed_min = 2 }\n",
            _ => "",
        });
        text.push_str(match dice.roll(6) {
            0 => "retry = { attempts = 2 }\n",
            1 => "each = { in = '[1, 2]', as = 'item' }\n",
            2 => "when = \"{{ gate != 'g1' }}\"\n",
            _ => "",
        });
        let back = needs.first().map(|need| format!("on_fail = {{ goto = {need}, visits = 2 }}\n"));
        text.push_str(&match (dice.roll(5), back) {
            (0 | 1, Some(back)) => back,
            (2, _) => "on_fail = 'continue'\n".to_owned(),
            (3, _) => "on_fail = 'ignore'\n".to_owned(),
            (_, _) => String::new(),
        });
    }
    if dice.roll(3) == 0 {
        text.push_str(
            "[[gate]]\nid = 'z'\nexecutor = 'command'\ncommand = ['x']\nfinally = true\n",
        );
    }
    text
}

fn workflow(text: &str) -> Workflow {
    let mut definition = Definition::default();
    let path = "workflows/w.toml".to_owned();
    let source = Source::new("w.toml", text);
    definition.insert(Text { path, origin: Origin::Project, source });
    Workflow::parse("w", &definition).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

/// A run whose gates come to what their needs and their own tries decide, and nothing else.
struct Play<'p> {
    workflow: &'p Workflow,
    run: Run,
    seed: u64,
    jobs: usize,
    order: Dice,
    at_work: Vec<AttemptId>,
    /// What each gate was made from when it ended last.
    contents: BTreeMap<GateId, u64>,
    /// How often each gate was gone back to.
    jumps: BTreeMap<GateId, u64>,
}

impl<'p> Play<'p> {
    fn new(workflow: &'p Workflow, seed: u64, jobs: usize) -> Self {
        let mut started = crate::event::testing::started();
        started.gates = workflow.gates.iter().map(crate::event::PlannedGate::of).collect();
        let run = Run::begin(at(), &Event::RunStarted(Box::new(started))).unwrap();
        let order = Dice(hash((seed, jobs)));
        let (at_work, contents, jumps) = (Vec::new(), BTreeMap::new(), BTreeMap::new());
        Self { workflow, run, seed, jobs, order, at_work, contents, jumps }
    }

    fn apply(&mut self, event: &Event) {
        self.run.apply(at(), event).unwrap_or_else(|error| panic!("{error}"));
    }

    /// Drives it to its end; gives what it came to, or nothing where a failure stopped it: what else
    /// had begun by then is a matter of how many could.
    fn end(mut self) -> Option<RunStatus> {
        for _ in 0..STEPS_MAX {
            let mut acted = false;
            for step in next(self.workflow, &self.run) {
                acted |= self.take(step);
            }
            if self.run.status.is_end() {
                return (!self.was_stopped()).then_some(self.run.status);
            }
            if !acted {
                assert!(!self.at_work.is_empty(), "the run is stuck");
                let place = self.order.place(self.at_work.len());
                let attempt = self.at_work.swap_remove(place);
                self.report(&attempt);
            }
        }
        panic!("the run does not end");
    }

    fn was_stopped(&self) -> bool {
        self.run.gates.iter().any(|(id, state)| {
            let plan = self.workflow.gate(id).unwrap();
            let stops = !matches!(plan.on_fail, OnFail::Continue | OnFail::Ignore);
            stops && state.status == GateStatus::Fail
        })
    }

    fn take(&mut self, step: Step) -> bool {
        match step {
            Step::Start { gate, .. } => {
                if self.at_work.len() < self.jobs {
                    let attempt = self.start(&gate);
                    self.at_work.push(attempt);
                }
                return false;
            }
            Step::Expand(gate) => {
                let item = |number: u32| Item {
                    gate: gate.instance(&number.to_string()),
                    value: json!(number),
                };
                let items = vec![item(1), item(2)];
                self.apply(&Event::GateExpanded { gate, items, jobs: None, added_by: None });
            }
            Step::Skip { gate, reason } => {
                self.contents.insert(gate.clone(), 1);
                self.apply(&Event::GateSkipped { gate, reason });
            }
            Step::Jump { from, also, to } => {
                *self.jumps.entry(to.clone()).or_default() += 1;
                let event = jumped((self.workflow, &self.run), (&from, &also), &to);
                self.apply(&event);
            }
            Step::Gather { gate, passed } => self.apply(&Event::GateGathered { gate, passed }),
            Step::Refuse { gate, .. } => {
                let attempt = self.start(&gate);
                self.contents.insert(gate, 2);
                self.fail(&attempt);
            }
            Step::Reopen { gate, reason } => {
                let gates = followed_by(self.workflow, &self.run, &gate);
                self.apply(&Event::GatesReopened { gates, reason, kept: None });
            }
            Step::End { gate, status, reason } => {
                self.apply(&Event::RunEnding { status, reason, gate: Some(gate) });
            }
            Step::Finish(status) => self.apply(&Event::RunCompleted { status, reason: None }),
            Step::Poll { .. } | Step::Follow(_) => panic!("no gate of these polls"),
        }
        true
    }

    fn start(&mut self, gate: &GateId) -> AttemptId {
        let number = self.run.gate(gate).map_or(1, crate::run::GateState::next_attempt);
        let attempt = AttemptId::new(gate, number);
        self.apply(&Event::GateStarted(GateStarted::new(&attempt, ExecutorKind::Command)));
        attempt
    }

    /// Ends an attempt as what it was made from decides. A jump may have ended it already.
    fn report(&mut self, attempt: &AttemptId) {
        let AttemptId { gate, number } = attempt;
        let state = self.run.gate(gate).unwrap();
        if state.status != GateStatus::Running || state.attempts.len() != *number as usize {
            return;
        }
        if self.order.roll(12) == 0 {
            let (gate, attempt, reason) = (gate.clone(), *number, "cut off".to_owned());
            return self.apply(&Event::GateInterrupted {
                gate,
                attempt,
                reason,
                findings: vec![],
                retry_at: None,
                fallback: None,
            });
        }
        let plan = self.workflow.gate(gate).unwrap();
        // Of which needs another join has come to know by now is left to chance.
        let needs: Vec<(String, u64)> = match plan.join {
            Join::All => plan.needs.iter().map(|need| self.content(need)).collect(),
            Join::Any | Join::Done | Join::Passed(_) => Vec::new(),
        };
        let jumps = self.jumps.get(&plan.id).copied().unwrap_or_default();
        let made_from = hash((self.seed, gate.as_str(), needs, jumps, state.tries));
        self.contents.insert(gate.clone(), made_from);
        if made_from % 3 == 0 {
            self.fail(attempt);
        } else {
            let (gate, attempt, judged) = (gate.clone(), *number, Judged::default());
            self.apply(&Event::GatePassed { gate, attempt, judged });
        }
    }

    /// How a gate ended, and what it was made from: all its instances together.
    fn content(&self, id: &GateId) -> (String, u64) {
        let items = self.run.gate(id).and_then(|state| state.items.as_ref());
        let items = items.into_iter().flatten().map(|item| &item.gate);
        let contents = items.chain([id]).filter_map(|id| self.contents.get(id));
        let content = contents.fold(0, |sum: u64, content| sum.wrapping_add(*content));
        (self.run.status_of(id).to_string(), content)
    }

    fn fail(&mut self, attempt: &AttemptId) {
        let AttemptId { gate, number } = attempt.clone();
        let (reason, judged) = (String::new(), Judged::default());
        self.apply(&Event::GateFailed { gate, attempt: number, reason, judged });
    }
}

fn at() -> Moment {
    Moment::parse("2026-01-19T14:30:12Z").unwrap()
}

#[test]
fn whatever_order_reports_come_in_a_run_comes_to_the_same() {
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    std::thread::scope(|scope| {
        for share in 0..threads {
            scope.spawn(move || (0..WORKFLOWS).skip(share).step_by(threads).for_each(try_one));
        }
    });
}

/// Drives one workflow with one, two and many gates at work at once.
fn try_one(seed: u64) {
    let text = plan(seed);
    let workflow = workflow(&text);
    let ends = [1, 2, 8].map(|jobs| {
        let play = Play::new(&workflow, seed, jobs);
        std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| play.end()))
            .unwrap_or_else(|_| panic!("workflow {seed} with {jobs} jobs:\n{text}"))
    });
    let mut told = ends.iter().flatten();
    let first = told.next();
    assert!(told.all(|end| Some(end) == first), "workflow {seed}: {ends:?}\n{text}");
}
