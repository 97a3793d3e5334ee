//! Requests over the network, several at a time.

use super::text;
use super::url::FoundUrl;
use crate::http::Client;
use crate::http::Trouble;
use crate::process::Stop;
use std::sync::Mutex;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering;
use std::time::Duration;

/// How many requests run side by side.
const THREADS_MAX: usize = 8;

/// How often one URL may lead on to another.
const REDIRECTS_MAX: u32 = 5;

/// What became of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Outcome {
    Answers,
    /// Something was reached and did not answer as wanted.
    Fails(String),
    /// Nothing was reached: no name, no route, no connection.
    Unreached(String),
    /// Not asked, since all is to end.
    Stopped,
}

/// Asks several URLs at a time; the outcomes come in the order of the URLs.
pub(super) fn ask_all(asked: &[FoundUrl], timeout: Duration, stop: &Stop) -> Vec<Outcome> {
    let client = Client::new(timeout, REDIRECTS_MAX);
    let outcomes: Vec<Mutex<Outcome>> =
        asked.iter().map(|_| Mutex::new(Outcome::Stopped)).collect();
    let next = AtomicUsize::new(0);
    let work = || {
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let (Some(found), Some(outcome)) = (asked.get(index), outcomes.get(index)) else {
                return;
            };
            if stop.is_raised() {
                return;
            }
            let answer = ask(&client, found.url.as_str());
            if let Ok(mut outcome) = outcome.lock() {
                *outcome = answer;
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..THREADS_MAX.min(asked.len()) {
            scope.spawn(work);
        }
    });
    outcomes.into_iter().map(|outcome| outcome.into_inner().unwrap_or(Outcome::Stopped)).collect()
}

/// Asks with HEAD, and with GET where HEAD is refused.
fn ask(client: &Client, url: &str) -> Outcome {
    let status = match client.head(url) {
        Ok(403 | 404 | 405 | 501) => client.get(url),
        answered => answered,
    };
    match status {
        Ok(200..300) => Outcome::Answers,
        Ok(status) => Outcome::Fails(format!("status {status}")),
        Err(Trouble::Unreached(words)) => Outcome::Unreached(text::short(&words)),
        Err(Trouble::Broken(words)) => Outcome::Fails(text::short(&words)),
    }
}

#[cfg(test)]
pub(crate) mod testing {
    //! A small server to ask.

    use std::io::BufRead;
    use std::io::BufReader;
    use std::io::Write;
    use std::net::TcpListener;
    use std::net::TcpStream;
    use std::time::Duration;

    /// Answers one request: `/200` with that status, `/head/405` so to HEAD only, `/to/3` by
    /// leading on three times, `/slow` late.
    fn answer(mut stream: TcpStream) -> Option<()> {
        let mut lines = BufReader::new(stream.try_clone().ok()?).lines();
        let request = lines.next()?.ok()?;
        while !lines.next()?.ok()?.is_empty() {}
        let mut words = request.split(' ');
        let (method, path) = (words.next()?, words.next()?);
        let number = path.rsplit('/').next()?;
        let (status, more) = match path.split('/').nth(1)? {
            "head" if method == "GET" => ("200", String::new()),
            "to" if number == "0" => ("200", String::new()),
            "to" => {
                let next = number.parse::<usize>().ok()? - 1;
                ("302", format!("Location: /to/{next}\r\n"))
            }
            "slow" => {
                std::thread::sleep(Duration::from_secs(3));
                ("200", String::new())
            }
            _ => (number, String::new()),
        };
        let head = format!("HTTP/1.1 {status} X\r\n{more}Content-Length: 0\r\n");
        stream.write_all(format!("{head}Connection: close\r\n\r\n").as_bytes()).ok()
    }

    /// A real server of this test's own; gives its address.
    pub(crate) fn server() -> String {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                std::thread::spawn(|| answer(stream));
            }
        });
        format!("http://{address}")
    }
}
