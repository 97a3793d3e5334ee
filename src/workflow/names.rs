//! The names that the templates of a workflow may use, and which gates those of each gate look at.

use super::Gate;
use super::GateStatus;
use super::InputType;
use super::file::GateFile;
use super::file::InputFile;
use super::reading::Gaps;
use crate::definition::Definition;
use crate::definition::TextKind;
use crate::id::GateId;
use crate::source::Source;
use crate::source::Unsound;
use crate::source::suggest;
use crate::template;
use crate::template::Asked;
use crate::template::Fields;
use crate::template::Library;
use crate::template::Names;
use crate::template::Shape;
use indexmap::IndexMap;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::sync::Arc;
use strum::VariantArray;

/// The names that every template of a gate may use, beside the inputs.
pub(super) const GATE_NAMES: [&str; 5] = ["run", "gate", "attempt", GATES, "session"];

/// The name of the table of all gates.
pub(super) const GATES: &str = "gates";

/// A gate that templates look at, or one instance of it, with the names of all its answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenGate {
    /// The gate.
    pub gate: GateId,
    /// The names of its answers.
    pub answers: Vec<String>,
}

/// What the templates of gates may look at.
pub(super) struct View {
    /// The inputs, and what every gate sees.
    names: Names,
    /// The inputs alone.
    inputs: Names,
    /// Every gate there is.
    all: Arc<[SeenGate]>,
    input_names: BTreeSet<String>,
}

impl View {
    pub(super) fn new(
        inputs: &IndexMap<String, InputFile>,
        gates: &[GateFile],
        gaps: &Gaps,
    ) -> Self {
        let mut input_names = of_inputs(inputs);
        if gaps.inputs_are_unknown {
            input_names.open();
        }
        let mut names = input_names.clone();
        for name in GATE_NAMES {
            names.insert(name, if name == GATES { Shape::Any } else { Shape::Single });
        }
        if !gaps.gates_are_unknown {
            names.insert(GATES, shape_of(gates, gaps));
        }
        let seen = |gate: &GateFile| {
            let gate_id = GateId::parse(gate.id.get_ref().as_str()).ok()?;
            Some(SeenGate { gate: gate_id, answers: gate.answers.keys().cloned().collect() })
        };
        let all = gates.iter().filter_map(seen).collect();
        let inputs = inputs.keys().cloned().collect();
        Self { names, inputs: input_names, all, input_names: inputs }
    }

    /// The names of the inputs.
    pub(super) fn inputs(&self) -> &Names {
        &self.inputs
    }

    /// What prompts may look at, beside the items of fan-outs: a gap may hold one of these.
    pub(super) fn of_prompts(&self, gaps: &Gaps) -> Names {
        let mut names = self.names.clone();
        if gaps.hide_names() {
            names.open();
        }
        names
    }

    /// What the templates of one gate may look at, but for the item that it is about: what lists the
    /// items knows none of them.
    pub(super) fn names_of(&self, source: &Source, gate: &GateFile) -> Result<Names, Box<Unsound>> {
        let mut names = self.names.clone();
        if let Some(own) = &gate.inputs {
            let unknown = own.iter().find(|name| !self.input_names.contains(name.get_ref()));
            if let Some(unknown) = unknown {
                let message = format!("unknown input `{}`", unknown.get_ref());
                let help = suggest(unknown.get_ref(), self.input_names.iter().map(String::as_str));
                return Err(source.unsound(unknown.span(), message).advise(help));
            }
            let is_own = |name: &&String| own.iter().any(|own| own.get_ref() == *name);
            names.hide(self.input_names.iter().filter(|name| !is_own(name)));
        }
        Ok(names)
    }

    /// The gates that templates ask for; none is looked at that no template asks for, since a long
    /// workflow has many.
    pub(super) fn seen(&self, asked: &Asked) -> Arc<[SeenGate]> {
        if asked.all {
            return Arc::clone(&self.all);
        }
        let seen = |name: &String| {
            let gate = GateId::parse(name.as_str()).ok()?;
            let whole = self.all.iter().find(|seen| seen.gate.as_str() == gate.base())?;
            Some(SeenGate { gate, answers: whole.answers.clone() })
        };
        asked.fields.iter().filter_map(seen).collect()
    }
}

/// The same with the item.
pub(super) fn with_item(names: &Names, gate: &GateFile) -> Names {
    let mut names = names.clone();
    names.extend(gate.each.iter().map(|each| each.name.get_ref().as_str()));
    names
}

