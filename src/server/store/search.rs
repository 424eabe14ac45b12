//! Full-text search in a person's own conversations. Texts are taken apart by `server::search`, so SQLite (FTS5) and
//! PostgreSQL (`tsvector`) only compare words, and both find the same.

mod index;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;

use sqlx::any::AnyRow;
use sqlx::{AssertSqlSafe, Row as _};

use super::database::{Database, Kind};
use super::error::unavailable;
use crate::server::person::PersonId;
use crate::server::search::query::{Phrase, Query, Term};
use crate::server::search::snippet::{Fit, snippet};
use crate::server::search::texts::index_words;
use crate::wire::id::{ConversationId, MessageId};
use crate::wire::problem::Problem;
use crate::wire::search::{SearchHit, SearchPlace};

pub(super) use index::index_news;

/// The most texts that are looked at for one answer: those that fit best by the index, then the newest.
const CANDIDATES: i64 = 300;
/// The most hits of one conversation.
const OF_ONE_CONVERSATION: usize = 3;
/// Conversations that are indexed without looking again which are left.
const BATCH: i64 = 100;
/// Stands where no phrase reaches over. No word of a text has it.
const GAP: char = '\u{b6}';
/// Begins the word that says whose a text is. No word of a text has it.
const OWNER: char = '\u{a4}';

/// A text that may be shown.
struct Candidate {
    hit: SearchHit,
    fit: Fit,
    updated_at: i64,
}

impl Database {
    /// What of this person's conversations has all that `text` asks for, best first. Any text is a query.
    ///
    /// All words have to be in the conversation; the texts that have most of them are shown.
    ///
    /// # Errors
    /// A `storage` problem.
    pub async fn search(&self, owner: &PersonId, text: &str, limit: usize) -> Result<Vec<SearchHit>, Problem> {
        let query = Query::read(text);
        if query.is_empty() {
            return Ok(Vec::new());
        }
        let asked = Asked { kind: self.kind(), owner: owner.as_str(), query: &query };
        let (statement, expressions) = asked.statement();
        let mut rows = sqlx::query(AssertSqlSafe(statement)).bind(owner.as_str());
        for expression in expressions {
            rows = rows.bind(expression);
        }
        let rows = rows.fetch_all(self.pool()).await.map_err(unavailable)?;
        let candidates =
            rows.iter().map(|row| candidate(row, &query)).collect::<Result<_, _>>().map_err(unavailable)?;
        Ok(rank(candidates, limit))
    }

    /// Puts into the index whatever logs have and it has not. Gives the number of conversations.
    ///
    /// # Errors
    /// A `storage` problem.
    pub async fn index_what_is_missing(&self) -> Result<u64, Problem> {
        let mut indexed = 0;
        let mut after = String::new();
        loop {
            let rows = sqlx::query(
                "SELECT c.id AS id FROM conversations c LEFT JOIN search_state s ON s.conversation = c.id \
                 WHERE c.id > $1 AND c.last_seq > 0 \
                 AND (s.version IS NULL OR s.version <> $2 OR s.until_seq < c.last_seq) ORDER BY c.id LIMIT $3",
            )
            .bind(after.as_str())
            .bind(index::VERSION)
            .bind(BATCH)
            .fetch_all(self.pool())
            .await
            .map_err(unavailable)?;
            if rows.is_empty() {
                return Ok(indexed);
            }
            for row in rows {
                after = row.try_get("id").map_err(unavailable)?;
                let mut transaction = self.begin().await?;
                let conversation = ConversationId(after.clone());
                index_news(self.kind(), &mut transaction, &conversation).await.map_err(unavailable)?;
                transaction.commit().await.map_err(unavailable)?;
                indexed += 1;
            }
        }
    }

    /// Makes the whole index again. Gives the number of conversations.
    ///
    /// # Errors
    /// A `storage` problem.
    pub async fn index_anew(&self) -> Result<u64, Problem> {
        // Where a conversation has no state, it has no texts.
        sqlx::query("UPDATE search_state SET version = 0").execute(self.pool()).await.map_err(unavailable)?;
        self.index_what_is_missing().await
    }
}

