//! Who may ask the demo NetBox, with which token, and what they see: enough of NetBox's users, tokens and object
//! permissions to try signing in with.
//!
//! Tokens are made as NetBox makes them (`POST /api/users/tokens/provision/`) and live as long as the process.

use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;
use serde_json::{Value as Json, json};

use super::filter;
use super::render::{Scope, Selection};
use super::schema::{TypeId, schema};
use super::store::Object;
use super::{DEMO_TOKEN, DEMO_USER};

/// The site that the local technician sees.
const LOCAL_SITE: &str = "cle-01";
/// Types that belong to no site and that nobody needs to be kept from.
const EVERYBODYS: [&str; 17] = [
    "core.objecttype",
    "dcim.devicerole",
    "dcim.devicetype",
    "dcim.manufacturer",
    "dcim.moduletype",
    "dcim.platform",
    "dcim.rackrole",
    "dcim.racktype",
    "dcim.region",
    "dcim.sitegroup",
    "extras.customfield",
    "extras.customfieldchoiceset",
    "extras.savedfilter",
    "extras.tag",
    "ipam.role",
    "ipam.vlangroup",
    "users.user",
];
/// Apps whose objects everybody with the right to write may write; those of the others are for admins.
const WRITTEN_BY_MANY: [&str; 7] = ["circuits", "dcim", "ipam", "tenancy", "virtualization", "vpn", "wireless"];
/// The same of single types.
const ALSO_WRITTEN_BY_MANY: [&str; 2] = ["extras.journalentry", "extras.tag"];
/// Letters of keys and tokens, as NetBox draws them.
const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
/// Ids of tokens begin here: a filled NetBox has some before.
const FIRST_TOKEN: i64 = 1001;
/// The most tokens that are kept; the oldest goes.
const MOST_TOKENS: usize = 1000;

/// How much somebody sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sight {
    /// Everything.
    Everything,
    /// What stands at one site, and what belongs to no site.
    Site(&'static str),
    /// Nothing at all.
    Nothing,
}

/// Somebody who may sign in at the demo.
#[derive(Debug)]
pub struct Account {
    /// The user name; the password is the same.
    pub name: &'static str,
    /// How much they see.
    pub sight: Sight,
    /// Whether they may change what they see.
    pub may_write: bool,
    /// Whether they may do everything.
    pub is_superuser: bool,
    /// In a few words, for those who try it.
    pub about: &'static str,
}

/// Everybody who may sign in. All of them are users of the estate.
pub const ACCOUNTS: [Account; 4] = [
    Account {
        name: "divya.patel",
        sight: Sight::Everything,
        may_write: true,
        is_superuser: true,
        about: "head of network operations: sees and may change everything, and is an admin",
    },
    Account {
        name: "alice.nguyen",
        sight: Sight::Everything,
        may_write: true,
        is_superuser: false,
        about: "network engineer: sees and may change everything",
    },
    Account {
        name: "bola.okafor",
        sight: Sight::Site(LOCAL_SITE),
        may_write: false,
        is_superuser: false,
        about: "sees what stands at Cleveland 01, and may change nothing",
    },
    Account {
        name: "carl.lindqvist",
        sight: Sight::Nothing,
        may_write: false,
        is_superuser: false,
        about: "has no rights in NetBox",
    },
];

/// Whoever asks with [`DEMO_TOKEN`].
const DEMO_ACCOUNT: Account =
    Account { name: DEMO_USER, sight: Sight::Everything, may_write: true, is_superuser: false, about: "" };

/// The tokens that were made.
#[derive(Default)]
pub struct Tokens(Mutex<Made>);

#[derive(Default)]
struct Made {
    count: i64,
    tokens: Vec<Token>,
}

#[derive(Clone)]
struct Token {
    id: i64,
    owner: &'static Account,
    key: String,
    secret: String,
    description: String,
    created: Timestamp,
    expires: Option<Timestamp>,
    write_enabled: bool,
}

/// Who asks.
#[derive(Clone, Copy, Debug)]
pub struct Asker {
    /// The account.
    pub account: &'static Account,
    /// Whether the token may change anything.
    write_enabled: bool,
}

impl Asker {
    /// Whether they may list the types of this kind at all.
    pub fn may_view(&self, kind: TypeId) -> bool {
        let about = schema().kind(kind);
        match self.account.sight {
            Sight::Everything => true,
            // Everybody may see their own tokens.
            Sight::Nothing => about.name == "users.token",
            Sight::Site(_) => {
                about.name == "dcim.site"
                    || about.name == "users.token"
                    || EVERYBODYS.contains(&about.name)
                    || has_site(kind)
            }
        }
    }

    /// Whether they may write objects of this kind. The demo's own accounts and tokens are nobody's to change so.
    pub fn may_write(&self, kind: TypeId) -> bool {
        let about = schema().kind(kind);
        let theirs = WRITTEN_BY_MANY.contains(&about.app()) || ALSO_WRITTEN_BY_MANY.contains(&about.name);
        let admins = self.account.is_superuser && about.app() == "extras";
        self.write_enabled && self.account.may_write && (theirs || admins)
    }

    /// Of these objects, those that they may see.
    pub fn visible(&self, scope: &Scope, kind: TypeId, objects: Vec<Object>) -> Vec<Object> {
        let name = schema().kind(kind).name;
        let Sight::Site(site) = self.account.sight else { return objects };
        if EVERYBODYS.contains(&name) {
            return objects;
        }
        let filter = if name == "dcim.site" { "slug" } else { "site" };
        let here = filter::apply(scope, kind, &[(filter.to_owned(), site.to_owned())]).unwrap_or_default();
        objects.into_iter().filter(|object| here.contains(object)).collect()
    }
}

