//! The last part of a packet: what to do when the work is done, and when it cannot be.

use super::Packet;
use std::fmt::Write as _;

impl Packet {
    /// How the work is handed in, given up, or left to a person.
    pub(super) fn write_finish(&self, text: &mut String) {
        let work = match (self.outputs.is_empty(), self.is_driven) {
            (true, true) => "When the work is done, exit. It is judged then.",
            (true, false) => "When the work is done, have it judged:",
            (false, true) => {
                "Write the outputs to the paths above, then exit. They are judged then."
            }
            (false, false) => "Write the outputs to the paths above, then have them judged:",
        };
        let _ = writeln!(text, "{work}");
        if self.is_driven && !self.answers.is_empty() {
            let names: Vec<String> =
                self.answers.iter().map(|(name, _)| format!("\"{name}\": …")).collect();
            let (to, names) = (&self.answers_to, names.join(", "));
            let _ = writeln!(text, "Before you exit, write the answers as {{{names}}} to {to}.");
        }
        // A program that the runner began is told its run and gate by the environment.
        let named = format!(" --run {} --gate {}", self.run, self.gate);
        let this = if self.is_driven { String::new() } else { named };
        let orch = self.orch.as_deref().unwrap_or("orch");
        let _ = writeln!(text, "\n    {orch} gate check{this}     # judge only, record nothing");
        if self.asks_for_updates {
            let _ = writeln!(text, "    {orch} update{this} \"…\"     # report progress");
        }
        let answers: String =
            self.answers.iter().map(|(name, _)| format!(" --answer {name}=…")).collect();
        match (self.asks_for_summary, self.is_driven) {
            (true, true) => {
                let _ = writeln!(text, "    {orch} done \"…\"      # summarize the work");
            }
            (true, false) => {
                let _ = writeln!(
                    text,
                    "    {orch} done{this}{answers} \"…\"     # summarize the work and hand it in"
                );
            }
            (false, true) => {}
            (false, false) => {
                let _ = writeln!(text, "    {orch} done{this}{answers}");
            }
        }
        let end = if self.is_driven { ", then exit" } else { "" };
        let _ = writeln!(
            text,
            "\nIf you cannot do the work because something you need is missing or unavailable, \
             report it{end}:\n\n    {orch} gate fail{this} --reason \"…\""
        );
        let Some(must_ask) = &self.asks else { return };
        if !must_ask.is_empty() {
            let _ = writeln!(
                text,
                "\nAsk a person before you decide anything about: {}.",
                must_ask.join(", ")
            );
        }
        let _ = writeln!(
            text,
            "\nIf a decision is not yours to make, ask{end}; the answer is in the next packet:\n\n    \
             {orch} escalate{this} \"…\" --options \"…,…\""
        );
    }
}
