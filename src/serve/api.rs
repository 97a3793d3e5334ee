//! Operations by name: `GET /api/status?run=x` for what only reads, `POST /api/note` with the request
//! as JSON for everything.

use super::door::Door;
use super::problem::Problem;
use super::retries;
use super::retries::Repeat;
use crate::digest::Digest;
use crate::document::Data;
use crate::document::Language;
use crate::id::RunId;
use crate::json::harmless_text;
use crate::ops;
use crate::ops::Caller;
use crate::ops::Error;
use crate::ops::Project;
use crate::ops::RunChoice;
use crate::remote;
use crate::remote::Effect;
use crate::remote::Operation;
use crate::secret;
use axum::body::Bytes;
use axum::extract::Path;
use axum::extract::Query;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::HeaderName;
use axum::http::HeaderValue;
use axum::http::StatusCode;
use axum::http::header::ALLOW;
use axum::http::header::CONTENT_TYPE;
use axum::http::header::ETAG;
use axum::http::header::IF_MATCH;
use axum::http::header::IF_NONE_MATCH;
use axum::response::IntoResponse;
use axum::response::Response;
use serde::de::DeserializeOwned;
use serde_json::Map;
use serde_json::Value as Json;
use std::sync::Arc;

/// The session that a client works in; a response names it, so that the next request can.
pub const SESSION_KEY: HeaderName = HeaderName::from_static("x-session-key");

/// Names a request, so that the same one sent twice is carried out once.
pub const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// The longest key of a session or a request.
const KEY_BYTES_MAX: usize = 100;

/// A request for an operation.
struct Asked {
    operation: Operation,
    request: Json,
    session: Option<String>,
    /// The head that the run must have.
    seen: Option<Digest>,
    /// The heads that the client has.
    known: Vec<String>,
    retry_key: Option<String>,
}

/// What is sent back.
struct Answered {
    status: StatusCode,
    body: Json,
    head: Option<Digest>,
}

