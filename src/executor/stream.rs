//! What an agent has printed so far, read while it goes on printing: only what is new,
//! and only whole lines.

use super::output::AgentOutput;
use super::output::Format;
use super::output::Told;
use super::usage::Usage;
use crate::files::Log;
use std::io;
use std::io::BufRead;
use std::io::BufReader;
use std::io::Read;

/// A longer line is left out.
const LINE_BYTES_MAX: u64 = 16 * 1024 * 1024;

/// An agent's output while it is being written.
#[derive(Debug)]
pub(super) struct Stream<'o> {
    output: &'o AgentOutput,
    /// Where the first line begins that was not whole yet.
    offset: u64,
    told: Told,
}

impl<'o> Stream<'o> {
    pub(super) fn new(output: &'o AgentOutput) -> Self {
        Self { output, offset: 0, told: Told::default() }
    }

    /// What it has told up to now. A log that cannot be read tells nothing new.
    pub(super) fn told(&mut self, log: &Log) -> Usage {
        if self.output.format == Format::Jsonl {
            let _ = self.read_on(log);
        }
        self.told.usage()
    }

    fn read_on(&mut self, log: &Log) -> io::Result<()> {
        let mut printed = BufReader::new(log.reader_from(self.offset));
        let mut line = Vec::new();
        loop {
            line.clear();
            let read = (&mut printed).take(LINE_BYTES_MAX).read_until(b'\n', &mut line)?;
            // The part of an endless line is passed over, too: what is left of it is no document.
            if !line.ends_with(b"\n") && (read as u64) < LINE_BYTES_MAX {
                return Ok(());
            }
            self.offset += read as u64;
            if let Ok(json) = serde_json::from_slice(&line) {
                self.output.take(&mut self.told, &json);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document;
    use crate::files::Beneath;
    use crate::source::Source;
    use std::io::Write;

    #[test]
    fn whole_lines_count_once_and_as_they_come() {
        let folder = tempfile::tempdir().unwrap();
        let log = Log::create(Beneath::new(folder.path()).join("out")).unwrap();
        let text = "format = 'jsonl'\ncost_usd = '/usd'\ncounts = 'sum'";
        let output: AgentOutput = document::read(&Source::new("a", text)).unwrap();
        let mut stream = Stream::new(&output);
        assert_eq!(stream.told(&log).cost_usd, None);
        for (more, usd) in [
            ("{\"usd\": 1}\n{\"us", Some(1.0)),
            ("d\": 2", Some(1.0)),
            ("}\nnoise\n", Some(3.0)),
            ("", Some(3.0)),
        ] {
            log.for_child().unwrap().write_all(more.as_bytes()).unwrap();
            assert_eq!(stream.told(&log).cost_usd, usd, "{more}");
        }
    }
}
