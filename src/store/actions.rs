//! What components dispatch. Each changes what is shown at once and tells the server.

use std::sync::atomic::{AtomicU64, Ordering};

use leptos::prelude::*;
use leptos::task::spawn_local;
use serde_json::json;

use crate::wire::command::{Command, Resume, SendMode, Word};
use crate::wire::deployment::ConversationSummary;
use crate::wire::id::{ApprovalId, CommandId, ConversationId, MessageId};
use crate::wire::problem::{Problem, ProblemCode};

use super::conversation::ConversationView;
use super::outbox::Pending;
use super::place::{Place, conversation_path};
use super::request::call;
use super::toast::Toast;
use super::{OpenedView, Store};

/// Numbers are never used twice, so that the timer of one toast cannot reach another.
static NEXT_TOAST: AtomicU64 = AtomicU64::new(1);
/// Which fetching of the list is the newest: an older answer that comes later is not shown.
static NEWEST_LIST: AtomicU64 = AtomicU64::new(0);

impl Store {
    /// Asks in the open conversation, or in a new one, which then has the page's address.
    pub fn ask(&self, text: &str, mode: SendMode) {
        let text = text.trim();
        if text.is_empty() {
            return;
        }
        let view = self.current().unwrap_or_else(|| {
            let view = ConversationView::empty(random_id().into());
            self.place.set(Place::Conversation(view.id.clone()));
            self.opened.set(OpenedView::Ready(view.clone()));
            navigate(&conversation_path(&view.id));
            view
        });
        let id = self.put_on_its_way(&view, text);
        let conversation = view.id.clone();
        send(Command::Send { id: Some(id), conversation: Some(conversation.clone()), text: text.to_owned(), mode });
        // A new conversation is there once the question has been taken: only then can it be looked at.
        send(Command::Subscribe(Resume { conversation, after: view.seq() }));
    }

    /// Shows a question before the server has taken it. Gives the command that carries it.
    fn put_on_its_way(&self, view: &ConversationView, text: &str) -> CommandId {
        let id = CommandId(random_id());
        view.pending.update(|pending| pending.push(Pending::new(id.clone(), text.to_owned())));
        self.announcement.set("Question sent".to_owned());
        id
    }

    /// Asks a question in another way: what followed it is put aside.
    pub fn edit(&self, message: MessageId, text: &str) {
        let (Some(view), text) = (self.current(), text.trim()) else { return };
        let id = self.put_on_its_way(&view, text);
        send(Command::Edit { id: Some(id), conversation: view.id.clone(), message, text: text.to_owned() });
    }

    /// Shows the branch with this turn.
    pub fn show_branch(&self, message: MessageId) {
        let Some(view) = self.current() else { return };
        if untrack(|| self.is_idle()) {
            send(Command::Branch { conversation: view.id.clone(), message });
        } else {
            self.sought.set(None);
            let problem = Problem::new(ProblemCode::BadRequest, "Another version is shown when the answer is done");
            self.toast_problem("", problem.hint("wait for the answer, or stop it"));
        }
    }

    /// Asks what was asked before under the same id, where the page was left meanwhile: the server takes it once.
    /// `instead_of` names the question that it puts in another way.
    pub fn ask_again(&self, id: CommandId, conversation: ConversationId, text: String, instead_of: Option<MessageId>) {
        // A conversation that only this question makes was missing when the page was drawn.
        if self.current().is_none() && Place::of_path(&conversation_path(&conversation)) == Place::of_path(&here()) {
            self.place.set(Place::Conversation(conversation.clone()));
            self.opened.set(OpenedView::Ready(ConversationView::empty(conversation.clone())));
        }
        if let Some(view) = self.current().filter(|view| view.id == conversation) {
            view.pending.update(|pending| pending.push(Pending::new(id.clone(), text.clone())));
        }
        send(match instead_of {
            Some(message) => Command::Edit { id: Some(id), conversation, message, text },
            None => Command::Send { id: Some(id), conversation: Some(conversation), text, mode: SendMode::Queue },
        });
    }

    /// Takes back a question that the server refused.
    pub fn forget_pending(&self, command: &CommandId) {
        if let Some(view) = self.current() {
            view.pending.update(|pending| pending.retain(|one| one.command != *command));
        }
    }

