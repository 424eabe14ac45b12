//! `backup` and `restore` as an operator calls them, with the server running and over both databases.

use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use netbox_chatbox::server::store::Location;
use secrecy::ExposeSecret as _;
use serde_json::json;

use crate::program::Program;
use crate::scratch::both;
use crate::stack::{Browser, http_client};

/// A folder that goes with the test.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        let folder = std::env::temp_dir().join(format!("chatbox-backup-{}", uuid::Uuid::new_v4().simple()));
        std::fs::create_dir(&folder).unwrap();
        Self(folder)
    }

    fn file(&self, name: &str) -> String {
        self.0.join(name).to_string_lossy().into_owned()
    }

    fn names(&self) -> Vec<String> {
        let entries = std::fs::read_dir(&self.0).unwrap();
        let mut names: Vec<_> =
            entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn command(database: &Location, arguments: &[&str]) -> Command {
    let url = match database {
        Location::Memory => "memory:".to_owned(),
        Location::File(file) => format!("sqlite:{}", file.display()),
        Location::Postgres(url) => url.expose_secret().to_owned(),
    };
    let mut command = Command::new(env!("CARGO_BIN_EXE_netbox-chatbox"));
    command.args(arguments).env_clear().env("DATABASE_URL", url).current_dir(std::env::temp_dir());
    command
}

/// What it printed to standard error, and whether it succeeded.
fn run(database: &Location, arguments: &[&str]) -> (bool, String) {
    let Output { status, stderr, .. } = command(database, arguments).output().unwrap();
    (status.success(), String::from_utf8(stderr).unwrap())
}

fn browser(program: &Program) -> Browser {
    let header = ("user-agent".to_owned(), "a browser".to_owned());
    Browser { client: http_client(), address: program.address.clone(), header }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_running_servers_backup_is_everything_in_either_database() {
    for from in both().await {
        let folder = Folder::new();
        let program = Program::start(from.location()).await;
        let mut socket = program.script().await;
        socket.ask("How many sites do we have?").await;
        let (conversation, transcript) = (socket.conversation(), socket.transcript.clone());
        let file = folder.file("all.jsonl.gz");
        let (worked, said) = run(&from.location(), &["backup", &file]);
        assert!(worked && said.contains("Backed up"), "{said}");
        assert_eq!(folder.names(), ["all.jsonl.gz"]);
        assert_eq!(std::fs::read(&file).unwrap()[..2], [0x1f, 0x8b]);

        // Something that the backup has not.
        socket.ask("How many racks do we have?").await;
        program.stop().await;
        for into in both().await {
            let (worked, said) = run(&into.location(), &["restore", &file]);
            assert!(worked, "{said}");
            let (worked, said) = run(&into.location(), &["restore", &file]);
            assert!(!worked && said.contains("not empty") && said.contains("--replace"), "{said}");

            let program = Program::start(into.location()).await;
            let (status, restored) = browser(&program).call("conversation", json!({"id": conversation})).await;
            assert_eq!((status, &restored), (200, &serde_json::to_value(&transcript).unwrap()));
            let (_, hits) = browser(&program).call("search_conversations", json!({"query": "many sites"})).await;
            assert_eq!(hits[0]["conversation"], conversation.as_str(), "{hits}");
            // The model goes on where it was.
            let mut socket = program.script().await;
            socket.send(json!({"type": "subscribe", "conversation": conversation, "after": 0})).await;
            socket.until("snapshot").await;
            socket.send(json!({"type": "send", "conversation": conversation, "text": "And how many racks?"})).await;
            socket.until_completed().await;
            program.stop().await;
            let (worked, said) = run(&into.location(), &["restore", "--replace", &file]);
            assert!(worked, "{said}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restoring_that_cannot_be_is_refused_and_changes_nothing() {
    for scratch in both().await {
        let folder = Folder::new();
        let program = Program::start(scratch.location()).await;
        program.script().await.ask("How many sites do we have?").await;
        let plain = command(&scratch.location(), &["backup", "-"]).stderr(Stdio::null()).output().unwrap();
        assert!(plain.status.success() && plain.stdout.starts_with(b"{\"format\":\"netbox-chatbox-backup\""));
        if let Location::File(_) = scratch.location() {
            std::fs::write(folder.file("whole"), &plain.stdout).unwrap();
            let (worked, said) = run(&scratch.location(), &["restore", "--replace", &folder.file("whole")]);
            assert!(!worked && said.contains("stop the server"), "{said}");
        }
        program.stop().await;
        let (worked, said) = run(&scratch.location(), &["backup", "--gzip", &folder.file("packed")]);
        assert!(worked, "{said}");
        let packed = std::fs::read(folder.file("packed")).unwrap();
        let cut = |bytes: &[u8]| bytes[..bytes.len() - 10].to_vec();
        for (name, bytes) in [
            ("plain-cut", cut(&plain.stdout)),
            ("packed-cut", cut(&packed)),
            ("packed-early", packed[..40].to_vec()),
            ("empty", Vec::new()),
            ("other", b"SQLite format 3\0".to_vec()),
        ] {
            std::fs::write(folder.file(name), bytes).unwrap();
            let (worked, said) = run(&scratch.location(), &["restore", "--replace", &folder.file(name)]);
            assert!(!worked && said.contains("hint: "), "{name}: {said}");
        }
        let (worked, said) = run(&scratch.location(), &["restore", &folder.file("missing")]);
        assert!(!worked && said.contains("missing cannot be read"), "{said}");
        let again = command(&scratch.location(), &["backup", "-"]).stderr(Stdio::null()).output().unwrap();
        let rows = |file: &[u8]| -> Vec<String> {
            String::from_utf8(file.to_vec())
                .unwrap()
                .lines()
                .skip(1)
                .map(str::to_owned)
                .filter(|line| line.contains("How many"))
                .collect()
        };
        assert!(!rows(&plain.stdout).is_empty());
        assert_eq!(rows(&again.stdout), rows(&plain.stdout));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_that_cannot_be_written_leaves_no_file() {
    for scratch in both().await {
        scratch.open().await.close().await;
        let folder = Folder::new();
        let (worked, said) = run(&scratch.location(), &["backup", &folder.file("missing/all.jsonl")]);
        assert!(!worked && said.contains("cannot be written") && said.contains("hint: "), "{said}");
        // As a full disk answers.
        let (worked, said) = run(&scratch.location(), &["backup", "/dev/full"]);
        assert!(!worked && said.contains("No space left"), "{said}");
        assert_eq!(folder.names(), [""; 0]);
    }
    let nothing = Location::File("/nonexistent/chat.db".into());
    let (worked, said) = run(&nothing, &["backup", "-"]);
    assert!(!worked && said.contains("There is no database at /nonexistent/chat.db"), "{said}");
    let (worked, said) = run(&Location::Memory, &["restore", "-"]);
    assert!(!worked && said.contains("in memory"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_index_is_made_again_on_request() {
    for scratch in both().await {
        let program = Program::start(scratch.location()).await;
        program.script().await.ask("How many sites do we have?").await;
        program.stop().await;
        let (worked, said) = run(&scratch.location(), &["reindex"]);
        assert!(worked && said.contains("1 conversation"), "{said}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restoring_brings_no_session_back_and_says_which_links_work_again() {
    for from in both().await {
        let folder = Folder::new();
        let settings = [("AUTH_MODE", "netbox"), ("SECRET_KEY", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")];
        let program = Program::start_with(from.location(), &settings).await;
        let stranger = browser(&program);
        let name = netbox_chatbox::server::demo::netbox::ACCOUNTS[1].name;
        let response = stranger.submit("/sign-in", &[("username", name), ("password", name)]).await;
        let cookie = response.headers()["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
        let with_cookie =
            |program: &Program| Browser { header: ("cookie".to_owned(), cookie.clone()), ..browser(program) };
        let owner = with_cookie(&program);
        let mut socket = owner.socket().await;
        socket.ask("How many sites do we have?").await;
        owner.submit(&format!("/c/{}/share", socket.conversation()), &[]).await;
        let file = folder.file("all.jsonl");
        let (worked, said) = run(&from.location(), &["backup", &file]);
        assert!(worked, "{said}");
        // They sign out; the backup does not know.
        assert_eq!(owner.submit("/sign-out", &[]).await.status(), 303);
        program.stop().await;
        for (arguments, is_signed_in, words) in [
            (&["restore", "--replace", &file][..], false, "1 session of then is not kept"),
            (&["restore", "--replace", "--keep-sessions", &file], true, "1 link to a conversation works again"),
            (&["restore", "--replace", "--revoke-links", &file], false, "1 session of then is not kept"),
        ] {
            let (worked, said) = run(&from.location(), arguments);
            assert!(worked && said.contains(words), "{said}");
            assert_eq!(said.contains("--revoke-links"), !arguments.contains(&"--revoke-links"), "{said}");
            let program = Program::start_with(from.location(), &settings).await;
            let status = with_cookie(&program).call("conversations", json!({})).await.0;
            // The demo NetBox of then is gone with its tokens: whether it still knows one is asked later.
            assert_eq!(status == 200, is_signed_in, "{arguments:?}: {status}");
            program.stop().await;
        }
    }
}
