//! A question, understood as far as words alone can say.

use jiff::Timestamp;

use super::super::kind::{KINDS, Kind};
use super::cue::{ATTRIBUTES, Act, Attribute, CUES, Finder, SMALL_TALK, WHERE};
use super::lexicon::{FOREIGN, PRONOUNS, ROLE_WORDS, STATUSES, STOP, WRITES};
use super::literal::Literal;
use super::time::{self, Window};
use super::token::{Token, tokens};

/// What the words say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in super::super) struct Question {
    pub act: Option<Act>,
    /// What is asked for.
    pub kind: Option<&'static Kind>,
    /// What is counted in "the sites with the most devices", or the second type of a question.
    pub second: Option<&'static Kind>,
    /// Names that must be found in NetBox before they mean something.
    pub names: Vec<Name>,
    pub literals: Vec<Literal>,
    /// The word for what devices do: `switch`, and its plural for the answer.
    pub role: Option<(&'static str, &'static str)>,
    pub statuses: Vec<Status>,
    pub lacks: Option<Lack>,
    pub window: Option<Window>,
    /// Words for time were there, but the conversation does not tell the present.
    pub timeless: bool,
    /// A number of rows: "top 5".
    pub limit: Option<u64>,
    /// It refers to what was talked about: "and in Ohio?", "its interfaces".
    pub follows: bool,
    /// It holds a pronoun for one object.
    pub pronoun: bool,
    /// Several unknown words in a row: more likely not about NetBox at all.
    pub wild: bool,
}

/// A name as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) struct Name {
    pub text: String,
    pub hint: Option<Hint>,
    /// Stands after a preposition, is capitalised, quoted or has digits: surely a name and not a word unknown here.
    pub sure: bool,
}

/// What the words around a name say about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Hint {
    /// "site cle-01".
    Kind(&'static Kind),
    Tag,
    /// "devices named core", "starting with cle".
    Contains,
    StartsWith,
    /// "changed by anna".
    User,
    /// "access switches": part of a role's name, or a name of its own.
    RoleModifier,
}

/// A state that is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) struct Status {
    pub value: &'static str,
    pub negated: bool,
}

