//! Which requests are answered at all. Any page that a browser shows can send requests to this machine,
//! and other servers of this machine are the same site: so host and origin must be exact, and a token
//! is shown.

use super::Settings;
use super::problem::PROBLEM;
use super::problem::Problem;
use super::token::Token;
use crate::board::sign_in;
use axum::extract::Request;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::HeaderName;
use axum::http::HeaderValue;
use axum::http::Method;
use axum::http::StatusCode;
use axum::http::header;
use axum::http::uri::Authority;
use axum::middleware::Next;
use axum::response::Html;
use axum::response::IntoResponse;
use axum::response::Redirect;
use axum::response::Response;
use std::sync::Arc;

/// What a page may load and do: nothing from elsewhere, and no script or style in its text.
const CONTENT_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
     img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'self'; \
     frame-ancestors 'none'";

/// Paths that need no token: they say nothing of any run.
const OPEN_PATHS: &[&str] = &[
    "/healthz",
    "/session",
    "/passkey.js",
    "/assets/page.css",
    "/assets/page.js",
    "/assets/icon.svg",
];

/// The most that is read of a refusal of the server's libraries.
const REFUSAL_BYTES_MAX: usize = 4096;

/// What is compared with each request.
#[derive(Debug)]
pub struct Guard {
    hosts: Vec<String>,
    origins: Vec<String>,
    cookie: String,
    token: Token,
    open: &'static [&'static str],
    /// Where a browser is sent that opened the server by its loopback address, if it listens there.
    by_name: Option<String>,
}

/// The name of a host, such as `orch.example.org` or `orch.example.org:8443`.
pub fn host_name(text: &str) -> Result<String, String> {
    match text.parse::<Authority>() {
        Ok(host) if !host.as_str().contains('@') => Ok(text.to_owned()),
        Ok(_) | Err(_) => Err("write a host name alone, such as orch.example.org".to_owned()),
    }
}

impl Guard {
    /// For a server on a port.
    pub fn new(settings: &Settings, port: u16) -> Self {
        // What listens elsewhere alone is not reached by the names of this machine.
        let elsewhere = settings.address.filter(|address| !address.is_unspecified());
        let mut names: Vec<String> = elsewhere
            .map(|address| match address {
                std::net::IpAddr::V4(address) => address.to_string(),
                std::net::IpAddr::V6(address) => format!("[{address}]"),
            })
            .into_iter()
            .collect();
        names.extend(["localhost", "127.0.0.1", "[::1]"].map(str::to_owned));
        let hosts: Vec<String> = names.iter().map(|name| format!("{name}:{port}")).collect();
        let origins = hosts.iter().map(|host| format!("http://{host}"));
        // A name of its own stands for a proxy in front, which speaks https.
        let origins = origins.chain(settings.hosts.iter().map(|host| format!("https://{host}")));
        Self {
            origins: origins.collect(),
            hosts: hosts.into_iter().chain(settings.hosts.iter().cloned()).collect(),
            cookie: format!("orch_{port}"),
            token: settings.token.clone(),
            open: OPEN_PATHS,
            by_name: settings.address.is_none().then(|| format!("http://localhost:{port}")),
        }
    }

