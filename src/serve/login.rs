//! How a browser gets its cookie: it shows the token once, in the body of a request of its own page.

use super::guard;
use super::guard::Guard;
use super::problem::Problem;
use crate::board::sign_in;
use axum::Form;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::StatusCode;
use axum::http::header::LOCATION;
use axum::http::header::SET_COOKIE;
use axum::response::Html;
use axum::response::IntoResponse;
use axum::response::Response;
use serde::Deserialize;
use std::sync::Arc;

/// What the form holds.
#[derive(Debug, Deserialize)]
pub struct LogIn {
    token: String,
    /// The path to go to then.
    #[serde(default)]
    to: String,
}

/// Gives the cookie for the token.
pub async fn log_in(
    State(guard): State<Arc<Guard>>,
    headers: HeaderMap,
    Form(form): Form<LogIn>,
) -> Response {
    if !guard.token().is(form.token.trim()) {
        if guard::shows_pages(&headers) {
            let problem = "Wrong token. The server prints a new token each time it starts.";
            let page = Html(sign_in(&form.to, Some(problem)));
            return (StatusCode::UNAUTHORIZED, page).into_response();
        }
        return Problem::of(StatusCode::UNAUTHORIZED, "token", "wrong token").into_response();
    }
    // A path of this server and of no other: two slashes begin a host.
    let is_path = form.to.starts_with('/')
        && !form.to.starts_with("//")
        && form.to.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    let to = if is_path { form.to } else { "/".to_owned() };
    (StatusCode::SEE_OTHER, [(SET_COOKIE, guard.cookie()), (LOCATION, to)]).into_response()
}
