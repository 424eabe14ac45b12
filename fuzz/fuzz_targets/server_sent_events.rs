//! However a stream is cut, the same events come out of it.
#![no_main]

use libfuzzer_sys::fuzz_target;
use netbox_chatbox::server::anthropic::sse::{Event, ReadError, Reader};

fn read(bytes: &[u8], size: usize) -> Result<Vec<Event>, ReadError> {
    let (mut reader, mut events) = (Reader::default(), Vec::new());
    for piece in bytes.chunks(size) {
        reader.push(piece, &mut events)?;
    }
    events.extend(reader.finish()?);
    Ok(events)
}

fuzz_target!(|input: (u8, Vec<u8>)| {
    let (size, bytes) = input;
    let whole = read(&bytes, bytes.len().max(1));
    let cut = read(&bytes, usize::from(size).max(1));
    assert_eq!(whole, cut);
});
