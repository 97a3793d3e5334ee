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
pub(super) type Parse<'p> = dyn Fn(&Placed<String>) -> Template + 'p;

pub(super) struct Texts<'t> {
    source: &'t Source,
    names: &'t Names,
    /// Those of the texts that list the items of a fan-out.
    outer: &'t Names,
    asked: RefCell<Asked>,
    wrong: RefCell<Vec<Box<Unsound>>>,
}

impl<'t> Texts<'t> {
    pub(super) fn new(source: &'t Source, (outer, names): (&'t Names, &'t Names)) -> Self {
        Self { source, names, outer, asked: RefCell::default(), wrong: RefCell::default() }
    }

    /// Keeps what is wrong for the end, so that it hides no other.
    pub(super) fn kept<T>(&self, read: Result<T, Box<Unsound>>) -> Option<T> {
        read.map_err(|error| self.wrong.borrow_mut().push(error)).ok()
    }

    /// What was wrong.
    pub(super) fn wrong(&self) -> Vec<Box<Unsound>> {
        self.wrong.take()
    }

    pub(super) fn template(&self, text: &Placed<String>) -> Template {
        self.ask(text);
        self.kept_text(Template::parse(text.get_ref(), self.source, text.span(), self.names))
    }

    /// The same where more names are known.
    pub(super) fn template_with(
        &self,
        text: &Placed<String>,
        more: &dyn Fn(&Names) -> Names,
    ) -> Template {
        self.ask(text);
        let names = more(self.names);
        self.kept_text(Template::parse(text.get_ref(), self.source, text.span(), &names))
    }

    /// A path or glob inside the project.
    pub(super) fn inside(&self, text: &Placed<String>) -> Template {
        self.ask(text);
        self.kept_text(contract::inside(self.source, text, self.names))
    }

    /// The same where more names are known.
    pub(super) fn inside_with(
        &self,
        text: &Placed<String>,
        more: &dyn Fn(&Names) -> Names,
    ) -> Template {
        self.ask(text);
        self.kept_text(contract::inside(self.source, text, &more(self.names)))
    }

    /// An expression that lists the items of a fan-out.
    pub(super) fn of_items(&self, text: &Placed<String>) -> Template {
        self.ask(text);
        self.kept_text(Template::parse(text.get_ref(), self.source, text.span(), self.outer))
    }

    /// A path of a file that lists them.
    pub(super) fn file_of_items(&self, text: &Placed<String>) -> Template {
        self.ask(text);
        self.kept_text(contract::inside(self.source, text, self.outer))
    }

    /// A folder of the project.
    pub(super) fn folder(&self, text: &Placed<String>) -> Template {
        let template = self.template(text);
        if template.is_literal() && template.text() == text.get_ref() {
            let path = ProjectPath::parse(text.get_ref());
            self.kept(path.map_err(|error| {
                self.source.unsound(text.span(), error.to_string()).advise(error.help())
            }));
        }
        template
    }

    pub(super) fn condition(&self, text: &Placed<String>) -> Template {
        self.ask(text);
        self.kept_text(Template::parse_condition(
            text.get_ref(),
            self.source,
            text.span(),
            self.names,
        ))
    }

    /// What stands in for a text that is none is never looked at.
    fn kept_text(&self, read: Result<Template, Box<Unsound>>) -> Template {
        self.kept(read).unwrap_or_else(|| Template::literal(""))
    }

    /// What they ask of the table of gates.
    pub(super) fn asked(&self) -> Asked {
        self.asked.borrow().clone()
    }

    fn ask(&self, text: &Placed<String>) {
        self.asked.borrow_mut().take(text.get_ref(), GATES);
    }
}
