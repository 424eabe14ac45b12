//! TEMP
pub const MODEL: &str = "netbox-chatbox-stand-in";
#[derive(Clone, Copy, Debug, Default)]
pub enum Pace {
    #[default]
    Natural,
    Instant,
}
#[derive(Clone, Debug, Default)]
pub struct Settings {
    pub pace: Pace,
    pub key: Option<secrecy::SecretString>,
    pub faults: bool,
}
pub async fn serve(_l: tokio::net::TcpListener, _s: Settings) -> std::io::Result<()> {
    Ok(())
}
