//! What a server remembers of its clients, in memory and within bounds: the run that each of them is
//! at, answers that were too long for one message, and work that goes on behind a call.

use super::cut::ValueCut;
use super::told::ToolAnswer;
use crate::id;
use serde_json::Value as Json;
use std::collections::HashMap;
use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;
use tokio::task::JoinHandle;

/// How many parts of answers are kept; the oldest are forgotten.
const PARTS_MAX: usize = 64;

/// How many calls that nobody asks for again are kept.
const LEFT_MAX: usize = 64;

/// How many clients are remembered over HTTP.
const CLIENTS_MAX: usize = 1024;

/// What identifies a call that is made again: the client, the tool and its arguments.
pub type Job = (String, &'static str, String);

/// The rest of an answer.
#[derive(Debug, Clone)]
pub struct Rest {
    pub data: Arc<Json>,
    pub cuts: Vec<ValueCut>,
}

#[derive(Default)]
pub struct Desk {
    parts: Mutex<VecDeque<(String, Rest)>>,
    left: Mutex<VecDeque<(Job, JoinHandle<ToolAnswer>)>>,
    at_hand: Mutex<HashMap<String, String>>,
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Desk {
    /// Keeps the rest of an answer; gives what asks for it.
    pub fn keep(&self, rest: Rest) -> String {
        let mut parts = locked(&self.parts);
        let cursor = id::random_suffix(None, parts.len() as u64);
        parts.push_back((cursor.clone(), rest));
        if parts.len() > PARTS_MAX {
            parts.pop_front();
        }
        cursor
    }

    /// The rest of an answer; it can be asked for again.
    pub fn rest(&self, cursor: &str) -> Option<Rest> {
        let parts = locked(&self.parts);
        parts.iter().find(|(known, _)| known == cursor).map(|(_, rest)| rest.clone())
    }

    /// Leaves work that takes longer than a call may.
    pub fn leave(&self, job: Job, work: JoinHandle<ToolAnswer>) {
        let mut left = locked(&self.left);
        left.push_back((job, work));
        if left.len() > LEFT_MAX {
            left.pop_front();
        }
    }

    /// Work that an earlier call has begun.
    pub fn left(&self, job: &Job) -> Option<JoinHandle<ToolAnswer>> {
        let mut left = locked(&self.left);
        let at = left.iter().position(|(known, _)| known == job)?;
        left.remove(at).map(|(_, work)| work)
    }

    /// Remembers the run that a client is at.
    pub fn note(&self, client: &str, run: &str) {
        let mut at_hand = locked(&self.at_hand);
        if at_hand.len() < CLIENTS_MAX || at_hand.contains_key(client) {
            at_hand.insert(client.to_owned(), run.to_owned());
        }
    }

    /// The run that a client is at.
    pub fn at_hand(&self, client: &str) -> Option<String> {
        locked(&self.at_hand).get(client).cloned()
    }
}
