//! What can be given on the command line. A person needs none of it.

use std::path::PathBuf;

/// Voucher management: sell, redeem and settle, online or not.
#[derive(Debug, Clone, clap::Parser)]
#[command(name = "mybeadsbox", version)]
pub struct Arguments {
    /// Where the device's files go, in the place of the user's data folder.
    #[arg(long, value_name = "DIR")]
    pub data_dir: Option<PathBuf>,
    /// Keep the keys in this file, in the place of the system's keyring. For kiosks and tests: whoever reads the file reads everything.
    #[arg(long, value_name = "FILE")]
    pub key_file: Option<PathBuf>,
    /// Trust this certificate authority (PEM) as well.
    #[arg(long, value_name = "FILE")]
    pub ca_file: Option<PathBuf>,
    /// Enrol at this server without asking, if the device is not enrolled yet.
    #[arg(long, value_name = "URL", requires = "enrol_code")]
    pub enrol_server: Option<String>,
    /// The one-time code to enrol with.
    #[arg(long, value_name = "CODE", requires = "enrol_server")]
    pub enrol_code: Option<String>,
    /// Look for updates at this address, whatever the settings say.
    #[arg(long, value_name = "URL")]
    pub update_url: Option<String>,
    /// Take updates that this public key signed, in the place of the one that this program was built with.
    #[arg(long, value_name = "FILE")]
    pub update_key: Option<PathBuf>,
    /// What people call this device.
    #[arg(long, value_name = "NAME", default_value = "Till")]
    pub device_name: String,
}
