//! What is noted. No entry has a place for a secret: what each kind holds is listed here.

use std::net::IpAddr;

use serde_json::{Map, Value, json};

use super::Kind;
use crate::server::clock;
use crate::server::person::{PersonId, Role};
use crate::wire::change::PlannedChange;
use crate::wire::command::Word;
use crate::wire::id::{ApprovalId, ConversationId, MessageId, RunId};
use crate::wire::tool::{NetboxRequest, ToolOutcome};

/// The longest name that is noted of a failed attempt, in characters: NetBox's own are at most 150.
const LONGEST_NAME: usize = 150;

/// One thing that somebody did.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// When, in milliseconds since 1970 (UTC).
    pub at: i64,
    /// What.
    pub kind: Kind,
    /// Who, where it is known; without it, whom the database knows under the subject.
    pub person: Option<PersonId>,
    /// Who it is where they sign in; without it, what the database knows of the person.
    pub subject: Option<String>,
    /// From where.
    pub address: Option<String>,
    /// In which conversation.
    pub conversation: Option<ConversationId>,
    /// In which run.
    pub run: Option<RunId>,
    /// What else is to be known, by kind.
    pub detail: Map<String, Value>,
    /// What is noted only where content is.
    content: Map<String, Value>,
}

impl Entry {
    fn new(kind: Kind, person: Option<&PersonId>) -> Self {
        Self {
            at: clock::now(),
            kind,
            person: person.cloned(),
            subject: None,
            address: None,
            conversation: None,
            run: None,
            detail: Map::new(),
            content: Map::new(),
        }
    }

    fn detail(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.detail.insert(name.to_owned(), value.into());
        self
    }

    /// Somebody signed in; `subject` is who they are there, `mode` how (`netbox`, `oidc`).
    pub fn sign_in(subject: &str, mode: &str) -> Self {
        Self { subject: Some(subject.to_owned()), ..Self::new(Kind::SignIn, None) }.detail("mode", mode)
    }

    /// Somebody tried to sign in under a name, if they gave one; `reason` says in a few words why they may not.
    pub fn sign_in_failed(mode: &str, name: Option<&str>, reason: &str) -> Self {
        let entry = Self::new(Kind::SignInFailed, None).detail("mode", mode).detail("reason", reason);
        match name {
            Some(name) => entry.detail("name", name.chars().take(LONGEST_NAME).collect::<String>()),
            None => entry,
        }
    }

    /// Somebody signed out.
    pub fn sign_out(person: &PersonId) -> Self {
        Self::new(Kind::SignOut, Some(person))
    }

    /// Somebody ended a session; `session` is its id, which is no secret.
    pub fn session_revoked(person: &PersonId, session: &str) -> Self {
        Self::new(Kind::SessionRevoked, Some(person)).detail("session", session)
    }

    /// A session was ended by the server itself; `reason` says in a few words why.
    pub fn session_ended(person: &PersonId, session: &str, reason: &str) -> Self {
        Self::new(Kind::SessionEnded, Some(person)).detail("session", session).detail("reason", reason)
    }

    /// What somebody may is another thing now; `mode` is who says so (`netbox`, `oidc`, `proxy`).
    pub fn role_changed(person: &PersonId, before: Role, now: Role, mode: &str) -> Self {
        let entry = Self::new(Kind::RoleChanged, Some(person)).detail("mode", mode);
        entry.detail("before", before.name()).detail("now", now.name())
    }

    /// Somebody asked.
    pub fn question(person: &PersonId, conversation: &ConversationId, message: &MessageId, text: &str) -> Self {
        let mut entry = Self::new(Kind::Question, Some(person)).in_conversation(conversation);
        entry.content.insert("text".to_owned(), text.into());
        entry.detail("message", message.to_string()).detail("characters", text.chars().count())
    }

    /// Somebody asked for another answer to a question.
    pub fn asked_again(person: &PersonId, conversation: &ConversationId, message: &MessageId) -> Self {
        let entry = Self::new(Kind::Question, Some(person)).in_conversation(conversation);
        entry.detail("message", message.to_string()).detail("again", true)
    }

    /// A tool was called for somebody. Of the requests to NetBox, what was asked for is noted without its query, which
    /// is content.
    pub fn tool_call(person: &PersonId, tool: &str, input: &Value, outcome: &ToolOutcome) -> Self {
        let mut entry = Self::new(Kind::ToolCall, Some(person))
            .detail("tool", tool)
            .detail("is_error", outcome.is_error)
            .detail("milliseconds", outcome.milliseconds)
            .requests(&outcome.requests);
        entry.content.insert("arguments".to_owned(), input.clone());
        entry
    }

