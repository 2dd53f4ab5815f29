//! Which column is what: by what a person said the last time, or else by its heading.

use std::collections::BTreeMap;

use beadsbox_documents::{ReadRow, folded};
use serde::{Deserialize, Serialize};

use crate::{
    error::{AppError, AppResult, FieldErrorCode},
    view::{FieldColumn, SheetField, SheetUse},
};

/// What a person said of the last table.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Kept {
    /// By field, the heading that it had.
    fields: BTreeMap<SheetField, String>,
    /// All headings, folded.
    headings: Vec<String>,
}

/// The fields of a table that is opened for that.
pub(super) const fn fields(purpose: SheetUse) -> &'static [SheetField] {
    use SheetField::{Buyer, Code, Currency, Email, ExpiresOn, Message, Price, Recipient, Since, SoldOn, Status, Title};
    match purpose {
        SheetUse::Issue => &[Buyer, Email, Recipient, Message],
        SheetUse::Import => &[Code, Title, Price, Currency, Status, Buyer, Email, Recipient, Message, SoldOn, ExpiresOn, Since],
    }
}

/// What headings call it, in English and French, the likeliest first; as [`folded`] leaves them.
#[expect(clippy::too_many_lines, reason = "a list of words")]
const fn names(field: SheetField) -> &'static [&'static str] {
    match field {
        SheetField::Buyer => &[
            "buyer",
            "buyername",
            "acheteur",
            "nomdelacheteur",
            "purchaser",
            "customer",
            "customername",
            "client",
            "nomduclient",
            "fullname",
            "name",
            "nom",
        ],
        SheetField::Email => {
            &["email", "buyeremail", "emailaddress", "mail", "courriel", "adresseemail", "adressemail", "adresseelectronique", "emaildelacheteur"]
        }
        SheetField::Recipient => &["recipient", "recipientname", "beneficiary", "beneficiaire", "destinataire", "nomdubeneficiaire", "for", "pour", "giftee"],
        SheetField::Message => &["message", "greeting", "dedication", "dedicace", "personalmessage", "text", "texte"],
        SheetField::Code => {
            &["code", "vouchercode", "externalcode", "codedubon", "uuid", "vouchernumber", "numerodubon", "number", "numero", "reference", "id"]
        }
        SheetField::Title => &[
            "title",
            "titre",
            "templatetitle",
            "vouchertemplate",
            "template",
            "modele",
            "product",
            "produit",
            "experience",
            "prestation",
            "item",
            "article",
        ],
        SheetField::Price => &[
            "price",
            "prix",
            "priceamount",
            "amount",
            "montant",
            "value",
            "valeur",
            "priceminor",
            "amountminor",
            "pricecents",
            "amountcents",
            "facevalue",
        ],
        SheetField::Currency => &["currency", "devise", "pricecurrency", "currencycode", "monnaie"],
        SheetField::Status => &["status", "statut", "state", "etat"],
        SheetField::SoldOn => &[
            "soldon",
            "soldat",
            "solddate",
            "purchasedat",
            "purchasedon",
            "purchasedate",
            "venduele",
            "vendule",
            "datedevente",
            "datedachat",
            "createdat",
            "created",
            "creele",
            "date",
        ],
        SheetField::ExpiresOn => &[
            "expireson",
            "expiresat",
            "expires",
            "expiry",
            "expirydate",
            "expirationdate",
            "validuntil",
            "validto",
            "valablejusquau",
            "expirele",
            "datedexpiration",
            "expiration",
            "echeance",
        ],
        SheetField::Since => {
            &["statussince", "statuschangedat", "changedat", "updatedat", "updated", "modifiedat", "modified", "modifiele", "usedat", "utilisele"]
        }
    }
}

/// The columns as far as they can be told. No column is two fields.
pub(super) fn guessed(headings: &[String], purpose: SheetUse, kept: &Kept) -> Vec<FieldColumn> {
    let words: Vec<String> = headings.iter().map(|heading| folded(heading)).collect();
    let mut free: Vec<bool> = words.iter().map(|word| !word.is_empty()).collect();
    let mut mapping = Vec::new();
    let mut take = |field: SheetField, word: &str, free: &mut Vec<bool>| {
        let place = words.iter().position(|heading| heading == word).filter(|place| free[*place]);
        if let Some(place) = place {
            free[place] = false;
            mapping.push(FieldColumn { field, column: u32::try_from(place).unwrap_or(u32::MAX) });
        }
        place.is_some()
    };
    // A heading that the table of then had not may be the likelier one: a `code` beside the `id` that was the code there.
    let is_new = |field: SheetField| words.iter().any(|word| !kept.headings.contains(word) && names(field).contains(&word.as_str()));
    let known = |field: &SheetField| kept.fields.get(field).is_some_and(|heading| words.contains(&folded(heading))) && !is_new(*field);
    for field in fields(purpose).iter().filter(|field| known(field)) {
        if let Some(heading) = kept.fields.get(field) {
            take(*field, &folded(heading), &mut free);
        }
    }
    for field in fields(purpose).iter().filter(|field| !known(field)) {
        for name in names(*field) {
            if take(*field, name, &mut free) {
                break;
            }
        }
    }
    mapping
}

