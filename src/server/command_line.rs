//! The command line: arguments first, checked configuration second, work third.

mod arguments;
mod ask;
mod ask_command;
mod audit_command;
mod backup_commands;
mod catalogue_command;
mod demo_commands;
mod doctor_command;
mod people_arguments;
mod people_command;
mod rotate_key_command;
mod tool_command;
mod tool_list;

use std::io::Write as _;
use std::process::ExitCode;

use clap::{CommandFactory as _, Parser as _};

use arguments::{Arguments, AuditCommand, Command};

use super::config::{LogConfig, ServeArguments};
use super::demo::model::Pace;
use super::run::{Server, stop_signals};
use super::telemetry;
use crate::wire::problem::{Problem, ProblemCode};

/// What programs return when they were called wrongly (`sysexits.h` says 64; most tools, clap among them, say 2).
const CALLED_WRONGLY: u8 = 2;

/// Runs the program with the arguments of this process.
pub fn run() -> ExitCode {
    // Before the runtime: the environment may only change while there is one thread.
    // From this folder and no other: whoever may write to a folder above shall not choose the settings.
    let dotenv = dotenvy::from_path(".env");
    let arguments = Arguments::parse();
    let outcome = match dotenv {
        Err(error) if !error.not_found() => Err(vec![wrong_dotenv(&error)]),
        _ => start(arguments),
    };
    match outcome {
        Ok(code) => code,
        Err(problems) => {
            for problem in problems {
                complain(&problem);
            }
            ExitCode::from(CALLED_WRONGLY)
        }
    }
}

fn start(arguments: Arguments) -> Result<ExitCode, Vec<Problem>> {
    if let Command::Completions { shell } = arguments.command {
        clap_complete::generate(shell, &mut Arguments::command(), "netbox-chatbox", &mut std::io::stdout());
        return Ok(ExitCode::SUCCESS);
    }
    let (level, format) = (arguments.log_level.as_deref(), arguments.log_format.as_deref());
    match LogConfig::new(level, format, arguments.command.log_level()) {
        Ok(log) => telemetry::start(&log),
        Err(mut problems) => {
            problems.extend(arguments.command.problems());
            return Err(problems);
        }
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(|error| {
        vec![Problem::new(ProblemCode::Internal, format!("The program cannot start its threads: {error}"))]
    })?;
    runtime.block_on(async {
        match arguments.command {
            Command::Serve(arguments) => serve(arguments).await,
            Command::Ask(arguments) => ask_command::ask(arguments).await,
            Command::Tool(command) => tool_command::tool(command).await,
            Command::Doctor(arguments) => doctor_command::doctor(arguments).await,
            Command::Audit(AuditCommand::Export(arguments)) => audit_command::export(arguments).await,
            Command::People(command) => people_command::people(command).await,
            Command::RotateKey(arguments) => rotate_key_command::rotate_key(arguments).await,
            Command::Backup(arguments) => backup_commands::backup(arguments).await,
            Command::Restore(arguments) => backup_commands::restore(arguments).await,
            Command::Reindex(arguments) => backup_commands::reindex(arguments).await,
            Command::DemoNetbox(arguments) => demo_commands::demo_netbox(arguments).await,
            Command::DemoModel(arguments) => demo_commands::demo_model(arguments).await,
            Command::NetboxCatalogue { file } => catalogue_command::netbox_catalogue(&file),
            Command::Completions { .. } => Ok(ExitCode::SUCCESS),
        }
    })
}

async fn serve(arguments: ServeArguments) -> Result<ExitCode, Vec<Problem>> {
    let config = arguments.validate()?;
    let server = Server::bind(config, Pace::Natural).await.map_err(|problem| vec![problem])?;
    let deployment = server.state().deployment();
    let netbox = if deployment.netbox.demo { "embedded demo" } else { deployment.netbox.url.as_str() };
    let model = if deployment.model.stand_in { "embedded stand-in" } else { deployment.model.id.as_str() };
    say(&format!(
        "netbox-chatbox {} on {}\n  NetBox: {netbox}\n  model:  {model}",
        deployment.version,
        server.address()
    ));
    server.serve(stop_signals()).await.map_err(|problem| vec![problem])?;
    Ok(ExitCode::SUCCESS)
}

/// Writes a line for the person at the terminal. Standard output stays free for answers.
fn say(line: &str) {
    // A closed terminal is no reason to stop.
    let _ = writeln!(std::io::stderr(), "{line}");
}

fn complain(problem: &Problem) {
    say(&format!("error: {problem}"));
}

fn wrong_dotenv(error: &dotenvy::Error) -> Problem {
    let place = match error {
        // The line itself may hold a secret, so only where it is wrong is told.
        dotenvy::Error::LineParse(_, column) => format!("a line cannot be read at character {column}"),
        dotenvy::Error::Io(error) => error.to_string(),
        _ => "it cannot be read".to_owned(),
    };
    Problem::new(ProblemCode::BadRequest, format!("The file .env is wrong: {place}"))
        .hint("write NAME=value, one a line, with quotes around values that hold blanks; .env.example shows all")
}
