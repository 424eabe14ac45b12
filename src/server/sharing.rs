//! Sharing of conversations: a link shows one as it was when it was shared, to whoever is signed in and has the link,
//! until it is revoked. Nothing is asked of NetBox for it, with nobody's rights: it shows the rows that were there.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use rand::TryRngCore as _;
use secrecy::{ExposeSecret as _, SecretString};
use sha2::{Digest as _, Sha256};

use super::clock;
use super::person::Person;
use super::state::AppState;
use super::store::StoredShare;
use crate::chat::reducer;
use crate::pages::shared::{Shared, SharedResults};
use crate::server::auth::vault::Purpose;
use crate::wire::id::ConversationId;
use crate::wire::problem::{Problem, ProblemCode};
use crate::wire::result::{ResultPage, ResultQuery, ResultReference};
use crate::wire::tool::Table;
use crate::wire::transcript::{Part, Transcript};

/// How many links of one conversation may work at once.
const MOST_LINKS: usize = 20;
/// How many rows of each result a link shows.
const MOST_ROWS: u64 = 500;
/// How much of all results together a link keeps, in bytes of JSON; results after that show their first rows only.
const MOST_BYTES: usize = 4 * 1024 * 1024;
const SECRET_BYTES: usize = 32;
const DAY_MILLISECONDS: i64 = 86_400_000;

/// A link, as whoever shared sees it.
#[derive(Clone, Debug)]
pub struct Link {
    /// Names it.
    pub id: String,
    /// Its path, with the secret; none where the key that sealed it is lost.
    pub path: Option<String>,
    /// When it was made, in milliseconds since 1970 (UTC).
    pub created_at: i64,
    /// Whether something was said in the conversation since.
    pub is_behind: bool,
    /// When it ends by itself, in milliseconds since 1970 (UTC); none where it does not.
    pub expires_at: Option<i64>,
}

/// How long a link works.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Lifetime {
    /// Until it is revoked.
    #[default]
    Endless,
    /// So many days, unless it is revoked before.
    Days(u16),
}

impl Lifetime {
    /// Those that are offered.
    pub const OFFERED: [Self; 4] = [Self::Endless, Self::Days(1), Self::Days(7), Self::Days(30)];

    /// Reads what a form sent; none where that is not offered. What is left out is without end.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::OFFERED.into_iter().find(|lifetime| lifetime.word() == text.trim())
    }

    /// As a form sends it: days, or nothing.
    #[must_use]
    pub fn word(self) -> String {
        match self {
            Self::Endless => String::new(),
            Self::Days(days) => days.to_string(),
        }
    }

    fn ends(self, now: i64) -> Option<i64> {
        match self {
            Self::Endless => None,
            Self::Days(days) => Some(now + i64::from(days) * DAY_MILLISECONDS),
        }
    }
}

/// A person's conversation with its links, newest first.
///
/// # Errors
/// It is not theirs, or the database does not answer.
pub async fn links(state: &AppState, person: &Person, id: &ConversationId) -> Result<(String, Vec<Link>), Problem> {
    let transcript = own(state, person, id).await?;
    let links = state.database().shares_of(id, clock::now()).await?.into_iter().map(|share| Link {
        path: path_of(state, &share),
        is_behind: share.until_seq < transcript.seq,
        id: share.id,
        created_at: share.created_at,
        expires_at: share.expires_at,
    });
    Ok((transcript.title, links.collect()))
}

/// Shares a person's conversation as it is now, for so long. Gives the link's id.
///
/// # Errors
/// It is not theirs, sharing is switched off, there is nothing in it, there are too many links, or the database does not answer.
pub async fn share(
    state: &AppState,
    person: &Person,
    id: &ConversationId,
    lifetime: Lifetime,
) -> Result<String, Problem> {
    let transcript = own(state, person, id).await?;
    if !state.limit_config().sharing.is_on {
        return Err(Problem::new(ProblemCode::Forbidden, "Sharing is switched off on this server")
            .hint("the operator decides that with SHARING"));
    }
    if transcript.turns.is_empty() {
        return Err(Problem::new(ProblemCode::BadRequest, "There is nothing to share yet").hint("ask something first"));
    }
    let now = clock::now();
    if state.database().shares_of(id, now).await?.len() >= MOST_LINKS {
        return Err(Problem::new(ProblemCode::BadRequest, format!("This conversation has {MOST_LINKS} links already"))
            .hint("revoke one that is not needed any more"));
    }
    let results = kept_results(state, person, &transcript).await;
    let secret = new_secret()?;
    let share = StoredShare {
        id: uuid::Uuid::new_v4().simple().to_string(),
        conversation: id.clone(),
        created_by: person.id.clone(),
        until_seq: transcript.seq,
        created_at: now,
        expires_at: lifetime.ends(now),
        secret: Some(state.auth().seal_share(&person.id, &secret)?),
    };
    state.database().add_share(&share, &digest(secret.expose_secret()), &results).await?;
    tracing::info!(person = %person.id, conversation = id.as_str(), share = share.id, "a conversation was shared");
    Ok(share.id)
}

