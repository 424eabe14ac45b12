//! A wish to change something, as far as words alone can say what is to be changed, and how.

use super::super::kind::{Kind, kinds};
use super::lexicon::status_of;
use super::token::{Token, tokens};

/// What is wished.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) enum Wish {
    /// "Set the status of cle-01-sw1 to offline".
    Set {
        what: What,
        /// NetBox's field.
        field: &'static str,
        value: Worth,
    },
    /// "Rename the site X to Y".
    Rename { what: What, name: String },
    /// "Create a tenant called Acme", "add the VLAN 123 named lab".
    Create { kind: &'static Kind, number: Option<u64>, name: String, place: Option<String> },
    /// "Delete the tenant Acme".
    Delete { what: What },
}

/// What is to be changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) enum What {
    /// One object, of a type if the wish says so, at a place if it says so.
    One { kind: Option<&'static Kind>, name: String, place: Option<String> },
    /// What was talked about.
    It,
    /// All that a list would show: "devices in Akron".
    All(String),
}

/// What a field is to hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) enum Worth {
    Nothing,
    Text(String),
    Number(u64),
}

/// What a field takes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Takes {
    Text,
    /// One of a few words.
    Choice,
    Number,
    /// The name of another object.
    Name,
}

/// The fields that have words here.
const FIELDS: &[(&[&str], &str, Takes)] = &[
    (&["status", "state"], "status", Takes::Choice),
    (&["description"], "description", Takes::Text),
    (&["comments", "comment"], "comments", Takes::Text),
    (&["name"], "name", Takes::Text),
    (&["serial number", "serial"], "serial", Takes::Text),
    (&["asset tag"], "asset_tag", Takes::Text),
    (&["facility"], "facility", Takes::Text),
    (&["physical address", "street address"], "physical_address", Takes::Text),
    (&["time zone", "timezone"], "time_zone", Takes::Text),
    (&["dns name"], "dns_name", Takes::Text),
    (&["commit rate", "bandwidth"], "commit_rate", Takes::Number),
    (&["memory"], "memory", Takes::Number),
    (&["role"], "role", Takes::Name),
    (&["tenant", "customer"], "tenant", Takes::Name),
    (&["platform"], "platform", Takes::Name),
    (&["region"], "region", Takes::Name),
];

/// The words of politeness that a wish may begin with.
const COURTESY: &[&str] = &["please", "can", "could", "would", "you", "now", "i", "want", "to", "kindly"];
const ARTICLES: &[&str] = &["the", "a", "an", "new", "this", "that"];

/// Reads a wish; none if the words are no wish that is understood here.
pub(in super::super) fn read(text: &str) -> Option<Wish> {
    let tokens = tokens(text);
    let polite = tokens.iter().take_while(|token| is(token, COURTESY)).count();
    let (verb, rest) = tokens.get(polite..)?.split_first()?;
    if verb.quoted || rest.is_empty() {
        return None;
    }
    match verb.lower.as_str() {
        "set" | "change" | "update" => set(rest),
        "mark" => marked(rest),
        "rename" => {
            let (what, name) = divided(rest, "to")?;
            Some(Wish::Rename { what: one(what)?, name: joined(name)? })
        }
        "create" | "add" | "make" => create(rest),
        "delete" | "remove" => Some(Wish::Delete { what: one(rest)? }),
        _ => None,
    }
}

/// "the status of X to Y", "X to offline", "its description to Y".
fn set(words: &[Token]) -> Option<Wish> {
    let (left, value) = divided(words, "to")?;
    if let Some((first, rest)) = left.split_first()
        && is(first, &["its", "their"])
        && let Some((field, takes, [])) = field(rest)
    {
        return Some(Wish::Set { what: What::It, field, value: worth(takes, value)? });
    }
    if let Some((field, takes, rest)) = field(without_articles(left)) {
        let (of, what) = rest.split_first()?;
        let wish = is(of, &["of", "for", "on"]).then(|| what_of(what)).flatten()?;
        return Some(Wish::Set { what: wish, field, value: worth(takes, value)? });
    }
    stated(left, value)
}

