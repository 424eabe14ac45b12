//! What searching costs as conversations grow more: in 500 of one person and in 5,000, on SQLite, and on PostgreSQL where
//! `TEST_POSTGRES_URL` names one.
//!
//! `make bench` runs it. The logs are written as rows, the index is made by the program itself, which is measured too: the
//! time for each conversation is printed while it is made.
#![allow(missing_docs, reason = "Criterion's macros make public functions")]
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr, reason = "a benchmark that cannot go on has failed")]

use std::hint::black_box;
use std::time::Instant;

use criterion::{Criterion, criterion_group, criterion_main};
use netbox_chatbox::server::person::PersonId;
use netbox_chatbox::server::store::{Database, Location};
use netbox_chatbox::wire::event::{Event, Frame};
use netbox_chatbox::wire::id::ConversationId;
use netbox_chatbox::wire::result::Column;
use netbox_chatbox::wire::tool::{Cell, Table, ToolOutcome};
use netbox_chatbox::wire::transcript::{EndReason, Usage};
use secrecy::ExposeSecret as _;
use sqlx::{AnyConnection, Connection as _};

#[path = "../src/server/store/scratch.rs"]
#[allow(dead_code, reason = "the tests need more of it")]
mod scratch;

/// Questions in a conversation, and the rows that a query shows with each.
const TURNS: usize = 4;
const ROWS: usize = 10;
const OWNER: &str = "ada";
const CITIES: [&str; 8] = ["Akron", "Berlin", "Cleveland", "Dayton", "Essen", "Fargo", "Geneva", "Hamburg"];

/// What is asked, and in how much of everything it is.
const QUERIES: [(&str, &str); 6] = [
    ("one name of one conversation", "sw-00217-3-4"),
    ("an address", "10.0.217.7"),
    ("the beginning of a word in an eighth of all", "clev"),
    ("two words of every conversation", "devices active"),
    ("a word of one and a word of all", "sw-00217-3-4 active"),
    ("a phrase", "\"devices are in Cleveland\""),
];

/// The log of a conversation.
fn log(number: usize) -> Vec<Frame> {
    let conversation = ConversationId(format!("conversation-{number}"));
    let city = CITIES[number % CITIES.len()];
    let mut events = vec![(Event::Title, format!("Devices of {city} {number}"))];
    for turn in 0..TURNS {
        let (message, run) = (format!("message-{number}-{turn}"), format!("run-{number}-{turn}"));
        let row = |row: usize| {
            let address = format!("10.{}.{}.{row}", number / 256, number % 256);
            [format!("sw-{number:05}-{turn}-{row}"), address, "active".to_owned()]
                .map(|text| Cell { text, link: None })
                .to_vec()
        };
        let columns = ["name", "primary_ip", "status"].map(|name| Column { name: name.into(), ..Column::default() });
        let table = Table { columns: columns.to_vec(), rows: (0..ROWS).map(row).collect() };
        let outcome = ToolOutcome { table: Some(table), summary: "10 devices".into(), ..ToolOutcome::default() };
        let (message_event, start) = (
            Event::Message {
                message: message.as_str().into(),
                instead_of: None,
                command: None,
                asked_at: 1,
                fresh_context: false,
            },
            Event::RunStart {
                run: run.as_str().into(),
                message: message.as_str().into(),
                model: "m".into(),
                stand_in: true,
                started_at: 2,
            },
        );
        let input = serde_json::Value::Null;
        let run: netbox_chatbox::wire::id::RunId = run.as_str().into();
        let use_event = Event::ToolUse { run: run.clone(), part: 0, call: "c".into(), name: "n".into(), input };
        events.extend([
            (message_event, format!("Which devices are in {city}, floor {turn}?")),
            (start, String::new()),
            (use_event, "devices".to_owned()),
            (Event::ToolResult { run: run.clone(), call: "c".into(), outcome }, String::new()),
            (
                Event::Text { run: run.clone(), part: 1, offset: 0 },
                format!("{ROWS} devices are in {city}, all active."),
            ),
            (
                Event::RunEnd {
                    run,
                    why: EndReason::Done,
                    problem: None,
                    milliseconds: 1,
                    usage: Usage::default(),
                    ungrounded: Vec::new(),
                },
                String::new(),
            ),
        ]);
    }
    let frame = |(index, (event, content)): (usize, (Event, String))| Frame {
        completed: matches!(event, Event::RunEnd { .. }),
        event,
        seq: index as u64 + 1,
        conversation: Some(conversation.clone()),
        content,
    };
    events.into_iter().enumerate().map(frame).collect()
}

async fn write(url: &str, numbers: std::ops::Range<usize>) {
    let mut connection = AnyConnection::connect(url).await.unwrap();
    let mut transaction = connection.begin().await.unwrap();
    for number in numbers {
        let log = log(number);
        let id = format!("conversation-{number}");
        sqlx::query(
            "INSERT INTO conversations (id, owner, title, created_at, updated_at, last_seq, history) \
             VALUES ($1, $2, '', 0, $3, $4, '')",
        )
        .bind(id.as_str())
        .bind(OWNER)
        .bind(i64::try_from(number).unwrap())
        .bind(i64::try_from(log.len()).unwrap())
        .execute(&mut *transaction)
        .await
        .unwrap();
        for frame in log {
            sqlx::query("INSERT INTO events (conversation, seq, frame) VALUES ($1, $2, $3)")
                .bind(id.as_str())
                .bind(i64::try_from(frame.seq).unwrap())
                .bind(serde_json::to_string(&frame).unwrap())
                .execute(&mut *transaction)
                .await
                .unwrap();
        }
    }
    transaction.commit().await.unwrap();
}

fn url(location: &Location) -> String {
    match location {
        Location::File(file) => format!("sqlite:{}", file.display()),
        Location::Postgres(url) => url.expose_secret().to_owned(),
        Location::Memory => unreachable!("each of these is a database of its own"),
    }
}

fn searches(criterion: &mut Criterion) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let owner = PersonId::from_stored(OWNER.to_owned());
    for scratch in runtime.block_on(scratch::both()) {
        let database = runtime.block_on(scratch.open());
        let mut written = 0;
        for conversations in [500, 5_000] {
            runtime.block_on(write(&url(&scratch.location()), written..conversations));
            let began = Instant::now();
            let indexed = runtime.block_on(database.index_what_is_missing()).unwrap();
            eprintln!("{indexed} conversations indexed: {:?} each", began.elapsed() / u32::try_from(indexed).unwrap());
            written = conversations;
            let mut group = criterion.benchmark_group(format!("search, {:?}, {conversations}", database.kind()));
            group.sample_size(20);
            for (name, query) in QUERIES {
                let hits = runtime.block_on(database.search(&owner, query, 50)).unwrap();
                assert!(!hits.is_empty(), "{query}");
                group.bench_function(name, |bencher| {
                    bencher.iter(|| runtime.block_on(database.search(&owner, black_box(query), 50)).unwrap());
                });
            }
            group.finish();
        }
        runtime.block_on(database.close());
    }
}

criterion_group!(search, searches);
criterion_main!(search);
