//! The doctor's findings with everything embedded, and with tokens of a real NetBox.

use std::net::SocketAddr;
use std::path::Path;

use netbox_chatbox::server::config::{
    AnswerConfig, ConnectionConfig, ModelSource, NetboxSource, PeopleConfig, RemoteNetbox,
};
use netbox_chatbox::server::connections::Connections;
use netbox_chatbox::server::demo::model::Pace;
use netbox_chatbox::server::doctor::{self, Level, Report};
use netbox_chatbox::server::store::Location;

use crate::side::setting;

async fn report(netbox: NetboxSource) -> Report {
    let config = ConnectionConfig { netbox, model: ModelSource::StandIn, answers: AnswerConfig::default() };
    let connections = Connections::open(config, Pace::Instant).await.unwrap();
    let listen = SocketAddr::from(([127, 0, 0, 1], 8001));
    doctor::run(&connections, &PeopleConfig::nobody(), &Location::Memory, listen, Path::new(".")).await
}

async fn real(token: &str) -> Report {
    report(NetboxSource::Remote(RemoteNetbox {
        url: format!("{}/", setting("TEST_NETBOX_URL")).parse().unwrap(),
        token: Some(setting(token).into()),
        certificate_authority: None,
        verify_certificate: true,
        cache_directory: None,
    }))
    .await
}

#[tokio::test]
async fn the_demo_is_healthy() {
    let report = report(NetboxSource::Demo).await;
    assert!(report.is_healthy(), "{report}");
    let text = report.to_string();
    for word in ["stand-in", "embedded demo", "4.7.3", "a v2 token of demo", "GB free"] {
        assert!(text.contains(word), "{word}: {text}");
    }
}

#[tokio::test]
async fn each_token_gets_its_word() {
    for (token, level, word) in [
        ("TEST_NETBOX_TOKEN_READONLY", Level::Good, "it may only read"),
        ("TEST_NETBOX_TOKEN", Level::Warning, "it may write"),
        ("TEST_NETBOX_TOKEN_V1", Level::Warning, "a v1 token of admin"),
        ("TEST_NETBOX_TOKEN_VIEWER", Level::Warning, "but no sites"),
        ("TEST_NETBOX_TOKEN_NOBODY", Level::Failure, "may view none of the common types"),
        ("TEST_NETBOX_TOKEN_EXPIRED", Level::Failure, "has expired"),
    ] {
        let report = real(token).await;
        let text = report.to_string();
        assert!(text.contains(word), "{token}: {text}");
        let worst =
            report.checks.iter().filter(|check| check.subject.starts_with("NetBox")).map(|check| check.level).max();
        assert_eq!(worst, Some(level), "{token}: {text}");
        assert!(!text.contains(&setting(token)), "the token itself is never printed");
    }
}
