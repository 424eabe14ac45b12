//! The program itself, with settings from its folder and its environment.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use netbox_chatbox::server::store::Location;

use crate::program::{Program, database_url};

/// A folder of its own, with a folder in it; gone with the test.
struct Folders {
    above: PathBuf,
}

impl Folders {
    fn new(name: &str) -> Self {
        let above = std::env::temp_dir().join(format!("netbox-chatbox-{name}-{}", std::process::id()));
        std::fs::create_dir_all(above.join("below")).unwrap();
        Self { above }
    }

    fn below(&self) -> PathBuf {
        self.above.join("below")
    }
}

impl Drop for Folders {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.above);
    }
}

fn run(folder: &Path, arguments: &[&str], environment: &[(&str, &str)]) -> (Output, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_netbox-chatbox"))
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .env("HOME", folder)
        .envs(environment.iter().copied())
        .output()
        .unwrap();
    let errors = String::from_utf8(output.stderr.clone()).unwrap();
    (output, errors)
}

#[test]
fn settings_come_from_this_folder_and_no_other() {
    let folders = Folders::new("dotenv");
    std::fs::write(folders.above.join(".env"), "NETBOX_URL=nonsense\n").unwrap();
    let (output, errors) = run(&folders.below(), &["ask", "How many sites do we have?"], &[]);
    assert!(output.status.success(), "{errors}");
    let (output, errors) = run(&folders.above, &["ask", "How many sites do we have?"], &[]);
    assert_eq!(output.status.code(), Some(2));
    assert!(errors.contains("NETBOX_URL"), "{errors}");
}

#[test]
fn everything_wrong_is_told_at_once_the_log_included() {
    let folders = Folders::new("wrong");
    let wrong = [
        ("LOG_LEVEL", "warning"),
        ("LOG_FORMAT", "yaml"),
        ("MAXIMUM_ROUNDS", "many"),
        ("NETBOX_TLS_VERIFY", "maybe"),
        ("ANTHROPIC_AUTHORIZATION", "basic"),
        ("DRAIN_SECONDS", "-1"),
        ("LISTEN", "8001"),
    ];
    let (output, errors) = run(&folders.above, &["serve"], &wrong);
    assert_eq!(output.status.code(), Some(2));
    for (name, _) in wrong {
        assert!(errors.contains(name), "{name} is missing in\n{errors}");
    }
    assert_eq!(errors.matches("hint: ").count(), wrong.len(), "{errors}");
}

#[test]
fn the_doctor_refuses_what_serve_refuses() {
    let folders = Folders::new("doctor");
    let wrong = [("DATABASE_URL", "mysql://db/chat"), ("LISTEN", "0.0.0.0:8001")];
    let (output, errors) = run(&folders.above, &["doctor"], &wrong);
    let report = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(1), "{errors}");
    assert_eq!(report.lines().filter(|line| line.starts_with("FAIL")).count(), 2, "{report}");
    assert!(report.contains("DATABASE_URL") && report.contains("LISTEN"), "{report}");
}

#[test]
fn a_key_is_made_once_and_rotated_on_demand() {
    let folders = Folders::new("rotate");
    let data = folders.above.join("data");
    let environment = [("DATA_DIRECTORY", data.to_str().unwrap())];
    let keys = || {
        let text = std::fs::read_to_string(data.join("secret.key")).unwrap();
        text.lines().filter(|line| !line.starts_with('#')).map(str::to_owned).collect::<Vec<_>>()
    };
    let mut newest = Vec::new();
    for round in 0..3 {
        let (output, errors) = run(&folders.above, &["rotate-key"], &environment);
        assert!(output.status.success(), "{errors}");
        assert!(errors.contains("0 NetBox tokens are sealed"), "{errors}");
        newest.insert(0, keys()[0].clone());
        assert_eq!(keys()[..keys().len().min(newest.len())], newest[..newest.len().min(2)], "round {round}");
        assert!(!errors.contains(&newest[0]), "the key is on the screen");
    }
    assert_eq!(keys().len(), 2, "older ones are of no use");
    let (output, errors) = run(&folders.above, &["rotate-key"], &[("DATABASE_URL", "memory:")]);
    assert_eq!(output.status.code(), Some(2), "{errors}");
    let (output, errors) = run(&folders.above, &["rotate-key"], &[("SECRET_KEY", "short"), environment[0]]);
    assert_eq!(output.status.code(), Some(2));
    assert!(errors.contains("SECRET_KEY") && !errors.contains("short\n"), "{errors}");
}

/// The program under the umask that most systems have.
#[cfg(unix)]
fn with_usual_umask() -> Command {
    let mut command = Command::new("sh");
    command.args(["-c", "umask 022; exec \"$0\" \"$@\"", env!("CARGO_BIN_EXE_netbox-chatbox")]);
    command
}

#[cfg(unix)]
fn mode(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::metadata(path).unwrap_or_else(|error| panic!("{}: {error}", path.display())).permissions().mode() & 0o777
}

#[cfg(unix)]
#[tokio::test]
async fn what_is_kept_is_its_owners_alone_also_in_a_folder_that_is_not() {
    use std::os::unix::fs::PermissionsExt as _;

    let folders = Folders::new("modes");
    // The operator's own folder, which everybody may look into.
    std::fs::set_permissions(folders.below(), std::fs::Permissions::from_mode(0o755)).unwrap();
    let database = folders.below().join("chat.db");
    let data = folders.above.join("made/data");
    let settings = [("DATA_DIRECTORY", data.to_str().unwrap())];
    let location = Location::File(database.clone());
    let program = Program::start_by(with_usual_umask(), &location, &settings).await;
    let mut socket = program.script().await;
    socket.ask("How many sites do we have?").await;
    for ending in ["", "-wal", "-shm", ".lock"] {
        let file = folders.below().join(format!("chat.db{ending}"));
        assert_eq!(mode(&file), 0o600, "{}", file.display());
    }
    assert_eq!(mode(&folders.below()), 0o755, "it is the operator's");
    assert_eq!((mode(&data), mode(&data.join("secret.key"))), (0o700, 0o600));

    let backup = folders.below().join("backup.jsonl");
    // What somebody else may have put there.
    std::fs::write(folders.below().join("backup.jsonl.partial"), "theirs").unwrap();
    let run = |arguments: &[&str], settings: &[(&str, &str)]| {
        let mut command = with_usual_umask();
        command.args(arguments).env_clear().env("HOME", &folders.above).envs(settings.iter().copied());
        let output = command.current_dir(&folders.above).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    };
    run(&["backup", backup.to_str().unwrap()], &[("DATABASE_URL", &database_url(&location)), settings[0]]);
    assert_eq!(mode(&backup), 0o600);
    assert_eq!(std::fs::read_to_string(folders.below().join("backup.jsonl.partial")).unwrap(), "theirs");

    // Whichever command comes first makes the folder.
    let data = folders.above.join("first/data");
    run(&["rotate-key"], &[("DATA_DIRECTORY", data.to_str().unwrap())]);
    let modes = ["", "secret.key", "netbox-chatbox.db"].map(|name| mode(&data.join(name)));
    assert_eq!(modes, [0o700, 0o600, 0o600]);
    program.stop().await;
}
