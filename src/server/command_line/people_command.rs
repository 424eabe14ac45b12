//! `people`: who was here, and what an administrator does with them. Everything happens in the database, so a server may
//! run over it meanwhile.

use std::io::Write as _;
use std::process::ExitCode;
use std::sync::Arc;

use serde_json::json;

use super::backup_commands::{location, note};
use super::people_arguments::{
    PeopleCommand, PeopleListArguments, PersonArguments, PersonOfStorageArguments, PersonRemoveArguments,
    PersonShowArguments,
};
use super::say;
use crate::server::audit::Entry;
use crate::server::auth::{self, Auth};
use crate::server::clock;
use crate::server::config::{ServeArguments, StorageArguments};
use crate::server::connections::open_netbox;
use crate::server::store::{Database, ListedPerson, StoredPerson};
use crate::wire::problem::{Problem, ProblemCode};

/// As which process this command changes conversations: no server's.
const PROCESS: &str = "command";
/// How many people are listed at most: more than a company has.
const MOST: u32 = 1_000_000;

/// Does what was asked.
pub(super) async fn people(command: PeopleCommand) -> Result<ExitCode, Vec<Problem>> {
    match command {
        PeopleCommand::List(arguments) => list(arguments).await,
        PeopleCommand::Show(arguments) => show(arguments).await,
        PeopleCommand::Disable(arguments) => disable(arguments).await,
        PeopleCommand::Enable(arguments) => enable(arguments).await,
        PeopleCommand::SignOut(arguments) => sign_out(arguments).await,
        PeopleCommand::Remove(arguments) => remove(arguments).await,
    }
    .map(|()| ExitCode::SUCCESS)
}

async fn list(PeopleListArguments { json, storage }: PeopleListArguments) -> Result<(), Vec<Problem>> {
    let database = open(&storage).await?;
    let people = database.people(clock::now(), MOST).await;
    database.close().await;
    let people = people.map_err(one)?;
    let text = if json { lines(people.iter().map(|person| as_json(person).to_string())) } else { table(&people) };
    print(&text)
}

async fn show(PersonShowArguments { person, json, storage }: PersonShowArguments) -> Result<(), Vec<Problem>> {
    let database = open(&storage).await?;
    let listed = find(&database, &person).await;
    database.close().await;
    let listed = listed.map_err(one)?;
    print(&if json { format!("{}\n", as_json(&listed)) } else { told(&listed) })
}

async fn enable(PersonOfStorageArguments { person, storage }: PersonOfStorageArguments) -> Result<(), Vec<Problem>> {
    let database = open(&storage).await?;
    let enabled = async {
        let person = find(&database, &person).await?.person;
        auth::enable(&database, &person).await?;
        note(&database, Entry::admin(None, "person enabled").to(&person.id, &person.subject)).await;
        say(&format!("{} may sign in again", person.subject));
        Ok(())
    };
    let enabled = enabled.await;
    database.close().await;
    enabled.map_err(one)
}

async fn disable(PersonArguments { person, server }: PersonArguments) -> Result<(), Vec<Problem>> {
    let auth = server_of(server).await?;
    let disabled = async {
        let person = find(auth.database(), &person).await?.person;
        let ended = auth.disable(&person).await?;
        noted(&auth, "person disabled", &person).await;
        let sessions = ended.sessions;
        let left = ended.cleaned().await;
        say(&format!("{} is disabled; {}", person.subject, counted(sessions as u64, "session", "ended")));
        tell_left(left);
        Ok(())
    };
    let disabled = disabled.await;
    auth.database().close().await;
    disabled.map_err(one)
}

async fn sign_out(PersonArguments { person, server }: PersonArguments) -> Result<(), Vec<Problem>> {
    let auth = server_of(server).await?;
    let signed_out = async {
        let person = find(auth.database(), &person).await?.person;
        let ended = auth.end_sessions(&person.id).await?;
        noted(&auth, "sessions of a person ended", &person).await;
        let sessions = ended.sessions;
        let left = ended.cleaned().await;
        say(&format!("{}: {}", person.subject, counted(sessions as u64, "session", "ended")));
        tell_left(left);
        Ok(())
    };
    let signed_out = signed_out.await;
    auth.database().close().await;
    signed_out.map_err(one)
}

async fn remove(PersonRemoveArguments { person, yes, server }: PersonRemoveArguments) -> Result<(), Vec<Problem>> {
    let auth = server_of(server).await?;
    let removed = async {
        let ListedPerson { person, conversations, .. } = find(auth.database(), &person).await?;
        if !yes {
            let conversations = counted(conversations, "conversation", "would be erased");
            let problem =
                Problem::new(ProblemCode::BadRequest, format!("{} and {conversations}, for good", person.subject));
            return Err(problem.hint("add --yes to do it; `people disable` only shuts them out"));
        }
        let (removed, left) = auth.remove(PROCESS, &person).await?;
        noted(&auth, "person removed", &person).await;
        say(&format!(
            "{} is removed, with {}; the audit trail keeps its entries",
            person.subject,
            counted(removed.conversations, "conversation", "").trim_end()
        ));
        tell_left(left);
        Ok(())
    };
    let removed = removed.await;
    auth.database().close().await;
    removed.map_err(one)
}

