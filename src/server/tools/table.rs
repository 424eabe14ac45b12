//! The table of tools.

use serde_json::Value;

use super::filters::short;
use super::tool::Tool;
use super::words;
use super::{aggregate, change, changelog, data, describe, graphql, ip_space, list, object, search, topology};

/// Every tool, sorted by name: the same text each time, so that a prompt cache holds it.
pub(super) static ALL: [&Tool; 10] = [
    &aggregate::TOOL,
    &change::TOOL,
    &describe::TOOL,
    &changelog::TOOL,
    &object::TOOL,
    &list::TOOL,
    &graphql::TOOL,
    &ip_space::TOOL,
    &search::TOOL,
    &topology::TOOL,
];

pub(super) fn by_name(name: &str) -> Option<&'static Tool> {
    ALL.into_iter().find(|tool| tool.name == name)
}

/// What a call asks for, in words: `devices where site is cle-01`.
pub(super) fn title(name: &str, input: &Value) -> String {
    data::one_line(&words::cut(by_name(name).map_or_else(|| short(name), |tool| (tool.title)(input))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_of_all_tools_is_small_and_sorted() {
        let definitions: Vec<_> = ALL.iter().map(|tool| tool.definition()).collect();
        assert!(definitions.windows(2).all(|pair| pair[0].name < pair[1].name));
        let size = |is_read_only: bool| -> usize {
            let some = definitions.iter().filter(|definition| definition.is_read_only == is_read_only);
            some.map(|definition| {
                definition.name.len() + definition.description.len() + definition.input_schema.to_string().len()
            })
            .sum()
        };
        assert!(size(true) <= 9_900, "{} bytes", size(true));
        // Only where people may change NetBox.
        assert!(size(false) <= 1_300, "{} bytes", size(false));
        for tool in ALL {
            assert!(tool.definition().description.ends_with(tool.example), "{}", tool.name);
            let example: Value = serde_json::from_str(tool.example).unwrap();
            for (name, _) in example.as_object().unwrap() {
                assert!(tool.takes(name), "{}: {name}", tool.name);
            }
        }
    }
}
