//! `command`: a program that judges by how it exits.

use super::Check;
use super::Flaw;
use super::MadeOf;
use super::Said;
use super::Scene;
use super::expect::Expect;
use super::text;
use crate::clock;
use crate::files::Beneath;
use crate::files::Log;
use crate::finding::Finding;
use crate::process;
use crate::process::Ending;
use crate::template;
use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::io;
use std::path::Path;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering;
use std::time::Duration;

/// The time that a program has where nothing is said.
const TIMEOUT: &str = "10m";

/// Makes the names of what commands print distinct within this process.
static COUNT: AtomicU64 = AtomicU64::new(0);

/// Runs a program, which must end with the expected exit code. It runs in the project folder,
/// without a shell and with empty standard input. The finding shows the lines that tell of failures
/// and the last 2000 bytes, both of stdout and of stderr.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Command {
    /// The program and its arguments, such as `["npm", "test"]`.
    #[serde(rename = "command")]
    argv: Vec<String>,
    /// The expected exit code: a number, a list of numbers, or `"nonzero"`; 0 by default.
    #[serde(default)]
    expect: Expect,
    /// After this time, such as `90s`, the program is ended and the check fails; `10m` by default.
    timeout: Option<String>,
    /// Environment variables to set, in addition to the inherited ones and those of the run.
    #[serde(default)]
    env: BTreeMap<String, String>,
}

impl Command {
    fn shown(&self) -> String {
        // A script is nothing to read here.
        let is_script = |word: &String| word.trim().contains('\n');
        let words = self.argv.iter().map(|word| if is_script(word) { "…" } else { word.as_str() });
        text::short(&words.collect::<Vec<_>>().join(" "))
    }

    fn timeout(&self) -> Result<Duration, String> {
        clock::parse_duration(self.timeout.as_deref().unwrap_or(TIMEOUT))
            .map_err(|error| error.to_string())
    }
}

impl Check for Command {
    fn reads_a_file() -> bool {
        false
    }

    fn words_beside_message(&self) -> Option<String> {
        None
    }

    fn made_of(&self) -> MadeOf<'_> {
        MadeOf::Program(&self.argv)
    }

    fn looks_at_attempt() -> bool {
        true
    }

    fn starts_programs() -> bool {
        true
    }

    fn words(&self) -> String {
        format!("`{}` ends with {}", self.shown(), self.expect)
    }

    fn flaw(&self) -> Option<Flaw> {
        if self.argv.first().is_none_or(String::is_empty) {
            return Some(
                Flaw::of("command", "`command` is empty")
                    .advise("write command = [\"program\", \"argument\"]"),
            );
        }
        if self.expect.is_empty() {
            return Some(
                Flaw::of("expect", "`expect` is an empty list")
                    .advise("write expect = 0, or a list of exit codes"),
            );
        }
        if let Some(name) = self.env.keys().find(|name| !process::is_variable(name)) {
            return Some(
                Flaw::of("env", format!("`{name}` is not a valid variable name"))
                    .advise("write a name such as API_URL, without blanks and `=`"),
            );
        }
        let timeout = self.timeout.as_deref().filter(|text| !template::has_expressions(text))?;
        match clock::parse_duration(timeout) {
            Ok(Duration::ZERO) => Some(
                Flaw::of("timeout", "`timeout` must be more than 0")
                    .advise("write timeout = \"30s\""),
            ),
            Ok(_) => None,
            Err(error) => Some(Flaw::of_time("timeout", &error)),
        }
    }

    fn judge(&self, scene: &Scene<'_>) -> Vec<Finding> {
        let timeout = match self.timeout() {
            Ok(timeout) => timeout,
            Err(message) => return vec![Finding::new(message)],
        };
        let (stdout, stderr) = match outputs(&scene.scratch) {
            Ok(outputs) => outputs,
            Err(error) => return vec![Finding::new(error.to_string())],
        };
        let mut environment = scene.environment.clone();
        environment.extend(self.env.clone());
        let mut command = process::ProgramCall {
            argv: self.argv.clone(),
            folder: scene.project.root().to_owned(),
            environment,
            stdin: None,
            stdout,
            stderr,
            timeout: Some(timeout),
            register: scene.register.cloned(),
            sandbox: scene.sandbox.cloned(),
        };
        let ending = match process::run(&command, scene.stop) {
            Ok(ending) => ending,
            Err(error) => return vec![Finding::new(error.to_string())],
        };
        for log in [&mut command.stdout, &mut command.stderr] {
            if let Err(error) = scene.secrets.redact_log(log) {
                return vec![Finding::new(format!(
                    "cannot save the output of the program: {error}"
                ))];
            }
        }
        let found = match ending {
            Ending::Exited(code) if self.expect.is(code) => return Vec::new(),
            Ending::Stopped | Ending::Halted => return vec![Finding::new("interrupted")],
            Ending::Exited(code) => format!("exit code {code}"),
            Ending::Signaled(signal) => format!("ended by signal {signal}"),
            Ending::TimedOut => format!("still running after {}", clock::show_duration(timeout)),
        };
        let said = Said::read(Some(&command.stdout), Some(&command.stderr));
        let found = [Some(found), said.line()].into_iter().flatten().collect::<Vec<_>>().join(": ");
        let message = format!("`{}` did not end as expected", self.shown());
        let finding = Finding::new(message).expected(&self.expect).actual(found);
        // A lone line has been told.
        let printed = Some(said.text()).filter(|text| text.contains('\n'));
        let finding = finding.printed(printed.unwrap_or_default());
        let logs = said.logs.iter().filter_map(|log| in_project(scene, Path::new(log))).collect();
        vec![Finding { logs, ..finding }]
    }
}

