//! Understanding a question, before anything is looked up: words, times and what is wanted.

mod cue;
mod lexicon;
mod literal;
mod question;
mod time;
mod token;
mod wish;

pub(super) use cue::{Act, Attribute, Finder, WHERE};
pub(super) use lexicon::status_of;
pub(super) use literal::Literal;
pub(super) use question::{Hint, Lack, Name, Question, Status, read};
pub(super) use time::Window;
pub(super) use token::{Token, tokens};
pub(super) use wish::{What, Wish, Worth, read as read_wish};
