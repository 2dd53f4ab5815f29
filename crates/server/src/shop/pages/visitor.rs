//! Who looks at a page: from where, in which language, and with which cookie.

use std::net::{IpAddr, Ipv4Addr};

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, header, request::Parts},
};
use beadsbox_documents::Language;

use crate::{error::Failure, http::Client, state::App};

/// The cookie that binds forms to a browser. Its long name is one that only this host can set, and only by TLS.
const COOKIE: &str = "beadsbox-form";
const SECURE_COOKIE: &str = "__Host-beadsbox-form";
const COOKIE_CHARACTERS: usize = 32;

/// Who looks.
#[derive(Debug, Clone)]
pub(in crate::shop) struct Visitor {
    pub address: IpAddr,
    pub language: Language,
    /// The language was chosen on the page: links keep it.
    pub chosen: bool,
    /// The cookie's value, where the browser has it.
    pub cookie: Option<String>,
    secure: bool,
    /// The browser says that the request comes from another site.
    pub from_elsewhere: bool,
}

impl Visitor {
    pub fn of(parts: &Parts, app: &App) -> Self {
        let secure = app.shop.config.is_secure();
        let chosen = parts.uri.query().and_then(chosen_language);
        Self {
            // Of whoever asks, also through a proxy that is trusted to say who that is.
            address: parts.extensions.get::<Client>().map_or(Ipv4Addr::UNSPECIFIED.into(), |client| client.address),
            language: chosen.unwrap_or_else(|| accepted(&parts.headers)),
            chosen: chosen.is_some(),
            cookie: cookie(&parts.headers, if secure { SECURE_COOKIE } else { COOKIE }),
            secure,
            from_elsewhere: parts.headers.get("sec-fetch-site").is_some_and(|site| site != "same-origin" && site != "none"),
        }
    }

    /// What links on the page end with.
    pub const fn query(&self) -> &'static str {
        if self.chosen { self.language.pick("?lang=en", "?lang=fr") } else { "" }
    }

    /// The header that gives the browser that cookie.
    pub fn set_cookie(&self, value: &str) -> String {
        let (name, secure) = if self.secure { (SECURE_COOKIE, "; Secure") } else { (COOKIE, "") };
        format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax{secure}")
    }
}

impl FromRequestParts<App> for Visitor {
    type Rejection = Failure;
    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Failure> {
        Ok(Self::of(parts, app))
    }
}

fn chosen_language(query: &str) -> Option<Language> {
    query.split('&').find_map(|pair| match pair {
        "lang=en" => Some(Language::En),
        "lang=fr" => Some(Language::Fr),
        _ => None,
    })
}

/// The language that the browser likes best of those that there are (RFC 9110, section 12.5.4); English where it likes none.
fn accepted(headers: &HeaderMap) -> Language {
    let text = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let mut best = (Language::En, 0);
    for range in text.split(',').take(32) {
        let mut parts = range.split(';');
        let primary = parts.next().unwrap_or_default().trim().split('-').next().unwrap_or_default().to_ascii_lowercase();
        let quality = parts.find_map(|part| part.trim().strip_prefix("q=")).map_or(1000, thousandths);
        let language = match primary.as_str() {
            "en" | "*" => Language::En,
            "fr" => Language::Fr,
            _ => continue,
        };
        if quality > best.1 {
            best = (language, quality);
        }
    }
    best.0
}

/// A weight from 0 to 1 with three decimals at most, in thousandths; 0 where it is none.
fn thousandths(text: &str) -> u32 {
    let (whole, decimals) = text.trim().split_once('.').unwrap_or((text.trim(), ""));
    let Ok(whole) = whole.parse::<u32>() else { return 0 };
    let decimals: u32 = format!("{decimals:0<3}").get(..3).and_then(|digits| digits.parse().ok()).unwrap_or(0);
    whole.min(1).saturating_mul(1000).saturating_add(decimals).min(1000)
}

fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    let values = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let value = values.flat_map(|value| value.split(';')).find_map(|pair| pair.trim().strip_prefix(name)?.strip_prefix('='))?;
    (value.len() == COOKIE_CHARACTERS && value.bytes().all(|byte| byte.is_ascii_hexdigit())).then(|| value.to_owned())
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("", Language::En)]
    #[case("fr", Language::Fr)]
    #[case("fr-CH, fr;q=0.9, en;q=0.8, de;q=0.7, *;q=0.5", Language::Fr)]
    #[case("de, en;q=0.5, fr;q=0.7", Language::Fr)]
    #[case("en-GB,en;q=0.9,fr;q=0.8", Language::En)]
    #[case("de, *", Language::En)]
    #[case("fr;q=0, en", Language::En)]
    #[case("fr;q=zero", Language::En)]
    #[case("pt-BR", Language::En)]
    fn the_browsers_language(#[case] header: &str, #[case] expected: Language) {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT_LANGUAGE, HeaderValue::from_str(header).unwrap());
        assert_eq!(accepted(&headers), expected);
    }

    #[rstest]
    #[case("beadsbox-form=0123456789abcdef0123456789abcdef", true)]
    #[case("a=b; beadsbox-form=0123456789abcdef0123456789abcdef; c=d", true)]
    #[case("beadsbox-form=0123456789abcdef", false)]
    #[case("beadsbox-form=0123456789abcdef0123456789abcdeg", false)]
    #[case("xbeadsbox-form=0123456789abcdef0123456789abcdef", false)]
    fn the_cookie(#[case] header: &str, #[case] is_there: bool) {
        let mut headers = HeaderMap::new();
        headers.insert(header::COOKIE, HeaderValue::from_str(header).unwrap());
        assert_eq!(cookie(&headers, COOKIE).is_some(), is_there);
    }
}
