//! The left rail; on narrow screens a drawer.

use leptos::prelude::*;

use super::conversation_search::ConversationSearch;
use super::format;
use super::icon::{Icon, IconButton, IconView};
use super::sign_out::SignOut;
use super::theme_switch::ThemeSwitch;
use crate::store::Store;
use crate::wire::person::SignedIn;

/// The rail: a new conversation, the list, and what is connected.
#[component]
pub fn Rail() -> impl IntoView {
    let store = Store::get();
    let start = move |event: leptos::ev::MouseEvent| {
        if event.ctrl_key() || event.meta_key() || event.shift_key() {
            return;
        }
        event.prevent_default();
        event.stop_propagation();
        store.start_anew();
    };
    keep_focus(store);
    view! {
        <nav class="rail" aria-label="Conversations" data-open=move || store.drawer.get().then_some("")>
            <div class="rail-head">
                <a class="brand" href="/" on:click=start>
                    <BrandMark />
                    <span>"NetBox chat"</span>
                </a>
                <IconButton
                    icon=Icon::Close
                    label="Close the list of conversations"
                    class="drawer-only"
                    on_press=move || store.drawer.set(false)
                />
            </div>
            <a class="new-conversation" href="/" on:click=start>
                <IconView icon=Icon::New />
                <span>"New conversation"</span>
            </a>
            <ConversationSearch />
            <div class="rail-foot">
                <Connected />
                <Account />
                <div class="rail-tools">
                    <ThemeSwitch />
                    <IconButton
                        icon=Icon::Keyboard
                        label="Keys"
                        class="fine-only"
                        on_press=move || store.keyboard_sheet.set(true)
                    />
                </div>
            </div>
        </nav>
        <div class="scrim" data-open=move || store.drawer.get().then_some("") on:click=move |_| store.drawer.set(false)></div>
    }
}

/// The drawer takes the focus when it opens and gives it back when it closes.
fn keep_focus(store: Store) {
    Effect::new(move |before: Option<bool>| {
        let open = store.drawer.get();
        if before.is_some_and(|before| before != open) {
            let button = if open { ".rail .drawer-only" } else { ".stage-header .drawer-only" };
            // What is inert takes no focus, and it stops being so with this very change.
            request_animation_frame(move || {
                focus(button);
            });
        }
        open
    });
}

/// Only a browser has a focus.
#[cfg(not(feature = "hydrate"))]
fn focus(_: &str) -> bool {
    false
}

#[cfg(feature = "hydrate")]
use crate::client::focus::focus;

/// The product's sign.
#[component]
fn BrandMark() -> impl IntoView {
    view! {
        <svg class="brand-mark" viewBox="0 0 32 32" width="24" height="24" aria-hidden="true">
            <rect width="32" height="32" rx="7" />
            <path d="M7 9.5h18v11H15.5L10.5 25v-4.5H7z" />
            <path d="M11.5 15h.01M16 15h.01M20.5 15h.01" />
        </svg>
    }
}

/// What is connected, by name.
#[component]
fn Connected() -> impl IntoView {
    let store = Store::get();
    let netbox = move || {
        store.deployment.with(|deployment| {
            if deployment.netbox.demo {
                "Demo NetBox".to_owned()
            } else {
                format::host(&deployment.netbox.url).to_owned()
            }
        })
    };
    let model = move || {
        store.deployment.with(|deployment| {
            if deployment.model.stand_in { "Stand-in model".to_owned() } else { deployment.model.id.clone() }
        })
    };
    let address =
        move || store.deployment.with(|deployment| Some(deployment.netbox.url.clone()).filter(|url| !url.is_empty()));
    let version = move || store.deployment.with(|deployment| deployment.version.clone());
    view! {
        <dl class="connected">
            <div>
                <dt>"NetBox"</dt>
                <dd>
                    <a href=address target="_blank" rel="noopener noreferrer">
                        {netbox}
                    </a>
                </dd>
            </div>
            <div>
                <dt>"Model"</dt>
                <dd>{model}</dd>
            </div>
            <div>
                <dt>"Version"</dt>
                <dd>{version}</dd>
            </div>
        </dl>
    }
}

/// Who is signed in, and the pages about them. Those are the server's own: the router has nothing to do with them.
#[component]
fn Account() -> impl IntoView {
    let person = use_context::<SignedIn>().unwrap_or_default();
    let sign_out = person.can_sign_out.then(|| view! { <SignOut /> });
    view! {
        <div class="account-links">
            <span class="account-name">{person.name}</span>
            <a href="/settings" rel="external">
                "Settings"
            </a>
            <a href="/usage" rel="external">
                "Usage"
            </a>
            {sign_out}
        </div>
    }
}
