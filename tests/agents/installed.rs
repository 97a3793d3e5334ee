//! The programs, installed once: `npm install` in a folder of its own, which the next run of the tests finds.

use crate::PACKAGES;
use crate::SWITCH;
use crate::it::house::child;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;
use std::process::Stdio;
use std::sync::OnceLock;
use std::time::Duration;

/// How long their download may take.
const PATIENCE: Duration = Duration::from_mins(10);

const REQUIRE_ALL: &str = "ORCH_REQUIRE_ALL";

/// The folder with the programs; `None` where these tests do not run, which is told.
pub fn programs() -> Option<&'static Path> {
    static PROGRAMS: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    let is = |name: &str, value: &str| std::env::var(name).is_ok_and(|set| set == value);
    let is_required = is(REQUIRE_ALL, "1");
    if is(SWITCH, "0") || !is_required && !is(SWITCH, "1") {
        return not_run(&format!("{SWITCH}=1 runs it, with programs from npm"));
    }
    if child::lacks("npm") || child::lacks("node") {
        return None;
    }
    match PROGRAMS.get_or_init(install) {
        Ok(folder) => Some(folder),
        Err(message) if is_required => panic!("{REQUIRE_ALL}=1, and {message}"),
        Err(message) => not_run(message),
    }
}

fn not_run<T>(why: &str) -> Option<T> {
    use std::io::Write;
    let test = std::thread::current().name().unwrap_or_default().to_owned();
    // Past what the harness catches.
    let _ = writeln!(std::io::stderr(), "\nNOT RUN: {test}: {why}");
    None
}

fn install() -> Result<PathBuf, String> {
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(PACKAGES);
    let lock = std::fs::read_to_string(own.join("package-lock.json")).unwrap();
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(PACKAGES);
    let programs = folder.join("node_modules/.bin");
    // Written last, when all is there.
    let mark = folder.join("installed");
    if std::fs::read_to_string(&mark).is_ok_and(|installed| installed == lock) {
        return Ok(programs);
    }
    let _ = std::fs::remove_file(&mark);
    std::fs::create_dir_all(&folder).unwrap();
    for name in ["package.json", "package-lock.json", ".npmrc"] {
        let file = own.join(name);
        if file.exists() {
            std::fs::copy(file, folder.join(name)).unwrap();
        }
    }
    let mut npm = Command::new("npm");
    // Not `npm ci`: it wants the programs of all platforms in the lock file.
    npm.args(["install", "--no-save", "--no-audit", "--no-fund", "--loglevel=error"]);
    npm.current_dir(&folder);
    let output = child::finish(PATIENCE, npm.stdout(Stdio::null()));
    if !output.status.success() {
        return Err(format!("npm install failed: {}", String::from_utf8_lossy(&output.stderr)));
    }
    std::fs::write(&mark, &lock).unwrap();
    Ok(programs)
}
