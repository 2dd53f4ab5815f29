#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]
//! My Beads Box on the desktop. See `--help` for what can be given on the command line.

use clap::Parser as _;

fn main() -> anyhow::Result<()> {
    mybeadsbox_desktop::run(mybeadsbox_desktop::Arguments::parse())
}
