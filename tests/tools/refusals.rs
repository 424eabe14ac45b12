//! What NetBox would ignore or misunderstand is refused with the way out.

use serde_json::json;

use crate::side::Side;

#[tokio::test]
async fn unknown_names_are_refused_with_the_nearest() {
    let side = Side::demo().await;
    for (input, words) in [
        (
            json!({"object_type": "dcim.device", "filters": {"bogus": 1}}),
            ["cannot be filtered by bogus", "its filters are"],
        ),
        (
            json!({"object_type": "dcim.device", "filters": {"site_name": "x"}}),
            ["cannot be filtered by site_name", "did you mean site"],
        ),
        (json!({"object_type": "dcim.device", "filters": {"site__name": "x"}}), ["through relations", "site_id"]),
        (json!({"object_type": "dcim.device", "filters": {"name__in": ["a"]}}), ["no lookup __in", "give a list"]),
        (
            json!({"object_type": "dcim.device", "filters": {"name__icontains": "a"}}),
            ["no lookup __icontains", "name__ic"],
        ),
        (
            json!({"object_type": "ipam.ipaddress", "filters": {"site_id": 1}}),
            ["cannot be filtered by site_id", "hint"],
        ),
        (
            json!({"object_type": "dcim.device", "filters": {"has_primary_ip": "maybe"}}),
            ["true or false", "\"has_primary_ip\": true"],
        ),
        (json!({"object_type": "dcim.device", "filters": {"vc_position": "first"}}), ["whole number", "hint"]),
        (
            json!({"object_type": "dcim.device", "filters": {"created__gte": "last week"}}),
            ["date or time", "2026-01-15"],
        ),
        (json!({"object_type": "dcim.device", "filters": {"airflow": ["passive", "mixed"]}}), ["one value", "airflow"]),
        (json!({"object_type": "dcim.device", "filters": {"cf_no_such_field": 1}}), ["no custom field", "hint"]),
        (json!({"object_type": "dcim.device", "fields": ["name", "site.nam"]}), ["no field nam", "name"]),
        (json!({"object_type": "dcim.device", "ordering": "-bogus"}), ["cannot be ordered by bogus", "order by"]),
        (json!({"object_type": "dcim.devise"}), ["no object type dcim.devise", "dcim.device"]),
        (json!({"object_type": "dcim.device", "limit": 1000}), ["limit", "\"object_type\":\"dcim.device\""]),
        (json!({"object_type": "dcim.device", "site": "x"}), ["no argument site", "filters belong into"]),
    ] {
        let text = side.refusal("netbox_get_objects", input.clone()).await;
        for word in words {
            assert!(text.contains(word), "{input}: {text}");
        }
    }
    let unknown = side.refusal("netbox_delete_everything", json!({})).await;
    assert!(unknown.contains("netbox_get_objects"), "{unknown}");
}

#[tokio::test]
async fn names_that_nothing_has_are_told_with_the_nearest() {
    for side in Side::both().await {
        let text = side
            .refusal("netbox_get_objects", json!({"object_type": "dcim.device", "filters": {"site": "Clevelend 01"}}))
            .await;
        assert!(text.contains("no site called Clevelend 01") && text.contains("Cleveland 01"), "{}: {text}", side.name);
        let text = side
            .refusal("netbox_get_objects", json!({"object_type": "dcim.device", "filters": {"site": "no-such-slug"}}))
            .await;
        assert!(text.contains("no site called no-such-slug"), "{}: {text}", side.name);
        let text = side
            .refusal(
                "netbox_get_objects",
                json!({"object_type": "ipam.ipaddress", "filters": {"device": "no-such-device"}}),
            )
            .await;
        assert!(text.contains("no device called no-such-device"), "{}: {text}", side.name);
        let text = side
            .refusal("netbox_get_objects", json!({"object_type": "dcim.device", "filters": {"status": "sleeping"}}))
            .await;
        assert!(text.contains("status is one of ") && text.contains("active"), "{}: {text}", side.name);
    }
}
