//! Where a user's programs keep things (XDG Base Directory Specification, and its likes on other systems).

use std::path::PathBuf;

/// What a folder is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// What can be fetched again.
    Cache,
    /// What cannot.
    Data,
}

/// This program's own folder; none where the system does not say where the user's are.
pub(super) fn of_user(purpose: Purpose) -> Option<PathBuf> {
    let variable = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let below_home = |folder: &str| Some(variable("HOME")?.join(folder));
    let folder = match purpose {
        _ if cfg!(target_os = "windows") => variable("LOCALAPPDATA"),
        Purpose::Cache if cfg!(target_os = "macos") => below_home("Library/Caches"),
        Purpose::Data if cfg!(target_os = "macos") => below_home("Library/Application Support"),
        Purpose::Cache => variable("XDG_CACHE_HOME").or_else(|| below_home(".cache")),
        // systemd's StateDirectory= says where a service may keep things.
        Purpose::Data => {
            return variable("STATE_DIRECTORY").or_else(|| {
                Some(variable("XDG_DATA_HOME").or_else(|| below_home(".local/share"))?.join("netbox-chatbox"))
            });
        }
    };
    Some(folder?.join("netbox-chatbox"))
}