/// A query of a person, in the database's own language.
struct Asked<'asked> {
    kind: Kind,
    owner: &'asked str,
    query: &'asked Query,
}

impl Asked<'_> {
    /// The statement, and the expressions in it from `$2` on. `$1` is the owner.
    fn statement(&self) -> (String, Vec<String>) {
        let terms = &self.query.terms;
        let all_of = |terms: Vec<String>| self.all(&terms);
        let anything = format!("({})", terms.iter().map(|term| self.term(term)).collect::<Vec<_>>().join(self.or()));
        let mut expressions = vec![
            all_of(vec![anything]),
            all_of(terms.iter().map(|term| self.term(&whole(term))).collect()),
            all_of(terms.iter().map(|term| self.term(term)).collect()),
        ];
        let mut everywhere = Vec::new();
        if terms.len() > 1 {
            for term in terms {
                expressions.push(all_of(vec![self.term(term)]));
                let having = self.having("s", expressions.len() + 1);
                everywhere.push(format!("SELECT s.conversation FROM search_texts s WHERE {having}"));
            }
        }
        let mut statement = format!(
            "SELECT t.conversation AS conversation, t.message AS message, t.place AS place, t.text AS text, \
             c.title AS title, c.updated_at AS updated_at \
             FROM search_texts t JOIN conversations c ON c.id = t.conversation \
             WHERE c.owner = $1 AND {}",
            self.having("t", 2)
        );
        if !everywhere.is_empty() {
            // Writing to a string cannot fail.
            let _ = write!(statement, " AND t.conversation IN ({})", everywhere.join(" INTERSECT "));
        }
        let _ = write!(
            statement,
            " ORDER BY CASE WHEN {} THEN 0 WHEN {} THEN 1 ELSE 2 END, c.updated_at DESC, t.id DESC LIMIT {CANDIDATES}",
            self.having("t", 3),
            self.having("t", 4)
        );
        (statement, expressions)
    }

    fn having(&self, table: &str, parameter: usize) -> String {
        match self.kind {
            Kind::Sqlite => {
                format!("{table}.id IN (SELECT rowid FROM search_words WHERE search_words MATCH ${parameter})")
            }
            Kind::Postgres => format!("{table}.words @@ CAST(${parameter} AS TSQUERY)"),
        }
    }

    /// All of these, in texts of the owner.
    fn all(&self, expressions: &[String]) -> String {
        let (owner, and) = match self.kind {
            Kind::Sqlite => (format!("\"{}\"", owner_word(self.owner)), " AND "),
            Kind::Postgres => (format!("'{}'", owner_word(self.owner)), " & "),
        };
        std::iter::once(owner).chain(expressions.iter().cloned()).collect::<Vec<_>>().join(and)
    }

    fn term(&self, term: &Term) -> String {
        let phrases: Vec<String> = term.phrases().map(|phrase| self.phrase(phrase)).collect();
        format!("({})", phrases.join(self.or()))
    }

    fn or(&self) -> &'static str {
        match self.kind {
            Kind::Sqlite => " OR ",
            Kind::Postgres => " | ",
        }
    }

    /// Words are letters and digits alone, so nothing in them has to be quoted within the quotation marks.
    fn phrase(&self, phrase: &Phrase) -> String {
        let (quote, between, open) = match self.kind {
            Kind::Sqlite => ('"', " + ", "*"),
            Kind::Postgres => ('\'', " <-> ", ":*"),
        };
        let words: Vec<String> = phrase.words.iter().map(|word| format!("{quote}{word}{quote}")).collect();
        format!("({}{})", words.join(between), if phrase.is_open { open } else { "" })
    }
}

/// The term with its last words whole.
fn whole(term: &Term) -> Term {
    let whole = |phrase: &Phrase| Phrase { is_open: false, ..phrase.clone() };
    Term { written: whole(&term.written), form: term.form.as_ref().map(whole) }
}

