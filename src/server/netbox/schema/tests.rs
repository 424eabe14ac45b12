use super::*;

const TEXT: &str = "# x\nlookups l0 = ic n\ntype netbox_dns.zone plugins/netbox-dns/zones\n[dcim/sites]\nfields id name slug tags\n\
                    text l0: name slug\n[plugins/netbox-dns/zones]\nfields id name soa_serial view tags\ninteger none: \
                    id view_id\ntext l0: name\n";

fn told(name: &str, endpoint: &str) -> NamedType {
    NamedType { name: name.into(), endpoint: endpoint.into(), words: None }
}

fn schema() -> Schema {
    let types = [
        told("netbox_dns.zone", "plugins/netbox-dns/zones"),
        told("netbox_custom_objects.table1model", "plugins/custom-objects/dhcp-scopes"),
        told("dcim.site", "dcim/sites"),
    ];
    let fields = HashMap::from([("plugins/custom-objects/dhcp-scopes".to_owned(), vec!["gateway".to_owned()])]);
    Schema::live(Some(Version::new(4, 6, 1)), TEXT, &types, &fields).unwrap()
}

#[test]
fn types_of_plugins_and_custom_objects_are_found_in_every_spelling() {
    let schema = schema();
    for (text, expected) in [
        ("site", "dcim.site"),
        ("dcim/sites", "dcim.site"),
        ("netbox_dns.zone", "netbox_dns.zone"),
        ("zones", "netbox_dns.zone"),
        ("plugins/netbox-dns/zones", "netbox_dns.zone"),
        ("/api/plugins/netbox-dns/zones/", "netbox_dns.zone"),
        ("netbox-dns.zone", "netbox_dns.zone"),
        ("DHCP scopes", "netbox_custom_objects.table1model"),
        ("dhcp_scope", "netbox_custom_objects.table1model"),
        ("custom-objects/dhcp-scopes", "netbox_custom_objects.table1model"),
    ] {
        assert_eq!(schema.find_type(text).map(|kind| kind.name), Ok(expected), "{text}");
    }
    assert_eq!(schema.find_type("dhcp-scops"), Err(vec!["netbox_custom_objects.table1model"]));
    // This NetBox's document does not have them.
    assert!(schema.find_type("dcim.device").is_err());
    assert_eq!(schema.type_named("netbox_dns.zone").unwrap().counted(2), "2 zones");
}

#[test]
fn lists_are_those_of_the_document() {
    let schema = schema();
    let zones = schema.endpoint("plugins/netbox-dns/zones").unwrap();
    assert_eq!(zones.unordered, ["soa_serial", "tags"]);
    assert!(zones.filter("name__ic").is_some() && zones.filter("site").is_none());
    let scopes = schema.endpoint("plugins/custom-objects/dhcp-scopes").unwrap();
    assert!(scopes.fields.contains(&"gateway") && scopes.filter("id").is_some());
    assert!(!schema.is_described("plugins/custom-objects/dhcp-scopes"));
    assert!(schema.endpoint("dcim/devices").is_none());
}

#[test]
fn the_same_text_is_read_once() {
    let (first, second) = (schema(), schema());
    assert!(std::ptr::eq(first.catalogue, second.catalogue));
    assert!(std::ptr::eq(first.types[1], second.types[1]));
}

#[test]
fn the_embedded_schema_says_when_it_is_of_another_version() {
    assert_eq!(Schema::embedded(None).note(), None);
    assert_eq!(Schema::embedded(Some(Version::new(4, 7, 9))).note(), None);
    assert!(Schema::embedded(Some(Version::new(4, 5, 2))).note().unwrap().contains("this is NetBox 4.5.2"));
    assert_eq!(schema().note(), None);
    assert!(Schema::embedded(None).endpoint("dcim/devices").is_some());
}
