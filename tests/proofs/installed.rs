//! The programs, installed once: `pip install` in an environment of its own, which the next run of the
//! tests finds.

use crate::it::house::child;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;
use std::process::Stdio;
use std::sync::OnceLock;
use std::time::Duration;

/// How long their download may take.
const PATIENCE: Duration = Duration::from_mins(10);

/// `1` runs these tests, `0` does not; by default they run where all tests are required.
const SWITCH: &str = "ORCH_TEST_PROOFS";

const REQUIRE_ALL: &str = "ORCH_REQUIRE_ALL";

/// The folder with the programs; `None` where these tests do not run, which is told.
pub fn programs() -> Option<&'static Path> {
    static PROGRAMS: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    let is = |name: &str, value: &str| std::env::var(name).is_ok_and(|set| set == value);
    let is_required = is(REQUIRE_ALL, "1");
    if is(SWITCH, "0") || !is_required && !is(SWITCH, "1") {
        return not_run(&format!("{SWITCH}=1 runs it, with programs from PyPI"));
    }
    if child::lacks("python3") {
        return None;
    }
    match PROGRAMS.get_or_init(install) {
        Ok(folder) => Some(folder),
        Err(message) if is_required => panic!("{REQUIRE_ALL}=1, and {message}"),
        Err(message) => not_run(message),
    }
}

/// The path of one of them.
pub fn program(name: &str) -> Option<String> {
    Some(programs()?.join(name).display().to_string())
}

fn not_run<T>(why: &str) -> Option<T> {
    use std::io::Write;
    let test = std::thread::current().name().unwrap_or_default().to_owned();
    // Past what the harness catches.
    let _ = writeln!(std::io::stderr(), "\nNOT RUN: {test}: {why}");
    None
}

fn install() -> Result<PathBuf, String> {
    let list = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/proofs/requirements.txt");
    let wanted = std::fs::read_to_string(&list).unwrap();
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("proofs");
    let programs = folder.join("bin");
    // Written last, when all is there.
    let mark = folder.join("installed");
    if std::fs::read_to_string(&mark).is_ok_and(|installed| installed == wanted) {
        return Ok(programs);
    }
    let _ = std::fs::remove_dir_all(&folder);
    let mut make = Command::new("python3");
    step(make.args(["-m", "venv"]).arg(&folder))?;
    let mut pip = Command::new(programs.join("pip"));
    step(pip.args(["install", "--quiet", "--disable-pip-version-check", "-r"]).arg(&list))?;
    std::fs::write(&mark, &wanted).unwrap();
    Ok(programs)
}

fn step(command: &mut Command) -> Result<(), String> {
    let output = child::finish(PATIENCE, command.stdout(Stdio::null()));
    if output.status.success() {
        return Ok(());
    }
    Err(format!("{command:?} failed: {}", String::from_utf8_lossy(&output.stderr)))
}
