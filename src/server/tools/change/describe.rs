//! Plans in words.

use super::super::data::one_line;
use super::super::filters::{capitalised, short};
use crate::wire::change::{Action, Plan, PlannedChange};

/// What a plan would do, in one line: `Update device cle-01-sw1: status active → offline`, or `Make 3 changes: update 2
/// devices, delete 1 tenant`.
pub(super) fn sentence(plan: &Plan) -> String {
    let text = match plan.changes.as_slice() {
        [change] => one(change),
        changes => {
            let mut groups: Vec<(Action, &str, usize)> = Vec::new();
            for change in changes {
                match groups.iter_mut().find(|(action, kind, _)| (*action, *kind) == (change.action, &change.kind)) {
                    Some((_, _, count)) => *count += 1,
                    None => groups.push((change.action, &change.kind, 1)),
                }
            }
            let groups: Vec<String> = groups
                .iter()
                .map(|(action, kind, count)| format!("{} {count} {kind}{}", verb(*action), plural(*count)))
                .collect();
            format!("Make {} changes: {}", changes.len(), groups.join(", "))
        }
    };
    one_line(&text)
}

/// Types have their own plurals; after a number in a short line this one is enough.
fn plural(count: usize) -> &'static str {
    if count == 1 { "" } else { "(s)" }
}

fn one(change: &PlannedChange) -> String {
    let what = format!("{} {} {}", capitalised(verb(change.action)), change.kind, short(&change.object));
    match (change.action, change.fields.as_slice()) {
        (Action::Update, [field]) => {
            let shown = |text: &str| if text.is_empty() { "nothing".to_owned() } else { short(text) };
            format!("{what}: {} {} → {}", field.field, shown(&field.before), shown(&field.after))
        }
        (Action::Update, fields) => format!("{what}: {} fields", fields.len()),
        (Action::Create | Action::Delete, _) => what,
    }
}

pub(super) fn verb(action: Action) -> &'static str {
    match action {
        Action::Create => "create",
        Action::Update => "update",
        Action::Delete => "delete",
    }
}
