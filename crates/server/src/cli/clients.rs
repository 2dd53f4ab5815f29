//! Which programs are served, for the subcommand that serves.

use semver::Version;

/// Who may ask.
#[derive(clap::Args)]
pub(super) struct Clients {
    /// The least version of the desktop program that is served, such as 1.4.0; older ones are told to update, and keep what they hold
    #[arg(long, env = "BEADSBOX_LEAST_CLIENT", value_parser = version)]
    least_client: Option<Version>,
    /// The project at Sentry that desktop programs tell of their faults, on devices on which somebody switched it on: `https://key@sentry.example.com/2`
    #[arg(long, value_name = "ADDRESS", env = "SENTRY_DESKTOP_DSN")]
    sentry_desktop_dsn: Option<String>,
}

fn version(text: &str) -> Result<Version, String> {
    Version::parse(text).map_err(|error| format!("a version is like 1.4.0: {error}"))
}

impl Clients {
    /// Where faults are told; a variable that is set to nothing is not set.
    pub(super) fn faults(&self) -> Option<String> {
        self.sentry_desktop_dsn.clone().filter(|project| !project.is_empty())
    }

    /// None where all are served.
    pub(super) fn least(&self) -> Option<Version> {
        self.least_client.clone()
    }
}
