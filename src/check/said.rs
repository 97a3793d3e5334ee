//! What a program said before it failed: the ends of both of its outputs, the lines before them that
//! tell of a failure, and where all of it lies.

use super::text;
use crate::files::Log;

/// How much of the end of an output is told, in bytes.
const TAIL_BYTES: usize = 2_000;

/// How much of the end of an output is looked through for failures, in bytes.
const LOOKED_BYTES: u64 = 4 * 1024 * 1024;

/// How many lines that tell of a failure are told beside the tail.
const FAILURES: usize = 10;

/// Words by which programs tell of a failure.
const SIGNS: [&str; 10] =
    ["fail", "error", "panicked", "assert", "exception", "not ok", "expected", "fatal", "✗", "✕"];

/// Words that stand beside those where nothing failed.
const NO_SIGNS: [&str; 6] = ["0 fail", "0 error", "no error", "no fail", "failed: 0", "errors: 0"];

/// What was said in both outputs.
#[derive(Debug, Default)]
pub struct Said {
    outputs: Vec<Output>,
    /// The files that hold it, as paths of this machine.
    pub logs: Vec<String>,
}

#[derive(Debug)]
struct Output {
    name: &'static str,
    /// Lines that tell of a failure and stand before the tail.
    failures: Vec<String>,
    tail: String,
}

impl Said {
    /// Reads both outputs, as far as there are any; secrets are blotted out there.
    pub fn read(stdout: Option<&Log>, stderr: Option<&Log>) -> Self {
        let mut said = Self::default();
        for (name, log) in [("stdout", stdout), ("stderr", stderr)] {
            let Some(log) = log else { continue };
            let text = text::clean(&log.tail(LOOKED_BYTES).unwrap_or_default());
            if text.trim().is_empty() {
                continue;
            }
            said.outputs.push(Output::of(name, text.trim_end()));
            said.logs.push(log.place().path().display().to_string());
        }
        said
    }

    /// The line that says most: the last one that tells of a failure, else the last of the errors.
    pub fn line(&self) -> Option<String> {
        let of_tail = |output: &Output| {
            output.tail.lines().rev().find(|line| is_failure(line)).map(str::to_owned)
        };
        let told = self
            .outputs
            .iter()
            .find_map(|output| of_tail(output).or_else(|| output.failures.last().cloned()));
        let last = || self.outputs.last()?.tail.lines().next_back().map(str::to_owned);
        told.or_else(last).map(|line| line.trim().to_owned())
    }

    /// All that is told of it, under the names of the outputs.
    pub fn text(&self) -> String {
        let texts = self.outputs.iter().map(|output| {
            let tail = output.tail.trim();
            if output.failures.is_empty() && !tail.contains('\n') {
                return format!("{}: {tail}", output.name);
            }
            let mut text = format!("{}:\n", output.name);
            for line in &output.failures {
                text.push_str(line);
                text.push('\n');
            }
            if !output.failures.is_empty() {
                text.push_str("…\n");
            }
            text + tail
        });
        texts.collect::<Vec<_>>().join("\n")
    }
}

impl Output {
    fn of(name: &'static str, text: &str) -> Self {
        let (before, tail) = split(text);
        let mut failures: Vec<String> =
            before.lines().filter(|line| is_failure(line)).map(str::to_owned).collect();
        failures.drain(..failures.len().saturating_sub(FAILURES));
        Self { name, failures, tail: tail.to_owned() }
    }
}

/// Cuts a text before the whole lines of its end.
fn split(text: &str) -> (&str, &str) {
    let mut at = text.len().saturating_sub(TAIL_BYTES);
    while !text.is_char_boundary(at) {
        at += 1;
    }
    let line = match text[at..].find('\n') {
        Some(end) if at > 0 => at + end + 1,
        Some(_) | None => at,
    };
    text.split_at(line)
}

fn is_failure(line: &str) -> bool {
    let line = line.to_lowercase();
    SIGNS.iter().any(|sign| line.contains(sign)) && !NO_SIGNS.iter().any(|sign| line.contains(sign))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::Beneath;

    fn said(stdout: &str, stderr: &str) -> (Option<String>, String) {
        let folder = tempfile::tempdir().unwrap();
        let log = |name: &str, text: &str| {
            let place = Beneath::new(folder.path()).join(name);
            place.write_view(text.as_bytes()).unwrap();
            Log::open(place).unwrap()
        };
        let (stdout, stderr) = (log("stdout", stdout), log("stderr", stderr));
        let said = Said::read(stdout.as_ref(), stderr.as_ref());
        (said.line(), said.text())
    }

    #[test]
    fn each_output_is_told_under_its_name() {
        let (line, text) = said("adds: FAIL, 4 is not 5\n", "npm notice\n");
        assert_eq!(line.as_deref(), Some("adds: FAIL, 4 is not 5"));
        assert_eq!(text, "stdout: adds: FAIL, 4 is not 5\nstderr: npm notice");
        assert_eq!(said("", "a\nb\n"), (Some("b".to_owned()), "stderr:\na\nb".to_owned()));
        assert_eq!(said("", ""), (None, String::new()));
    }

    #[test]
    fn a_failure_far_above_the_end_is_told() {
        let many = "one more test is well\n".repeat(500);
        let (line, text) = said(&format!("test adds: FAILED\n{many}result: 0 failed\n"), "");
        assert_eq!(line.as_deref(), Some("test adds: FAILED"));
        assert!(text.starts_with("stdout:\ntest adds: FAILED\n…\none more"), "{text}");
        assert!(text.len() < 3_000 && text.ends_with("result: 0 failed"), "{text}");
    }
}
