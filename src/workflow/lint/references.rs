//! References: every gate that a gate names is there.

use super::Draft;
use crate::document::Placed;
use crate::source::Unsound;
use crate::source::suggest;
use crate::workflow::file::OnFailFile;
use std::collections::BTreeSet;
use std::ops::Range;

pub(super) fn check(draft: &Draft<'_>) -> Vec<Box<Unsound>> {
    let told = draft.file.gate.iter().flat_map(|gate| {
        let mut errors = Vec::new();
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
            let jumps = [&goto.goto].into_iter().chain(&goto.per);
            named.extend(jumps.map(|gate| (gate.get_ref().as_str(), place(gate))));
        }
        if let Some(approval) = &gate.approval
            && let Some(table) = approval.get_ref().table()
        {
            named.extend(table.not_by.iter().map(|gate| (gate.get_ref().as_str(), place(gate))));
        }
        let jumps_to = |name: &str| match gate.on_fail.as_ref().map(Placed::get_ref) {
            Some(OnFailFile::Goto(goto)) => goto.goto.get_ref() == name,
            Some(OnFailFile::Stop | OnFailFile::Continue | OnFailFile::Ignore) | None => false,
        };
        for (name, span) in named {
            if draft.gate(name).is_none() {
                let all = draft.file.gate.iter().map(|gate| gate.id.get_ref());
                // A gate can go back to itself, and to nothing else of its own.
                let ids = all.filter(|id| *id != own || jumps_to(name)).map(String::as_str);
                let ids: BTreeSet<&str> = ids.collect();
                let help = if ids.is_empty() {
                    format!("no other gate exists; remove it, or add a gate `{name}`")
                } else {
                    suggest(name, ids)
                };
                let message = format!("unknown gate `{name}`");
                errors.push(draft.source.unsound(span, message).advise(help));
            }
        }
        if let Some(audits) = gate.audits.as_ref().filter(|audits| audits.get_ref().gate == *own) {
            let error = draft.source.unsound(audits.span(), format!("gate `{own}` audits itself"));
            errors.push(error.advise("write the gate whose work this one reviews"));
        }
        errors
    });
    told.collect()
}
