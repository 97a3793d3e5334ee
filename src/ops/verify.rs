//! `orch verify`: whether records and artifacts are what the journal says, byte for byte, whether
//! the journal is the one that commits and people were told of, and approvals are proved.

mod approvals;
mod artifacts;

pub use approvals::SignedApproval;

use super::Error;
use super::RunChoice;
use super::Site;
use super::choose;
use super::proof;
use super::signing;
use crate::digest::Digest;
use crate::files::Beneath;
use crate::git::Fate;
use crate::git::Repository;
use crate::git::Target;
use crate::id::RunId;
use crate::journal;
use crate::journal::Reading;
use crate::record;
use crate::record::Difference;
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// What `orch verify` takes.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct Request {
    #[command(flatten)]
    pub run: RunChoice,
    /// A head of the run's chain that you were told of; the journal must hold it.
    #[arg(long, value_name = "SHA256")]
    pub head: Option<String>,
    /// Whose signatures count, as `ssh-keygen` reads it; by default what each run kept at its start.
    #[arg(long, value_name = "FILE")]
    pub signers: Option<PathBuf>,
    /// Verify every run.
    #[arg(long, conflicts_with_all = ["run", "head"])]
    pub all: bool,
}

/// What became of one run's verification.
#[derive(Debug, Clone, Serialize)]
pub struct Verified {
    pub run_id: RunId,
    /// How many events the journal holds, and its head.
    pub events: u64,
    pub head: Option<Digest>,
    /// Artifacts that are what they were.
    pub artifacts: usize,
    /// Approvals whose signatures are good.
    pub approvals: Vec<SignedApproval>,
    /// Whose signature of the end of the run is good.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub head_signed_by: Option<String>,
    pub differences: Vec<Difference>,
    /// How many events the record knows where git brought an earlier one back: after a reset or a
    /// revert the journal still holds the rest, and the next sitting or a rebuild brings it again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub behind: Option<u64>,
    /// Artifacts that commits have moved on, or that no commit ever brought here.
    pub moved_on: Vec<MovedOn>,
}

/// An artifact that is not what it was, and rightly so.
#[derive(Debug, Clone, Serialize)]
pub struct MovedOn {
    pub path: String,
    #[serde(flatten)]
    pub fate: Fate,
}

/// Verifies one run or all; nothing is changed.
pub fn verify(site: &Site, request: &Request) -> Result<Vec<Verified>, Error> {
    let head = request.head.as_deref().map(|text| {
        Digest::parse(text).ok_or_else(|| {
            Error::usage(format!("`{text}` is no head of a chain")).advise("64 hex digits")
        })
    });
    let head = head.transpose()?;
    let signers = request.signers.as_deref().map(signing::read_signers).transpose()?;
    let told = Told { head, signers: signers.as_deref() };
    let ids = if request.all {
        site.home.ids().map_err(|error| Error::environment(error.to_string()))?
    } else {
        vec![choose::run(site, &request.run)?]
    };
    ids.into_iter().map(|id| one(site, id, &told)).collect()
}

/// What a person brings along, so that the record is not believed on its own word.
struct Told<'t> {
    head: Option<Digest>,
    signers: Option<&'t str>,
}

fn one(site: &Site, id: RunId, told: &Told<'_>) -> Result<Verified, Error> {
    let mut verified = Verified {
        run_id: id.clone(),
        events: 0,
        head: None,
        artifacts: 0,
        approvals: Vec::new(),
        head_signed_by: None,
        differences: Vec::new(),
        behind: None,
        moved_on: Vec::new(),
    };
    let reading = match site.home.read(&id) {
        Ok(reading) => reading,
        Err(error) => {
            let is_bad_line = matches!(error, journal::Error::Line { .. });
            let refused = of_journal(site, error)?;
            // A sound journal of this machine's own tells best where its copy was changed.
            let own = site.home.glance(&id);
            if own.is_err() || !is_bad_line {
                verified.differences.push(refused);
            }
            match own {
                Ok(reading) => reading,
                Err(_) => return Ok(verified),
            }
        }
    };
    verified.events = reading.count;
    verified.head = Some(reading.head);
    let path = site.shown(&site.home.record(&id).join("journal").path());
    if let Some(line) = reading.first_foreign_line() {
        let message = "no line that orch would write".to_owned();
        verified.differences.push(Difference {
            path: path.clone(),
            line: Some(line),
            byte: None,
            message,
        });
    }
    if let Some(told) = told.head.filter(|told| !reading.stood_at(*told)) {
        verified.differences.push(Difference::of(path, format!("the chain never stood at {told}")));
    }
    let repository = site.repository()?;
    let git = reading.run.started.git.as_ref();
    let target = Site::target(git.and_then(|git| git.branch.as_deref()));
    if let Some(repository) = &repository {
        verified.differences.extend(proof::anchors(repository, &reading)?);
    }
    of_record(site, &reading, (repository.as_ref(), &target), &mut verified)?;
    approvals::look(&reading, told.signers, &mut verified)?;
    artifacts::look(site, &reading, repository.as_ref(), &mut verified)?;
    Ok(verified)
}

