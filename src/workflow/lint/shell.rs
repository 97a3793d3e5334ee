//! Shell scripts: no template in them, so that no input is ever run as code.

use super::Draft;
use crate::source::Unsound;
use crate::template;
use crate::workflow::file::ShellFile;

pub(super) fn check(draft: &Draft<'_>) -> Vec<Box<Unsound>> {
    draft.each_gate(|gate| {
        let Some(shell) = &gate.shell else { return Ok(()) };
        if shell.get_ref().with.first().is_none_or(String::is_empty) {
            return Err(draft
                .source
                .unsound(shell.span(), "`with` is empty")
                .advise("write with = [\"bash\", \"-euo\", \"pipefail\", \"-c\"]"));
        }
        let ShellFile { script, with } = shell.get_ref();
        if with.iter().chain([script]).any(|text| template::has_expressions(text)) {
            let written = draft.source.text.get(shell.span()).unwrap_or_default();
            let marks = ["{{", "{%", "{#"];
            let at = marks.iter().filter_map(|mark| written.find(mark)).min().unwrap_or_default();
            let start = shell.span().start + at;
            return Err(draft
                .source
                .unsound(
                    start..start + 2,
                    "a shell script must not contain templates: an input could run as code",
                )
                .advise("use the variable \"$ORCH_INPUT_<NAME>\", or `command`"));
        }
        Ok(())
    })
}