/// A path relative to the project, where it lies there.
fn in_project(scene: &Scene<'_>, path: &Path) -> Option<String> {
    let path = path.strip_prefix(scene.project.root()).ok()?;
    Some(path.display().to_string())
}

/// New files for what a program prints.
fn outputs(scratch: &Beneath) -> io::Result<(Log, Log)> {
    let number = COUNT.fetch_add(1, Ordering::Relaxed);
    let name = format!("check-{}-{number}", std::process::id());
    let log = |ending: &str| Log::create(scratch.join(format!("{name}.{ending}")));
    Ok((log("stdout")?, log("stderr")?))
}

#[cfg(test)]
mod tests {
    use crate::check::testing;
    use crate::check::testing::Setting;
    use crate::check::testing::judge;
    use crate::check::testing::judge_at;
    use crate::check::testing::read;

    #[test]
    fn a_program_that_exits_so_passes() {
        for parameters in [
            "command = ['true']",
            "command = ['sh', '-c', 'exit 3']\nexpect = 3",
            "command = ['sh', '-c', 'exit 3']\nexpect = [0, 3]",
            "command = ['sh', '-c', 'exit 3']\nexpect = 'nonzero'",
            "command = ['test', '-f', 'art/a.md']",
            "command = ['sh', '-c', 'exit $CODE']\nenv = { CODE = '4' }\nexpect = '4'",
            "command = ['sh', '-c', 'test \"$1\" = \"; exit 1\"', 'sh', '; exit 1']",
        ] {
            assert_eq!(judge("command", parameters, &[("art/a.md", "")]), [""; 0], "{parameters}");
        }
    }

    #[test]
    fn the_variables_of_the_run_reach_it() {
        let folder = tempfile::tempdir().unwrap();
        let environment = [("ORCH_RUN", "r1"), ("WORD", "a")];
        let environment = environment.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let setting = Setting { environment: environment.into(), ..Setting::default() };
        let parameters =
            "command = ['sh', '-c', 'test \"$ORCH_RUN$WORD\" = r1b']\nenv = { WORD = 'b' }";
        assert_eq!(judge_at(folder.path(), "command", parameters, "x", &setting), [""; 0]);
    }

    #[test]
    fn another_end_fails_with_what_was_printed() {
        let parameters =
            "command = ['sh', '-c', 'seq 30; printf \"\\033[31mbad\\033[0m\\n\" >&2; exit 2']";
        let findings = judge("command", parameters, &[]);
        let numbers: Vec<String> = (1..=30).map(|number| number.to_string()).collect();
        let numbers = numbers.join("\n");
        let message = "`sh -c seq 30; printf \"\\033[31mbad\\033[0m\\n\" >&2; exit 2`";
        assert_eq!(
            findings,
            [format!(
                "{message} did not end as expected (expected exit code 0, found exit code 2: bad); stdout:\n\
                 {numbers}\nstderr: bad []"
            )]
        );
        assert_eq!(
            judge("command", "command = ['true']\nexpect = 'nonzero'", &[]),
            ["`true` did not end as expected (expected a nonzero exit code, found exit code 0) []"]
        );
        assert_eq!(
            judge("command", "command = ['sh', '-c', 'kill -9 $$']\nexpect = 'nonzero'", &[]),
            [
                "`sh -c kill -9 $$` did not end as expected (expected a nonzero exit code, found ended by signal 9) []"
            ]
        );
    }

    #[test]
    fn what_does_not_run_or_end_fails() {
        assert_eq!(
            judge("command", "command = ['no-such-program']\nexpect = 'nonzero'", &[]),
            ["`no-such-program` was not found on PATH []"]
        );
        assert_eq!(
            judge("command", "command = ['sleep', '60']\ntimeout = '200ms'", &[]),
            [
                "`sleep 60` did not end as expected (expected exit code 0, found still running after 200ms) []"
            ]
        );
        let folder = tempfile::tempdir().unwrap();
        let setting = Setting::default();
        setting.stop.raise();
        let parameters = "command = ['sleep', '60']";
        assert_eq!(
            judge_at(folder.path(), "command", parameters, "x", &setting),
            ["interrupted []"]
        );
    }

    #[test]
    fn unsound_parameters_are_refused() {
        let flaw = |parameters: &str| read("command", parameters).err().unwrap();
        assert_eq!(flaw("command = []"), "`command` is empty");
        assert_eq!(flaw("command = ['x']\nexpect = []"), "`expect` is an empty list");
        assert_eq!(flaw("command = ['x']\ntimeout = '0s'"), "`timeout` must be more than 0");
        assert!(flaw("command = ['x']\ntimeout = '5'").contains("is not a duration"));
        assert!(flaw("command = ['x']\nexpect = 'zero'").contains("or \"nonzero\""));
        assert_eq!(
            flaw("command = ['x']\nenv = { 'a=b' = '' }"),
            "`a=b` is not a valid variable name"
        );
        assert!(testing::read("command", "command = ['x']\nexpect = '{{ code }}'").is_ok());
    }
}
