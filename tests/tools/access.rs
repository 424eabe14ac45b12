//! Every kind of token and right, shown by a real NetBox.

use netbox_chatbox::server::netbox::{Error, Query, Refusal};
use netbox_chatbox::wire::problem::ProblemCode;
use serde_json::json;

use crate::side::{Side, setting};

async fn refused(side: &Side) -> Refusal {
    match side.client.get(&side.credentials, "dcim/sites/", &Query::new()).await.answer {
        Err(Error::Refused { refusal, .. }) => refusal,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn both_kinds_of_token_are_accepted() {
    for token in ["TEST_NETBOX_TOKEN", "TEST_NETBOX_TOKEN_V1"] {
        let side = Side::real_as(token);
        let answer = side.objects(json!({"object_type": "dcim.site", "limit": 1})).await;
        assert_eq!(answer["shows"], "what admin may see", "{token}");
    }
}

#[tokio::test]
async fn every_refused_token_has_its_reason() {
    let url = setting("TEST_NETBOX_URL");
    for (token, expected) in [
        ("TEST_NETBOX_TOKEN_EXPIRED", Refusal::Expired),
        ("TEST_NETBOX_TOKEN_DISABLED", Refusal::Disabled),
        ("TEST_NETBOX_TOKEN_WRONG_ADDRESS", Refusal::SourceAddress("127.0.0.1".to_owned())),
        ("TEST_NETBOX_TOKEN_INACTIVE", Refusal::InactiveUser),
        ("TEST_NETBOX_TOKEN_NOBODY", Refusal::Permission),
    ] {
        assert_eq!(refused(&Side::real_as(token)).await, expected, "{token}");
    }
    for (token, expected) in [
        ("", Refusal::NoToken),
        ("0123456789abcdef0123456789abcdef01234568", Refusal::UnknownV1),
        ("nbt_wrongkey0000.0000000000000000000000000000000000000000", Refusal::UnknownV2),
        ("nbt_without-a-dot", Refusal::Malformed),
    ] {
        assert_eq!(refused(&Side::new("real", &url, token)).await, expected, "{token}");
    }
}

#[tokio::test]
async fn a_missing_right_is_about_its_type_only() {
    let viewer = Side::real_as("TEST_NETBOX_TOKEN_VIEWER");
    let devices = viewer.objects(json!({"object_type": "dcim.device", "limit": 1})).await;
    assert_eq!(devices["shows"], "what viewer may see");
    let sites = viewer.call("netbox_get_objects", json!({"object_type": "dcim.site"})).await;
    assert!(sites.model_text.starts_with("The NetBox token's user may not view sites\nhint: "), "{}", sites.model_text);
    let search =
        viewer.answer("netbox_search_objects", json!({"query": "sw", "object_types": ["device", "vlan"]})).await;
    assert_eq!(search["errors"], json!({"ipam.vlan": "The NetBox token's user may not view VLANs"}));
}

#[tokio::test]
async fn a_wrong_address_is_told_from_a_wrong_token() {
    let url = setting("TEST_NETBOX_URL");
    let side = Side::new("real", &format!("{url}/no/such/path"), &setting("TEST_NETBOX_TOKEN"));
    let outcome = side.client.get(&side.credentials, "status/", &Query::new()).await.answer.unwrap_err();
    assert!(matches!(outcome, Error::NoSuchEndpoint { .. }), "{outcome:?}");
    assert_eq!(outcome.problem().code, ProblemCode::NetboxAnswer);
    assert!(outcome.hint().contains("NETBOX_URL"));
}
