//! Questions of many kinds, each against the number that NetBox gives.

use super::stack::Stack;

/// A question, NetBox's own query for the same, and the noun that follows the number in the answer.
const COUNTED: &[(&str, &str, &str)] = &[
    ("How many sites do we have?", "dcim/sites/", "sites"),
    ("Which sites do we have in Ohio?", "dcim/sites/?region=ohio", "sites"),
    ("sites in Europe", "dcim/sites/?region=europe", "sites"),
    ("How many sites are in Ohio and Texas?", "dcim/sites/?region=ohio&region=texas", "sites"),
    ("which sites are planned?", "dcim/sites/?status=planned", "planned site"),
    ("sites tagged critical", "dcim/sites/?tag=critical", "sites"),
    ("How many devices are there in Ohio?", "dcim/devices/?region=ohio", "devices"),
    ("How many devices are at cle-01?", "dcim/devices/?site=cle-01", "devices"),
    ("Which devices are offline?", "dcim/devices/?status=offline", "offline devices"),
    ("devices that are not active", "dcim/devices/?status__n=active", "not active devices"),
    ("Show me all firewalls", "dcim/devices/?role=firewall", "firewalls"),
    ("how many access switches at Cleveland 01?", "dcim/devices/?role=access-switch&site=cle-01", "switches"),
    ("how many Arista devices are in Germany?", "dcim/devices/?manufacturer=arista&region=germany", "devices"),
    ("devices of tenant Robotics in Ohio", "dcim/devices/?tenant=robotics&region=ohio", "devices"),
    ("devices without primary IP", "dcim/devices/?has_primary_ip=false", "devices"),
    ("devices named fw", "dcim/devices/?name__ic=fw", "devices"),
    ("devices in rack A02 at Dallas 01", "dcim/devices/?site=dfw-01&q=dfw-01&rack_id=24", "devices"),
    ("how many racks do we have in New York?", "dcim/racks/?region=new-york", "racks"),
    ("list all tenants", "tenancy/tenants/", "tenants"),
    ("How many interfaces do we have?", "dcim/interfaces/", "interfaces"),
    ("interfaces of cle-01-core-01", "dcim/interfaces/?device=cle-01-core-01", "interfaces"),
    ("how many cables are in Ohio?", "dcim/cables/?site=cle-01&site=cmh-01&site=cvg-01&site=cak-01", "cables"),
    ("which prefixes are in VRF Guest?", "ipam/prefixes/?vrf_id=1", "prefixes"),
    ("list prefixes in Ohio", "ipam/prefixes/?region=ohio", "prefixes"),
    ("prefixes inside 10.17.0.0/16", "ipam/prefixes/?within=10.17.0.0/16", "prefixes"),
    ("how many IP addresses are in 10.26.8.0/22?", "ipam/ip-addresses/?parent=10.26.8.0/22", "IP addresses"),
    ("How many VLANs are there?", "ipam/vlans/", "VLANs"),
    ("Which VLANs are at Cleveland?", "ipam/vlans/?available_at_site=1", "VLANs"),
    ("Which circuits serve Cleveland 01?", "circuits/circuits/?site=cle-01", "circuits"),
    ("circuits from Northline Carrier", "circuits/circuits/?provider=northline-carrier", "circuits"),
    ("Which virtual machines run in Ohio?", "virtualization/virtual-machines/?region=ohio", "virtual machines"),
    (
        "VMs in cluster cmh-01-vsphere-01",
        "virtualization/virtual-machines/?cluster=cmh-01-vsphere-01",
        "virtual machines",
    ),
    ("What changed in the last 7 days?", "core/object-changes/?time_after=2026-11-15T10:00:00Z", "changes"),
    (
        "Who deleted devices this month?",
        "core/object-changes/?changed_object_type=dcim.device&action=delete&time_after=2026-11-01T00:00:00Z",
        "deletions",
    ),
    (
        "what did alice.nguyen change since 2026-11-10?",
        "core/object-changes/?user=alice.nguyen&time_after=2026-11-10T00:00:00Z",
        "changes",
    ),
    ("journal entries this month", "extras/journal-entries/?created_after=2026-11-01T00:00:00Z", "journal entries"),
    ("which regions are there?", "dcim/regions/", "regions"),
    ("list the providers", "circuits/providers/", "providers"),
];

/// All of them.
pub fn wordings() -> impl Iterator<Item = &'static str> {
    COUNTED.iter().map(|(question, _, _)| *question).chain(TOLD.iter().map(|(question, _)| *question))
}

