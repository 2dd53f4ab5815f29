//! The settings of this device's scanner, kept beside the person's choices; and what there is to scan for a test.

use crate::{
    error::{AppError, AppResult, FieldErrorCode, FieldErrors},
    program::{Program, ProgramEvent},
    usecase::qr,
    view::{QrView, ScannerSettings},
};

const SETTINGS: &str = "scanner";
const LONGEST_PREFIX: usize = 8;
/// Below, a busy computer would cut scans in two; above, a quick hand would come close.
const GAP_MS: std::ops::RangeInclusive<u16> = 20..=150;
/// Every symbol that a signed code can have: each keyboard layout gives it away. No signature fits it.
const TEST_TEXT: &str = "MBB1:TEST 0123456789 ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";

impl Program {
    /// How scans are told from typing. What cannot be read counts as never set.
    pub async fn scanner_settings(&self) -> ScannerSettings {
        let kept = self.preference(SETTINGS).await.and_then(|text| serde_json::from_str(&text).ok());
        kept.filter(|settings| check(settings).is_ok()).unwrap_or_default()
    }

    /// Keeps the settings, and tells every window.
    pub async fn set_scanner_settings(&self, settings: ScannerSettings) -> AppResult<ScannerSettings> {
        check(&settings)?;
        let text = serde_json::to_string(&settings).map_err(AppError::internal)?;
        self.save_preference(SETTINGS, text).await?;
        self.emit(ProgramEvent::Scanner(settings.clone()));
        Ok(settings)
    }
}

/// A QR code that tells how a scanner is set.
pub fn scanner_test() -> AppResult<QrView> {
    qr::draw(TEST_TEXT)
}

fn check(settings: &ScannerSettings) -> AppResult<()> {
    let mut faults = FieldErrors::default();
    if settings.prefix.len() > LONGEST_PREFIX {
        faults.add("prefix", FieldErrorCode::TooLong, u32::try_from(LONGEST_PREFIX).ok());
    }
    if !settings.prefix.chars().all(|character| character.is_ascii_graphic()) {
        faults.add("prefix", FieldErrorCode::ForbiddenCharacter, None);
    }
    if settings.longest_gap_ms < *GAP_MS.start() {
        faults.add("longest_gap_ms", FieldErrorCode::TooSmall, Some(u32::from(*GAP_MS.start())));
    }
    if settings.longest_gap_ms > *GAP_MS.end() {
        faults.add("longest_gap_ms", FieldErrorCode::TooLarge, Some(u32::from(*GAP_MS.end())));
    }
    faults.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::{ScannerLayout, Terminator};

    fn fields(settings: &ScannerSettings) -> Vec<(String, FieldErrorCode)> {
        check(settings)
            .err()
            .map(|error| error.fields.into_iter().map(|fault| (fault.field, fault.code)).collect())
            .unwrap_or_default()
    }

    #[test]
    fn the_settings_of_a_new_device_are_right() {
        assert!(check(&ScannerSettings::default()).is_ok());
    }

    #[test]
    fn settings_stay_within_their_bounds() {
        let with = |prefix: &str, longest_gap_ms| ScannerSettings { prefix: prefix.to_owned(), longest_gap_ms, ..ScannerSettings::default() };
        for good in [with("]Q1", 20), with("12345678", 150), with("~", 60)] {
            assert_eq!(fields(&good), [], "{good:?}");
        }
        assert_eq!(fields(&with("123456789", 60)), [("prefix".to_owned(), FieldErrorCode::TooLong)]);
        for prefix in ["é", "a b", "\n"] {
            assert_eq!(fields(&with(prefix, 60)), [("prefix".to_owned(), FieldErrorCode::ForbiddenCharacter)], "{prefix:?}");
        }
        assert_eq!(fields(&with("", 19)), [("longest_gap_ms".to_owned(), FieldErrorCode::TooSmall)]);
        assert_eq!(fields(&with("", 151)), [("longest_gap_ms".to_owned(), FieldErrorCode::TooLarge)]);
    }

    #[test]
    fn what_was_kept_is_read_again() {
        let settings = ScannerSettings { prefix: "~".to_owned(), terminator: Terminator::Pause, longest_gap_ms: 90, layout: ScannerLayout::Fr };
        let text = serde_json::to_string(&settings).unwrap();
        assert_eq!(text, r#"{"prefix":"~","terminator":"pause","longest_gap_ms":90,"layout":"fr"}"#, "written by programs of before");
        assert_eq!(serde_json::from_str::<ScannerSettings>(&text).unwrap(), settings);
    }

    #[test]
    fn the_test_code_has_every_symbol_of_a_signed_code() {
        assert!("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:".chars().all(|symbol| TEST_TEXT.contains(symbol)));
        assert_eq!(scanner_test().unwrap().text, TEST_TEXT);
    }
}
