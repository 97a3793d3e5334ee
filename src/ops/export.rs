//! A run in the format of another tool, signed with the user's SSH key, for people who
//! check it without orch.

use super::Caller;
use super::Error;
use super::Project;
use super::RunChoice;
use super::choose;
use crate::definition::Definition;
use crate::digest::Digest;
use crate::event::RunStatus;
use crate::export;
use crate::export::Record;
use crate::export::Sealing;
use crate::export::Sheet;
use crate::id::RunId;
use crate::project::proof;
use crate::project::secrets_of;
use crate::project::signing;
use crate::secret;
use crate::signature;
use crate::signature::bare::BareSigner;
use crate::signature::dsse;
use crate::suggestion::Advice;
use crate::suggestion::Argument;
use crate::suggestion::Suggestion;
use crate::workflow::Workflow;
use schemars::JsonSchema;
use serde::Deserialize;
use serde::Serialize;
use std::path::PathBuf;

/// The variable that names the socket of an SSH agent.
const AGENT: &str = "SSH_AUTH_SOCK";

/// Arguments of `export`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "cli", derive(clap::Args))]
pub struct Request {
    /// Which run.
    #[cfg_attr(feature = "cli", command(flatten))]
    #[serde(flatten)]
    pub run: RunChoice,
    /// Format to export.
    #[cfg_attr(feature = "cli", arg(long, value_enum, value_name = "FORMAT"))]
    #[serde(default)]
    pub format: ExportFormat,
    /// Do not sign (not possible for `in-toto` and `slsa`).
    #[cfg_attr(feature = "cli", arg(long))]
    #[serde(default)]
    pub unsigned: bool,
}

/// The format of an export.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum ExportFormat {
    /// An in-toto layout with a link for each gate that passed; signed.
    #[default]
    InToto,
    /// SLSA provenance of the final output files, in a DSSE envelope; signed.
    Slsa,
    /// What the checks found, as SARIF 2.1.0.
    Sarif,
    /// A Workflow Run RO-Crate with the definition of the run.
    RoCrate,
    /// Provenance as W3C PROV-JSON.
    Prov,
}

impl ExportFormat {
    /// The name as it is written.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::InToto => "in-toto",
            Self::Slsa => "slsa",
            Self::Sarif => "sarif",
            Self::RoCrate => "ro-crate",
            Self::Prov => "prov",
        }
    }

    /// Whether it proves what a run came to: then it is signed, and only a run that passed has it.
    fn is_proof(self) -> bool {
        match self {
            Self::InToto | Self::Slsa => true,
            Self::Sarif | Self::RoCrate | Self::Prov => false,
        }
    }

    /// Whether it is one document that means something without its signature.
    pub fn is_plain(self) -> bool {
        match self {
            Self::InToto | Self::Slsa | Self::RoCrate => false,
            Self::Sarif | Self::Prov => true,
        }
    }
}

/// An exported run.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct Reply {
    /// The run's id.
    pub run_id: RunId,
    /// The format of the documents.
    pub format: ExportFormat,
    /// The documents, the main one first.
    pub documents: Vec<Exported>,
    /// The public half of the key that signed them, in the forms that programs read.
    pub keys: Vec<Exported>,
}

/// A document of an export.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct Exported {
    /// Relative to the folder that the export is written to.
    pub path: String,
    /// What it says.
    pub text: String,
}

/// Exports a run as its record tells it.
pub fn export(project: &Project, caller: &Caller, request: &Request) -> Result<Reply, Error> {
    let id = choose::run(project, caller, &request.run)?;
    let reading = proof::read(project, &id)?;
    let started = &reading.run.started;
    let workflow = Workflow::parse(&started.workflow, &Definition::thaw(&started.definition))?;
    let differs = started.definition.iter().find(|text| Digest::of(&text.text) != text.sha256);
    if let Some(text) = differs {
        let problem = format!("{} in the record of run {id} does not have its digest", text.path);
        return Err(Error::usage(problem).advise_command(Suggestion::new("verify").of(&id)));
    }
    // What the run's gates are given as secrets is known from here on, and redacted.
    secrets_of(project, &reading.run)?;
    let record = Record::new(&reading, &workflow);
    refuse_unfit(&record, request)?;
    let signer = if request.unsigned { None } else { Some(signer(project, request.format)?) };
    let sheets = sheets(&record, request.format, signer.as_ref())?;
    let documents = sheets.into_iter().map(|sheet| sealed(sheet, signer.as_ref()));
    let documents: Vec<Vec<Exported>> = documents.collect::<Result<_, _>>()?;
    let key = signer.map(|signer| signer.key);
    let keys =
        key.map(|key| vec![key_file("signer.pem", key.pem()), key_file("signer.pub", key.line())]);
    Ok(Reply {
        run_id: id,
        format: request.format,
        documents: documents.into_iter().flatten().collect(),
        keys: keys.unwrap_or_default(),
    })
}

