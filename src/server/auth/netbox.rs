//! Signing in with a NetBox user: by name and password, for which NetBox makes a token, or with a token that somebody
//! brings. NetBox itself says who it is; nothing here knows a password longer than the one request takes.

use jiff::{SignedDuration, Timestamp};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::Value;

use super::{Auth, Identity, SessionToken};
use crate::server::netbox::{Credentials, Error, TokenWanted, is_token};
use crate::server::person::Role;
use crate::wire::problem::{Problem, ProblemCode};

/// How long a token lives that only deletes others, should it not delete itself.
const CLEANING: SignedDuration = SignedDuration::from_mins(2);
/// The longest name or password that is sent on, in bytes.
const LONGEST: usize = 500;

/// Whom a token belongs to.
struct Owner {
    name: String,
    display_name: String,
    /// Names the user for good. Ids begin anew in a NetBox that is set up anew, so the moment belongs to it.
    user: Option<String>,
}

impl Auth {
    /// Who knows this NetBox user's password. The token that is made lives as long as the session that follows, and may
    /// only read, unless people may change NetBox here.
    ///
    /// # Errors
    /// NetBox does not take them, is down, or answers nonsense.
    pub async fn with_password(&self, name: &str, password: &SecretString) -> Result<Identity, Problem> {
        let name = name.trim();
        if name.is_empty() || password.expose_secret().is_empty() {
            return Err(Problem::new(ProblemCode::BadRequest, "A user name and a password are needed")
                .hint("type those that you sign in to NetBox with"));
        }
        if name.len() > LONGEST || password.expose_secret().len() > LONGEST {
            return Err(Problem::new(ProblemCode::BadRequest, "The user name or the password is too long")
                .hint("type those that you sign in to NetBox with"));
        }
        let now = Timestamp::now();
        let lifetime = SignedDuration::try_from(self.config().lifetime).unwrap_or(SignedDuration::from_hours(24));
        let wanted = TokenWanted {
            name,
            password,
            description: format!("netbox-chatbox, signed in {}", now.strftime("%Y-%m-%d %H:%M UTC")),
            expires: now.saturating_add(lifetime).unwrap_or(now),
            // NetBox looks at the person's rights besides; without changes, this is what makes it certain.
            write_enabled: self.config().changes,
        };
        let made = self.netbox.provision_token(&wanted).await.map_err(|error| sign_in_problem(&error))?;
        let token = SessionToken { token: made.token, made_as: Some(made.id) };
        let identified = self.identify(&Credentials::new(&token.token)).await;
        match identified {
            Ok((owner, role)) => {
                self.clean_up_with_password(&owner.subject(), &wanted).await;
                Ok(owner.identity(role, token))
            }
            Err(problem) => {
                self.delete_unused(&token).await;
                Err(problem)
            }
        }
    }

    /// Whose NetBox token this is.
    ///
    /// # Errors
    /// It is no token, NetBox does not take it, is down, or answers nonsense.
    pub async fn with_token(&self, token: &str) -> Result<Identity, Problem> {
        let token = parse(token)?;
        let (owner, role) = self.identify(&Credentials::new(&token)).await?;
        Ok(owner.identity(role, SessionToken { token, made_as: None }))
    }

    /// Whether NetBox takes a token: the token, and the name of its user.
    pub(super) async fn check_token(&self, token: &str) -> Result<(SecretString, String), Problem> {
        let token = parse(token)?;
        let (owner, _) = self.identify(&Credentials::new(&token)).await?;
        Ok((token, owner.name))
    }

