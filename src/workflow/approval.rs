//! Whose word is needed after a passing contract, and what they are asked with.

use super::file::ApprovalFile;
use super::file::ApprovalTable;
use super::file::ApproversFile;
use super::file::GateFile;
use super::gate_id::gate_id;
use super::texts::Texts;
use super::times::read_duration;
use crate::definition::TextKind;
use crate::files::Globs;
use crate::id::GateId;
use crate::source::Source;
use crate::source::Unsound;
use crate::template::Template;
use std::time::Duration;

/// Whose word is needed after a passing contract.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Approval {
    /// Nobody's.
    None,
    /// A person's.
    Person,
    /// A person's, with a signature.
    Signed {
        /// Whose signature counts; any allowed signer's, if it is empty.
        by: Vec<String>,
        /// The gate whose approver must be another person.
        not_by: Option<GateId>,
    },
}

/// What a person is shown before they approve.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Asking {
    /// Globs of files; the outputs where there are none.
    pub show: Vec<Template>,
    /// The path of its text in the definition, `prompts/a/b.md`.
    pub message: Option<String>,
    /// How long it is waited for.
    pub within: Option<Duration>,
}

pub(super) fn build(source: &Source, file: &GateFile) -> Result<Approval, Box<Unsound>> {
    let Some(approval) = &file.approval else { return Ok(Approval::None) };
    let table = match approval.get_ref() {
        ApprovalFile::None => return Ok(Approval::None),
        ApprovalFile::Person => return Ok(Approval::Person),
        ApprovalFile::Table(table) => table,
    };
    let unsound = |message: &str| source.unsound(approval.span(), message);
    match (&table.by, table.signed) {
        (ApproversFile::Person, false) if table.not_by.is_some() => {
            Err(unsound("`not_by` requires a signed approval")
                .advise("write signed = true, by = [\"ada@example.org\"], or remove `not_by`"))
        }
        (ApproversFile::Person, false) => Ok(Approval::Person),
        (ApproversFile::Person, true) => {
            Err(unsound("a signed approval requires the names of its signers")
                .advise("write by = [\"ada@example.org\"]"))
        }
        (ApproversFile::Signers(by), true) if by.is_empty() => {
            Err(unsound("`by` is empty: a signed approval requires at least one signer")
                .advise("write by = [\"ada@example.org\"]"))
        }
        (ApproversFile::Signers(by), true) => {
            Ok(Approval::Signed { by: by.clone(), not_by: not_by(source, table)? })
        }
        (ApproversFile::Signers(_), false) => Err(unsound(
            "`by` with names requires `signed = true`",
        )
        .advise("write signed = true, or by = \"person\" for an approval without a signature")),
    }
}

fn not_by(source: &Source, table: &ApprovalTable) -> Result<Option<GateId>, Box<Unsound>> {
    table.not_by.as_ref().map(|gate| gate_id(source, gate)).transpose()
}

pub(super) fn build_asking(
    source: &Source,
    file: &GateFile,
    texts: &Texts<'_>,
) -> Result<Asking, Box<Unsound>> {
    let table = file.approval.as_ref().and_then(|approval| approval.get_ref().table());
    let within = table.and_then(|table| table.within.as_ref()).or(file.within.as_ref());
    let within = within.map(|text| read_duration(source, text)).transpose()?;
    let Some(table) = table else { return Ok(Asking { within, ..Asking::default() }) };
    let show = table.show.iter().map(|glob| {
        let template = texts.inside(glob);
        let is_plain = template.is_literal() && template.text() == glob.get_ref();
        let flaw = Globs::flaw(glob.get_ref()).filter(|_| is_plain);
        texts.kept(
            flaw.map_or(Ok(()), |flaw| Err(source.unsound(glob.span(), flaw).advise(Globs::RULE))),
        );
        template
    });
    Ok(Asking {
        show: show.collect(),
        message: table.message.as_ref().map(|name| TextKind::Prompt.path(name.get_ref())),
        within,
    })
}
