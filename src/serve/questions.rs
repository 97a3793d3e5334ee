//! Questions that were asked in a browser and wait for their answer: in memory alone, for a while, and
//! each for one answer.

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

/// When each question was asked, and the question, by its nonce.
type Kept<Q> = BTreeMap<String, (Instant, Q)>;

/// The questions of one project.
#[derive(Debug)]
pub struct Questions<Q>(Mutex<Kept<Q>>);

impl<Q> Default for Questions<Q> {
    fn default() -> Self {
        Self(Mutex::new(Kept::new()))
    }
}

impl<Q> Questions<Q> {
    /// Keeps a question that is asked now.
    pub fn keep(&self, now: Instant, nonce: String, question: Q) {
        let mut kept = self.lock();
        kept.retain(|_, (asked, _)| is_fresh(*asked, now));
        if kept.len() >= KEPT_MAX {
            let oldest = kept.iter().min_by_key(|(_, (asked, _))| *asked);
            let oldest = oldest.map(|(nonce, _)| nonce.clone());
            oldest.map(|nonce| kept.remove(&nonce));
        }
        kept.insert(nonce, (now, question));
    }

    /// Gives out a question that is answered now, for once.
    pub fn take(&self, now: Instant, nonce: &str) -> Option<Q> {
        let (asked, question) = self.lock().remove(nonce)?;
        is_fresh(asked, now).then_some(question)
    }

    fn lock(&self) -> MutexGuard<'_, Kept<Q>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn is_fresh(asked: Instant, now: Instant) -> bool {
    now.saturating_duration_since(asked) < KEPT_FOR
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_waits_for_one_answer_and_not_for_long() {
        let (questions, now) = (Questions::default(), Instant::now());
        for nonce in ["a", "b", "c"] {
            questions.keep(now, nonce.to_owned(), nonce);
        }
        assert_eq!(questions.take(now, "a"), Some("a"));
        assert_eq!(questions.take(now, "a"), None);
        assert_eq!(questions.take(now, "x"), None);
        let (in_time, late) = (KEPT_FOR.checked_sub(Duration::from_millis(1)), now + KEPT_FOR);
        assert_eq!(questions.take(now + in_time.unwrap(), "b"), Some("b"));
        assert_eq!(questions.take(late, "c"), None);
    }

    #[test]
    fn memory_holds_so_many() {
        let (questions, now) = (Questions::default(), Instant::now());
        for count in 0..=KEPT_MAX {
            let later = now + Duration::from_millis(count as u64);
            questions.keep(later, count.to_string(), count);
        }
        assert_eq!(questions.lock().len(), KEPT_MAX);
        assert_eq!(questions.take(now, "0"), None);
        assert_eq!(questions.take(now, "1"), Some(1));
        // What is too old goes with the next one.
        questions.keep(now + KEPT_FOR + Duration::from_secs(1), "new".to_owned(), 0);
        assert_eq!(questions.lock().len(), 1);
    }
}
