//! The tools, as a table: which operation each one carries out, what it does to the world, and which of
//! the operation's arguments it takes. None of them gives a person's word.

use self::ToolArgument::As;
use self::ToolArgument::OneOf;
use self::ToolArgument::Told;
use self::ToolArgument::Words;
use rmcp::model::ToolAnnotations;

/// Which tools a client sees.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
pub enum Surface {
    /// What an agent working at a gate needs.
    #[default]
    Agent,
    /// The same, plus starting, steering and verifying runs.
    Operator,
}

/// What a tool does to the world, as clients ask it.
#[derive(Debug, Clone, Copy)]
pub enum ToolEffect {
    /// Nothing changes, and no program runs.
    Reads,
    /// Nothing is recorded, but the commands of a contract run.
    Judges,
    /// Something is added to the record.
    Records,
    /// A run stops, and can go on.
    Pauses,
    /// Programs begin to work, which change files and may cost money.
    Begins,
    /// A run ends for good.
    Ends,
}

impl ToolEffect {
    /// The four hints of the protocol.
    pub fn annotations(self) -> ToolAnnotations {
        let reads_only = matches!(self, Self::Reads);
        let destroys = matches!(self, Self::Begins | Self::Ends);
        let is_open = matches!(self, Self::Begins);
        let is_idempotent = matches!(self, Self::Reads | Self::Judges | Self::Pauses | Self::Ends);
        ToolAnnotations::new()
            .read_only(reads_only)
            .destructive(destroys)
            .idempotent(is_idempotent)
            .open_world(is_open)
    }
}

