//! The program, as a process of its own: it can be told to stop, and be killed.

use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use netbox_chatbox::server::demo::{model, netbox};
use netbox_chatbox::server::store::{Database, Location};
use secrecy::ExposeSecret as _;
use tokio::net::TcpListener;
use tokio::process::{Child, Command};

use crate::proxy::Proxy;
use crate::scratch::Scratch;

/// Everything that the program talks to, each behind a proxy.
pub struct World {
    pub model: Proxy,
    pub netbox: Proxy,
    pub database: Option<Proxy>,
    /// Before the program itself, and before a second process of it. They stay while processes come and go.
    pub front: Proxy,
    pub second: Proxy,
    /// Where the processes listen.
    listen: [String; 2],
    /// The demo NetBox itself.
    netbox_address: String,
    /// How long a process lets answers finish that is told to stop, in seconds.
    pub drain: u64,
    /// Whether a proxy says who people are.
    pub signs_in: bool,
    /// Whether people may change NetBox.
    pub changes: bool,
    database_url: String,
    folder: PathBuf,
    scratch: Scratch,
}

/// A process of the program.
pub struct Process {
    child: Child,
}

impl World {
    /// With a stand-in model of this pace and the demo NetBox, over a database of its own.
    pub async fn new(scratch: Scratch, pace: model::Pace) -> Self {
        let folder = std::env::temp_dir().join(format!("netbox-chatbox-faults-{:016x}", rand::random::<u64>()));
        std::fs::create_dir_all(&folder).unwrap();
        let (model_listener, model_address) = listener().await;
        tokio::spawn(model::serve(model_listener, model::Settings { pace, ..model::Settings::default() }));
        let (netbox_listener, netbox_address) = listener().await;
        tokio::spawn(netbox::serve(netbox_listener, jiff::Timestamp::now()));
        let listen = [address_to_come_back_to().await, address_to_come_back_to().await];
        let (database, database_url) = match scratch.location() {
            Location::Memory => panic!("nothing is kept in memory"),
            Location::File(file) => (None, format!("sqlite:{}", file.display())),
            Location::Postgres(url) => {
                let mut url: url::Url = url.expose_secret().parse().unwrap();
                let proxy = Proxy::start(format!("{}:{}", url.host_str().unwrap(), url.port().unwrap_or(5432))).await;
                let (host, port) = proxy.address.rsplit_once(':').unwrap();
                url.set_host(Some(host)).unwrap();
                url.set_port(port.parse().ok()).unwrap();
                (Some(proxy), url.to_string())
            }
        };
        Self {
            model: Proxy::start(model_address).await,
            netbox: Proxy::start(netbox_address.clone()).await,
            database,
            front: Proxy::start(listen[0].clone()).await,
            second: Proxy::start(listen[1].clone()).await,
            listen,
            netbox_address,
            drain: 2,
            signs_in: false,
            changes: false,
            database_url,
            folder,
            scratch,
        }
    }

