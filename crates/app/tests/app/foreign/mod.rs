//! A table of another system, made up: of every hundred lines one is broken, each time in another way.

pub mod desk;

use std::{collections::BTreeMap, fmt::Write as _};

use beadsbox_app::{error::FieldErrorCode, view::SheetField};
use beadsbox_domain::Status;

/// The table, and what is to be found in it.
pub struct Foreign {
    pub text: String,
    /// By code, the status and the value in minor units.
    pub good: BTreeMap<String, (Status, i64)>,
    /// By line, what is wrong with it.
    pub broken: BTreeMap<u64, Vec<(Option<SheetField>, FieldErrorCode)>>,
}

const STATUSES: [(&str, Status); 5] = [
    ("purchased", Status::Purchased),
    ("used", Status::Used),
    ("Annulé", Status::Cancelled),
    ("refunded", Status::Refunded),
    ("expired", Status::Expired),
];
const TITLES: [(&str, i64); 3] = [("Night walk", 4136), ("Pottery for two", 12_000), ("Tasting", 2950)];

/// A line, cell by cell.
struct Line {
    code: String,
    title: String,
    price: String,
    status: String,
    buyer: String,
    email: String,
    sold: String,
    expires: String,
}

impl Foreign {
    pub fn make(rows: usize) -> Self {
        let mut foreign = Self { text: "code,title,price,status,buyer,e-mail,sold on,expires on\n".to_owned(), good: BTreeMap::new(), broken: BTreeMap::new() };
        // What a note with a break in it does to the numbers of lines.
        let mut line = 2;
        for number in 0..rows {
            let (status, title) = (STATUSES[number % 13 % STATUSES.len()], TITLES[number % TITLES.len()]);
            let mut made = Line {
                code: format!("OLD-{number:06}"),
                title: title.0.to_owned(),
                price: format!("{}.{:02}", title.1 / 100, title.1 % 100),
                status: status.0.to_owned(),
                buyer: format!("\"Buyer, {number}\""),
                email: format!("buyer{number}@example.org"),
                sold: format!("{}/{}/2024", number % 28 + 1, number % 12 + 1),
                expires: "2027-12-31".to_owned(),
            };
            if number % 100 == 99 {
                let faults = spoil(&mut made, number / 100);
                foreign.broken.insert(line, faults);
            } else {
                foreign.good.insert(made.code.clone(), (status.1, title.1));
            }
            line += foreign.add(&made);
        }
        foreign
    }

    /// How many lines of the file it took.
    fn add(&mut self, line: &Line) -> u64 {
        let Line { code, title, price, status, buyer, email, sold, expires } = line;
        let before = self.text.len();
        if expires == "(cut)" {
            writeln!(self.text, "{code},{title},{price}").unwrap();
        } else {
            writeln!(self.text, "{code},{title},{price},{status},{buyer},{email},{sold},{expires}").unwrap();
        }
        self.text[before..].bytes().filter(|byte| *byte == b'\n').count() as u64
    }
}

/// Breaks it in one of many ways.
fn spoil(line: &mut Line, way: usize) -> Vec<(Option<SheetField>, FieldErrorCode)> {
    use FieldErrorCode as F;
    use SheetField::{Buyer, Code, Email, ExpiresOn, Price, SoldOn, Title};
    let mut set = |part: fn(&mut Line) -> &mut String, text: &str, field: SheetField, code: F| {
        text.clone_into(part(line));
        vec![(Some(field), code)]
    };
    match way % 17 {
        0 => set(|line| &mut line.code, "", Code, F::Required),
        1 => set(|line| &mut line.code, &"x".repeat(101), Code, F::TooLong),
        2 => set(|line| &mut line.code, "OLD-000000", Code, F::Twice),
        3 => set(|line| &mut line.title, "", Title, F::Required),
        4 => set(|line| &mut line.price, "free", Price, F::NotANumber),
        5 => set(|line| &mut line.price, "-4.00", Price, F::TooSmall),
        6 => set(|line| &mut line.price, "4.136", Price, F::TooManyDecimals),
        7 => set(|line| &mut line.price, "99999999999.00", Price, F::TooLarge),
        8 => set(|line| &mut line.status, "lost", SheetField::Status, F::UnknownStatus),
        9 => set(|line| &mut line.buyer, "", Buyer, F::Required),
        10 => set(|line| &mut line.buyer, &"é".repeat(101), Buyer, F::TooLong),
        11 => set(|line| &mut line.buyer, "\"two\nlines\"", Buyer, F::ForbiddenCharacter),
        12 => set(|line| &mut line.email, "nobody", Email, F::NotAnEmail),
        13 => set(|line| &mut line.sold, "31/02/2024", SoldOn, F::NotADate),
        14 => set(|line| &mut line.sold, "1/1/2150", SoldOn, F::InTheFuture),
        15 => set(|line| &mut line.expires, "soon", ExpiresOn, F::NotADate),
        _ => {
            "(cut)".clone_into(&mut line.expires);
            vec![(None, F::CellCount)]
        }
    }
}