    /// Somebody said yes or no to a plan, which its digest names.
    pub fn decision(
        person: &PersonId,
        conversation: &ConversationId,
        approval: &ApprovalId,
        digest: &str,
        word: Word,
    ) -> Self {
        Self::new(Kind::Decision, Some(person))
            .in_conversation(conversation)
            .detail("approval", approval.as_str())
            .detail("digest", digest)
            .detail("decision", if word == Word::Approve { "approve" } else { "reject" })
    }

    /// One change of an approved plan is about to be sent to NetBox; what came of it, the call's entry says. What is
    /// written is content.
    pub fn change(person: &PersonId, approval: &ApprovalId, change: &PlannedChange) -> Self {
        let mut entry = Self::new(Kind::Change, Some(person))
            .detail("approval", approval.as_str())
            .detail("method", change.method.as_str())
            .detail("path", change.path.as_str());
        entry.content.insert("body".to_owned(), change.body.clone());
        entry
    }

    /// A part of a result was read on the page: `rows` of them, from `offset` on, none where that failed. What was not
    /// kept of it was asked of NetBox.
    pub fn result_read(
        person: &PersonId,
        conversation: &ConversationId,
        handle: &str,
        (offset, rows): (u64, Option<usize>),
        requests: &[NetboxRequest],
    ) -> Self {
        let entry = Self::new(Kind::ResultRead, Some(person)).in_conversation(conversation).requests(requests);
        let entry = entry.detail("result", handle.chars().take(LONGEST_NAME).collect::<String>());
        let entry = entry.detail("is_error", rows.is_none()).detail("offset", offset);
        match rows {
            Some(rows) => entry.detail("rows", rows),
            None => entry,
        }
    }

    /// Questions to start with were made for somebody out of what NetBox holds.
    pub fn starting_questions(person: &PersonId, requests: &[NetboxRequest]) -> Self {
        Self::new(Kind::StartingQuestions, Some(person)).requests(requests)
    }

    /// Somebody gave a conversation another title; which, is content.
    pub fn conversation_renamed(person: &PersonId, conversation: &ConversationId, title: &str) -> Self {
        let mut entry = Self::new(Kind::ConversationRenamed, Some(person)).in_conversation(conversation);
        entry.content.insert("title".to_owned(), title.into());
        entry
    }

    /// Somebody deleted a conversation, with everything in it.
    pub fn conversation_deleted(person: &PersonId, conversation: &ConversationId) -> Self {
        Self::new(Kind::ConversationDeleted, Some(person)).in_conversation(conversation)
    }

    /// Somebody shared a conversation; `share` is the share's id, not its secret.
    pub fn share(person: &PersonId, conversation: &ConversationId, share: &str) -> Self {
        Self::new(Kind::Share, Some(person)).in_conversation(conversation).detail("share", share)
    }

    /// Somebody opened a share: their own, or another's.
    pub fn share_opened(person: &PersonId, conversation: &ConversationId, share: &str) -> Self {
        Self::new(Kind::ShareOpened, Some(person)).in_conversation(conversation).detail("share", share)
    }

    /// Somebody took a share back.
    pub fn share_revoked(person: &PersonId, conversation: &ConversationId, share: &str) -> Self {
        Self::new(Kind::ShareRevoked, Some(person)).in_conversation(conversation).detail("share", share)
    }

    /// Somebody took data out: `what` says which in a few words.
    pub fn export(person: Option<&PersonId>, what: &str) -> Self {
        Self::new(Kind::Export, person).detail("what", what)
    }

    /// An admin did something, on the page or, without a person, by a command: `act` says what in a few words.
    pub fn admin(person: Option<&PersonId>, act: &str) -> Self {
        Self::new(Kind::Admin, person).detail("act", act)
    }

    /// To whom it was done. Both names are noted: who was removed cannot be looked up any more.
    #[must_use]
    pub fn to(self, person: &PersonId, subject: &str) -> Self {
        self.detail("to", person.as_str()).detail("to_subject", subject)
    }

    /// Somebody changed their settings: `what` says which, never to what where that is a secret.
    pub fn settings(person: &PersonId, what: &str) -> Self {
        Self::new(Kind::Settings, Some(person)).detail("what", what)
    }

