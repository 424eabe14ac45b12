use super::*;
use crate::server::netbox::object_type;

fn embedded() -> Schema {
    Schema::embedded(None)
}

#[test]
fn all_types_fit_and_narrow_by_a_word() {
    let all = types(&embedded(), &About::new(""));
    assert!(all.len() <= LARGEST, "{} bytes", all.len());
    assert!(all.contains("\ndcim: cable ") && all.contains(" device ") && all.contains("\nipam: "), "{all}");
    let vlan = types(&embedded(), &About::new("VLANs"));
    assert!(vlan.contains("vlan vlangroup") && !vlan.contains("dcim"), "{vlan}");
    assert!(types(&embedded(), &About::new("zzzzz")).starts_with("No type"));
}

#[test]
fn filters_of_every_type_can_be_told() {
    for kind in object_type::all() {
        let endpoint = embedded().endpoint(kind.endpoint).unwrap();
        let text = capped(filters::lines(endpoint, &About::new("")));
        assert!(text.len() <= LARGEST, "{}", kind.name);
        if kind.name == "dcim.device" {
            assert!(
                text.contains("site[_id]") && text.contains("status=offline|active") && text.contains("has_primary_ip"),
                "{text}"
            );
        }
    }
    let devices = embedded().endpoint("dcim/devices").unwrap();
    let status = filters::lines(devices, &About::new("status")).join("\n");
    assert!(status.contains("decommissioning") && !status.contains("serial"), "{status}");
    let interface = embedded().endpoint("dcim/interfaces").unwrap();
    let kinds = filters::lines(interface, &About::new("interface type")).join("\n");
    assert!(kinds.contains("100base-tx") && kinds.contains("(2"), "{kinds}");
}
