//! Signing: whether the key and the allowed signers that the settings name are there, so that it
//! shows before somebody is to approve, and not then.

use super::Symptom;
use crate::files;
use crate::ops::Error;
use crate::ops::Site;
use crate::signature::SshKey;
use crate::site::signing;

/// What is wrong with signing; nothing where no settings speak of it.
pub fn look(site: &Site) -> Result<Vec<Symptom>, Error> {
    let settings = &site.config.signing;
    let key = signing::configured_key(site);
    let mut symptoms = Vec::new();
    let what = "signing key";
    match key.as_ref().map(SshKey::file) {
        Some(Some(path)) => symptoms.push(match files::unreadable(path) {
            Some(problem) => Symptom::ill(what, format!("{}: {problem}", site.shown(path))),
            None => Symptom::well(what, site.shown(path)),
        }),
        Some(None) => symptoms.push(Symptom::well(what, "held by an agent")),
        None if settings.approvals || settings.heads => {
            let finding = "orch.toml asks for signatures, and no SSH key is named; \
                           git config gpg.format ssh && git config user.signingkey FILE";
            symptoms.push(Symptom::ill(what, finding));
        }
        None => {}
    }
    if let Some(path) = signing::configured_signers(site)? {
        let what = "allowed signers";
        symptoms.push(match signing::read_signers(&path) {
            Ok(_) => Symptom::well(what, site.shown(&path)),
            Err(error) => Symptom::ill(what, error.to_string()),
        });
    }
    Ok(symptoms)
}
