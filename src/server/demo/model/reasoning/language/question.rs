//! A question, understood as far as words alone can say.

mod lacks;
mod names;
mod reader;
mod settle;
mod wants;
mod words;

use jiff::Timestamp;

use super::super::kind::Kind;
use super::cue::{Act, SMALL_TALK};
use super::lexicon::WRITES;
use super::literal::Literal;
use super::time::Window;
use super::token::tokens;
use reader::Reader;

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
