//! Who asks: the other end of the connection, or whoever a proxy that is trusted names.
//!
//! Whoever is not trusted may write what they like into these headers. So they are read from the right, and only as far as each hop was
//! written by somebody who is trusted. Of the two forms one is read: a proxy that writes one passes the other on as the client sent it.

use std::{net::IpAddr, str::FromStr};

use axum::http::{HeaderMap, header};
use ipnet::IpNet;

/// Which headers say for whom a proxy asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum ForwardedHeader {
    /// `X-Forwarded-For` and `X-Forwarded-Proto`.
    #[default]
    XForwarded,
    /// `Forwarded` (RFC 7239).
    Forwarded,
}

/// Whom to believe for whom they ask.
#[derive(Debug, Clone, Default)]
pub struct Forwarding {
    /// The proxies; none by default.
    pub trusted: Vec<IpNet>,
    /// What they write.
    pub header: ForwardedHeader,
}

/// Networks in the form that people write them: `10.0.0.0/8`, or one address.
pub fn network(text: &str) -> Result<IpNet, String> {
    let text = text.trim();
    let network = IpNet::from_str(text).or_else(|_| IpAddr::from_str(text).map(IpNet::from));
    network.map_err(|_| format!("{text:?} is neither a network such as 10.0.0.0/8 nor an address"))
}

/// The other end of the connection.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Peer(pub IpAddr);

/// Whoever asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Client {
    pub address: IpAddr,
    /// They spoke TLS, to a proxy that is trusted to say so.
    pub tls: bool,
}

/// What one proxy says of whoever asked it.
struct Hop {
    /// None where it hides them, or what it says cannot be read.
    address: Option<IpAddr>,
    tls: bool,
}

impl Forwarding {
    /// Who asks through that connection.
    pub(crate) fn client(&self, peer: IpAddr, headers: &HeaderMap) -> Client {
        let mut client = Client { address: peer.to_canonical(), tls: false };
        if !self.trusts(client.address) {
            return client;
        }
        let hops = match self.header {
            ForwardedHeader::XForwarded => x_forwarded(headers),
            ForwardedHeader::Forwarded => forwarded(headers),
        };
        for hop in hops.into_iter().rev() {
            client.tls = hop.tls;
            let Some(address) = hop.address else { break };
            client.address = address.to_canonical();
            if !self.trusts(client.address) {
                break;
            }
        }
        client
    }

    fn trusts(&self, address: IpAddr) -> bool {
        self.trusted.iter().any(|network| network.contains(&address))
    }
}

/// The values of a header that may stand on several lines, from left to right. A line that is no text is a hop that cannot be read.
fn values<'h>(headers: &'h HeaderMap, name: &str) -> Vec<&'h str> {
    let lines = headers.get_all(name).iter().map(|line| line.to_str().unwrap_or_default());
    lines.flat_map(|line| parts(line, ',')).collect()
}

fn x_forwarded(headers: &HeaderMap) -> Vec<Hop> {
    // The one that the nearest proxy wrote.
    let tls = values(headers, "x-forwarded-proto").last().is_some_and(|proto| proto.trim().eq_ignore_ascii_case("https"));
    values(headers, "x-forwarded-for").into_iter().map(|value| Hop { address: address(value), tls }).collect()
}

fn forwarded(headers: &HeaderMap) -> Vec<Hop> {
    values(headers, header::FORWARDED.as_str()).into_iter().map(element).collect()
}

/// `for="[2001:db8::1]:4711";proto=https;by=…`
fn element(text: &str) -> Hop {
    let mut hop = Hop { address: None, tls: false };
    for pair in parts(text, ';') {
        let Some((name, value)) = pair.split_once('=') else { continue };
        let value = value.trim().trim_matches('"');
        match name.trim().to_ascii_lowercase().as_str() {
            "for" => hop.address = address(value),
            "proto" => hop.tls = value.eq_ignore_ascii_case("https"),
            _ => {}
        }
    }
    hop
}

/// Splits where the separator stands outside quotes.
fn parts(text: &str, separator: char) -> Vec<&str> {
    let (mut quoted, mut escaped) = (false, false);
    text.split(move |character: char| {
        let splits = character == separator && !quoted;
        match character {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            _ => {}
        }
        splits
    })
    .collect()
}