    /// What the database is called, for messages.
    pub fn database_name(&self) -> &'static str {
        if self.database.is_some() { "PostgreSQL" } else { "SQLite" }
    }

    /// The database itself, without the program: only while none runs.
    pub async fn database(&self) -> Database {
        self.scratch.open().await
    }

    /// The file, where the database is one.
    pub fn database_file(&self) -> Option<PathBuf> {
        match self.scratch.location() {
            Location::File(file) => Some(file),
            _ => None,
        }
    }

    /// How many objects there are behind a list of NetBox's REST API, asked without a proxy.
    pub async fn count(&self, path: &str) -> u64 {
        self.netbox_says(&format!("{path}?limit=1")).await["count"].as_u64().unwrap()
    }

    /// What NetBox says to a GET, asked without a proxy.
    pub async fn netbox_says(&self, path: &str) -> serde_json::Value {
        let request = http_client().get(format!("http://{}{path}", self.netbox_address));
        let answer = request.header("Authorization", format!("Bearer {}", netbox::DEMO_TOKEN)).send().await.unwrap();
        answer.json().await.unwrap()
    }

    /// Starts a process, and waits until it answers.
    pub async fn start(&self) -> Process {
        self.start_at(0).await
    }

    /// The first or the second of two processes.
    pub async fn start_at(&self, place: usize) -> Process {
        let (listen, client) = (&self.listen[place], http_client());
        let log = std::fs::OpenOptions::new().create(true).append(true).open(self.folder.join("log")).unwrap();
        let child =
            Command::new(std::env::var("PROGRAM").unwrap_or_else(|_| env!("CARGO_BIN_EXE_netbox-chatbox").into()))
                .args(["serve", "--listen", listen])
                .current_dir(&self.folder)
                .env_clear()
                .env("HOME", &self.folder)
                .env("LOG_LEVEL", std::env::var("FAULT_LOG").unwrap_or_else(|_| "warn".into()))
                .env("DATABASE_URL", &self.database_url)
                .env("NETBOX_URL", format!("http://{}", self.netbox.address))
                .env("NETBOX_TOKEN", netbox::DEMO_TOKEN)
                .env("ANTHROPIC_BASE_URL", format!("http://{}", self.model.address))
                .env("ANTHROPIC_MODEL", model::MODEL)
                .env("MODEL_TIMEOUT", "10")
                .env("DRAIN_SECONDS", self.drain.to_string())
                .env("CHANGES", if self.changes { "on" } else { "off" })
                .envs(
                    self.signs_in
                        .then_some([("AUTH_MODE", "proxy"), ("TRUSTED_PROXIES", "127.0.0.1")])
                        .into_iter()
                        .flatten(),
                )
                // Everybody is one person here, and asks more than one does.
                .envs(
                    [
                        "MESSAGES_PER_MINUTE",
                        "TOOL_CALLS_PER_MINUTE",
                        "REQUESTS_PER_MINUTE",
                        "ADDRESS_REQUESTS_PER_MINUTE",
                    ]
                    .map(|name| (name, "100000")),
                )
                .stdin(Stdio::null())
                .stdout(log.try_clone().unwrap())
                .stderr(log)
                .kill_on_drop(true)
                .spawn()
                .unwrap();
        let mut process = Process { child };
        for _ in 0..1_200 {
            // Not before it answers: it listens before it has opened its database.
            if client.get(format!("http://{listen}/health")).send().await.is_ok() {
                return process;
            }
            if let Some(status) = process.child.try_wait().unwrap() {
                panic!("the program ended ({status}): {}", self.log());
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("the program does not answer: {}", self.log());
    }

    /// The end of the program's log.
    pub fn log(&self) -> String {
        let text = std::fs::read_to_string(self.folder.join("log")).unwrap_or_default();
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len().saturating_sub(30)..].join("\n")
    }
}

impl Drop for World {
    fn drop(&mut self) {
        // What a failed test leaves may be looked at.
        if !std::thread::panicking() {
            let _ = std::fs::remove_dir_all(&self.folder);
        }
    }
}

impl Process {
    /// Ends it as a power cut does.
    pub async fn kill(mut self) {
        self.child.kill().await.unwrap();
    }

    /// Asks it to stop, as a service manager does.
    pub fn tell_to_stop(&self) {
        let id = rustix::process::Pid::from_raw(self.child.id().unwrap().try_into().unwrap()).unwrap();
        rustix::process::kill_process(id, rustix::process::Signal::TERM).unwrap();
    }

    /// Waits for its end.
    pub async fn stopped(mut self) {
        let status = tokio::time::timeout(Duration::from_secs(30), self.child.wait()).await.unwrap().unwrap();
        assert!(status.success(), "{status}");
    }

    /// The memory that it has now, in bytes (Linux).
    pub fn memory(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id().unwrap())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or("0");
        line.trim().trim_end_matches("kB").trim().parse::<u64>().unwrap() * 1024
    }
}

/// Without the system's proxies.
fn http_client() -> reqwest::Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().no_proxy().build().unwrap()
}

async fn listener() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    (listener, address)
}

/// An address that is free, and stays so while nobody listens there: systems take the ports of outgoing connections from
/// 32768 on (Linux, ip(7), `ip_local_port_range`; others from 49152 on).
async fn address_to_come_back_to() -> String {
    loop {
        let address = format!("127.0.0.1:{}", rand::random_range(20_000..32_000));
        if TcpListener::bind(&address).await.is_ok() {
            return address;
        }
    }
}
