//! One commit of a record in a repository of 100,000 files.

use super::Result;
use super::floor;
use super::measure;
use super::measure::Spent;
use super::project;
use super::table;
use super::table::Row;
use orch::internals::Graft;
use orch::internals::Link;
use orch::internals::Repository;
use orch::internals::Target;
use std::collections::BTreeSet;
use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::process::Stdio;
use std::time::Duration;

const FILES: usize = 100_000;

pub fn commit() -> Result {
    let folder = project::folder()?;
    let root = folder.path();
    large_repository(root)?;
    let rounds = measure::rounds(15);
    let mut repository = Repository::discover(root)?.ok_or("there is no repository")?;
    let plain = git2::Repository::open(root)?;
    // The first commit reads the whole index, and begins the ref.
    record(&mut repository, root, 0)?;
    let mut times = vec![Vec::new(); 3];
    for round in 1..=rounds {
        let path = format!("plain/{round}.json");
        times[0].push(measure::work(|| floor::commit(&plain, &path, path.as_bytes()))?.1);
        let (on_ref, on_branch) = record(&mut repository, root, round)?;
        times[1].push(on_ref);
        times[2].push(on_branch);
    }
    let wall = |index: usize| measure::median(&times[index]).wall * 1000.0;
    let row = |work: &str, index: usize, most: f64| Row {
        work: work.to_owned(),
        floor: format!("{:.1} ms", wall(0)),
        ours: format!("{:.1} ms", wall(index)),
        ratio: Some(wall(index) / wall(0)),
        target: format!("at most {most} ms"),
        is_reached: wall(index) <= most,
    };
    let rows = [
        row("two files, on the run's own ref", 1, 10.0),
        row("what the ref holds then, on the branch, index brought up to date", 2, 70.0),
    ];
    table::print("One commit among 100,000 files (floor: one file, synced, no index)", &rows);
    Ok(())
}

/// Lays a record's files down and times their commits alone: on the run's own ref, then on the branch.
fn record(repository: &mut Repository, root: &Path, number: usize) -> Result<(Spent, Spent)> {
    let folder = "orchestration/runs/run_x/record";
    let text = |times: usize| number.to_string().repeat(times).into_bytes();
    let texts = [text(300), text(500)];
    let files = [
        (format!("journal/{number:06}.jsonl"), &texts[0][..]),
        (format!("gates/g{number}/attempt-1.json"), &texts[1][..]),
    ];
    for (path, bytes) in &files {
        orch::internals::write_view(&root.join(folder).join(path), bytes)?;
    }
    let tip = repository.tip("refs/orch/runs/run_x")?;
    let link = Link {
        reference: "refs/orch/runs/run_x",
        tip,
        is_whole: false,
        files: &files,
        originals: &BTreeSet::new(),
        message: "orch: g PASS",
    };
    let (tip, on_ref) = measure::work(|| Ok(repository.extend(&link)?))?;
    let graft = Graft {
        target: &Target::Branch("refs/heads/main".to_owned()),
        folder,
        tip: tip.ok_or("the ref moved")?,
        message: "orch: WAITING",
        lock: &orch::internals::Beneath::new(root).join(".git/orch/commit.lock"),
        since: "now",
        patience: Duration::from_secs(5),
        outlast: Duration::ZERO,
    };
    let on_branch = measure::work(|| Ok(repository.graft(&graft)?))?.1;
    Ok((on_ref, on_branch))
}

/// A repository whose files are all there, with an index that has seen them.
pub fn large_repository(root: &Path) -> Result {
    project::git(root, &["init", "-q", "-b", "main"])?;
    let mut stream = "blob\nmark :1\ndata 2\nx\n\ncommit refs/heads/main\n\
                      committer Bench <bench@localhost> 0 +0000\ndata 1\nx\n"
        .to_owned();
    for file in 0..FILES {
        writeln!(stream, "M 100644 :1 src/{}/{}/{file}.rs", file / 5000, file / 100)?;
    }
    let path = root.join(".git/stream");
    fs::write(&path, stream)?;
    let mut import = Command::new("git");
    import.args(["fast-import", "--quiet"]).current_dir(root).stdin(fs::File::open(&path)?);
    if !import.stderr(Stdio::inherit()).status()?.success() {
        return Err("git fast-import failed".into());
    }
    project::git(root, &["reset", "-q", "--hard"])?;
    Ok(())
}
