//! `/`: a new conversation.

use leptos::prelude::*;

use crate::components::erase::Erase;
use crate::components::welcome::Welcome;

/// The page of a new conversation.
#[component]
pub fn NewConversationPage() -> impl IntoView {
    view! { <Welcome /> }.erase()
}
