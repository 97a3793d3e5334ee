//! Unreachable gates: one that is never ready is a mistake, not a plan.

use super::Draft;
use crate::source::Unsound;
use crate::workflow::file::Join;

pub(super) fn check(draft: &Draft<'_>) -> Vec<Box<Unsound>> {
    draft.each_gate(|gate| {
        if let Some(when) = &gate.when {
            let condition = when.get_ref().replace(['{', '}', ' '], "");
            if condition == "false" {
                return Err(draft
                    .source
                    .unsound(when.span(), format!("gate `{}` is never reached", gate.id.get_ref()))
                    .advise(
                        "its `when` is always false: write a condition, or leave the gate out",
                    ));
            }
        }
        let joins_nothing = gate.join.as_ref().is_some_and(|join| *join.get_ref() == Join::Any)
            && gate.needs.as_ref().is_some_and(Vec::is_empty);
        if joins_nothing {
            return Err(draft
                .source
                .unsound(gate.id.span(), format!("gate `{}` is never reached", gate.id.get_ref()))
                .advise("it waits for any of no gates: name some in `needs`"));
        }
        Ok(())
    })
}
