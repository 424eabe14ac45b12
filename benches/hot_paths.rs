//! What happens for every piece of an answer, in the browser and on the server.
//!
//! `make bench` runs it. On a shared machine the times wander; what holds is how they compare: each group has the
//! streamed way and the way it is measured against.
#![allow(missing_docs, reason = "Criterion's macros make public functions")]

use std::hint::black_box;
use std::sync::Arc;

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use netbox_chatbox::chat::markdown::{Document, parse};
use netbox_chatbox::chat::reducer;
use netbox_chatbox::server::netbox::{Address, Client, Credentials, Schema, Settings};
use netbox_chatbox::server::tools::{Asking, Toolbox};
use netbox_chatbox::wire::event::{Event, Frame};
use netbox_chatbox::wire::json;
use netbox_chatbox::wire::transcript::Transcript;

/// Bytes of a piece as models send them.
const PIECE: usize = 12;

/// An answer with everything that answers have, about 40 kB.
fn answer() -> String {
    let section = "## Devices in Cleveland\n\nThere are **47** devices, `cle-01-acc-01-1` among them:\n\n\
                   | Device | Status | Address |\n|---|---|--:|\n| `cle-01-acc-01-1` | active | `10.16.0.11/24` |\n\
                   | `cle-01-acc-01-2` | active | `10.16.0.12/24` |\n\n- one, with [a link](https://netbox.example.com/)\n\
                   - two, *with emphasis*\n\n```json\n{\"site\": \"cle-01\", \"count\": 47}\n```\n\n";
    section.repeat(110)
}

fn pieces(text: &str) -> Vec<&str> {
    // The text is ASCII, so every byte is a boundary.
    text.as_bytes().chunks(PIECE).filter_map(|piece| std::str::from_utf8(piece).ok()).collect()
}

fn frames(text: &str) -> Vec<Frame> {
    let frame = |seq: usize, event: Event, content: &str| Frame {
        event,
        seq: seq as u64,
        conversation: Some("c".into()),
        content: content.to_owned(),
        completed: false,
    };
    let message =
        Event::Message { message: "m".into(), instead_of: None, command: None, asked_at: 1, fresh_context: false };
    let start = Event::RunStart {
        run: "r".into(),
        message: "m".into(),
        model: "model".to_owned(),
        stand_in: false,
        started_at: 1,
    };
    let mut all = vec![frame(1, message, "Which devices?"), frame(2, start, "")];
    let mut offset = 0;
    for piece in pieces(text) {
        let event = Event::Text { run: "r".into(), part: 0, offset };
        all.push(frame(all.len() + 1, event, piece));
        offset += piece.len();
    }
    all
}

fn markdown(criterion: &mut Criterion) {
    let text = answer();
    let pieces = pieces(&text);
    let mut group = criterion.benchmark_group("markdown, 40 kB");
    group.bench_function("streamed in pieces of 12 bytes", |bencher| {
        bencher.iter(|| {
            let mut document = Document::new();
            for piece in &pieces {
                document.push(black_box(piece));
            }
            document.finish();
            document
        });
    });
    group.bench_function("parsed at once", |bencher| bencher.iter(|| parse(black_box(&text))));
    group.finish();
}

fn log(criterion: &mut Criterion) {
    let frames = frames(&answer());
    let texts: Vec<String> = frames.iter().filter_map(|frame| serde_json::to_string(frame).ok()).collect();
    let mut group = criterion.benchmark_group("log, 3,400 events");
    group.bench_function("reduced", |bencher| {
        bencher.iter_batched_ref(
            || Transcript::new("c".into()),
            |transcript| {
                for frame in &frames {
                    black_box(reducer::apply(transcript, frame));
                }
            },
            BatchSize::SmallInput,
        );
    });
    group.bench_function("read from JSON", |bencher| {
        bencher.iter(|| texts.iter().filter_map(|text| json::read::<Frame>(black_box(text)).ok()).count());
    });
    group.bench_function("written as JSON", |bencher| {
        bencher.iter(|| frames.iter().filter_map(|frame| serde_json::to_string(black_box(frame)).ok()).count());
    });
    group.finish();
}

/// What stands between a model's call and NetBox: the type in some spelling, filters with lookups, fields, and what is
/// refused with the nearest names.
fn schema(criterion: &mut Criterion) {
    let schema = Schema::embedded(None);
    let filters = ["site", "status", "role_id", "name__ic", "has_primary_ip", "tag__n", "rack_id", "serial__empty"];
    let fields = ["name", "status", "site", "role", "rack", "primary_ip4", "serial", "device_type"];
    let check = |text: &str| {
        let endpoint = schema.find_type(black_box(text)).ok().and_then(|kind| schema.endpoint(kind.endpoint));
        endpoint.map(|endpoint| {
            let known = filters.iter().filter(|name| endpoint.filter(black_box(name)).is_some()).count();
            known + fields.iter().filter(|name| endpoint.fields.contains(black_box(name))).count()
        })
    };
    let mut group = criterion.benchmark_group("schema check of one call");
    group.bench_function("by its full name", |bencher| bencher.iter(|| check("dcim.device")));
    group.bench_function("in another spelling", |bencher| bencher.iter(|| check("Virtual Machines")));
    let Ok(address) = Address::parse("http://127.0.0.1:9/") else { return };
    let Ok(client) = Client::new(Settings::new(address)) else { return };
    let toolbox = Toolbox::new(Arc::new(client));
    let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else { return };
    let credentials = Credentials::anonymous();
    let asking = Asking::new(&credentials, "bench");
    let input = serde_json::json!({"object_type": "devices", "fields": fields, "ordering": "-name", "limit": 50,
        "filters": {"site": "cle-01", "status": "active", "name__ic": "sw", "has_primary_ip": true, "sitename": "x"}});
    group.bench_function("a whole call that is refused with the nearest names", |bencher| {
        bencher.iter(|| runtime.block_on(toolbox.call(asking, "netbox_get_objects", black_box(&input))));
    });
    group.finish();
}

criterion_group!(hot_paths, markdown, log, schema);
criterion_main!(hot_paths);
