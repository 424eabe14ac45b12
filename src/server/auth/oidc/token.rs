//! The tokens: what of them is believed, and why not.

use std::time::{Duration, SystemTime};

use openidconnect::core::{
    CoreAuthDisplay, CoreAuthPrompt, CoreErrorResponseType, CoreGenderClaim, CoreIdTokenVerifier, CoreJsonWebKey,
    CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm, CoreRevocableToken, CoreRevocationErrorResponse,
    CoreTokenIntrospectionResponse, CoreTokenType,
};
use openidconnect::{
    AccessToken, AccessTokenHash, ClaimsVerificationError, EmptyExtraTokenFields, EndpointMaybeSet, EndpointNotSet,
    EndpointSet, IdToken, IdTokenClaims, IdTokenFields, JsonWebKey as _, JwsSigningAlgorithm as _, Nonce,
    SignatureVerificationError, StandardErrorResponse, StandardTokenResponse, SubjectIdentifier, UserInfoClaims,
    UserInfoError,
};

use super::claims::OtherClaims;
use super::error::Error;
use super::http::{Http, HttpError};

/// By how much the provider's clock may differ from ours.
const SKEW: Duration = Duration::from_mins(1);

type Token = IdToken<OtherClaims, CoreGenderClaim, CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm>;
type Claims = IdTokenClaims<OtherClaims, CoreGenderClaim>;
type Tokens = StandardTokenResponse<
    IdTokenFields<
        OtherClaims,
        EmptyExtraTokenFields,
        CoreGenderClaim,
        CoreJweContentEncryptionAlgorithm,
        CoreJwsSigningAlgorithm,
    >,
    CoreTokenType,
>;
/// The library's client, with all claims kept.
pub(super) type Client = openidconnect::Client<
    OtherClaims,
    CoreAuthDisplay,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJsonWebKey,
    CoreAuthPrompt,
    StandardErrorResponse<CoreErrorResponseType>,
    Tokens,
    CoreTokenIntrospectionResponse,
    CoreRevocableToken,
    CoreRevocationErrorResponse,
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

/// Why an ID token is not believed.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Verified {
    /// No known key made its signature; a newer one may have.
    UnknownKey,
    /// Anything else.
    Not(Error),
}

impl From<Verified> for Error {
    fn from(verified: Verified) -> Self {
        match verified {
            Verified::UnknownKey => Self::Token { reason: "none of the provider's keys made its signature" },
            Verified::Not(error) => error,
        }
    }
}

/// The ID token's claims, once everything about it is checked (OpenID Connect Core, section 3.1.3.7): issuer, audience,
/// authorized party, signature, times, nonce, and that the access token is the one it came with.
pub(super) fn verify<'a>(
    client: &Client,
    token: &'a Token,
    access: &AccessToken,
    nonce: &Nonce,
) -> Result<&'a Claims, Verified> {
    let no = |reason| Verified::Not(Error::Token { reason });
    let verifier = client
        .id_token_verifier()
        .set_time_fn(|| (SystemTime::now() - SKEW).into())
        .set_issue_time_verifier_fn(|issued| {
            let from_the_future = SystemTime::from(issued) > SystemTime::now() + SKEW;
            if from_the_future { Err("issued in the future".to_owned()) } else { Ok(()) }
        });
    let claims = token.claims(&verifier, nonce).map_err(refusal)?;
    if claims.authorized_party().is_some_and(|party| party != client.client_id()) {
        return Err(no("it was issued to another client"));
    }
    if let Some(expected) = claims.access_token_hash()
        && hash_of(access, token, &verifier).as_ref() != Some(expected)
    {
        return Err(no("it does not belong to the access token"));
    }
    Ok(claims)
}

/// The hash of an access token as an ID token has to name it: by the algorithm of its signature.
fn hash_of(access: &AccessToken, token: &Token, verifier: &CoreIdTokenVerifier<'_>) -> Option<AccessTokenHash> {
    let algorithm = token.signing_alg().ok()?;
    if algorithm.uses_shared_secret() {
        // The key says only which algorithms it serves for; the secret has no part in this.
        return AccessTokenHash::from_token(access, algorithm, &CoreJsonWebKey::new_symmetric(Vec::new())).ok();
    }
    AccessTokenHash::from_token(access, algorithm, token.signing_key(verifier).ok()?).ok()
}

/// Which check failed. The library's own sentences quote claims, so they are not passed on.
fn refusal(error: ClaimsVerificationError) -> Verified {
    let reason = match error {
        ClaimsVerificationError::Expired(_) => return Verified::Not(Error::Clock),
        ClaimsVerificationError::SignatureVerification(SignatureVerificationError::NoSignature) => "it is not signed",
        ClaimsVerificationError::SignatureVerification(_) => return Verified::UnknownKey,
        ClaimsVerificationError::InvalidAudience(_) => "it is for another client, or for others too",
        ClaimsVerificationError::InvalidIssuer(_) => "it is another issuer's",
        ClaimsVerificationError::InvalidNonce(_) => "it was made for another sign-in",
        ClaimsVerificationError::Unsupported(_) => "it is encrypted or of an unknown form",
        _ => "its claims are not as they should be",
    };
    Verified::Not(Error::Token { reason })
}

/// What the provider says of the owner of an access token, who has to be the one of the ID token.
pub(super) async fn user_info(
    client: &Client,
    http: &Http,
    access: &AccessToken,
    subject: &SubjectIdentifier,
) -> Result<UserInfoClaims<OtherClaims, CoreGenderClaim>, Error> {
    let request = client
        .user_info(access.clone(), Some(subject.clone()))
        .map_err(|_| Error::Answer { reason: "there is no user info endpoint" })?;
    request.request_async(http).await.map_err(|error: UserInfoError<HttpError>| match error {
        UserInfoError::Request(error) => Error::Provider { while_it: "said who somebody is", error },
        UserInfoError::ClaimsVerification(_) => Error::Token { reason: "the user info is somebody else's" },
        _ => Error::Answer { reason: "the user info cannot be read" },
    })
}