/// Whether the heading over the prices says that they are whole minor units.
pub(super) fn says_minor_units(headings: &[String], mapping: &[FieldColumn]) -> bool {
    let price = mapping.iter().find(|column| column.field == SheetField::Price);
    let heading = price.and_then(|column| headings.get(usize::try_from(column.column).ok()?)).map(|heading| folded(heading));
    heading.is_some_and(|word| ["minor", "cent"].iter().any(|unit| word.contains(unit)))
}

/// Which column each field is in.
#[derive(Debug, Clone)]
pub(in crate::usecase) struct Columns(BTreeMap<SheetField, usize>);

impl Columns {
    /// What a page says of a table with so many columns: each field once, each column once, and those that have to be there.
    pub(in crate::usecase) fn read(mapping: &[FieldColumn], columns: usize, purpose: SheetUse, needed: &[SheetField]) -> AppResult<Self> {
        let mut read = BTreeMap::new();
        for FieldColumn { field, column } in mapping {
            let place = usize::try_from(*column).ok().filter(|place| *place < columns && fields(purpose).contains(field));
            let place = place.ok_or_else(|| AppError::in_field(&name_of(*field), FieldErrorCode::TooLarge, None))?;
            if read.values().any(|taken| *taken == place) || read.insert(*field, place).is_some() {
                return Err(AppError::in_field(&name_of(*field), FieldErrorCode::Twice, None));
            }
        }
        match needed.iter().find(|field| !read.contains_key(field)) {
            Some(missing) => Err(AppError::in_field(&name_of(*missing), FieldErrorCode::Required, None)),
            None => Ok(Self(read)),
        }
    }

    /// What stands in that field of a row; nothing where no column is that field.
    pub(in crate::usecase) fn cell<'a>(&self, row: &'a ReadRow, field: SheetField) -> &'a str {
        self.0.get(&field).and_then(|place| row.cells.get(*place)).map_or("", |cell| cell.trim())
    }

    /// The columns that are a field.
    pub(super) fn places(&self) -> impl Iterator<Item = usize> {
        self.0.values().copied()
    }

    /// The fields that have a column.
    pub(super) fn known(&self) -> impl Iterator<Item = SheetField> {
        self.0.keys().copied()
    }

    pub(super) fn kept(&self, headings: &[String]) -> Kept {
        let fields = self.0.iter().filter_map(|(field, place)| Some((*field, headings.get(*place)?.clone()))).collect();
        Kept { fields, headings: headings.iter().map(|heading| folded(heading)).collect() }
    }
}

/// As a form names the field: `mapping.buyer`.
fn name_of(field: SheetField) -> String {
    let name = serde_json::to_value(field).ok().and_then(|name| name.as_str().map(str::to_owned)).unwrap_or_default();
    format!("mapping.{name}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headings(texts: &[&str]) -> Vec<String> {
        texts.iter().map(|text| (*text).to_owned()).collect()
    }

    #[test]
    fn what_a_person_said_holds_until_a_likelier_heading_comes() {
        let place_of_code = |texts: &[&str], kept: &Kept| {
            let mapping = guessed(&headings(texts), SheetUse::Import, kept);
            mapping.iter().find(|column| column.field == SheetField::Code).map(|column| column.column)
        };
        let said = |texts: &[&str], column: u32| {
            let mapping = [FieldColumn { field: SheetField::Code, column }];
            Columns::read(&mapping, texts.len(), SheetUse::Import, &[]).unwrap().kept(&headings(texts))
        };
        let nothing = Kept::default();
        assert_eq!(place_of_code(&["Code", "Title", "Folio"], &nothing), Some(0));
        let folio = said(&["Code", "Title", "Folio"], 2);
        assert_eq!(place_of_code(&["Code", "Title", "Folio"], &folio), Some(2));
        assert_eq!(place_of_code(&["Line", "Reason", "Code", "Title", "Folio"], &folio), Some(4), "nor does another column undo it");
        let id = said(&["Id", "Title"], 0);
        assert_eq!(place_of_code(&["Id", "Code", "Title"], &id), Some(1));
        assert_eq!(place_of_code(&["Title", "Id"], &id), Some(1));
    }
}