/// An address, with or without brackets and port.
fn address(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    let bare = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
    bare.parse().ok().or_else(|| text.parse::<std::net::SocketAddr>().ok().map(|socket| socket.ip()))
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderName, HeaderValue};
    use rstest::rstest;

    use super::*;

    fn who(header: ForwardedHeader, peer: &str, lines: &[(&str, &str)]) -> (String, bool) {
        let trusted = ["10.0.0.0/8", "2001:db8:1::/48"].map(|text| network(text).unwrap()).to_vec();
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(HeaderName::from_str(name).unwrap(), HeaderValue::from_str(value).unwrap());
        }
        let Client { address, tls } = Forwarding { trusted, header }.client(peer.parse().unwrap(), &headers);
        (address.to_string(), tls)
    }

    #[rstest]
    #[case::nobody_is_trusted_by_being_there("203.0.113.9", &[("x-forwarded-for", "192.0.2.1"), ("x-forwarded-proto", "https")], "203.0.113.9", false)]
    #[case::a_proxy_names_its_client("10.0.0.2", &[("x-forwarded-for", "192.0.2.1"), ("x-forwarded-proto", "https")], "192.0.2.1", true)]
    #[case::what_the_client_wrote_before_it("10.0.0.2", &[("x-forwarded-for", "198.51.100.7, 192.0.2.1")], "192.0.2.1", false)]
    #[case::also_on_a_line_of_its_own("10.0.0.2", &[("x-forwarded-for", "198.51.100.7"), ("x-forwarded-for", "192.0.2.1")], "192.0.2.1", false)]
    #[case::a_trusted_address_that_the_client_claims("10.0.0.2", &[("x-forwarded-for", "10.9.9.9, 192.0.2.1")], "192.0.2.1", false)]
    #[case::two_proxies("10.0.0.2", &[("x-forwarded-for", "192.0.2.1, 10.0.0.3"), ("x-forwarded-proto", "https")], "192.0.2.1", true)]
    #[case::nothing_said("10.0.0.2", &[], "10.0.0.2", false)]
    #[case::nonsense("10.0.0.2", &[("x-forwarded-for", "192.0.2.1, who, knows")], "10.0.0.2", false)]
    #[case::nonsense_at_its_end("10.0.0.2", &[("x-forwarded-for", "192.0.2.1,")], "10.0.0.2", false)]
    #[case::the_other_form_is_the_clients_own("10.0.0.2", &[("forwarded", "for=198.51.100.7;proto=https")], "10.0.0.2", false)]
    #[case::ports_and_brackets("10.0.0.2", &[("x-forwarded-for", "[2001:db8::1]:4711")], "2001:db8::1", false)]
    #[case::mapped("::ffff:10.0.0.2", &[("x-forwarded-for", "::ffff:192.0.2.1")], "192.0.2.1", false)]
    #[case::the_last_word_on_tls("10.0.0.2", &[("x-forwarded-for", "192.0.2.1"), ("x-forwarded-proto", "https, http")], "192.0.2.1", false)]
    fn by_x_forwarded(#[case] peer: &str, #[case] lines: &[(&str, &str)], #[case] address: &str, #[case] tls: bool) {
        assert_eq!(who(ForwardedHeader::XForwarded, peer, lines), (address.to_owned(), tls));
    }

    #[rstest]
    #[case::untrusted("203.0.113.9", &[("forwarded", "for=192.0.2.1;proto=https")], "203.0.113.9", false)]
    #[case::named("10.0.0.2", &[("forwarded", "for=192.0.2.1;proto=https;by=10.0.0.2")], "192.0.2.1", true)]
    #[case::quoted("10.0.0.2", &[("forwarded", "For=\"[2001:db8::1]:4711\"; Proto=HTTPS")], "2001:db8::1", true)]
    #[case::spoofed_before("10.0.0.2", &[("forwarded", "for=198.51.100.7;proto=https"), ("forwarded", "for=192.0.2.1;proto=http")], "192.0.2.1", false)]
    #[case::a_comma_within_quotes("10.0.0.2", &[("forwarded", "for=\"a,for=198.51.100.7\";proto=https")], "10.0.0.2", true)]
    #[case::hidden("10.0.0.2", &[("forwarded", "for=198.51.100.7, for=_hidden;proto=https")], "10.0.0.2", true)]
    #[case::unknown("10.0.0.2", &[("forwarded", "for=unknown")], "10.0.0.2", false)]
    #[case::two_proxies("2001:db8:1::5", &[("forwarded", "for=192.0.2.1;proto=https, for=10.0.0.3;proto=http")], "192.0.2.1", true)]
    #[case::the_other_form_is_the_clients_own("10.0.0.2", &[("x-forwarded-for", "198.51.100.7"), ("x-forwarded-proto", "https")], "10.0.0.2", false)]
    #[case::an_open_quote("10.0.0.2", &[("forwarded", "for=\"192.0.2.1, for=198.51.100.7")], "10.0.0.2", false)]
    fn by_forwarded(#[case] peer: &str, #[case] lines: &[(&str, &str)], #[case] address: &str, #[case] tls: bool) {
        assert_eq!(who(ForwardedHeader::Forwarded, peer, lines), (address.to_owned(), tls));
    }

    #[test]
    fn nobody_is_trusted_by_default() {
        let mut headers = HeaderMap::new();
        headers.insert("x-forwarded-for", HeaderValue::from_static("192.0.2.1"));
        let client = Forwarding::default().client(IpAddr::from([127, 0, 0, 1]), &headers);
        assert_eq!(client, Client { address: IpAddr::from([127, 0, 0, 1]), tls: false });
    }

    #[test]
    fn networks_are_read_and_others_refused() {
        assert_eq!(network(" 10.0.0.0/8 ").unwrap().to_string(), "10.0.0.0/8");
        assert_eq!(network("::1").unwrap().to_string(), "::1/128");
        for other in ["", "10.0.0.0/33", "localhost", "*"] {
            assert!(network(other).is_err(), "{other}");
        }
    }
}