/// "X as offline".
fn marked(words: &[Token]) -> Option<Wish> {
    let (left, value) = divided(words, "as")?;
    stated(left, value)
}

/// A bare word that is a status.
fn stated(left: &[Token], value: &[Token]) -> Option<Wish> {
    let [word] = value else { return None };
    let status = status_of(&word.lower)?;
    Some(Wish::Set { what: what_of(left)?, field: "status", value: Worth::Text(status.to_owned()) })
}

fn create(words: &[Token]) -> Option<Wish> {
    let (kind, rest) = kind(without_articles(words))?;
    let number = rest.first().filter(|word| kind.object_type == "ipam.vlan" && !word.quoted);
    let number = number.and_then(|word| word.text.parse::<u64>().ok());
    let rest = rest.get(usize::from(number.is_some())..)?;
    let rest = match rest {
        [with, the, name, rest @ ..] if is(with, &["with"]) && is(the, &["the"]) && is(name, &["name"]) => rest,
        [word, rest @ ..] if is(word, &["called", "named", "name"]) => rest,
        rest => rest,
    };
    let (name, place) = placed(rest);
    Some(Wish::Create { kind, number, name: joined(name)?, place })
}

/// What is named: one object, what was talked about, or all of a list.
fn what_of(words: &[Token]) -> Option<What> {
    let first = words.first()?;
    if is(first, &["all", "every", "each"]) {
        return Some(What::All(joined(words.get(1..)?)?));
    }
    let bare = without_articles(words);
    // "The devices in Akron" are all of them; "the switch" is one.
    let several = |word: &Token| kinds().any(|kind| !word.quoted && kind.plural == word.lower);
    if bare.iter().take(2).any(several) && bare.len() > 1 {
        return Some(What::All(joined(bare)?));
    }
    one(words)
}

fn one(words: &[Token]) -> Option<What> {
    if let [word] = words
        && is(word, &["it", "that", "this"])
    {
        return Some(What::It);
    }
    let words = without_articles(words);
    if words.first().is_some_and(|word| is(word, &["all", "every", "each"])) {
        return None;
    }
    let (kind, rest) = match kind(words) {
        Some((kind, rest)) if !rest.is_empty() => (Some(kind), rest),
        _ => (None, words),
    };
    let rest = match rest {
        [word, rest @ ..] if is(word, &["called", "named"]) => rest,
        rest => rest,
    };
    let (name, place) = placed(rest);
    Some(What::One { kind, name: joined(name)?, place })
}

/// A name, and the place behind it: "R1 at cle-01".
fn placed(words: &[Token]) -> (&[Token], Option<String>) {
    let at = words.iter().rposition(|word| is(word, &["at", "in"])).filter(|at| *at > 0);
    let divided = at.and_then(|at| Some((words.get(..at)?, joined(without_articles(words.get(at + 1..)?))?)));
    match divided {
        Some((name, place)) => (name, Some(place.strip_prefix("site ").map_or(place.clone(), str::to_owned))),
        None => (words, None),
    }
}

/// The field that the words begin with, and the words behind it.
fn field(words: &[Token]) -> Option<(&'static str, Takes, &[Token])> {
    [2, 1].into_iter().find_map(|length| {
        let (held, rest) = words.split_at_checked(length)?;
        let term = phrase(held)?;
        let (_, field, takes) = FIELDS.iter().find(|(terms, _, _)| terms.contains(&term.as_str()))?;
        Some((*field, *takes, rest))
    })
}

/// The type that the words begin with, and the words behind it.
fn kind(words: &[Token]) -> Option<(&'static Kind, &[Token])> {
    [3, 2, 1].into_iter().find_map(|length| {
        let (held, rest) = words.split_at_checked(length)?;
        let term = phrase(held)?;
        let kind = kinds().find(|kind| kind.singular.to_lowercase() == term || kind.words.contains(&term.as_str()))?;
        Some((kind, rest))
    })
}