fn key_file(path: &str, text: String) -> Exported {
    Exported { path: path.to_owned(), text }
}

/// Refuses what a format cannot say.
fn refuse_unfit(record: &Record<'_>, request: &Request) -> Result<(), Error> {
    let (id, status) = (&record.run.started.run_id, record.run.status);
    let format = request.format.as_str();
    if !request.format.is_proof() {
        return Ok(());
    }
    if status != RunStatus::Passed {
        let message =
            format!("cannot export run {id} as {format}: its status is {status}, not PASSED");
        return Err(Error::usage(message));
    }
    if request.format == ExportFormat::Slsa && record.results().is_empty() {
        let message =
            format!("run {id} has no output files, so there is nothing for {format} to name");
        return Err(Error::usage(message).advise("export it as in-toto"));
    }
    Ok(())
}

fn sheets(
    record: &Record<'_>,
    format: ExportFormat,
    signer: Option<&BareSigner>,
) -> Result<Vec<Sheet>, Error> {
    let key = signer.map(|signer| signer.key);
    Ok(match (format, &key) {
        (ExportFormat::InToto, Some(key)) => export::in_toto::sheets(record, key),
        (ExportFormat::Slsa, Some(key)) => export::slsa::sheets(record, key),
        (ExportFormat::InToto | ExportFormat::Slsa, None) => {
            let format = format.as_str();
            let message = format!("{format} cannot be exported without a signature");
            let help = Advice::from("leave out ").then(Argument::Flag("unsigned"));
            return Err(Error::usage(message).advise(help));
        }
        (ExportFormat::Sarif, _) => export::sarif::sheets(record),
        (ExportFormat::RoCrate, _) => export::ro_crate::sheets(record),
        (ExportFormat::Prov, _) => export::prov::sheets(record),
    })
}

/// The key that approvals are signed with.
fn signer(project: &Project, format: ExportFormat) -> Result<BareSigner, Error> {
    let key = signing::key(project, "exports are signed").map_err(|error| {
        if matches!(format, ExportFormat::InToto | ExportFormat::Slsa) {
            return error;
        }
        let unsigned = Advice::from("to export without a signature, add ");
        let unsigned = unsigned.then(Argument::Flag("unsigned")).then("; to sign: ");
        let sign = error.advice().unwrap_or_default();
        error.advise(unsigned.then(sign))
    })?;
    let agent = project.surroundings.variables.get(AGENT).filter(|socket| !socket.is_empty());
    BareSigner::new(&key, agent.map(PathBuf::from)).map_err(|error| failed(&error))
}

fn failed(error: &signature::Error) -> Error {
    let told = Error::usage(format!("signing failed: {error}"));
    match error.help() {
        Some(help) => told.advise(help),
        None => told,
    }
}

/// A document with its signature. No secret of this process stands in what is signed.
fn sealed(sheet: Sheet, signer: Option<&BareSigner>) -> Result<Vec<Exported>, Error> {
    let text = secret::redact_known(&sheet.content);
    let path = sheet.path;
    Ok(match (sheet.sealing, signer) {
        (Sealing::Envelope(kind), Some(signer)) => {
            let envelope = dsse::envelope(signer, kind, text.as_bytes());
            let text =
                String::from_utf8_lossy(&envelope.map_err(|error| failed(&error))?).into_owned();
            vec![Exported { path, text }]
        }
        (Sealing::Beside, Some(signer)) => {
            let armored = signer.sign_armored(export::NAMESPACE, text.as_bytes());
            let signature = Exported {
                path: format!("{path}.sig"),
                text: armored.map_err(|error| failed(&error))?,
            };
            vec![Exported { path, text }, signature]
        }
        (Sealing::None, Some(_))
        | (Sealing::Envelope(_) | Sealing::Beside | Sealing::None, None) => {
            vec![Exported { path, text }]
        }
    })
}
