//! The only door to the network: requests of which the status counts, and those of which a bounded
//! answer is read. The one home of `ureq`.

use std::io;
use std::time::Duration;
use ureq::Agent;

/// Something that asks, with the same bounds each time.
pub struct Client(Agent);

/// How much of an answer is read, in bytes.
#[cfg(feature = "engine")]
const ANSWER_BYTES_MAX: u64 = 64 * 1024 * 1024;

/// An answer that is read.
#[cfg(feature = "engine")]
#[derive(Debug)]
pub struct HttpReply {
    pub status: u16,
    pub body: Vec<u8>,
}

/// Why a request has no status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trouble {
    /// Nothing was reached: no name, no route, no connection.
    Unreached(String),
    /// Something was reached and did not answer.
    Broken(String),
}

impl Trouble {
    /// What went wrong, in words.
    pub fn words(&self) -> &str {
        match self {
            Self::Unreached(words) | Self::Broken(words) => words,
        }
    }
}

impl Client {
    /// One that waits so long for a request, half of it for the connection, and is led on to another
    /// URL so often.
    pub fn new(timeout: Duration, redirects_max: u32) -> Self {
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(redirects_max)
            .max_redirects_will_error(redirects_max > 0)
            .timeout_global(Some(timeout))
            .timeout_resolve(Some(timeout / 2))
            .timeout_connect(Some(timeout / 2))
            .user_agent(concat!("orch/", env!("CARGO_PKG_VERSION")))
            .build();
        Self(Agent::new_with_config(config))
    }

    /// The status that HEAD gets.
    pub fn head(&self, url: &str) -> Result<u16, Trouble> {
        status(self.0.head(url).call())
    }

    /// The status that GET gets.
    pub fn get(&self, url: &str) -> Result<u16, Trouble> {
        status(self.0.get(url).call())
    }

    /// The status that POST gets.
    pub fn post(&self, url: &str, headers: &[(&str, &str)], body: &[u8]) -> Result<u16, Trouble> {
        let request = self.0.post(url);
        let request =
            headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        status(request.send(body))
    }

    /// The answer that POST gets.
    #[cfg(feature = "engine")]
    pub fn exchange(
        &self,
        url: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Result<HttpReply, Trouble> {
        let request = self.0.post(url);
        let request =
            headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        let mut response = request.send(body).map_err(trouble)?;
        let status = response.status().as_u16();
        let body = response.body_mut().with_config().limit(ANSWER_BYTES_MAX).read_to_vec();
        Ok(HttpReply { status, body: body.map_err(trouble)? })
    }
}

fn status(answer: Result<ureq::http::Response<ureq::Body>, ureq::Error>) -> Result<u16, Trouble> {
    match answer {
        Ok(response) => Ok(response.status().as_u16()),
        Err(error) => Err(trouble(error)),
    }
}

fn trouble(error: ureq::Error) -> Trouble {
    let words = error.to_string();
    if is_unreached(&error) { Trouble::Unreached(words) } else { Trouble::Broken(words) }
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
mod tests {
    use super::*;

    #[test]
    fn a_host_that_does_not_exist_is_not_reached() {
        let client = Client::new(Duration::from_secs(5), 0);
        let trouble = client.head("http://no-such-host.invalid/").unwrap_err();
        assert!(matches!(trouble, Trouble::Unreached(_)), "{trouble:?}");
    }
}
