//! Who calls, as far as the protocol says: a name that proves nothing, and the key of a session.

use super::Host;
use crate::ops;
use crate::ops::Caller;
use crate::ops::Mark;
use crate::ops::Project;
use axum::http::request::Parts;
use rmcp::RoleServer;
use rmcp::service::RequestContext;

/// The member of `_meta` that carries a session's key.
const SESSION: &str = "orch/session";

/// The same over HTTP, for a client that says so for all its requests.
const SESSION_HEADER: &str = "x-session-key";

/// What a person's word is refused for.
const MARK: Mark = Mark::Client("an MCP client");

/// A client.
#[derive(Debug, Clone)]
pub struct McpCaller {
    /// The key of its session; where that is empty all calls of a connection belong together.
    pub key: String,
}

impl McpCaller {
    pub fn of(context: &RequestContext<RoleServer>) -> Self {
        let said = context.meta.0.get(SESSION).and_then(|key| key.as_str());
        let header = context
            .extensions
            .get::<Parts>()
            .and_then(|parts| parts.headers.get(SESSION_HEADER).and_then(|key| key.to_str().ok()));
        Self { key: said.or(header).unwrap_or_default().to_owned() }
    }

    /// Who asks for an operation: never a person, whoever started the server.
    pub fn caller(&self, host: &Host) -> Caller {
        let own = host.caller.clone();
        let mark = match &own.agent_mark {
            Some(Mark::AtWork(_)) => own.agent_mark.clone(),
            None | Some(Mark::Agent(_) | Mark::Client(_)) => Some(MARK),
        };
        Caller { agent_mark: mark, ..own }
    }

    /// The same with the key of its session, where that has a stack of runs or is about to get one.
    pub fn at_session(&self, host: &Host, project: &Project, begins: bool) -> Caller {
        let caller = self.caller(host);
        if self.key.is_empty() {
            return caller;
        }
        let keyed = Caller { session: Some(self.key.clone()), ..caller.clone() };
        let is_known = begins || ops::at_hand(project, &keyed).run.is_some();
        if is_known { keyed } else { caller }
    }
}
