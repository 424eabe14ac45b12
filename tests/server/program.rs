//! The real program as a process of its own, to be killed.

use std::net::{Ipv4Addr, TcpListener};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use netbox_chatbox::server::store::Location;
use netbox_chatbox::wire::id::ConversationId;
use secrecy::ExposeSecret as _;
use serde_json::json;

use crate::stack::{Socket, http_client};

/// A running program. It is killed with the test.
pub struct Program {
    /// `127.0.0.1:port`.
    pub address: String,
    child: Child,
}

impl Program {
    /// Serves the demo over this database, with the stand-in model at the pace of a real one.
    pub async fn start(database: Location) -> Self {
        Self::start_with(database, &[]).await
    }

    /// The same with more settings.
    pub async fn start_with(database: Location, settings: &[(&str, &str)]) -> Self {
        Self::start_by(Command::new(env!("CARGO_BIN_EXE_netbox-chatbox")), &database, settings).await
    }

    /// The same by a command that becomes the program with the arguments that follow.
    pub async fn start_by(mut command: Command, database: &Location, settings: &[(&str, &str)]) -> Self {
        let url = database_url(database);
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = listener.local_addr().unwrap().to_string();
        drop(listener);
        let child = command
            .args(["serve", "--demo", "--listen", &address])
            .env_clear()
            .envs([("HOME", std::env::temp_dir().to_string_lossy().as_ref()), ("DATABASE_URL", &url)])
            .envs(settings.iter().copied())
            .current_dir(std::env::temp_dir())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::inherit())
            .spawn()
            .unwrap();
        let program = Self { address, child };
        program.answers().await;
        program
    }

    async fn answers(&self) {
        let client = http_client();
        for _ in 0..1200 {
            if client.get(format!("http://{}/health", self.address)).send().await.is_ok() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("the program does not answer");
    }

    /// A script's socket.
    pub async fn script(&self) -> Socket {
        Socket::open(&self.address, None).await
    }

    /// A script's socket with a view of the whole conversation.
    pub async fn look_at(&self, conversation: &ConversationId) -> Socket {
        let mut socket = self.script().await;
        socket.send(json!({"type": "subscribe", "conversation": conversation, "after": 0})).await;
        socket.until("snapshot").await;
        socket
    }

    /// `kill -9`.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// SIGTERM, and waits until it has ended.
    pub async fn stop(mut self) {
        let pid = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
        tokio::task::spawn_blocking(move || self.child.wait().unwrap()).await.unwrap();
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The text without the demo NetBox's address, which is another at each start.
pub fn without_addresses(text: &str) -> String {
    regex::Regex::new(r"127\.0\.0\.1:\d+").unwrap().replace_all(text, "netbox").into_owned()
}

/// As `DATABASE_URL` names it.
pub fn database_url(database: &Location) -> String {
    match database {
        Location::Memory => "memory:".to_owned(),
        Location::File(file) => format!("sqlite:{}", file.display()),
        Location::Postgres(url) => url.expose_secret().to_owned(),
    }
}
