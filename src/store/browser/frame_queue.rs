//! Frames wait for the next drawing and are taken together.

use std::cell::{Cell, RefCell};
use std::time::Duration;

use leptos::prelude::*;

use crate::store::Store;
use crate::wire::event::Frame;

/// A hidden page draws nothing; its frames are taken after this time.
const HIDDEN_PAGE_WAIT: Duration = Duration::from_millis(250);

thread_local! {
    static WAITING: RefCell<Vec<Frame>> = const { RefCell::new(Vec::new()) };
    static SCHEDULED: Cell<bool> = const { Cell::new(false) };
}

/// Adds a frame; all that wait are taken before the next drawing.
pub fn push(store: Store, frame: Frame) {
    WAITING.with(|waiting| waiting.borrow_mut().push(frame));
    if !SCHEDULED.replace(true) {
        request_animation_frame(move || take(store));
        set_timeout(move || take(store), HIDDEN_PAGE_WAIT);
    }
}

fn take(store: Store) {
    SCHEDULED.set(false);
    let frames = WAITING.with(RefCell::take);
    if !frames.is_empty() {
        super::follow_up(store, store.receive(frames));
    }
}
