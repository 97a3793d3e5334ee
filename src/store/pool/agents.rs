//! The slots of agents: how many processes of one agent are at work at once, and until when none begins
//! because its provider asked for a pause.

use super::Pool;
use super::read;
use crate::clock::Moment;
use crate::digest::Digest;
use crate::files::Beneath;
use crate::files::Lock;
use serde::Deserialize;
use serde::Serialize;
use std::io;
use std::time::Duration;

/// Until when no work of an agent begins.
#[derive(Debug, Serialize, Deserialize)]
struct Rest {
    agent: String,
    until: Moment,
}

impl Pool {
    /// Whether any agent was ever limited or had to rest here.
    pub fn has_agents(&self) -> bool {
        self.folder.join("agents").exists()
    }

    /// Takes one of the slots that an agent has; none where all are held.
    pub fn take_agent(&self, agent: &str, slots: usize, since: &str) -> io::Result<Option<Lock>> {
        for slot in 1..=slots {
            let place = self.agent_slot(agent, slot);
            if let Ok(lock) = Lock::take_for(&place, agent, since, Duration::ZERO)? {
                return Ok(Some(lock));
            }
        }
        Ok(None)
    }

    /// How many of the slots of an agent are held.
    pub fn agents_at_work(&self, agent: &str, slots: usize) -> usize {
        let held = |slot: &usize| Lock::is_held(&self.agent_slot(agent, *slot));
        (1..=slots).filter(held).count()
    }

    /// Has no work of an agent begin before a moment. One that is later already stays.
    pub fn rest(&self, agent: &str, until: Moment) -> io::Result<()> {
        let _moving = self.alone()?;
        if self.rests_until(agent)?.is_some_and(|known| known >= until) {
            return Ok(());
        }
        let rest = Rest { agent: agent.to_owned(), until };
        self.rest_place(agent).write(&serde_json::to_vec(&rest).unwrap_or_default())
    }

    /// Until when no work of an agent begins; that may be over.
    pub fn rests_until(&self, agent: &str) -> io::Result<Option<Moment>> {
        let rest: Option<Rest> = read(&self.rest_place(agent))?;
        Ok(rest.filter(|rest| rest.agent == agent).map(|rest| rest.until))
    }

    fn agent_slot(&self, agent: &str, slot: usize) -> Beneath {
        self.agent_folder(agent).join(format!("{slot}.lock"))
    }

    fn rest_place(&self, agent: &str) -> Beneath {
        self.agent_folder(agent).join("rest.json")
    }

    /// An agent may have any name.
    fn agent_folder(&self, agent: &str) -> Beneath {
        self.folder.join("agents").join(Digest::of(agent).to_string())
    }
}
