//! The chat socket of this page. What it does is decided by [`Connection`]; here are only the browser's socket (or
//! stream), timer and events.

mod wire;

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

use gloo_timers::callback::Timeout;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;

use self::wire::BrowserSocket;
use crate::chat::connection::{Action, Connection};
use crate::wire::command::Command;
use crate::wire::event::Frame;
use crate::wire::id::ConversationId;

pub use crate::chat::connection::ConnectionState;

/// What the page is told.
#[derive(Debug)]
pub enum SocketEvent {
    /// The connection is different now.
    State(ConnectionState),
    /// A frame from the server, in its order.
    Frame(Box<Frame>),
}

/// The page's socket; clones are the same one. It lives as long as the page.
#[derive(Clone)]
pub struct SocketHandle(Rc<Socket>);

struct Socket {
    machine: RefCell<Connection>,
    browser: RefCell<Option<BrowserSocket>>,
    timer: RefCell<Option<Timeout>>,
    /// When the timer ends; the largest number if there is none.
    timer_ends: Cell<u64>,
    on_event: Box<dyn Fn(SocketEvent)>,
}

/// Connects, and stays connected for as long as the page lives.
pub fn start(on_event: impl Fn(SocketEvent) + 'static) -> SocketHandle {
    let (machine, actions) = Connection::start(now());
    let socket = Rc::new(Socket {
        machine: RefCell::new(machine),
        browser: RefCell::new(None),
        timer: RefCell::new(None),
        timer_ends: Cell::new(u64::MAX),
        on_event: Box::new(on_event),
    });
    watch_page(&socket);
    socket.carry_out(actions);
    SocketHandle(socket)
}

impl SocketHandle {
    /// Sends a command, now or as soon as there is a connection. One with an id is sent until it is acknowledged.
    pub fn send(&self, command: Command) {
        let actions = self.0.machine.borrow_mut().send(command);
        self.0.carry_out(actions);
    }

    /// Opens a view of a conversation after the last event that the page has, or opens it again after a gap. It is
    /// resumed by itself when the connection was lost.
    pub fn subscribe(&self, conversation: ConversationId, after: u64) {
        let actions = self.0.machine.borrow_mut().subscribe(conversation, after);
        self.0.carry_out(actions);
    }
}

impl SocketHandle {
    /// Questions that the server has not taken yet, as the connection tells them.
    pub fn unsent(&self) -> Vec<Vec<String>> {
        self.0.machine.borrow().unsent()
    }
}

/// What a browser's socket tells, with its number.
enum Told {
    Opened,
    Frame(Box<Frame>),
    Closed,
}

impl Socket {
    fn told(self: &Rc<Self>, number: u64, told: Told) {
        let actions = match told {
            Told::Opened => self.machine.borrow_mut().opened(number, now()),
            Told::Closed => self.machine.borrow_mut().closed(number, now(), chance()),
            Told::Frame(frame) => {
                let (is_present, actions) = self.machine.borrow_mut().received(number, &frame);
                if is_present {
                    (self.on_event)(SocketEvent::Frame(frame));
                }
                actions
            }
        };
        self.carry_out(actions);
    }

    /// No borrow is held while the page or the browser is called: both may call back.
    fn carry_out(self: &Rc<Self>, actions: Vec<Action>) {
        for action in actions {
            match action {
                Action::Connect(number, way) => {
                    let weak = Rc::downgrade(self);
                    let opened = BrowserSocket::open(number, way, move |told| {
                        if let Some(socket) = weak.upgrade() {
                            socket.told(number, told);
                        }
                    });
                    let failed = opened.is_none();
                    let replaced = self.browser.replace(opened);
                    drop(replaced);
                    if failed {
                        let actions = self.machine.borrow_mut().closed(number, now(), chance());
                        self.carry_out(actions);
                    }
                }
                Action::Close(number) => {
                    let browser = self.browser.take();
                    if browser.as_ref().is_some_and(|browser| browser.number() != number) {
                        self.browser.replace(browser);
                    }
                }
                Action::Send(command) => {
                    if let Some(browser) = self.browser.borrow().as_ref() {
                        browser.send(&command);
                    }
                }
                Action::Report => {
                    let state = self.machine.borrow().state();
                    (self.on_event)(SocketEvent::State(state));
                }
            }
        }
        self.set_timer();
    }

    /// A timer that ends too early is left alone: the machine does nothing then, and it is set again.
    fn set_timer(self: &Rc<Self>) {
        let next = self.machine.borrow().next_tick();
        if next >= self.timer_ends.get() {
            return;
        }
        self.timer_ends.set(next);
        let weak = Rc::downgrade(self);
        let wait = u32::try_from(next.saturating_sub(now())).unwrap_or(u32::MAX);
        let timer = Timeout::new(wait, move || {
            if let Some(socket) = weak.upgrade() {
                socket.timer_ends.set(u64::MAX);
                let actions = socket.machine.borrow_mut().tick(now(), chance());
                socket.carry_out(actions);
            }
        });
        let replaced = self.timer.replace(Some(timer));
        drop(replaced);
    }

    fn wake(self: &Rc<Self>) {
        let actions = self.machine.borrow_mut().wake(now());
        self.carry_out(actions);
    }
}

/// Probes when the page is seen again, comes back from the browser's cache, or the network is back.
fn watch_page(socket: &Rc<Socket>) {
    let Some(window) = web_sys::window() else { return };
    let weak: Weak<Socket> = Rc::downgrade(socket);
    let wake = Closure::<dyn FnMut()>::new(move || {
        let is_hidden =
            web_sys::window().and_then(|window| window.document()).is_some_and(|document| document.hidden());
        if let Some(socket) = weak.upgrade()
            && !is_hidden
        {
            socket.wake();
        }
    });
    let listener = wake.as_ref().unchecked_ref();
    let _ = window.add_event_listener_with_callback("pageshow", listener);
    let _ = window.add_event_listener_with_callback("online", listener);
    if let Some(document) = window.document() {
        let _ = document.add_event_listener_with_callback("visibilitychange", listener);
    }
    // It is wanted for as long as the page lives.
    wake.forget();
}

/// Milliseconds of the page's clock.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "positive and far below 2^53")]
fn now() -> u64 {
    web_sys::window().and_then(|window| window.performance()).map_or(0.0, |performance| performance.now()) as u64
}

/// From 0 up to 1.
fn chance() -> f64 {
    js_sys::Math::random()
}
