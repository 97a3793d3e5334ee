//! What was seen to hold when a report was made, and how anybody can see it again, with `orch` and
//! without.

use crate::event::APPROVAL_NAMESPACE;
use crate::event::Approved;
use crate::event::DECISION_NAMESPACE;
use crate::event::Signed;
use crate::event::SignedDecision;
use crate::id::AttemptId;
use crate::ops::verify::SignedApproval;
use crate::ops::verify::Verified;
use crate::ops::verify::VerifiedDecision;
use crate::project::signing;
use crate::store::journal::Reading;
use crate::store::record;
use crate::suggestion::Advice;
use crate::suggestion::Suggestion;
use serde::Serialize;

/// What was verified.
#[derive(Debug, Serialize)]
pub struct Checking {
    /// Whether nothing differs.
    pub holds: bool,
    /// The same in words.
    pub verdict: String,
    pub not_looked_at: usize,
    pub events: u64,
    pub head: String,
    /// Who signed the end of the run.
    pub head_signed_by: Option<String>,
    pub differences: Vec<String>,
    /// What is as it should be and yet to be said.
    pub remarks: Vec<String>,
    /// How to see it again.
    pub commands: Vec<ShellCommand>,
}

/// Something to type.
#[derive(Debug, Serialize)]
pub struct ShellCommand {
    pub what: String,
    pub line: String,
}

/// What is proved of the signatures of a run; nothing where nobody has looked.
#[derive(Debug)]
pub struct SignatureProofs<'v>(pub Option<&'v Verified>);

impl SignatureProofs<'_> {
    /// Whether the signature of an approval holds, where it has one, and what there is to say of it.
    pub fn of(&self, attempt: &AttemptId, approval: &Approved) -> (Option<bool>, String) {
        let Some(signature) = &approval.signature else {
            return (None, "not signed".to_owned());
        };
        let Some(verified) = self.0 else { return (None, unverified(signature)) };
        if let Some(signed) = valid(verified, attempt) {
            return (Some(true), format!("valid signature by {}", signed.by));
        }
        let AttemptId { gate, number } = attempt;
        let place = format!("gate {gate} attempt {number}");
        let told = verified.differences.iter().find(|difference| difference.path == place);
        let told = told.map_or("its signature is not valid", |told| told.message.as_str());
        (Some(false), told.to_owned())
    }

    /// What there is to say of the signature of another decision.
    pub fn of_decision(&self, decided: &SignedDecision) -> String {
        let Some(verified) = self.0 else { return unverified(&decided.signature) };
        match verified_of(verified, decided) {
            Some(valid) => format!("valid signature by {}", valid.by),
            None => "its signature is not valid".to_owned(),
        }
    }
}

fn verified_of<'v>(
    verified: &'v Verified,
    decided: &SignedDecision,
) -> Option<&'v VerifiedDecision> {
    let asked = (&decided.gate, decided.attempt, decided.decision.kind());
    verified.decisions.iter().find(|one| (&one.gate, one.attempt, one.kind) == asked)
}

fn unverified(signature: &Signed) -> String {
    let by = signature.signer.as_deref().unwrap_or("a key");
    format!("signed by {by}; not verified here")
}

fn valid<'v>(verified: &'v Verified, attempt: &AttemptId) -> Option<&'v SignedApproval> {
    let is_of = |one: &&SignedApproval| one.gate == attempt.gate && one.attempt == attempt.number;
    verified.approvals.iter().find(is_of)
}

impl Checking {
    /// Of a run, and of the runs that are a part of it.
    pub fn of(reading: &Reading, record: &str, verified: &[Verified]) -> Self {
        let own = verified.first();
        let mut remarks = Vec::new();
        if let Some(known) = own.and_then(|own| own.behind) {
            remarks.push(format!("git has {known} of its {} events so far", reading.count));
        }
        remarks.extend(own.iter().flat_map(|own| &own.moved_on).map(ToString::to_string));
        let of_others = |one: &Verified| {
            let run = one.run_id.clone();
            one.differences.iter().map(move |it| format!("{run}: {it}")).collect::<Vec<_>>()
        };
        let mut differences: Vec<String> =
            own.iter().flat_map(|own| &own.differences).map(ToString::to_string).collect();
        differences.extend(verified.iter().skip(1).flat_map(of_others));
        let artifacts = own.map_or(0, |own| own.artifacts);
        Self {
            holds: differences.is_empty(),
            verdict: verdict(differences.len(), artifacts, reading.count),
            not_looked_at: own.map_or(0, |own| own.not_looked_at),
            events: reading.count,
            head: reading.head.to_string(),
            head_signed_by: own.and_then(|own| own.head_signed_by.clone()),
            differences,
            remarks,
            commands: commands(reading, record, own),
        }
    }
}

fn commands(reading: &Reading, record: &str, own: Option<&Verified>) -> Vec<ShellCommand> {
    let run = &reading.run;
    let command = |what: &str, line: String| ShellCommand { what: what.to_owned(), line };
    let verify = Suggestion::new("verify").of(&run.started.run_id);
    let verify = verify.option("head", reading.head.to_string());
    let enter = Advice::program(&["cd", record]).then(" && ");
    let sums = ["sha256sum", "--check", "--quiet", "SHA256SUMS"];
    let sums = enter.clone().then(Advice::program(&sums));
    let mut all = vec![
        command("All of it, in a clone of the repository", verify.to_string()),
        command("The files of the record, without orch", sums.to_string()),
    ];
    let has_signers = signing::allowed_in(run).is_some();
    for SignedApproval { gate, attempt, by } in own.iter().flat_map(|own| &own.approvals) {
        if has_signers {
            let id = AttemptId::new(gate, *attempt);
            let what = format!("The approval of {gate} attempt {attempt}, without orch");
            let text = record::approval_path(run, &id);
            let line = enter.clone().then(check_signature(&text, APPROVAL_NAMESPACE, by));
            all.push(ShellCommand { what, line: line.to_string() });
        }
    }
    for (number, decided) in (1..).zip(&run.signed_decisions) {
        let verified = own.and_then(|own| verified_of(own, decided)).filter(|_| has_signers);
        if let Some(VerifiedDecision { kind, gate, by, .. }) = verified {
            let what = format!("The {kind} of {gate}, without orch");
            let text = record::decision_path(number);
            let line = enter.clone().then(check_signature(&text, DECISION_NAMESPACE, by));
            all.push(ShellCommand { what, line: line.to_string() });
        }
    }
    all
}

/// How the stock program checks the signature of a text, from the folder of the record.
fn check_signature(text: &str, namespace: &str, by: &str) -> Advice {
    let signature = format!("{text}.sig");
    let words = [
        "ssh-keygen",
        "-Y",
        "verify",
        "-n",
        namespace,
        "-I",
        by,
        "-f",
        "definition/allowed_signers",
        "-s",
        &signature,
    ];
    Advice::program(&words).then(" < ").then(Advice::program(&[text]))
}

/// What was verified, in one sentence.
fn verdict(differences: usize, artifacts: usize, events: u64) -> String {
    match (differences, artifacts) {
        (0, 0) => format!("{events} events as recorded"),
        (0, 1) => format!("1 artifact as recorded, {events} events"),
        (0, artifacts) => format!("{artifacts} artifacts as recorded, {events} events"),
        (1, _) => "1 difference from the journal".to_owned(),
        (differences, _) => format!("{differences} differences from the journal"),
    }
}
