//! `netbox-catalogue`: a NetBox's OpenAPI document as the text that is embedded.

use std::io::{Read as _, Write as _};
use std::path::Path;
use std::process::ExitCode;

use crate::server::netbox::schema::reduce::reduce;
use crate::wire::problem::{Problem, ProblemCode};

pub(super) fn netbox_catalogue(file: &Path) -> Result<ExitCode, Vec<Problem>> {
    let mut document = Vec::new();
    let read = if file == Path::new("-") {
        std::io::stdin().lock().read_to_end(&mut document)
    } else {
        std::fs::File::open(file).and_then(|mut file| file.read_to_end(&mut document))
    };
    let hint = "give the answer of /api/schema/?format=json of a NetBox, as a file or on standard input with -";
    let wrong = |what: String| vec![Problem::new(ProblemCode::BadRequest, what).hint(hint)];
    read.map_err(|error| wrong(format!("{} cannot be read: {error}", file.display())))?;
    let text =
        reduce(&document, &[]).map_err(|error| wrong(format!("{} cannot be reduced: {error}", file.display())))?;
    // Who does not read on has what he wanted.
    let _ = std::io::stdout().lock().write_all(text.as_bytes());
    Ok(ExitCode::SUCCESS)
}
