//! Every fault at every moment on every connection.

use std::sync::Arc;
use std::time::Duration;

use netbox_chatbox::server::demo::model::Pace;
use netbox_chatbox::wire::event::{Event, Frame};
use netbox_chatbox::wire::id::ConversationId;

use crate::client::Client;
use crate::process::{Process, World};
use crate::proxy::{Fault, Proxy};
use crate::scratch::{Scratch, both};
use crate::seed::Seed;

/// What is asked of NetBox instead, where it was asked the question a moment ago: whether anything changed since.
const CHANGES: &str = "GET /api/core/object-changes/";
/// For so long NetBox is not even asked that after an answer of its own.
const UNASKED: Duration = Duration::from_millis(1_200);
/// Questions with one call of a tool and a sentence, and the request that each makes. They take turns.
const QUESTIONS: [(&str, &str); 12] = [
    ("How many sites do we have?", "GET /api/dcim/sites/"),
    ("How many racks do we have?", "GET /api/dcim/racks/"),
    ("How many devices do we have?", "GET /api/dcim/devices/"),
    ("How many VLANs do we have?", "GET /api/ipam/vlans/"),
    ("How many prefixes do we have?", "GET /api/ipam/prefixes/"),
    ("How many circuits do we have?", "GET /api/circuits/circuits/"),
    ("How many tenants do we have?", "GET /api/tenancy/tenants/"),
    ("How many cables do we have?", "GET /api/dcim/cables/"),
    ("How many contacts do we have?", "GET /api/tenancy/contacts/"),
    ("How many locations do we have?", "GET /api/dcim/locations/"),
    ("How many interfaces do we have?", "GET /api/dcim/interfaces/"),
    ("How many providers do we have?", "GET /api/circuits/providers/"),
];
/// The most memory that the program may have at the end, in bytes: a debug build, with everything that it cached.
const MOST_MEMORY: u64 = 400 * 1024 * 1024;

/// When the fault begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Moment {
    BeforeAcknowledgement,
    FirstToken,
    InToolArguments,
    WhileToolsRun,
    LastFlush,
    WhileDraining,
}

const MOMENTS: [Moment; 6] = [
    Moment::BeforeAcknowledgement,
    Moment::FirstToken,
    Moment::InToolArguments,
    Moment::WhileToolsRun,
    Moment::LastFlush,
    Moment::WhileDraining,
];

/// Which connection has the fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Link {
    Client,
    Model,
    Netbox,
    Database,
}

const LINKS: [Link; 4] = [Link::Client, Link::Model, Link::Netbox, Link::Database];

impl Link {
    fn of(self, world: &World) -> Option<Proxy> {
        match self {
            Self::Client => Some(world.front.clone()),
            Self::Model => Some(world.model.clone()),
            Self::Netbox => Some(world.netbox.clone()),
            Self::Database => world.database.clone(),
        }
    }
}

