//! The page on which a person decides, for clients that can show them one. It is an address and no more:
//! it carries no token, and whatever a client says of it, what was decided is read from the run.

use crate::event::WaitsFor;
use crate::id::GateId;
use crate::id::RunId;
use rmcp::RoleServer;
use rmcp::model::ElicitRequest;
use rmcp::model::ElicitRequestParams;
use rmcp::model::InputRequest;
use rmcp::model::InputRequiredResult;
use rmcp::model::ProtocolVersion;
use rmcp::service::RequestContext;
use serde_json::Value as Json;
use std::collections::BTreeMap;

/// What tells the request from others in an answer.
const REQUEST: &str = "person";

/// The address of the page of a gate, where there are pages.
pub type PageOf = dyn Fn(&RunId, &GateId) -> String + Send + Sync;

/// A page that a person is needed on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonPage {
    pub address: String,
    /// What they are needed for.
    pub message: String,
}

impl PersonPage {
    /// The page of the first gate that waits for a person, by what a call has answered.
    pub fn of(whole: &Json, page: &PageOf) -> Option<Self> {
        let run = &whole["data"]["run"];
        let id = RunId::parse(run["run_id"].as_str()?).ok()?;
        let waiting = run["waiting"].as_array()?.iter();
        let mut waiting = waiting.filter_map(|waiting| {
            let gate = GateId::parse(waiting["gate"].as_str()?).ok()?;
            let waits_for = serde_json::from_value(waiting["waits_for"].clone()).ok()?;
            Some((gate, needed(waits_for)?))
        });
        let (gate, needed) = waiting.next()?;
        let message = format!("Gate {gate} of run {id} waits for {needed}.");
        Some(Self { address: page(&id, &gate), message })
    }

    /// What an agent can tell a person.
    pub fn words(&self) -> String {
        format!("A person decides at {}", self.address)
    }

    /// The request that a client shows its user, who opens the page if they like.
    pub fn request(self) -> InputRequiredResult {
        let Self { address, message } = self;
        let params = ElicitRequestParams::UrlElicitationParams {
            meta: None,
            message,
            url: address,
            elicitation_id: String::new(),
        };
        let request = InputRequest::Elicitation(ElicitRequest::new(params));
        InputRequiredResult::from_input_requests(BTreeMap::from([(REQUEST.to_owned(), request)]))
    }
}

/// What a person is needed for on the page of a gate.
fn needed(waits_for: WaitsFor) -> Option<&'static str> {
    match waits_for {
        WaitsFor::Approval => Some("an approval"),
        WaitsFor::Person => Some("a person's work"),
        WaitsFor::Answer => Some("an answer"),
        WaitsFor::Agent | WaitsFor::Decision | WaitsFor::ChildRun => None,
    }
}

/// Whether the client says that it shows its user addresses, in an era where an answer can ask it to.
pub fn is_shown_by(context: &RequestContext<RoleServer>) -> bool {
    let is_modern =
        context.meta.protocol_version().is_some_and(|it| it >= ProtocolVersion::V_2026_07_28);
    let capabilities = context.meta.client_capabilities();
    is_modern && capabilities.and_then(|it| it.elicitation).is_some_and(|it| it.url.is_some())
}
