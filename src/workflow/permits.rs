//! What the programs of a gate are permitted, as the workflow and the gate say it.

use super::file::GateFile;
use super::texts::Texts;
use crate::document::Placed;
use crate::permits::Permits;
use crate::permits::ReadPermit;
use crate::template;
use crate::template::Context;
use crate::template::Template;

/// One `[permits]` table of a workflow, in which the files may be templates.
#[derive(Debug, Clone)]
pub struct PermitsTemplate {
    write: Option<Vec<Template>>,
    read: Option<Vec<Template>>,
    /// The rest of it.
    literal: Permits,
}

impl PermitsTemplate {
    fn build(table: &Placed<Permits>, texts: &Texts<'_>) -> Self {
        let inside = |globs: &[String]| -> Vec<Template> {
            let placed = globs.iter().map(|glob| Placed::new(table.span(), glob.clone()));
            placed.map(|glob| texts.inside(&glob)).collect()
        };
        let permits = table.get_ref();
        let literal = Permits { write: None, read: None, ..permits.clone() };
        Self {
            write: permits.write.as_deref().map(inside),
            read: permits.readable().map(inside),
            literal,
        }
    }

    /// Fills in the templates.
    pub fn render(&self, context: &Context) -> Result<Permits, template::Error> {
        let render = |globs: &Vec<Template>| -> Result<Vec<String>, template::Error> {
            globs.iter().map(|glob| glob.render_glob(context)).collect()
        };
        Ok(Permits {
            write: self.write.as_ref().map(render).transpose()?,
            read: self.read.as_ref().map(render).transpose()?.map(ReadPermit::Files),
            ..self.literal.clone()
        })
    }

    /// What is said as it stands in the workflow, with templates that are not filled in.
    pub fn as_written(&self) -> Permits {
        let texts = |globs: &Vec<Template>| -> Vec<String> {
            globs.iter().map(|glob| glob.text().to_owned()).collect()
        };
        Permits {
            write: self.write.as_ref().map(texts),
            read: self.read.as_ref().map(texts).map(ReadPermit::Files),
            ..self.literal.clone()
        }
    }
}

/// What the workflow and the gate say, the workflow first.
pub(super) fn build(
    workflow: Option<&Placed<Permits>>,
    gate: &GateFile,
    texts: &Texts<'_>,
) -> Vec<PermitsTemplate> {
    let tables = workflow.into_iter().chain(&gate.permits);
    tables.map(|table| PermitsTemplate::build(table, texts)).collect()
}
