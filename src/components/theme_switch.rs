//! Light, dark, or as the system has it.

use leptos::prelude::*;

use super::icon::{Icon, IconView};

/// A theme.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Theme {
    System,
    Light,
    Dark,
}

impl Theme {
    const ALL: [Self; 3] = [Self::System, Self::Light, Self::Dark];

    /// The name it is stored under, which the document's first script knows too.
    const fn name(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    const fn label(self) -> &'static str {
        match self {
            Self::System => "Theme of the system",
            Self::Light => "Light theme",
            Self::Dark => "Dark theme",
        }
    }

    const fn icon(self) -> Icon {
        match self {
            Self::System => Icon::System,
            Self::Light => Icon::Light,
            Self::Dark => Icon::Dark,
        }
    }
}

/// The switch. The first drawing shows the system's; the browser's choice follows.
#[component]
pub fn ThemeSwitch() -> impl IntoView {
    let chosen = RwSignal::new(Theme::System);
    Effect::new(move |_| {
        if let Some(theme) = stored() {
            chosen.set(theme);
        }
    });
    let buttons: Vec<_> = Theme::ALL
        .into_iter()
        .map(|theme| {
            let choose = move |_| {
                chosen.set(theme);
                apply(theme);
            };
            view! {
                <button
                    type="button"
                    class="icon-button"
                    aria-label=theme.label()
                    title=theme.label()
                    aria-pressed=move || (chosen.get() == theme).to_string()
                    on:click=choose
                >
                    <IconView icon=theme.icon() />
                </button>
            }
        })
        .collect();
    view! {
        <div class="theme-switch" role="group" aria-label="Theme">
            {buttons}
        </div>
    }
}

/// Shows a theme from now on.
fn apply(theme: Theme) {
    let Some(root) = document().document_element() else { return };
    if theme == Theme::System {
        let _ = root.remove_attribute("data-theme");
    } else {
        let _ = root.set_attribute("data-theme", theme.name());
    }
    #[cfg(feature = "hydrate")]
    crate::client::storage::write_theme(theme.name());
}

/// The theme that was chosen before.
fn stored() -> Option<Theme> {
    #[cfg(feature = "hydrate")]
    let name = crate::client::storage::read_theme()?;
    #[cfg(not(feature = "hydrate"))]
    let name = String::new();
    Theme::ALL.into_iter().find(|theme| theme.name() == name)
}
