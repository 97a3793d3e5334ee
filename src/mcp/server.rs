//! The server as clients see it: tools, resources and prompts, in both eras of the protocol. What an
//! operation does is done on a thread of its own; a call waits for it within bounds.

use super::Host;
use super::call;
use super::client::McpCaller;
use super::desk::Desk;
use super::page;
use super::prompts;
use super::resources;
use super::schema;
use super::surface::Tool;
use super::surface::ToolEffect;
use super::told;
use super::told::ToolAnswer;
use crate::source::suggest;
use rmcp::ErrorData;
use rmcp::RoleServer;
use rmcp::ServerHandler;
use rmcp::model;
use rmcp::model::CallToolRequestParams;
use rmcp::model::CallToolResponse;
use rmcp::model::CustomRequest;
use rmcp::model::CustomResult;
use rmcp::model::ErrorCode;
use rmcp::model::GetPromptRequestParams;
use rmcp::model::GetPromptResponse;
use rmcp::model::Implementation;
use rmcp::model::JsonObject;
use rmcp::model::ListPromptsResult;
use rmcp::model::ListResourceTemplatesResult;
use rmcp::model::ListResourcesResult;
use rmcp::model::ListToolsResult;
use rmcp::model::PaginatedRequestParams;
use rmcp::model::ReadResourceRequestParams;
use rmcp::model::ReadResourceResponse;
use rmcp::model::ServerCapabilities;
use rmcp::model::ServerConfig;
use rmcp::service::RequestContext;
use serde_json::Value as Json;
use std::sync::Arc;
use tokio::task;
use tokio::time;

const INSTRUCTIONS: &str = "\
orch runs workflows gate by gate and records what was done. To work: call `work_next`, do what its \
packet says with your own tools, call `gate_check` and fix what it finds, then call `gate_finish`. If \
the work cannot be done, call `gate_fail`; if a person must decide, call `escalate`. Approvals are given \
by people, on a terminal or a page, never by a tool. Answers may name the next calls in \
`instructions.calls`.";

/// The requests that are answered here.
const METHODS: [&str; 8] = [
    "server/discover",
    "tools/list",
    "tools/call",
    "resources/list",
    "resources/templates/list",
    "resources/read",
    "prompts/list",
    "prompts/get",
];

/// A server for one connection or many.
#[derive(Clone)]
pub struct Server {
    host: Arc<Host>,
    desk: Arc<Desk>,
    /// Whether calls without the key of a session are of one client.
    is_of_one: bool,
}

impl Server {
    /// A server for one client.
    pub fn new(host: Host) -> Self {
        Self { host: Arc::new(host), desk: Arc::default(), is_of_one: true }
    }

    /// A server for many clients, of whom only those with a key are known again.
    pub fn of_many(host: Host) -> Self {
        Self { is_of_one: false, ..Self::new(host) }
    }

    fn is_known(&self, client: &McpCaller) -> bool {
        self.is_of_one || !client.key.is_empty()
    }

    /// The run that a client is at.
    fn at_hand(&self, client: &McpCaller) -> Option<String> {
        self.desk.at_hand(&client.key).filter(|_| self.is_known(client))
    }

    /// The tools that clients see.
    fn tools(&self) -> impl Iterator<Item = &'static Tool> {
        let (surface, is_read_only) = (self.host.surface, self.host.is_read_only);
        surface
            .tools()
            .filter(move |tool| !is_read_only || matches!(tool.effect, ToolEffect::Reads))
    }

    fn tool(&self, name: &str) -> Option<&'static Tool> {
        self.tools().find(|tool| tool.name == name)
    }

    /// Does something with the project on a thread where that may take its time.
    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Host) -> Result<T, ErrorData> + Send + 'static,
    ) -> Result<T, ErrorData> {
        let host = Arc::clone(&self.host);
        let done = task::spawn_blocking(move || work(&host)).await;
        done.map_err(|error| ErrorData::internal_error(error.to_string(), None))?
    }

    /// Carries out a tool; work that takes too long goes on, and the same call asks for it again.
    async fn carry_out(
        &self,
        tool: &'static Tool,
        arguments: JsonObject,
        client: McpCaller,
    ) -> Result<ToolAnswer, ErrorData> {
        let job = (client.key.clone(), tool.name, Json::from(arguments.clone()).to_string());
        let mut work = self.desk.left(&job).unwrap_or_else(|| {
            let (host, at_hand) = (Arc::clone(&self.host), self.at_hand(&client));
            let (arguments, client) = (arguments.clone(), client.clone());
            task::spawn_blocking(move || call::call(&host, tool, arguments, &client, at_hand))
        });
        match time::timeout(self.host.patience, &mut work).await {
            Ok(Ok(told)) => {
                if let Some(run) = told.run().filter(|_| self.is_known(&client)) {
                    self.desk.note(&client.key, run);
                }
                Ok(told)
            }
            Ok(Err(error)) => Err(ErrorData::internal_error(error.to_string(), None)),
            Err(_) => {
                self.desk.leave(job, work);
                Ok(call::goes_on(tool, &arguments))
            }
        }
    }
}