    /// A backup was written by a command.
    pub fn backup(rows: u64) -> Self {
        Self::new(Kind::Backup, None).detail("rows", rows)
    }

    /// A backup was read back by a command.
    pub fn restore(rows: u64) -> Self {
        Self::new(Kind::Restore, None).detail("rows", rows)
    }

    /// Who, where that is known although they did not sign in.
    #[must_use]
    pub fn of(mut self, person: &PersonId) -> Self {
        self.person = Some(person.clone());
        self
    }

    /// What was asked of NetBox: without the queries, which are content.
    fn requests(mut self, requests: &[NetboxRequest]) -> Self {
        let queries: Vec<_> = requests.iter().map(|request| query(&request.url)).collect();
        self.content.insert("queries".to_owned(), queries.into());
        self.detail("requests", requests.iter().map(request).collect::<Vec<_>>())
    }

    /// From where.
    #[must_use]
    pub fn from(mut self, address: IpAddr) -> Self {
        self.address = Some(address.to_string());
        self
    }

    /// In which conversation.
    #[must_use]
    pub fn in_conversation(mut self, conversation: &ConversationId) -> Self {
        self.conversation = Some(conversation.clone());
        self
    }

    /// In which run.
    #[must_use]
    pub fn in_run(mut self, run: &RunId) -> Self {
        self.run = Some(run.clone());
        self
    }

    /// The entry with what is noted only where content is.
    pub(super) fn with_content(mut self) -> Self {
        self.detail.append(&mut self.content);
        self
    }
}

/// One request: what was asked for and what came of it.
fn request(request: &NetboxRequest) -> Value {
    let mut entry = json!({
        "method": request.method,
        "path": path(&request.url),
        "status": request.status,
        "bytes": request.bytes,
        "milliseconds": request.milliseconds,
    });
    // What was answered from memory was not sent.
    if let (Some(age), Some(entry)) = (request.kept_milliseconds, entry.as_object_mut()) {
        entry.insert("kept_milliseconds".to_owned(), age.into());
    }
    entry
}

fn path(address: &str) -> String {
    match url::Url::parse(address) {
        Ok(url) => url.path().to_owned(),
        Err(_) => address.split(['?', '#']).next().unwrap_or_default().to_owned(),
    }
}

fn query(address: &str) -> Value {
    address.split_once('?').map_or(Value::Null, |(_, query)| query.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome() -> ToolOutcome {
        let request = NetboxRequest {
            method: "GET".to_owned(),
            url: "https://netbox.example.com/api/dcim/sites/?name=Bielefeld&limit=50".to_owned(),
            page: None,
            status: 200,
            milliseconds: 12,
            bytes: 345,
            total: Some(1),
            returned: Some(1),
            kept_milliseconds: None,
        };
        ToolOutcome { milliseconds: 15, requests: vec![request], ..ToolOutcome::default() }
    }

    #[test]
    fn words_are_noted_only_where_content_is() {
        let person = PersonId::new();
        let input = json!({"filters": {"name": "Bielefeld"}});
        let question = Entry::question(&person, &"c-12345678".into(), &"m".into(), "Where is Bielefeld?");
        let call = Entry::tool_call(&person, "netbox_get_objects", &input, &outcome());
        for entry in [question, call] {
            let without = Value::from(entry.detail.clone()).to_string();
            assert!(!without.contains("Bielefeld"), "{without}");
            let with = Value::from(entry.with_content().detail).to_string();
            assert!(with.contains("Bielefeld"), "{with}");
        }
    }

    #[test]
    fn a_tool_call_names_its_requests() {
        let entry = Entry::tool_call(&PersonId::new(), "netbox_get_objects", &json!({}), &outcome());
        let expected =
            json!([{"method": "GET", "path": "/api/dcim/sites/", "status": 200, "bytes": 345, "milliseconds": 12}]);
        assert_eq!(entry.detail["requests"], expected);
        assert_eq!(entry.detail["tool"], "netbox_get_objects");
    }

    #[test]
    fn a_name_that_somebody_made_up_has_a_bound() {
        let entry = Entry::sign_in_failed("netbox", Some(&"x".repeat(10_000)), "wrong password");
        assert_eq!(entry.detail["name"].as_str().unwrap().len(), LONGEST_NAME);
    }
}
