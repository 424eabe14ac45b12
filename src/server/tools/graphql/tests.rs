use super::*;
use crate::server::netbox::GraphqlSchema;

const SCHEMA: &str = "\
object Query
 device_list [DeviceType!]! filters=DeviceFilter pagination=OffsetPaginationInput
 device DeviceType! id=ID!
 site_list [SiteType!]! filters=SiteFilter pagination=OffsetPaginationInput
object DeviceType
 id ID!
 name String
 display String!
 site SiteType!
 interfaces [InterfaceType!]! filters=InterfaceFilter pagination=OffsetPaginationInput
 scope ScopeUnion
object SiteType
 id ID!
 name String!
 display String!
object InterfaceType
 id ID!
 name String!
union ScopeUnion = SiteType DeviceType
input OffsetPaginationInput
 offset Int!
 limit Int
 start Int
input DeviceFilter
 id IDComparisonFilterLookup
 name StrFilterLookup
 status StatusLookup
 site SiteFilter
 site_id ID
 position FloatLookup
 interfaces InterfaceFilter
 AND DeviceFilter
 OR [DeviceFilter!]
 NOT DeviceFilter
 DISTINCT Boolean
input SiteFilter
 id IDComparisonFilterLookup
 name StrFilterLookup
 region RegionFilter
 region_id TreeNodeFilter
 DISTINCT Boolean
input RegionFilter
 id IDComparisonFilterLookup
 DISTINCT Boolean
input InterfaceFilter
 name StrFilterLookup
 DISTINCT Boolean
input TreeNodeFilter
 id ID!
 match_type TreeNodeMatch!
input IDComparisonFilterLookup
 exact ID
 in_list [ID!]
input StrFilterLookup
 exact String
 i_contains String
 in_list [String!]
input FloatLookup
 filter_lookup FloatFilterLookup
input FloatFilterLookup
 exact Float
input StatusLookup
 exact StatusEnum
 in_list [StatusEnum!]
enum StatusEnum = STATUS_ACTIVE STATUS_OFFLINE
enum TreeNodeMatch = EXACT DESCENDANTS SELF_AND_DESCENDANTS CHILDREN
scalar ID
scalar String
scalar Int
scalar Float
scalar Boolean
";

fn checked(query: &str) -> Result<check::Plan, Problem> {
    check::check(&GraphqlSchema::for_tests(SCHEMA), query, &serde_json::Map::new())
}

/// The query that is sent, in one line.
fn sent(query: &str) -> String {
    let plan = checked(query).unwrap();
    page::text_of(&plan.roots[0].field).split_whitespace().collect::<Vec<_>>().join(" ")
}

fn refusal(query: &str) -> String {
    checked(query).unwrap_err().to_string()
}

