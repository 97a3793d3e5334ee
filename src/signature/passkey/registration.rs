//! What a browser gives back when a passkey is made.

use super::ClientData;
use super::PasskeyProblem;
use super::PublicKey;
use super::check_person;
use super::decoded;
use super::read_data;
use schemars::JsonSchema;
use serde::Deserialize;
use serde::Serialize;

/// What a browser gives back from `navigator.credentials.create`; each field is base64url without
/// padding.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Registration {
    /// What the authenticator knows the passkey by: the `rawId` of the credential.
    pub credential_id: String,
    /// Its public key: `response.getPublicKey()`.
    pub public_key: String,
    /// What the authenticator says: `response.getAuthenticatorData()`.
    pub authenticator_data: String,
    /// What the browser says: `response.clientDataJSON`.
    #[serde(rename = "clientDataJSON")]
    pub client_data_json: String,
}

impl Registration {
    /// The key of the passkey, if it was made for this challenge on a page of this origin, by somebody
    /// whom its authenticator can verify. Nothing is signed here: who was asked says whose it is.
    pub fn key(
        &self,
        rp_id: &str,
        origin: &str,
        challenge: &str,
    ) -> Result<PublicKey, PasskeyProblem> {
        let told = ClientData::read(&decoded(&self.client_data_json, "clientDataJSON")?)?;
        told.check("webauthn.create", challenge, told.origin == origin)?;
        if decoded(&self.credential_id, "credentialId")?.is_empty() {
            return Err(PasskeyProblem::Malformed("credentialId"));
        }
        let key = PublicKey::from_spki(&decoded(&self.public_key, "publicKey")?, rp_id)?;
        let data = decoded(&self.authenticator_data, "authenticatorData")?;
        let (flags, ..) = read_data(&data, &key)?;
        check_person(flags)?;
        Ok(key)
    }
}
