//! The browser, and the folder with its driver and the scripts that it is driven by.

use crate::installed;
use crate::it::house::child;
use std::path::Path;
use std::path::PathBuf;
use std::sync::OnceLock;

/// Another program than the chromium of the path.
const CHROMIUM: &str = "ORCH_TEST_CHROMIUM";

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
    static COPIED: OnceLock<()> = OnceLock::new();
    let programs = installed::programs()?;
    if !chromium().exists() && child::lacks("chromium") {
        return None;
    }
    let folder = programs.ancestors().nth(2).unwrap();
    COPIED.get_or_init(|| {
        let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(crate::PACKAGES);
        for entry in std::fs::read_dir(own).unwrap() {
            let script = entry.unwrap().path();
            if script.extension().is_some_and(|ending| ending == "mjs") {
                std::fs::copy(&script, folder.join(script.file_name().unwrap())).unwrap();
            }
        }
    });
    Some(folder)
}
