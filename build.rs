//! Tells the compiler where the built site is (WebAssembly, JavaScript, styles, icons), so that a release binary
//! can hold it.

use std::path::PathBuf;

fn main() {
    println!("cargo:rerun-if-env-changed=NETBOX_CHATBOX_SITE");
    println!("cargo:rerun-if-env-changed=LEPTOS_SITE_ROOT");
    let project = PathBuf::from(std::env::var("CARGO_MANIFEST_DIR").unwrap_or_default());
    let site = ["NETBOX_CHATBOX_SITE", "LEPTOS_SITE_ROOT"]
        .iter()
        .find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()))
        .unwrap_or_else(|| "target/site".to_owned());
    let site = project.join(site);
    println!("cargo:rustc-env=NETBOX_CHATBOX_SITE={}", site.display());
    // A debug build reads the folder when asked; only a release build holds it and must follow its changes.
    if std::env::var("PROFILE").as_deref() == Ok("release") {
        println!("cargo:rerun-if-changed={}", site.display());
    } else {
        println!("cargo:rerun-if-changed=build.rs");
    }
}
