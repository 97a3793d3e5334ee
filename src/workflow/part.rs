//! A gate of which only a part could be read: what can be said of it all the same.

use super::file::GateFile;
use super::gate::GateSurroundings;
use super::gate::build_contract;
use super::gate::build_from;
use super::names;
use super::texts::Texts;
use crate::document::Placed;
use crate::source::Unsound;
use crate::template::Names;

/// What is wrong with a gate of which only a part could be read, as far as it does not follow from
/// what is missing: each text by itself.
pub(super) fn told(
    file: &GateFile,
    above: Option<&Placed<String>>,
    around: &GateSurroundings<'_>,
) -> Vec<Box<Unsound>> {
    let (mut names, mut errors) = match around.view.names_of(around.source, file) {
        Ok(names) => (names, Vec::new()),
        Err(error) => (Names::default(), vec![error]),
    };
    if !errors.is_empty() || around.gaps.hide_names_at(file.id.span().start) {
        names.open();
    }
    let outer = names;
    let names = names::with_item(&outer, file);
    errors.extend(build_contract(file, around, &names).err().into_iter().flatten());
    let texts = Texts::new(around.source, (&outer, &names));
    // Without an executor nothing else looks at it.
    for text in file.command.iter().flat_map(Placed::get_ref) {
        texts.template(text);
    }
    // Whatever else it says may be due to what is missing.
    let _ = build_from(file, above, around, (&texts, &names, None));
    errors.extend(texts.wrong());
    errors
}
