//! A program that has `orch` as a library, without its command line: in a folder of its own it begins
//! a run, is told what to do next, is refused, hands the work in, and verifies the record.
#![allow(
    clippy::disallowed_methods,
    reason = "a program of its own reads and writes files as it likes"
)]

use orch::ops::Caller;
use orch::ops::GateChoice;
use orch::ops::Options;
use orch::ops::Project;
use orch::ops::RunChoice;
use orch::ops::gate_finish;
use orch::ops::gate_start;
use orch::ops::next;
use orch::ops::run_start;
use orch::ops::status;
use orch::ops::verify;
use std::error::Error;
use std::path::Path;

const WORKFLOW: &str = "name = 'memo'\nversion = '1'\n\
    [[gate]]\nid = 'write'\nexecutor = 'human'\ncontract = 'memo'\n";
const CONTRACT: &str = "name = 'memo'\n[[output]]\npath = 'memo.md'\n";

fn main() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    lay_out(folder.path())?;
    let project =
        Project::open(Options { folder: folder.path().to_owned(), ..Options::default() })?;
    let caller = Caller::default();

    let request = run_start::Request { workflow: "memo".to_owned(), ..Default::default() };
    let run = run_start::run_start(&project, &caller, &request)?.run_id;
    let gate = GateChoice { gate: Some("write".to_owned()), ..GateChoice::default() };
    let start = gate_start::Request { gate, ..Default::default() };
    gate_start::gate_start(&project, &caller, &start)?;

    // What an error advises is data.
    let unknown = GateChoice { gate: Some("wirte".to_owned()), ..GateChoice::default() };
    let unknown = gate_finish::Request { gate: unknown, ..Default::default() };
    let refused = gate_finish::gate_finish(&project, &caller, &unknown);
    let advice = refused.err().and_then(|error| error.advice()).map(|advice| advice.to_string());
    assert_eq!(advice.as_deref(), Some("did you mean `write`?"));

    let to_do = next::next(&project, &caller, &RunChoice::default())?.instructions;
    assert!(to_do.next_actions.iter().any(|action| action.contains("gate write")));
    std::fs::write(folder.path().join("memo.md"), "# Done\n")?;
    gate_finish::gate_finish(&project, &caller, &gate_finish::Request::default())?;
    let gates = status::status(&project, &caller, &RunChoice::default())?.gates;
    assert_eq!(gates.iter().map(|line| line.gate.to_string()).collect::<Vec<_>>(), ["write"]);

    let all = verify::verify(&project, &caller, &verify::Request::default())?;
    assert!(all.iter().all(|verified| verified.differences.is_empty()));
    println!("{run}: {} verified", all.len());
    Ok(())
}

fn lay_out(folder: &Path) -> std::io::Result<()> {
    for (path, text) in [("workflows/memo.toml", WORKFLOW), ("contracts/memo.toml", CONTRACT)] {
        let path = folder.join(path);
        std::fs::create_dir_all(path.parent().unwrap_or(folder))?;
        std::fs::write(path, text)?;
    }
    Ok(())
}
