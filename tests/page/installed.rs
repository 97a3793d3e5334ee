//! The browser's driver, installed once in the target folder, and the browser.

use crate::it::house::child;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;
use std::process::Stdio;
use std::sync::OnceLock;
use std::time::Duration;

/// `1` runs these tests, `0` does not; by default they run where all tests are required.
const SWITCH: &str = "ORCH_TEST_PAGE";

/// Another program than the chromium of the path.
const CHROMIUM: &str = "ORCH_TEST_CHROMIUM";

/// How long the download may take.
const PATIENCE: Duration = Duration::from_mins(10);

const REQUIRE_ALL: &str = "ORCH_REQUIRE_ALL";

/// The browser.
pub fn chromium() -> PathBuf {
    if let Some(named) = std::env::var_os(CHROMIUM) {
        return PathBuf::from(named);
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut places = std::env::split_paths(&path).map(|folder| folder.join("chromium"));
    places.find(|place| place.exists()).unwrap_or_else(|| PathBuf::from("chromium"))
}

/// The folder of the scripts with all that they import; `None` where these tests do not run, which is
/// told.
pub fn folder() -> Option<&'static Path> {
    static FOLDER: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    let is = |name: &str, value: &str| std::env::var(name).is_ok_and(|set| set == value);
    let is_required = is(REQUIRE_ALL, "1");
    if is(SWITCH, "0") || !is_required && !is(SWITCH, "1") {
        return not_run(&format!("{SWITCH}=1 runs it, with chromium and programs from npm"));
    }
    if child::lacks("npm") || child::lacks("node") {
        return None;
    }
    if !chromium().exists() && child::lacks("chromium") {
        return None;
    }
    match FOLDER.get_or_init(install) {
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
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/page");
    let lock = std::fs::read_to_string(own.join("package-lock.json")).unwrap();
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("page");
    std::fs::create_dir_all(&folder).unwrap();
    for name in
        ["package.json", "package-lock.json", "browser.mjs", "views.mjs", "live.mjs", "passkey.mjs"]
    {
        std::fs::copy(own.join(name), folder.join(name)).unwrap();
    }
    // Written last, when all is there.
    let mark = folder.join("installed");
    if std::fs::read_to_string(&mark).is_ok_and(|installed| installed == lock) {
        return Ok(folder);
    }
    let _ = std::fs::remove_file(&mark);
    let mut npm = Command::new("npm");
    npm.args(["ci", "--no-audit", "--no-fund", "--loglevel=error"]).current_dir(&folder);
    let output = child::finish(PATIENCE, npm.stdout(Stdio::null()));
    if !output.status.success() {
        return Err(format!("npm ci failed: {}", String::from_utf8_lossy(&output.stderr)));
    }
    std::fs::write(&mark, &lock).unwrap();
    Ok(folder)
}
