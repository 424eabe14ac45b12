//! The program itself, with settings from its folder and its environment.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

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