#[tokio::test]
async fn the_numbers_are_netboxs() {
    let stack = Stack::start().await;
    let mut wrong = Vec::new();
    for (question, query, noun) in COUNTED {
        let total = stack.total(query).await;
        let answer = stack.one(question).await;
        let expected = format!("{total} {noun}");
        if total == 0 || !answer.text.contains(&expected) || answer.calls.iter().any(|call| call.failed) {
            wrong.push(format!("{question}\n  expected {expected}\n  got {}\n  {:?}", answer.text, answer.calls));
        }
    }
    assert!(wrong.is_empty(), "{} of {} wrong:\n{}", wrong.len(), COUNTED.len(), wrong.join("\n"));
}

/// A question and words that the answer must hold. The words come from the estate.
const TOLD: &[(&str, &[&str])] = &[
    ("Which site has the most devices?", &["Columbus 01 has the most", "85 devices"]),
    ("top 3 sites by racks", &["The first 3 of 14 sites"]),
    ("How many devices per site?", &["over 13 sites", "Columbus 01 (85)", "{{result:r"]),
    (
        "How many devices are there at Columbus 01, by role?",
        &["85 devices", "at Columbus 01", "| Device role | Devices |"],
    ),
    ("how many switches per site", &["switches", "Columbus 01 ("]),
    ("active devices per site", &["active devices", "| Site |"]),
    ("which site has the most switches", &["has the most, with", "switches"]),
    ("which site has the fewest switches", &["Akron 01 has the fewest, with **0 switches**"]),
    ("What is connected to cle-01-pdu-mdfa?", &["| `Outlet 1` | `cle-01-rtr-01"]),
    ("what changed at Cleveland 01", &["changes of the site itself"]),
    ("What changed at Cleveland 01 in the last week?", &["of the site itself"]),
    ("which racks have switches", &["did not take devices into account"]),
    ("Which sites have no racks?", &["1 site", "Akron 01"]),
    ("sites with more than 5 racks", &["1 site", "Columbus 01"]),
    ("Tell me about cle-01", &["Cleveland 01", "is an active site in Ohio", "| Racks | 5 |"]),
    (
        "Tell me about cle-01-core-01",
        &["device with role Core switch", "C952400786", "| Interfaces | 35 |", "IP addresses"],
    ),
    ("rack A01", &["Which one do you mean?", "Columbus 01", "Dallas 01"]),
    ("Tell me about rack A01 in Columbus 01", &["is an active rack", "| Devices | 15 |", "cmh-01-fw-01"]),
    ("What is the serial number of cmh-01-rtr-01?", &["MX22409563"]),
    ("Where is cmh-01-esx-09?", &["rack A03", "Columbus 01"]),
    ("which rack is fra-01-rtr-01 in?", &["`A01`"]),
    ("Find serial C952400786", &["cle-01-core-01"]),
    ("Which device has the IP 10.255.17.2?", &["Loopback0", "cle-01-core-01", "10.255.17.0/24"]),
    ("What is 10.16.0.1?", &["records no IP address", "10.0.0.0/8"]),
    ("What is connected to xe-0/1/2 of cle-01-rtr-01?", &["cle-01-fw-01", "ethernet1/13"]),
    ("free ports on cle-01-acc-01-1", &["free ports"]),
    ("Who are the contacts of Columbus 01?", &["2 contacts", "Erin Walsh"]),
    ("Which provider serves Cleveland 01?", &["2 providers", "Great Lakes Fiber"]),
    ("do we have any sites in Antarctica?", &["nothing called “Antarctica”"]),
    ("delete device cle-01-fw-01", &["I can only read"]),
    ("What's the weather in Paris?", &["nothing a NetBox knows"]),
    ("blorp the frobnicator", &["did not understand"]),
    ("who are you?", &["stand-in model", "not a language model"]),
    ("hello", &["Columbus 01"]),
];

#[tokio::test]
async fn the_facts_are_netboxs() {
    let stack = Stack::start().await;
    let mut wrong = Vec::new();
    for (question, words) in TOLD {
        let answer = stack.one(question).await;
        let missing: Vec<_> = words.iter().filter(|word| !answer.text.contains(**word)).collect();
        if !missing.is_empty() {
            wrong.push(format!("{question}\n  without {missing:?}\n  got {}\n  {:?}", answer.text, answer.calls));
        }
    }
    assert!(wrong.is_empty(), "{} of {} wrong:\n{}", wrong.len(), TOLD.len(), wrong.join("\n"));
}

