//! Requests over the network, several at a time. The one home of `ureq`.

use super::text;
use super::url::FoundUrl;
use crate::process::Stop;
use std::io;
use std::sync::Mutex;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering;
use std::time::Duration;
use ureq::Agent;

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
    let config = Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(REDIRECTS_MAX)
        .max_redirects_will_error(true)
        .timeout_global(Some(timeout))
        .timeout_resolve(Some(timeout / 2))
        .timeout_connect(Some(timeout / 2))
        .user_agent(concat!("orch/", env!("CARGO_PKG_VERSION")))
        .build();
    let agent = Agent::new_with_config(config);
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
            let answer = ask(&agent, found.url.as_str());
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
fn ask(agent: &Agent, url: &str) -> Outcome {
    let status = match agent.head(url).call() {
        Ok(response) if ![403, 404, 405, 501].contains(&response.status().as_u16()) => {
            Ok(response.status())
        }
        Ok(_) => agent.get(url).call().map(|response| response.status()),
        Err(error) => Err(error),
    };
    match status {
        Ok(status) if status.is_success() => Outcome::Answers,
        Ok(status) => Outcome::Fails(format!("status {}", status.as_u16())),
        Err(error) if is_unreached(&error) => Outcome::Unreached(text::short(&error.to_string())),
        Err(error) => Outcome::Fails(text::short(&error.to_string())),
    }
}

/// Whether an error says that nothing at all was reached.
#[expect(clippy::wildcard_enum_match_arm, reason = "all other errors follow an answer")]
fn is_unreached(error: &ureq::Error) -> bool {
    match error {
        ureq::Error::HostNotFound | ureq::Error::ConnectionFailed => true,
        ureq::Error::Timeout(timeout) => {
            matches!(timeout, ureq::Timeout::Resolve | ureq::Timeout::Connect)
        }
        // Whoever refuses or breaks off a connection is there.
        ureq::Error::Io(error) => !matches!(
            error.kind(),
            io::ErrorKind::ConnectionRefused
                | io::ErrorKind::ConnectionReset
                | io::ErrorKind::ConnectionAborted
                | io::ErrorKind::BrokenPipe
                | io::ErrorKind::UnexpectedEof
                | io::ErrorKind::InvalidData
        ),
        _ => false,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_that_does_not_exist_is_not_reached() {
        let config = Agent::config_builder().timeout_global(Some(Duration::from_secs(5))).build();
        let outcome = ask(&Agent::new_with_config(config), "http://no-such-host.invalid/");
        assert!(matches!(outcome, Outcome::Unreached(_)), "{outcome:?}");
    }
}
