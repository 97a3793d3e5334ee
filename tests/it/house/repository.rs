//! Git in a house, as its user has it.

use super::House;
use super::child;
use std::process::Output;

impl House {
    pub fn git(&self, words: &str) -> String {
        let output = self.git_output(words);
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "git {words}: {text}{error}");
        text
    }

    /// Whether git does it.
    pub fn try_git(&self, words: &str) -> bool {
        self.git_output(words).status.success()
    }

    fn git_output(&self, words: &str) -> Output {
        child::output(self.program("git").args(words.split_whitespace()))
    }
}
