//! Fills in the pages. Every value is escaped; what is missing in a page is an error and not a blank.

use std::{collections::BTreeMap, fmt::Write as _, sync::LazyLock};

use axum::{
    body::Body,
    http::{HeaderValue, Response, StatusCode, header},
};
use beadsbox_documents::Language;
use minijinja::{
    AutoEscape, Environment, UndefinedBehavior, Value, context,
    syntax::SyntaxConfig,
    value::{Kwargs, Serde},
};

use super::{assets, visitor::Visitor, words::WORDS};
use crate::error::Failure;

/// A page by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Page {
    Choose,
    Buy,
    Order,
    Trouble,
}

impl Page {
    const fn source(self) -> &'static str {
        match self {
            Self::Choose => include_str!("choose.html"),
            Self::Buy => include_str!("buy.html"),
            Self::Order => include_str!("order.html"),
            Self::Trouble => include_str!("trouble.html"),
        }
    }
}

const LAYOUT: &str = include_str!("layout.html");

/// An environment in which everything is escaped.
static ENVIRONMENT: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    if let Ok(syntax) = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build() {
        environment.set_syntax(syntax);
    }
    environment.add_filter("fill", fill);
    environment.add_filter("lines", |text: String| text.lines().map(str::to_owned).collect::<Vec<_>>());
    environment
});

/// Puts values into words: `{{ t.buy_for | fill(price=price) }}`. The whole is escaped afterwards.
#[expect(clippy::needless_pass_by_value, reason = "the signature that the template engine asks for")]
fn fill(text: String, values: Kwargs) -> Result<String, minijinja::Error> {
    let names: Vec<String> = values.args().map(str::to_owned).collect();
    let mut filled = text;
    for name in names {
        let value: String = values.get(&name)?;
        filled = filled.replace(&format!("{{{name}}}"), &value);
    }
    Ok(filled)
}

/// Anything that serde writes, as a page gets it.
pub(super) fn serialized(value: impl serde::Serialize) -> Value {
    Value::from(Serde(value))
}

/// The words of each language, by their keys.
static TABLES: LazyLock<[Value; 2]> = LazyLock::new(|| {
    [Language::En, Language::Fr].map(|language| {
        let table: BTreeMap<&str, &str> = WORDS.iter().map(|(key, en, fr)| (*key, language.pick(en, fr))).collect();
        serialized(table)
    })
});

/// The words of that language.
pub(super) fn table(language: Language) -> Value {
    let [en, fr] = &*TABLES;
    match language {
        Language::En => en.clone(),
        Language::Fr => fr.clone(),
    }
}

/// One word of that language.
pub(super) fn word(language: Language, key: &str) -> &'static str {
    WORDS.iter().find(|(known, ..)| *known == key).map_or("", |(_, en, fr)| language.pick(en, fr))
}

/// How a page is answered.
pub(super) struct Shown<'a> {
    pub page: Page,
    pub status: StatusCode,
    /// What stands in the browser's tab.
    pub title: &'a str,
    /// The page's own address without its query, for the link to the other language. None where that link would lose what is typed.
    pub path: Option<&'a str>,
    /// What the page itself shows.
    pub values: Value,
}

/// The whole document.
pub(super) fn show(visitor: &Visitor, shown: &Shown<'_>) -> Result<Response<Body>, Failure> {
    let defect = |error: minijinja::Error| {
        let mut told = format!("a page: {error}");
        let mut source = std::error::Error::source(&error);
        while let Some(cause) = source {
            let _ = write!(told, ": {cause}");
            source = cause.source();
        }
        Failure::Defect(told)
    };
    let language = visitor.language;
    let common = context! { t => table(language), lang => language.code(), query => visitor.query(), ..shown.values.clone() };
    let body = ENVIRONMENT.render_str(shown.page.source(), common).map_err(defect)?;
    let other = match language {
        Language::En => Language::Fr,
        Language::Fr => Language::En,
    };
    let page = context! {
        t => table(language),
        lang => language.code(),
        query => visitor.query(),
        title => shown.title,
        body,
        style => assets::style_path(),
        icon => assets::icon_path(),
        other => shown.path.map(|path| format!("{path}?lang={}", other.code())),
        other_code => other.code(),
        other_name => word(other, "language_name"),
    };
    let document = ENVIRONMENT.render_str(LAYOUT, page).map_err(defect)?;
    let mut response = Response::new(Body::from(document));
    *response.status_mut() = shown.status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    headers.insert(header::CONTENT_LANGUAGE, HeaderValue::from_static(language.code()));
    headers.insert(header::VARY, HeaderValue::from_static("Accept-Language"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_filled_in_is_escaped() {
        let shown = ENVIRONMENT.render_str("{{ text | fill(name=name) }}", context! { text => "Hello {name}", name => "<b>&\"'" }).unwrap();
        assert_eq!(shown, "Hello &lt;b&gt;&amp;&quot;&#x27;");
    }

    #[test]
    fn what_is_missing_is_an_error() {
        assert!(ENVIRONMENT.render_str("{{ t.no_such_word }}", context! { t => table(Language::En) }).is_err());
    }
}
