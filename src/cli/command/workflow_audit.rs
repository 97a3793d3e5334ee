//! `orch workflow audit`: what a workflow may do, row by row, and what was found.

use super::Failure;
use crate::audit::Audit;
use crate::audit::AuditChange;
use crate::audit::AuditFinding;
use crate::audit::AuditLevel;
use crate::cli::answer::Face;
use crate::cli::door;
use crate::cli::examples;
use crate::cli::global::Global;
use crate::cli::inputs;
use crate::cli::table;
use crate::envelope::exit;
use crate::ops::Error;
use crate::ops::Instructions;
use crate::ops::Suggestion;
use crate::ops::workflow_audit;
use crate::ops::workflow_audit::FailOn;
use crate::workflow::Workflow;
use clap::Args;
use clap::Command;
use clap::FromArgMatches;
use std::fmt::Write as _;
use std::path::Path;
use std::path::PathBuf;

/// The largest earlier audit that is read, in bytes.
const EARLIER_BYTES_MAX: u64 = 16 * 1024 * 1024;

/// The workflow and its inputs, whose flags are known when the workflow is read.
#[derive(Debug, clap::Args)]
#[command(disable_help_flag = true)]
pub struct Arguments {
    /// Workflow name and inputs; --format FORMAT; --fail-on LEVEL; --agent NAME; --against FILE.
    #[arg(
        trailing_var_arg = true,
        allow_hyphen_values = true,
        value_name = "WORKFLOW --<input> …"
    )]
    words: Vec<String>,
}

/// Output format of an audit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum)]
enum AuditFormat {
    #[default]
    Text,
    Json,
    Sarif,
    Markdown,
}

/// What can be said of an audit, whatever its workflow.
#[derive(Debug, clap::Args)]
struct AuditOptions {
    /// Output format
    #[arg(long, value_enum, default_value_t)]
    format: AuditFormat,
    /// Exit with 1 if there is a finding of this level or higher
    #[arg(long, value_enum, value_name = "LEVEL", default_value_t)]
    fail_on: FailOn,
    /// Agent for roles that orch.toml does not name
    #[arg(long, value_name = "NAME")]
    agent: Option<String>,
    /// Compare with an earlier audit, printed with --format json
    #[arg(long, value_name = "FILE")]
    against: Option<PathBuf>,
}

pub fn execute(face: &Face, arguments: &Arguments) -> Result<u8, Failure> {
    let Some((name, _)) = arguments.words.split_first() else {
        return Err(Error::usage("a workflow name is required")
            .advise_command(Suggestion::new("workflow list"))
            .into());
    };
    if name == "--help" || name == "-h" {
        return Err(help());
    }
    let before = face.global.or_among(&arguments.words);
    let project = before.open(false)?;
    let (workflow, _) = Workflow::load(name, &project.shelf).map_err(Error::from)?;
    let matches = inputs::read(of_audit(&workflow), &workflow, arguments.words.clone())?;
    let options = AuditOptions::from_arg_matches(&matches)?;
    let mut face = Face::new(Global::from_arg_matches(&matches)?.or(&before));
    face.global.json |= options.format == AuditFormat::Json;
    let project = face.global.open_after(project, &before, false)?;
    let request = workflow_audit::Request {
        workflow: name.clone(),
        inputs: inputs::typed(&project, &workflow, &matches)?,
        agent: options.agent,
        fail_on: options.fail_on,
        against: options.against.as_deref().map(earlier).transpose()?,
    };
    let reply = workflow_audit::workflow_audit(&project, &request)?;
    if options.format == AuditFormat::Sarif {
        let log = reply.audit.sarif();
        match face.global.json {
            true if reply.failed => {
                face.answer_failure(&log, &Instructions::default(), "");
            }
            true => face.answer(&log, &Instructions::default(), ""),
            false => door::out_json(&format!("{log:#}")),
        }
        return Ok(if reply.failed { exit::FAILED } else { exit::DONE });
    }
    let mut text = in_words(&reply.audit);
    if let Some(change) = &reply.change {
        write_change(&mut text, change);
    }
    if options.format == AuditFormat::Markdown {
        text = workflow_audit::markdown(&reply);
    }
    Ok(if reply.failed {
        face.answer_failure(&reply, &Instructions::default(), &text);
        exit::FAILED
    } else {
        face.answer(&reply, &Instructions::default(), &text);
        exit::DONE
    })
}

