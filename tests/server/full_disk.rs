//! A disk that is really full: a small file system of the test's own (`user_namespaces(7)`, `tmpfs(5)`), with the database
//! on it. Nothing of the program knows that this is a test.
#![cfg(target_os = "linux")]

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use netbox_chatbox::server::store::Location;
use serde_json::{Value, json};

use crate::program::{Program, database_url};
use crate::stack::{Browser, Socket, http_client};

/// A file system of some size, which whoever enters it sees at `folder`. It goes with the test.
struct Disk {
    folder: PathBuf,
    holder: Child,
}

impl Disk {
    fn new(size: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("chatbox-disk-{}", uuid::Uuid::new_v4().simple()));
        std::fs::create_dir(&folder).unwrap();
        let script = r#"mount -t tmpfs -o "size=$1" tmpfs "$2" && echo mounted && exec sleep infinity"#;
        let mut holder = Command::new("unshare")
            .args(["--user", "--map-root-user", "--mount", "sh", "-c", script, "sh", size])
            .arg(&folder)
            .stdout(Stdio::piped())
            .spawn()
            .expect("this test needs `unshare` of util-linux");
        let mut said = String::new();
        BufReader::new(holder.stdout.take().unwrap()).read_line(&mut said).unwrap();
        assert_eq!(said, "mounted\n", "this test needs user namespaces (sysctl kernel.unprivileged_userns_clone)");
        Self { folder, holder }
    }

    fn database(&self) -> Location {
        Location::File(self.folder.join("chat.db"))
    }

    /// The program, to whom the disk is there.
    fn program(&self) -> Command {
        let mut command = Command::new("nsenter");
        let holder = self.holder.id().to_string();
        command.args(["--user", "--mount", "--preserve-credentials", "--target", &holder, "--"]);
        command.arg(env!("CARGO_BIN_EXE_netbox-chatbox"));
        command
    }

    /// What fills it, as seen from outside.
    fn filler(&self) -> PathBuf {
        let folder = self.folder.strip_prefix("/").unwrap();
        PathBuf::from(format!("/proc/{}/root", self.holder.id())).join(folder).join("filler")
    }

    /// Takes what room there is.
    fn fill(&self) {
        let mut file = std::fs::File::create(self.filler()).unwrap();
        while file.write_all(&[0; 4096]).is_ok() {}
    }

    /// Gives it back.
    fn free(&self) {
        std::fs::remove_file(self.filler()).unwrap();
    }

    /// Runs a command of the program; whether it succeeded, and what it printed.
    fn run(&self, arguments: &[&str]) -> (bool, String, String) {
        let mut command = self.program();
        command.args(arguments).env_clear().env("DATABASE_URL", database_url(&self.database()));
        let output = command.current_dir(std::env::temp_dir()).output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (output.status.success(), text(output.stdout), text(output.stderr))
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = self.holder.kill();
        let _ = self.holder.wait();
        let _ = std::fs::remove_dir(&self.folder);
    }
}

async fn ready(program: &Program) -> (u16, Value) {
    let response = http_client().get(format!("http://{}/ready", program.address)).send().await.unwrap();
    (response.status().as_u16(), response.json().await.unwrap())
}

async fn kept(program: &Program, socket: &Socket) -> Value {
    let header = ("user-agent".to_owned(), "a browser".to_owned());
    let browser = Browser { client: http_client(), address: program.address.clone(), header };
    let (status, transcript) = browser.call("conversation", json!({"id": socket.conversation()})).await;
    assert_eq!(status, 200, "{transcript}");
    transcript
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_costs_nothing_that_was_acknowledged_and_is_over_when_there_is_room() {
    let disk = Disk::new("8m");
    let program = Program::start_by(disk.program(), &disk.database(), &[]).await;
    let mut socket = program.script().await;
    socket.send(json!({"type": "send", "id": "first", "text": "Which devices are in site Columbus?"})).await;
    socket.until("ack").await;
    socket.until("text").await;
    disk.fill();

    // The answer goes on, and its reader is told.
    let (mut told, mut completed) = (None, false);
    while told.is_none() || !completed {
        let frame = socket.next().await;
        completed |= frame["completed"] == true;
        if frame["type"] == "storage" {
            told = told.or(Some(frame));
        }
    }
    let told = told.unwrap();
    assert!(told["problem"]["message"].as_str().unwrap().contains("full"), "{told}");
    assert!(told["problem"]["hint"].is_string(), "{told}");
    let (status, report) = ready(&program).await;
    assert!(status == 503 && report["database"] == "stores nothing", "{status} {report}");

    // Nothing is acknowledged that is not kept.
    let question = json!({"type": "send", "id": "second", "text": "How many racks do we have?"});
    socket.send(question.clone()).await;
    let refused = socket.until("error").await;
    assert_eq!((refused["problem"]["code"].as_str(), refused["id"].as_str()), (Some("storage"), Some("second")));

    // What was stored before can be saved elsewhere, and read.
    let (worked, backup, said) = disk.run(&["backup", "-"]);
    assert!(worked && backup.contains("Columbus"), "{said}");
    let (worked, _, said) = disk.run(&["backup", disk.folder.join("backup.jsonl").to_str().unwrap()]);
    assert!(!worked && said.contains("No space left") && said.contains("hint: "), "{said}");
    assert!(!kept(&program, &socket).await["turns"].as_array().unwrap().is_empty());

    disk.free();
    let over = socket.until("storage").await;
    assert!(over.get("problem").is_none_or(Value::is_null), "{over}");
    socket.send(question).await;
    socket.until("ack").await;
    let frames = socket.until_completed().await;
    assert_eq!(frames.last().unwrap()["why"], "done");
    assert_eq!(ready(&program).await.0, 200);

    // What a kill leaves is what was seen.
    program.kill();
    let program = Program::start_by(disk.program(), &disk.database(), &[]).await;
    assert_eq!(kept(&program, &socket).await, serde_json::to_value(&socket.transcript).unwrap());
    program.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn restoring_and_starting_on_a_full_disk_say_so_and_change_nothing() {
    let disk = Disk::new("3m");
    let program = Program::start_by(disk.program(), &disk.database(), &[]).await;
    program.script().await.ask("Which devices are in site Columbus?").await;
    program.stop().await;
    let backup = disk.folder.with_extension("jsonl");
    let (worked, whole, said) = disk.run(&["backup", "-"]);
    assert!(worked, "{said}");
    std::fs::write(&backup, &whole).unwrap();
    disk.fill();
    let (worked, _, said) = disk.run(&["restore", "--replace", backup.to_str().unwrap()]);
    assert!(!worked && said.contains("full") && said.contains("hint: "), "{said}");
    disk.free();
    std::fs::remove_file(&backup).unwrap();
    let rows = |backup: &str| {
        backup.lines().skip(1).filter(|line| line.contains("Columbus")).map(str::to_owned).collect::<Vec<_>>()
    };
    let (worked, after, said) = disk.run(&["backup", "-"]);
    assert!(worked, "{said}");
    assert!(!rows(&whole).is_empty());
    assert_eq!(rows(&after), rows(&whole));
}
