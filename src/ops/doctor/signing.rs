//! Signing: whether the key and the allowed signers that the settings name are there, so that it
//! shows before somebody is to approve, and not then.

use super::Symptom;
use crate::files;
use crate::ops::Error;
use crate::ops::Project;
use crate::project::signing;
use crate::signature::SshKey;

/// What is wrong with signing; nothing where no settings speak of it.
pub fn look(project: &Project) -> Result<Vec<Symptom>, Error> {
    let settings = &project.config.signing;
    let key = signing::configured_key(project);
    let mut symptoms = Vec::new();
    let what = "signing key";
    match key.as_ref().map(SshKey::file) {
        Some(Some(path)) => symptoms.push(match files::unreadable(path) {
            Some(problem) => Symptom::ill(what, format!("{}: {problem}", project.shown(path)))
                .advise("write the file of your key under [signing] in orch.toml".into()),
            None => Symptom::well(what, project.shown(path)),
        }),
        Some(None) => symptoms.push(Symptom::well(what, "held by the SSH agent")),
        None if settings.approvals || settings.heads => {
            let finding = "orch.toml requires signatures, but no SSH key is configured";
            let help = "write key = \"~/.ssh/id_ed25519\" under [signing] in orch.toml, or run: \
                        git config gpg.format ssh && git config user.signingkey FILE";
            symptoms.push(Symptom::ill(what, finding).advise(help.into()));
        }
        None => {}
    }
    if let Some(path) = signing::configured_signers(project)? {
        let what = "allowed signers";
        symptoms.push(match signing::read_signers(&path) {
            Ok(_) => Symptom::well(what, project.shown(&path)),
            Err(error) => Symptom::ill(what, error.to_string())
                .advise("write the file of allowed signers under [signing] in orch.toml".into()),
        });
    }
    Ok(symptoms)
}
