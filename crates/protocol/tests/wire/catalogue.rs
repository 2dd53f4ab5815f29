//! The JSON of what is for sale.

use beadsbox_domain::{
    Currency, Money,
    text::{Description, Title},
};
use beadsbox_protocol::catalogue::{Catalogue, OnSale};
use serde_json::json;

use crate::support::{TEMPLATE, has_form, id};

#[test]
fn catalogue() {
    let course = OnSale {
        id: TEMPLATE,
        version: 2,
        title: Title::new("Quantum Cuisine").expect("a title"),
        description: Description::new("A course.").expect("a description"),
        price: Money::new(4136, Currency::from_code("EUR").expect("a currency")),
        validity_months: Some(12),
    };
    let form = json!({
        "id": id(6),
        "version": 2,
        "title": "Quantum Cuisine",
        "description": "A course.",
        "price": {"minor": 4136, "currency": "EUR"},
        "validity_months": 12,
    });
    has_form(&course, &form);
    let for_ever = OnSale { validity_months: None, ..course.clone() };
    let mut without_end = form.clone();
    without_end["validity_months"] = json!(null);
    has_form(&Catalogue { templates: vec![course, for_ever] }, &json!({"templates": [form, without_end]}));
    has_form(&Catalogue { templates: Vec::new() }, &json!({"templates": []}));
}