    /// Puts text into the composer, to be changed before it is asked.
    pub fn compose(&self, text: String) {
        self.composed.set(Some(text));
    }

    /// Stops the answer that is being written; what was shown stays.
    pub fn stop(&self) {
        if let Some(view) = self.current() {
            let run = view.running.get_untracked();
            send(Command::Stop { run, conversation: Some(view.id.clone()) });
        }
    }

    /// Stops the answer if one is being written.
    pub fn stop_if_running(&self) {
        if self.current().is_some_and(|view| view.running.with_untracked(Option::is_some)) {
            self.stop();
        }
    }

    /// Says a word to a plan as it is shown: only over a connection that is there now, and one at a time. Whether it
    /// was said.
    pub fn decide(&self, approval: ApprovalId, digest: String, decision: Word) -> bool {
        let can_say = self.connection.with_untracked(|connection| connection.online) && !self.deciding.get_untracked();
        let Some(view) = self.current().filter(|_| can_say) else { return false };
        self.deciding.set(true);
        send(Command::Approve { conversation: view.id.clone(), approval, digest, decision });
        true
    }

    /// Takes a waiting message back.
    pub fn unqueue(&self, message: MessageId) {
        if let Some(view) = self.current() {
            send(Command::Unqueue { conversation: view.id.clone(), message });
        }
    }

    /// Whether no answer is being written in the open conversation, and no question waits for one.
    pub fn is_idle(&self) -> bool {
        self.opened.with(|opened| {
            opened.conversation().is_none_or(|view| {
                view.running.with(Option::is_none) && view.queue.with(Vec::is_empty) && view.pending.with(Vec::is_empty)
            })
        })
    }

    /// Has the last question answered again.
    pub fn regenerate(&self, message: MessageId) {
        if let Some(view) = self.current() {
            // Pressed twice it is the same command: there is one more answer, not two.
            let run = view.with_transcript(|transcript| Some(transcript.turns.last()?.answer.as_ref()?.run.clone()));
            let id = run.map_or_else(random_id, |run| format!("again-{run}"));
            send(Command::Regenerate { id: Some(CommandId(id)), conversation: view.id.clone(), message });
        }
    }

    /// Shows what the page's address says.
    pub fn show(&self, place: Place) {
        if self.place.with_untracked(|shown| *shown == place) {
            return;
        }
        if let Some(left) = self.current() {
            send(Command::Unsubscribe { conversation: left.id.clone() });
        }
        self.drawer.set(false);
        self.deciding.set(false);
        self.close_panel();
        self.place.set(place.clone());
        match place {
            Place::New | Place::Elsewhere => {
                self.opened.set(OpenedView::New);
                self.fetch_starting_questions();
            }
            Place::Conversation(conversation) => {
                self.opened.set(OpenedView::Loading(ConversationView::empty(conversation.clone())));
                send(Command::Subscribe(Resume { conversation, after: 0 }));
            }
        }
    }

    /// Starts a new conversation.
    pub fn start_anew(&self) {
        self.show(Place::New);
        navigate("/");
    }

    /// Gives a conversation another title.
    pub fn rename(&self, conversation: ConversationId, title: String) {
        let title = title.trim().to_owned();
        if title.is_empty() {
            return;
        }
        self.conversations.update(|conversations| {
            if let Some(found) = conversations.iter_mut().find(|one| one.id == conversation) {
                found.title.clone_from(&title);
            }
        });
        if let Some(view) = self.current().filter(|view| view.id == conversation) {
            view.title.set(title.clone());
        }
        let store = *self;
        spawn_local(async move {
            let arguments = json!({ "id": conversation, "title": title });
            if let Err(problem) = call::<()>("rename_conversation", arguments).await {
                store.toast_problem("The title was not saved", problem);
                store.refresh_conversations();
            }
        });
    }

    /// Hides a conversation and deletes it when the time to undo it is over.
    pub fn delete(&self, conversation: &ConversationId) {
        let Some(summary) =
            self.conversations.with_untracked(|list| list.iter().find(|one| one.id == *conversation).cloned())
        else {
            return;
        };
        self.conversations.update(|list| list.retain(|one| one.id != *conversation));
        if self.current().is_some_and(|view| view.id == *conversation) {
            self.start_anew();
        }
        let text = format!("Deleted \u{201c}{}\u{201d}", summary.title);
        self.push_toast(Toast { undo: Some(summary), ..Toast::saying(text) });
    }

