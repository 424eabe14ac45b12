//! What the connected NetBox's lists have and take: its own document where that is there, the embedded catalogue until
//! then.
//!
//! Names are `&'static`, because filters and types travel through the whole program and are compared, kept and put
//! together everywhere. A catalogue that was read is therefore never given back. That is bounded: the same text is
//! read once (`MOST_CATALOGUES` different ones per process, about 0.4 MB each), and a plugin's type is made once
//! (`MOST_TYPES`). A NetBox gives another text after an upgrade or a new plugin only; a process that sees more than
//! that keeps what it has and says so in its log.

mod live;
pub mod reduce;
mod store;

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex, PoisonError};

use sha2::{Digest as _, Sha256};

use super::catalogue::{Catalogue, Endpoint};
use super::{ObjectType, Version, object_type};
pub(super) use live::Live;
use reduce::NamedType;

/// How many different catalogues one process reads.
const MOST_CATALOGUES: usize = 16;
/// How many different types of plugins, and lists without a description, one process knows.
const MOST_TYPES: usize = 2_000;

/// Where a schema is from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The program: a catalogue of NetBox 4.7.
    Embedded,
    /// The connected NetBox's own document.
    Live,
}

/// What one NetBox's lists have and take.
#[derive(Clone, Debug)]
pub struct Schema {
    /// The version of the NetBox that is connected, where it is known.
    pub version: Option<Version>,
    /// Where it is from.
    pub origin: Origin,
    catalogue: &'static Catalogue,
    types: Vec<&'static ObjectType>,
    /// The types by what they are called without their app, the first where several are called so.
    spellings: HashMap<String, &'static ObjectType>,
    /// Lists that the document does not describe, by endpoint.
    undescribed: HashMap<&'static str, &'static Endpoint>,
}

impl Schema {
    /// The embedded one, of a NetBox whose version may be known.
    pub fn embedded(version: Option<Version>) -> Self {
        Self {
            version,
            origin: Origin::Embedded,
            catalogue: Catalogue::newest(),
            spellings: spellings(object_type::all().iter()),
            types: object_type::all().iter().collect(),
            undescribed: HashMap::new(),
        }
    }

    /// The one of a text of [`reduce::reduce`]'s, with the types that NetBox tells of itself and the fields of those
    /// that its document does not describe. `None` when this process has read too many.
    pub fn live(
        version: Option<Version>,
        text: &str,
        told: &[NamedType],
        fields: &HashMap<String, Vec<String>>,
    ) -> Option<Self> {
        let catalogue = intern(text)?;
        let own = object_type::all().iter().filter(|kind| catalogue.endpoint(kind.endpoint).is_some());
        let mut types: Vec<&'static ObjectType> = own.collect();
        let named = catalogue.named_types().iter().map(|(name, endpoint)| (*name, *endpoint, None));
        let told = told.iter().map(|kind| (kind.name.as_str(), kind.endpoint.as_str(), kind.words.as_ref()));
        let mut undescribed = HashMap::new();
        for (name, endpoint, words) in told.chain(named) {
            if types.iter().any(|kind| kind.name == name || kind.endpoint == endpoint)
                || !endpoint.starts_with("plugins/")
            {
                continue;
            }
            let Some(kind) = foreign(name, endpoint, words) else { break };
            types.push(kind);
            if catalogue.endpoint(kind.endpoint).is_none() {
                let none = Vec::new();
                undescribed.extend(plain_endpoint(kind, fields.get(endpoint).unwrap_or(&none)));
            }
        }
        let spellings = spellings(types.iter().copied());
        Some(Self { version, origin: Origin::Live, catalogue, types, spellings, undescribed })
    }

    /// Every type, NetBox's own first.
    pub fn types(&self) -> &[&'static ObjectType] {
        &self.types
    }

