//! Variables: names that an environment can hold, or no executor would ever start.

use super::Draft;
use crate::process;
use crate::source::Unsound;

pub(super) fn check(draft: &Draft<'_>) -> Vec<Box<Unsound>> {
    draft.each_gate(|gate| {
        let set = gate.env.keys().map(|name| (name.get_ref().as_str(), name.span()));
        let secret = gate.secrets.iter();
        let secret = secret.map(|secret| (secret.get_ref().0.name.as_str(), secret.span()));
        let Some((name, span)) = set.chain(secret).find(|(name, _)| !process::is_variable(name))
        else {
            return Ok(());
        };
        let message = format!("`{name}` is not a valid variable name");
        let help = "write a name such as API_URL, without blanks and `=`";
        Err(draft.source.unsound(span, message).advise(help))
    })
}
