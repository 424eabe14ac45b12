//! Finding conversations by what stands in them: what is a word, what a query asks for, and which piece of a text shows
//! why it was found. All of it is plain: the databases are given words that they need not take apart, so both find the
//! same (`store::search`).

pub mod forms;
pub mod query;
pub mod snippet;
pub mod texts;
pub mod words;