/// The word that says whose a text is. It only makes searching quick: whose a conversation is, its own row says.
fn owner_word(owner: &str) -> String {
    let plain = owner.chars().filter(char::is_ascii_alphanumeric).map(|character| character.to_ascii_lowercase());
    std::iter::once(OWNER).chain(plain).collect()
}

/// The words of a text as the database takes them.
fn words_for(kind: Kind, owner: &str, text: &str) -> String {
    let runs = index_words(text);
    match kind {
        Kind::Sqlite => {
            let runs: Vec<String> = runs.iter().map(|run| run.join(" ")).collect();
            format!("{} {GAP} {}", owner_word(owner), runs.join(&format!(" {GAP} ")))
        }
        Kind::Postgres => {
            let mut places: BTreeMap<&str, Vec<String>> = BTreeMap::new();
            let mut place = 0_usize;
            for run in &runs {
                for word in run {
                    place += 1;
                    places.entry(word).or_default().push(place.to_string());
                }
                place += 1;
            }
            let words = places.iter().map(|(word, places)| format!("'{word}':{}", places.join(",")));
            std::iter::once(format!("'{}'", owner_word(owner))).chain(words).collect::<Vec<_>>().join(" ")
        }
    }
}

fn candidate(row: &AnyRow, query: &Query) -> Result<Candidate, sqlx::Error> {
    let text: String = row.try_get("text")?;
    let message: String = row.try_get("message")?;
    let (fit, snippet) = snippet(&text, query);
    Ok(Candidate {
        hit: SearchHit {
            conversation: ConversationId(row.try_get("conversation")?),
            title: row.try_get("title")?,
            message: (!message.is_empty()).then_some(MessageId(message)),
            place: place_of(row.try_get("place")?),
            snippet,
        },
        fit,
        updated_at: row.try_get("updated_at")?,
    })
}

/// The best hit of each turn, in the order of their conversations' best ones; a conversation's hits stand together.
fn rank(mut candidates: Vec<Candidate>, limit: usize) -> Vec<SearchHit> {
    candidates.sort_by(|one, other| {
        let (first, second) = (goodness(one), goodness(other));
        second.cmp(&first).then_with(|| one.hit.message.cmp(&other.hit.message))
    });
    let mut order: Vec<ConversationId> = Vec::new();
    let mut hits: HashMap<ConversationId, Vec<SearchHit>> = HashMap::new();
    for Candidate { hit, .. } in candidates {
        let hits = hits.entry(hit.conversation.clone()).or_insert_with(|| {
            order.push(hit.conversation.clone());
            Vec::new()
        });
        // Of a title that says what a text says, the text is shown.
        let is_shown = hits.iter().any(|shown| shown.message == hit.message);
        if hits.len() < OF_ONE_CONVERSATION && !is_shown {
            hits.push(hit);
        }
    }
    order.iter().filter_map(|conversation| hits.remove(conversation)).flatten().take(limit).collect()
}

fn goodness(candidate: &Candidate) -> (usize, usize, usize, usize, i64, String) {
    let Fit { terms, whole, times } = candidate.fit;
    // What people wrote and read says more than a long list that has it too.
    let place = match candidate.hit.place {
        SearchPlace::Title => 3,
        SearchPlace::Question => 2,
        SearchPlace::Answer => 1,
        SearchPlace::Evidence => 0,
    };
    (terms, whole, place, times, candidate.updated_at, candidate.hit.conversation.0.clone())
}

fn name_of(place: SearchPlace) -> &'static str {
    match place {
        SearchPlace::Title => "title",
        SearchPlace::Question => "question",
        SearchPlace::Answer => "answer",
        SearchPlace::Evidence => "evidence",
    }
}

fn place_of(name: &str) -> SearchPlace {
    match name {
        "title" => SearchPlace::Title,
        "question" => SearchPlace::Question,
        "answer" => SearchPlace::Answer,
        _ => SearchPlace::Evidence,
    }
}
