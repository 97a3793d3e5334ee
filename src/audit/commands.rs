//! Inputs in commands: an argument is one argument whatever it holds, and a script that a value stands
//! in runs that value as code.

use super::places::Key;
use super::programs;
use super::programs::CodeArgument;
use super::report::AuditFinding;
use super::report::AuditLevel;
use super::report::AuditRow;
use super::report::Certainty;
use super::subject::AuditSubject;
use super::subject::Found;
use super::subject::counted;
use crate::contract::Contract;
use crate::template;
use crate::template::Template;
use crate::workflow::EachList;
use crate::workflow::Gate;
use crate::workflow::InputType;
use crate::workflow::Work;
use regex::Regex;
use std::sync::LazyLock;

/// What orch itself gives templates: none of it is anybody's text.
const OWN: [&str; 4] = ["attempt", "gate", "run", "session"];

/// What other gates have come to; of that, their statuses and counts are orch's own words.
const GATES: &str = "gates";

static OWN_OF_GATES: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r#"gates(?:\.\w+|\[["'][^\]]*["']\])\.(?:status|attempts)\b"#).ok()
});

/// The kind of check that runs a program, and its parameter.
const COMMAND: &str = "command";

/// A script that runs an input as code.
static RUNS_INPUT: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let runs = r"(?:\beval\b|\b(?:sh|bash|dash|zsh|ksh)\s+(?:-\w+\s+)*-\w*c)";
    Regex::new(&format!(r#"{runs}\s+["']?\$\{{?(ORCH_INPUT_\w+)"#)).ok()
});

pub(super) fn row(subject: &AuditSubject<'_>) -> AuditRow {
    let mut row = AuditRow::new("commands");
    let mut count = 0;
    for (_, gate) in subject.gates() {
        count += of_work(subject, gate, &mut row);
        let rules = gate.contract.iter().flat_map(Contract::rules);
        for rule in rules.filter(|rule| rule.kind.name == COMMAND) {
            count += 1;
            let argv = rule.texts(COMMAND);
            let words: Vec<&str> = argv.iter().map(String::as_str).collect();
            for code in programs::code(&words) {
                row.findings.extend(run_as_code(subject, gate, &code, &|words, found| {
                    subject.in_contract(gate, words, found)
                }));
            }
        }
    }
    if count > 0 {
        let commands = counted(count, "command", "commands");
        row.say(None, format!("{commands}; each argument is passed as it is, never split"));
    }
    row
}

/// What a gate's own command does with inputs; how many commands it has.
fn of_work(subject: &AuditSubject<'_>, gate: &Gate, row: &mut AuditRow) -> usize {
    let argv = match &gate.work {
        Work::Command(argv) => argv.clone(),
        Work::Shell { script, .. } => {
            row.leave_out(Certainty::Partial, "what scripts do with the variables of inputs");
            row.findings.extend(run_by_script(subject, gate, script));
            return 1;
        }
        Work::Workflow(child) => match &child.worktree.setup {
            Some(setup) => setup.clone(),
            None => return 0,
        },
        Work::Human | Work::Agent(_) => return 0,
    };
    let words: Vec<&str> = argv.iter().map(Template::text).collect();
    for code in programs::code(&words) {
        let at = code.at;
        row.findings.extend(run_as_code(subject, gate, &code, &|_, found| {
            subject.at(gate, Key::Argument(at), found)
        }));
    }
    row.findings.extend(program_by_input(subject, gate, &argv));
    1
}

/// A value that stands in a text which an interpreter runs.
fn run_as_code(
    subject: &AuditSubject<'_>,
    gate: &Gate,
    code: &CodeArgument<'_>,
    placed: &dyn Fn(&str, Found) -> AuditFinding,
) -> Option<AuditFinding> {
    let names = foreign(subject, gate, code.text)?;
    let CodeArgument { program, text, .. } = code;
    Some(placed(
        text,
        Found {
            rule: "input-in-code",
            level: AuditLevel::Error,
            message: format!(
                "`{program}` runs an argument of gate {} as code that contains `{names}`, whose \
                 value could be a command",
                gate.id
            ),
            help: "use `shell` and the variable \"$ORCH_INPUT_<NAME>\", or pass the value as an \
                   argument of its own"
                .to_owned(),
        },
    ))
}

/// The first name in a text whose value is not the workflow's own, where there is one.
fn foreign(subject: &AuditSubject<'_>, gate: &Gate, text: &str) -> Option<String> {
    if !template::has_expressions(text) {
        return None;
    }
    match Template::try_from(text.to_owned()) {
        Ok(template) => {
            template.names().iter().find(|name| is_foreign(subject, gate, name, text)).cloned()
        }
        Err(_) => Some(text.to_owned()),
    }
}

/// Whether somebody else than the workflow's author writes what a name stands for.
fn is_foreign(subject: &AuditSubject<'_>, gate: &Gate, name: &str, text: &str) -> bool {
    if name == GATES {
        let without = OWN_OF_GATES.as_ref().map(|own| own.replace_all(text, ""));
        return without.is_none_or(|without| without.contains(GATES));
    }
    let each = gate.each.as_ref().filter(|each| each.name == name);
    if let Some(each) = each {
        return match &each.list {
            EachList::Expression(list) => !list.names().is_empty(),
            EachList::File { .. } => true,
        };
    }
    let input = subject.workflow.inputs.iter().find(|input| input.name == name);
    match input.map(|input| input.kind) {
        None => !OWN.contains(&name),
        Some(InputType::String | InputType::Path | InputType::File | InputType::List) => true,
        Some(
            InputType::Slug
            | InputType::Choice
            | InputType::Integer
            | InputType::Number
            | InputType::Bool,
        ) => false,
    }
}

/// A program that a value names.
fn program_by_input(
    subject: &AuditSubject<'_>,
    gate: &Gate,
    argv: &[Template],
) -> Option<AuditFinding> {
    let program = argv.first()?;
    let name = foreign(subject, gate, program.text())?;
    let found = Found {
        rule: "input-names-program",
        level: AuditLevel::Warning,
        message: format!("`{name}` decides which program gate {} runs", gate.id),
        help: "name the program in the workflow, or make the input a `choice`".to_owned(),
    };
    Some(subject.at(gate, Key::Argument(0), found))
}

/// A script that runs an input as code.
fn run_by_script(subject: &AuditSubject<'_>, gate: &Gate, script: &str) -> Option<AuditFinding> {
    let found = RUNS_INPUT.as_ref()?.captures(script)?;
    let found = Found {
        rule: "input-run-by-script",
        level: AuditLevel::Warning,
        message: format!("the script of gate {} runs `{}` as code", gate.id, &found[1]),
        help: "keep the command in the workflow, and let the input choose among a few".to_owned(),
    };
    Some(subject.at(gate, Key::Shell, found))
}