/// Ends a link of a person's conversation.
///
/// # Errors
/// The conversation is not theirs, it has no such link, or the database does not answer.
pub async fn revoke(state: &AppState, person: &Person, id: &ConversationId, share: &str) -> Result<(), Problem> {
    own(state, person, id).await?;
    if state.database().revoke_share(id, share, clock::now()).await? {
        tracing::info!(person = %person.id, conversation = id.as_str(), share, "a link was revoked");
        return Ok(());
    }
    Err(Problem::new(ProblemCode::NotFound, "There is no such link")
        .hint("it may have been revoked; load the page again"))
}

/// What the link with this secret shows, and which link it is.
///
/// # Errors
/// There is no such link that works, or the database does not answer.
pub async fn open(state: &AppState, secret: &str) -> Result<(StoredShare, Shared), Problem> {
    let is_possible = state.limit_config().sharing.is_on && is_secret(secret);
    let share = if is_possible { state.database().share_of_secret(&digest(secret), clock::now()).await? } else { None };
    let share = share.ok_or_else(no_link)?;
    let (frames, pages) = state.database().shared(&share).await?;
    let by = state.database().person(&share.created_by).await?.map(|person| person.display_name);
    let mut transcript = Transcript::new(share.conversation.clone());
    for frame in &frames {
        reducer::apply(&mut transcript, frame);
    }
    if transcript.turns.is_empty() {
        return Err(no_link());
    }
    let results = SharedResults::new(references(&transcript), pages);
    let shared = Shared { transcript, by: by.unwrap_or_default(), shared_at: share.created_at, results };
    Ok((share, shared))
}

async fn own(state: &AppState, person: &Person, id: &ConversationId) -> Result<Transcript, Problem> {
    Ok(state.hub().open(&person.id, id).await?.transcript().await)
}

/// The rows that are kept for this person now. What is not kept any more is left out: the first rows of it are in the
/// log.
async fn kept_results(state: &AppState, person: &Person, transcript: &Transcript) -> Vec<(String, ResultPage)> {
    let query = ResultQuery { limit: MOST_ROWS, ..ResultQuery::default() };
    let (mut results, mut bytes) = (Vec::new(), 0);
    for (reference, _) in references(transcript) {
        let agent = state.agent();
        let page = agent.kept_page(person, &transcript.conversation, &reference.handle, &query).await;
        let Some(page) = page else { continue };
        bytes += serde_json::to_string(&page).map_or(usize::MAX, |text| text.len());
        if bytes > MOST_BYTES {
            break;
        }
        results.push((reference.handle, page));
    }
    results
}

/// The results that a transcript refers to, with the first rows where the log has them.
fn references(transcript: &Transcript) -> Vec<(ResultReference, Option<Table>)> {
    let answers = transcript.turns.iter().filter_map(|turn| turn.answer.as_ref());
    let outcomes = answers.flat_map(|answer| &answer.parts).filter_map(|part| match part {
        Part::Tool(call) => call.outcome.as_ref(),
        Part::Text { .. } | Part::Thinking { .. } => None,
    });
    outcomes.filter_map(|outcome| Some((outcome.result.clone()?, outcome.table.clone()))).collect()
}

fn path_of(state: &AppState, share: &StoredShare) -> Option<String> {
    let secret = state.auth().open_share(&share.created_by, share.secret.as_ref()?)?;
    Some(format!("/s/{}", secret.expose_secret()))
}

fn new_secret() -> Result<SecretString, Problem> {
    let mut bytes = [0_u8; SECRET_BYTES];
    rand::rngs::OsRng.try_fill_bytes(&mut bytes).map_err(|error| {
        tracing::error!(%error, "the system gives no random numbers");
        Problem::new(ProblemCode::Internal, "Nothing can be shared: the system gives no random numbers")
            .hint("look into the server's log")
    })?;
    Ok(BASE64.encode(bytes).into())
}

fn is_secret(text: &str) -> bool {
    BASE64.decode(text).is_ok_and(|bytes| bytes.len() == SECRET_BYTES)
}

/// What the database keeps to find a link by. A plain digest is enough: nobody guesses 256 random bits.
fn digest(secret: &str) -> String {
    BASE64.encode(Sha256::digest(secret))
}

/// The same words for whatever does not work, so that nobody learns which of it was there once.
fn no_link() -> Problem {
    Problem::new(ProblemCode::NotFound, "There is no such link")
        .hint("it may have been revoked, its time may be over, or the conversation deleted; ask whoever sent it")
}

impl super::auth::Auth {
    fn seal_share(
        &self,
        person: &super::person::PersonId,
        secret: &SecretString,
    ) -> Result<super::auth::vault::Sealed, Problem> {
        self.vault().seal(Purpose::ShareLink, person.as_str(), secret)
    }

    fn open_share(
        &self,
        person: &super::person::PersonId,
        sealed: &super::auth::vault::Sealed,
    ) -> Option<SecretString> {
        Some(self.vault().open(Purpose::ShareLink, person.as_str(), sealed)?.secret)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_can_be_a_secret_is_looked_up() {
        let secret = new_secret().unwrap();
        assert!(is_secret(secret.expose_secret()));
        assert_ne!(digest(secret.expose_secret()), digest(new_secret().unwrap().expose_secret()));
        for other in ["", "a", "../../etc/passwd", &"A".repeat(42), &"A".repeat(44), &"=".repeat(43)] {
            assert!(!is_secret(other), "{other}");
        }
    }
}
