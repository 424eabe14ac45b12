//! `having`: which groups are kept.

use serde_json::Value;

use super::super::filters::{refused, short};
use super::super::frame::Frame;
use super::measure::number;
use crate::wire::problem::Problem;

const OPERATORS: [&str; 7] = [">=", "<=", "!=", "==", ">", "<", "="];

/// Keeps the rows for which `text` holds, such as `count > 1`.
///
/// # Errors
/// It is no comparison of a column with a number.
pub(super) fn keep(frame: &mut Frame, text: &str) -> Result<(), Problem> {
    let wrong = || {
        refused(format!("{} is no condition on groups", short(text)))
            .hint(format!("compare one of {} with a number, such as count > 1", frame.columns.join(", ")))
    };
    let operator = OPERATORS.into_iter().filter_map(|operator| Some((text.find(operator)?, operator)));
    let Some((place, operator)) = operator.min_by_key(|(place, operator)| (*place, 2 - operator.len())) else {
        return Err(wrong());
    };
    let (name, wanted) = text.split_at(place);
    let wanted: f64 = wanted.trim_start_matches(operator).trim().parse().map_err(|_| wrong())?;
    let Some(column) = frame.column(name.trim()) else { return Err(wrong()) };
    frame.rows.retain(|row| {
        let value = row.cells.get(column).map_or(Value::Null, |cell| cell.value.clone());
        let Some(value) = number(&value) else { return false };
        let order = value.total_cmp(&wanted);
        match operator {
            ">=" => order.is_ge(),
            "<=" => order.is_le(),
            ">" => order.is_gt(),
            "<" => order.is_lt(),
            "!=" => order.is_ne(),
            _ => order.is_eq(),
        }
    });
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::tools::frame::Cell;

    #[test]
    fn groups_are_kept_by_a_number() {
        let left = |text: &str| {
            let mut frame = Frame::new(&["site", "count"]);
            for count in [1, 2, 10] {
                frame.push(vec![Cell::plain("x"), Cell::plain(count)]);
            }
            keep(&mut frame, text).map(|()| frame.rows.len())
        };
        for (text, expected) in
            [("count > 1", 2), ("count>=2", 2), ("count = 10", 1), ("count != 10", 2), ("count<2", 1)]
        {
            assert_eq!(left(text).unwrap(), expected, "{text}");
        }
        for text in ["counts > 1", "count", "count > many", ""] {
            assert!(left(text).unwrap_err().hint.unwrap().contains("count > 1"), "{text}");
        }
    }
}
