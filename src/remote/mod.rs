//! Operations that are carried out from JSON, by name: what a face offers to programs elsewhere, over
//! HTTP or to agents. A person's word is none of them: who approves, waives, redoes or amends proves
//! that they are a person, and a request in JSON proves nothing.
//!
//! Nothing here drives a run for long: whatever has one go on leaves that to a worker.

mod changes;
mod reads;

use crate::envelope;
use crate::envelope::exit;
use crate::ops;
use crate::ops::AtHand;
use crate::ops::Caller;
use crate::ops::Error;
use crate::ops::GateReply;
use crate::ops::Instructions;
use crate::ops::Project;
use crate::ops::REQUESTS;
use crate::ops::RunChoice;
use crate::ops::Standing;
use crate::ops::read_request;
use schemars::JsonSchema;
use schemars::Schema;
use serde::Deserialize;
use serde::Serialize;
use serde_json::Value as Json;

/// What an operation does to what is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// It changes nothing.
    Reads,
    /// It adds to a run, or has it go on.
    Changes,
    /// It ends a run, or work that is being done.
    Ends,
}

/// An operation, as a program elsewhere asks for it.
#[derive(Debug, Clone, Copy)]
pub struct Operation {
    /// Its name, as in [`REQUESTS`].
    pub name: &'static str,
    /// What it does, in a sentence.
    pub about: &'static str,
    /// What it does to what is there.
    pub effect: Effect,
    /// Carries out a request in JSON.
    pub call: fn(&Project, &Caller, &Json) -> Result<JsonReply, Error>,
}

impl Operation {
    /// The JSON Schema of its request.
    pub fn schema(&self) -> Schema {
        let kind = REQUESTS.iter().find(|kind| kind.operation == self.name);
        kind.map(|kind| (kind.schema)()).unwrap_or_default()
    }
}

/// Every operation that is offered, by name.
pub fn operations() -> Vec<Operation> {
    let mut all: Vec<Operation> =
        reads::OPERATIONS.iter().chain(changes::OPERATIONS).copied().collect();
    all.sort_by_key(|operation| operation.name);
    all
}

/// The operation of a name.
pub fn operation(name: &str) -> Option<Operation> {
    reads::OPERATIONS.iter().chain(changes::OPERATIONS).find(|it| it.name == name).copied()
}

/// The project where the run of a request works, if it names one that works in another folder: what is
/// done to the run is done there.
pub fn at_home(project: &Project, caller: &Caller, run: Option<&str>) -> Option<Project> {
    let choice = RunChoice { run: Some(run?.to_owned()) };
    let folder = ops::home_of(project, caller, &choice).ok()??;
    project.in_folder(&folder).ok()
}

/// A reply in JSON.
#[derive(Debug, Clone)]
pub struct JsonReply {
    /// Whether a command would end with a success.
    pub success: bool,
    /// The reply.
    pub data: Json,
    /// What to do next.
    pub instructions: Instructions,
}

impl JsonReply {
    /// A reply after which nothing is to be done.
    pub fn of(data: &impl Serialize) -> Result<Self, Error> {
        Self::then(true, data, Instructions::default())
    }

    fn then(
        success: bool,
        data: &impl Serialize,
        instructions: Instructions,
    ) -> Result<Self, Error> {
        let data = serde_json::to_value(data);
        let data = data.map_err(|error| Error::environment(error.to_string()))?;
        Ok(Self { success, data, instructions })
    }

    /// How a run stands after something was done to it.
    fn standing(project: &Project, caller: &Caller, standing: &Standing) -> Result<Self, Error> {
        let at_hand = ops::at_hand_after(project, caller, standing);
        let success = [exit::DONE, exit::WAITING].contains(&exit::of_standing(standing));
        Self::then(success, standing, Instructions::of(standing, at_hand))
    }

    /// What became of a gate.
    pub fn gate(project: &Project, caller: &Caller, reply: &GateReply) -> Result<Self, Error> {
        let at_hand = ops::at_hand_after(project, caller, &reply.run);
        Self::then(reply.passed, reply, Instructions::of(&reply.run, at_hand))
    }

    /// The object that every face gives.
    pub fn to_json(&self) -> Json {
        envelope::reply(self.success, &self.data, &self.instructions)
    }
}

/// An error as the object that every face gives, with where the caller could go on.
pub fn failure(project: &Project, caller: &Caller, error: &Error) -> Json {
    let at_hand = ops::at_hand(project, caller);
    let help = error.advice().map(|advice| advice.words(&at_hand));
    let next = Instructions::after(error, &at_hand, Instructions::default());
    envelope::failure(envelope::error_json(error, help), &next)
}

/// The same where no project is open to say more.
pub fn bare_failure(error: &Error) -> Json {
    let help = error.advice().map(|advice| advice.words(&AtHand::default()));
    envelope::failure(envelope::error_json(error, help), &Instructions::default())
}

/// Reads a request; no body is one that says nothing.
pub fn request<R>(json: &Json) -> Result<R, Error>
where
    R: JsonSchema + for<'de> Deserialize<'de>,
{
    let nothing = Json::Object(serde_json::Map::new());
    let json = if json.is_null() { &nothing } else { json };
    read_request(json).map_err(|error| Error::usage(format!("the request is not valid: {error}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operation_has_a_request_and_one_name() {
        let names: Vec<&str> = operations().iter().map(|it| it.name).collect();
        let mut known: Vec<&str> = REQUESTS.iter().map(|kind| kind.operation).collect();
        known.retain(|name| names.contains(name));
        assert_eq!(names, known);
    }

    #[test]
    fn no_person_is_spoken_for() {
        for name in ["gate_approve", "gate_reject", "gate_waive", "gate_redo", "run_amend"] {
            assert!(operation(name).is_none(), "{name}");
        }
    }
}
