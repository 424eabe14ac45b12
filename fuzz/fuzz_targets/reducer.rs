//! Whatever frames come, the reducer takes or refuses them; one that it has taken changes nothing a second time.
#![no_main]

use libfuzzer_sys::fuzz_target;
use netbox_chatbox::chat::reducer;
use netbox_chatbox::wire::event::Frame;
use netbox_chatbox::wire::id::ConversationId;
use netbox_chatbox::wire::transcript::Transcript;

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let conversation = ConversationId::from("a-conversation");
    let mut transcript = Transcript::new(conversation.clone());
    for line in text.lines() {
        let Ok(mut frame) = serde_json::from_str::<Frame>(line) else { continue };
        frame.conversation = Some(conversation.clone());
        // Mostly in order, so that much of it is taken.
        if frame.seq > 0 {
            frame.seq = transcript.seq + frame.seq % 3;
        }
        let before = transcript.seq;
        reducer::apply(&mut transcript, &frame);
        if frame.seq > 0 {
            assert!(transcript.seq >= before);
            let once = transcript.clone();
            reducer::apply(&mut transcript, &frame);
            assert_eq!(transcript, once, "an event counts once");
        }
    }
});
