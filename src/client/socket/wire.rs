//! One socket of the browser.

use std::rc::Rc;

use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{Event, MessageEvent, WebSocket};

use super::Told;
use crate::wire::command::Command;
use crate::wire::json;

/// Where the server speaks the protocol.
const PATH: &str = "/ws/chat";

/// A socket with its listeners. Dropped, it is closed and says nothing any more.
pub(super) struct BrowserSocket {
    number: u64,
    socket: WebSocket,
    _plain: [Closure<dyn FnMut(Event)>; 2],
    _message: Closure<dyn FnMut(MessageEvent)>,
}

impl BrowserSocket {
    /// Opens a socket to the server that this page came from; none if the browser refuses.
    pub(super) fn open(number: u64, tell: impl Fn(Told) + 'static) -> Option<Self> {
        let socket = WebSocket::new(&address()?).ok()?;
        let tell = Rc::new(tell);
        let opened = {
            let tell = Rc::clone(&tell);
            Closure::<dyn FnMut(Event)>::new(move |_| tell(Told::Opened))
        };
        // An error is always followed by a close.
        let closed = {
            let tell = Rc::clone(&tell);
            Closure::<dyn FnMut(Event)>::new(move |_| tell(Told::Closed))
        };
        let message = Closure::<dyn FnMut(MessageEvent)>::new(move |message: MessageEvent| {
            // A frame that cannot be read leaves a gap, and a gap is filled.
            let Some(text) = message.data().as_string() else { return };
            if let Ok(frame) = json::read(&text) {
                tell(Told::Frame(Box::new(frame)));
            }
        });
        socket.set_onopen(Some(opened.as_ref().unchecked_ref()));
        socket.set_onclose(Some(closed.as_ref().unchecked_ref()));
        socket.set_onmessage(Some(message.as_ref().unchecked_ref()));
        Some(Self { number, socket, _plain: [opened, closed], _message: message })
    }

    pub(super) fn number(&self) -> u64 {
        self.number
    }

    /// Sends a command; if the socket is closing, its end is told soon and the command is sent again if it matters.
    pub(super) fn send(&self, command: &Command) {
        if let Ok(text) = serde_json::to_string(command) {
            let _ = self.socket.send_with_str(&text);
        }
    }
}

impl Drop for BrowserSocket {
    fn drop(&mut self) {
        self.socket.set_onopen(None);
        self.socket.set_onclose(None);
        self.socket.set_onmessage(None);
        let _ = self.socket.close();
    }
}

fn address() -> Option<String> {
    let location = web_sys::window()?.location();
    let scheme = if location.protocol().ok()? == "https:" { "wss" } else { "ws" };
    Some(format!("{scheme}://{}{PATH}{}", location.host().ok()?, time_zone().unwrap_or_default()))
}

/// The person's time zone as a query, so that the server knows when their day began.
fn time_zone() -> Option<String> {
    let format = js_sys::Intl::DateTimeFormat::new(&js_sys::Array::new(), &js_sys::Object::new());
    let name = js_sys::Reflect::get(&format.resolved_options(), &"timeZone".into()).ok()?.as_string()?;
    Some(format!("?time_zone={}", String::from(js_sys::encode_uri_component(&name))))
}
