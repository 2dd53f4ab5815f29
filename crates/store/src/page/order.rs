//! The order of a list: a voucher's place in it, and the columns and the index by which SQLite has the same one.

use std::cmp::Ordering;

use beadsbox_domain::{
    Payment, Person, ShopId, StaffId, Voucher, VoucherId,
    folding::{fold, fold_optional},
    text::{Email, PersonName},
};
use rusqlite::{Connection, types::Value};
use uuid::Uuid;

use super::{
    place::{Place, SortValue},
    query::{VoucherFilters, VoucherQuery, VoucherSort},
};
use crate::{
    cache::{directory::Directory, voucher::each_once},
    file::sql::{NEVER, Sql, day_number, status_number},
};

/// The order of one list.
pub(super) struct Order<'a> {
    pub(super) sort: VoucherSort,
    pub(super) descending: bool,
    /// Where names are sorted by: whose vouchers come after whose, as the list goes.
    groups: Vec<Group>,
    directory: &'a Directory,
}

/// The vouchers of one shop or one person: the cache knows ids, and people sort by names.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Group {
    name: SortValue,
    id: SortValue,
    key: Uuid,
}

/// A part of the list: what else holds in it, and how it is sorted, each with its values.
pub(super) struct Part {
    pub(super) conditions: Vec<(String, Vec<Value>)>,
    pub(super) order: (String, Vec<Value>),
}

impl<'a> Order<'a> {
    pub(super) fn of(cache: &Connection, directory: &'a Directory, query: &VoucherQuery) -> rusqlite::Result<Self> {
        let mut order = Self { sort: query.sort, descending: query.descending, groups: Vec::new(), directory };
        if let Some(column) = order.named() {
            let wanted = wanted_ids(&query.filters, query.sort);
            let ids = different_ids(cache, column)?.into_iter().filter(|id| wanted.is_empty() || wanted.contains(id));
            order.groups = ids.map(|id| order.group(id)).collect();
            order.groups.sort();
            if query.descending {
                order.groups.reverse();
            }
        }
        Ok(order)
    }

    /// The column of ids by whose names the list is sorted.
    pub(super) const fn named(&self) -> Option<&'static str> {
        match self.sort {
            VoucherSort::Shop => Some("sold_shop"),
            VoucherSort::SoldBy => Some("sold_staff"),
            _ => None,
        }
    }

    fn group(&self, key: Uuid) -> Group {
        let name = match self.sort {
            VoucherSort::SoldBy => self.directory.staff_name(StaffId(key)),
            _ => self.directory.shop_name(ShopId(key)),
        };
        Group { name: SortValue::Text(fold(name)), id: SortValue::Text(key.to_string()), key }
    }

    /// A voucher's place.
    pub(super) fn place(&self, voucher: &Voucher, person: Option<&Person>) -> Place {
        let sold = || SortValue::Number(voucher.sold.at.as_microsecond());
        let named = |key| {
            let Group { name, id, .. } = self.group(key);
            vec![name, id, sold()]
        };
        let values = match self.sort {
            VoucherSort::SoldAt => vec![sold()],
            VoucherSort::Price => vec![SortValue::Number(voucher.snapshot.price.minor)],
            VoucherSort::Buyer => vec![SortValue::Text(fold_optional(person.map(|person| person.buyer.as_str())))],
            VoucherSort::Title => vec![SortValue::Text(fold(voucher.snapshot.title.as_str()))],
            VoucherSort::Status => vec![SortValue::Number(status_number(voucher.status)), sold()],
            VoucherSort::ExpiresOn => vec![SortValue::Number(voucher.expires_on.map_or(NEVER, day_number))],
            VoucherSort::Code => vec![SortValue::Text(voucher.code.compact())],
            VoucherSort::Recipient => vec![SortValue::Text(recipient_key(person))],
            VoucherSort::Email => vec![SortValue::Text(email_key(person))],
            VoucherSort::Changed => vec![SortValue::Number(voucher.since.at.as_microsecond())],
            VoucherSort::Payment => vec![SortValue::Text(payment_text(voucher.payment)), sold()],
            VoucherSort::Shop => named(voucher.sold.shop.0),
            VoucherSort::SoldBy => named(voucher.sold.staff.0),
        };
        Place { values, id: voucher.id }
    }

    /// The list in parts that an index has in order, one after the other; what lies before `after` is left out.
    pub(super) fn parts(&self, after: Option<&Place>) -> Vec<Part> {
        let Some(column) = self.named() else { return vec![self.whole(after)] };
        let part = |group: &Group| {
            let mut conditions = vec![(format!("v.{column} = ?"), vec![blob(group.key)])];
            match after.map(|place| (self.against(group, place), place)) {
                Some((Ordering::Less, _)) => return None,
                Some((Ordering::Equal, place)) => conditions.push(self.beyond(&place.values[2..], place.id)),
                _ => {}
            }
            Some(Part { conditions, order: (self.by_columns(""), Vec::new()) })
        };
        self.groups.iter().filter_map(part).collect()
    }

    /// The list in one part, for SQLite to sort.
    pub(super) fn whole(&self, after: Option<&Place>) -> Part {
        let Some(column) = self.named() else {
            let conditions = after.map(|place| self.beyond(&place.values, place.id)).into_iter().collect();
            return Part { conditions, order: (self.by_columns(""), Vec::new()) };
        };
        let whens: Vec<String> = (0..self.groups.len()).map(|rank| format!("WHEN ? THEN {rank}")).collect();
        let rank = if whens.is_empty() {
            "NULL".to_owned()
        } else {
            format!("CASE v.{column} {} END", whens.join(" "))
        };
        let keys = || self.groups.iter().map(|group| blob(group.key));
        let beyond = |place: &Place| {
            // Those of the groups that come later, and of the one that was begun what is left of it.
            let later = self.groups.iter().position(|group| self.against(group, place) == Ordering::Greater).unwrap_or(self.groups.len());
            let begun = self.groups.iter().find(|group| self.against(group, place) == Ordering::Equal);
            let (rest, values) = self.beyond(&place.values[2..], place.id);
            let mut all: Vec<Value> = keys().collect();
            match begun {
                Some(group) => {
                    all.push(blob(group.key));
                    all.extend(values);
                    (format!("({rank} >= {later} OR (v.{column} = ? AND {rest}))"), all)
                }
                None => (format!("{rank} >= {later}"), all),
            }
        };
        Part { conditions: after.map(beyond).into_iter().collect(), order: (self.by_columns(&format!("{rank}, ")), keys().collect()) }
    }

    /// What begins the places of a part's vouchers.
    pub(super) fn group_values(&self, part: usize) -> Vec<SortValue> {
        self.groups.get(part).map(|group| vec![group.name.clone(), group.id.clone()]).unwrap_or_default()
    }

    /// Where a group's vouchers stand to a place, as the list goes.
    fn against(&self, group: &Group, place: &Place) -> Ordering {
        let (ours, theirs) = ([&group.name, &group.id], [&place.values[0], &place.values[1]]);
        if self.descending { theirs.cmp(&ours) } else { ours.cmp(&theirs) }
    }

    /// What holds of the rows after that place, within a part.
    fn beyond(&self, values: &[SortValue], id: VoucherId) -> (String, Vec<Value>) {
        let than = if self.descending { '<' } else { '>' };
        let (columns, marks) = (self.columns().join(", "), ", ?".repeat(values.len()));
        (format!("({columns}, v.id) {than} (?{marks})"), values.iter().map(Value::from).chain([blob(id.0)]).collect())
    }

    fn by_columns(&self, first: &str) -> String {
        let direction = if self.descending { " DESC" } else { "" };
        let order: String = self.columns().iter().flat_map(|column| [*column, direction, ", "]).collect();
        format!("ORDER BY {first}{order}v.id{direction}")
    }

    /// The columns before the id, within a part.
    pub(super) const fn columns(&self) -> &'static [&'static str] {
        match self.sort {
            VoucherSort::SoldAt | VoucherSort::Shop | VoucherSort::SoldBy => &["v.sold_at"],
            VoucherSort::Price => &["v.price"],
            VoucherSort::Buyer => &["v.buyer_key"],
            VoucherSort::Title => &["v.title_key"],
            VoucherSort::Status => &["v.status", "v.sold_at"],
            VoucherSort::ExpiresOn => &["v.expires_on"],
            VoucherSort::Code => &["v.code"],
            VoucherSort::Recipient => &["v.recipient_key"],
            VoucherSort::Email => &["v.email_key"],
            VoucherSort::Changed => &["v.since_at"],
            VoucherSort::Payment => &["v.payment", "v.sold_at"],
        }
    }
}