#[test]
fn shapes_that_can_mean_one_thing_only_are_put_right() {
    for (written, meant) in [
        ("{device_list(filters:{name:\"sw\"}){id}}", r#"name: {exact: "sw"}"#),
        ("{device_list(filters:{name:{ic:\"sw\"}}){id}}", r#"name: {i_contains: "sw"}"#),
        ("{device_list(filters:{name:[\"a\",\"b\"]}){id}}", r#"name: {in_list: ["a", "b"]}"#),
        ("{device_list(filters:{status:active}){id}}", "status: {exact: STATUS_ACTIVE}"),
        ("{device_list(filters:{status:{in:[\"Active\"]}}){id}}", "status: {in_list: [STATUS_ACTIVE]}"),
        ("{device_list(filters:{site_id:{exact:3}}){id}}", "site_id: 3"),
        ("{device_list(filters:{site:3}){id}}", "site: {id: {exact: 3}}"),
        ("{device_list(filters:{position:12}){id}}", "position: {filter_lookup: {exact: 12}}"),
        ("{device_list(filters:{OR:{name:\"a\"}}){id}}", r#"OR: [{name: {exact: "a"}}]"#),
    ] {
        assert!(sent(written).contains(meant), "{written}: {}", sent(written));
    }
    assert!(!checked("{device_list(filters:{status:active}){id}}").unwrap().resolved.is_empty());
    assert!(sent("{device_list{name site}}").contains("site { id display }"));
}

#[test]
fn what_is_wrong_is_refused_with_the_right_shape() {
    for (written, words) in [
        ("mutation{x}", "Only queries"),
        ("{device_list{nam}}", "did you mean name?"),
        ("{devices{name}}", "did you mean device_list?"),
        ("{device_list(site:3){name}}", "filters: {site: …}"),
        ("{device_list(filters:{nme:\"x\"}){name}}", "did you mean name?"),
        ("{device_list(filters:{name__ic:\"x\"}){name}}", "write name: {i_contains: …}"),
        ("{device_list(filters:{status:actve}){name}}", "did you mean STATUS_ACTIVE?"),
        ("{device_list(filters:{site_id:[1,2]}){name}}", "site: {id: {in_list: [1, 2]}}"),
        ("{device_list(filters:{site:\"x\"}){name}}", r#"{name: {exact: "x"}}"#),
        ("{device_list{name{x}}}", "without fields"),
        ("{device_list{scope{name}}}", "... on SiteType{name}"),
        ("{device{name}}", "needs the argument id"),
        ("{device_list{...f}} fragment f on DeviceType{...f}", "holds itself"),
        ("{device_list{name @include(if:true)}}", "Directives"),
        ("{device_list(pagination:{page:3}){name}}", "offset and limit"),
        ("query($x:String){device_list(filters:{name:$y}){name}}", "$y is not declared"),
        ("{device_list{name}", "cannot be read"),
        ("{__schema{types{name}}}", "netbox_describe"),
        ("{site_list(filters:{region_id:3}){name}}", "match_type: SELF_AND_DESCENDANTS"),
        ("{device_list(filters:{site:{region_id:{id:1,match_type:CHILDREN}}}){name}}", "in_list"),
    ] {
        let text = refusal(written);
        assert!(text.contains(words) && text.contains("hint"), "{written}: {text}");
    }
    let deep = format!("{}name{}", "{a".repeat(300), "}".repeat(300));
    assert!(refusal(&deep).contains("nested too deeply"));
    assert!(refusal(&format!("{{device_list{{name}}}} # {}", "x".repeat(9_000))).contains("bytes"));
}

#[test]
fn joins_are_distinct_and_lists_have_an_id() {
    let joined = sent("{device_list(filters:{interfaces:{name:\"x\"}}){name}}");
    assert!(joined.contains("DISTINCT: true") && joined.contains("{ id name }"), "{joined}");
    assert!(sent("{device_list(filters:{NOT:{site:{name:\"x\"}}}){name}}").contains("DISTINCT: true"));
    assert!(!sent("{device_list(filters:{name:\"x\"}){name}}").contains("DISTINCT"));
    let plan = checked("{device_list(limit:5){name} all:site_list(pagination:{offset:10}){id}}").unwrap();
    assert_eq!((plan.roots[0].wanted, plan.roots[0].has_own_id), (Some(5), false));
    assert_eq!((plan.roots[1].offset, plan.roots[1].key.as_str()), (10, "all"));
}

#[test]
fn tree_filters_are_taken_out_below_relations_only() {
    let tree = "region_id:{id:1,match_type:SELF_AND_DESCENDANTS}";
    assert_eq!(checked(&format!("{{site_list(filters:{{{tree}}}){{name}}}}")).unwrap().trees.len(), 0);
    assert_eq!(checked(&format!("{{device_list(filters:{{site:{{{tree}}}}}){{name}}}}")).unwrap().trees.len(), 1);
}

#[test]
fn variables_are_put_in() {
    let variables = json!({"n": "sw", "s": "active"});
    let query =
        "query($n:String,$s:X,$l:Int=7){device_list(filters:{name:{i_contains:$n},status:{exact:$s}},limit:$l){name}}";
    let plan = check::check(&GraphqlSchema::for_tests(SCHEMA), query, variables.as_object().unwrap()).unwrap();
    let text = page::text_of(&plan.roots[0].field);
    assert!(text.contains("\"sw\"") && text.contains("STATUS_ACTIVE") && !text.contains('$'), "{text}");
    assert_eq!(plan.roots[0].wanted, Some(7));
}

#[test]
fn rows_are_flat() {
    let row = json!({"id": "3", "name": "sw", "site": {"name": "Cleveland 01"}, "rack": {"id": "4", "name": "R1"},
                     "interfaces": [{"name": "a"}, {"name": "b"}], "tags": [], "role": null});
    let flat = rows::flatten(&row, false);
    let expected = json!({"name": "sw", "site": "Cleveland 01", "rack.id": "4", "rack.name": "R1",
                          "interfaces": ["a", "b"], "tags": [], "role": null});
    assert_eq!(Value::Object(flat), expected);
}
