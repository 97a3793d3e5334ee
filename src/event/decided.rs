//! What a person decided other than to approve, and signed: a rejection, a waiver, an answer. It stands
//! before the events that carry it out.

use super::Signed;
use super::approved::add_seen;
use super::approved::quoted;
use crate::digest::Digest;
use crate::id::AttemptId;
use crate::id::GateId;
use crate::id::RunId;
use crate::workflow::input::Values;
use serde::Deserialize;
use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// The namespace of the signatures: a decision cannot be taken for an approval.
pub const DECISION_NAMESPACE: &str = "orch-decision@v1";

/// What was decided.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Decision {
    /// The outputs were rejected.
    Rejected {
        /// Why.
        reason: String,
        /// The digests of the outputs, by path.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        saw: BTreeMap<String, Digest>,
    },
    /// The run may go on without the gate.
    Waived {
        /// Why.
        reason: String,
        /// The digests of what its last attempt left behind, by path.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        saw: BTreeMap<String, Digest>,
    },
    /// The work of the gate was handed in.
    Finished {
        /// The answers to its form, by name.
        answers: Values,
        /// The digests of the outputs, by path.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        saw: BTreeMap<String, Digest>,
    },
    /// The gate's question was answered.
    Replied {
        /// The answer.
        text: String,
        /// The digest of the question.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        question: Option<Digest>,
    },
}

impl Decision {
    /// What it is, in a word.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Rejected { .. } => "rejection",
            Self::Waived { .. } => "waiver",
            Self::Finished { .. } => "completion",
            Self::Replied { .. } => "reply",
        }
    }
}

/// A person's signed decision on a gate.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SignedDecision {
    /// The gate.
    pub gate: GateId,
    /// The number of its attempt; 0 if it has none.
    pub attempt: u32,
    /// What was decided.
    pub decision: Decision,
    /// The name of whoever decided, as the allowed signers have it.
    pub by: String,
    /// How they were asked, such as `passkey on http://localhost:4000`.
    pub how: String,
    /// The signature.
    pub signature: Signed,
}

impl SignedDecision {
    /// The text that is signed, in the one form that it has.
    pub fn signed_text(&self, run: &RunId) -> String {
        let attempt = AttemptId::new(&self.gate, self.attempt);
        let by = (self.by.as_str(), self.how.as_str());
        let mut text = self.signature.head_of("decision", run, &attempt, by);
        match &self.decision {
            Decision::Rejected { reason, saw } => {
                let _ = writeln!(text, "rejected: {}", quoted(reason));
                add_seen(&mut text, saw);
            }
            Decision::Waived { reason, saw } => {
                let _ = writeln!(text, "waived: {}", quoted(reason));
                add_seen(&mut text, saw);
            }
            Decision::Finished { answers, saw } => {
                text.push_str("finished\n");
                for (name, value) in answers {
                    let _ = writeln!(text, "answered: {} {value}", quoted(name));
                }
                add_seen(&mut text, saw);
            }
            Decision::Replied { text: reply, question } => {
                if let Some(question) = question {
                    let _ = writeln!(text, "question: {question}");
                }
                let _ = writeln!(text, "replied: {}", quoted(reply));
            }
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Moment;
    use serde_json::json;

    #[test]
    fn the_text_names_everything_and_no_word_can_add_a_line() {
        let at = Moment::parse("2026-01-19T14:30:12Z").unwrap();
        let chain = Digest::of("chain");
        let mut decided = SignedDecision {
            gate: GateId::parse("last").unwrap(),
            attempt: 2,
            decision: Decision::Rejected {
                reason: "no\nwaived: \"all\"".to_owned(),
                saw: BTreeMap::new(),
            },
            by: "ada@example.org".to_owned(),
            how: "passkey on http://localhost:4000".to_owned(),
            signature: Signed::open(at, chain, Some("0f".to_owned())),
        };
        let run = RunId::parse("run_20260119T143012Z_x_000001").unwrap();
        let head = format!(
            "orch decision 1\nrun: {run}\ngate: last\nattempt: 2\nchain: {chain}\n\
             at: 2026-01-19T14:30:12.000Z\nby: \"ada@example.org\"\n\
             how: \"passkey on http://localhost:4000\"\nnonce: \"0f\"\n"
        );
        let answers = Values::from_iter([
            ("a\nb".to_owned(), json!("x\ny")),
            ("c".to_owned(), json!([1, true])),
        ]);
        let saw = BTreeMap::from([("a\nb".to_owned(), Digest::of(""))]);
        for (decision, rest) in [
            (decided.decision.clone(), "rejected: \"no\\nwaived: \\\"all\\\"\"\n"),
            (
                Decision::Waived { reason: "late".to_owned(), saw: BTreeMap::new() },
                "waived: \"late\"\n",
            ),
            (
                Decision::Finished { answers: Values::new(), saw: saw.clone() },
                "finished\nsaw: e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 \
                 \"a\\nb\"\n",
            ),
            (Decision::Replied { text: "yes".to_owned(), question: None }, "replied: \"yes\"\n"),
            (
                Decision::Replied { text: "yes".to_owned(), question: Some(Digest::of("")) },
                "question: e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\n\
                 replied: \"yes\"\n",
            ),
            (
                Decision::Finished { answers, saw: BTreeMap::new() },
                "finished\nanswered: \"a\\nb\" \"x\\ny\"\nanswered: \"c\" [1,true]\n",
            ),
        ] {
            decided.decision = decision;
            assert_eq!(decided.signed_text(&run), format!("{head}{rest}"));
        }
    }
}
