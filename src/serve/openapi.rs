//! The description of the API: made of the same schemas that check requests.

use super::door::Door;
use super::passkey::DecisionAnswer;
use super::problem::PROBLEM;
use crate::ops::decision;
use crate::ops::reply_schema;
use crate::remote;
use crate::remote::Effect;
use crate::remote::Operation;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use axum::response::Response;
use schemars::Schema;
use schemars::schema_for;
use serde_json::Map;
use serde_json::Value as Json;
use serde_json::json;
use std::sync::Arc;

/// Gives the description.
pub async fn document(State(door): State<Arc<Door>>) -> Response {
    let text = serde_json::to_string_pretty(&whole(&door.name)).unwrap_or_default();
    ([(CONTENT_TYPE, "application/json")], text).into_response()
}

fn whole(project: &str) -> Json {
    let mut schemas = Map::new();
    let replies = moved(reply_schema());
    let known = replies["$defs"].as_object().cloned().unwrap_or_default();
    schemas.extend(known);
    let mut reply = replies;
    if let Some(reply) = reply.as_object_mut() {
        reply.retain(|name, _| !["$defs", "$schema"].contains(&name.as_str()));
        let error = reply.get_mut("properties").and_then(|them| them.get_mut("error"));
        let error = error.map(Json::take).unwrap_or_default();
        schemas.insert("error".to_owned(), of_error(error));
        reply["properties"]["error"] = json!({ "$ref": "#/components/schemas/error" });
    }
    schemas.insert("reply".to_owned(), reply);
    schemas.insert("problem".to_owned(), problem());
    let mut paths = Map::new();
    for operation in remote::operations() {
        let request = shared(operation.schema(), &mut schemas);
        let has_reply = schemas.contains_key(operation.name);
        paths.insert(format!("/api/{}", operation.name), path(&operation, &request, has_reply));
        schemas.insert(format!("{}_request", operation.name), request);
    }
    paths.insert("/api/events".to_owned(), events());
    paths.extend(decisions(&mut schemas));
    let schemas = used(&json!(paths), schemas);
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "orch",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "The operations of orch over HTTP, on this machine.",
            "license": { "name": env!("CARGO_PKG_LICENSE"), "identifier": env!("CARGO_PKG_LICENSE") },
        },
        "servers": [{ "url": format!("/p/{project}") }],
        "security": [{ "token": [] }],
        "paths": paths,
        "components": {
            "securitySchemes": { "token": { "type": "http", "scheme": "bearer" } },
            "schemas": schemas,
        },
    })
}

/// A schema without the parts that it shares with others, which stand among all.
fn shared(schema: Schema, schemas: &mut Map<String, Json>) -> Json {
    let mut schema = moved(schema.to_value());
    if let Some(schema) = schema.as_object_mut() {
        schema.remove("$schema");
        if let Some(Json::Object(shared)) = schema.remove("$defs") {
            schemas.extend(shared);
        }
    }
    schema
}

/// Decisions by passkey, which are no operations: they need a person.
fn decisions(schemas: &mut Map<String, Json>) -> [(String, Json); 2] {
    let asked = shared(schema_for!(decision::DecisionQuestion), schemas);
    [
        (
            "decision/question",
            "Ask what a person has to sign for a decision.",
            shared(schema_for!(decision::Request), schemas),
            asked,
        ),
        (
            "decision",
            "Do what a person has signed with a passkey.",
            shared(schema_for!(DecisionAnswer), schemas),
            json!({}),
        ),
    ]
    .map(|(name, about, request, data)| {
        let id = name.replace('/', "_");
        schemas.insert(format!("{id}_request"), request);
        schemas.insert(id.clone(), data);
        let post = json!({
            "operationId": id,
            "summary": about,
            "requestBody": { "required": true, "content": { "application/json": {
                "schema": { "$ref": format!("#/components/schemas/{id}_request") },
            } } },
            "responses": responses(&json!({ "$ref": format!("#/components/schemas/{id}") })),
        });
        (format!("/api/{name}"), json!({ "post": post }))
    })
}

/// The schemas that something leads to: what no operation here answers is left out.
fn used(paths: &Json, mut schemas: Map<String, Json>) -> Map<String, Json> {
    let mut used = Map::new();
    let mut open = vec![paths.clone()];
    while let Some(part) = open.pop() {
        match part {
            Json::String(text) => {
                let name = text.strip_prefix("#/components/schemas/");
                if let Some((name, schema)) = name.and_then(|name| schemas.remove_entry(name)) {
                    open.push(schema.clone());
                    used.insert(name, schema);
                }
            }
            Json::Array(items) => open.extend(items),
            Json::Object(entries) => open.extend(entries.into_iter().map(|(_, entry)| entry)),
            Json::Null | Json::Bool(_) | Json::Number(_) => {}
        }
    }
    used.sort_keys();
    used
}