    /// The type of exactly this name, `dcim.device`.
    pub fn type_named(&self, name: &str) -> Option<&'static ObjectType> {
        self.types.iter().copied().find(|kind| kind.name == name)
    }

    /// Finds a type by any usual spelling, also those of plugins: by model, list or path.
    ///
    /// # Errors
    /// The nearest names, best first.
    pub fn find_type(&self, text: &str) -> Result<&'static ObjectType, Vec<&'static str>> {
        if let Some(kind) =
            self.type_named(text).or_else(|| self.spellings.get(&object_type::plain(text.trim())).copied())
        {
            return Ok(kind);
        }
        object_type::find_among(&self.types, text)
    }

    /// What the list at `path`, `dcim/devices`, has and takes.
    pub fn endpoint(&self, path: &str) -> Option<&'static Endpoint> {
        self.catalogue.endpoint(path).or_else(|| self.undescribed.get(path).copied())
    }

    /// Whether NetBox's document describes the list at `path`. Where it does not (custom objects), filters other than
    /// `id` cannot be checked.
    pub fn is_described(&self, path: &str) -> bool {
        self.catalogue.endpoint(path).is_some()
    }

    /// What a model must know where names were checked against another version's catalogue than the connected
    /// NetBox's.
    pub fn note(&self) -> Option<String> {
        let (major, minor) = Catalogue::newest_version();
        let version = self.version?;
        (self.origin == Origin::Embedded && (version.major, version.minor) != (major, minor)).then(|| {
            format!(
                "Filters and fields were checked against NetBox {major}.{minor}, but this is NetBox {version}, whose own \
                 description is still being fetched: it ignores filters that it does not know"
            )
        })
    }
}

fn spellings(types: impl Iterator<Item = &'static ObjectType>) -> HashMap<String, &'static ObjectType> {
    let mut spellings = HashMap::new();
    for kind in types {
        for spelling in object_type::spellings(kind) {
            spellings.entry(spelling).or_insert(kind);
        }
    }
    // A list without a plural has no singular.
    spellings.remove("");
    spellings
}

/// A text read once per process.
fn intern(text: &str) -> Option<&'static Catalogue> {
    static READ: LazyLock<Mutex<HashMap<[u8; 32], &'static Catalogue>>> = LazyLock::new(Mutex::default);
    let digest = Sha256::digest(text.as_bytes()).into();
    let mut read = READ.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(catalogue) = read.get(&digest) {
        return Some(catalogue);
    }
    if read.len() >= MOST_CATALOGUES {
        tracing::warn!(
            limit = MOST_CATALOGUES,
            "NetBox's description changed too often: the last one is kept until a restart"
        );
        return None;
    }
    let text: &'static str = Box::leak(text.to_owned().into_boxed_str());
    let catalogue: &'static Catalogue = Box::leak(Box::new(Catalogue::parse_live(text)));
    read.insert(digest, catalogue);
    Some(catalogue)
}

type ByName<T> = Mutex<HashMap<String, &'static T>>;

/// A value made once per process and key.
fn once<T>(known: &ByName<T>, key: String, make: impl FnOnce() -> T) -> Option<&'static T> {
    let mut known = known.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(value) = known.get(&key) {
        return Some(value);
    }
    if known.len() >= MOST_TYPES {
        tracing::warn!(limit = MOST_TYPES, "NetBox has more types than this program keeps");
        return None;
    }
    let value: &'static T = Box::leak(Box::new(make()));
    known.insert(key, value);
    Some(value)
}

/// The type of a plugin.
fn foreign(name: &str, endpoint: &str, words: Option<&(String, String)>) -> Option<&'static ObjectType> {
    static TYPES: LazyLock<ByName<ObjectType>> = LazyLock::new(Mutex::default);
    let list = endpoint.rsplit('/').next().unwrap_or(endpoint).replace(['-', '_'], " ");
    let (singular, plural) = words.cloned().unwrap_or_else(|| (reduce::singular(&list), list));
    once(&TYPES, format!("{name} {endpoint} {singular} {plural}"), || {
        let leak = |text: &str| -> &'static str { Box::leak(text.to_owned().into_boxed_str()) };
        ObjectType::foreign(leak(name), leak(endpoint), leak(&singular), leak(&plural))
    })
}

/// The list of a type that the document does not describe.
fn plain_endpoint(kind: &'static ObjectType, fields: &[String]) -> Option<(&'static str, &'static Endpoint)> {
    static ENDPOINTS: LazyLock<ByName<Endpoint>> = LazyLock::new(Mutex::default);
    let endpoint = once(&ENDPOINTS, format!("{} {}", kind.endpoint, fields.join(" ")), || {
        let usual = ["id", "url", "display"].iter().map(|name| (*name).to_owned());
        let names = usual.chain(fields.iter().cloned()).chain(["created", "last_updated", "tags"].map(str::to_owned));
        Endpoint::of_fields(names.map(|name| -> &'static str { Box::leak(name.into_boxed_str()) }).collect())
    })?;
    Some((kind.endpoint, endpoint))
}

#[cfg(test)]
mod tests;
