//! How many objects lack a value, among those that a filter on the same relation chose.

use serde_json::{Value, json};

use crate::side::Side;

async fn missing(side: &Side, filters: &Value, field: &str) -> Vec<(Value, Value)> {
    let input = json!({"object_type": "dcim.device", "filters": filters, "missing": [field]});
    let answer = side.answer("netbox_aggregate", input).await;
    let rows = answer["results"].as_array().unwrap();
    rows.iter().map(|row| (row["missing"].clone(), row["of"].clone())).collect()
}

/// NetBox takes two values of one filter as either: asking for those of a platform and without one in one query would
/// count both.
#[tokio::test]
async fn a_filter_on_the_same_relation_is_not_widened() {
    for side in Side::both().await {
        let platforms = side.raw("dcim/platforms/", &[("limit", "100")]).await;
        let used =
            platforms["results"].as_array().unwrap().iter().find(|platform| platform["device_count"] != 0).unwrap();
        let (id, slug) = (used["id"].to_string(), &used["slug"]);
        let devices = side.count("dcim/devices/", &[("platform_id", &id)]).await;
        let without = side.count("dcim/devices/", &[("platform_id", "null")]).await;
        assert!(devices.as_u64() > Some(0) && without.as_u64() > Some(0), "{}: {devices} {without}", side.name);
        for filters in [json!({"platform": slug}), json!({"platform_id": used["name"]})] {
            let counted = missing(&side, &filters, "platform").await;
            assert_eq!(counted, [(json!(0), devices.clone())], "{}: {filters}", side.name);
        }
        let unset = missing(&side, &json!({"platform": null}), "platform").await;
        assert_eq!(unset, [(without.clone(), without)], "{}", side.name);

        let with_address = side.count("dcim/devices/", &[("has_primary_ip", "true")]).await;
        let counted = missing(&side, &json!({"has_primary_ip": true}), "primary_ip").await;
        assert_eq!(counted, [(json!(0), with_address)], "{}", side.name);
    }
}
