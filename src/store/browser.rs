//! The browser's part of the store: the socket, the frames that wait for the next drawing, the clock, the keys that
//! work everywhere. All of it lives as long as the page.

mod frame_queue;
mod shortcuts;

use std::cell::RefCell;
use std::fmt::Write as _;
use std::rc::Rc;
use std::time::Duration;

use leptos::prelude::*;
use leptos_router::NavigateOptions;

use super::clock::Clock;
use super::connection::Connection;
use super::frames::FollowUp;
use super::{OpenedView, Store};
use crate::client::socket::{self, SocketEvent, SocketHandle};
use crate::client::{beacon, sign_in, storage};
use crate::wire::command::{Command, Resume};
use crate::wire::id::{CommandId, ConversationId, MessageId};
use crate::wire::json;

/// How often the clock is renewed.
const CLOCK_RENEWAL: Duration = Duration::from_secs(30);
/// From this width on there is no drawer, in pixels; `style/tokens.css` has the same.
const WIDE: f64 = 900.0;

type Navigate = Rc<dyn Fn(&str, NavigateOptions)>;

thread_local! {
    static SOCKET: RefCell<Option<SocketHandle>> = const { RefCell::new(None) };
    static NAVIGATE: RefCell<Option<Navigate>> = const { RefCell::new(None) };
}

/// Opens the socket and follows the browser.
pub fn start(store: Store) {
    let handle = socket::start(move |event| match event {
        SocketEvent::State(state) => {
            // A socket that is refused does not say why: a function does.
            if !state.online && state.attempt == 1 {
                store.refresh_conversations();
            }
            // Nobody answers over a lost one: whoever decides sees first what became of it.
            if !state.online {
                store.deciding.set(false);
            }
            store.connection.update(|connection| {
                *connection = Connection {
                    was_open: connection.was_open || state.online,
                    came_back: state.online && (connection.came_back || (connection.was_open && !connection.online)),
                    online: state.online,
                    attempt: state.attempt,
                    retry_in: state.retry_in,
                    outbox: state.outbox,
                };
            });
        }
        SocketEvent::Frame(frame) => frame_queue::push(store, *frame),
    });
    SOCKET.with(|socket| *socket.borrow_mut() = Some(handle));
    send_again(store);
    // A link to a turn, opened by itself.
    if let Ok(hash) = window().location().hash() {
        store.sought.set(hash.strip_prefix("#question-").map(Into::into));
    }
    if let Some(view) = store.current() {
        subscribe(Resume { conversation: view.id.clone(), after: view.seq() });
    }
    keep_clock(store);
    follow_page(store);
    shortcuts::listen(store);
    if let Some(body) = document().body() {
        let _ = body.set_attribute("data-hydrated", "");
    }
}

/// Leaves for the sign-in page. What was asked and not taken yet is asked when the page comes back.
pub fn sign_in_again() {
    let unsent = SOCKET.with(|socket| socket.borrow().as_ref().map(SocketHandle::unsent)).unwrap_or_default();
    if !unsent.is_empty()
        && let Ok(json) = serde_json::to_string(&unsent)
    {
        storage::write_unsent(&json);
    }
    sign_in::go();
}

/// Asks what was not taken before the page was left to sign in.
fn send_again(store: Store) {
    let Some(unsent) = storage::take_unsent() else { return };
    let Ok(unsent) = json::read::<Vec<Vec<String>>>(&unsent) else { return };
    for question in unsent {
        let mut question = question.into_iter();
        if let (Some(id), Some(conversation), Some(text)) = (question.next(), question.next(), question.next()) {
            let instead_of = question.next().map(MessageId);
            store.ask_again(CommandId(id), ConversationId(conversation), text, instead_of);
        }
    }
}

/// Hands a command to the socket; what cannot be sent now is sent when it is open again.
pub fn send(command: Command) {
    SOCKET.with(|socket| {
        if let Some(socket) = socket.borrow().as_ref() {
            match command {
                Command::Subscribe(resume) => socket.subscribe(resume.conversation, resume.after),
                other => socket.send(other),
            }
        }
    });
}

fn subscribe(resume: Resume) {
    send(Command::Subscribe(resume));
}