impl ServerHandler for Server {
    fn get_info(&self) -> ServerConfig {
        let capabilities = ServerCapabilities::builder()
            .enable_tools()
            .enable_resources()
            .enable_prompts()
            .build();
        ServerConfig::new(capabilities)
            .with_server_info(Implementation::new("orch", env!("CARGO_PKG_VERSION")))
            .with_instructions(INSTRUCTIONS)
    }

    async fn list_tools(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        Ok(ListToolsResult::with_all_items(self.tools().map(described).collect()))
    }

    fn get_tool(&self, name: &str) -> Option<model::Tool> {
        self.tool(name).map(described)
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let Some(tool) = self.tool(&request.name) else {
            let help = suggest(&request.name, self.tools().map(|tool| tool.name));
            let message = format!("unknown tool `{}`; {help}", request.name);
            return Err(ErrorData::invalid_params(message, None));
        };
        let mut arguments = request.arguments.unwrap_or_default();
        if let Some(cursor) = arguments.remove(schema::CURSOR).filter(|cursor| !cursor.is_null()) {
            let part = cursor.as_str().and_then(|cursor| told::next_part(&self.desk, cursor));
            let part = part.unwrap_or_else(|| call::forgotten(tool, &cursor).result(&self.desk));
            return Ok(part.into());
        }
        let client = McpCaller::of(&context);
        let mut told = self.carry_out(tool, arguments, client).await?;
        // Whatever its user made of the page, a client that asks again is told how things stand now.
        let asks = request.input_responses.is_none() && page::is_shown_by(&context);
        if let Some(page) = told.page.take().filter(|_| asks) {
            return Ok(page.request().into());
        }
        Ok(told.result(&self.desk).into())
    }

    async fn list_resources(
        &self,
        request: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListResourcesResult, ErrorData> {
        let cursor = request.and_then(|request| request.cursor);
        self.blocking(move |host| resources::list(host, cursor.as_deref())).await
    }

    async fn list_resource_templates(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListResourceTemplatesResult, ErrorData> {
        Ok(ListResourceTemplatesResult::with_all_items(resources::templates()))
    }

    async fn read_resource(
        &self,
        request: ReadResourceRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<ReadResourceResponse, ErrorData> {
        let client = McpCaller::of(&context);
        let read = move |host: &Host| resources::read(host, &client, &request.uri);
        Ok(self.blocking(read).await?.into())
    }

    async fn on_custom_request(
        &self,
        request: CustomRequest,
        _: RequestContext<RoleServer>,
    ) -> Result<CustomResult, ErrorData> {
        // What has the name of a request and not its form is read as one of another kind.
        let method = request.method;
        if METHODS.contains(&method.as_str()) {
            return Err(ErrorData::invalid_params(
                format!("the params of {method} are not valid"),
                None,
            ));
        }
        Err(ErrorData::new(ErrorCode::METHOD_NOT_FOUND, method, None))
    }

    async fn list_prompts(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListPromptsResult, ErrorData> {
        Ok(ListPromptsResult::with_all_items(prompts::list()))
    }

    async fn get_prompt(
        &self,
        request: GetPromptRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<GetPromptResponse, ErrorData> {
        let client = McpCaller::of(&context);
        let at_hand = self.at_hand(&client);
        let arguments = request.arguments.unwrap_or_default();
        let get =
            move |host: &Host| prompts::get(host, &client, &request.name, &arguments, at_hand);
        Ok(self.blocking(get).await?.into())
    }
}

/// A tool with its schema and all four hints.
fn described(tool: &'static Tool) -> model::Tool {
    model::Tool::new(tool.name, tool.description, schema::input(tool))
        .with_title(tool.title)
        .with_annotations(tool.effect.annotations())
}
