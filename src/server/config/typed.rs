//! Text to values. What is blank counts as not set; what is wrong is told, and the default stands in for it until
//! then.

use std::str::FromStr;

use clap::ValueEnum;

use super::wrong;
use crate::wire::problem::Problem;

/// A setting's text, unless it is blank.
pub(super) fn given(text: Option<&str>) -> Option<&str> {
    text.map(str::trim).filter(|text| !text.is_empty())
}

/// One of a few words.
pub(super) fn choice<Choice: ValueEnum + Default>(
    name: &str,
    text: Option<&str>,
    problems: &mut Vec<Problem>,
) -> Choice {
    let Some(text) = given(text) else { return Choice::default() };
    Choice::from_str(text, true).unwrap_or_else(|_| {
        let words: Vec<_> = Choice::value_variants().iter().filter_map(ValueEnum::to_possible_value).collect();
        let words: Vec<_> = words.iter().map(clap::builder::PossibleValue::get_name).collect();
        problems.push(wrong(name, &format!("is `{text}`"), &format!("use {}", words.join(" or "))));
        Choice::default()
    })
}

/// Yes or no.
pub(super) fn boolean(name: &str, text: Option<&str>, default: bool, problems: &mut Vec<Problem>) -> bool {
    match given(text).map(str::to_ascii_lowercase).as_deref() {
        None => default,
        Some("true" | "yes" | "on" | "1") => true,
        Some("false" | "no" | "off" | "0") => false,
        Some(other) => {
            problems.push(wrong(name, &format!("is `{other}`"), "use true or false"));
            default
        }
    }
}

/// A whole number within bounds.
pub(super) fn number<Number: FromStr + PartialOrd + Copy + std::fmt::Display>(
    name: &str,
    text: Option<&str>,
    default: Number,
    bounds: std::ops::RangeInclusive<Number>,
    problems: &mut Vec<Problem>,
) -> Number {
    let Some(text) = given(text) else { return default };
    match text.parse() {
        Ok(number) if bounds.contains(&number) => number,
        _ => {
            let what = format!("is `{text}`, not a number from {} to {}", bounds.start(), bounds.end());
            problems.push(wrong(name, &what, &format!("leave it out for {default}")));
            default
        }
    }
}
