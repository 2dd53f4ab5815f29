//! Money and rates as they are written on paper. Digits are placed, nothing is divided.

use beadsbox_domain::Money;

use crate::Language;

const NARROW_SPACE: char = '\u{202f}';
const SPACE: char = '\u{a0}';

/// `€1,234.50` and `BHD 1.250` in English, `1 234,50 €` and `1,250 BHD` in French, with the currency's own number of decimals.
pub fn amount(money: Money, language: Language) -> String {
    let plain = money.decimal();
    let (sign, plain) = plain.strip_prefix('-').map_or(("", plain.as_str()), |positive| ("-", positive));
    let (whole, decimals) = plain.split_once('.').unwrap_or((plain, ""));
    let symbol = symbol(money.currency.code());
    let point = if decimals.is_empty() { "" } else { language.pick(".", ",") };
    match language {
        Language::En => {
            let gap = if symbol.chars().all(char::is_alphanumeric) { SPACE.to_string() } else { String::new() };
            format!("{sign}{symbol}{gap}{}{point}{decimals}", grouped(whole, ','))
        }
        Language::Fr => format!("{sign}{}{point}{decimals}{SPACE}{symbol}", grouped(whole, NARROW_SPACE)),
    }
}

/// Hundredths of a percent: `20%`, `5.5%` in English, `20 %`, `5,5 %` in French.
pub(crate) fn rate(basis_points: u16, language: Language) -> String {
    let (whole, hundredths) = (basis_points / 100, basis_points % 100);
    let decimals = format!("{hundredths:02}");
    let decimals = decimals.trim_end_matches('0');
    let point = if decimals.is_empty() { "" } else { language.pick(".", ",") };
    format!("{whole}{point}{decimals}{}", language.pick("%", "\u{a0}%"))
}

/// The sign where people know it; else the code, which nobody mistakes.
fn symbol(code: &'static str) -> &'static str {
    match code {
        "EUR" => "€",
        "USD" => "$",
        "GBP" => "£",
        "JPY" => "¥",
        code => code,
    }
}

fn grouped(digits: &str, separator: char) -> String {
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            grouped.push(separator);
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use beadsbox_domain::Currency;

    use super::*;

    fn written(minor: i64, currency: &str) -> (String, String) {
        let money = Money::new(minor, Currency::from_code(currency).unwrap());
        (amount(money, Language::En), amount(money, Language::Fr))
    }

    #[test]
    fn an_amount_has_its_currencys_decimals() {
        assert_eq!(written(1234, "EUR"), ("€12.34".to_owned(), "12,34\u{a0}€".to_owned()));
        assert_eq!(written(5, "EUR"), ("€0.05".to_owned(), "0,05\u{a0}€".to_owned()));
        assert_eq!(written(-123_456_789, "USD"), ("-$1,234,567.89".to_owned(), "-1\u{202f}234\u{202f}567,89\u{a0}$".to_owned()));
        assert_eq!(written(98_000, "JPY"), ("¥98,000".to_owned(), "98\u{202f}000\u{a0}¥".to_owned()));
        assert_eq!(written(1250, "BHD"), ("BHD\u{a0}1.250".to_owned(), "1,250\u{a0}BHD".to_owned()));
    }

    #[test]
    fn a_rate_has_no_zeros_at_its_end() {
        assert_eq!((rate(2000, Language::En), rate(2000, Language::Fr)), ("20%".to_owned(), "20\u{a0}%".to_owned()));
        assert_eq!((rate(550, Language::En), rate(205, Language::Fr)), ("5.5%".to_owned(), "2,05\u{a0}%".to_owned()));
    }
}
