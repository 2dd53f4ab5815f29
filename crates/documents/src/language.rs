/// The language of a document: that of whoever it is handed to, not that of the screen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Language {
    /// English.
    #[default]
    En,
    /// French.
    Fr,
}

impl Language {
    /// Its code of ISO 639-1.
    pub const fn code(self) -> &'static str {
        self.pick("en", "fr")
    }

    /// The one or the other.
    pub const fn pick(self, en: &'static str, fr: &'static str) -> &'static str {
        match self {
            Self::En => en,
            Self::Fr => fr,
        }
    }
}