/// Reads an earlier audit: the whole reply, or its data.
fn earlier(path: &Path) -> Result<Box<Audit>, Error> {
    let shown = path.display();
    let wrong = |what: String| {
        Error::usage(format!("cannot read the audit in {shown}: {what}"))
            .advise("print one with: orch workflow audit WORKFLOW --format json")
    };
    let bytes = crate::files::read_small(path, EARLIER_BYTES_MAX);
    let bytes = bytes.map_err(|error| wrong(error.to_string()))?;
    let bytes = bytes.ok_or_else(|| wrong("the file does not exist".to_owned()))?;
    let mut json: serde_json::Value =
        serde_json::from_slice(&bytes).map_err(|error| wrong(error.to_string()))?;
    let data = json.get_mut("data").map(serde_json::Value::take).unwrap_or(json);
    serde_json::from_value(data).map_err(|error| wrong(error.to_string()))
}

fn in_words(audit: &Audit) -> String {
    let mut text = format!("{} {}\n", audit.workflow, audit.version);
    for row in &audit.rows {
        let _ = writeln!(text, "\n{} ({})", row.row, row.decided.as_str());
        let said = row.said.iter().map(|line| {
            let gate = line.gate.as_ref().map(|gate| format!("  {gate}"));
            match gate {
                Some(gate) => vec![gate, line.text.clone()],
                None => vec![format!("  {}", line.text)],
            }
        });
        let (gates, whole): (Vec<_>, Vec<_>) = said.partition(|cells| cells.len() > 1);
        text.push_str(&table::table(&gates));
        for cells in &whole {
            text.push_str(&table::folded(&cells.concat()));
            if !text.ends_with('\n') {
                text.push('\n');
            }
        }
        for left_out in &row.not_looked_at {
            let _ = writeln!(text, "  not covered: {left_out}");
        }
    }
    for finding in audit.findings() {
        write_finding(&mut text, finding);
    }
    let counts = AuditLevel::ALL.map(|level| {
        let count = audit.count(level);
        format!("{count} {}{}", level.as_str(), if count == 1 { "" } else { "s" })
    });
    let _ = writeln!(text, "\n{}", counts.join(", "));
    text
}

fn write_finding(text: &mut String, finding: &AuditFinding) {
    let AuditFinding { level, rule, message, file, line, column, help, .. } = finding;
    let _ = writeln!(text, "\n{}: {message} [{rule}]", level.as_str());
    let _ = writeln!(text, "  --> {file}:{line}:{column}");
    let _ = writeln!(text, "  help: {help}");
}

fn write_change(text: &mut String, change: &AuditChange) {
    let AuditChange { added, removed, wider, narrower, .. } = change;
    if [added, removed].iter().all(|it| it.is_empty())
        && [wider, narrower].iter().all(|it| it.is_empty())
    {
        text.push_str("\nno difference to the earlier audit\n");
        return;
    }
    text.push_str("\ndifference to the earlier audit\n");
    let finding =
        |it: &AuditFinding| format!("{}: {} [{}]", it.level.as_str(), it.message, it.rule);
    for (sign, findings, lines) in [("+", added, wider), ("-", removed, narrower)] {
        for line in findings.iter().map(finding).chain(lines.iter().cloned()) {
            let _ = writeln!(text, "  {sign} {line}");
        }
    }
}

fn help() -> Failure {
    let command = flags(Command::new("orch workflow audit"))
        .override_usage("orch workflow audit WORKFLOW [--<input> …] [OPTIONS]")
        .after_help(format!(
            "Show a workflow's inputs and all options with: orch workflow audit WORKFLOW \
             --help\n\n{}",
            examples::of("workflow audit")
        ));
    command
        .try_get_matches_from(["orch workflow audit", "--help"])
        .map_or_else(Failure::from, |_| Error::usage("a workflow name is required").into())
}

/// `orch workflow audit NAME` as a command of its own, for its flags and its help.
pub fn of_audit(workflow: &Workflow) -> Command {
    let title = format!("orch workflow audit {}", workflow.name);
    flags(inputs::flags(Command::new(title.clone()).bin_name(title), workflow))
}

/// A command with the options of an audit, whatever its workflow.
pub fn options(command: Command) -> Command {
    AuditOptions::augment_args(command)
}

fn flags(command: Command) -> Command {
    Global::augment_args(options(command))
        .about("Show what a workflow may do before it runs, and what to fix")
        .after_help(examples::of("workflow audit"))
        .max_term_width(100)
}
