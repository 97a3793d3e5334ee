//! A house for one test: a git repository with files and workflows in a temporary
//! folder, a cleared environment, a fixed clock, and the real binary to run in it.

#[path = "../../src/process/testing.rs"]
pub mod child;
mod keepers;
mod piped;
mod pty;
mod receiver;
mod repository;
mod server;
mod started;

pub use child::cannot;
pub use child::lacks;
pub use keepers::signal_one;
pub use piped::Piped;
pub use receiver::Receiver;
pub use server::Response;
pub use server::Server;
pub use server::send;
pub use started::Started;

use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;
use std::process::Output;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering;
use std::time::Duration;
use std::time::Instant;

/// A project in a temporary folder, with a home beside it.
pub struct House {
    folder: tempfile::TempDir,
    environment: BTreeMap<String, String>,
    calls: AtomicU64,
}

/// The user's settings that let programs do as they like.
const UNCONFINED: &str = "[permits]\nenforce = 'off'\n";

/// What one call of the binary came to.
#[derive(Debug, Clone)]
pub struct Done {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl House {
    /// A git repository with one commit on `main`.
    pub fn new() -> Self {
        let house = Self::outside_git();
        house.git("init --quiet --initial-branch=main .");
        house.git("commit --quiet --allow-empty --message=start");
        house
    }

    /// A plain folder.
    pub fn outside_git() -> Self {
        Self::at(tempfile::tempdir().unwrap())
    }

    /// A plain folder in this one.
    pub fn at(folder: tempfile::TempDir) -> Self {
        for name in ["project", "home", "packets", "scripts"] {
            std::fs::create_dir(folder.path().join(name)).unwrap();
        }
        // What the other tests are about does not hang on what this system can enforce.
        std::fs::create_dir_all(folder.path().join("home/.config/orch")).unwrap();
        std::fs::write(folder.path().join("home/.config/orch/orch.toml"), UNCONFINED).unwrap();
        let gitconfig = "[user]\nname = Ada\nemail = ada@example.org\n";
        std::fs::write(folder.path().join("home/.gitconfig"), gitconfig).unwrap();
        let mut environment = BTreeMap::new();
        let mut set = |name: &str, value: String| environment.insert(name.to_owned(), value);
        set("PATH", std::env::var("PATH").unwrap());
        set("HOME", folder.path().join("home").display().to_string());
        set("ORCH_TEST_SCRIPTS", folder.path().join("scripts").display().to_string());
        set("ORCH_TEST_PACKETS", folder.path().join("packets").display().to_string());
        Self { folder, environment, calls: AtomicU64::new(0) }
    }

    /// The same, where programs are held to their permits as they are for everyone.
    pub fn confined(self) -> Self {
        std::fs::remove_file(self.outside("home/.config/orch/orch.toml")).unwrap();
        self
    }

    /// The same once more, in which nothing is done to this one.
    pub fn copy(&self) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut copy = Command::new("cp");
        copy.arg("-a").arg(self.folder.path().join(".")).arg(folder.path());
        assert!(child::output(&mut copy).status.success());
        let (from, to) = (self.folder.path().display(), folder.path().display());
        let moved = |(name, value): (&String, &String)| {
            (name.clone(), value.replace(&from.to_string(), &to.to_string()))
        };
        let environment = self.environment.iter().map(moved).collect();
        let calls = AtomicU64::new(self.calls.load(Ordering::Relaxed));
        Self { folder, environment, calls }
    }

    pub fn project(&self) -> PathBuf {
        self.folder.path().join("project")
    }

    /// A path beside the project.
    pub fn outside(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    pub fn file(self, path: &str, text: &str) -> Self {
        self.write(path, text);
        self
    }

    /// A workflow of the name and version 1; `rest` is the file from there on.
    pub fn workflow(self, name: &str, rest: &str) -> Self {
        self.write(
            &format!("workflows/{name}.toml"),
            format!("name = '{name}'\nversion = '1'\n{rest}"),
        );
        self
    }

    /// A contract of the name; `rest` is the file from there on.
    pub fn contract(self, name: &str, rest: &str) -> Self {
        self.write(&format!("contracts/{name}.toml"), format!("name = '{name}'\n{rest}"));
        self
    }

    /// A contract with one output and no other check.
    pub fn leaves(self, name: &str, path: &str) -> Self {
        self.contract(name, &format!("[[output]]\npath = '{path}'\n"))
    }

    /// Makes the scripted agent the default one; `more` is appended to orch.toml.
    pub fn agents(self, more: &str) -> Self {
        let agent = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/agent/scripted-agent");
        let text = format!(
            "[defaults]\nagent = 'claude'\n[agents.claude]\npreset = 'claude'\n\
             command = ['{agent}']\n{more}"
        );
        self.file("orch.toml", &text)
    }

    /// What the scripted agent does at a gate, or at one attempt of it: `write` or `write.2`.
    pub fn script(self, gate: &str, script: &str) -> Self {
        std::fs::write(self.outside(&format!("scripts/{gate}.sh")), script).unwrap();
        self
    }

    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.environment.insert(name.to_owned(), value.to_owned());
        self
    }

