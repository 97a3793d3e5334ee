//! What goes wrong, as RFC 9457 has it, with the code, help and next steps that every face gives.

use crate::ops::Error;
use crate::ops::Instructions;
use crate::remote;
use crate::workflow;
use axum::http::Method;
use axum::http::StatusCode;
use axum::http::Uri;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use axum::response::Response;
use serde_json::Value as Json;
use serde_json::json;

/// The media type of a problem.
pub const PROBLEM: &str = "application/problem+json";

/// A request that is not carried out.
#[derive(Debug)]
pub struct Problem {
    status: StatusCode,
    code: String,
    detail: String,
    more: Json,
}

impl Problem {
    /// One that the connection is to blame for, not the operation.
    pub fn of(status: StatusCode, code: &str, detail: impl Into<String>) -> Self {
        let more = json!({ "instructions": Instructions::default() });
        Self { status, code: code.to_owned(), detail: detail.into(), more }
    }

    /// What should not have happened.
    pub fn bug() -> Self {
        let detail = "this is a bug in orch; see the server's output";
        Self::of(StatusCode::INTERNAL_SERVER_ERROR, "bug", detail)
    }

    /// An operation that was not carried out; the reply is the one of every face.
    pub fn of_error(error: &Error, mut reply: Json) -> Self {
        let told = reply["error"].take();
        let text = |name: &str| told[name].as_str().unwrap_or_default().to_owned();
        Self {
            status: status(error),
            code: text("code"),
            detail: text("message"),
            more: json!({
                "help": told["help"], "causes": told["causes"], "place": told["place"],
                "others": told["others"], "instructions": reply["instructions"],
            }),
        }
    }

    /// The same where no project is open to say more.
    pub fn of_bare(error: &Error) -> Self {
        Self::of_error(error, remote::bare_failure(error))
    }

    /// The status of the response, and its body.
    pub fn parts(&self) -> (StatusCode, Json) {
        let mut body = json!({
            "type": format!("urn:orch:problem:{}", self.code),
            "title": self.status.canonical_reason().unwrap_or_default(),
            "status": self.status.as_u16(),
            "code": self.code,
            "detail": self.detail,
        });
        for (name, value) in self.more.as_object().into_iter().flatten() {
            if !value.is_null() {
                body[name] = value.clone();
            }
        }
        (self.status, body)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let (status, body) = self.parts();
        (status, [(CONTENT_TYPE, PROBLEM)], super::api::written(&body)).into_response()
    }
}

/// The status that tells a client what to do about an error.
pub fn status(error: &Error) -> StatusCode {
    match error {
        Error::Usage { .. } => StatusCode::BAD_REQUEST,
        Error::NotFound { .. }
        | Error::Workflow(workflow::Error::Unknown { .. } | workflow::Error::NoName { .. }) => {
            StatusCode::NOT_FOUND
        }
        Error::Unsound(_) | Error::Workflow(_) | Error::Config(_) => {
            StatusCode::UNPROCESSABLE_ENTITY
        }
        Error::Held { .. }
        | Error::Sat { .. }
        | Error::Lost { .. }
        | Error::Moved { .. }
        | Error::Unstopped { .. }
        | Error::Budget { .. }
        | Error::Untrue { .. } => StatusCode::CONFLICT,
        Error::Interrupted => StatusCode::SERVICE_UNAVAILABLE,
        Error::Environment { .. } | Error::Journal(_) | Error::Record(_) | Error::Git(_) => {
            StatusCode::INTERNAL_SERVER_ERROR
        }
    }
}

/// What is not there.
pub async fn not_found(uri: Uri) -> Problem {
    let detail = format!("`{}` not found", uri.path());
    Problem::of(StatusCode::NOT_FOUND, "not_found", detail)
}

/// What is not done there.
pub async fn method_not_allowed(method: Method, uri: Uri) -> Problem {
    let detail = format!("{method} is not allowed at `{}`", uri.path());
    Problem::of(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", detail)
}