/// An operation that changes nothing; its request is the query.
pub async fn read(
    State(door): State<Arc<Door>>,
    Path(name): Path<String>,
    Query(query): Query<Vec<(String, String)>>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let operation = named(&name)?;
    if operation.effect != Effect::Reads {
        let detail = format!("`{}` changes something: send it with POST", operation.name);
        let problem = Problem::of(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", detail);
        return Ok(([(ALLOW, "POST")], problem).into_response());
    }
    answer(door, operation, of_query(operation, &query)?, &headers).await
}

/// Any operation; its request is the body.
pub async fn call(
    State(door): State<Arc<Door>>,
    Path(name): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Problem> {
    let operation = named(&name)?;
    let request = if body.is_empty() { Json::Null } else { parsed(&body)? };
    answer(door, operation, request, &headers).await
}

/// A body as what it should be. As in any document, a key given twice is an error: what looked at the body on
/// its way may have gone by the other one.
pub fn parsed<T: DeserializeOwned>(body: &Bytes) -> Result<T, Problem> {
    let refused = |why: &str| {
        let detail = format!("the body is not valid JSON: {why}");
        Problem::of(StatusCode::BAD_REQUEST, "json", detail)
    };
    let text = std::str::from_utf8(body).map_err(|_| refused("it is not UTF-8"))?;
    let data = Data::read(Language::Json, text).map_err(|flaw| refused(&flaw.message))?;
    serde_json::from_value(data.into_json()).map_err(|error| refused(&error.to_string()))
}

fn named(name: &str) -> Result<Operation, Problem> {
    remote::operation(name).ok_or_else(|| {
        let known = remote::operations();
        let known = known.iter().map(|operation| operation.name);
        let meant = crate::source::suggest(name, known);
        let detail = format!("unknown operation `{name}`; {meant}");
        Problem::of(StatusCode::NOT_FOUND, "not_found", detail)
    })
}

async fn answer(
    door: Arc<Door>,
    operation: Operation,
    request: Json,
    headers: &HeaderMap,
) -> Result<Response, Problem> {
    if operation.effect != Effect::Reads {
        door.may_change()?;
    }
    let session = key(headers, &SESSION_KEY)?;
    let asked = Asked {
        operation,
        request,
        seen: seen(headers)?,
        known: tags(headers, &IF_NONE_MATCH),
        retry_key: key(headers, &IDEMPOTENCY_KEY)?,
        session: session.clone(),
    };
    let done = tokio::task::spawn_blocking(move || carry_out(&door, &asked)).await;
    let Answered { status, body, head } = done.map_err(|_| Problem::bug())??;
    let mut response = if status == StatusCode::NOT_MODIFIED {
        status.into_response()
    } else {
        let kind = if status.is_success() { "application/json" } else { super::problem::PROBLEM };
        (status, [(CONTENT_TYPE, kind)], written(&body)).into_response()
    };
    let tag = head.and_then(|head| HeaderValue::from_str(&format!("\"{head}\"")).ok());
    response.headers_mut().extend(tag.map(|tag| (ETAG, tag)));
    let session = session.and_then(|session| HeaderValue::from_str(&session).ok());
    response.headers_mut().extend(session.map(|session| (SESSION_KEY, session)));
    Ok(response)
}

/// A reply as it is sent: without secrets, and without what a terminal would act on.
pub fn written(body: &Json) -> String {
    secret::redact_known(&format!("{}\n", harmless_text(body)))
}

fn carry_out(door: &Door, asked: &Asked) -> Result<Answered, Problem> {
    let caller = door.caller(asked.session.as_deref());
    let project = door.open(None).map_err(|error| Problem::of_bare(&error))?;
    let done = at_run(door, &project, &caller, asked);
    done.map_err(|error| Problem::of_error(&error, remote::failure(&project, &caller, &error)))
}

/// Carries out a request where its run works. If it names the head of the run, the project that it is
/// carried out in refuses to write to another one.
fn at_run(
    door: &Door,
    project: &Project,
    caller: &Caller,
    asked: &Asked,
) -> Result<Answered, Error> {
    let bound = match asked.seen {
        Some(seen) => Some(door.open(Some((run_seen(project, caller, asked)?, seen)))?),
        None => None,
    };
    let project = bound.as_ref().unwrap_or(project);
    let there = remote::at_home(project, caller, asked.request["run"].as_str());
    once(there.as_ref().unwrap_or(project), caller, asked)
}

/// The run whose head a request names.
fn run_seen(project: &Project, caller: &Caller, asked: &Asked) -> Result<RunId, Error> {
    let schema = asked.operation.schema();
    let properties = &schema.as_value()["properties"];
    if properties.get("run").or(properties.get("key")).is_none() {
        let name = asked.operation.name;
        return Err(Error::usage(format!("`If-Match` is about a run, and `{name}` takes none")));
    }
    run_of(project, caller, &asked.request)
}

/// Refuses a request whose run has another head than it names, also where a worker is to write to it.
fn refuse_moved(project: &Project, caller: &Caller, asked: &Asked) -> Result<(), Error> {
    let Some(seen) = asked.seen else { return Ok(()) };
    let run = run_seen(project, caller, asked)?;
    let head = project.store.glance(&run)?.head;
    if head == seen { Ok(()) } else { Err(Error::moved(&run, seen, head)) }
}

/// Carries out what was not carried out before under its key.
fn once(project: &Project, caller: &Caller, asked: &Asked) -> Result<Answered, Error> {
    let Some(key) = asked.retry_key.as_ref().filter(|_| asked.operation.effect != Effect::Reads)
    else {
        return answered(project, caller, asked);
    };
    let mut body = asked.request.clone();
    body.sort_all_objects();
    let seen = asked.seen.map(|seen| seen.to_string());
    let request = (asked.operation.name, &body, &asked.session, &seen);
    let request = Digest::of(serde_json::to_vec(&request).unwrap_or_default());
    let problem = |status, code: &str, detail: &str| {
        let (status, body) = Problem::of(status, code, detail).parts();
        Ok(Answered { status, body, head: None })
    };
    match retries::begin(project, key, request)? {
        Repeat::First => {}
        Repeat::Done(body) => return Ok(Answered { status: StatusCode::OK, body, head: None }),
        Repeat::Other => {
            let detail = "this `Idempotency-Key` was used for another request";
            return problem(StatusCode::UNPROCESSABLE_ENTITY, "idempotency_key", detail);
        }
        Repeat::Begun => {
            let detail = "the request with this `Idempotency-Key` is being carried out, or was cut \
                          off: look at the run before you send it under another key";
            return problem(StatusCode::CONFLICT, "idempotency_key", detail);
        }
    }
    match answered(project, caller, asked) {
        Ok(answered) => {
            retries::finish(project, key, request, &answered.body)?;
            Ok(answered)
        }
        // Nothing was written: the same request may be sent again.
        Err(error) => {
            retries::forget(project, key)?;
            Err(error)
        }
    }
}

fn answered(project: &Project, caller: &Caller, asked: &Asked) -> Result<Answered, Error> {
    refuse_moved(project, caller, asked)?;
    let is_read = asked.operation.effect == Effect::Reads;
    let before = if is_read { head_before(project, caller, asked) } else { None };
    let reply = (asked.operation.call)(project, caller, &asked.request)?;
    let about = if reply.data["run"].is_object() { &reply.data["run"] } else { &reply.data };
    let told = about["head"].as_str().and_then(Digest::parse);
    let before = before.filter(|(run, _)| about["run_id"] == run.as_str()).map(|(_, head)| head);
    let head = told.or(before);
    let has = |head: Digest| {
        let head = head.to_string();
        asked.known.iter().any(|known| *known == head || known == ANY)
    };
    let is_known = is_read && head.is_some_and(has);
    let status = if is_known { StatusCode::NOT_MODIFIED } else { StatusCode::OK };
    Ok(Answered { status, body: reply.to_json(), head })
}

/// The head of the run that a request is about, from before its reply is made: that one may say more
/// than the head stands for, and never less.
fn head_before(project: &Project, caller: &Caller, asked: &Asked) -> Option<(RunId, Digest)> {
    let schema = asked.operation.schema();
    schema.as_value()["properties"].get("run")?;
    let run = run_of(project, caller, &asked.request).ok()?;
    let head = project.store.glance(&run).ok()?.head;
    Some((run, head))
}

/// The run that a request is about.
fn run_of(project: &Project, caller: &Caller, request: &Json) -> Result<RunId, Error> {
    let run = request["run"].as_str().or_else(|| request["key"].as_str());
    ops::run_of(project, caller, &RunChoice { run: run.map(str::to_owned) })
}

/// A request from a query: each value as the schema has it.
fn of_query(operation: Operation, query: &[(String, String)]) -> Result<Json, Problem> {
    let schema = operation.schema();
    let mut request = Map::new();
    for (name, text) in query {
        let property = &schema.as_value()["properties"][name];
        let is = |kind: &str| {
            property["type"] == kind
                || property["type"]
                    .as_array()
                    .is_some_and(|kinds| kinds.iter().any(|it| it == kind))
        };
        let parsed = || serde_json::from_str(text).unwrap_or_else(|_| Json::from(text.as_str()));
        if is("array") {
            let items = request.entry(name.clone()).or_insert_with(|| Json::Array(Vec::new()));
            items.as_array_mut().into_iter().for_each(|items| items.push(text.as_str().into()));
        } else if request.contains_key(name) {
            let detail = format!("the query gives `{name}` twice");
            return Err(Problem::of(StatusCode::BAD_REQUEST, "usage", detail));
        } else if is("string") || !(is("boolean") || is("integer") || is("number")) {
            request.insert(name.clone(), text.as_str().into());
        } else {
            request.insert(name.clone(), parsed());
        }
    }
    Ok(Json::Object(request))
}

/// A key that a client chose.
fn key(headers: &HeaderMap, name: &HeaderName) -> Result<Option<String>, Problem> {
    let Some(value) = headers.get(name) else { return Ok(None) };
    let text = value.to_str().ok().map(str::trim).filter(|text| {
        !text.is_empty()
            && text.len() <= KEY_BYTES_MAX
            && text.bytes().all(|byte| byte.is_ascii_graphic())
    });
    let detail = format!("`{name}` takes 1 to {KEY_BYTES_MAX} characters without spaces");
    let text = text.ok_or_else(|| Problem::of(StatusCode::BAD_REQUEST, "usage", detail))?;
    Ok(Some(text.to_owned()))
}

/// What stands for every head.
const ANY: &str = "*";

/// The head that the run of a request must have; `None` where any will do.
pub fn seen(headers: &HeaderMap) -> Result<Option<Digest>, Problem> {
    let tags = tags(headers, &IF_MATCH);
    let seen = match tags.as_slice() {
        [] => return Ok(None),
        [any] if any == ANY => return Ok(None),
        [tag] => Digest::parse(tag),
        [..] => None,
    };
    let detail = "`If-Match` takes the `ETag` of one reply about the run";
    seen.map(Some).ok_or_else(|| Problem::of(StatusCode::BAD_REQUEST, "usage", detail))
}

/// The tags of a header, as RFC 9110 lists them.
fn tags(headers: &HeaderMap, name: &HeaderName) -> Vec<String> {
    let values = headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
    let tags = values.flat_map(|value| value.split(',')).map(str::trim);
    let tags = tags.filter(|tag| !tag.is_empty());
    tags.map(|tag| tag.trim_start_matches("W/").trim_matches('"').to_owned()).collect()
}
