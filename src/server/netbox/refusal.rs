//! Why NetBox refused. NetBox answers 403 for everything that has to do with rights, never 401, and tells the
//! reasons apart only by the text of `detail` (NetBox 4.7, `netbox/api/authentication.py`, and REST framework's own).

/// A refusal (403, or 401 from a proxy), told apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// No token was sent and this NetBox wants one.
    NoToken,
    /// NetBox does not know this v1 token.
    UnknownV1,
    /// NetBox does not know this v2 token.
    UnknownV2,
    /// The header is not one that NetBox can read.
    Malformed,
    /// The token's time is over.
    Expired,
    /// The token is switched off.
    Disabled,
    /// The token may not be used from this machine's address (as NetBox sees it).
    SourceAddress(String),
    /// The token's user is switched off.
    InactiveUser,
    /// The user name or the password is wrong, or the user is switched off: NetBox does not say which.
    Password,
    /// The user may not do this to this type of object.
    Permission,
    /// Something before NetBox asks for credentials of its own.
    Proxy,
    /// Another text.
    Other(String),
}

impl Refusal {
    /// Reads the `detail` of a 401 or 403 answer; `None` is an answer without one.
    pub(super) fn from_detail(detail: Option<&str>) -> Self {
        let Some(detail) = detail else { return Self::Proxy };
        let lower = detail.to_lowercase();
        if lower.contains("credentials were not provided") {
            Self::NoToken
        } else if lower.starts_with("invalid v1 token") {
            Self::UnknownV1
        } else if lower.starts_with("invalid v2 token") {
            Self::UnknownV2
        } else if lower.starts_with("invalid token") {
            // NetBox before 4.5 knows one kind only.
            Self::UnknownV1
        } else if lower.contains("authorization header") {
            Self::Malformed
        } else if lower.contains("token expired") {
            Self::Expired
        } else if lower.contains("token disabled") {
            Self::Disabled
        } else if lower.contains("source ip") {
            let address = detail.split_whitespace().nth(2).unwrap_or_default();
            Self::SourceAddress(address.parse::<std::net::IpAddr>().map_or_else(|_| String::new(), |ip| ip.to_string()))
        } else if lower.contains("user inactive") {
            Self::InactiveUser
        } else if lower.contains("invalid username/password") {
            Self::Password
        } else if lower.contains("do not have permission") {
            Self::Permission
        } else {
            Self::Other(detail.chars().take(200).collect())
        }
    }

    /// Whether another token, rather than more rights, is what helps.
    pub fn is_about_token(&self) -> bool {
        !matches!(self, Self::Permission)
    }

    /// One sentence and what to do; `what` is what was asked for, such as `sites`.
    pub fn explain(&self, what: &str) -> (String, &'static str) {
        match self {
            Self::NoToken => (
                "NetBox wants a token and none was sent".into(),
                "create an API token in NetBox (your user menu, API Tokens) and set it as NETBOX_TOKEN",
            ),
            Self::UnknownV1 => (
                "NetBox does not know this v1 token".into(),
                "check NETBOX_TOKEN: 40 hexadecimal digits, from this NetBox and not deleted; a v2 token begins with nbt_",
            ),
            Self::UnknownV2 => (
                "NetBox does not know this v2 token".into(),
                "check NETBOX_TOKEN: nbt_<key>.<token>, both parts, from this NetBox and not deleted",
            ),
            Self::Malformed => (
                "NetBox cannot read this token".into(),
                "a v2 token is nbt_<key>.<token> with the dot, a v1 token is 40 hexadecimal digits",
            ),
            Self::Expired => {
                ("The NetBox token has expired".into(), "set a later expiry in NetBox or create a new token")
            }
            Self::Disabled => {
                ("The NetBox token is disabled".into(), "enable it in NetBox (Admin, API Tokens) or use another one")
            }
            Self::SourceAddress(address) => (
                if address.is_empty() {
                    "The NetBox token may not be used from this machine".into()
                } else {
                    format!("The NetBox token may not be used from {address}")
                },
                "add this machine's address to the token's allowed IPs in NetBox",
            ),
            Self::InactiveUser => (
                "The NetBox token's user is not active".into(),
                "activate the user in NetBox or use another user's token",
            ),
            Self::Password => (
                "NetBox does not accept this user name and password".into(),
                "check both; people who come to NetBox through single sign-on have no password there",
            ),
            Self::Permission => (
                format!("The NetBox token's user may not view {what}"),
                "in NetBox, give the user or a group of it an object permission with the action `view` for this type",
            ),
            Self::Proxy => (
                "Something before NetBox refused the request".into(),
                "check the proxy or gateway in front of NetBox: it wants a sign-in of its own or blocks this machine",
            ),
            Self::Other(detail) => {
                (format!("NetBox refused: {}", detail.trim_end_matches('.')), "check the token and its user's rights")
            }
        }
    }
}
