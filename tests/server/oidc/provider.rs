//! The real provider (`tests/oidc/provider.mjs`), one for each test: it ends with it.

use std::path::Path;
use std::process::Stdio;

use netbox_chatbox::server::config::OidcConfig;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

use crate::stack::http_client;

const SECRET: &str = "a/secret+with%reserved&characters:of=all@kinds";

/// A running provider.
pub struct Provider {
    /// Its issuer.
    pub issuer: String,
    process: Child,
}

impl Provider {
    /// Starts one that says groups and names where somebody asks with the access token, as most do.
    pub async fn start() -> Self {
        Self::with(&[]).await
    }

    /// Starts one with these options of the script.
    pub async fn with(options: &[&str]) -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oidc");
        assert!(folder.join("node_modules/oidc-provider").exists(), "oidc-provider is not installed: run `make setup`");
        let mut command = Command::new("node");
        command.arg("provider.mjs").args(options).current_dir(folder);
        // It runs until its standard input ends.
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).kill_on_drop(true);
        let mut process = command.spawn().expect("node cannot be started");
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let issuer = lines.next_line().await.unwrap().expect("the provider ended before it said where it is");
        Self { issuer, process }
    }

    /// This server as its confidential client, with the groups that matter.
    pub fn client(&self) -> OidcConfig {
        OidcConfig {
            client_secret: Some(SECRET.to_owned().into()),
            admin_groups: vec!["netbox-admins".to_owned()],
            allowed_groups: Some(vec!["network".to_owned()]),
            ..OidcConfig::new(&self.issuer, "chatbox")
        }
    }

    /// Has it sign with new keys, and publish only those.
    pub async fn rotate(&self) {
        let answer = http_client().post(format!("{}/rotate", self.issuer)).send().await.unwrap();
        assert_eq!(answer.status(), 200);
    }

    /// Ends it.
    pub async fn stop(&mut self) {
        self.process.kill().await.unwrap();
    }
}
