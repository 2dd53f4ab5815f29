//! Which broker.

use lapin::uri::{AMQPAuthority, AMQPQueryString, AMQPScheme, AMQPUri, AMQPUserInfo};
use secrecy::{ExposeSecret as _, SecretString};
use url::Url;

use crate::{
    address::{decoded, is_this_machine},
    error::StartError,
};

/// A line on which nobody is heard for twice as long is cut.
const HEARTBEAT_SECONDS: u16 = 10;

/// The longest name that the protocol knows, in bytes.
const LONGEST_NAME: usize = 255;

/// Which broker tells of jobs.
#[derive(Debug, Clone)]
pub struct BrokerConfig {
    /// `amqps://name:password@host/vhost`. Plain `amqp://` is for this machine alone.
    pub url: SecretString,
}

fn refused(detail: &str) -> StartError {
    StartError::Refused(format!("broker: {detail}"))
}

impl BrokerConfig {
    /// Checks what can be checked without asking the broker. What is wrong is told without the address, which may hold a password.
    pub(super) fn address(&self) -> Result<AMQPUri, StartError> {
        let url =
            Url::parse(self.url.expose_secret()).map_err(|_| refused("BROKER_URL is an address such as amqps://name:password@broker.example.com/beadsbox"))?;
        let scheme = match url.scheme() {
            "amqps" => AMQPScheme::AMQPS,
            "amqp" if is_this_machine(&url) => AMQPScheme::AMQP,
            "amqp" => return Err(refused("plain amqp:// is for this machine alone: use amqps://")),
            _ => return Err(refused("BROKER_URL begins with amqps://")),
        };
        if url.query().is_some() || url.fragment().is_some() {
            return Err(refused("BROKER_URL has nothing behind the virtual host"));
        }
        let host = url.host_str().filter(|host| !host.is_empty()).ok_or_else(|| refused("BROKER_URL names no broker"))?;
        let word = |text: &str| decoded(text).ok_or_else(|| refused("name, password and virtual host in BROKER_URL are UTF-8"));
        let (username, password) = match (url.username(), url.password()) {
            ("", _) | (_, None) => return Err(refused("BROKER_URL needs a name and a password")),
            (name, Some(password)) => (word(name)?, word(password)?),
        };
        let path = url.path().strip_prefix('/').unwrap_or_default();
        let vhost = if path.is_empty() { "/".to_owned() } else { word(path)? };
        if vhost.len() > LONGEST_NAME {
            return Err(refused("the virtual host in BROKER_URL is too long a name"));
        }
        let port = url.port().unwrap_or(if scheme == AMQPScheme::AMQPS { 5671 } else { 5672 });
        // A host of numbers stands in brackets where it is of the sixth version; a line is opened to what is between.
        let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
        let query = AMQPQueryString { heartbeat: Some(HEARTBEAT_SECONDS), connection_timeout: Some(5_000), ..AMQPQueryString::default() };
        Ok(AMQPUri { scheme, authority: AMQPAuthority { userinfo: AMQPUserInfo { username, password }, host, port }, vhost, query })
    }

    /// Whether it can be called at all.
    pub(crate) fn check(&self) -> Result<(), StartError> {
        self.address().map(drop)
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn address(url: &str) -> Result<AMQPUri, StartError> {
        BrokerConfig { url: SecretString::from(url.to_owned()) }.address()
    }

    #[rstest]
    #[case("amqps://name:p%40ss@broker.example.com/beads%20box", "broker.example.com", 5671, "beads box")]
    #[case("amqps://name:p%40ss@broker.example.com:5679", "broker.example.com", 5679, "/")]
    #[case("amqp://name:p%40ss@localhost/beadsbox", "localhost", 5672, "beadsbox")]
    #[case("amqp://name:p%40ss@[::1]:5700/%2f", "::1", 5700, "/")]
    fn brokers_that_are_taken(#[case] url: &str, #[case] host: &str, #[case] port: u16, #[case] vhost: &str) {
        let found = address(url).unwrap();
        assert_eq!((found.authority.host.as_str(), found.authority.port, found.vhost.as_str()), (host, port, vhost));
        assert_eq!(found.authority.userinfo, AMQPUserInfo { username: "name".to_owned(), password: "p@ss".to_owned() });
    }

    #[rstest]
    #[case("amqp://name:secret@broker.example.com/beadsbox")]
    #[case("amqp://name:secret@192.168.1.4/beadsbox")]
    #[case("amqps://name@broker.example.com/beadsbox")]
    #[case("amqps://broker.example.com/beadsbox")]
    #[case("amqps://name:secret@broker.example.com/beadsbox?heartbeat=0")]
    #[case("https://name:secret@broker.example.com")]
    #[case("broker.example.com")]
    #[case("")]
    fn brokers_that_are_not_taken(#[case] url: &str) {
        let Err(error) = address(url) else { panic!("{url} was taken") };
        assert!(!error.to_string().contains("secret"), "{error}");
    }
}