/// The inputs by their names, and which texts a choice can be.
fn of_inputs(inputs: &IndexMap<String, InputFile>) -> Names {
    let mut names: Names = inputs.keys().map(String::as_str).collect();
    for (name, input) in inputs {
        names.insert(name.as_str(), shape_of_input(input));
    }
    names
}

/// What is known of an input or an answer.
fn shape_of_input(input: &InputFile) -> Shape {
    match input.kind.get_ref() {
        InputType::Choice if !input.choices.is_empty() => {
            Shape::OneOf(input.choices.clone().into())
        }
        InputType::List => Shape::Any,
        InputType::String
        | InputType::Slug
        | InputType::Path
        | InputType::File
        | InputType::Choice => Shape::Single,
        InputType::Integer | InputType::Number => Shape::Number,
        InputType::Bool => Shape::Truth,
    }
}

/// What every gate's entry in `gates` holds.
fn shape_of(gates: &[GateFile], gaps: &Gaps) -> Shape {
    let statuses = Shape::OneOf(GateStatus::VARIANTS.iter().map(ToString::to_string).collect());
    let with_answers = |answers: Shape| {
        let any =
            ["reason", "attempts", "outputs", "children"].map(|name| (name.to_owned(), Shape::Any));
        let mut fields: std::collections::BTreeMap<_, _> = any.into_iter().collect();
        fields.insert("status".to_owned(), statuses.clone());
        fields.insert("answers".to_owned(), answers);
        Shape::Table(Arc::new(Fields { called: "field of a gate", fields }))
    };
    let answers_of = |gate: &GateFile| {
        let fields = gate.answers.iter().map(|(name, input)| (name.clone(), shape_of_input(input)));
        Shape::Table(Arc::new(Fields { called: "answer", fields: fields.collect() }))
    };
    let none = Fields { called: "answer", fields: std::collections::BTreeMap::new() };
    // Most gates ask for nothing, and share what is known of them.
    let plain = with_answers(Shape::Table(Arc::new(none)));
    let fields = gates.iter().map(|gate| {
        let shape = match gate.answers.is_empty() {
            _ if gaps.cover(gate.id.span().start) => Shape::Any,
            true => plain.clone(),
            false => with_answers(answers_of(gate)),
        };
        (gate.id.get_ref().clone(), shape)
    });
    Shape::Table(Arc::new(Fields { called: "gate", fields: fields.collect() }))
}

/// Takes down what the texts of a gate ask for that stand beside its own table: its contract, and its
/// prompt and message with all that these include.
pub(super) fn ask(gate: &Gate, definition: &Definition, asked: &mut Asked) {
    if let Some(contract) = &gate.contract {
        contract.each_template(&mut |text| asked.take(text, GATES));
    }
    for (_, source) in prompts(gate, definition) {
        asked.take(&source.text, GATES);
    }
}

/// The prompt and the message of a gate, with all that these include, by their paths.
pub(super) fn prompts<'d>(gate: &Gate, definition: &'d Definition) -> BTreeMap<String, &'d Source> {
    let mut open: Vec<String> = gate.prompt.iter().chain(&gate.asking.message).cloned().collect();
    let mut read = BTreeMap::new();
    while let Some(path) = open.pop() {
        let Some(source) = definition.source(&path).filter(|_| !read.contains_key(&path)) else {
            continue;
        };
        let included = template::included(&source.text).into_iter();
        open.extend(included.map(|name| TextKind::Prompt.path(&name)));
        read.insert(path, source);
    }
    read
}

/// The inputs that a gate names as those it uses.
pub(super) fn own_inputs(gate: &GateFile) -> Option<BTreeSet<String>> {
    let own = gate.inputs.as_ref()?;
    Some(own.iter().map(|name| name.get_ref().clone()).collect())
}

/// Refuses inputs in a gate's prompt and message that it says it does not use. All other names there are
/// looked at for all prompts together.
pub(super) fn check_prompts(
    gate: &Gate,
    definition: &Definition,
    names: &Names,
) -> Result<(), Box<Unsound>> {
    if gate.inputs.is_none() {
        return Ok(());
    }
    let own = prompts(gate, definition);
    let texts: Vec<(&str, &Source)> = own
        .iter()
        .map(|(path, source)| (TextKind::Prompt.name(path).unwrap_or(path), *source))
        .collect();
    Library::parse(&texts, names).map(drop).map_err(|mut errors| errors.swap_remove(0))
}
