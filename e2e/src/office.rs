//! A centre with its people, and a desk at its office: how most tests of the window begin.

use std::path::Path;

use beadsbox_testkit::ServerProcess;

use crate::{Desk, Keys, serve};

/// The one shop of the centre.
pub const SHOP: &str = "Montmartre";
/// Of everybody.
pub const PASSWORD: &str = "honey and amber 7";

/// A server with a shop and these people: their names and roles.
pub async fn centre(people: &[(&str, &str)]) -> anyhow::Result<ServerProcess> {
    let server = serve().await?;
    furnish(&server, people).await?;
    Ok(server)
}

/// Gives a server that shop and these people.
pub async fn furnish(server: &ServerProcess, people: &[(&str, &str)]) -> anyhow::Result<()> {
    server.program().run(&["shop", "add", SHOP, "--time-zone", "Europe/Paris"], "").await?;
    for (name, role) in people {
        server.program().run(&["staff", "add", name, "--role", role, "--password-stdin"], PASSWORD).await?;
    }
    Ok(())
}

/// A new device at that centre, at which that person works in the office.
pub async fn office(server: &ServerProcess, data: &Path, person: &str) -> anyhow::Result<Desk> {
    office_by(server, &server.url(), data, person).await
}

/// The same, that finds the server under another address.
pub async fn office_by(server: &ServerProcess, url: &str, data: &Path, person: &str) -> anyhow::Result<Desk> {
    let desk = Desk::open(data, Keys::File).await?;
    desk.enrol(url, &server.program().enrolment_code(SHOP).await?, "Office 1").await?;
    desk.sign_in(person, PASSWORD, "office").await?;
    Ok(desk)
}
