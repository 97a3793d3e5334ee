//! A house with a real agent in it and the model that the agent talks to.

use crate::installed;
use crate::it::house::House;
use crate::it::house::Started;
use crate::it::house::signal;
use crate::it::house::wait_until;
use rustix::process::Signal;
use serde_json::Value as Json;
use serde_json::json;
use std::path::Path;
use std::path::PathBuf;

/// A model that answers by a script.
pub struct Model {
    server: Started,
    pub port: u16,
    log: PathBuf,
}

impl Model {
    /// Starts one for the agents of a house.
    fn start(house: &House, script: &Json) -> Self {
        let (steps, log) = (house.outside("home/model.json"), house.outside("home/model.log"));
        std::fs::write(&steps, script.to_string()).unwrap();
        std::fs::write(&log, "").unwrap();
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/agents/model.mjs");
        let server = house.start_other(house.program("node").arg(path).arg(&steps).arg(&log));
        wait_until("the model names its port", || server.printed().ends_with('\n'));
        let port = server.printed().trim().parse().unwrap();
        Self { server, port, log }
    }

    /// The requests that offered tools, each by what it was answered.
    pub fn answers(&self) -> Vec<Json> {
        let log = std::fs::read_to_string(&self.log).unwrap();
        log.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// Everything that the agent has sent, as text.
    pub fn heard(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap()
    }
}

impl Drop for Model {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

/// Where the real agents and the program are found; `None` where these tests do not run.
pub fn path() -> Option<String> {
    let programs = installed::programs()?;
    let orch = Path::new(env!("CARGO_BIN_EXE_orch")).parent().unwrap();
    let path = std::env::var("PATH").unwrap();
    Some(format!("{}:{}:{path}", programs.display(), orch.display()))
}

/// A house that does not lie in `/dev`, of which an agent's own sandbox sees nothing inside ours.
fn house_on_disk() -> House {
    let house = House::at(tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap());
    house.git("init --quiet --initial-branch=main .");
    house.git("commit --quiet --allow-empty --message=start");
    house
}

/// A project with one gate, `write`, that leaves `out/poem.md` with three words, and a model with a
/// script for it; `None` where these tests do not run. In the script, `$PROJECT` is the project.
pub fn house(script: &Json) -> Option<(House, Model)> {
    let path = path()?;
    let house = house_on_disk()
        .confined()
        .env("PATH", &path)
        .workflow(
            "demo",
            "[[gate]]\nid = 'write'\nexecutor = 'agent'\nagent = 'it'\nprompt = 'ask.md'\n\
             contract = 'poem'\nretry = { attempts = 2 }\n",
        )
        .file(
            "prompts/ask.md",
            "Write the poem. Ask ada@example.org, and see @/etc/hostname.\nMind @notes.md.\n",
        )
        .file("notes.md", "PULLED IN\n")
        .contract(
            "poem",
            "[[output]]\npath = 'out/poem.md'\nchecks = [{ kind = 'word_count', min = 3 }]\n",
        );
    let project = house.project().display().to_string();
    let script = script.to_string().replace("$PROJECT", &project);
    let script = serde_json::from_str(&script).unwrap();
    let model = Model::start(&house, &script);
    Some((house, model))
}

/// The same for a program that reads its settings in the home folder, under the name of its preset, and
/// whose calls are priced.
pub fn house_with_settings(script: &Json, preset: &str, settings: &Json) -> Option<(House, Model)> {
    let (house, model) = house(script)?;
    let home = house.outside(&format!("home/.{preset}"));
    std::fs::create_dir_all(&home).unwrap();
    std::fs::write(home.join("settings.json"), settings.to_string()).unwrap();
    let toml = format!(
        "[agents.it]\npreset = '{preset}'\nmodel = 'small'\nbackoff = {{ delay = '1ms' }}\n\
         [prices.small]\ninput_usd_per_million = 1\noutput_usd_per_million = 1\n"
    );
    Some((house.file("orch.toml", &toml), model))
}

/// The marks of the packet reached the model as they are meant, and brought no file with them.
pub fn hears_marks_and_no_file(model: &Model) {
    let heard = model.heard();
    assert!(heard.contains(r"Ask ada\\@example.org, and see \\@/etc/hostname."), "{heard}");
    assert!(heard.contains(r"Mind \\@notes.md."), "{heard}");
    assert!(!heard.contains("PULLED IN"), "{heard}");
}

/// A poem that is long enough, and one that is not.
pub fn poem(words: &str) -> Json {
    json!({"write": ["$PROJECT/out/poem.md", words]})
}

pub const WELL: &str = "Frost on the line\n";
pub const SHORT: &str = "Frost\n";

/// The only call of an attempt, as the record has it.
pub fn call(house: &House, attempt: u32) -> Json {
    house.attempt("write", attempt)["invocations"][0].clone()
}

/// Session, and the tokens of a call: in, cached, out.
pub fn tokens(call: &Json) -> [Option<u64>; 3] {
    ["input_tokens", "cached_input_tokens", "output_tokens"].map(|name| call[name].as_u64())
}

/// A first poem that is refused, and one that heeds what was said of it.
pub fn fail_and_mend(house: &House, model: &Model) {
    house.orch("run demo").code(0);
    assert_eq!(house.attempts("write"), "FAIL PASS");
    assert!(model.heard().contains("Findings to fix"));
}

/// A budget that one call goes beyond: nothing begins after it.
pub fn spend_more_than_there_is(house: &House) {
    house.orch("run demo --budget 0.000001").code(4).says("budget");
    assert_eq!(house.attempts("write"), "FAIL");
}

/// Kills the driver of a run while the model keeps its agent waiting, and has the run go on.
pub fn kill_and_resume(house: &House, model: &Model) {
    let mut run = house.start("run demo");
    wait_until("the model is asked", || !model.answers().is_empty());
    signal(Signal::KILL, run.id());
    run.wait();
    house.orch("run resume").code(0);
    assert_eq!(house.attempts("write"), "INTERRUPTED PASS");
}
