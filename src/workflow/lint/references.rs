//! References: every gate that a gate names is there.

use super::Draft;
use crate::document::Placed;
use crate::source::Unsound;
use crate::source::suggest;
use crate::workflow::file::OnFailFile;
use std::ops::Range;

pub(super) fn check(draft: &Draft<'_>) -> Vec<Box<Unsound>> {
    draft.each_gate(|gate| {
        let own = gate.id.get_ref();
        let mut named: Vec<(&str, Range<usize>)> = Vec::new();
        let place = |text: &Placed<String>| text.span();
        named
            .extend(gate.needs.iter().flatten().map(|need| (need.get_ref().as_str(), place(need))));
        named.extend(
            gate.audits.iter().map(|audits| (audits.get_ref().gate.as_str(), audits.span())),
        );
        if let Some(on_fail) = &gate.on_fail
            && let OnFailFile::Goto(goto) = on_fail.get_ref()
        {
            named.push((&goto.goto, on_fail.span()));
            named.extend(goto.per.iter().map(|outer| (outer.as_str(), on_fail.span())));
        }
        if let Some(approval) = &gate.approval
            && let Some(table) = approval.get_ref().table()
        {
            named.extend(table.not_by.iter().map(|gate| (gate.as_str(), approval.span())));
        }
        for (name, span) in named {
            if draft.gate(name).is_none() {
                let others = draft.file.gate.iter().map(|gate| gate.id.get_ref());
                let ids = others.filter(|id| *id != own).map(String::as_str);
                return Err(draft
                    .source
                    .unsound(span, format!("unknown gate `{name}`"))
                    .advise(suggest(name, ids)));
            }
        }
        if let Some(audits) = gate.audits.as_ref().filter(|audits| audits.get_ref().gate == *own) {
            return Err(draft
                .source
                .unsound(audits.span(), format!("gate `{own}` audits itself"))
                .advise("write the gate whose work this one reviews"));
        }
        Ok(())
    })
}
