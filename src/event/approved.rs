//! What is signed where it is to be proved: a person's word on exact bytes, and what a run came to.

use super::RunStatus;
use crate::clock::Moment;
use crate::digest::Digest;
use crate::id::AttemptId;
use crate::id::RunId;
use serde::Deserialize;
use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// The namespace of the signatures: no other program's signature can be taken for an approval.
pub const APPROVAL_NAMESPACE: &str = "orch-approval@v1";

/// A person's approval of exact bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Approved {
    /// Name and address.
    pub by: String,
    /// How it was given, such as `terminal /dev/pts/3`.
    pub how: String,
    /// The digests of the approved files, by path.
    pub seen: BTreeMap<String, Digest>,
    /// The digests of the files that were shown beside them, by path.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub shown: BTreeMap<String, Digest>,
    /// What they added in words.
    pub note: Option<String>,
    /// The signature, where the gate asks for one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signature: Option<Signed>,
}

/// A signature of a text, and what the text says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Signed {
    /// Whose key it is, by the run's allowed signers; `None` if the run has none.
    pub signer: Option<String>,
    /// Time of the signature.
    pub at: Moment,
    /// The head of the chain; everything before it is signed too.
    pub chain: Digest,
    /// What tells the question from every other one, where it was asked in a browser.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nonce: Option<String>,
    /// Armored, as `ssh-keygen` writes it.
    pub armored: String,
}

impl Signed {
    /// A signature that is still to be made.
    pub fn open(at: Moment, chain: Digest, nonce: Option<String>) -> Self {
        Self { signer: None, at, chain, nonce, armored: String::new() }
    }
}

/// The namespace of the signatures of heads.
pub const HEAD_NAMESPACE: &str = "orch-head@v1";

/// A signature of a whole run, by the head of its chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SignedHead {
    /// How the run had ended.
    pub status: RunStatus,
    /// The signature.
    #[serde(flatten)]
    pub signed: Signed,
}

impl Signed {
    /// The lines that a signed text about an attempt begins with.
    pub(super) fn head_of(
        &self,
        kind: &str,
        run: &RunId,
        attempt: &AttemptId,
        (by, how): (&str, &str),
    ) -> String {
        let AttemptId { gate, number } = attempt;
        let (chain, at, by, how) = (self.chain, self.at, quoted(by), quoted(how));
        let mut text = format!(
            "orch {kind} 1\nrun: {run}\ngate: {gate}\nattempt: {number}\nchain: {chain}\nat: {at}\n\
             by: {by}\nhow: {how}\n"
        );
        if let Some(nonce) = &self.nonce {
            let _ = writeln!(text, "nonce: {}", quoted(nonce));
        }
        text
    }
}

impl SignedHead {
    /// The text that is signed.
    pub fn signed_text(&self, run: &RunId) -> String {
        let (status, chain, at) = (self.status, self.signed.chain, self.signed.at);
        format!("orch head 1\nrun: {run}\nstatus: {status}\nchain: {chain}\nat: {at}\n")
    }
}

impl Approved {
    /// The text that is signed, in the one form that it has: names in quotes, so that none of them
    /// can pass for a line. `None` for an approval that is not signed.
    pub fn signed_text(&self, run: &RunId, attempt: &AttemptId) -> Option<String> {
        Some(self.text_signed_by(run, attempt, self.signature.as_ref()?))
    }

    /// The same for a signature that is still to be made.
    pub fn text_signed_by(&self, run: &RunId, attempt: &AttemptId, signed: &Signed) -> String {
        let mut text = signed.head_of("approval", run, attempt, (&self.by, &self.how));
        if let Some(note) = &self.note {
            let _ = writeln!(text, "note: {}", quoted(note));
        }
        add_seen(&mut text, &self.seen);
        for (path, digest) in &self.shown {
            let _ = writeln!(text, "shown: {digest} {}", quoted(path));
        }
        text
    }
}

/// A line for each file that somebody saw.
pub(super) fn add_seen(text: &mut String, seen: &BTreeMap<String, Digest>) {
    for (path, digest) in seen {
        let _ = writeln!(text, "saw: {digest} {}", quoted(path));
    }
}

/// A text in quotes, on one line.
pub(super) fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::GateId;

    #[test]
    fn the_text_names_everything_and_no_name_can_add_a_line() {
        let chain = Digest::of("chain");
        let mut approved = Approved {
            by: "Ada <ada@example.org>".to_owned(),
            how: "terminal /dev/pts/3".to_owned(),
            seen: BTreeMap::from([("a.md".to_owned(), Digest::of("a"))]),
            shown: BTreeMap::from([("b.md".to_owned(), Digest::of("b"))]),
            note: Some("fine\nsaw: all".to_owned()),
            signature: None,
        };
        let run = RunId::parse("run_20260119T143012Z_x_000001").unwrap();
        let attempt = AttemptId::new(&GateId::parse("last").unwrap(), 2);
        assert_eq!(approved.signed_text(&run, &attempt), None);
        let at = Moment::parse("2026-01-19T14:30:12Z").unwrap();
        approved.signature = Some(Signed::open(at, chain, None));
        let text = approved.signed_text(&run, &attempt).unwrap();
        let expected = format!(
            "orch approval 1\nrun: {run}\ngate: last\nattempt: 2\nchain: {chain}\n\
             at: 2026-01-19T14:30:12.000Z\nby: \"Ada <ada@example.org>\"\n\
             how: \"terminal /dev/pts/3\"\nnote: \"fine\\nsaw: all\"\nsaw: {} \"a.md\"\n\
             shown: {} \"b.md\"\n",
            Digest::of("a"),
            Digest::of("b")
        );
        assert_eq!(text, expected);
        approved.signature = Some(Signed::open(at, chain, Some("n\nsaw: all".to_owned())));
        let text = approved.signed_text(&run, &attempt).unwrap();
        let nonce = "how: \"terminal /dev/pts/3\"\nnonce: \"n\\nsaw: all\"\nnote: ";
        assert_eq!(text, expected.replace("how: \"terminal /dev/pts/3\"\nnote: ", nonce));
    }
}