#[tokio::test]
async fn independent_lookups_go_together_and_dependent_ones_after() {
    let stack = Stack::start().await;
    let answer = stack.one("Tell me about cle-01-core-01").await;
    let rounds = |round| answer.calls.iter().filter(|call| call.round == round).count();
    assert!(rounds(0) >= 2 && rounds(1) == 1, "{:#?}", answer.calls);
    assert_eq!(answer.calls.iter().filter(|call| call.name == "netbox_get_object_by_id").count(), 1);
    let answer = stack.one("How many IP addresses are at Cleveland 01?").await;
    assert_eq!(answer.calls.iter().map(|call| call.round).max(), Some(2), "{:#?}", answer.calls);
}

#[tokio::test]
async fn a_state_that_netbox_does_not_know_is_explained_with_its_reason() {
    let stack = Stack::start().await;
    let answer = stack.one("Which racks are failed?").await;
    assert!(answer.text.contains("could not look that up") && answer.text.contains("reserved"), "{}", answer.text);
}

#[tokio::test]
async fn counts_for_each_group_are_netboxs() {
    let stack = Stack::start().await;
    let answer = stack.one("How many devices are there at Columbus 01, by role?").await;
    let roles = stack.rest("dcim/device-roles/").await;
    let mut groups = 0;
    for role in roles["results"].as_array().unwrap() {
        let (name, slug) = (role["name"].as_str().unwrap(), role["slug"].as_str().unwrap());
        let count = stack.total(&format!("dcim/devices/?site=cmh-01&role={slug}")).await;
        let row = answer.text.lines().find(|line| line.starts_with(&format!("| {name} |")));
        groups += u32::from(count > 0);
        assert_eq!(
            row.map(|row| row.ends_with(&format!("| {count} |"))),
            (count > 0).then_some(true),
            "{name} {count}: {}",
            answer.text
        );
    }
    assert!(groups > 3, "{}", answer.text);
    let answer = stack.one("active devices per site").await;
    let active = stack.total("dcim/devices/?site=cmh-01&status=active").await;
    assert!(answer.text.contains(&format!("| Columbus 01 | {active} |")), "{active}: {}", answer.text);
}

#[tokio::test]
async fn what_has_no_interfaces_is_connected_by_its_cables() {
    let stack = Stack::start().await;
    let mut found = 0;
    for query in ["dcim/devices/?role=patch-panel", "dcim/devices/?role=pdu"] {
        let devices = stack.rest(query).await;
        let Some(device) = devices["results"].as_array().unwrap().first() else { continue };
        let cables = stack.total(&format!("dcim/cables/?device_id={}", device["id"])).await;
        let name = device["name"].as_str().unwrap();
        let answer = stack.one(&format!("What is connected to {name}?")).await;
        assert!(cables == 0 || answer.text.contains(&format!("{cables} cables")), "{name}: {}", answer.text);
        found += cables;
    }
    assert!(found > 0);
}

/// What the first page offers, made as `starting_questions` makes it.
#[tokio::test]
async fn every_starting_question_has_an_answer() {
    let stack = Stack::start().await;
    let sites = stack.rest("dcim/sites/?ordering=-device_count,id").await;
    let prefixes = stack.rest("ipam/prefixes/?status=active&ordering=prefix,id").await;
    let devices = stack.rest("dcim/devices/?has_primary_ip=true&interfaces=true&ordering=name,id").await;
    let (site, next) = (&sites["results"][0], &sites["results"][1]);
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    let questions = [
        format!("Which sites do we have in {}?", text(&site["region"]["name"])),
        "Which sites do we have?".to_owned(),
        format!("How many devices are there at {}, by role?", text(&site["name"])),
        format!("What is connected to {}?", text(&devices["results"][0]["name"])),
        format!("Which addresses are used in {}?", text(&prefixes["results"][4]["prefix"])),
        format!("Which circuits serve {}?", text(&next["name"])),
        "What changed in the last week?".to_owned(),
    ];
    for question in questions {
        let answer = stack.one(&question).await;
        assert!(!answer.calls.is_empty() && answer.calls.iter().all(|call| !call.failed), "{question}: {answer:?}");
        for excuse in ["cannot", "could not", "did not", "nothing called", "**no "] {
            assert!(!answer.text.contains(excuse), "{question}: {}", answer.text);
        }
    }
}