    pub fn write(&self, path: &str, text: impl AsRef<[u8]>) {
        let path = self.project().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    pub fn read(&self, path: &str) -> String {
        let whole = self.project().join(path);
        std::fs::read_to_string(&whole).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    pub fn exists(&self, path: &str) -> bool {
        self.project().join(path).symlink_metadata().is_ok()
    }

    pub fn remove(&self, path: &str) {
        std::fs::remove_file(self.project().join(path)).unwrap();
    }

    /// Runs the binary with words that hold no blanks.
    pub fn orch(&self, words: &str) -> Done {
        self.orch_with(&words.split_whitespace().collect::<Vec<_>>())
    }

    /// Runs the binary to its end.
    pub fn orch_with(&self, arguments: &[&str]) -> Done {
        self.done(&child::output(&mut self.command(arguments)))
    }

    /// Runs the binary by another program, which is handed the call as its last arguments.
    pub fn orch_by(&self, by: &[&str], words: &str) -> Done {
        let orch = self.command(&words.split_whitespace().collect::<Vec<_>>());
        let mut command = self.program(by[0]);
        command.args(&by[1..]).arg(orch.get_program()).args(orch.get_args());
        self.done(&child::output(&mut command))
    }

    /// Runs the binary by a shell, whose script calls it as `"$@"`.
    pub fn orch_in(&self, script: &str, words: &str) -> Done {
        self.orch_by(&["sh", "-c", script, "sh"], words)
    }

    /// Starts the binary in a process group of its own and leaves it running.
    pub fn start(&self, words: &str) -> Started {
        self.start_other(&mut self.command(&words.split_whitespace().collect::<Vec<_>>()))
    }

    /// Starts another program and leaves it running.
    pub fn start_other(&self, command: &mut Command) -> Started {
        let call = self.calls.fetch_add(1, Ordering::Relaxed);
        Started::new(command, self.outside(&format!("started-{call}.log")))
    }

    /// Starts the binary and leaves it running, to be talked to.
    pub fn talk_to(&self, arguments: &[&str]) -> Piped {
        Piped::new(&mut self.command(arguments))
    }

    /// Another program, in the project and with the house's variables.
    pub fn program(&self, name: &str) -> Command {
        let mut command = Command::new(name);
        command.env_clear().envs(&self.environment).current_dir(self.project());
        command
    }

    fn done(&self, output: &Output) -> Done {
        Done {
            code: output.status.code().unwrap_or(-1),
            stdout: self.stable(&output.stdout),
            stderr: self.stable(&output.stderr),
        }
    }

    /// A call of the binary, for who starts it otherwise.
    pub fn command(&self, arguments: &[&str]) -> Command {
        // Later calls come later, and their ids are others.
        let call = self.calls.fetch_add(1, Ordering::Relaxed);
        let now = format!("2026-01-19T{:02}:{:02}:12Z", 14 + (30 + call) / 60, (30 + call) % 60);
        let mut command = self.program(env!("CARGO_BIN_EXE_orch"));
        let now = if arguments.contains(&"--now") { vec![] } else { vec!["--now", &now] };
        command.args(now);
        command.args(["--seed", &(1 + 1000 * call).to_string()]).args(arguments);
        command
    }

    /// The folder of the newest run.
    pub fn run_folder(&self) -> PathBuf {
        self.run_folders().pop().expect("there is a run")
    }

    pub fn run_folders(&self) -> Vec<PathBuf> {
        let folder = self.project().join("orchestration/runs");
        let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
        let mut folders: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
        folders.sort();
        folders
    }

    pub fn run_id(&self) -> String {
        self.run_folder().file_name().unwrap().to_string_lossy().into_owned()
    }

    /// `RUN.json` of the newest run.
    pub fn record(&self) -> Json {
        read_json(&self.run_folder().join("record/RUN.json"))
    }

    /// One attempt's file of the newest run.
    pub fn attempt(&self, gate: &str, number: u32) -> Json {
        read_json(&self.run_folder().join(format!("record/gates/{gate}/attempt-{number}.json")))
    }

    /// The packet of one attempt of the newest run.
    pub fn packet(&self, gate: &str, number: u32) -> String {
        let path = format!("logs/gates/{gate}/attempt-{number}/prompt.txt");
        std::fs::read_to_string(self.run_folder().join(path)).unwrap()
    }

    /// Every gate of the newest run with its status: `a PASS, b FAIL`.
    pub fn gates(&self) -> String {
        let record = self.record();
        let gates = record["gates"].as_array().unwrap();
        let words = |gate: &Json| {
            format!("{} {}", gate["gate"].as_str().unwrap(), gate["status"].as_str().unwrap())
        };
        gates.iter().map(words).collect::<Vec<_>>().join(", ")
    }

    /// The statuses of a gate's attempts: `FAIL PASS`.
    pub fn attempts(&self, gate: &str) -> String {
        let record = self.record();
        let gates = record["gates"].as_array().unwrap();
        let gate = gates.iter().find(|entry| entry["gate"] == gate).expect("the gate is there");
        let attempts = gate["attempts"].as_array().unwrap();
        attempts.iter().map(|entry| entry["status"].as_str().unwrap()).collect::<Vec<_>>().join(" ")
    }

    /// Demands that the newest record is whole by a tool that is not ours.
    #[track_caller]
    pub fn sums_hold(&self) {
        let mut sums = self.program("sha256sum");
        sums.args(["--check", "--strict", "--quiet", "SHA256SUMS"]);
        let output = child::output(sums.current_dir(self.run_folder().join("record")));
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }

    /// The live journal of the newest run.
    pub fn journal(&self) -> PathBuf {
        self.project().join(format!(".git/orch/runs/{}/journal.jsonl", self.run_id()))
    }

    /// Whether anything of a run was written.
    pub fn has_runs(&self) -> bool {
        self.exists("orchestration") || self.exists(".git/orch/runs")
    }

    /// Paths and digests as every test sees them.
    fn stable(&self, bytes: &[u8]) -> String {
        let text = String::from_utf8_lossy(bytes);
        let real = self.folder.path().canonicalize().unwrap();
        let text = text.replace(&real.display().to_string(), "$HOUSE");
        let text = text.replace(&self.folder.path().display().to_string(), "$HOUSE");
        let digest = regex::Regex::new("[0-9a-f]{64}").unwrap();
        digest.replace_all(&text, "<sha256>").into_owned()
    }
}

impl Done {
    /// Demands an exit code.
    #[track_caller]
    pub fn code(self, code: i32) -> Self {
        assert_eq!(self.code, code, "\n{}", self.shown());
        self
    }

    /// Demands that one of the outputs holds a text.
    #[track_caller]
    pub fn says(self, text: &str) -> Self {
        let holds = self.stdout.contains(text) || self.stderr.contains(text);
        assert!(holds, "`{text}` is not in\n{}", self.shown());
        self
    }

    /// Demands that neither output holds a text.
    #[track_caller]
    pub fn never_says(self, text: &str) -> Self {
        let holds = self.stdout.contains(text) || self.stderr.contains(text);
        assert!(!holds, "`{text}` is in\n{}", self.shown());
        self
    }

    /// Exit code and both outputs, for a snapshot.
    pub fn shown(&self) -> String {
        format!("exit {}\n-- stdout\n{}-- stderr\n{}", self.code, self.stdout, self.stderr)
    }

    /// Standard output as the one JSON object that `--json` promises.
    #[track_caller]
    pub fn json(&self) -> Json {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("{error}\n{}", self.shown()))
    }
}

/// Waits until something holds.
#[track_caller]
pub fn wait_until(what: &str, mut holds: impl FnMut() -> bool) {
    let start = Instant::now();
    while !holds() {
        assert!(start.elapsed() < child::PATIENCE, "this never came: {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// Whether a process lives, by its number in a file.
pub fn is_alive(pid: &str) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{}/stat", pid.trim()));
    stat.is_ok_and(|stat| !stat.contains(") Z "))
}

/// Sends a signal to a process group; not by the program `kill`, of which some versions take
/// the minus of a group for all processes.
pub fn signal(signal: rustix::process::Signal, pid: u32) {
    let group = rustix::process::Pid::from_raw(i32::try_from(pid).unwrap()).unwrap();
    rustix::process::kill_process_group(group, signal).unwrap();
}

fn read_json(path: &Path) -> Json {
    let text =
        std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).unwrap()
}
