//! Shell scripts: no template in them, so that no input is ever run as code.

use super::Draft;
use crate::source::Unsound;
use crate::template;

pub(super) fn check(draft: &Draft<'_>) -> Vec<Box<Unsound>> {
    draft.each_gate(|gate| {
        let Some(shell) = &gate.shell else { return Ok(()) };
        if template::has_expressions(shell.get_ref()) {
            let written = draft.source.text.get(shell.span()).unwrap_or_default();
            let marks = ["{{", "{%", "{#"];
            let at = marks.iter().filter_map(|mark| written.find(mark)).min().unwrap_or_default();
            let start = shell.span().start + at;
            return Err(draft
                .source
                .unsound(
                    start..start + 2,
                    "a template in a shell script would run an input as code",
                )
                .advise(
                    "read the input from its variable: \"$ORCH_INPUT_<NAME>\", or use `command`",
                ));
        }
        Ok(())
    })
}
