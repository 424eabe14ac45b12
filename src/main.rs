//! The program `netbox-chatbox`. Without the feature `ssr` there is none: the browser's build needs an empty one.

#[cfg(feature = "ssr")]
fn main() -> std::process::ExitCode {
    netbox_chatbox::server::command_line::run()
}

#[cfg(not(feature = "ssr"))]
fn main() {}
