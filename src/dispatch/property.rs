//! Any order of requests: no run is in two hands, none is lost, and none waits that a worker could have.

use super::*;
use proptest::prelude::Strategy;
use proptest::prelude::any;
use proptest::prop_oneof;
use proptest::proptest;
use std::collections::BTreeMap;

/// One request to the pool; `u8`s choose among what is there.
#[derive(Debug, Clone)]
enum Asked {
    Submit { run: u8, priority: i32, needs_gpu: bool, wish: u8 },
    Offer { has_gpu: bool, slots: usize },
    Beat(u8),
    GiveBack { grant: u8, back: u8 },
    Withdraw(u8),
    Wait(u8),
}

fn asked() -> impl Strategy<Value = Asked> {
    prop_oneof![
        3 => (0..12u8, -2..3i32, any::<bool>(), 0..6u8)
            .prop_map(|(run, priority, needs_gpu, wish)| Asked::Submit { run, priority, needs_gpu, wish }),
        3 => (any::<bool>(), 0..4usize).prop_map(|(has_gpu, slots)| Asked::Offer { has_gpu, slots }),
        2 => any::<u8>().prop_map(Asked::Beat),
        2 => (any::<u8>(), 0..4u8).prop_map(|(grant, back)| Asked::GiveBack { grant, back }),
        1 => (0..12u8).prop_map(Asked::Withdraw),
        2 => (0..90u8).prop_map(Asked::Wait),
    ]
}

fn id(run: u8) -> RunId {
    RunId::new("20260119T140000Z", &format!("r{run}"), "abcdef")
}

/// The pool, and what is known of it from outside.
#[derive(Default)]
struct World {
    pool: Dispatch,
    second: i64,
    offers: BTreeMap<String, Offer>,
    numbers: Vec<u64>,
    /// What was submitted and neither taken back nor done.
    open: BTreeSet<RunId>,
}

impl World {
    fn now(&self) -> Moment {
        Moment::of(1_768_000_000_000 + self.second * 1000)
    }

    fn ask(&mut self, asked: Asked) {
        let now = self.now();
        match asked {
            Asked::Submit { run, priority, needs_gpu, wish } => {
                let labels = if needs_gpu { vec!["gpu".to_owned()] } else { Vec::new() };
                let wish = match wish {
                    0 => Wish::Cancel,
                    1 => Wish::Pause,
                    2 => Wish::Resume,
                    _ => Wish::Drive,
                };
                let (run, queued_at) = (id(run), now);
                self.open.insert(run.clone());
                let (reason, not_before, restarts) = (None, None, 0);
                self.pool.submit(WaitingRun {
                    run,
                    wish,
                    reason,
                    priority,
                    queued_at,
                    labels,
                    not_before,
                    restarts,
                });
            }
            Asked::Offer { has_gpu, slots } => {
                let name = format!("offer-{}", self.offers.len());
                let labels = has_gpu.then(|| "gpu".to_owned()).into_iter().collect();
                let until = now.plus(Duration::from_secs(50));
                let offer = Offer { worker: name.clone(), name, labels, slots, until };
                self.offers.insert(offer.name.clone(), offer.clone());
                self.pool.offer(offer);
            }
            Asked::Beat(grant) => {
                let number = self.number(grant);
                let holds = self.pool.granted.iter().any(|grant| grant.number == number);
                let heard = self.pool.beat(number, Duration::from_mins(1), now);
                assert_eq!(heard == Heard::Lost, !holds);
            }
            Asked::GiveBack { grant, back } => {
                let number = self.number(grant);
                let held = self.pool.granted.iter().find(|grant| grant.number == number).cloned();
                let back = match back {
                    0 => Back::Again(None),
                    1 => Back::Again(Some(now.plus(Duration::from_secs(7)))),
                    2 => Back::Failed("it fell".to_owned()),
                    _ => Back::Done,
                };
                assert_eq!(self.pool.give_back(number, back.clone()), held.is_some());
                assert!(!self.pool.give_back(number, Back::Done));
                if let (Some(held), Back::Done) = (held, back)
                    && self.pool.waiting.iter().all(|it| it.run != held.waited.run)
                {
                    self.open.remove(&held.waited.run);
                }
            }
            Asked::Withdraw(run) => {
                let run = id(run);
                let is_elsewhere = self.pool.granted.iter().any(|it| it.waited.run == run)
                    || self.pool.refused.iter().any(|it| it.run == run);
                if self.pool.withdraw(&run) && !is_elsewhere {
                    self.open.remove(&run);
                }
            }
            Asked::Wait(seconds) => self.second += i64::from(seconds),
        }
    }

    fn number(&self, choice: u8) -> u64 {
        let count = self.numbers.len().max(1);
        self.numbers.get(usize::from(choice) % count).copied().unwrap_or(99)
    }

    fn is_ready(&self, run: &WaitingRun) -> bool {
        run.not_before.is_none_or(|ready| ready <= self.now())
            && self.pool.granted.iter().all(|grant| grant.waited.run != run.run)
    }

    /// Time passes, runs are given out, and what must hold holds.
    fn settle(&mut self) {
        let now = self.now();
        self.pool.pass(2, now);
        let before = self.numbers.iter().max().copied();
        for Given { offer, grants } in self.pool.give_out(now) {
            let offer = self.offers.remove(&offer).expect("an offer is answered once");
            assert!(offer.until > now && !grants.is_empty() && grants.len() <= offer.slots);
            for grant in grants {
                assert!(fits(&grant.waited.labels, &offer.labels));
                // It fences off all that were given before.
                assert!(before.is_none_or(|before| grant.number > before));
                self.numbers.push(grant.number);
                // Nothing that comes before it was passed over.
                let place = |it: &WaitingRun| (rank(it.priority, it.wish.is_stop()), it.queued_at);
                let passed = self.pool.waiting.iter().find(|waiting| {
                    place(waiting) < place(&grant.waited)
                        && self.is_ready(waiting)
                        && fits(&waiting.labels, &offer.labels)
                });
                assert_eq!(passed, None);
            }
        }
        let mut held = BTreeSet::new();
        assert!(self.pool.granted.iter().all(|grant| held.insert(grant.waited.run.clone())));
        let mut waits = BTreeSet::new();
        assert!(self.pool.waiting.iter().all(|waiting| waits.insert(waiting.run.clone())));
        // Nobody waits beside a worker that has room.
        for waiting in self.pool.waiting.iter().filter(|waiting| self.is_ready(waiting)) {
            let could = |offer: &&Offer| {
                offer.until > now && offer.slots > 0 && fits(&waiting.labels, &offer.labels)
            };
            assert_eq!(self.pool.offers.iter().find(could), None);
        }
        let refused = self.pool.refused.iter().map(|run| run.run.clone());
        let known: BTreeSet<RunId> = held.into_iter().chain(waits).chain(refused).collect();
        let lost: Vec<_> = self.open.difference(&known).collect();
        assert!(lost.is_empty(), "{lost:?}");
        // It is looked again in time.
        let ends = self.pool.granted.iter().map(|grant| grant.until).min();
        assert!(ends.is_none() || self.pool.next_at() <= ends);
        let kept: Dispatch =
            serde_json::from_str(&serde_json::to_string(&self.pool).unwrap()).unwrap();
        assert_eq!(kept, self.pool);
    }
}

proptest! {
    #[test]
    fn no_run_is_in_two_hands_and_none_is_lost(all in proptest::collection::vec(asked(), 1..120)) {
        let mut world = World::default();
        for one in all {
            world.ask(one);
            world.settle();
        }
    }
}
