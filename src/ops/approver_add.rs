//! Make a passkey, and say which line of the allowed signers lets it count. The line
//! is a person's to add and to commit: whoever may add one may approve.

use super::Caller;
use super::Error;
use super::Project;
use super::decision::DecisionPage;
use crate::caller::asker;
use crate::event::APPROVAL_NAMESPACE;
use crate::event::DECISION_NAMESPACE;
use crate::id;
use crate::project::signing;
use crate::signature::passkey::Enrolled;
use schemars::JsonSchema;
use serde::Deserialize;
use serde::Serialize;

pub use crate::signature::passkey::Registration;

/// Arguments of `approver_add`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "cli", derive(clap::Args))]
pub struct Request {
    /// Email address of the approver, as workflows name it.
    #[cfg_attr(feature = "cli", arg(value_name = "EMAIL"))]
    pub email: String,
}

/// What a browser is asked to make.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct PasskeyOffer {
    /// Whose passkey it is.
    pub email: String,
    /// The site that it is for.
    pub rp_id: String,
    /// What the browser repeats, in base64url.
    pub challenge: String,
    #[serde(skip)]
    origin: String,
}

/// A passkey that was made.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct MadePasskey {
    /// The line of the allowed signers.
    pub line: String,
    /// The file of allowed signers, if one is configured.
    pub file: Option<String>,
}

/// What to make, on a page of this origin.
pub fn offer(
    project: &Project,
    caller: &Caller,
    request: &Request,
    page: &DecisionPage,
) -> Result<PasskeyOffer, Error> {
    asker::refuse_agents(project, caller)?;
    let email = request.email.trim();
    // What else may stand there is a pattern, an option or a remark.
    let is_name = |letter: char| letter.is_ascii_alphanumeric() || "@._+-".contains(letter);
    if email.is_empty() || !email.chars().all(is_name) || email.starts_with('-') {
        return Err(Error::usage(format!("`{email}` is not an email address"))
            .advise("use letters, digits and @ . _ + -, such as ada@example.org"));
    }
    let challenge = id::nonce();
    let challenge =
        challenge.ok_or_else(|| Error::environment("cannot get random bytes from the system"))?;
    let (rp_id, origin) = (page.rp_id.clone(), page.origin.clone());
    Ok(PasskeyOffer { email: email.to_owned(), rp_id, challenge, origin })
}

/// The line for the passkey that was made.
pub fn accept(
    project: &Project,
    offer: &PasskeyOffer,
    registration: &Registration,
) -> Result<MadePasskey, Error> {
    let key = registration.key(&offer.rp_id, &offer.origin, &offer.challenge);
    let key = key.map_err(|problem| Error::usage(problem.to_string()))?;
    let enrolled = Enrolled {
        principals: vec![offer.email.clone()],
        key,
        credential_id: registration.credential_id.clone(),
    };
    let file = signing::configured_signers(project)?;
    Ok(MadePasskey {
        line: enrolled.line(&[APPROVAL_NAMESPACE, DECISION_NAMESPACE]),
        file: file.map(|path| path.display().to_string()),
    })
}
