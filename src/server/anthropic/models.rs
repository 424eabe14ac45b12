//! What a model can, from the API's list or from a built-in table, and what follows for a request.

use serde::Serialize;
use serde_json::{Value, json};

mod prices;
mod table;

pub use prices::Prices;
pub use prices::micro_dollars;

/// The model asked when none is configured: the cheapest of its generation, quick enough for a chat.
pub const DEFAULT_MODEL: &str = "claude-haiku-5-5";

/// The reply length asked for where the model allows it, in tokens. Thinking counts.
const REPLY_TOKENS: u64 = 16_000;

/// A model and what it can.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Model {
    /// Its id, as requests name it.
    pub id: String,
    /// Its name for people.
    pub display_name: String,
    /// `active`, `deprecated` or the like, where the server says so.
    pub lifecycle: Option<String>,
    /// The longest prompt, in tokens, where known.
    pub context_tokens: Option<u64>,
    /// The longest reply, in tokens, where known.
    pub maximum_tokens: Option<u64>,
    /// The kinds of thinking it takes; empty where it takes no word about it.
    pub thinking: Vec<ThinkingMode>,
    /// The efforts it takes, lowest first; empty where it takes none.
    pub efforts: Vec<Effort>,
}

/// A kind of thinking, as requests name it in `thinking.type`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ThinkingMode {
    /// The model decides itself how much to think.
    Adaptive,
    /// It thinks within a given number of tokens.
    Enabled,
    /// It does not think.
    Disabled,
    /// It thinks only between tool calls, not before the first.
    BetweenTools,
}

impl ThinkingMode {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Adaptive, Self::Enabled, Self::Disabled, Self::BetweenTools];

    /// Its name in requests.
    pub fn name(self) -> &'static str {
        match self {
            Self::Adaptive => "adaptive",
            Self::Enabled => "enabled",
            Self::Disabled => "disabled",
            Self::BetweenTools => "between_tools",
        }
    }
}

/// How much work a model puts into a reply: length, thinking and number of tool calls.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Effort {
    /// Short chats; may skip look-ups.
    Low,
    /// The usual.
    #[default]
    Medium,
    /// Long work with many tools.
    High,
    /// More.
    Xhigh,
    /// The most.
    Max,
}

impl Effort {
    /// All of them, lowest first.
    pub const ALL: [Self; 5] = [Self::Low, Self::Medium, Self::High, Self::Xhigh, Self::Max];

    /// Its name in requests.
    pub fn name(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Xhigh => "xhigh",
            Self::Max => "max",
        }
    }
}

impl Model {
    /// What the built-in table knows of a model. One that is not in it (a compatible server's) gets neither thinking
    /// nor effort, which every server accepts.
    pub fn known(id: &str) -> Self {
        table::find(id)
    }

    /// Reads an entry of the API's list; every field but the id may be missing.
    pub(super) fn read(entry: &Value) -> Option<Self> {
        let mut model = Self::known(entry["id"].as_str().filter(|id| !id.is_empty())?);
        if let Some(name) = entry["display_name"].as_str().filter(|name| !name.is_empty()) {
            name.clone_into(&mut model.display_name);
        }
        model.lifecycle = entry["lifecycle"].as_str().map(str::to_owned);
        model.context_tokens = entry["max_input_tokens"].as_u64().or(model.context_tokens);
        model.maximum_tokens = entry["max_tokens"].as_u64().filter(|&tokens| tokens > 0).or(model.maximum_tokens);
        let supports = |value: &Value| value["supported"].as_bool();
        let thinking = &entry["capabilities"]["thinking"];
        if let Some(supported) = supports(thinking) {
            let takes = |mode: &ThinkingMode| supported && supports(&thinking["types"][mode.name()]) == Some(true);
            model.thinking = ThinkingMode::ALL.into_iter().filter(takes).collect();
        }
        let effort = &entry["capabilities"]["effort"];
        if let Some(supported) = supports(effort) {
            let takes = |level: &Effort| supported && supports(&effort[level.name()]) == Some(true);
            model.efforts = Effort::ALL.into_iter().filter(takes).collect();
        }
        Some(model)
    }

    /// `max_tokens` for a request: what a chat needs, or the most that the model gives.
    pub fn reply_tokens(&self) -> u64 {
        self.maximum_tokens.unwrap_or(REPLY_TOKENS).min(REPLY_TOKENS)
    }

    /// `thinking` for a request: adaptive, with a summary that people can read (it costs nothing extra, and without it
    /// the page is silent while the model works). None leaves the model's own default.
    pub fn thinking(&self) -> Option<Value> {
        self.thinking.contains(&ThinkingMode::Adaptive).then(|| json!({ "type": "adaptive", "display": "summarized" }))
    }

    /// The effort to ask for: the wished one, or the nearest below it, or the lowest there is.
    pub fn effort(&self, wished: Effort) -> Option<Effort> {
        self.efforts.iter().rev().find(|&&level| level <= wished).or(self.efforts.first()).copied()
    }
}

/// A page of the API's list.
pub(super) struct Page {
    /// The models of this page.
    pub models: Vec<Model>,
    /// Where the next page begins, if there is one.
    pub next: Option<String>,
}

impl Page {
    /// Reads a page; none where the body is no list of models.
    pub fn read(body: &Value) -> Option<Self> {
        let models = body["data"].as_array()?.iter().filter_map(Model::read).collect();
        let next = (body["has_more"] == true).then(|| body["last_id"].as_str().map(str::to_owned)).flatten();
        Some(Self { models, next })
    }
}