/// An argument of a tool, by the name that the operation has for it.
#[derive(Debug, Clone, Copy)]
pub enum ToolArgument {
    /// As the operation takes it, and described as there.
    As(&'static str),
    /// The same, described for who reads no command line.
    Told(&'static str, &'static str),
    /// A text, where a command line takes words.
    Words(&'static str, &'static str),
    /// One of these words.
    OneOf(&'static str, &'static [&'static str]),
}

/// A tool.
#[derive(Debug)]
pub struct Tool {
    pub name: &'static str,
    pub title: &'static str,
    pub description: &'static str,
    /// The operation that it carries out.
    pub operation: &'static str,
    pub effect: ToolEffect,
    surface: Surface,
    pub takes: &'static [ToolArgument],
}

/// What kinds of notes those who work take.
const KINDS: &[&str] = &["update", "note", "log", "decision", "summary"];

const RUN: ToolArgument = As("run");
const GATE: ToolArgument = As("gate");

const TOOLS: [Tool; 16] = [
    Tool {
        name: "work_next",
        title: "What to do next",
        description: "Show how a run stands, whom it waits for, and the packet of the gate to work \
                      on. Call it first.",
        operation: "next",
        effect: ToolEffect::Reads,
        surface: Surface::Agent,
        takes: &[RUN],
    },
    Tool {
        name: "run_show",
        title: "Show a run",
        description: "Show a run's record: inputs, gates, attempts with findings, costs, events.",
        operation: "run_show",
        effect: ToolEffect::Reads,
        surface: Surface::Agent,
        takes: &[RUN],
    },
    Tool {
        name: "gate_check",
        title: "Check a gate",
        description: "Judge the outputs of a gate by its contract, without handing them in. Runs the \
                      contract's commands. Fix what it finds, then check again.",
        operation: "gate_check",
        effect: ToolEffect::Judges,
        surface: Surface::Agent,
        takes: &[RUN, GATE],
    },
    Tool {
        name: "gate_finish",
        title: "Hand in a gate",
        description: "Hand in the work of a gate that waits for an agent: its outputs are judged, the \
                      verdict is recorded, and the run continues.",
        operation: "gate_finish",
        effect: ToolEffect::Records,
        surface: Surface::Agent,
        takes: &[
            RUN,
            GATE,
            Told("answers", "Answers to the questions of the gate, each as NAME=VALUE."),
        ],
    },
    Tool {
        name: "gate_fail",
        title: "Give up a gate",
        description: "End the attempt at a gate as failed, with the reason. Only if the work cannot be \
                      done; if a person must decide something, escalate.",
        operation: "gate_fail",
        effect: ToolEffect::Records,
        surface: Surface::Agent,
        takes: &[RUN, GATE, As("reason")],
    },
    Tool {
        name: "escalate",
        title: "Ask a person",
        description: "Ask a person a question instead of guessing. The attempt ends; the next one \
                      begins with the answer.",
        operation: "escalate",
        effect: ToolEffect::Records,
        surface: Surface::Agent,
        takes: &[
            RUN,
            GATE,
            Words("text", "The question, with what is needed to answer it."),
            Told("options", "Possible answers."),
            As("domain"),
            Told("to", "Who alone may answer, by name; they sign it."),
        ],
    },
    Tool {
        name: "note",
        title: "Record a note",
        description: "Record progress, a decision with its reason, completed work, or the summary of a \
                      gate's work.",
        operation: "note",
        effect: ToolEffect::Records,
        surface: Surface::Agent,
        takes: &[RUN, GATE, Words("text", "The words."), OneOf("kind", KINDS)],
    },
    Tool {
        name: "workflow_list",
        title: "List workflows",
        description: "List the workflows that can be run here.",
        operation: "workflow_list",
        effect: ToolEffect::Reads,
        surface: Surface::Operator,
        takes: &[],
    },
    Tool {
        name: "workflow_show",
        title: "Show a workflow",
        description: "Show the text of a workflow with its inputs and gates.",
        operation: "workflow_show",
        effect: ToolEffect::Reads,
        surface: Surface::Operator,
        takes: &[As("name")],
    },
    Tool {
        name: "workflow_check",
        title: "Check workflows",
        description: "Report everything that is wrong with workflows and their contracts. Runs nothing.",
        operation: "workflow_check",
        effect: ToolEffect::Reads,
        surface: Surface::Operator,
        takes: &[As("names")],
    },
    Tool {
        name: "run_list",
        title: "List runs",
        description: "List the runs of the project, the newest first.",
        operation: "run_list",
        effect: ToolEffect::Reads,
        surface: Surface::Operator,
        takes: &[As("status"), As("workflow"), As("key"), As("since")],
    },
    Tool {
        name: "run_start",
        title: "Start a run",
        description: "Start a run of a workflow. A worker drives it: commands run and agents are paid \
                      for until a person is needed. With agent `none`, gates for agents wait for you.",
        operation: "run_detach",
        effect: ToolEffect::Begins,
        surface: Surface::Operator,
        takes: &[As("workflow"), As("inputs"), As("again"), As("budget"), As("agent"), As("until")],
    },
    Tool {
        name: "run_resume",
        title: "Resume a run",
        description: "Resume a run, whatever stopped it; failed gates are tried again. A worker drives \
                      it on.",
        operation: "run_resume",
        effect: ToolEffect::Begins,
        surface: Surface::Operator,
        takes: &[RUN, As("budget"), As("agent"), As("until")],
    },
    Tool {
        name: "run_pause",
        title: "Pause a run",
        description: "Stop a run until it is resumed. What is at work is ended.",
        operation: "run_pause",
        effect: ToolEffect::Pauses,
        surface: Surface::Operator,
        takes: &[RUN, As("reason")],
    },
    Tool {
        name: "run_cancel",
        title: "Cancel a run",
        description: "End a run for good.",
        operation: "run_cancel",
        effect: ToolEffect::Ends,
        surface: Surface::Operator,
        takes: &[RUN, As("reason")],
    },
    Tool {
        name: "verify",
        title: "Verify a run",
        description: "Verify the record and the artifacts of a run, byte for byte, and its approvals.",
        operation: "verify",
        effect: ToolEffect::Reads,
        surface: Surface::Operator,
        takes: &[RUN, As("all")],
    },
];

impl Surface {
    /// Its tools.
    pub fn tools(self) -> impl Iterator<Item = &'static Tool> {
        let is_seen = move |tool: &&Tool| match self {
            Self::Agent => tool.surface == Self::Agent,
            Self::Operator => true,
        };
        TOOLS.iter().filter(is_seen)
    }
}

impl ToolArgument {
    pub fn name(self) -> &'static str {
        match self {
            As(name) | Told(name, _) | Words(name, _) | OneOf(name, _) => name,
        }
    }
}