    /// The same for a server with other paths that need no token.
    pub fn opening(self, open: &'static [&'static str]) -> Self {
        Self { open, ..self }
    }

    /// The address by which a person reaches the server: through the proxy, where there is one.
    pub fn public_origin(&self) -> String {
        let proxied = self.origins.iter().find(|origin| origin.starts_with("https://"));
        proxied.cloned().unwrap_or_else(|| self.origin())
    }

    /// The address of the server, as a browser is given it.
    pub fn origin(&self) -> String {
        self.origins.first().cloned().unwrap_or_default()
    }

    /// The values of `Host` that are let in.
    pub fn hosts(&self) -> &[String] {
        &self.hosts
    }

    /// The values of `Origin` that are let in.
    pub fn origins(&self) -> &[String] {
        &self.origins
    }

    /// The token that a client shows.
    pub fn token(&self) -> &Token {
        &self.token
    }

    /// What a browser is told to keep.
    pub fn cookie(&self) -> String {
        format!("{}={}; Path=/; HttpOnly; SameSite=Strict", self.cookie, self.token.cookie())
    }

    /// Where a browser is sent that opened the server by its number: passkeys know names only, and so
    /// does the cookie.
    fn by_name(&self, request: &Request) -> Option<String> {
        let headers = request.headers();
        let host = text(headers, &header::HOST)?;
        let is_number = ["127.0.0.1:", "[::1]:"].iter().any(|number| host.starts_with(number));
        let is_page = request.method() == Method::GET
            && text(headers, &HeaderName::from_static("sec-fetch-mode")) == Some("navigate");
        let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
        let is_own = self.hosts.iter().any(|own| own == host);
        let name = self.by_name.as_ref().filter(|_| is_number && is_page && is_own)?;
        Some(format!("{name}{path}"))
    }

    fn refusal(&self, request: &Request) -> Option<Problem> {
        let headers = request.headers();
        let hosts: Vec<_> = headers.get_all(header::HOST).iter().collect();
        if hosts.len() > 1 {
            let detail = "the request has several `Host` headers";
            return Some(Problem::of(StatusCode::BAD_REQUEST, "host", detail));
        }
        // Who writes a whole address into the request line means the host that stands there.
        let named = request.uri().authority().map(axum::http::uri::Authority::as_str);
        let host = named.or(text(headers, &header::HOST));
        if !host.is_some_and(|host| self.hosts.iter().any(|own| own.eq_ignore_ascii_case(host))) {
            let detail = format!("host `{}` is not served here", host.unwrap_or("(none)"));
            return Some(Problem::of(StatusCode::MISDIRECTED_REQUEST, "host", detail));
        }
        let origin = text(headers, &header::ORIGIN);
        if let Some(origin) = origin.filter(|origin| !self.origins.iter().any(|own| own == origin))
        {
            let detail = format!("cross-origin requests from `{origin}` are refused");
            return Some(Problem::of(StatusCode::FORBIDDEN, "origin", detail));
        }
        let is_read = [Method::GET, Method::HEAD].contains(request.method());
        let site = text(headers, &HeaderName::from_static("sec-fetch-site"));
        let goes_there =
            text(headers, &HeaderName::from_static("sec-fetch-mode")) == Some("navigate");
        let is_own = site.is_none_or(|site| site == "same-origin" || (is_read && site == "none"));
        if !(is_own || is_read && goes_there) {
            let detail = "cross-origin requests are refused";
            return Some(Problem::of(StatusCode::FORBIDDEN, "origin", detail));
        }
        if *request.method() == Method::POST
            && let Some(problem) = refuse_content(request)
        {
            return Some(problem);
        }
        let path = request.uri().path();
        if self.open.contains(&path) || self.is_known(headers, is_read, site) {
            return None;
        }
        let detail =
            "this needs the token that the server printed, as `Authorization: Bearer TOKEN`";
        Some(Problem::of(StatusCode::UNAUTHORIZED, "token", detail))
    }

    /// Whether the token is shown, or a browser the cookie that it got for it.
    fn is_known(&self, headers: &HeaderMap, is_read: bool, site: Option<&str>) -> bool {
        if let Some(shown) = text(headers, &header::AUTHORIZATION) {
            return shown.strip_prefix("Bearer ").is_some_and(|shown| self.token.is(shown.trim()));
        }
        // A browser says where a request comes from; what does not can show the token.
        if !is_read && site != Some("same-origin") && text(headers, &header::ORIGIN).is_none() {
            return false;
        }
        let cookies = headers.get_all(header::COOKIE);
        let mut cookies = cookies.iter().filter_map(|value| value.to_str().ok());
        cookies.any(|cookies| {
            cookies.split(';').any(|cookie| {
                let value = cookie.trim().strip_prefix(&self.cookie);
                let value = value.and_then(|value| value.strip_prefix('='));
                value == Some(&*self.token.cookie())
            })
        })
    }
}

