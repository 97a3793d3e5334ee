//! What many instances and many people's gates cost: room in git and time grow as they do.

use super::Result;
use super::measure;
use super::project;
use super::table;
use super::table::Row;
use std::fmt::Write;
use std::fs;
use std::path::Path;

const MIB: f64 = 1024.0 * 1024.0;

pub fn fan_out() -> Result {
    let mut rows = Vec::new();
    for (instances, most_mib) in [(1000, 10.0), (5000, 50.0)] {
        let folder = instances_of(instances)?;
        let root = folder.path();
        let before = bytes_below(&root.join(".git"))?;
        let spent = measure::program(project::orch(root).args(["run", "wide", "--jobs", "2"]))?;
        let mib = (bytes_below(&root.join(".git"))? - before) / MIB;
        let verify = measure::program(project::orch(root).arg("verify"))?;
        rows.push(row(&format!("{instances} instances, room in .git, MiB"), mib, most_mib));
        rows.push(row(&format!("{instances} instances, run, s"), spent.wall, 60.0));
        rows.push(row(&format!("{instances} instances, verify, s"), verify.wall, 5.0));
    }
    let folder = people(10_000)?;
    let mut script = project::shell(folder.path(), "\"$ORCH\" run people; test $? = 3");
    let begun = measure::program(&mut script)?;
    rows.push(row("10,000 gates of people begin, s", begun.wall, 20.0));
    table::print("Fan-out", &rows);
    Ok(())
}

fn row(work: &str, ours: f64, most: f64) -> Row {
    Row {
        work: work.to_owned(),
        floor: "–".to_owned(),
        ours: format!("{ours:.2}"),
        ratio: None,
        target: format!("at most {most}"),
        is_reached: ours <= most,
    }
}

fn instances_of(count: usize) -> Result<project::Folder> {
    let gate = "[[gate]]\nid = \"a\"\nexecutor = \"command\"\ncommand = [\"true\"]\n\
                each = { file = \"items.json\", as = \"item\" }\n";
    let items: Vec<String> = (0..count).map(|item| format!("\"item {item}\"")).collect();
    workflow("wide", gate, &[("items.json", &format!("[{}]", items.join(",")))])
}

fn people(count: usize) -> Result<project::Folder> {
    let mut gates = String::new();
    for gate in 1..=count {
        write!(gates, "[[gate]]\nid = \"g{gate}\"\nexecutor = \"human\"\nneeds = []\n")?;
    }
    workflow("people", &gates, &[])
}

fn workflow(name: &str, gates: &str, files: &[(&str, &str)]) -> Result<project::Folder> {
    let folder = project::folder()?;
    let root = folder.path();
    fs::create_dir_all(root.join("workflows"))?;
    let head = format!("name = \"{name}\"\nversion = \"1\"\n");
    fs::write(root.join(format!("workflows/{name}.toml")), head + gates)?;
    for (path, text) in files {
        fs::write(root.join(path), text)?;
    }
    project::repository(root)?;
    Ok(folder)
}

/// The bytes of all files below a folder.
fn bytes_below(folder: &Path) -> Result<f64> {
    let mut bytes = 0.0;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let metadata = entry.metadata()?;
        #[expect(clippy::cast_precision_loss, reason = "a figure for people")]
        let own =
            if metadata.is_dir() { bytes_below(&entry.path())? } else { metadata.len() as f64 };
        bytes += own;
    }
    Ok(bytes)
}
