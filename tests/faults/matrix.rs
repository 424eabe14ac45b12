//! Every fault at every moment on every connection.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use netbox_chatbox::server::demo::model::Pace;
use netbox_chatbox::wire::event::{Event, Frame};
use netbox_chatbox::wire::id::ConversationId;
use netbox_chatbox::wire::transcript::EndReason;
use sqlx::{AnyConnection, Connection as _, Executor as _};
use tokio::sync::Notify;

use crate::client::Client;
use crate::process::{Process, World};
use crate::proxy::{Fault, Proxy};
use crate::scratch::{Scratch, both};
use crate::seed::Seed;
use crate::verdict::Verdict;

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
/// Much longer than the program waits for a database (5 s), so that it has to say something on a busy machine too.
const LONG: Duration = Duration::from_secs(14);
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
    /// To PostgreSQL; or the file of SQLite's itself, which somebody else locks.
    Database,
}

const LINKS: [Link; 4] = [Link::Client, Link::Model, Link::Netbox, Link::Database];

impl Link {
    /// Breaks it, until it is healed.
    async fn broken(self, world: &World, fault: Fault) -> Broken {
        let proxy = match self {
            Self::Client => world.front.clone(),
            Self::Model => world.model.clone(),
            Self::Netbox => world.netbox.clone(),
            Self::Database => match (&world.database, world.database_file()) {
                (Some(proxy), _) => proxy.clone(),
                (None, file) => return Broken::File(locked(&file.unwrap()).await),
            },
        };
        proxy.set(fault);
        Broken::Connection(proxy)
    }

    /// What people may be told where this was broken at that moment.
    fn allows(self, moment: Moment, verdict: Verdict) -> bool {
        match (self, verdict) {
            (_, Verdict::Answered) | (Self::Netbox, Verdict::ToldOfNetbox) => true,
            // What was shown of a reply cannot be asked for again: another would be another text.
            (Self::Model, Verdict::Failed) => moment == Moment::LastFlush,
            _ => false,
        }
    }
}

/// A connection that holds the lock for writing.
async fn locked(file: &Path) -> AnyConnection {
    sqlx::any::install_default_drivers();
    let mut connection = AnyConnection::connect(&format!("sqlite:{}", file.display())).await.unwrap();
    connection.execute("BEGIN IMMEDIATE").await.unwrap();
    connection
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
async fn whatever_breaks_nothing_acknowledged_is_lost_doubled_or_left_hanging_and_people_are_told() {
    for scratch in both().await {
        everything(scratch).await;
    }
}

/// Where people are signed in by a proxy, who they are is in the database too.
#[tokio::test(flavor = "multi_thread")]
async fn where_people_are_signed_in_a_database_that_breaks_costs_them_no_more() {
    for scratch in both().await {
        signed_in(scratch).await;
    }
}

/// A database that does not come back in a moment is told of, and that it is back is told too.
#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_stays_away_is_told_of_and_so_is_its_return() {
    for scratch in both().await {
        staying_away(scratch).await;
    }
}

async fn everything(scratch: Scratch) {
    let world = World::new(scratch, Pace::Instant).await;
    let mut matrix = Matrix::new(world, "faults by moments").await;
    for link in LINKS {
        for moment in MOMENTS {
            for fault in matrix.faults_of(link) {
                let lasting = Duration::from_millis(matrix.seed.between(50, 700));
                if matrix.is_wanted(link, moment, fault) {
                    matrix.cell(link, moment, fault, lasting).await;
                }
            }
        }
    }
    matrix.end().await;
}

async fn signed_in(scratch: Scratch) {
    let mut world = World::new(scratch, Pace::Instant).await;
    world.signs_in = true;
    let mut matrix = Matrix::new(world, "faults by moments, signed in").await;
    for moment in MOMENTS {
        for fault in matrix.faults_of(Link::Database) {
            let lasting = Duration::from_millis(matrix.seed.between(50, 700));
            matrix.cell(Link::Database, moment, fault, lasting).await;
        }
    }
    matrix.end().await;
}