impl Moment {
    /// Where the moment shows, and by which bytes.
    fn trap(self, world: &World, request: &'static str) -> Option<(Proxy, Vec<&'static str>)> {
        match self {
            Self::BeforeAcknowledgement => None,
            Self::FirstToken | Self::WhileDraining => Some((world.model.clone(), vec!["content_block_start"])),
            Self::InToolArguments => Some((world.model.clone(), vec!["input_json_delta"])),
            Self::WhileToolsRun => Some((world.netbox.clone(), vec![request, CHANGES])),
            Self::LastFlush => Some((world.model.clone(), vec!["end_turn"])),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_breaks_nothing_acknowledged_is_lost_doubled_or_left_hanging() {
    for scratch in both().await {
        everything(scratch).await;
    }
}

async fn everything(scratch: Scratch) {
    let world = World::new(scratch, Pace::Instant).await;
    let mut seed = Seed::new(&format!("faults by moments, {}", world.database_name()));
    // One fault for each connection and moment, or with FAULT_CELLS=all every one.
    let all = std::env::var("FAULT_CELLS").is_ok_and(|cells| cells == "all");
    let mut process = world.start().await;
    let (mut asked, mut cells) = (Vec::new(), 0);
    for link in LINKS {
        for moment in MOMENTS {
            let faults =
                if all { Fault::ALL.to_vec() } else { vec![Fault::ALL[usize::try_from(seed.between(0, 5)).unwrap()]] };
            for fault in faults {
                let Some(broken) = link.of(&world) else { continue };
                let about = format!("{} {link:?} {moment:?} {fault:?}", world.database_name());
                let lasting = Duration::from_millis(seed.between(50, 700));
                println!("{about} for {} ms", lasting.as_millis());
                let (conversation, now) = cell(
                    &world,
                    process,
                    &broken,
                    (moment, fault, lasting),
                    &about,
                    QUESTIONS[cells % QUESTIONS.len()],
                )
                .await;
                process = now;
                asked.push(conversation);
                cells += 1;
                let memory = process.memory();
                assert!(memory < MOST_MEMORY, "{about}: {memory} bytes of memory");
            }
        }
    }
    process.tell_to_stop();
    process.stopped().await;
    let database = world.database().await;
    for conversation in &asked {
        let log = database.load_conversation(conversation).await.unwrap().unwrap().log;
        check(&log, 1);
    }
    database.close().await;
    println!("{}: {cells} cells, {} conversations whole", world.database_name(), asked.len());
}

/// One cell: asks, breaks the connection when the moment has come, heals it, and looks at what came of it.
async fn cell(
    world: &World,
    mut process: Process,
    broken: &Proxy,
    (moment, fault, lasting): (Moment, Fault, Duration),
    about: &str,
    (question, request): (&'static str, &'static str),
) -> (ConversationId, Process) {
    let mut client = Client::new(&world.front.address);
    // A command's id is its person's, and here everybody is one.
    let command = format!("{about} the question");
    if moment == Moment::WhileToolsRun {
        tokio::time::sleep(UNASKED).await;
    }
    let trap = moment.trap(world, request);
    if let Some((proxy, needles)) = &trap {
        proxy.trap(needles);
    }
    let breaking = async {
        if let Some((proxy, _)) = &trap {
            assert!(proxy.sprung().await, "{about}: the moment never came: {}", world.log());
        }
        if moment == Moment::WhileDraining {
            process.tell_to_stop();
        }
        broken.set(fault);
        tokio::time::sleep(lasting).await;
        broken.set(Fault::Pass);
        if let Some((proxy, _)) = &trap {
            proxy.release();
        }
    };
    let asking = client.ask(&command, question);
    let ((), message) = tokio::join!(breaking, asking);
    if moment == Moment::WhileDraining {
        process.stopped().await;
        process = world.start().await;
    }
    client.until_rest(1).await;
    let transcript = &client.transcript;
    assert_eq!(transcript.turns.len(), 1, "{about}: {transcript:#?}");
    assert_eq!((&transcript.turns[0].message, transcript.turns[0].question.as_str()), (&message, question), "{about}");
    assert_eq!(*transcript, client.whole().await, "{about}: what this client put together is what is kept");
    // The same command once more does nothing, and the next question is answered as if nothing had been.
    assert_eq!(client.ask(&command, question).await, message, "{about}");
    let mut other = Client::new(&world.front.address);
    other.ask(&format!("{about} afterwards"), question).await;
    other.until_rest(1).await;
    let end = other.transcript.turns[0].answer.as_ref().unwrap().end.as_ref().unwrap();
    assert_eq!(
        end.why,
        netbox_chatbox::wire::transcript::EndReason::Done,
        "{about}: afterwards: {end:?} {}",
        world.log()
    );
    (client.transcript.conversation.clone(), process)
}

/// What holds for every log: no gaps, so many messages, each once, and one end for each run.
pub fn check(log: &[Arc<Frame>], messages: usize) {
    let places: Vec<u64> = log.iter().map(|frame| frame.seq).collect();
    assert_eq!(places, (1..=log.len() as u64).collect::<Vec<_>>(), "the log has gaps or duplicates");
    let mut told: Vec<_> = log
        .iter()
        .filter_map(|frame| match &frame.event {
            Event::Message { message, .. } => Some(message),
            _ => None,
        })
        .collect();
    let count = told.len();
    told.sort_by_key(ToString::to_string);
    told.dedup();
    assert_eq!((told.len(), count), (messages, messages), "messages");
    let mut begun: Vec<String> = log
        .iter()
        .filter_map(|frame| match &frame.event {
            Event::RunStart { run, .. } => Some(run.to_string()),
            _ => None,
        })
        .collect();
    let mut ended: Vec<String> = log
        .iter()
        .filter_map(|frame| match &frame.event {
            Event::RunEnd { run, .. } => Some(run.to_string()),
            _ => None,
        })
        .collect();
    begun.sort();
    begun.dedup();
    ended.sort();
    assert_eq!(begun, ended, "every run has exactly one end");
}
