//! The icons: one small set, 20 px, stroke 1.5, drawn in the text's colour.

use leptos::prelude::*;

/// An icon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Icon {
    /// Something was done.
    Check,
    /// Opens downwards.
    Chevron,
    /// Closes or removes.
    Close,
    /// Columns of a table.
    Columns,
    /// Copies.
    Copy,
    /// A moon.
    Dark,
    /// Removes for good.
    Delete,
    /// Down to the newest.
    Down,
    /// Keeps as a file.
    Download,
    /// Changes.
    Edit,
    /// Leads to another site.
    External,
    /// Asks at once.
    Interrupt,
    /// Keys.
    Keyboard,
    /// A sun.
    Light,
    /// The list of conversations.
    Menu,
    /// A new conversation.
    New,
    /// The order of a column.
    Order,
    /// Opens beside the conversation.
    Panel,
    /// A picture.
    Picture,
    /// A question to NetBox.
    Query,
    /// Again.
    Retry,
    /// Sends.
    Send,
    /// Gives others a link.
    Share,
    /// Stops.
    Stop,
    /// The system's theme.
    System,
    /// A table.
    Table,
    /// Thinking.
    Thinking,
    /// Up to what was before.
    Up,
    /// Something failed.
    Warning,
}

impl Icon {
    /// The outline in a square of 20.
    const fn outline(self) -> &'static str {
        match self {
            Self::Check => "m4.5 10.5 3.5 3.5 7.5-8",
            Self::Chevron => "m7 5 5 5-5 5",
            Self::Columns => "M3.5 4.5h13v11h-13zM8 4.5v11m4.5-11v11",
            Self::Close => "m5.5 5.5 9 9m0-9-9 9",
            Self::Copy => "M7.5 7.5v-3h8v8h-3m-8-5h8v8h-8z",
            Self::Dark => "M16 11.8A6.5 6.5 0 0 1 8.2 4a6.5 6.5 0 1 0 7.8 7.8z",
            Self::Delete => "M4 6h12M8.5 6V4h3v2m3.5 0-.7 10H5.7L5 6m3.5 3v4m3-4v4",
            Self::Down => "M10 4v12m-4.5-4.5L10 16l4.5-4.5",
            Self::Download => "M10 3.5v9m-3.8-3.7L10 12.6l3.8-3.8M4 15.8h12",
            Self::Edit => "m4 16 .8-3.5 8.7-8.7 2.7 2.7-8.7 8.7zm8-10.7 2.7 2.7",
            Self::External => "M11.5 4H16v4.5M16 4l-7 7M8 5H4v11h11v-4",
            Self::Interrupt => "M4 5v10l5.5-5zm6.5 0v10l5.5-5z",
            Self::Keyboard => "M3 5.5h14v9H3zm3 3h.01m3.98 0H10m3.99 0H14M6.5 11.8h7",
            Self::Light => {
                "M10 6.8a3.2 3.2 0 1 0 0 6.4 3.2 3.2 0 0 0 0-6.4zm0-4v1m0 12.4v1M2.8 10h1m12.4 0h1M4.9 4.9l.7.7m8.8 8.8.7.7m0-10.2-.7.7m-8.8 8.8-.7.7"
            }
            Self::Menu => "M3.5 6h13m-13 4h13m-13 4h13",
            Self::New => "M10 4.5v11M4.5 10h11",
            Self::Order => "M6.5 8 10 4.5 13.5 8M6.5 12l3.5 3.5 3.5-3.5",
            Self::Panel => "M3.5 4.5h13v11h-13zM11.5 4.5v11",
            Self::Picture => "M4 16V9.5m4 6.5V4.5m4 11.5v-8m4 8v-4.5",
            Self::Query => {
                "M4 5.5C4 4.4 6.7 3.5 10 3.5s6 .9 6 2-2.7 2-6 2-6-.9-6-2zm0 0v9c0 1.1 2.7 2 6 2s6-.9 6-2v-9M4 10c0 1.1 2.7 2 6 2s6-.9 6-2"
            }
            Self::Retry => "M15.5 7.5A6 6 0 1 0 16 10.5M16 4v3.7h-3.7",
            Self::Send => "M10 16V4.5M5 9.3l5-5 5 5",
            Self::Share => "M10 12V3.5M6.8 6.7 10 3.5l3.2 3.2M5.5 9.5H4.5v7h11v-7h-1",
            Self::Stop => "M6 6h8v8H6z",
            Self::System => "M3.5 4.5h13v8.5h-13zM7.5 16h5M10 13v3",
            Self::Table => "M3.5 4.5h13v11h-13zM3.5 8.2h13m-13 3.6h13M8 8.2v7.3",
            Self::Thinking => "M4 10h.01M10 10h.01M16 10h.01",
            Self::Up => "M10 16V4m-4.5 4.5L10 4l4.5 4.5",
            Self::Warning => "M10 3.5 17.5 16.5H2.5zM10 8.5v3.5m0 2.3v.01",
        }
    }
}

/// Draws an icon. It says nothing: the words beside it, or its button's name, do.
#[component]
pub fn IconView(
    /// Which.
    icon: Icon,
) -> impl IntoView {
    view! {
        <svg class="icon" viewBox="0 0 20 20" width="20" height="20" aria-hidden="true">
            <path d=icon.outline() />
        </svg>
    }
}

/// A button that shows an icon only.
#[component]
pub fn IconButton(
    /// Which icon.
    icon: Icon,
    /// What the button does; its name and its tip.
    #[prop(into)]
    label: Signal<String>,
    /// What happens.
    on_press: impl Fn() + Send + 'static,
    /// Further classes.
    #[prop(optional)]
    class: &'static str,
) -> impl IntoView {
    icon_button(icon, label, Box::new(on_press), class)
}

/// Not generic, so that there is one of it.
fn icon_button(
    icon: Icon,
    label: Signal<String>,
    on_press: Box<dyn Fn() + Send>,
    class: &'static str,
) -> impl IntoView {
    view! {
        <button
            type="button"
            class=format!("icon-button {class}")
            aria-label=move || label.get()
            title=move || label.get()
            on:click=move |_| on_press()
        >
            <IconView icon />
        </button>
    }
}
