//! What it costs to start the program.

use super::Result;
use super::measure;
use super::project;
use super::project::Chain;
use super::table;
use super::table::Row;
use std::process::Command;

/// One start is too short for the kernel's clock.
const STARTS: u32 = 200;

const CPU_MAX_MS: f64 = 5.0;

pub fn start() -> Result {
    let chain = Chain { gates: 10, is_reused: false, is_chained: true };
    let folder = project::chain(chain)?;
    measure::program(project::orch(folder.path()).args(["run", "chain"]))?;
    let many = |command: &dyn Fn() -> Command| {
        let ((), spent) = measure::work(|| {
            for _ in 0..STARTS {
                command().output()?;
            }
            Ok(())
        })?;
        Ok::<f64, Box<dyn std::error::Error>>(spent.cpu * 1000.0 / f64::from(STARTS))
    };
    let floor = many(&|| Command::new("/bin/true"))?;
    let mut rows = Vec::new();
    for arguments in
        [["--version"].as_slice(), &["status"], &["run", "list"], &["workflow", "check", "chain"]]
    {
        let ours = many(&|| {
            let mut command = project::orch(folder.path());
            command.args(arguments);
            command
        })?;
        rows.push(Row {
            work: format!("orch {}", arguments.join(" ")),
            floor: format!("{floor:.1} ms"),
            ours: format!("{ours:.1} ms"),
            ratio: None,
            target: format!("under {CPU_MAX_MS} ms"),
            is_reached: ours < CPU_MAX_MS,
        });
    }
    table::print("Start-up, CPU time (floor: /bin/true)", &rows);
    Ok(())
}