    async fn identify(&self, credentials: &Credentials) -> Result<(Owner, Role), Problem> {
        let answer = self.netbox.authentication_check(credentials).await.answer.map_err(|error| match error {
            Error::NoSuchEndpoint { .. } => {
                Problem::new(ProblemCode::NetboxAnswer, "This NetBox does not say whose token it is")
                    .hint("signing in with NetBox needs NetBox 4.5 or newer")
            }
            error => sign_in_problem(&error),
        })?;
        let text = |name: &str| answer.body.get(name).and_then(Value::as_str).map(str::trim).unwrap_or_default();
        if text("username").is_empty() {
            return Err(Problem::new(ProblemCode::NetboxAnswer, "NetBox does not say whose token it is")
                .hint("check NETBOX_URL: something else may answer there"));
        }
        let name = text("username").to_owned();
        let full = format!("{} {}", text("first_name"), text("last_name"));
        let display_name = if full.trim().is_empty() { name.clone() } else { full.trim().to_owned() };
        // Whether somebody may do everything in NetBox, only those are told who may see users at all; who is an admin
        // there, is.
        let role = match self.netbox.is_superuser(credentials, &name).await {
            Ok(true) => Role::Admin,
            _ => Role::User,
        };
        let joined = text("date_joined");
        let user = answer.body.get("id").and_then(Value::as_i64).map(|id| format!("{id} {joined}").trim().to_owned());
        Ok((Owner { name, display_name, user }, role))
    }

    /// Deletes what earlier sessions left, with a token that may write and then deletes itself. Best effort.
    async fn clean_up_with_password(&self, subject: &str, wanted: &TokenWanted<'_>) {
        if !self.has_left(subject).await.unwrap_or(false) {
            return;
        }
        let now = Timestamp::now();
        let wanted = TokenWanted {
            description: "netbox-chatbox, deletes tokens of ended sessions".to_owned(),
            expires: now.saturating_add(CLEANING).unwrap_or(now),
            write_enabled: true,
            ..*wanted
        };
        let Ok(made) = self.netbox.provision_token(&wanted).await else { return };
        let rights = Credentials::new(&made.token);
        if let Err(problem) = self.delete_left(subject, &rights).await {
            tracing::warn!(problem = %problem.message, "tokens of ended sessions were not deleted");
        }
        if let Err(error) = self.netbox.delete_token(&rights, made.id).await {
            tracing::warn!(token = made.id, %error, "a token that deletes others did not delete itself; it ends soon");
        }
    }
}

impl Owner {
    fn subject(&self) -> String {
        format!("netbox:{}", self.name)
    }

    fn identity(self, role: Role, token: SessionToken) -> Identity {
        let subject = self.subject();
        let Self { display_name, user, .. } = self;
        Identity { subject, netbox_user: user, display_name, role, netbox_token: Some(token) }
    }
}

fn parse(token: &str) -> Result<SecretString, Problem> {
    let token = token.trim();
    let token = token.strip_prefix("Bearer ").or_else(|| token.strip_prefix("Token ")).unwrap_or(token).trim();
    if is_token(token) {
        return Ok(SecretString::from(token));
    }
    Err(Problem::new(ProblemCode::BadRequest, "That is not a NetBox API token")
        .hint("a v2 token looks like nbt_KEY.TOKEN, a v1 token has 40 hexadecimal digits; make one in NetBox under your user name > API Tokens"))
}

/// What NetBox said, as whoever signs in should read it: the settings are not theirs.
fn sign_in_problem(error: &Error) -> Problem {
    use crate::server::netbox::Refusal;
    let Error::Refused { refusal, .. } = error else { return error.problem() };
    let (message, hint) = match refusal {
        Refusal::Password => (
            "NetBox does not accept this user name and password",
            "check both; if you come to NetBox through single sign-on you have no password there: sign in with an API token",
        ),
        Refusal::UnknownV1 | Refusal::UnknownV2 | Refusal::Malformed => (
            "NetBox does not know this token",
            "copy it again, whole: NetBox shows it once, when it is made (your user name > API Tokens)",
        ),
        Refusal::Expired => {
            ("This NetBox token has expired", "make a new one in NetBox under your user name > API Tokens")
        }
        Refusal::Disabled => ("This NetBox token is disabled", "enable it in NetBox, or use another one"),
        Refusal::InactiveUser => ("This NetBox user is not active", "ask whoever runs NetBox to activate the user"),
        _ => return error.problem(),
    };
    Problem::new(ProblemCode::NetboxToken, message).hint(hint)
}
