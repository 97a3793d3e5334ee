//! The recipe of a gate: everything that decides what its work comes to, as one
//! digest, and what it reads, file by file.

use super::ingredients;
use super::look::Look;
use super::named;
use super::packet;
use crate::digest::Digest;
use crate::event::Recipe;
use crate::files::Globs;
use crate::files::OpenError;
use crate::files::ProjectFolder;
use crate::files::ProjectPath;
use crate::id::AttemptId;
use crate::id::GateId;
use crate::project::Driver;
use crate::run::Run;
use crate::template::Context;
use crate::template::Template;
use crate::workflow::Gate;
use std::cell::LazyCell;
use std::collections::BTreeMap;

/// The values that the templates of a gate see; most gates of a long workflow name none, and all of
/// them are asked for their recipe.
pub struct TemplateValues<'r>(LazyCell<Context, Box<dyn FnOnce() -> Context + 'r>>);

impl TemplateValues<'_> {
    pub fn render(&self, template: &Template) -> Result<String, String> {
        if template.is_literal() {
            return Ok(template.text().to_owned());
        }
        template.render(&self.0).map_err(|error| error.to_string())
    }

    pub fn render_glob(&self, template: &Template) -> Result<String, String> {
        if template.is_literal() {
            return Ok(template.text().to_owned());
        }
        template.render_glob(&self.0).map_err(|error| error.to_string())
    }

    pub fn context(&self) -> &Context {
        &self.0
    }
}

/// The recipe as it stands now, or why it cannot be told.
pub fn recipe(look: &Look<'_>, run: &Run, gate: &Gate, id: &GateId) -> Result<Recipe, String> {
    let context = || packet::attempt_context(run, gate, &AttemptId::new(id, 1));
    let values = TemplateValues(LazyCell::new(Box::new(context)));
    let sha256 = ingredients::digest(look, run, (gate, id), &values)?;
    Ok(Recipe { sha256, reads: reads(look.driver, gate, &values)? })
}

fn reads(
    driver: &Driver<'_>,
    gate: &Gate,
    values: &TemplateValues<'_>,
) -> Result<BTreeMap<String, Digest>, String> {
    let folder = &driver.project.folder;
    let mut paths = named::named(folder, gate, values)?;
    for template in &gate.reads {
        let pattern = values.render_glob(template)?;
        let found = named::files_through_links(folder, &pattern)?;
        if found.is_empty() {
            return Err(format!("`{}` in `reads` matches no files", Globs::shown(&pattern)));
        }
        paths.extend(found);
    }
    let paths: Vec<ProjectPath> = paths.into_iter().collect();
    let files: Result<Vec<ProjectPath>, String> =
        paths.iter().map(|path| behind(folder, path)).collect();
    let digests = driver.seen.prints.borrow_mut().digests(folder, &files?);
    let read = |(path, digest): (&ProjectPath, Result<Digest, OpenError>)| {
        Ok((path.to_string(), digest.map_err(|error| error.to_string())?))
    };
    paths.iter().zip(digests).map(read).collect()
}

/// The file of the project that is read under a path, which may be a link.
fn behind(folder: &ProjectFolder, path: &ProjectPath) -> Result<ProjectPath, String> {
    let none = || {
        format!(
            "{path}, which it reads, is a symbolic link that does not lead to a file in the \
             project"
        )
    };
    folder.behind(path).filter(|real| folder.stat(real).is_some()).ok_or_else(none)
}