impl VoucherSort {
    /// The index that is in its order.
    pub(super) const fn index(self) -> &'static str {
        match self {
            Self::SoldAt => "voucher_by_sale",
            Self::Price => "voucher_by_price",
            Self::Buyer => "voucher_by_buyer",
            Self::Title => "voucher_by_title",
            Self::Status => "voucher_by_status_and_sale",
            Self::ExpiresOn => "voucher_by_expiry",
            Self::Code => "voucher_by_code",
            Self::Recipient => "voucher_by_recipient",
            Self::Email => "voucher_by_email",
            Self::Changed => "voucher_by_change",
            Self::Payment => "voucher_by_payment_and_sale",
            Self::Shop => "voucher_by_shop_and_sale",
            Self::SoldBy => "voucher_by_staff_and_sale",
        }
    }

    /// Whether these can be the values of a place in it.
    pub(super) fn fits(self, values: &[SortValue]) -> bool {
        let texts: &[bool] = match self {
            Self::SoldAt | Self::Price | Self::ExpiresOn | Self::Changed => &[false],
            Self::Buyer | Self::Title | Self::Code | Self::Recipient | Self::Email => &[true],
            Self::Status => &[false, false],
            Self::Payment => &[true, false],
            Self::Shop | Self::SoldBy => &[true, true, false],
        };
        values.iter().map(SortValue::is_text).eq(texts.iter().copied())
    }
}

/// As its column has it.
pub(super) fn payment_text(payment: Payment) -> String {
    serde_json::to_string(&payment).unwrap_or_default()
}

/// As its column has it: without the case of ASCII letters.
pub(super) fn email_key(person: Option<&Person>) -> String {
    person
        .and_then(|person| person.email.as_ref())
        .map(|email| Email::as_str(email).to_ascii_lowercase())
        .unwrap_or_default()
}

/// As its column has it.
pub(super) fn recipient_key(person: Option<&Person>) -> String {
    fold_optional(person.and_then(|person| person.recipient.as_ref()).map(PersonName::as_str))
}

fn blob(id: Uuid) -> Value {
    Value::Blob(id.as_bytes().to_vec())
}

/// Those that the filters let pass, where they ask for the ids by whose names the list is sorted.
fn wanted_ids(filters: &VoucherFilters, sort: VoucherSort) -> Vec<Uuid> {
    match sort {
        VoucherSort::SoldBy => filters.sold_by.iter().map(|staff| staff.0).collect(),
        _ => filters.shop.iter().map(|shop| shop.0).collect(),
    }
}

/// Each id of a column once.
fn different_ids(cache: &Connection, column: &str) -> rusqlite::Result<Vec<Uuid>> {
    cache.prepare_cached(&each_once(column))?.query_map([], |row| Ok(row.get::<_, Sql<Uuid>>(0)?.0))?.collect()
}
