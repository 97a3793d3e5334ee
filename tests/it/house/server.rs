//! A real `orch serve`, and a client that says to it whatever a test wants to say.

use super::House;
use super::signal;
use super::started::Started;
use super::wait_until;
use rustix::process::Signal;
use serde_json::Value as Json;
use std::io::BufRead;
use std::io::BufReader;
use std::io::Read;
use std::io::Write;
use std::net::TcpStream;
use std::time::Duration;

/// A server that ends with the test.
pub struct Server {
    pub started: Started,
    pub port: u16,
    pub token: String,
}

/// What it answered.
#[derive(Debug)]
pub struct Response {
    pub status: u16,
    /// The lines of its head, in lower case up to the colon.
    pub head: Vec<String>,
    pub body: String,
}

impl Response {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.head.iter().find_map(|line| line.strip_prefix(&format!("{name}: ")))
    }

    pub fn json(&self) -> Json {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("{self:?}"))
    }

    #[track_caller]
    pub fn code(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{self:?}");
        self
    }
}

impl House {
    /// Serves the project on a port of its own.
    pub fn serves(&self, more: &str) -> Server {
        let started = self.start(&format!("serve --port 0 {more}"));
        wait_until("the server listens", || started.printed().contains("#token="));
        let printed = started.printed();
        let url = printed.split("http://localhost:").nth(1).unwrap();
        let (port, token) = url.split_once("/#token=").unwrap();
        let port = port.parse().unwrap();
        Server { started, port, token: token.split_whitespace().next().unwrap().to_owned() }
    }
}

impl Server {
    /// Sends a request as it is, with a host and without anything else.
    pub fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Response {
        send(self.port, (method, path), headers, body)
    }

    /// The same with the response left to be read.
    pub fn open(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> BufReader<TcpStream> {
        open(self.port, (method, path), headers, body)
    }

    pub fn bearer(&self) -> String {
        format!("Bearer {}", self.token)
    }

    /// Reads as a client that has the token.
    pub fn get(&self, path: &str) -> Response {
        self.send("GET", path, &[("authorization", &self.bearer())], "")
    }

    /// Asks for an operation as such a client, with more headers.
    pub fn post_with(&self, operation: &str, request: &Json, more: &[(&str, &str)]) -> Response {
        let bearer = self.bearer();
        let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
        let headers = [&headers, more].concat();
        self.send("POST", &format!("/api/{operation}"), &headers, &request.to_string())
    }

    pub fn post(&self, operation: &str, request: &Json) -> Response {
        self.post_with(operation, request, &[])
    }

    /// Follows what happens; the head of the response is read.
    pub fn follow(&self, path: &str, more: &[(&str, &str)]) -> Events {
        let bearer = self.bearer();
        let headers = [&[("authorization", bearer.as_str())], more].concat();
        let mut stream = self.open("GET", path, &headers, "");
        let (status, _) = read_head(&mut stream);
        assert_eq!(status, 200);
        Events { stream }
    }

    /// Asks it to end, and says how long that took.
    pub fn ends(mut self) -> Duration {
        let asked = std::time::Instant::now();
        signal(Signal::TERM, self.started.id());
        assert_eq!(self.started.wait().code(), Some(0));
        asked.elapsed()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.started.kill();
        let _ = self.started.wait();
    }
}

/// A stream of events.
pub struct Events {
    stream: BufReader<TcpStream>,
}

impl Events {
    /// The next event: its id and its data.
    pub fn next(&mut self) -> Option<(String, Json)> {
        let (mut id, mut data) = (String::new(), None);
        loop {
            let mut line = String::new();
            if self.stream.read_line(&mut line).ok()? == 0 {
                return None;
            }
            let line = line.trim_end();
            if let Some(text) = line.strip_prefix("id: ") {
                text.clone_into(&mut id);
            } else if let Some(text) = line.strip_prefix("data: ") {
                data = Some(serde_json::from_str(text).unwrap());
            } else if line.is_empty()
                && let Some(data) = data.take()
            {
                return Some((id, data));
            }
        }
    }
}

/// Sends a request to a server on this port, whoever started it.
pub fn send(port: u16, line: (&str, &str), headers: &[(&str, &str)], body: &str) -> Response {
    read(&mut open(port, line, headers, body))
}

fn open(
    port: u16,
    (method, path): (&str, &str),
    headers: &[(&str, &str)],
    body: &str,
) -> BufReader<TcpStream> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    stream.set_read_timeout(Some(Duration::from_mins(1))).unwrap();
    let mut head = format!("{method} {path} HTTP/1.1\r\nconnection: close\r\n");
    if !headers.iter().any(|(name, _)| *name == "host") {
        head.push_str(&format!("host: localhost:{port}\r\n"));
    }
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    if !body.is_empty() {
        head.push_str(&format!("content-length: {}\r\n", body.len()));
    }
    write!(stream, "{head}\r\n{body}").unwrap();
    BufReader::new(stream)
}

fn read_head(stream: &mut BufReader<TcpStream>) -> (u16, Vec<String>) {
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).unwrap();
        if line.trim_end().is_empty() {
            break;
        }
        lines.push(line.trim_end().to_owned());
    }
    let status = lines.first().and_then(|line| line.split(' ').nth(1)?.parse().ok());
    (status.unwrap_or_else(|| panic!("{lines:?}")), lines)
}

fn read(stream: &mut BufReader<TcpStream>) -> Response {
    let (status, head) = read_head(stream);
    let mut body = Vec::new();
    stream.read_to_end(&mut body).unwrap();
    let chunked = head.iter().any(|line| line == "transfer-encoding: chunked");
    let text = String::from_utf8_lossy(&body).into_owned();
    Response { status, head, body: if chunked { unchunked(&text) } else { text } }
}

fn unchunked(mut text: &str) -> String {
    let mut whole = String::new();
    while let Some((length, rest)) = text.split_once("\r\n") {
        let length = usize::from_str_radix(length, 16).unwrap();
        whole.push_str(&rest[..length]);
        text = rest[length..].trim_start_matches("\r\n");
    }
    whole
}
