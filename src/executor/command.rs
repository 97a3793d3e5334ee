//! `command`: a program or a shell script. Inputs reach a script by its environment
//! only, so that no input is ever run as code.

use super::Begun;
use super::Call;
use super::CallOutcome;
use super::Error;
use super::Executor;
use super::Launch;
use super::usage::Usage;
use serde::Deserialize;
use serde::Serialize;
use std::collections::BTreeMap;

/// A program to run at a gate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommandExecutor {
    /// The program and its arguments, rendered and never split.
    pub argv: Vec<String>,
}

impl Executor for CommandExecutor {
    fn begin(&self, call: &Call<'_>) -> Result<Begun, Error> {
        let argv = self.argv.clone();
        let program = argv.first().cloned().unwrap_or_default();
        let launch = Launch { argv, environment: BTreeMap::new(), stdin: None, timeout: None };
        let landing = call.launch(launch, &mut |_| Usage::default())?;
        Ok(Begun::Finished(Box::new(CallOutcome {
            conclusion: landing.conclusion(&program, &BTreeMap::new(), &[]),
            ending: landing.ending,
            duration: landing.duration,
            usage: Usage::default(),
            denied: Vec::new(),
        })))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::executor::Backoff;
    use crate::executor::Conclusion;
    use crate::executor::Cut;
    use crate::executor::testing::Stage;
    use std::time::Duration;

    fn shell(script: &str) -> CommandExecutor {
        CommandExecutor { argv: ["sh", "-c", script].map(str::to_owned).to_vec() }
    }

    fn failed(reason: &str) -> Conclusion {
        Conclusion::Failed { reason: reason.to_owned() }
    }

    fn interrupted(reason: &str) -> Conclusion {
        Conclusion::Interrupted { cut: Cut::Outside, reason: reason.to_owned() }
    }

    fn transient(reason: &str) -> Conclusion {
        let cut = Cut::Transient { retry_after: None, backoff: Backoff::default() };
        Conclusion::Interrupted { cut, reason: reason.to_owned() }
    }

    #[test]
    fn inputs_stay_text_on_both_ways() {
        let mut stage = Stage::new();
        let title = "$(id); `id` 'x' \"y\"";
        stage.environment.insert("ORCH_INPUT_TITLE".to_owned(), title.to_owned());
        let outcome = stage.begin(&shell("printf %s \"$ORCH_INPUT_TITLE\""), "");
        assert_eq!((outcome.conclusion.clone(), stage.printed()), (Conclusion::Done, title.into()));
        assert_eq!((outcome.exit_code(), outcome.usage), (Some(0), Usage::default()));
        let argv = ["printf", "%s", title].map(str::to_owned).to_vec();
        stage.begin(&CommandExecutor { argv }, "");
        assert_eq!(stage.printed(), title);
    }

    #[test]
    fn failures_and_interruptions_are_told_apart() {
        let mut stage = Stage::new();
        let conclusion = |script: &str| stage.begin(&shell(script), "").conclusion;
        assert_eq!(conclusion("exit 3"), failed("`sh` exited with code 3"));
        assert_eq!(conclusion("exit 75"), transient("`sh` exited with code 75"));
        assert_eq!(conclusion("kill -KILL $$"), interrupted("`sh` was ended by signal 9"));
        assert_eq!(conclusion("kill -SEGV $$"), failed("`sh` was ended by signal 11"));
        stage.timeout = Some(Duration::from_millis(100));
        let outcome = stage.begin(&shell("sleep 60"), "");
        assert_eq!(outcome.conclusion, failed("`sh` timed out after 100ms"));
        assert_eq!(outcome.exit_code(), None);
        stage.timeout = None;
        stage.stop.raise();
        let outcome = stage.begin(&shell("sleep 60"), "");
        assert_eq!(outcome.conclusion, interrupted("`sh` was stopped"));
    }
}