async fn staying_away(scratch: Scratch) {
    let world = World::new(scratch, Pace::Instant).await;
    let mut matrix = Matrix::new(world, "a database that stays away").await;
    let mut moments: Vec<Moment> = MOMENTS.into_iter().filter(|&moment| moment != Moment::WhileDraining).collect();
    if !matrix.all {
        let chosen = matrix.seed.between(0, moments.len() as u64);
        moments = vec![moments[usize::try_from(chosen).unwrap()]];
    }
    let faults = if matrix.world.database.is_some() { vec![Fault::Cut, Fault::Stall] } else { vec![Fault::Locked] };
    for moment in moments {
        for &fault in &faults {
            let storage = matrix.cell(Link::Database, moment, fault, LONG).await;
            assert!(storage.contains(&false), "{moment:?} {fault:?}: nobody was told: {storage:?}");
            assert_eq!(storage.last(), Some(&true), "{moment:?} {fault:?}: that it is back was not told: {storage:?}");
        }
    }
    matrix.end().await;
}

/// The program with its neighbours, and what came of the cells so far.
struct Matrix {
    world: World,
    seed: Seed,
    /// Every fault, and not one by chance.
    all: bool,
    process: Option<Process>,
    cells: usize,
    asked: Vec<ConversationId>,
    /// By connection and fault: how often people were told what.
    verdicts: BTreeMap<(String, Verdict), usize>,
}

impl Matrix {
    async fn new(world: World, about: &str) -> Self {
        let seed = Seed::new(&format!("{about}, {}", world.database_name()));
        let all = std::env::var("FAULT_CELLS").is_ok_and(|cells| cells == "all");
        let process = Some(world.start().await);
        Self { world, seed, all, process, cells: 0, asked: Vec::new(), verdicts: BTreeMap::new() }
    }

    /// What can befall a connection: all of it, or one thing by chance. A file has no connection; it can be locked.
    fn faults_of(&mut self, link: Link) -> Vec<Fault> {
        let locked = link == Link::Database && self.world.database.is_none();
        match (locked, self.all) {
            (true, _) => vec![Fault::Locked],
            (false, true) => Fault::ALL.to_vec(),
            (false, false) => vec![Fault::ALL[usize::try_from(self.seed.between(0, 5)).unwrap()]],
        }
    }

    /// Whether it is one of the cells that `FAULT_ONLY` names, like `PostgreSQL Database`; without it, all are.
    fn is_wanted(&self, link: Link, moment: Moment, fault: Fault) -> bool {
        let only = std::env::var("FAULT_ONLY").unwrap_or_default();
        self.about(link, moment, fault).contains(&only)
    }

    fn about(&self, link: Link, moment: Moment, fault: Fault) -> String {
        format!("{} {link:?} {moment:?} {fault:?}", self.world.database_name())
    }