/// Deletes a conversation while the page is being left.
pub fn delete_while_leaving(conversation: &ConversationId) {
    let json = serde_json::json!({ "id": conversation }).to_string();
    beacon::post("/api/delete_conversation", &json);
}

/// Remembers how to go to another address.
pub fn navigate_with(navigate: impl Fn(&str, NavigateOptions) + 'static) {
    NAVIGATE.with(|known| *known.borrow_mut() = Some(Rc::new(navigate)));
}

/// Goes to another address of this page.
pub fn navigate(path: &str) {
    let known = NAVIGATE.with(|known| known.borrow().clone());
    if let Some(navigate) = known {
        navigate(path, NavigateOptions { scroll: false, ..NavigateOptions::default() });
    }
}

/// The path of this page.
pub fn here() -> String {
    window().location().pathname().unwrap_or_default()
}

/// An identifier that nobody else makes: 128 random bits in hexadecimal.
pub fn random_id() -> String {
    let mut random = [0_u8; 16];
    let is_filled = window().crypto().is_ok_and(|crypto| crypto.get_random_values_with_u8_array(&mut random).is_ok());
    if !is_filled {
        for byte in &mut random {
            // A whole number from 0 to 255.
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it fits")]
            let value = (js_sys::Math::random() * 256.0) as u8;
            *byte = value;
        }
    }
    random.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// What has to be sent or fetched because of frames.
fn follow_up(store: Store, follow_up: FollowUp) {
    if let Some((conversation, after)) = follow_up.subscribe {
        subscribe(Resume { conversation, after });
    }
    if follow_up.refresh_conversations {
        store.refresh_conversations();
    }
    if follow_up.sign_in {
        sign_in_again();
    }
    if follow_up.ended.is_some() && document().hidden() {
        store.finished_unseen.set(true);
    }
    say_awaited(store);
}

/// Has the title say that a plan waits while nobody looks.
fn say_awaited(store: Store) {
    let is_awaited = document().hidden() && store.is_awaited();
    if store.awaited_unseen.get_untracked() != is_awaited {
        store.awaited_unseen.set(is_awaited);
    }
}

/// Puts the browser's clock in place and renews it.
fn keep_clock(store: Store) {
    let server = store.clock.with_untracked(|clock| clock.now);
    let renew = move || {
        let date = js_sys::Date::new_0();
        #[allow(clippy::cast_possible_truncation, reason = "milliseconds and minutes of this age fit")]
        let (now, ahead) = (date.get_time() as i64, -date.get_timezone_offset() as i32);
        store.clock.update(|clock| {
            *clock = if clock.local { Clock { now, ahead, ..*clock } } else { Clock::of_browser(now, ahead, server) };
        });
    };
    renew();
    set_interval(renew, CLOCK_RENEWAL);
}

/// Follows what the browser says about pointer, width and whether anybody looks.
fn follow_page(store: Store) {
    let is_fine = || window().match_media("(any-pointer: fine)").ok().flatten().is_none_or(|query| query.matches());
    store.fine_pointer.set(is_fine());
    window_event_listener_untyped("resize", move |_| {
        let width = window().inner_width().ok().and_then(|width| width.as_f64()).unwrap_or(WIDE);
        if width >= WIDE && store.drawer.get_untracked() {
            store.drawer.set(false);
        }
    });
    window_event_listener_untyped("focus", move |_| store.finished_unseen.set(false));
    window_event_listener_untyped("pagehide", move |_| store.dismiss_all());
    let seen = wasm_bindgen::closure::Closure::<dyn FnMut()>::new(move || {
        if !document().hidden() {
            store.finished_unseen.set(false);
        }
        say_awaited(store);
    });
    let target: &web_sys::EventTarget = &document();
    let _ =
        target.add_event_listener_with_callback("visibilitychange", wasm_bindgen::JsCast::unchecked_ref(seen.as_ref()));
    // It is wanted for as long as the page lives.
    seen.forget();
}

/// Whether a conversation is open at all.
fn has_transcript(store: Store) -> bool {
    store.opened.with_untracked(|opened| matches!(opened, OpenedView::Ready(_)))
}