    /// Brings back what a toast says was deleted.
    pub fn undo(&self, number: u64) {
        let Some(summary) = self.take_toast(number).and_then(|toast| toast.undo) else { return };
        self.conversations.update(|list| list.push(summary));
    }

    /// Removes a toast; a deletion that nobody took back is carried out now.
    pub fn dismiss(&self, number: u64) {
        let Some(summary) = self.take_toast(number).and_then(|toast| toast.undo) else { return };
        let store = *self;
        spawn_local(async move {
            if let Err(problem) = call::<()>("delete_conversation", json!({ "id": summary.id })).await {
                store.toast_problem(&format!("\u{201c}{}\u{201d} was not deleted", summary.title), problem);
                store.refresh_conversations();
            }
        });
    }

    /// Carries out every deletion that waits: the page is about to go.
    pub fn dismiss_all(&self) {
        for toast in self.toasts.get_untracked() {
            if let Some(summary) = self.take_toast(toast.number).and_then(|toast| toast.undo) {
                delete_while_leaving(&summary.id);
            }
        }
    }

    /// Says at the edge of the page for a while what did not work, with what to do about it.
    pub fn toast_problem(&self, lead: &str, problem: Problem) {
        let text = if lead.is_empty() { problem.message } else { format!("{lead}: {}", problem.message) };
        self.push_toast(Toast { hint: problem.hint, ..Toast::saying(text) });
    }

    /// Fetches the starting questions, unless they are there.
    fn fetch_starting_questions(&self) {
        if self.starting_questions.with_untracked(|questions| !questions.is_empty()) {
            return;
        }
        let questions = self.starting_questions;
        spawn_local(async move {
            // Without them the page is only less inviting.
            if let Ok(fetched) = call("starting_questions", json!({})).await {
                questions.set(fetched);
            }
        });
    }

    /// Fetches the list of conversations again.
    pub fn refresh_conversations(&self) {
        let store = *self;
        let number = NEWEST_LIST.fetch_add(1, Ordering::Relaxed) + 1;
        spawn_local(async move {
            if let Ok(mut list) = call::<Vec<ConversationSummary>>("conversations", json!({})).await {
                if NEWEST_LIST.load(Ordering::Relaxed) != number {
                    return;
                }
                // What was deleted here is still there for as long as it can be undone.
                let hidden = store.toasts.with_untracked(|toasts| {
                    toasts.iter().filter_map(|toast| Some(toast.undo.as_ref()?.id.clone())).collect::<Vec<_>>()
                });
                list.retain(|one| !hidden.contains(&one.id));
                store.conversations.set(list);
            }
        });
    }

    fn push_toast(&self, mut toast: Toast) {
        self.announcement.set(match &toast.hint {
            Some(hint) => format!("{}. {hint}", toast.text),
            None => toast.text.clone(),
        });
        self.toasts.update(|toasts| {
            toast.number = NEXT_TOAST.fetch_add(1, Ordering::Relaxed);
            toasts.push(toast);
        });
    }

    fn take_toast(&self, number: u64) -> Option<Toast> {
        let mut taken = None;
        self.toasts.update(|toasts| {
            if let Some(index) = toasts.iter().position(|toast| toast.number == number) {
                taken = Some(toasts.remove(index));
            }
        });
        taken
    }
}

// Actions answer to events, and events are only in the browser. The server compiles them because it draws the same
// components.

#[cfg(feature = "hydrate")]
use super::browser::{delete_while_leaving, here, navigate, random_id, send};

#[cfg(not(feature = "hydrate"))]
fn here() -> String {
    String::new()
}

#[cfg(not(feature = "hydrate"))]
fn delete_while_leaving(_: &ConversationId) {}

#[cfg(not(feature = "hydrate"))]
fn send(_: Command) {}

#[cfg(not(feature = "hydrate"))]
fn navigate(_: &str) {}

#[cfg(not(feature = "hydrate"))]
fn random_id() -> String {
    uuid::Uuid::now_v7().to_string()
}
