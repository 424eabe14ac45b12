//! The page's state: signals owned by the root. Components read them and dispatch to the methods in [`actions`]; none
//! touches the socket. On the server the same store is filled from the [`Bootstrap`] and drawn once.

pub mod actions;
#[cfg(feature = "hydrate")]
pub mod browser;
pub mod clock;
pub mod connection;
pub mod conversation;
pub mod draft;
pub mod frames;
pub mod list;
pub mod outbox;
pub mod place;
pub mod request;
pub mod results;
pub mod toast;

use leptos::prelude::*;

use crate::app::{Bootstrap, Opened};
use crate::chat::approval;
use crate::wire::deployment::{ConversationSummary, Deployment, StartingQuestion};
use crate::wire::id::MessageId;
use crate::wire::problem::Problem;
use crate::wire::result::ResultReference;

use self::clock::Clock;
use self::connection::Connection;
use self::conversation::ConversationView;
use self::place::Place;
use self::results::FetchedPages;
use self::toast::Toast;

/// All state of the page. Cheap to copy: every field is a handle.
#[derive(Clone, Copy)]
pub struct Store {
    /// What is connected.
    pub deployment: RwSignal<Deployment>,
    /// This person's conversations, newest first.
    pub conversations: RwSignal<Vec<ConversationSummary>>,
    /// What to ask first.
    pub starting_questions: RwSignal<Vec<StartingQuestion>>,
    /// Where the page is.
    pub place: RwSignal<Place>,
    /// What the middle column shows.
    pub opened: RwSignal<OpenedView>,
    /// How the socket is.
    pub connection: RwSignal<Connection>,
    /// Why the server cannot store what happens at the moment; none while it can.
    pub storage: RwSignal<Option<Problem>>,
    /// The time as far as drawing needs it.
    pub clock: RwSignal<Clock>,
    /// Messages about things done, with their undo.
    pub toasts: RwSignal<Vec<Toast>>,
    /// What a screen reader should say.
    pub announcement: RwSignal<String>,
    /// Whether the list of conversations is open as a drawer (on narrow screens).
    pub drawer: RwSignal<bool>,
    /// Whether the sheet of keys is open.
    pub keyboard_sheet: RwSignal<bool>,
    /// Whether a fine pointer is there: Enter sends. Taken as true until the browser says otherwise.
    pub fine_pointer: RwSignal<bool>,
    /// Whether an answer was finished while nobody looked: the page's title says so.
    pub finished_unseen: RwSignal<bool>,
    /// Whether a plan waits for approval while nobody looks: the page's title says so too.
    pub awaited_unseen: RwSignal<bool>,
    /// Whether a word to the plan that waits is on its way.
    pub deciding: RwSignal<bool>,
    /// Text to put into the composer (a question to edit or try again); the composer takes it.
    pub composed: RwSignal<Option<String>>,
    /// The turn that was searched for and is to be shown; the transcript takes it.
    pub sought: RwSignal<Option<MessageId>>,
    /// The result that is looked at beside the conversation.
    pub panel: RwSignal<Option<ResultReference>>,
    /// Pages of results that were fetched.
    pub fetched: StoredValue<FetchedPages>,
}

/// What the middle column shows.
#[derive(Clone)]
pub enum OpenedView {
    /// A new conversation: starting questions.
    New,
    /// A conversation whose transcript is on its way.
    Loading(ConversationView),
    /// A conversation.
    Ready(ConversationView),
    /// No conversation, and why.
    Missing(Problem),
}

impl OpenedView {
    /// The conversation, loaded or not.
    pub fn conversation(&self) -> Option<&ConversationView> {
        match self {
            Self::Loading(view) | Self::Ready(view) => Some(view),
            Self::New | Self::Missing(_) => None,
        }
    }
}

impl Store {
    /// The state that the first page is drawn from. To be called under the root's owner.
    pub fn new(bootstrap: Bootstrap) -> Self {
        let Bootstrap { deployment, conversations, starting_questions, opened, person: _, now } = bootstrap;
        let (place, opened) = match opened {
            Opened::New => (Place::New, OpenedView::New),
            Opened::Conversation { transcript } => (
                Place::Conversation(transcript.conversation.clone()),
                OpenedView::Ready(ConversationView::of_transcript(transcript)),
            ),
            Opened::Missing { problem } => (Place::Elsewhere, OpenedView::Missing(problem)),
        };
        Self {
            deployment: RwSignal::new(deployment),
            conversations: RwSignal::new(conversations),
            starting_questions: RwSignal::new(starting_questions),
            place: RwSignal::new(place),
            opened: RwSignal::new(opened),
            connection: RwSignal::new(Connection::default()),
            storage: RwSignal::new(None),
            clock: RwSignal::new(Clock::of_server(now)),
            toasts: RwSignal::new(Vec::new()),
            announcement: RwSignal::new(String::new()),
            drawer: RwSignal::new(false),
            keyboard_sheet: RwSignal::new(false),
            fine_pointer: RwSignal::new(true),
            finished_unseen: RwSignal::new(false),
            awaited_unseen: RwSignal::new(false),
            deciding: RwSignal::new(false),
            composed: RwSignal::new(None),
            sought: RwSignal::new(None),
            panel: RwSignal::new(None),
            fetched: StoredValue::new(FetchedPages::default()),
        }
    }

    /// The store of the page. Panics outside [`crate::app::App`], which provides it.
    pub fn get() -> Self {
        expect_context::<Self>()
    }

    /// The conversation that is open, without subscribing to it.
    pub fn current(&self) -> Option<ConversationView> {
        self.opened.with_untracked(|opened| opened.conversation().cloned())
    }

    /// Whether the open conversation waits for its person's word.
    pub fn is_awaited(&self) -> bool {
        self.current().is_some_and(|view| view.with_transcript(approval::is_awaited))
    }

    /// Opens the socket and follows the browser once the page is taken over. Nothing on the server.
    pub fn start_in_browser(self) {
        #[cfg(feature = "hydrate")]
        Effect::new(move |_| browser::start(self));
    }
}

impl Store {
    /// The title of what is open; none for a new conversation and for one that has no title yet.
    pub fn title(&self) -> Option<String> {
        self.opened.with(|opened| opened.conversation().map(|view| view.title.get())).filter(|title| !title.is_empty())
    }

    /// Tells the store how to go to another address: only the router knows.
    #[allow(unused_variables, reason = "the server goes nowhere")]
    pub fn navigate_with(&self, navigate: impl Fn(&str, leptos_router::NavigateOptions) + 'static) {
        #[cfg(feature = "hydrate")]
        browser::navigate_with(navigate);
    }
}
