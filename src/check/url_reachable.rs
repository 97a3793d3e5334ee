//! `url_reachable`: the URLs of a document answer.

use super::Check;
use super::Count;
use super::Flaw;
use super::Scene;
use super::few::FINDINGS_MAX;
use super::few::Few;
use super::pattern;
use super::request;
use super::request::Outcome;
use super::text;
use super::url;
use super::url::FoundUrl;
use crate::clock;
use crate::finding::Finding;
use crate::finding::Severity;
use crate::template;
use schemars::JsonSchema;
use serde::Deserialize;
use std::time::Duration;

/// How many URLs are asked where nothing is said.
const SAMPLE: u64 = 10;

/// The time for one URL where nothing is said.
const TIMEOUT: &str = "10s";

/// A sample of the distinct `http` and `https` URLs in the file responds with status 200 to 299,
/// after at most 5 redirects. The request is HEAD, or GET if HEAD is refused. Fails if the file has
/// no URL.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct UrlReachable {
    /// Only URLs that match this regular expression are requested; at least one must match. URLs
    /// are matched without their fragment, with and without a trailing slash.
    pattern: Option<String>,
    /// How many URLs of the sample may fail; 0 by default.
    max_failures: Option<Count>,
    /// How many URLs to request, evenly spaced over the file and always the same ones; 10 by
    /// default.
    sample: Option<Count>,
    /// Timeout of one request, such as `30s`; `10s` by default. Half of it is for connecting.
    timeout: Option<String>,
    /// What to do if no request reaches the network: `fail` (default), or `skip`, which passes with
    /// a note.
    #[serde(default)]
    offline: Offline,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Offline {
    #[default]
    Fail,
    Skip,
}

impl UrlReachable {
    fn sample(&self) -> Count {
        self.sample.clone().unwrap_or(Count::Value(SAMPLE))
    }

    fn timeout(&self) -> Result<Duration, String> {
        clock::parse_duration(self.timeout.as_deref().unwrap_or(TIMEOUT))
            .map_err(|error| error.to_string())
    }

    /// The URLs of a text from which the sample is taken.
    fn candidates(&self, text: &str) -> Result<Vec<FoundUrl>, String> {
        let mut found = url::distinct(text);
        if found.is_empty() {
            return Err("the file has no URL".to_owned());
        }
        let Some(written) = &self.pattern else { return Ok(found) };
        let regex = pattern::compile(written)?;
        let count = found.len();
        found.retain(|found| {
            let url = found.url.as_str();
            regex.is_match(url) || regex.is_match(url.trim_end_matches('/'))
        });
        if found.is_empty() {
            return Err(format!("none of {count} URLs matches {}", text::quoted(written)));
        }
        Ok(found)
    }

    /// The findings over what became of the requests.
    fn findings(&self, asked: &[FoundUrl], outcomes: &[Outcome]) -> Vec<Finding> {
        if outcomes.contains(&Outcome::Stopped) {
            return vec![Finding::new("interrupted")];
        }
        let offline = outcomes.iter().all(|outcome| matches!(outcome, Outcome::Unreached(_)));
        if offline && self.offline == Offline::Skip {
            let message = format!("skipped: no network, none of {} URLs was reached", asked.len());
            return vec![Finding { severity: Severity::Info, ..Finding::new(message) }];
        }
        let most = self.max_failures.as_ref().map_or(0, Count::value);
        let failures = outcomes.iter().filter(|outcome| **outcome != Outcome::Answers).count();
        if failures <= most {
            return Vec::new();
        }
        let mut few = Few::new(FINDINGS_MAX);
        for (found, outcome) in asked.iter().zip(outcomes) {
            match outcome {
                Outcome::Answers | Outcome::Stopped => {}
                Outcome::Fails(reason) | Outcome::Unreached(reason) => few.add(|| {
                    let url = text::quoted(found.url.as_str());
                    Finding::new(format!("{url} failed: {reason}")).line(found.line)
                }),
            }
        }
        if most > 0 {
            few.add(|| {
                let actual = format!("{failures} of {}", asked.len());
                Finding::new("failed URLs").expected(format!("at most {most}")).actual(actual)
            });
        }
        few.finish()
    }
}

