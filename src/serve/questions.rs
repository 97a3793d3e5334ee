//! Questions that were asked in a browser and wait for their answer: in memory alone, for a while, and
//! each for one answer.

use crate::ops::decision::DecisionQuestion;
use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;
use std::time::Duration;
use std::time::Instant;

/// How long a question waits.
const KEPT_FOR: Duration = Duration::from_mins(5);

/// How many wait at the same time; the oldest makes room.
const KEPT_MAX: usize = 100;

/// The questions of one project, by their nonces.
#[derive(Debug, Default)]
pub struct Questions(Mutex<BTreeMap<String, (Instant, DecisionQuestion)>>);

impl Questions {
    /// Keeps a question that was asked at a moment.
    pub fn keep(&self, asked: Instant, question: DecisionQuestion) {
        let mut kept = self.lock();
        kept.retain(|_, (then, _)| is_fresh(*then, asked));
        if kept.len() >= KEPT_MAX {
            let oldest = kept.iter().min_by_key(|(_, (then, _))| *then);
            let oldest = oldest.map(|(nonce, _)| nonce.clone());
            oldest.map(|nonce| kept.remove(&nonce));
        }
        kept.insert(question.nonce.clone(), (asked, question));
    }

    /// Gives out a question that is answered at a moment, for once.
    pub fn take(&self, answered: Instant, nonce: &str) -> Option<DecisionQuestion> {
        let (asked, question) = self.lock().remove(nonce)?;
        is_fresh(asked, answered).then_some(question)
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, (Instant, DecisionQuestion)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn is_fresh(asked: Instant, now: Instant) -> bool {
    now.saturating_duration_since(asked) < KEPT_FOR
}
