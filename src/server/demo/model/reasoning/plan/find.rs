//! Devices by what is printed on them: serial number and asset tag.

use serde_json::json;

use super::super::calls::{self, filters};
use super::super::focus::Focus;
use super::super::history::Outcome;
use super::super::kind::Kind;
use super::super::language::{Finder, Question};
use super::super::look::{Look, Wait};
use super::super::markdown::{self, code, field, rows, total};
use super::failed;
use super::list::subject_of;

pub(super) fn answer(finder: Finder, question: &Question, focus: &mut Focus, look: &mut Look) -> Result<String, Wait> {
    let (Some(name), Some(devices)) = (question.names.first(), Kind::by_type("dcim.device")) else {
        return Ok(super::talk::unclear());
    };
    let (key, label) = match finder {
        Finder::Serial => ("serial", "serial number"),
        Finder::AssetTag => ("asset_tag", "asset tag"),
    };
    look.think(format!("I look for devices whose {label} contains {}.", name.text));
    let mut fields = devices.fields();
    fields.push(key);
    let call = calls::list(devices.object_type, filters([(&format!("{key}__ic"), json!(name.text))]), &fields, 10);
    let list = match look.one(call)? {
        Outcome::Found(list) => list,
        Outcome::Failed(reason) => return Ok(failed(&reason)),
    };
    let rows = rows(&list);
    Ok(match rows.as_slice() {
        [] => format!("NetBox shows no device whose {label} contains {}.", code(&name.text)),
        [row] => {
            focus.subject = subject_of(devices, row);
            format!(
                "The {label} {} belongs to **{}**:\n\n{}",
                code(&field(row, key)),
                markdown::link(&code(&markdown::name_of(row)), &list),
                markdown::table(devices.columns, &rows)
            )
        }
        _ => format!(
            "{} have a {label} that contains {}:\n\n{}",
            markdown::headline(total(&list), devices.counted(total(&list)), &list),
            code(&name.text),
            markdown::table(devices.columns, &rows)
        ),
    })
}
