//! What addresses of other programs have in common: mail server, broker.

use percent_encoding::percent_decode_str;
use url::{Host, Url};

/// Whether it stays on this machine: nobody can listen, so it need not be encrypted.
pub(crate) fn is_this_machine(url: &Url) -> bool {
    match url.host() {
        // The host of a scheme that browsers do not know is never read as a number.
        Some(Host::Domain(name)) => name == "localhost" || name.parse().is_ok_and(|address: std::net::IpAddr| address.is_loopback()),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// A name or password as it is meant; none where it is no UTF-8.
pub(crate) fn decoded(text: &str) -> Option<String> {
    Some(percent_decode_str(text).decode_utf8().ok()?.into_owned())
}
