//! `beadsbox-server staff`

use std::io::Read as _;

use beadsbox_domain::Role;
use sqlx::PgPool;

use super::output::line;
use crate::{credentials, db, error::StartError, organisation, second_factor, token};

#[derive(clap::Subcommand)]
pub(super) enum Command {
    /// Adds a staff member. Without --password-stdin a password is made and printed
    Add {
        /// Their name, with which they sign in
        name: String,
        /// `counter`, `back_office` or `admin`
        #[arg(long, value_parser = role)]
        role: Role,
        /// Read the password from standard input
        #[arg(long)]
        password_stdin: bool,
    },
    /// Makes a one-time password for somebody who cannot sign in with theirs
    ResetPassword {
        /// Their name
        name: String,
    },
    /// Takes a second factor away, where no other admin can
    RemoveSecondFactor {
        /// Their name
        name: String,
    },
    /// Lists the staff
    List,
}

fn role(name: &str) -> Result<Role, String> {
    Role::from_name(name).ok_or_else(|| "counter, back_office or admin".to_owned())
}

pub(super) async fn run(pool: &PgPool, command: Command) -> Result<(), StartError> {
    match command {
        Command::Add { name, role, password_stdin } => {
            let password = if password_stdin { read_password()? } else { token::enrolment_code()?.to_lowercase() };
            let staff = organisation::add_staff(pool, &name, role, &password).await?;
            line(&format!("{} {} ({})", staff.id, staff.name, staff.role.name()))?;
            if password_stdin { Ok(()) } else { line(&format!("Password: {password}")) }
        }
        Command::ResetPassword { name } => {
            let made = credentials::reset_by_name(pool, &name).await?;
            line(&format!("Password for one sign-in, until {}: {}", made.until, made.password))
        }
        Command::RemoveSecondFactor { name } => {
            second_factor::remove_by_name(pool, &name).await?;
            line(&format!("{name} signs in by the password alone from now on."))
        }
        Command::List => {
            for staff in db::staff::all(&mut *pool.acquire().await?).await? {
                let barred = if staff.active { "" } else { ", barred" };
                line(&format!("{} {} ({}{barred})", staff.id, staff.name, staff.role.name()))?;
            }
            Ok(())
        }
    }
}

/// The first line of standard input.
fn read_password() -> Result<String, StartError> {
    let mut text = String::new();
    std::io::stdin()
        .take(4096)
        .read_to_string(&mut text)
        .map_err(|error| StartError::Refused(format!("standard input: {error}")))?;
    Ok(text.lines().next().unwrap_or_default().to_owned())
}
