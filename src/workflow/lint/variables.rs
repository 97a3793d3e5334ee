//! Variables: names that an environment can hold, or no executor would ever start.

use super::Draft;
use crate::process;
use crate::source::Unsound;

pub(super) fn check(draft: &Draft<'_>) -> Vec<Box<Unsound>> {
    draft.each_gate(|gate| {
        if let Some(name) =
            gate.env.keys().chain(&gate.secrets).find(|name| !process::is_variable(name.get_ref()))
        {
            let message = format!("`{}` is no name of a variable", name.get_ref());
            return Err(draft
                .source
                .unsound(name.span(), message)
                .advise("write a name such as API_URL, without `=`"));
        }
        Ok(())
    })
}
