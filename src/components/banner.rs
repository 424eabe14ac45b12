//! Says which parts are the embedded defaults, and how to put the real ones in their place.

use leptos::prelude::*;

use super::erase::live;
use super::icon::{Icon, IconView};
use crate::store::Store;

/// One calm line that opens; nothing where everything is real.
#[component]
pub fn Banner() -> impl IntoView {
    let store = Store::get();
    let parts =
        Memo::new(move |_| store.deployment.with(|deployment| (deployment.netbox.demo, deployment.model.stand_in)));
    live(move || {
        let (netbox, model) = parts.get();
        sentence(netbox, model).map(|sentence| {
            view! {
                <details class="banner">
                    <summary>
                        <span class="banner-words">{sentence}</span>
                        <span class="banner-words banner-short">{short(netbox, model)}</span>
                        <span class="banner-more">
                            "Connect your own"
                            <IconView icon=Icon::Chevron />
                        </span>
                    </summary>
                    <div class="banner-how">
                        <p>
                            "Put these into a file called " <code>".env"</code>
                            " where the server runs, or into its environment, and start it again:"
                        </p>
                        <pre>
                            <code>
                                {netbox.then_some("NETBOX_URL=https://netbox.example.com\nNETBOX_TOKEN=nbt_\u{2026}\n")}
                                {model.then_some("ANTHROPIC_API_KEY=sk-ant-\u{2026}\n")}
                            </code>
                        </pre>
                        <p class="quiet">
                            "A token that may only read is enough. " <code>"netbox-chatbox doctor"</code>
                            " checks what you set."
                        </p>
                    </div>
                </details>
            }
        })
    })
}

/// The same in few words, for a narrow screen.
fn short(netbox: bool, model: bool) -> &'static str {
    match (netbox, model) {
        (true, true) => "Demo NetBox, stand-in model",
        (true, false) => "Demo NetBox",
        (false, _) => "Stand-in model",
    }
}

/// Which parts are not real.
fn sentence(netbox: bool, model: bool) -> Option<&'static str> {
    match (netbox, model) {
        (true, true) => {
            Some("Demo: an invented network, and a stand-in that answers by rules instead of a language model.")
        }
        (true, false) => Some("Demo NetBox: the network that is asked here is invented."),
        (false, true) => Some("Stand-in model: answers are made by rules, not by a language model."),
        (false, false) => None,
    }
}
