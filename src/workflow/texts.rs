//! The templates of one gate's table: parsed, and what they ask of the other gates taken down.

use super::names::GATES;
use crate::contract;
use crate::document::Placed;
use crate::files::ProjectPath;
use crate::source::Source;
use crate::source::Unsound;
use crate::template::Asked;
use crate::template::Names;
use crate::template::Template;
use std::cell::RefCell;

/// How a text of a gate's table is read.
pub(super) type Parse<'p> = dyn Fn(&Placed<String>) -> Result<Template, Box<Unsound>> + 'p;

pub(super) struct Texts<'t> {
    source: &'t Source,
    names: &'t Names,
    asked: RefCell<Asked>,
}

impl<'t> Texts<'t> {
    pub(super) fn new(source: &'t Source, names: &'t Names) -> Self {
        Self { source, names, asked: RefCell::default() }
    }

    pub(super) fn template(&self, text: &Placed<String>) -> Result<Template, Box<Unsound>> {
        self.ask(text);
        Template::parse(text.get_ref(), self.source, text.span(), self.names)
    }

    /// A path or glob inside the project.
    pub(super) fn inside(&self, text: &Placed<String>) -> Result<Template, Box<Unsound>> {
        self.ask(text);
        contract::inside(self.source, text, self.names)
    }

    /// A folder of the project.
    pub(super) fn folder(&self, text: &Placed<String>) -> Result<Template, Box<Unsound>> {
        let template = self.template(text)?;
        if template.is_literal() {
            let path = ProjectPath::parse(text.get_ref());
            path.map_err(|error| self.source.unsound(text.span(), error.to_string()))?;
        }
        Ok(template)
    }

    pub(super) fn condition(&self, text: &Placed<String>) -> Result<Template, Box<Unsound>> {
        self.ask(text);
        Template::parse_condition(text.get_ref(), self.source, text.span(), self.names)
    }

    /// What they ask of the table of gates.
    pub(super) fn asked(&self) -> Asked {
        self.asked.borrow().clone()
    }

    fn ask(&self, text: &Placed<String>) {
        self.asked.borrow_mut().take(text.get_ref(), GATES);
    }
}