/// What is missing, or too many or too few.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Lack {
    /// A filter of NetBox finds it: the filter, its value, and the words for it.
    Filter(&'static str, &'static str, &'static str),
    /// A counter of NetBox is zero.
    Zero(&'static Kind),
    /// A counter of NetBox is above or below a number.
    Above(&'static Kind, u64),
    Below(&'static Kind, u64),
}

/// Terms for what can be missing, longest first.
const LACKS: &[(&str, Lack)] = &[
    ("primary ip address", Lack::Filter("has_primary_ip", "false", "without a primary IP address")),
    ("primary ip addresses", Lack::Filter("has_primary_ip", "false", "without a primary IP address")),
    ("primary ip", Lack::Filter("has_primary_ip", "false", "without a primary IP address")),
    ("primary address", Lack::Filter("has_primary_ip", "false", "without a primary IP address")),
    ("management ip", Lack::Filter("has_primary_ip", "false", "without a primary IP address")),
    ("ip address", Lack::Filter("has_primary_ip", "false", "without a primary IP address")),
    ("ip", Lack::Filter("has_primary_ip", "false", "without a primary IP address")),
    ("serial number", Lack::Filter("serial__empty", "true", "without a serial number")),
    ("serial numbers", Lack::Filter("serial__empty", "true", "without a serial number")),
    ("serial", Lack::Filter("serial__empty", "true", "without a serial number")),
    ("asset tag", Lack::Filter("asset_tag__empty", "true", "without an asset tag")),
    ("asset tags", Lack::Filter("asset_tag__empty", "true", "without an asset tag")),
    ("description", Lack::Filter("description__empty", "true", "without a description")),
    ("dns name", Lack::Filter("dns_name__empty", "true", "without a DNS name")),
    ("tenant", Lack::Filter("tenant_id", "null", "without a tenant")),
    ("platform", Lack::Filter("platform_id", "null", "without a platform")),
    ("location", Lack::Filter("location_id", "null", "without a location")),
    ("vrf", Lack::Filter("vrf_id", "null", "without a VRF")),
    ("vlan group", Lack::Filter("group_id", "null", "without a VLAN group")),
    ("cable", Lack::Filter("cabled", "false", "without a cable")),
    ("cables", Lack::Filter("cabled", "false", "without a cable")),
    ("region", Lack::Filter("region_id", "null", "without a region")),
    ("role", Lack::Filter("role_id", "null", "without a role")),
];

/// Reads a question. `now` is needed for words such as "yesterday".
pub(in super::super) fn read(text: &str, now: Option<Timestamp>) -> Question {
    let mut reader = Reader::new(tokens(text));
    let mut question = Question::default();
    let whole = reader.phrase();
    if let Some((_, act)) = SMALL_TALK.iter().find(|(words, _)| whole == *words || whole == format!("{words} there")) {
        question.act = Some(*act);
        return question;
    }
    if reader.imperative().is_some_and(|verb| WRITES.contains(&verb.as_str())) && !reader.has_cue("change log") {
        question.act = Some(Act::Write);
        return question;
    }
    question.follows = reader.begins_as_follow_up();
    reader.window(&mut question, now);
    reader.literals(&mut question);
    reader.limit(&mut question);
    reader.lacks(&mut question);
    reader.statuses(&mut question);
    reader.attributes_before_kinds(&mut question);
    reader.cues(&mut question);
    reader.pronouns(&mut question);
    reader.kinds(&mut question);
    reader.names(&mut question);
    reader.settle(&mut question);
    question
}

/// `Ohio`, but not `VLAN` and not `vlan`.
fn is_capitalised(text: &str) -> bool {
    let mut characters = text.chars();
    characters.next().is_some_and(char::is_uppercase) && characters.next().is_some_and(char::is_lowercase)
}

/// A mention of an object type.
struct Mention {
    start: usize,
    end: usize,
    kind: &'static Kind,
    plural: bool,
    used: bool,
}

struct Reader {
    tokens: Vec<Token>,
    /// Tokens whose meaning is known.
    used: Vec<bool>,
    mentions: Vec<Mention>,
    attribute: Option<&'static Attribute>,
    top: Option<bool>,
    per: bool,
}

impl Reader {
    fn new(tokens: Vec<Token>) -> Self {
        let used = vec![false; tokens.len()];
        Self { tokens, used, mentions: Vec::new(), attribute: None, top: None, per: false }
    }

    fn word(&self, at: usize) -> &str {
        self.tokens.get(at).filter(|token| !token.quoted).map_or("", |token| token.lower.as_str())
    }

    fn before(&self, at: usize) -> &str {
        at.checked_sub(1).map_or("", |at| self.word(at))
    }

    fn phrase(&self) -> String {
        self.tokens.iter().map(|token| token.lower.as_str()).collect::<Vec<_>>().join(" ")
    }

    fn use_up(&mut self, start: usize, end: usize) {
        for used in self.used.iter_mut().take(end).skip(start) {
            *used = true;
        }
    }

    /// Whether the words of `term` stand at `at`, none of them used up.
    fn stands(&self, at: usize, term: &str) -> Option<usize> {
        let words = term.split(' ');
        let mut position = at;
        for word in words {
            if self.word(position) != word || self.used.get(position) != Some(&false) {
                return None;
            }
            position += 1;
        }
        Some(position)
    }

    fn find(&self, term: &str) -> Option<(usize, usize)> {
        (0..self.tokens.len()).find_map(|at| self.stands(at, term).map(|end| (at, end)))
    }

    fn has_cue(&self, term: &str) -> bool {
        self.find(term).is_some()
    }

    /// The first word when the sentence is a command.
    fn imperative(&self) -> Option<String> {
        const POLITE: &[&str] =
            &["please", "can", "could", "would", "will", "you", "to", "i", "want", "need", "like", "let's"];
        self.tokens.iter().map(|token| token.lower.clone()).find(|word| !POLITE.contains(&word.as_str()))
    }

    fn begins_as_follow_up(&mut self) -> bool {
        const OPENINGS: &[&str] = &[
            "and",
            "what about",
            "how about",
            "only",
            "just",
            "but",
            "also",
            "same",
            "or",
            "then",
            "show me only",
            "now only",
        ];
        for opening in OPENINGS {
            if let Some(end) = self.stands(0, opening) {
                self.use_up(0, end);
                // "and what about", "and only".
                if let Some(end) =
                    ["what about", "how about", "only", "also", "just"].iter().find_map(|next| self.stands(end, next))
                {
                    self.use_up(0, end);
                }
                return true;
            }
        }
        false
    }

    fn window(&mut self, question: &mut Question, now: Option<Timestamp>) {
        if let Some(found) = time::find(&self.tokens, now) {
            self.use_up(found.start, found.end);
            question.timeless = found.window.is_none();
            question.window = found.window;
        }
    }

    fn literals(&mut self, question: &mut Question) {
        for at in 0..self.tokens.len() {
            if self.used[at] {
                continue;
            }
            if let Some(literal) = Literal::read(&self.tokens[at].text) {
                self.used[at] = true;
                question.literals.push(literal);
            }
        }
    }

    /// "top 5", "5 largest", "first 10".
    fn limit(&mut self, question: &mut Question) {
        const BIG: &[&str] =
            &["largest", "biggest", "most", "busiest", "fullest", "smallest", "fewest", "least", "emptiest"];
        for at in 0..self.tokens.len() {
            if self.used[at] {
                continue;
            }
            let word = self.word(at).to_owned();
            if word == "top" || word == "first" || word == "last" {
                if let Ok(number) = self.word(at + 1).parse::<u64>() {
                    question.limit = Some(number.clamp(1, 100));
                    self.use_up(at, at + 2);
                }
                if word == "top" {
                    self.top = Some(false);
                    self.used[at] = true;
                }
            } else if ["latest", "newest", "recent"].contains(&word.as_str()) {
                self.used[at] = true;
                if let Ok(number) = self.word(at + 1).parse::<u64>() {
                    question.limit = Some(number.clamp(1, 100));
                    self.use_up(at, at + 2);
                }
            } else if BIG.contains(&word.as_str()) {
                self.top = Some(matches!(word.as_str(), "smallest" | "fewest" | "least" | "emptiest"));
                self.used[at] = true;
                if let Some(number) = at.checked_sub(1).and_then(|at| self.word(at).parse::<u64>().ok()) {
                    question.limit = Some(number.clamp(1, 100));
                    self.used[at - 1] = true;
                }
            }
        }
    }

    fn lacks(&mut self, question: &mut Question) {
        const OPENINGS: &[&str] = &[
            "that have no",
            "which have no",
            "that has no",
            "have no",
            "has no",
            "with no",
            "without",
            "lacking",
            "missing",
            "that lack",
            "lack",
            "do not have",
            "don't have",
        ];
        const BOUNDS: &[(&str, bool, u64)] = &[
            ("more than", true, 0),
            ("over", true, 0),
            ("above", true, 0),
            ("at least", true, 1),
            ("fewer than", false, 0),
            ("less than", false, 0),
            ("under", false, 0),
        ];
        for (term, above, slack) in BOUNDS {
            if let Some((start, end)) = self.find(term)
                && let Ok(number) = self.word(end).parse::<u64>()
                && let Some((kind, last)) = self.kind_at(end + 1)
            {
                question.lacks = Some(if *above {
                    Lack::Above(kind, number.saturating_sub(*slack))
                } else {
                    Lack::Below(kind, number)
                });
                self.use_up(start, last);
                return;
            }
        }
        if let Some((start, end)) = self.find("unracked") {
            question.lacks = Some(Lack::Filter("rack_id", "null", "without a rack"));
            self.use_up(start, end);
            return;
        }
        let Some((start, mut end)) = OPENINGS.iter().find_map(|opening| self.find(opening)) else {
            if let Some((start, end)) = self.find("empty").or_else(|| self.find("unused"))
                && let Some(kind) = self
                    .kind_at(end)
                    .map(|(kind, _)| kind)
                    .or_else(|| (0..start).find_map(|at| self.kind_at(at)).map(|(kind, _)| kind))
            {
                let counted = match kind.object_type {
                    "dcim.rack" | "dcim.site" | "dcim.devicetype" | "dcim.devicerole" | "dcim.location" => {
                        "dcim.device"
                    }
                    "ipam.vlan" => "ipam.prefix",
                    "virtualization.cluster" => "virtualization.virtualmachine",
                    _ => return,
                };
                question.lacks = Kind::by_type(counted).map(Lack::Zero);
                self.use_up(start, end);
            }
            return;
        };
        while ["a", "an", "any", "the"].contains(&self.word(end)) {
            end += 1;
        }
        if let Some((last, lack)) =
            LACKS.iter().find_map(|(term, lack)| self.stands(end, term).map(|last| (last, *lack)))
        {
            question.lacks = Some(lack);
            self.use_up(start, last);
        } else if let Some((kind, last)) = self.kind_at(end) {
            let racked = kind.object_type == "dcim.rack" && self.phrase().contains("device");
            question.lacks =
                Some(if racked { Lack::Filter("rack_id", "null", "without a rack") } else { Lack::Zero(kind) });
            self.use_up(start, last);
        }
    }

    fn statuses(&mut self, question: &mut Question) {
        for at in 0..self.tokens.len() {
            if self.used[at] {
                continue;
            }
            let word = self.word(at);
            if word == "inactive" {
                question.statuses.push(Status { value: "active", negated: true });
                self.used[at] = true;
                continue;
            }
            let bare = word.strip_prefix("non-").unwrap_or(word);
            let Some((_, value)) = STATUSES.iter().find(|(term, _)| *term == bare) else { continue };
            let negated = bare != word || ["not", "non", "isn't", "aren't"].contains(&self.before(at));
            question.statuses.push(Status { value, negated });
            self.used[at] = true;
        }
    }

    fn cues(&mut self, question: &mut Question) {
        if let Some((start, end)) = [
            "free",
            "unused",
            "available",
            "spare",
            "open",
            "empty",
            "unconnected",
            "disconnected",
            "uncabled",
            "unoccupied",
        ]
        .iter()
        .filter_map(|word| self.find(word))
        .find(|(_, end)| self.kind_at(*end).is_some_and(|(kind, _)| kind.object_type == "dcim.interface"))
        {
            question.act = Some(Act::Ports { occupied: false });
            self.use_up(start, end);
            return;
        }
        if let Some((start, end)) = ["connected", "occupied", "cabled", "used", "up"]
            .iter()
            .filter_map(|word| self.find(word))
            .find(|(_, end)| self.kind_at(*end).is_some_and(|(kind, _)| kind.object_type == "dcim.interface"))
        {
            question.act = Some(Act::Ports { occupied: true });
            self.use_up(start, end);
            return;
        }
        let found = CUES.iter().find_map(|(term, act)| self.find(term).map(|(start, end)| (start, end, *act)));
        if let Some((start, end, act)) = found {
            question.act = Some(act);
            self.use_up(start, end);
        }
        // "how many changes", "which devices were added": the change is what is asked for.
        if matches!(question.act, Some(Act::Count | Act::Profile))
            && let Some((start, end, act)) = CUES
                .iter()
                .filter(|(_, act)| matches!(act, Act::Changes { .. }))
                .find_map(|(term, act)| self.find(term).map(|(start, end)| (start, end, *act)))
        {
            question.act = Some(act);
            self.use_up(start, end);
        }
        if let Some((start, end)) =
            self.find("where is").or_else(|| self.find("where are")).or_else(|| self.find("where's"))
        {
            self.attribute = Some(&WHERE);
            self.use_up(start, end);
        }
        for (term, finder) in [
            ("serial number", Finder::Serial),
            ("serial", Finder::Serial),
            ("asset tag", Finder::AssetTag),
            ("asset", Finder::AssetTag),
        ] {
            if let Some((start, end)) = self.find(term) {
                // "serial FOC123" searches for it, "serial of core-01" asks for it.
                let next = self.tokens.get(end).map_or("", |token| token.text.as_str());
                if next.chars().any(|character| character.is_ascii_digit()) {
                    question.act = Some(Act::Find(finder));
                    self.use_up(start, end);
                    return;
                }
            }
        }
    }

    fn pronouns(&mut self, question: &mut Question) {
        for at in 0..self.tokens.len() {
            let word = self.word(at);
            if self.used[at] || !PRONOUNS.contains(&word) {
                continue;
            }
            let next = self.word(at + 1);
            let last = at + 1 == self.tokens.len();
            let refers = match word {
                "there" => last && !["is", "are", "was", "were", "exist", "be"].contains(&self.before(at)),
                "that" | "this" => last || self.kind_at(at + 1).is_some(),
                "one" | "ones" => ["which", "that", "the", "this", "those"].contains(&self.before(at)),
                "same" => true,
                "they" | "them" | "those" | "these" | "their" | "it" | "its" => next != "is" || word != "it" || at > 0,
                _ => false,
            };
            if refers {
                question.follows = true;
                question.pronoun |= matches!(word, "it" | "its" | "that" | "this" | "one");
                self.used[at] = true;
            }
        }
    }

    /// "what is the serial number of X", "the primary IP of X".
    fn attributes_before_kinds(&mut self, question: &mut Question) {
        if self.attribute.is_some() || !matches!(question.act, None | Some(Act::Profile)) {
            return;
        }
        for attribute in ATTRIBUTES {
            for term in attribute.words {
                let Some((start, end)) = self.find(term) else { continue };
                let of = ["of", "for", "does", "do", "is", "has", "on", "runs"].contains(&self.word(end));
                let its = ["its", "their", "what", "which", "whose"].contains(&self.before(start));
                // "the status of rack R1" asks; "which site has ..." chooses a site.
                if (of && !["has", "do"].contains(&self.word(end)))
                    || (its && end == self.tokens.len())
                    || (self.before(start) == "its")
                {
                    self.attribute = Some(attribute);
                    self.use_up(start, end);
                    return;
                }
            }
        }
    }

    /// The object type named at `at`, and where its term ends.
    fn kind_at(&self, at: usize) -> Option<(&'static Kind, usize)> {
        (1..=3).rev().find_map(|length| {
            let end = at + length;
            let words = self.tokens.get(at..end)?;
            if words.iter().any(|token| token.quoted) || self.used.get(at..end)?.contains(&true) {
                return None;
            }
            // "VRF Guest", "Northline Carrier": a capitalised word after a name or a type belongs to a name.
            if length == 1 && at > 1 && is_capitalised(&words[0].text) && self.continues_name(at) {
                return None;
            }
            let term = words.iter().map(|token| token.lower.as_str()).collect::<Vec<_>>().join(" ");
            KINDS.iter().find(|kind| kind.words.contains(&term.as_str())).map(|kind| (kind, end))
        })
    }

    /// Whether the word before `at` is capitalised like a name, or a type in the singular.
    fn continues_name(&self, at: usize) -> bool {
        let before = &self.tokens[at - 1];
        let singular = |kind: &Kind| kind.singular.to_lowercase() == before.lower;
        !before.stop
            && (KINDS.iter().any(singular) || (is_capitalised(&before.text) && !STOP.contains(&before.lower.as_str())))
    }

    fn role_at(&self, at: usize) -> Option<(&'static str, &'static str, bool, usize)> {
        (1..=2).rev().find_map(|length| {
            let end = at + length;
            let words = self.tokens.get(at..end)?;
            if words.iter().any(|token| token.quoted) || self.used.get(at..end)?.contains(&true) {
                return None;
            }
            let term = words.iter().map(|token| token.lower.as_str()).collect::<Vec<_>>().join(" ");
            ROLE_WORDS.iter().find_map(|(word, role, plural)| {
                let many = term == plural.to_lowercase()
                    || term == format!("{word}s")
                    || *word == "leaves" && term == "leaves";
                (term == *word || many).then_some((*role, *plural, many, end))
            })
        })
    }

    fn kinds(&mut self, question: &mut Question) {
        let mut at = 0;
        while at < self.tokens.len() {
            let kind = self.kind_at(at);
            let role = self.role_at(at);
            let longer = |kind: &Option<(&Kind, usize)>, end: usize| kind.is_none_or(|(_, kind_end)| end > kind_end);
            if let Some((word, plural, many, end)) = role.filter(|(_, _, _, end)| longer(&kind, *end)) {
                question.role = Some((word, plural));
                if let Some(device) = Kind::by_type("dcim.device") {
                    self.mentions.push(Mention { start: at, end, kind: device, plural: many, used: false });
                }
                self.use_up(at, end);
                at = end;
            } else if let Some((kind, end)) = kind {
                let last = self.word(end - 1).to_owned();
                let plural = last == kind.plural.to_lowercase()
                    || kind.plural.to_lowercase().ends_with(&format!(" {last}"))
                    || (last.ends_with('s') && !kind.singular.ends_with('s') && last != "os" && last != "address");
                let each = ["per", "each", "every"].contains(&self.before(at)) || (self.before(at) == "by" && !plural);
                let named = self.tokens.get(end).is_some_and(|token| !STOP.contains(&token.lower.as_str()));
                if each && !named {
                    self.per = true;
                    question.act = Some(Act::Per(kind));
                } else {
                    self.mentions.push(Mention { start: at, end, kind, plural, used: false });
                }
                self.use_up(at, end);
                at = end;
            } else {
                at += 1;
            }
        }
    }

    fn names(&mut self, question: &mut Question) {
        let mut at = 0;
        while at < self.tokens.len() {
            if !self.is_name(at) {
                at += 1;
                continue;
            }
            let start = at;
            at += 1;
            while at < self.tokens.len() && self.is_name(at) && !self.splits(at) {
                at += 1;
            }
            let text = self.tokens[start..at].iter().map(|token| token.text.as_str()).collect::<Vec<_>>().join(" ");
            let hint = self.hint(question, start, at);
            // The first word of a sentence may be a verb that is unknown here.
            let sure =
                start > 0 || hint.is_some() || self.tokens[start].quoted || text.contains(|c: char| c.is_ascii_digit());
            question.names.push(Name { text, hint, sure });
        }
    }

    fn is_name(&self, at: usize) -> bool {
        let token = &self.tokens[at];
        if self.used[at] {
            return false;
        }
        // "US" is a country, "us" is not.
        let shouted = token.text.len() > 1 && token.text.chars().all(|character| character.is_ascii_uppercase());
        let country = shouted && (token.lower == "us" || token.lower == "it");
        token.quoted || country || !STOP.contains(&token.lower.as_str())
    }

    /// Whether a new name begins here: after a comma, and between two identifiers.
    fn splits(&self, at: usize) -> bool {
        let before = &self.tokens[at - 1];
        let identifier = |token: &Token| {
            token.text.chars().any(|c| c.is_ascii_digit()) && token.text.chars().any(char::is_alphabetic)
        };
        before.stop || before.quoted || self.tokens[at].quoted || (identifier(before) && identifier(&self.tokens[at]))
    }

    fn hint(&mut self, question: &Question, start: usize, end: usize) -> Option<Hint> {
        let before = self.before(start).to_owned();
        match before.as_str() {
            "tagged" | "tag" | "tags" => return Some(Hint::Tag),
            "named" | "called" | "matching" | "like" | "containing" | "contains" => {
                let several = self.mentions.iter().any(|mention| mention.plural) || question.role.is_some();
                return several.then_some(Hint::Contains);
            }
            "with"
                if ["starting", "beginning", "start", "starts", "begin", "begins"]
                    .contains(&self.before(start - 1)) =>
            {
                return Some(Hint::StartsWith);
            }
            "by" if matches!(question.act, Some(Act::Changes { .. })) => return Some(Hint::User),
            _ => {}
        }
        if question.act == Some(Act::Changes { action: None }) && ["user", "did", "has"].contains(&before.as_str()) {
            return Some(Hint::User);
        }
        for mention in &mut self.mentions {
            let device_by_role = mention.kind.object_type == "dcim.device" && question.role.is_some();
            if mention.plural || mention.used {
                if mention.plural && mention.start == end && device_by_role {
                    return Some(Hint::RoleModifier);
                }
                continue;
            }
            if mention.end == start || mention.start == end {
                mention.used = true;
                return Some(Hint::Kind(mention.kind));
            }
        }
        None
    }

    /// Decides what the parts mean together.
    fn settle(&mut self, question: &mut Question) {
        let named = !question.names.is_empty() || question.pronoun;
        let free: Vec<(&'static Kind, bool, usize)> = self
            .mentions
            .iter()
            .filter(|mention| !mention.used)
            .map(|mention| (mention.kind, mention.plural, mention.start))
            .collect();
        let contact = free.iter().any(|(kind, _, _)| kind.object_type == "tenancy.contact");
        let journal = free.iter().any(|(kind, _, _)| kind.object_type == "extras.journalentry");
        if let Some(least) = self.top {
            question.act = Some(Act::Top { least });
            question.kind = free.first().map(|(kind, _, _)| *kind);
            question.second = free.get(1).map(|(kind, _, _)| *kind);
            return;
        }
        question.kind = free.iter().find(|(_, plural, _)| *plural).or(free.first()).map(|(kind, _, _)| *kind);
        question.second = free.iter().map(|(kind, _, _)| *kind).find(|kind| Some(*kind) != question.kind);
        if self.per {
            return;
        }
        if let Some(attribute) = self.attribute {
            question.act = Some(Act::Attribute(attribute));
        } else if (contact && (named || question.act.is_none())) && question.act != Some(Act::Count) {
            question.act = Some(if named { Act::Contacts } else { Act::List });
        } else if journal {
            question.act = Some(Act::Journal);
        } else if matches!(question.act, None | Some(Act::Profile)) {
            self.settle_subject(question, &free, named);
        }
        if question.act.is_none() && question.kind.is_some() {
            question.act = Some(Act::List);
        }
        // "What is in rack A01": what is in places is devices.
        if question.act == Some(Act::List) && question.kind.is_none() && !question.names.is_empty() {
            question.kind = Kind::by_type("dcim.device");
        }
        if question.act == Some(Act::Profile)
            && question.kind.is_some()
            && question.names.is_empty()
            && !question.pronoun
        {
            question.act = Some(Act::List);
        }
        let foreign = self.tokens.iter().any(|token| FOREIGN.contains(&token.lower.as_str()));
        if foreign && !matches!(question.act, Some(Act::Changes { .. })) && question.literals.is_empty() {
            question.act = Some(Act::Foreign);
        }
    }

    fn settle_subject(&self, question: &mut Question, free: &[(&'static Kind, bool, usize)], named: bool) {
        let addresses = question.literals.iter().any(|literal| !matches!(literal, Literal::Interface(_)));
        if addresses && !free.iter().any(|(_, plural, _)| *plural) {
            question.act = Some(Act::Literal);
            return;
        }
        if question.literals.iter().any(|literal| matches!(literal, Literal::Interface(_))) {
            question.act = Some(Act::Connected);
            return;
        }
        // "which rack is X in": a singular that is not the name's own type asks for a fact about X.
        if let [(kind, false, start), ..] = free
            && named
            && ["which", "what", "whose", "the"].contains(&self.before(*start))
            && let Some(attribute) =
                ATTRIBUTES.iter().find(|attribute| attribute.words.iter().any(|word| kind.words.contains(word)))
        {
            question.act = Some(Act::Attribute(attribute));
            return;
        }
        let asked_by_name = question.names.iter().any(|name| matches!(name.hint, Some(Hint::Kind(_)) | None));
        let word = |name: &Name| name.hint.is_none() && name.text.chars().all(|c| c.is_lowercase() || c == ' ');
        let rambling = |name: &Name| name.hint.is_none() && name.text.split(' ').count() > 2;
        let opens = self
            .tokens
            .first()
            .zip(question.names.first())
            .is_some_and(|(token, name)| name.text.starts_with(&token.text));
        let wild = question.act.is_none()
            && ((question.names.len() > 1 && question.names.iter().all(word))
                || (opens && question.names.first().is_some_and(rambling)));
        question.wild = wild;
        if free.is_empty() && asked_by_name && !question.follows && !wild {
            question.act = Some(Act::Profile);
        } else if free.iter().any(|(_, plural, _)| *plural) {
            question.act = Some(Act::List);
        }
    }
}