/// A journal that is refused, as a difference with its place.
fn of_journal(site: &Site, error: journal::Error) -> Result<Difference, Error> {
    match error {
        journal::Error::Line { path, line, message } => {
            Ok(Difference { path: site.shown(&path), line: Some(line), byte: None, message })
        }
        journal::Error::Empty { path } => {
            Ok(Difference::of(site.shown(&path), "it holds no event"))
        }
        journal::Error::Fork { here, copy, committed, .. } => {
            let message = format!(
                "the run was taken two ways: its journal stands at {here}, this copy at {committed}"
            );
            Ok(Difference::of(site.shown(&copy), message))
        }
        journal::Error::Io { .. } => Err(error.into()),
    }
}

/// Differences of the record's files, in the working tree and in what is committed.
fn of_record(
    site: &Site,
    reading: &Reading,
    (repository, target): (Option<&Repository>, &Target),
    verified: &mut Verified,
) -> Result<(), Error> {
    let folder = site.home.record(&verified.run_id);
    let shown = site.shown(&folder.path());
    let mut found = Vec::new();
    let is_here = match (repository, target) {
        (Some(repository), Target::Branch(_)) => repository.is_checked_out(target)?,
        (Some(_), Target::Head | Target::Ref(_)) | (None, _) => true,
    };
    if is_here {
        let files = on_disk(&folder).map_err(|source| Error::disk(&folder, source))?;
        found.push((String::new(), files));
    }
    let committed = match repository
        .and_then(|repository| Some((repository, repository.path_of(&folder.path())?)))
    {
        Some((repository, path)) => repository.files_at(target, &path)?,
        None => BTreeMap::new(),
    };
    let is_as_committed = found.iter().all(|(_, files)| *files == committed);
    if repository.is_some() && is_as_committed {
        verified.behind = record::behind(reading, &committed);
    }
    if verified.behind.is_some() {
        return Ok(());
    }
    // Nothing at all is committed outside of git, or as long as a commit cannot be made.
    if !committed.is_empty() {
        found.push((" (committed)".to_owned(), committed));
    }
    let mut differences: Vec<Difference> = Vec::new();
    for (note, files) in found {
        for mut difference in record::differences(reading, &files) {
            difference.path = format!("{shown}/{}", difference.path);
            let is_known = |other: &Difference| {
                Difference { path: other.path.clone(), ..difference.clone() } == *other
            };
            if differences.iter().any(is_known) {
                continue;
            }
            difference.path += &note;
            differences.push(difference);
        }
    }
    verified.differences.extend(differences);
    Ok(())
}

/// Every file below a folder, by its path from there; what is no regular file has no bytes.
fn on_disk(folder: &Beneath) -> std::io::Result<BTreeMap<String, Vec<u8>>> {
    let mut files = BTreeMap::new();
    let mut folders = vec![String::new()];
    while let Some(above) = folders.pop() {
        for name in folder.join(&above).names()? {
            let path = format!("{above}{name}");
            let whole = folder.join(&path);
            match whole.read_with_stat(Vec::new())? {
                Some((bytes, _)) => drop(files.insert(path, bytes)),
                None if whole.is_folder() => folders.push(format!("{path}/")),
                None => drop(files.insert(path, Vec::new())),
            }
        }
    }
    Ok(files)
}
