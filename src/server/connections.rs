//! The model and the NetBox that questions go to. What is not configured is started here as a real server on
//! loopback and reached through the same clients.

use std::net::Ipv4Addr;
use std::sync::Arc;

use secrecy::SecretString;
use tokio::net::TcpListener;
use url::Url;

use super::agent::ProfileChoice;
use super::agent::driver::{Agent, Settings as AgentSettings};
use super::anthropic;
use super::config::{AnswerConfig, Authorization, ConnectionConfig, ModelSource, NetboxSource};
use super::demo::{model, netbox as demo_netbox};
use super::netbox::{Address, Client, Credentials, Settings};
use super::tools::Toolbox;
use crate::wire::deployment::{Deployment, ModelDeployment, NetboxDeployment};
use crate::wire::problem::{Problem, ProblemCode};

/// Everything that questions need.
pub struct Connections {
    /// What is connected, as the page may know it.
    pub deployment: Deployment,
    /// The model.
    pub model: anthropic::Client,
    /// The NetBox.
    pub netbox: Arc<Client>,
    /// The rights of whoever has none of their own; none where everybody brings theirs.
    pub service: Credentials,
    profile: ProfileChoice,
    answers: AnswerConfig,
}

impl Connections {
    /// Starts what is embedded and prepares the clients. Asks neither side anything yet.
    pub async fn open(config: ConnectionConfig, pace: model::Pace) -> Result<Self, Problem> {
        let (netbox, service, netbox_deployment) = open_netbox(config.netbox).await?;
        let (model, model_deployment, profile) = open_model(config.model, pace).await?;
        let deployment = Deployment {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            netbox: netbox_deployment,
            model: model_deployment,
            sharing: false,
        };
        let netbox = Arc::new(netbox);
        Ok(Self { deployment, model, netbox, service, profile, answers: config.answers })
    }

    /// What answers questions over them.
    pub fn agent(&self) -> Agent {
        let settings = AgentSettings {
            model: self.deployment.model.id.clone(),
            stand_in: self.deployment.model.stand_in,
            profile: self.profile,
            effort: self.answers.effort,
            budget: self.answers.budget,
            compact_at_tokens: self.answers.compact_at_tokens,
            prices: self.answers.prices.clone(),
            slow_after: self.answers.slow_after,
        };
        Agent::new(self.model.clone(), Toolbox::new(Arc::clone(&self.netbox)), settings)
    }
}

/// A client of the NetBox, started where it is embedded; the rights of whoever has none of their own; what the page may
/// know of it.
///
/// # Errors
/// Its settings cannot be used, or no port is free for the embedded one.
pub async fn open_netbox(source: NetboxSource) -> Result<(Client, Credentials, NetboxDeployment), Problem> {
    let demo = matches!(source, NetboxSource::Demo);
    let (settings, token) = match source {
        NetboxSource::Demo => {
            let (listener, url) = loopback().await?;
            tokio::spawn(async move {
                if let Err(error) = demo_netbox::serve(listener, jiff::Timestamp::now()).await {
                    tracing::error!(error = %error, "the demo NetBox stopped");
                }
            });
            let settings = Settings::new(Address::parse(url.as_str()).map_err(|error| error.problem())?);
            (settings, Some(SecretString::from(demo_netbox::DEMO_TOKEN)))
        }
        NetboxSource::Remote(remote) => {
            let mut settings = Settings::new(Address::parse(remote.url.as_str()).map_err(|error| error.problem())?);
            settings.certificate_authorities = remote.certificate_authority;
            settings.verify_tls = remote.verify_certificate;
            settings.cache_directory = remote.cache_directory;
            (settings, remote.token)
        }
    };
    let deployment = NetboxDeployment { url: settings.address.as_url().to_string(), demo };
    let client = Client::new(settings).map_err(|error| error.problem())?;
    Ok((client, token.as_ref().map_or_else(Credentials::anonymous, Credentials::new), deployment))
}

async fn open_model(
    source: ModelSource,
    pace: model::Pace,
) -> Result<(anthropic::Client, ModelDeployment, ProfileChoice), Problem> {
    let (settings, deployment, profile) = match source {
        ModelSource::StandIn => {
            let (listener, url) = loopback().await?;
            tokio::spawn(async move {
                let settings = model::Settings { pace, ..model::Settings::default() };
                if let Err(error) = model::serve(listener, settings).await {
                    tracing::error!(error = %error, "the stand-in model stopped");
                }
            });
            let mut settings = anthropic::Settings::new(url, None);
            settings.authorization = anthropic::Authorization::None;
            let deployment = ModelDeployment { id: model::MODEL.to_owned(), stand_in: true };
            (settings, deployment, ProfileChoice::Fixed(anthropic::Profile::Anthropic))
        }
        ModelSource::Remote(remote) => {
            let authorization = match (&remote.key, remote.authorization) {
                (None, _) => anthropic::Authorization::None,
                (Some(_), Authorization::Bearer) => anthropic::Authorization::Bearer,
                (Some(_), Authorization::ApiKey) => anthropic::Authorization::ApiKey,
            };
            let mut settings = anthropic::Settings::new(remote.base_url, remote.key);
            settings.authorization = authorization;
            settings.version = remote.version;
            settings.read_timeout = remote.timeout;
            // `demo-model` run on its own is still no language model, and the page shall say so.
            let stand_in = remote.model == model::MODEL;
            (settings, ModelDeployment { id: remote.model, stand_in }, remote.profile)
        }
    };
    Ok((anthropic::Client::new(settings)?, deployment, profile))
}

async fn loopback() -> Result<(TcpListener, Url), Problem> {
    let failed = |error: std::io::Error| {
        Problem::new(ProblemCode::Internal, format!("No port on loopback could be opened: {error}"))
            .hint("check that the system is not out of ports or file handles")
    };
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.map_err(failed)?;
    let port = listener.local_addr().map_err(failed)?.port();
    let url = Url::parse(&format!("http://127.0.0.1:{port}/"))
        .map_err(|error| Problem::new(ProblemCode::Internal, format!("The loopback address is not one: {error}")))?;
    Ok((listener, url))
}
