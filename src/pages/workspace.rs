//! The frame of every page: rail, header, the page itself, composer. It stays while the page in it changes, so focus,
//! draft and scroll of the list stay too.

use leptos::prelude::*;
use leptos::text_prop::TextProp;
use leptos_meta::Title;
use leptos_router::hooks::{use_location, use_navigate};

use crate::components::banner::Banner;
use crate::components::chat_input::ChatInput;
use crate::components::connection_state::ConnectionState;
use crate::components::erase::{Draw, Erase};
use crate::components::keyboard_sheet::KeyboardSheet;
use crate::components::live_region::LiveRegion;
use crate::components::panel::Panel;
use crate::components::rail::Rail;
use crate::components::stage_header::StageHeader;
use crate::components::toasts::Toasts;
use crate::store::Store;
use crate::store::place::Place;

/// The frame.
#[component]
pub fn Workspace(
    /// The page.
    page: Draw,
) -> impl IntoView {
    let store = Store::get();
    let path = use_location().pathname;
    // The first address is what the server drew; later ones are the person's.
    Effect::new(move |before: Option<String>| {
        let path = path.get();
        if before.is_some_and(|before| before != path) {
            store.show(Place::of_path(&path));
        }
        path
    });
    store.navigate_with(use_navigate());
    // The server reads the title after the page is drawn, maybe on a thread that knows nothing of this page's signals:
    // there it has to be a text already.
    let title: TextProp =
        if cfg!(feature = "ssr") { document_title(store).into() } else { (move || document_title(store)).into() };

    view! {
        <Title text=title />
        <a class="skip-link" href="#question" on:click=|event| {
            event.stop_propagation();
        }>
            "Skip to the question field"
        </a>
        <div class="workspace" data-panel=move || store.panel.with(Option::is_some).then_some("")>
            <Rail />
            <div class="stage" inert=move || store.drawer.get()>
                <StageHeader />
                <Banner />
                <main class="page" id="main">
                    {page()}
                </main>
                <section class="stage-foot" aria-label="Question">
                    <ConnectionState />
                    <ChatInput />
                </section>
            </div>
            <Panel />
        </div>
        <Toasts />
        <KeyboardSheet />
        <LiveRegion />
    }
    .erase()
}

fn document_title(store: Store) -> String {
    let title = store.title().unwrap_or_else(|| "Ask your NetBox".to_owned());
    if store.awaited_unseen.get() {
        format!("Approval needed: {title}")
    } else if store.finished_unseen.get() {
        format!("Answer ready: {title}")
    } else {
        format!("{title} \u{b7} NetBox chat")
    }
}