/// A schema whose references lead to where an OpenAPI document has its schemas.
fn moved(mut schema: Json) -> Json {
    match &mut schema {
        Json::String(text) => {
            if let Some(rest) = text.strip_prefix("#/$defs/") {
                *text = format!("#/components/schemas/{rest}");
            }
        }
        Json::Array(items) => items.iter_mut().for_each(|item| *item = moved(item.take())),
        Json::Object(entries) => {
            entries.values_mut().for_each(|entry| *entry = moved(entry.take()));
        }
        Json::Null | Json::Bool(_) | Json::Number(_) => {}
    }
    schema
}

/// An error names what else is wrong by itself.
fn of_error(mut error: Json) -> Json {
    error["properties"]["others"]["items"] = json!({ "$ref": "#/components/schemas/error" });
    error
}

fn problem() -> Json {
    let text = json!({ "type": "string" });
    json!({
        "description": "Why a request was not carried out (RFC 9457).",
        "type": "object",
        "required": ["type", "title", "status", "code", "detail"],
        "properties": {
            "type": text, "title": text, "status": { "type": "integer" }, "code": text,
            "detail": text, "help": text,
            "causes": { "type": "array", "items": text },
            "place": { "type": "object" },
            "instructions": { "type": "object" },
        },
    })
}

fn path(operation: &Operation, request: &Json, has_reply: bool) -> Json {
    let Operation { name, about, effect, .. } = operation;
    let data = if has_reply {
        json!({ "$ref": format!("#/components/schemas/{name}") })
    } else {
        json!({})
    };
    let responses = responses(&data);
    let session = header("X-Session-Key", "The session that the client works in.");
    let body = json!({
        "content": { "application/json": {
            "schema": { "$ref": format!("#/components/schemas/{name}_request") },
        } },
    });
    let post = json!({
        "operationId": name,
        "summary": about,
        "parameters": [
            session,
            header("Idempotency-Key", "The same request sent twice under it is carried out once."),
            header("If-Match", "The head that the run must have: the `ETag` of a reply."),
        ],
        "requestBody": body,
        "responses": responses,
    });
    if *effect != Effect::Reads {
        return json!({ "post": post });
    }
    let known =
        header("If-None-Match", "The head that is known: an unchanged run is not sent again.");
    let mut read = responses.clone();
    read["304"] = json!({ "description": "The run still has the head that is known." });
    let mut parameters = vec![session, known];
    for (name, property) in request["properties"].as_object().into_iter().flatten() {
        let is_required =
            request["required"].as_array().is_some_and(|all| all.contains(&json!(name)));
        parameters.push(json!({
            "name": name, "in": "query", "required": is_required,
            "description": property["description"].as_str().unwrap_or_default(),
            "schema": property,
        }));
    }
    json!({
        "get": {
            "operationId": format!("get_{name}"),
            "summary": about,
            "parameters": parameters,
            "responses": read,
        },
        "post": post,
    })
}

/// What is answered, with this data.
fn responses(data: &Json) -> Json {
    let reply = json!({
        "allOf": [
            { "$ref": "#/components/schemas/reply" },
            { "type": "object", "properties": { "data": data } },
        ],
    });
    let failed = json!({
        "description": "The request failed.",
        "content": { PROBLEM: { "schema": { "$ref": "#/components/schemas/problem" } } },
    });
    json!({
        "200": {
            "description": "The reply.",
            "headers": {
                "ETag": { "description": "The head of the run's chain.", "schema": { "type": "string" } },
                "X-Session-Key": { "description": "The session.", "schema": { "type": "string" } },
            },
            "content": { "application/json": { "schema": reply } },
        },
        "4XX": failed,
        "5XX": failed,
    })
}

fn header(name: &str, description: &str) -> Json {
    json!({ "name": name, "in": "header", "description": description, "schema": { "type": "string" } })
}

fn events() -> Json {
    json!({
        "get": {
            "operationId": "events",
            "summary": "Follow a run, or which runs change, by server-sent events.",
            "parameters": [
                {
                    "name": "run", "in": "query", "schema": { "type": "string" },
                    "description": "The run whose events are sent; without it, the ids of runs that change.",
                },
                {
                    "name": "after", "in": "query", "schema": { "type": "integer", "minimum": 0 },
                    "description": "The number of the last event that is known; 0 for none.",
                },
                header("Last-Event-ID", "The same, as browsers send it."),
            ],
            "responses": {
                "200": {
                    "description": "Events, each with its number as id.",
                    "content": { "text/event-stream": { "schema": { "type": "string" } } },
                },
                "4XX": {
                    "description": "There is no such run, or event.",
                    "content": { PROBLEM: { "schema": { "$ref": "#/components/schemas/problem" } } },
                },
            },
        },
    })
}