/// A page elsewhere can send texts and forms unasked, but no JSON.
fn refuse_content(request: &Request) -> Option<Problem> {
    let kind = text(request.headers(), &header::CONTENT_TYPE);
    let kind = kind.map(|kind| kind.split(';').next().unwrap_or_default().trim());
    let kind = kind.map(str::to_ascii_lowercase);
    let path = request.uri().path();
    let own = path.strip_prefix("/p/").and_then(|rest| rest.split_once('/'));
    let own = own.map_or(path.trim_start_matches('/'), |(_, own)| own);
    let takes_form = !matches!(own.split('/').next(), Some("api" | "mcp"));
    let is_fit = match kind.as_deref() {
        Some("application/json") => true,
        Some("application/x-www-form-urlencoded") => takes_form,
        Some(_) => false,
        None => takes_form,
    };
    (!is_fit).then(|| {
        let detail = "write the request as JSON, with `Content-Type: application/json`";
        Problem::of(StatusCode::UNSUPPORTED_MEDIA_TYPE, "content_type", detail)
    })
}

fn text<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Option<&'h str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

/// Whether it is a browser that asks, to show what comes.
pub fn shows_pages(headers: &HeaderMap) -> bool {
    text(headers, &header::ACCEPT).is_some_and(|kinds| kinds.contains("text/html"))
}

/// A person without the token is asked for it; all else is told what is wrong.
fn refused(request: &Request, problem: Problem) -> Response {
    let is_page = request.method() == Method::GET && shows_pages(request.headers());
    let response = problem.into_response();
    if !is_page || response.status() != StatusCode::UNAUTHORIZED {
        return response;
    }
    let to = request.uri().path_and_query().map_or("/", |to| to.as_str());
    (StatusCode::UNAUTHORIZED, Html(sign_in(to, None))).into_response()
}

/// What the server's libraries refuse by themselves, as the problem that everything else is told by.
async fn in_our_words(response: Response) -> Response {
    let status = response.status();
    let kind = text(response.headers(), &header::CONTENT_TYPE).unwrap_or_default();
    let is_error = status.is_client_error() || status.is_server_error();
    if !is_error || !kind.starts_with("text/plain") {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let said = axum::body::to_bytes(body, REFUSAL_BYTES_MAX).await.unwrap_or_default();
    let said = String::from_utf8_lossy(&said).trim().to_owned();
    let (code, detail) = match status {
        StatusCode::PAYLOAD_TOO_LARGE => ("too_large", "the request is too large".to_owned()),
        _ => ("usage", said),
    };
    let (_, body) = Problem::of(status, code, detail).into_response().into_parts();
    parts.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(PROBLEM));
    parts.headers.remove(header::CONTENT_LENGTH);
    Response::from_parts(parts, body)
}

/// Refuses what is not to be answered, and marks every response.
pub async fn check(State(guard): State<Arc<Guard>>, request: Request, next: Next) -> Response {
    let mut response = match (guard.by_name(&request), guard.refusal(&request)) {
        (Some(name), _) => Redirect::temporary(&name).into_response(),
        (None, Some(problem)) => refused(&request, problem),
        (None, None) => in_our_words(next.run(request).await).await,
    };
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, CONTENT_POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        // Not `no-referrer`: a form of an own page would then say that it comes from nowhere.
        (header::REFERRER_POLICY, "same-origin"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    if response.status() == StatusCode::UNAUTHORIZED {
        let bearer = HeaderValue::from_static("Bearer");
        response.headers_mut().insert(header::WWW_AUTHENTICATE, bearer);
    }
    response
}
