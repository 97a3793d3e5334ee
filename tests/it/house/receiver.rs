//! A web server of a test's own, which keeps what it is sent and answers as it is told.

use std::io::BufRead;
use std::io::BufReader;
use std::io::Read;
use std::io::Write;
use std::net::TcpListener;
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::Mutex;

/// A request as it came in.
#[derive(Debug, Clone)]
pub struct Request {
    /// The lines of its head, in lower case up to the colon.
    pub head: Vec<String>,
    pub body: String,
}

impl Request {
    /// The value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.head.iter().find_map(|line| line.strip_prefix(&format!("{name}: ")))
    }
}

/// A server on loopback.
pub struct Receiver {
    pub address: String,
    requests: Arc<Mutex<Vec<Request>>>,
}

impl Receiver {
    /// One that answers with these statuses, and with the last of them from then on; 0 never answers.
    pub fn answering(statuses: &'static [u16]) -> Self {
        Self::at("127.0.0.1:0", statuses)
    }

    pub fn at(address: &str, statuses: &'static [u16]) -> Self {
        let listener = TcpListener::bind(address).unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&requests);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let kept = Arc::clone(&kept);
                std::thread::spawn(move || answer(stream, &kept, statuses));
            }
        });
        Self { address, requests }
    }

    pub fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap().clone()
    }
}

fn answer(mut stream: TcpStream, kept: &Mutex<Vec<Request>>, statuses: &[u16]) -> Option<()> {
    let mut reader = BufReader::new(stream.try_clone().ok()?);
    let mut head = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let line = line.trim_end();
        if line.is_empty() {
            break;
        }
        let (name, rest) = line.split_once(':').unwrap_or((line, ""));
        head.push(format!("{}:{rest}", name.to_lowercase()));
    }
    let mut request = Request { head, body: String::new() };
    let length = request.header("content-length").and_then(|it| it.parse().ok()).unwrap_or(0);
    reader.take(length).read_to_string(&mut request.body).ok()?;
    let count = {
        let mut kept = kept.lock().unwrap();
        kept.push(request);
        kept.len()
    };
    let status = statuses[(count - 1).min(statuses.len() - 1)];
    if status == 0 {
        std::thread::sleep(std::time::Duration::from_mins(1));
    }
    let answer = format!("HTTP/1.1 {status} X\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    stream.write_all(answer.as_bytes()).ok()
}
