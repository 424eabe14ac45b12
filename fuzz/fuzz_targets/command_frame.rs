//! Whatever a client's frame holds, it is a command or a problem with a hint; a command written again is the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use netbox_chatbox::server::ws::parse;

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    match parse(text) {
        Ok(command) => {
            let written = serde_json::to_string(&command).expect("a command can be written");
            assert_eq!(parse(&written).ok(), Some(command));
        }
        Err((_, problem)) => assert!(!problem.message.is_empty() && problem.hint.is_some()),
    }
});
