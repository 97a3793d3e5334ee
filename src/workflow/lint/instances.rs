//! What the instances of a fan-out leave behind: where they run at the same time, each writes to a file
//! of its own.

use super::Draft;
use crate::source::Unsound;
use crate::workflow::file::Order;

pub(super) fn check(draft: &Draft<'_>) -> Vec<Box<Unsound>> {
    draft.each_gate(|gate| {
        let parallel = gate.each.as_ref().filter(|each| each.order == Order::Parallel);
        let (Some(each), Some(stdout)) = (parallel, &gate.stdout) else { return Ok(()) };
        let (item, path) = (each.name.get_ref(), stdout.get_ref());
        if path.contains(item.as_str()) {
            return Ok(());
        }
        let message = format!("all instances of gate `{}` write {path}", gate.id.get_ref());
        Err(draft.source.unsound(stdout.span(), message).advise(format!(
            "name the item in the path, such as \"out/{{{{ {item} }}}}.txt\", or write \
             order = \"serial\" in `each`"
        )))
    })
}
