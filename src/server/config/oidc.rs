//! How people sign in with an OpenID Connect provider.

use std::path::PathBuf;

use secrecy::SecretString;
use url::Url;

use super::{typed, wrong};
use crate::wire::problem::Problem;

const SCOPES: &str = "openid profile email";
const GROUPS_CLAIM: &str = "groups";

/// The settings as they are given.
#[derive(clap::Args)]
pub struct OidcArguments {
    /// The OpenID Connect provider, exactly as it names itself (`issuer`)
    #[arg(long, env = "OIDC_ISSUER", value_name = "URL", help_heading = "Sign-in with OpenID Connect")]
    pub oidc_issuer: Option<String>,

    /// The id under which the provider knows this server
    #[arg(long, env = "OIDC_CLIENT_ID", value_name = "ID", help_heading = "Sign-in with OpenID Connect")]
    pub oidc_client_id: Option<String>,

    /// The secret that goes with it; none for a public client. Better set in the environment than as a flag
    #[arg(
        long,
        env = "OIDC_CLIENT_SECRET",
        value_name = "SECRET",
        hide_env_values = true,
        help_heading = "Sign-in with OpenID Connect"
    )]
    pub oidc_client_secret: Option<String>,

    /// What the provider is asked to tell, divided by blanks [default: openid profile email]
    #[arg(long, env = "OIDC_SCOPES", value_name = "SCOPES", help_heading = "Sign-in with OpenID Connect")]
    pub oidc_scopes: Option<String>,

    /// The claim that holds a person's groups; dots lead into objects [default: groups]
    #[arg(long, env = "OIDC_GROUPS_CLAIM", value_name = "CLAIM", help_heading = "Sign-in with OpenID Connect")]
    pub oidc_groups_claim: Option<String>,

    /// Groups whose people may use this, besides administrators, divided by commas; without it, everybody whom the provider lets in
    #[arg(
        long,
        env = "OIDC_ALLOWED_GROUPS",
        value_name = "GROUPS",
        value_delimiter = ',',
        help_heading = "Sign-in with OpenID Connect"
    )]
    pub oidc_allowed_groups: Vec<String>,

    /// The certificate of a private certificate authority that the provider's certificate is from (PEM)
    #[arg(long, env = "OIDC_CA_FILE", value_name = "FILE", help_heading = "Sign-in with OpenID Connect")]
    pub oidc_ca_file: Option<String>,
}

/// The provider, and what this server is to it.
#[derive(Clone, Debug)]
pub struct OidcConfig {
    /// Its address, letter for letter as it names itself: the two are compared as text (Discovery, section 4.3).
    pub issuer: String,
    /// Our id there.
    pub client_id: String,
    /// Our secret; none for a public client.
    pub client_secret: Option<SecretString>,
    /// What it is asked to tell.
    pub scopes: Vec<String>,
    /// The claim with the groups.
    pub groups_claim: String,
    /// Whose people are administrators.
    pub admin_groups: Vec<String>,
    /// Whose people may use this; `None` for everybody.
    pub allowed_groups: Option<Vec<String>>,
    /// A file with the private certificate authority's certificate (PEM).
    pub certificate_authority: Option<PathBuf>,
}

impl OidcConfig {
    /// A public client with the usual settings.
    pub fn new(issuer: &str, client_id: &str) -> Self {
        Self {
            issuer: issuer.to_owned(),
            client_id: client_id.to_owned(),
            client_secret: None,
            scopes: SCOPES.split(' ').map(str::to_owned).collect(),
            groups_claim: GROUPS_CLAIM.to_owned(),
            admin_groups: Vec::new(),
            allowed_groups: None,
            certificate_authority: None,
        }
    }

    /// Whether anything depends on a person's groups.
    pub fn needs_groups(&self) -> bool {
        self.allowed_groups.is_some() || !self.admin_groups.is_empty()
    }
}

impl OidcArguments {
    /// Checks what was given, for `AUTH_MODE=oidc`. `admin_groups` is `ADMIN_GROUPS`.
    pub(super) fn validate(&self, admin_groups: Vec<String>, problems: &mut Vec<Problem>) -> Option<OidcConfig> {
        let issuer = typed::given(self.oidc_issuer.as_deref());
        let client_id = typed::given(self.oidc_client_id.as_deref());
        if issuer.is_none() {
            problems.push(wrong(
                "OIDC_ISSUER",
                "is missing, but AUTH_MODE is oidc",
                "give the provider's issuer, for example https://id.example.com/realms/company",
            ));
        }
        if client_id.is_none() {
            problems.push(wrong(
                "OIDC_CLIENT_ID",
                "is missing, but AUTH_MODE is oidc",
                "register this server at the provider as a web application and give the id that it got",
            ));
        }
        if issuer.is_some_and(|issuer| !is_issuer(issuer, problems)) {
            return None;
        }
        let authorities = typed::given(self.oidc_ca_file.as_deref()).map(PathBuf::from);
        if let Some(file) = &authorities
            && let Err(error) = std::fs::File::open(file)
        {
            problems.push(wrong(
                "OIDC_CA_FILE",
                &format!("cannot be read: {error}"),
                "give the path of a PEM file with the certificate of your certificate authority",
            ));
            return None;
        }
        let allowed = listed(&self.oidc_allowed_groups);
        let usual = OidcConfig::new(issuer?, client_id?);
        Some(OidcConfig {
            client_secret: typed::given(self.oidc_client_secret.as_deref()).map(SecretString::from),
            scopes: typed::given(self.oidc_scopes.as_deref())
                .map_or(usual.scopes, |scopes| scopes.split_ascii_whitespace().map(str::to_owned).collect()),
            groups_claim: typed::given(self.oidc_groups_claim.as_deref()).map_or(usual.groups_claim, str::to_owned),
            admin_groups,
            allowed_groups: (!allowed.is_empty()).then_some(allowed),
            certificate_authority: authorities,
            ..usual
        })
    }
}

fn listed(groups: &[String]) -> Vec<String> {
    groups.iter().map(|group| group.trim().to_owned()).filter(|group| !group.is_empty()).collect()
}

fn is_issuer(text: &str, problems: &mut Vec<Problem>) -> bool {
    let hint =
        "give the provider's issuer exactly as it names itself, for example https://id.example.com/realms/company";
    let Ok(url) = Url::parse(text) else {
        problems.push(wrong("OIDC_ISSUER", "is not an address", hint));
        return false;
    };
    let secure = url.scheme() == "https"
        || (url.scheme() == "http" && url.host_str().is_some_and(crate::server::auth::oidc::is_loopback));
    let (what, hint) = if !secure {
        ("does not begin with https://", "codes and secrets travel to it; http:// is accepted on loopback only")
    } else if url.path().contains("/.well-known/") {
        ("is the address of the provider's description", "leave out everything from /.well-known/ on")
    } else if url.query().is_some() || url.fragment().is_some() || !url.username().is_empty() {
        ("holds more than an address", hint)
    } else {
        return true;
    };
    problems.push(wrong("OIDC_ISSUER", what, hint));
    false
}
