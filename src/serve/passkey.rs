//! Decisions by passkey: the question, and its answer. Only here does a request prove a person, by what
//! their authenticator signed for this question.
//!
//! A page sends `POST api/decision/question` with the request, hands `challenge`, `rpId` and
//! `allowCredentials` of the reply to `navigator.credentials.get`, and sends `POST api/decision` with the
//! `nonce` and what came back. `passkey.js` does that for every form with `data-decision`.

use super::api;
use super::door::Door;
use super::problem::Problem;
use crate::digest::Digest;
use crate::id::RunId;
use crate::ops::Caller;
use crate::ops::Error;
use crate::ops::Person;
use crate::ops::Project;
use crate::ops::decision;
use crate::ops::decision::Assertion;
use crate::ops::decision::DecisionPage;
use crate::ops::decision::DecisionQuestion;
use crate::ops::run::DriveRequest;
use crate::remote;
use crate::remote::JsonReply;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::StatusCode;
use axum::http::header;
use axum::response::IntoResponse;
use axum::response::Response;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value as Json;
use std::sync::Arc;
use std::time::Instant;

/// What a page loads to ask for a passkey.
const SCRIPT: &str = include_str!("passkey.js");

/// The answer to a question.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DecisionAnswer {
    /// The nonce of the question.
    nonce: String,
    /// What the browser gave back.
    assertion: Assertion,
}

/// The script of pages that ask for a passkey.
pub async fn script() -> Response {
    ([(header::CONTENT_TYPE, "text/javascript; charset=utf-8")], SCRIPT).into_response()
}

/// Asks: says what is to be signed.
pub async fn question(
    State(door): State<Arc<Door>>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Problem> {
    let origin = origin(&headers);
    let request: Json = api::parsed(&body)?;
    let seen = api::seen(&headers)?;
    off_the_loop(door, None, move |door, project, caller| {
        let request: decision::Request = remote::request(&request)?;
        let page = DecisionPage::of(&origin)?;
        let there = remote::at_home(project, caller, request.gate.run.run.as_deref());
        let project = there.as_ref().unwrap_or(project);
        let question = decision::question(project, caller, &request, &page)?;
        if let Some(seen) = seen.filter(|seen| *seen != question.head()) {
            return Err(Error::moved(&question.run, seen, question.head()));
        }
        let reply = JsonReply::of(&question)?;
        door.questions.keep(Instant::now(), question.nonce.clone(), question);
        Ok(reply)
    })
    .await
}

/// Answers: does what was signed.
pub async fn answer(State(door): State<Arc<Door>>, body: Bytes) -> Result<Response, Problem> {
    let answer: DecisionAnswer = api::parsed(&body)?;
    let Some(question) = door.questions.take(Instant::now(), &answer.nonce) else {
        let detail = "this question was answered before, or waited too long; ask again";
        return Err(Problem::of(StatusCode::GONE, "question", detail));
    };
    let signed = question
        .signed(&answer.assertion)
        .map_err(|error| Problem::of(StatusCode::FORBIDDEN, "passkey", error.to_string()))?;
    let chain = signed.chain;
    let person =
        Person { by: question.by.clone(), how: question.how().to_owned(), signature: Some(signed) };
    // Nothing at all is done to a run that has gone on since.
    let seen = (question.run.clone(), chain);
    off_the_loop(door, Some(seen), move |_, project, caller| {
        // Who asks is known now.
        let caller = caller.elsewhere();
        let there = project.home_of(&question.run)?;
        decide(there.as_ref().unwrap_or(project), &caller, &question, &person)
    })
    .await
}

fn decide(
    project: &Project,
    caller: &Caller,
    question: &DecisionQuestion,
    person: &Person,
) -> Result<JsonReply, Error> {
    // A browser does not wait until the run stops again.
    let drive = DriveRequest { detach: true, ..DriveRequest::default() };
    match decision::decide(project, caller, question, person, &drive)? {
        decision::Reply::Gate(reply) => JsonReply::gate(project, caller, &reply),
        decision::Reply::Forwarded(reply) => JsonReply::of(&reply),
    }
}

/// The page that asks; the guard has seen that it is one of this server.
fn origin(headers: &HeaderMap) -> String {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let host = || format!("http://{}", text(header::HOST).unwrap_or_default());
    text(header::ORIGIN).map_or_else(host, str::to_owned)
}

/// Runs what blocks on a thread of its own.
async fn off_the_loop<F>(
    door: Arc<Door>,
    seen: Option<(RunId, Digest)>,
    work: F,
) -> Result<Response, Problem>
where
    F: FnOnce(&Door, &Project, &Caller) -> Result<JsonReply, Error> + Send + 'static,
{
    door.may_change()?;
    let done = tokio::task::spawn_blocking(move || {
        let caller = door.caller(None);
        let project = door.open(seen).map_err(|error| Problem::of_bare(&error))?;
        let done = work(&door, &project, &caller);
        done.map_err(|error| Problem::of_error(&error, remote::failure(&project, &caller, &error)))
    });
    let reply = done.await.map_err(|_| Problem::bug())??;
    let kind = [(header::CONTENT_TYPE, "application/json")];
    Ok((kind, api::written(&reply.to_json())).into_response())
}
