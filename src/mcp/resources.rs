//! What can be read by its address: records, briefs and packets of runs.

use super::Host;
use super::address::Address;
use super::client::McpCaller;
use super::cut;
use crate::json;
use crate::ops::AttemptChoice;
use crate::ops::Caller;
use crate::ops::Error;
use crate::ops::Project;
use crate::ops::RunChoice;
use crate::ops::brief;
use crate::ops::open;
use crate::ops::run_list;
use crate::ops::run_show;
use crate::remote;
use crate::secret;
use rmcp::ErrorData;
use rmcp::model::ListResourcesResult;
use rmcp::model::ReadResourceResult;
use rmcp::model::Resource;
use rmcp::model::ResourceContents;
use rmcp::model::ResourceTemplate;
use serde_json::json;

/// How many runs are listed at once.
const PAGE_RUNS: usize = 50;

/// How long a record may be before its lists and texts are cut: a context holds no more.
const RECORD_BYTES_MAX: usize = 64 * 1024;

/// The forms of the addresses.
pub fn templates() -> Vec<ResourceTemplate> {
    let template = |(uri, name, words, media_type): (&str, &str, &str, &str)| {
        ResourceTemplate::new(uri, name).with_description(words).with_mime_type(media_type)
    };
    Address::TEMPLATES.map(template).into()
}

/// The runs of the project, the newest first, with what can be read of each.
pub fn list(host: &Host, cursor: Option<&str>) -> Result<ListResourcesResult, ErrorData> {
    let from = match cursor.map(str::parse::<usize>) {
        None => 0,
        Some(Ok(from)) => from,
        Some(Err(_)) => return Err(ErrorData::invalid_params("unknown cursor", None)),
    };
    let project = (host.open)().map_err(failed)?;
    let runs = run_list::run_list(&project, &run_list::Request::default()).map_err(failed)?;
    let own: Vec<_> = runs.into_iter().filter_map(run_list::Listed::into_run).collect();
    let page = own.iter().skip(from).take(PAGE_RUNS).flat_map(|entry| {
        let run = entry.run_id.to_string();
        let words = format!("{} of {}: {}", entry.key, entry.workflow, entry.status.as_str());
        let resource = |address: Address, name: String| {
            Resource::new(address.uri(), name)
                .with_description(words.clone())
                .with_mime_type(address.media_type())
        };
        [
            resource(Address::Run(run.clone()), format!("record of {run}")),
            resource(Address::Brief(run.clone()), format!("brief of {run}")),
        ]
    });
    let mut result = ListResourcesResult::with_all_items(page.collect());
    let next = from.saturating_add(PAGE_RUNS);
    result.next_cursor = (next < own.len()).then(|| next.to_string());
    Ok(result)
}

/// Reads what stands at an address.
pub fn read(host: &Host, client: &McpCaller, uri: &str) -> Result<ReadResourceResult, ErrorData> {
    let unknown =
        |message: String| ErrorData::resource_not_found(message, Some(json!({ "uri": uri })));
    let Some(address) = Address::parse(uri) else {
        return Err(unknown("resource not found; see resources/templates/list".to_owned()));
    };
    let project = (host.open)().map_err(failed)?;
    let caller = client.caller(host);
    let text = text(&project, &caller, &address).map_err(|error| {
        if matches!(error, Error::Usage { .. } | Error::NotFound { .. }) {
            return unknown(secret::redact_known(&error.to_string()));
        }
        failed(error)
    })?;
    let text = secret::redact_known(&text);
    let contents = ResourceContents::text(text, uri).with_mime_type(address.media_type());
    Ok(ReadResourceResult::new(vec![contents]))
}

fn text(project: &Project, caller: &Caller, address: &Address) -> Result<String, Error> {
    let (Address::Run(run) | Address::Brief(run) | Address::Packet { run, .. }) = address;
    let run = RunChoice { run: Some(run.clone()) };
    let there = remote::at_home(project, caller, run.run.as_deref());
    let project = there.as_ref().unwrap_or(project);
    match address {
        Address::Run(_) => {
            let reply = run_show::run_show(project, caller, &run_show::Request { run })?;
            let (record, _) = cut::fit(&reply.record, RECORD_BYTES_MAX);
            Ok(json::pretty_text(&record))
        }
        Address::Brief(_) => {
            let format = brief::BriefFormat::Markdown;
            let request = brief::Request { run, format, ..brief::Request::default() };
            brief::brief(project, caller, &request).map(|reply| reply.text)
        }
        Address::Packet { gate, .. } => packet(project, caller, run, gate),
    }
}

/// The packet of the last attempt at a gate.
pub fn packet(
    project: &Project,
    caller: &Caller,
    run: RunChoice,
    gate: &str,
) -> Result<String, Error> {
    let choice = AttemptChoice { gate: Some(gate.to_owned()), attempt: None, run };
    let opened = open::open(project, caller, &choice)?;
    let is_packet = |file: &&open::OpenFile| file.role == open::FileRole::Packet;
    let packet = opened.files.iter().find(is_packet).and_then(|file| file.text.clone());
    packet.ok_or_else(|| Error::not_found(format!("gate {gate} has no packet")))
}

fn failed(error: Error) -> ErrorData {
    ErrorData::internal_error(secret::redact_known(&error.to_string()), None)
}