    /// One cell: asks, breaks the connection when the moment has come, heals it, and looks at what came of it. Gives
    /// what the client was told about the database.
    async fn cell(&mut self, link: Link, moment: Moment, fault: Fault, lasting: Duration) -> Vec<bool> {
        let about = self.about(link, moment, fault);
        let (world, process) = (&self.world, self.process.take().unwrap());
        let (question, list) = QUESTIONS[self.cells % QUESTIONS.len()];
        let mut client = Client::new(&[&world.front.address]);
        // A command's id is its person's, and here everybody is one.
        let command = format!("{about} {} the question", self.cells);
        if moment == Moment::WhileToolsRun {
            tokio::time::sleep(UNASKED).await;
        }
        if moment == Moment::BeforeAcknowledgement {
            client.open().await;
        }
        let trap = moment.trap(world, list);
        if let Some((proxy, needles)) = &trap {
            proxy.trap(needles);
        }
        let begun = Notify::new();
        let breaking = async {
            if let Some((proxy, _)) = &trap
                && !proxy.sprung().await
            {
                return false;
            }
            if moment == Moment::WhileDraining {
                process.tell_to_stop();
            }
            let broken = link.broken(world, fault).await;
            begun.notify_one();
            // What the moment held back goes on, into the fault.
            if let Some((proxy, _)) = &trap {
                proxy.release();
            }
            tokio::time::sleep(lasting).await;
            broken.heal().await;
            true
        };
        let asking = async {
            // With no bytes to wait for, the fault has to be there first.
            if moment == Moment::BeforeAcknowledgement {
                begun.notified().await;
            }
            let message = client.ask(&command, question).await;
            client.listen(lasting).await;
            message
        };
        let (came, message) = tokio::join!(breaking, asking);
        let (transcript, told) = (&client.transcript, &client.told);
        assert!(came, "{about}: the moment never came: {told:?} {transcript:#?} {}", world.log());
        if moment == Moment::WhileDraining {
            process.stopped().await;
            self.process = Some(world.start().await);
        } else {
            self.process = Some(process);
        }
        client.until_rest(1).await;
        let transcript = &client.transcript;
        assert_eq!(transcript.turns.len(), 1, "{about}: {transcript:#?}");
        let turn = &transcript.turns[0];
        assert_eq!((&turn.message, turn.question.as_str()), (&message, question), "{about}");
        assert_eq!(*transcript, client.whole().await, "{about}: what this client put together is what is kept");
        let verdict = Verdict::of(&client, world.count(list.trim_start_matches("GET ")).await, &about);
        println!("{about} for {} ms: {verdict:?}, {:?}", lasting.as_millis(), client.told);
        assert!(
            link.allows(moment, verdict),
            "{about}: {verdict:?}: {transcript:#?} {:?} {}",
            client.told,
            world.log()
        );
        // The same command once more does nothing, and the next question is answered as if nothing had been.
        assert_eq!(client.ask(&command, question).await, message, "{about}");
        let mut other = Client::new(&[&world.front.address]);
        other.ask(&format!("{command} afterwards"), question).await;
        other.until_rest(1).await;
        let end = other.transcript.turns[0].answer.as_ref().unwrap().end.as_ref().unwrap();
        assert_eq!(end.why, EndReason::Done, "{about}: afterwards: {end:?} {}", world.log());
        let memory = self.process.as_ref().unwrap().memory();
        assert!(memory < MOST_MEMORY, "{about}: {memory} bytes of memory");
        *self.verdicts.entry((format!("{link:?}"), verdict)).or_default() += 1;
        self.asked.push(client.transcript.conversation.clone());
        self.cells += 1;
        client.told.storage
    }

    /// Stops the program, and looks at what it kept of all cells.
    async fn end(mut self) {
        let process = self.process.take().unwrap();
        if self.cells == 0 {
            return process.kill().await;
        }
        process.tell_to_stop();
        process.stopped().await;
        let database = self.world.database().await;
        for conversation in &self.asked {
            let log = database.load_conversation(conversation).await.unwrap().unwrap().log;
            check(&log, 1);
        }
        database.close().await;
        let name = self.world.database_name();
        println!("{name}: {} cells, {} conversations whole", self.cells, self.asked.len());
        for ((link, verdict), count) in &self.verdicts {
            println!("| {name} | {link} | {verdict:?} | {count} |");
            let of_all: usize =
                self.verdicts.iter().filter(|((other, _), _)| other == link).map(|(_, count)| count).sum();
            // What one more try heals is healed.
            assert!(
                *verdict != Verdict::Answered || 2 * count > of_all,
                "{link}: only {count} of {of_all} were answered"
            );
        }
    }
}

/// Something that is broken until it is healed.
enum Broken {
    Connection(Proxy),
    /// Somebody else writes into the file, and does not come to an end.
    File(AnyConnection),
}

impl Broken {
    async fn heal(self) {
        match self {
            Self::Connection(proxy) => proxy.set(Fault::Pass),
            Self::File(mut connection) => {
                connection.execute("ROLLBACK").await.unwrap();
                connection.close().await.unwrap();
            }
        }
    }
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