impl Check for UrlReachable {
    fn words(&self) -> String {
        let most = match &self.max_failures {
            Some(most) => format!("at most {most}"),
            None => "none".to_owned(),
        };
        let which = self.pattern.as_ref().map(|pattern| format!(" that match `{pattern}`"));
        let which = which.unwrap_or_default();
        format!("of a sample of {} URLs in the file{which}, {most} fail", self.sample())
    }

    fn flaw(&self) -> Option<Flaw> {
        if self.sample.as_ref().and_then(Count::known) == Some(0) {
            return Some(
                Flaw::of("sample", "`sample` must be at least 1").advise("write sample = 1"),
            );
        }
        if let Some(flaw) = self.pattern.as_deref().and_then(pattern::flaw) {
            return Some(Flaw::of("pattern", flaw).advise(pattern::SYNTAX));
        }
        let (most, sample) = (self.max_failures.as_ref().and_then(Count::known), self.sample());
        if let (Some(most), Some(sample)) = (most, sample.known())
            && most >= sample
        {
            return Some(
                Flaw::of(
                    "max_failures",
                    format!("`max_failures` {most} with a `sample` of {sample} always passes"),
                )
                .advise("write a lower max_failures, or a higher sample"),
            );
        }
        let timeout = self.timeout.as_deref().filter(|text| !template::has_expressions(text))?;
        match clock::parse_duration(timeout) {
            Ok(Duration::ZERO) => Some(
                Flaw::of("timeout", "`timeout` must be more than 0")
                    .advise("write timeout = \"30s\""),
            ),
            Ok(_) => None,
            Err(error) => Some(Flaw::of_time("timeout", &error)),
        }
    }

    fn judge(&self, scene: &Scene<'_>) -> Vec<Finding> {
        let text = match scene.text() {
            Ok(text) => text,
            Err(finding) => return vec![finding],
        };
        let timeout = match self.timeout() {
            Ok(timeout) => timeout,
            Err(message) => return vec![Finding::new(message)],
        };
        let found = match self.candidates(text) {
            Ok(found) => found,
            Err(message) => return vec![Finding::new(message)],
        };
        let asked = evenly(found, self.sample().value().max(1));
        let outcomes = request::ask_all(&asked, timeout, scene.stop);
        self.findings(&asked, &outcomes)
    }
}