fn worth(takes: Takes, words: &[Token]) -> Option<Worth> {
    let text = joined(words)?;
    let nothing = matches!(words, [word] if is(word, &["nothing", "none", "null", "empty"]));
    Some(match takes {
        _ if nothing => Worth::Nothing,
        Takes::Number => Worth::Number(text.parse().ok()?),
        Takes::Choice => {
            Worth::Text(status_of(&text.to_lowercase()).map_or_else(|| text.to_lowercase(), str::to_owned))
        }
        Takes::Text | Takes::Name => Worth::Text(text),
    })
}

/// What stands before and behind the last of these words that is not quoted.
fn divided<'a>(words: &'a [Token], word: &str) -> Option<(&'a [Token], &'a [Token])> {
    // A text in quotes is whole; without quotes the first "to" divides: "to" may be a part of what follows.
    let at = words.iter().position(|token| is(token, &[word]))?;
    Some((words.get(..at)?, words.get(at + 1..)?)).filter(|(left, right)| !left.is_empty() && !right.is_empty())
}

fn without_articles(words: &[Token]) -> &[Token] {
    let articles = words.iter().take_while(|word| is(word, ARTICLES)).count();
    words.get(articles..).unwrap_or_default()
}

fn phrase(words: &[Token]) -> Option<String> {
    let quoted = words.iter().any(|word| word.quoted);
    (!quoted).then(|| words.iter().map(|word| word.lower.as_str()).collect::<Vec<_>>().join(" "))
}

fn joined(words: &[Token]) -> Option<String> {
    let text = words.iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" ");
    (!text.is_empty()).then_some(text)
}

fn is(token: &Token, words: &[&str]) -> bool {
    !token.quoted && words.contains(&token.lower.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn device(name: &str) -> What {
        What::One { kind: None, name: name.into(), place: None }
    }

    #[test]
    fn fields_are_set() {
        let status = |what| Some(Wish::Set { what, field: "status", value: Worth::Text("offline".into()) });
        assert_eq!(read("Set the status of cle-01-sw1 to offline"), status(device("cle-01-sw1")));
        assert_eq!(read("please mark cle-01-sw1 as offline."), status(device("cle-01-sw1")));
        assert_eq!(read("Set cle-01-sw1 to Offline"), status(device("cle-01-sw1")));
        assert_eq!(read("set its status to offline"), status(What::It));
        assert_eq!(
            read("Set the status of all devices in Akron 01 to offline"),
            status(What::All("devices in Akron 01".into()))
        );
        let rack = What::One { kind: Kind::by_type("dcim.rack"), name: "R1".into(), place: Some("cle-01".into()) };
        assert_eq!(
            read("Change the description of rack R1 at cle-01 to \"Goes to the museum\""),
            Some(Wish::Set { what: rack, field: "description", value: Worth::Text("Goes to the museum".into()) })
        );
        assert_eq!(
            read("Set the tenant of cle-01-sw1 to none"),
            Some(Wish::Set { what: device("cle-01-sw1"), field: "tenant", value: Worth::Nothing })
        );
    }

    #[test]
    fn objects_are_made_renamed_and_deleted() {
        let tenant = Kind::by_type("tenancy.tenant").unwrap();
        let create = |kind: &str, number, name: &str, place: Option<&str>| {
            let kind = Kind::by_type(kind).unwrap();
            Some(Wish::Create { kind, number, name: name.into(), place: place.map(str::to_owned) })
        };
        assert_eq!(read("Create a tenant called Acme"), create("tenancy.tenant", None, "Acme", None));
        assert_eq!(read("add the VLAN 123 named lab at cle-01"), create("ipam.vlan", Some(123), "lab", Some("cle-01")));
        assert_eq!(
            read("Create a new site called \"In at\" in Ohio"),
            create("dcim.site", None, "In at", Some("Ohio"))
        );
        let acme = What::One { kind: Some(tenant), name: "Acme".into(), place: None };
        assert_eq!(read("Delete the tenant Acme"), Some(Wish::Delete { what: acme.clone() }));
        assert_eq!(
            read("rename the tenant Acme to Acme Two"),
            Some(Wish::Rename { what: acme, name: "Acme Two".into() })
        );
    }

    #[test]
    fn questions_are_no_wishes() {
        for text in
            ["What changed?", "change log of cle-01", "Which devices are set to offline?", "add", "delete all racks"]
        {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
