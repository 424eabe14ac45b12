//! One connection of the browser: a socket, or a stream with requests beside it.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{EventSource, MessageEvent, WebSocket};

use super::Told;
use crate::chat::connection::Way;
use crate::client::fetch;
use crate::wire::command::Command;
use crate::wire::event::{Event, Frame};
use crate::wire::json;

/// Where the server speaks the protocol.
const SOCKET: &str = "/ws/chat";
/// Where it speaks it over plain HTTP; below it are the addresses that take commands.
const STREAM: &str = "/events/chat";
/// What a server says that took a command.
const ACCEPTED: u16 = 202;

/// A connection with its listeners. Dropped, it is closed and says nothing any more.
pub(super) struct BrowserSocket {
    number: u64,
    line: Line,
    posts: Rc<Posts>,
    _plain: [Closure<dyn FnMut(web_sys::Event)>; 2],
    _message: Closure<dyn FnMut(MessageEvent)>,
}

#[derive(Clone)]
enum Line {
    Socket(WebSocket),
    Stream(EventSource),
}

/// Commands beside a stream: they have an order, so each request waits for the one before it.
struct Posts {
    tell: Box<dyn Fn(Told)>,
    /// Where they go, once the stream has said it.
    address: RefCell<String>,
    waiting: RefCell<Vec<String>>,
    busy: Cell<bool>,
}

impl BrowserSocket {
    /// Connects to the server that this page came from; none if the browser refuses.
    pub(super) fn open(number: u64, way: Way, tell: impl Fn(Told) + 'static) -> Option<Self> {
        let line = Line::open(way)?;
        let posts = Rc::new(Posts {
            tell: Box::new(tell),
            address: RefCell::default(),
            waiting: RefCell::default(),
            busy: Cell::default(),
        });
        let opened = {
            let posts = Rc::clone(&posts);
            Closure::<dyn FnMut(web_sys::Event)>::new(move |_| (posts.tell)(Told::Opened))
        };
        let closed = {
            let (posts, line) = (Rc::clone(&posts), line.clone());
            Closure::<dyn FnMut(web_sys::Event)>::new(move |_| {
                // A stream would come back by itself, as nobody knows which one.
                line.close();
                (posts.tell)(Told::Closed);
            })
        };
        let message = {
            let posts = Rc::clone(&posts);
            Closure::<dyn FnMut(MessageEvent)>::new(move |message: MessageEvent| {
                // A frame that cannot be read leaves a gap, and a gap is filled.
                let Some(text) = message.data().as_string() else { return };
                let Ok(frame) = json::read::<Frame>(&text) else { return };
                // A stream is of use only from here on.
                if let Event::Connected { connection: Some(id), .. } = &frame.event {
                    posts.address.replace(format!("{STREAM}/{id}"));
                    (posts.tell)(Told::Opened);
                }
                (posts.tell)(Told::Frame(Box::new(frame)));
            })
        };
        let listeners = (opened.as_ref().unchecked_ref(), closed.as_ref().unchecked_ref());
        match &line {
            Line::Socket(socket) => {
                socket.set_onopen(Some(listeners.0));
                // An error is always followed by a close.
                socket.set_onclose(Some(listeners.1));
                socket.set_onmessage(Some(message.as_ref().unchecked_ref()));
            }
            Line::Stream(stream) => {
                stream.set_onerror(Some(listeners.1));
                stream.set_onmessage(Some(message.as_ref().unchecked_ref()));
            }
        }
        Some(Self { number, line, posts, _plain: [opened, closed], _message: message })
    }

    pub(super) fn number(&self) -> u64 {
        self.number
    }

    /// Sends a command; if the connection is closing, its end is told soon and the command is sent again if it matters.
    pub(super) fn send(&self, command: &Command) {
        let Ok(text) = serde_json::to_string(command) else { return };
        match &self.line {
            Line::Socket(socket) => drop(socket.send_with_str(&text)),
            Line::Stream(_) => self.posts.send(text),
        }
    }
}

impl Line {
    fn open(way: Way) -> Option<Self> {
        let time_zone = time_zone().unwrap_or_default();
        match way {
            Way::Socket => {
                let location = web_sys::window()?.location();
                let scheme = if location.protocol().ok()? == "https:" { "wss" } else { "ws" };
                let address = format!("{scheme}://{}{SOCKET}{time_zone}", location.host().ok()?);
                WebSocket::new(&address).ok().map(Self::Socket)
            }
            Way::Stream => EventSource::new(&format!("{STREAM}{time_zone}")).ok().map(Self::Stream),
        }
    }

    fn close(&self) {
        match self {
            Self::Socket(socket) => drop(socket.close()),
            Self::Stream(stream) => stream.close(),
        }
    }
}

impl Posts {
    fn send(self: &Rc<Self>, command: String) {
        self.waiting.borrow_mut().push(command);
        if self.busy.replace(true) {
            return;
        }
        let posts = Rc::clone(self);
        wasm_bindgen_futures::spawn_local(async move {
            loop {
                let waiting = posts.waiting.take();
                if waiting.is_empty() {
                    posts.busy.set(false);
                    return;
                }
                for command in waiting {
                    let address = posts.address.borrow().clone();
                    let answer = fetch::exchange(&address, &command).await;
                    // No such stream, or nobody to ask: what was not answered is sent again over the next one. It stays
                    // busy, so that nothing overtakes this.
                    if !matches!(answer, Ok((ACCEPTED, _))) {
                        return (posts.tell)(Told::Closed);
                    }
                }
            }
        });
    }
}

impl Drop for BrowserSocket {
    fn drop(&mut self) {
        match &self.line {
            Line::Socket(socket) => {
                socket.set_onopen(None);
                socket.set_onclose(None);
                socket.set_onmessage(None);
            }
            Line::Stream(stream) => {
                stream.set_onerror(None);
                stream.set_onmessage(None);
            }
        }
        self.line.close();
    }
}

/// The person's time zone as a query, so that the server knows when their day began.
fn time_zone() -> Option<String> {
    let format = js_sys::Intl::DateTimeFormat::new(&js_sys::Array::new(), &js_sys::Object::new());
    let name = js_sys::Reflect::get(&format.resolved_options(), &"timeZone".into()).ok()?.as_string()?;
    Some(format!("?time_zone={}", String::from(js_sys::encode_uri_component(&name))))
}
