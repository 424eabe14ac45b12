//! The state of a server on which nothing happens by itself, for tests of what stands on it.

use std::sync::Arc;

use super::{AppState, Reach};
use crate::server::auth::Auth;
use crate::server::config::{AnswerConfig, ConnectionConfig, LimitConfig, ModelSource, NetboxSource, PeopleConfig};
use crate::server::connections::Connections;
use crate::server::demo::model::Pace;
use crate::server::hub::Hub;
use crate::server::person::{Person, PersonId, Role};
use crate::server::store::Database;
use crate::server::tools::Results;

/// A server with everything embedded, and somebody there.
pub async fn alone() -> (AppState, Person) {
    let config =
        ConnectionConfig { netbox: NetboxSource::Demo, model: ModelSource::StandIn, answers: AnswerConfig::default() };
    let connections = Connections::open(config, Pace::Instant).await.unwrap();
    let database = Database::memory().await.unwrap();
    let hub = Arc::new(Hub::new(database.clone()));
    let (netbox, service) = (Arc::clone(&connections.netbox), connections.service.clone());
    // Made by hand: the database answers in real time, and that of these tests is their own.
    let person = Person {
        id: PersonId::new(),
        name: "Local".to_owned(),
        role: Role::User,
        credentials: service.clone(),
        session: None,
    };
    let auth = Arc::new(Auth::new(PeopleConfig::nobody(), database.clone(), netbox, service).unwrap());
    let (results, reach, limits) = (Results::default(), Reach::default(), LimitConfig::unlimited());
    (AppState::new(connections, database, auth, hub, results, reach, limits), person)
}
