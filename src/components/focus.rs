//! Where the keyboard goes on when a control takes itself away.

use crate::store::Store;

/// After the next drawing, puts the focus on what the selector names if it can be seen, and else where the person
/// goes on: in the question field, or on touch, where that would open the keyboard, in the transcript.
#[allow(unused_variables, reason = "the server has no focus")]
pub fn go_on(store: Store, preferred: &str) {
    #[cfg(feature = "hydrate")]
    {
        use leptos::prelude::{GetUntracked, request_animation_frame};

        let field = if store.fine_pointer.get_untracked() { "#question" } else { ".transcript" };
        let preferred = preferred.to_owned();
        request_animation_frame(move || {
            if preferred.is_empty() || !crate::client::focus::focus(&preferred) {
                crate::client::focus::focus(field);
            }
        });
    }
}