fn has_site(kind: TypeId) -> bool {
    schema().kind(kind).filters.contains_key("site")
}

impl Tokens {
    /// Who asks with this token, or why nobody does, in NetBox's words.
    pub fn asker(&self, token: &str, now: Timestamp) -> Result<Asker, &'static str> {
        if token == DEMO_TOKEN {
            return Ok(Asker { account: &DEMO_ACCOUNT, write_enabled: true });
        }
        let Some(parts) = token.strip_prefix("nbt_") else { return Err("Invalid v1 token") };
        let made = self.lock();
        let found =
            made.tokens.iter().find(|known| parts.split_once('.') == Some((known.key.as_str(), known.secret.as_str())));
        match found {
            None => Err("Invalid v2 token"),
            Some(token) if token.expires.is_some_and(|expires| expires <= now) => Err("Token expired"),
            Some(token) => Ok(Asker { account: token.owner, write_enabled: token.write_enabled }),
        }
    }

    /// Makes a token for whoever knows the password: the status and the answer.
    pub fn provision(&self, body: &Json, base: &str, now: Timestamp) -> (u16, Json) {
        let text = |name: &str| body.get(name).and_then(Json::as_str).filter(|text| !text.is_empty());
        let missing: serde_json::Map<_, _> = ["username", "password"]
            .into_iter()
            .filter(|name| text(name).is_none())
            .map(|name| (name.to_owned(), json!(["This field is required."])))
            .collect();
        if !missing.is_empty() {
            return (400, Json::Object(missing));
        }
        let owner = ACCOUNTS.iter().find(|account| Some(account.name) == text("username"));
        let Some(owner) = owner.filter(|account| Some(account.name) == text("password")) else {
            return (403, json!({"detail": "Invalid username/password"}));
        };
        let expires = match text("expires").map(str::parse::<Timestamp>) {
            Some(Err(_)) => return (400, json!({"expires": ["Datetime has wrong format."]})),
            Some(Ok(expires)) => Some(expires),
            None => None,
        };
        let mut made = self.lock();
        made.count += 1;
        let token = Token {
            id: FIRST_TOKEN + made.count - 1,
            owner,
            key: drawn(12),
            secret: drawn(40),
            description: text("description").unwrap_or_default().to_owned(),
            created: now,
            expires,
            write_enabled: body.get("write_enabled").and_then(Json::as_bool).unwrap_or(true),
        };
        let mut answer = token.json(base);
        if let Some(fields) = answer.as_object_mut() {
            // Told once, now.
            fields.insert("token".to_owned(), json!(token.secret));
        }
        if made.tokens.len() == MOST_TOKENS {
            made.tokens.remove(0);
        }
        made.tokens.push(token);
        (201, answer)
    }

    /// Their own tokens; of one key or id where that is asked for.
    pub fn list(&self, asker: Asker, key: Option<&str>, id: Option<i64>, base: &str) -> Vec<Json> {
        let made = self.lock();
        made.tokens
            .iter()
            .filter(|token| asker.account.is_superuser || std::ptr::eq(token.owner, asker.account))
            .filter(|token| key.is_none_or(|key| token.key == key) && id.is_none_or(|id| token.id == id))
            .map(|token| token.json(base))
            .collect()
    }

    /// Deletes a token. What became of it, as a status.
    pub fn delete(&self, asker: Asker, id: i64) -> u16 {
        if !asker.write_enabled {
            return 403;
        }
        let mut made = self.lock();
        let before = made.tokens.len();
        made.tokens.retain(|token| {
            let theirs = asker.account.is_superuser || std::ptr::eq(token.owner, asker.account);
            !(theirs && token.id == id)
        });
        if made.tokens.len() == before { 404 } else { 204 }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Made> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Token {
    fn json(&self, base: &str) -> Json {
        let id = self.id;
        let owner = user(self.owner.name);
        json!({
            "id": id,
            "url": format!("{base}/api/users/tokens/{id}/"),
            "display_url": format!("{base}/users/tokens/{id}/"),
            "display": self.key,
            "version": 2,
            "key": self.key,
            "user": {
                "id": owner.id,
                "url": format!("{base}/api/users/users/{}/", owner.id),
                "display": self.owner.name,
                "username": self.owner.name,
            },
            "description": self.description,
            "created": self.created.to_string(),
            "expires": self.expires.map(|expires| expires.to_string()),
            "last_used": null,
            "enabled": true,
            "write_enabled": self.write_enabled,
            "allowed_ips": [],
        })
    }
}

/// What `/api/authentication-check/` says of them.
pub fn myself(scope: &Scope, asker: Asker) -> Json {
    scope.object(user(asker.account.name), Selection::All)
}

/// The users that may do everything: the estate itself knows none.
pub fn superusers() -> impl Iterator<Item = Object> {
    ACCOUNTS.iter().filter(|account| account.is_superuser).map(|account| user(account.name))
}

/// The estate's user of this name; the first is the demo's own.
pub fn user(name: &str) -> Object {
    let store = super::estate::estate();
    let kind = schema().id("users.user");
    let named = |id: &u32| store.text(Object { kind, id: *id }, "username") == name;
    let id = store.ids(kind).find(|id| named(id)).unwrap_or(super::estate::FIRST_USER);
    Object { kind, id }
}

fn drawn(length: usize) -> String {
    use rand::seq::IndexedRandom as _;
    let mut random = rand::rng();
    (0..length).filter_map(|_| LETTERS.choose(&mut random)).map(|letter| char::from(*letter)).collect()
}