async fn noted(auth: &Auth, act: &str, person: &StoredPerson) {
    note(auth.database(), Entry::admin(None, act).to(&person.id, &person.subject)).await;
}

fn tell_left(tokens: usize) {
    if tokens > 0 {
        say(&format!(
            "{tokens} of their NetBox tokens could not be deleted in NetBox; they may only read, nobody has their secrets \
             any more, and they end by themselves"
        ));
    }
}

async fn open(storage: &StorageArguments) -> Result<Database, Vec<Problem>> {
    Database::open_as_it_is(location(storage)?).await.map_err(one)
}

/// What decides who may be here, over the server's database and NetBox.
async fn server_of(arguments: ServeArguments) -> Result<Auth, Vec<Problem>> {
    let config = arguments.validate()?;
    // A demo NetBox is each process's own, and its tokens end with it.
    let (netbox, service, _) = open_netbox(config.connection.netbox).await.map_err(one)?;
    let database = Database::open_as_it_is(config.storage.database).await.map_err(one)?;
    Auth::new(config.people, database, Arc::new(netbox), service).map_err(one)
}

async fn find(database: &Database, name: &str) -> Result<ListedPerson, Problem> {
    database.listed_person(name.trim(), clock::now()).await?.ok_or_else(|| {
        Problem::new(ProblemCode::NotFound, format!("There is no person `{name}`"))
            .hint("give an id, or who they are where they sign in, like netbox:anna; `people list` shows both")
    })
}

fn as_json(listed: &ListedPerson) -> serde_json::Value {
    let ListedPerson { person, created_at, conversations, sessions } = listed;
    json!({
        "id": person.id.as_str(),
        "subject": person.subject,
        "name": person.display_name,
        "role": person.role.name(),
        "created_at": created_at,
        "seen_at": person.seen_at,
        "disabled_at": person.disabled_at,
        "conversations": conversations,
        "sessions": sessions,
        "has_netbox_token": person.netbox_token.is_some(),
    })
}

fn table(people: &[ListedPerson]) -> String {
    let header = ["PERSON", "NAME", "ROLE", "STATE", "LAST SEEN (UTC)", "CONVERSATIONS", "SESSIONS"].map(str::to_owned);
    let rows = people.iter().map(|listed| {
        let person = &listed.person;
        [
            plain(&person.subject),
            plain(&person.display_name),
            person.role.name().to_owned(),
            state(person).to_owned(),
            moment(person.seen_at),
            listed.conversations.to_string(),
            listed.sessions.to_string(),
        ]
    });
    let rows: Vec<[String; 7]> = std::iter::once(header).chain(rows).collect();
    let width = |column: usize| {
        rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max().unwrap_or_default()
    };
    let widths: Vec<usize> = (0..7).map(width).collect();
    let line = |row: &[String; 7]| {
        let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}")).collect::<Vec<_>>();
        cells.join("  ").trim_end().to_owned()
    };
    lines(rows.iter().map(line))
}

fn told(listed: &ListedPerson) -> String {
    let ListedPerson { person, created_at, conversations, sessions } = listed;
    let token = if person.netbox_token.is_some() { "kept, sealed" } else { "none" };
    let mut entries = vec![
        ("id", person.id.to_string()),
        ("person", plain(&person.subject)),
        ("name", plain(&person.display_name)),
        ("role", person.role.name().to_owned()),
        ("state", state(person).to_owned()),
        ("first here", moment(*created_at)),
        ("last here", moment(person.seen_at)),
        ("conversations", conversations.to_string()),
        ("sessions", sessions.to_string()),
        ("own NetBox token", token.to_owned()),
    ];
    if let Some(since) = person.disabled_at {
        entries.push(("disabled since", moment(since)));
    }
    lines(entries.iter().map(|(name, value)| format!("{name:18}{value}")))
}

/// Each with its end.
fn lines(texts: impl Iterator<Item = String>) -> String {
    texts.flat_map(|text| [text, "\n".to_owned()]).collect()
}

fn state(person: &StoredPerson) -> &'static str {
    if person.disabled_at.is_some() { "disabled" } else { "active" }
}

fn moment(milliseconds: i64) -> String {
    jiff::Timestamp::from_millisecond(milliseconds)
        .map_or_else(|_| String::new(), |time| time.strftime("%Y-%m-%d %H:%M").to_string())
}

/// Names are what people are called elsewhere: no control character of theirs reaches the terminal.
fn plain(text: &str) -> String {
    text.chars().map(|letter| if letter.is_control() { '\u{fffd}' } else { letter }).collect()
}

fn counted(number: u64, thing: &str, what: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {thing}{plural} {what}")
}

fn print(text: &str) -> Result<(), Vec<Problem>> {
    match std::io::stdout().lock().write_all(text.as_bytes()) {
        // A reader that has seen enough, like `head`.
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            let problem = Problem::new(ProblemCode::Internal, format!("The list cannot be written: {error}"));
            Err(one(problem.hint("check where the output goes, and whether its disk is full")))
        }
        _ => Ok(()),
    }
}

fn one(problem: Problem) -> Vec<Problem> {
    vec![problem]
}
