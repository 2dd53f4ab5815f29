//! Which of several machines holds the database: an address may name the primary and its standbys, and whoever takes writes is the one.
//!
//! sqlx connects to one machine. So the address is taken apart here, in libpq's form: `postgres://user:password@one:5432,two:5432/name`.

use std::{str::FromStr as _, time::Duration};

use sqlx::{ConnectOptions as _, Connection as _, postgres::PgConnectOptions};
use tokio::time::timeout;

use super::options;
use crate::error::StartError;

/// How long a machine may take to answer. One that does not hears nothing either.
const PATIENCE: Duration = Duration::from_secs(3);

/// The addresses that one address names, in its order; one where it names one machine.
pub(crate) fn addresses(url: &str) -> Vec<String> {
    let Some((scheme, rest)) = url.split_once("://") else { return vec![url.to_owned()] };
    let (authority, path) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    // A comma in a name or a password is none between machines.
    let (user, hosts) = authority.rsplit_once('@').unwrap_or(("", authority));
    let at = if user.is_empty() { "" } else { "@" };
    hosts.split(',').map(|host| format!("{scheme}://{user}{at}{host}{path}")).collect()
}

/// A machine that takes writes.
#[derive(Debug)]
struct Primary {
    address: String,
    /// PostgreSQL's own number of the cluster: the same in a primary and whatever follows it.
    system: String,
    /// Grows with each promotion; hexadecimal, of eight digits.
    timeline: String,
}

/// What was found at one of the addresses.
enum Found {
    Primary(Primary),
    Follows,
    Away(sqlx::Error),
}

/// How to connect to the one that takes writes. Of two of one system, as where an old primary was not ended, it is the one that was promoted last.
pub(super) async fn find(url: &str) -> Result<PgConnectOptions, StartError> {
    options(&find_address(url).await?)
}

/// The same without the bounds that serving sets.
pub(super) async fn find_unbounded(url: &str) -> Result<PgConnectOptions, StartError> {
    Ok(PgConnectOptions::from_str(&find_address(url).await?)?)
}

async fn find_address(url: &str) -> Result<String, StartError> {
    let addresses = addresses(url);
    if addresses.len() < 2 {
        return Ok(url.to_owned());
    }
    let (primaries, away) = look(&addresses).await?;
    choose(primaries)?.map(|primary| primary.address).ok_or_else(|| match away {
        Some(error) => error.into(),
        None => StartError::Refused("every machine that DATABASE_URL names follows another one: promote one of them".to_owned()),
    })
}

/// Whether one of the machines was promoted after the one on that timeline. False where the address names one machine.
pub(crate) async fn is_succeeded(url: &str, system: &str, timeline: &str) -> Result<bool, StartError> {
    let addresses = addresses(url);
    if addresses.len() < 2 {
        return Ok(false);
    }
    let (primaries, _) = look(&addresses).await?;
    Ok(primaries.iter().any(|primary| primary.system == system && primary.timeline.as_str() > timeline))
}

/// Asks all of them, one after the other. The last error, where one was away.
async fn look(addresses: &[String]) -> Result<(Vec<Primary>, Option<sqlx::Error>), StartError> {
    let (mut primaries, mut last) = (Vec::new(), None);
    for address in addresses {
        match ask(address, &options(address)?).await {
            Found::Primary(primary) => primaries.push(primary),
            Found::Follows => {}
            Found::Away(error) => last = Some(error),
        }
    }
    Ok((primaries, last))
}

async fn ask(address: &str, options: &PgConnectOptions) -> Found {
    let asked = timeout(PATIENCE, async {
        let mut conn = options.connect().await?;
        let found: (bool, Option<String>, Option<String>) = sqlx::query_as(
            "SELECT pg_is_in_recovery(), (SELECT system_identifier::text FROM pg_control_system()),
                    CASE WHEN NOT pg_is_in_recovery() THEN left(pg_walfile_name(pg_current_wal_lsn()), 8) END",
        )
        .fetch_one(&mut conn)
        .await?;
        conn.close().await?;
        Ok::<_, sqlx::Error>(found)
    });
    match asked.await {
        Ok(Ok((false, Some(system), Some(timeline)))) => Found::Primary(Primary { address: address.to_owned(), system, timeline }),
        Ok(Ok(_)) => Found::Follows,
        Ok(Err(error)) => Found::Away(error),
        Err(_) => Found::Away(sqlx::Error::Io(std::io::ErrorKind::TimedOut.into())),
    }
}

/// The one that was promoted last. Two systems, or two on one timeline, are two databases: nobody knows which of them is meant.
fn choose(mut primaries: Vec<Primary>) -> Result<Option<Primary>, StartError> {
    primaries.sort_by(|one, other| one.timeline.cmp(&other.timeline));
    let Some(last) = primaries.pop() else { return Ok(None) };
    if primaries.iter().any(|other| other.system != last.system || other.timeline == last.timeline) {
        return Err(StartError::Refused("DATABASE_URL names machines with databases of their own: which of them is meant?".to_owned()));
    }
    for other in &primaries {
        tracing::error!(timeline = %other.timeline, "an old primary still takes writes beside the one that was promoted: end it");
    }
    Ok(Some(last))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_names_one_machine_or_several() {
        let one = ["postgres://web:a,b@host:5433/box?sslmode=require", "postgres:///box", "nonsense", "postgres://host"];
        for address in one {
            assert_eq!(addresses(address), [address]);
        }
        assert_eq!(
            addresses("postgres://web:a,b@one:5432,two/box?sslmode=require"),
            ["postgres://web:a,b@one:5432/box?sslmode=require", "postgres://web:a,b@two/box?sslmode=require"]
        );
        assert_eq!(addresses("postgres://[::1]:1,[::2]:2/box"), ["postgres://[::1]:1/box", "postgres://[::2]:2/box"]);
    }

    fn primary(system: &str, timeline: &str) -> Primary {
        Primary { address: String::new(), system: system.to_owned(), timeline: timeline.to_owned() }
    }

    #[test]
    fn of_two_primaries_the_one_that_was_promoted_last_counts() {
        assert!(choose(Vec::new()).unwrap().is_none());
        let chosen = choose(vec![primary("7", "0000000A"), primary("7", "00000009")]).unwrap().unwrap();
        assert_eq!(chosen.timeline, "0000000A");
        for other in [primary("8", "00000001"), primary("7", "0000000A")] {
            assert!(choose(vec![primary("7", "0000000A"), other]).is_err());
        }
    }
}