/// At most so many of the items, as far apart as they can be, the first among them.
fn evenly<T>(items: Vec<T>, most: usize) -> Vec<T> {
    let count = items.len();
    if count <= most {
        return items;
    }
    let chosen: Vec<usize> = (0..most).map(|index| index * count / most).collect();
    let items = items.into_iter().enumerate();
    items.filter(|(index, _)| chosen.binary_search(index).is_ok()).map(|(_, item)| item).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::request::testing::server;
    use crate::check::testing::Setting;
    use crate::check::testing::judge;
    use crate::check::testing::judge_at;
    use crate::check::testing::judge_bytes;
    use crate::check::testing::lay;
    use crate::check::testing::read;
    use std::net::TcpListener;

    #[test]
    fn urls_that_answer_pass() {
        let server = server();
        let text = format!(
            "{server}/200\n[a]({server}/204) <{server}/head/405>\n{server}/head/403#x {server}/to/5."
        );
        assert_eq!(judge("url_reachable", "", &[("a.md", &text)]), [""; 0]);
    }

    #[test]
    fn urls_that_do_not_answer_fail() {
        let server = server();
        let text = format!("{server}/404\n{server}/500 {server}/to/6\n{server}/slow {server}/200");
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let text = format!("{text}\nhttp://127.0.0.1:{port}/closed");
        let parameters = "timeout = '800ms'\noffline = 'skip'";
        let mut findings = judge("url_reachable", parameters, &[("a.md", &text)]);
        let closed = format!("a.md:4: `http://127.0.0.1:{port}/closed` failed: ");
        assert!(findings.pop().unwrap().starts_with(&closed));
        assert_eq!(
            findings,
            [
                format!("a.md:1: `{server}/404` failed: status 404 []"),
                format!("a.md:2: `{server}/500` failed: status 500 []"),
                format!("a.md:2: `{server}/to/6` failed: too many redirects []"),
                format!("a.md:3: `{server}/slow` failed: timeout: global []"),
            ]
        );
    }

    #[test]
    fn some_may_fail() {
        let server = server();
        let text = format!("{server}/a/404 {server}/b/404 {server}/200");
        assert_eq!(judge("url_reachable", "max_failures = 2", &[("a.md", &text)]), [""; 0]);
        let findings = judge("url_reachable", "max_failures = '1'", &[("a.md", &text)]);
        assert_eq!(findings.len(), 3);
        assert_eq!(findings[2], "failed URLs (expected at most 1, found 2 of 3) []");
    }

    #[test]
    fn a_sample_is_evenly_spaced() {
        assert_eq!(evenly((0..10).collect(), 3), [0, 3, 6]);
        assert_eq!(evenly((0..3).collect(), 3), [0, 1, 2]);
        let server = server();
        let text = format!("{server}/200 {server}/a/404 {server}/b/200 {server}/c/404");
        assert_eq!(judge("url_reachable", "sample = 2", &[("a.md", &text)]), [""; 0]);
    }

    #[test]
    fn only_urls_that_match_are_asked() {
        let server = server();
        let text = format!("{server}/a/404\n{server}/a/200\n{server}/b/200#top\n{server}/b/500");
        let judge = |parameters: &str| judge("url_reachable", parameters, &[("a.md", &text)]);
        for pattern in ["/200", "/b/[0-4]", "a/200$", "/A/2|b/2"] {
            assert_eq!(judge(&format!("pattern = '{pattern}'")), [""; 0], "{pattern}");
        }
        // The sample is taken of them: of all URLs it would be those of folder a.
        assert_eq!(
            judge("pattern = '/b/'\nsample = 2"),
            [format!("a.md:4: `{server}/b/500` failed: status 500 []")]
        );
        assert_eq!(judge("pattern = 'top'"), ["none of 4 URLs matches `top` []"]);
        for pattern in ["^https://a[.]org$", "^https://a[.]org/"] {
            let check = UrlReachable { pattern: Some(pattern.to_owned()), ..Default::default() };
            for written in ["https://a.org", "https://A.org/#x"] {
                let found = check.candidates(&format!("{written} https://b.org")).unwrap();
                assert_eq!(found.len(), 1, "{pattern} {written}");
            }
        }
    }

    #[test]
    fn without_a_network_it_fails_or_says_that_it_was_skipped() {
        let check = |offline| UrlReachable { offline, ..UrlReachable::default() };
        let asked = url::distinct("https://a.org https://b.org");
        let lost = Outcome::Unreached("no host".to_owned());
        let lost = [lost.clone(), lost];
        let skipped = check(Offline::Skip).findings(&asked, &lost);
        assert_eq!(skipped[0].severity, Severity::Info);
        assert_eq!(skipped[0].to_string(), "skipped: no network, none of 2 URLs was reached []");
        let failed = check(Offline::Fail).findings(&asked, &lost);
        assert_eq!(failed.len(), 2);
        assert_eq!(failed[0].severity, Severity::Error);
        let one = [lost[0].clone(), Outcome::Fails("status 500".to_owned())];
        assert_eq!(check(Offline::Skip).findings(&asked, &one).len(), 2);
    }

    #[test]
    fn what_cannot_be_judged_fails() {
        assert_eq!(
            judge("url_reachable", "", &[("a.md", "no http here")]),
            ["the file has no URL []"]
        );
        assert_eq!(judge("url_reachable", "", &[]), ["missing.md: the file does not exist []"]);
        assert_eq!(
            judge_bytes("url_reachable", "", &[("a.md", b"\xff")]),
            ["a.md: the file is not valid UTF-8 (byte 0) []"]
        );
        let folder = tempfile::tempdir().unwrap();
        lay(folder.path(), &[("a.md", b"https://a.invalid")]);
        let setting = Setting::default();
        setting.stop.raise();
        assert_eq!(
            judge_at(folder.path(), "url_reachable", "", "a.md", &setting),
            ["interrupted []"]
        );
        let flaw = |parameters: &str| read("url_reachable", parameters).err().unwrap();
        assert_eq!(flaw("sample = 0"), "`sample` must be at least 1");
        assert_eq!(flaw("timeout = '0s'"), "`timeout` must be more than 0");
        assert_eq!(
            flaw("max_failures = 10"),
            "`max_failures` 10 with a `sample` of 10 always passes"
        );
        assert!(read("url_reachable", "max_failures = 2\nsample = '3'").is_ok());
        assert_eq!(flaw("pattern = '(a'"), "the regex `(a` is invalid: unclosed group");
        assert!(flaw("offline = 'maybe'").contains("unknown value `maybe`"));
    }
}
