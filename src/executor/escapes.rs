//! Marks in a packet that a program acts on, though nobody who wrote them meant it: some put the file in
//! the place of `@name`. A backslash before the mark has them leave it.

use super::Call;
use super::Error;
use crate::files::Beneath;
use schemars::JsonSchema;
use serde::Deserialize;
use serde::Serialize;
use std::borrow::Cow;

/// The file with the packet as the program gets it, beside what it prints.
const ESCAPED: &str = "stdin.txt";

/// The characters that get a backslash.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Escapes(Vec<char>);

impl Escapes {
    /// A packet with a backslash before each of the characters that has none yet.
    pub(super) fn applied<'p>(&self, packet: &'p str) -> Cow<'p, str> {
        if !packet.contains(self.0.as_slice()) {
            return Cow::Borrowed(packet);
        }
        let mut escaped = String::with_capacity(packet.len());
        for letter in packet.chars() {
            if self.0.contains(&letter) && !escaped.ends_with('\\') {
                escaped.push('\\');
            }
            escaped.push(letter);
        }
        Cow::Owned(escaped)
    }

    /// The file that the program reads its packet from.
    pub(super) fn stdin(&self, call: &Call<'_>) -> Result<Beneath, Error> {
        match self.applied(call.packet) {
            Cow::Borrowed(_) => Ok(call.packet_path.clone()),
            Cow::Owned(escaped) => {
                let file = call.logs.join(ESCAPED);
                file.write_view(escaped.as_bytes())
                    .map_err(|source| Error::Log { path: file.path(), source })?;
                Ok(file)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_mark_gets_one_backslash() {
        let escapes = Escapes(vec!['@']);
        let packet = "See @notes.md, \\@done, ada@example.org; 50 % \\n";
        assert_eq!(
            escapes.applied(packet),
            "See \\@notes.md, \\@done, ada\\@example.org; 50 % \\n"
        );
        assert_eq!(escapes.applied("plain"), "plain");
        assert_eq!(Escapes::default().applied(packet), packet);
    }
}
