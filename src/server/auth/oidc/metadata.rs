//! What a provider's description holds, as far as it is read.

use openidconnect::core::{
    CoreAuthDisplay, CoreClaimName, CoreClaimType, CoreClientAuthMethod, CoreGrantType, CoreJsonWebKey,
    CoreJweContentEncryptionAlgorithm, CoreJweKeyManagementAlgorithm, CoreResponseMode, CoreResponseType,
    CoreSubjectIdentifierType,
};
use openidconnect::{AdditionalProviderMetadata, LogoutProviderMetadata, ProviderMetadata};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What a provider says of itself, with its keys.
pub(super) type Metadata = ProviderMetadata<
    LogoutProviderMetadata<Challenges>,
    CoreAuthDisplay,
    CoreClientAuthMethod,
    CoreClaimName,
    CoreClaimType,
    CoreGrantType,
    CoreJweContentEncryptionAlgorithm,
    CoreJweKeyManagementAlgorithm,
    CoreJsonWebKey,
    CoreResponseMode,
    CoreResponseType,
    CoreSubjectIdentifierType,
>;

/// What it says of PKCE (RFC 8414, section 2). Any value will do: signing in does not depend on it.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub(super) struct Challenges {
    #[serde(default)]
    code_challenge_methods_supported: Value,
}

impl AdditionalProviderMetadata for Challenges {}

impl Challenges {
    /// The methods that it takes; none where it does not say.
    pub(super) fn methods(&self) -> Option<Vec<String>> {
        let methods = self.code_challenge_methods_supported.as_array()?;
        Some(methods.iter().filter_map(Value::as_str).map(str::to_owned).collect())
    }
}
