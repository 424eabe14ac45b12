//! The HTML document around the application.

use leptos::nonce::use_nonce;
use leptos::prelude::*;
use leptos_meta::MetaTags;

use super::{App, AssetVersions};

/// Sets the chosen theme before anything is painted, so that a dark page never flashes white.
const THEME_SCRIPT: &str = r#"try{const t=localStorage.getItem("netbox-chatbox.theme");if(t==="light"||t==="dark")document.documentElement.dataset.theme=t}catch{}"#;

/// The document. Reads [`AssetVersions`] and the CSP nonce from the context.
pub fn shell(options: LeptosOptions) -> impl IntoView {
    let assets = use_context::<AssetVersions>().unwrap_or_default();
    let nonce = use_nonce();
    let (script, wasm) = (assets.script_address(), assets.wasm_address());
    // The address is our own and holds no quote, so its debug form is a JavaScript string.
    let start =
        format!("import start,{{hydrate}} from {script:?};start({{module_or_path:{wasm:?}}}).then(()=>hydrate())");

    view! {
        <!DOCTYPE html>
        <html lang="en">
            <Head assets=assets>
                <link rel="modulepreload" href=script nonce=nonce.clone() />
                <link rel="preload" href=wasm r#as="fetch" r#type="application/wasm" crossorigin="" />
                <AutoReload options=options />
                <script type="module" nonce=nonce>
                    {start}
                </script>
                <MetaTags />
            </Head>
            <body>
                <App />
                // Outside the application: with scripting on, a browser reads what is in it as text, not as elements.
                <noscript>
                    <p class="no-script">"Asking needs JavaScript and WebAssembly; both are off in this browser."</p>
                </noscript>
            </body>
        </html>
    }
}

/// The head of every document of this program.
#[component]
pub fn Head(
    /// The versions of the page's files.
    assets: AssetVersions,
    /// What else is in it.
    children: Children,
) -> impl IntoView {
    view! {
        <head>
            <meta charset="utf-8" />
            <meta
                name="viewport"
                content="width=device-width, initial-scale=1, viewport-fit=cover, interactive-widget=resizes-content"
            />
            <meta name="color-scheme" content="light dark" />
            <meta name="theme-color" content="#ffffff" media="(prefers-color-scheme: light)" />
            <meta name="theme-color" content="#14181b" media="(prefers-color-scheme: dark)" />
            <meta name="description" content="Ask your NetBox in plain language" />
            <meta name="referrer" content="same-origin" />
            <script nonce=use_nonce()>{THEME_SCRIPT}</script>
            <link rel="stylesheet" href=assets.style_address() />
            <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
            <link rel="apple-touch-icon" href="/icon-180.png" />
            <link rel="manifest" href="/manifest.webmanifest" />
            {children()}
        </head>
    }
}
