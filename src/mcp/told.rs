//! The answer of a tool: the object that every face gives, with the calls that can follow, in a size
//! that every client takes.

use super::address::Address;
use super::cut;
use super::desk::Desk;
use super::desk::Rest;
use super::page::PersonPage;
use crate::json::harmless_text;
use crate::secret;
use rmcp::model::CallToolResult;
use rmcp::model::ContentBlock;
use rmcp::model::Resource;
use serde_json::Value as Json;
use serde_json::json;
use std::sync::Arc;

/// The longest JSON of an answer.
const BYTES_MAX: usize = 8000;

/// What is left to data at least, whatever is said beside it.
const DATA_BYTES_MIN: usize = 4000;

/// How many of the cut values an answer lists.
const CUTS_SHOWN_MAX: usize = 4;

/// What came of a call.
#[derive(Debug, Clone)]
pub struct ToolAnswer {
    /// `success`, `data`, `instructions`, and `error` where there is one.
    pub whole: Json,
    pub is_error: bool,
    /// Where a person is needed.
    pub page: Option<PersonPage>,
}

impl ToolAnswer {
    /// The run that the answer is about.
    pub fn run(&self) -> Option<&str> {
        let data = &self.whole["data"];
        data["run_id"].as_str().or(data["run"]["run_id"].as_str())
    }

    /// Where all of it can be read, if it can.
    fn address(&self) -> Option<Address> {
        let run = self.run()?.to_owned();
        let data = &self.whole["data"];
        let gate = data["gate"].as_str().or(data["run"]["waiting"][0]["gate"].as_str());
        Some(match gate {
            Some(gate) if data["packet"].is_string() => {
                Address::Packet { run, gate: gate.to_owned() }
            }
            Some(_) | None => Address::Run(run),
        })
    }

    /// The result: the same JSON as text and as structured content.
    pub fn result(&self, desk: &Desk) -> CallToolResult {
        let whole = clean(&self.whole);
        if whole.to_string().len() <= BYTES_MAX {
            return result(&whole, self.is_error);
        }
        let mut head = whole.clone();
        let data = head["data"].take();
        let (mut short, _) = cut::fit(&head, BYTES_MAX - DATA_BYTES_MIN);
        let room = BYTES_MAX.saturating_sub(short.to_string().len() + MORE_BYTES);
        let (shown, cuts) = cut::fit(&data, room);
        short["data"] = shown;
        let address = self.address();
        let mut result =
            result(&with_more(short, desk, data.into(), cuts, address.as_ref()), self.is_error);
        if let Some(address) = address {
            let link =
                Resource::new(address.uri(), "all of it").with_mime_type(address.media_type());
            result.content.push(ContentBlock::resource_link(link));
        }
        result
    }
}

/// What `more` takes of an answer.
const MORE_BYTES: usize = 700;

/// The next part of an answer that was cut.
pub fn next_part(desk: &Desk, cursor: &str) -> Option<CallToolResult> {
    let rest = desk.rest(cursor)?;
    let (part, left) = cut::next_part(&rest.data, rest.cuts, BYTES_MAX - MORE_BYTES);
    let whole = json!({ "success": true, "data": part });
    Some(result(&with_more(whole, desk, rest.data, left, None), false))
}

fn with_more(
    mut whole: Json,
    desk: &Desk,
    data: Arc<Json>,
    cuts: Vec<cut::ValueCut>,
    address: Option<&Address>,
) -> Json {
    if cuts.is_empty() {
        return whole;
    }
    let shown = cuts.iter().take(CUTS_SHOWN_MAX).map(|cut| {
        // The keys of a record are short; what is written by people may be anything.
        let at = &cut.at[..cut.at.floor_char_boundary(60)];
        json!({ "at": at, "shown": cut.from, "of": cut::whole(&data, cut) })
    });
    let cut: Vec<Json> = shown.collect();
    let cursor = desk.keep(Rest { data, cuts });
    whole["more"] = json!({ "cursor": cursor, "cut": cut });
    if let Some(address) = address {
        whole["more"]["resource"] = address.uri().into();
    }
    whole
}

/// Some clients read only the text, others only the structured content.
fn result(whole: &Json, is_error: bool) -> CallToolResult {
    let text = vec![ContentBlock::text(harmless_text(whole))];
    let mut result =
        if is_error { CallToolResult::error(text) } else { CallToolResult::success(text) };
    result.structured_content = Some(whole.clone());
    result
}

/// Without secrets that this process knows of, and without what a terminal would act on.
fn clean(whole: &Json) -> Json {
    let text = secret::redact_known(&harmless_text(whole));
    serde_json::from_str(&text).unwrap_or_default()
}
