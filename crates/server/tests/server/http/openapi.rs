//! `GET /openapi.json`

use serde_json::Value;

/// Everything that the document refers to, wherever it stands.
fn references<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
    match value {
        Value::Object(fields) => {
            found.extend(fields.get("$ref").and_then(Value::as_str));
            fields.values().for_each(|value| references(value, found));
        }
        Value::Array(values) => values.iter().for_each(|value| references(value, found)),
        _ => {}
    }
}

#[test]
fn what_the_document_refers_to_is_in_it() {
    let document = serde_json::to_value(beadsbox_server::openapi_document()).unwrap();
    let mut found = Vec::new();
    references(&document, &mut found);
    assert!(found.len() > 100);
    for reference in found {
        assert!(document.pointer(reference.trim_start_matches('#')).is_some(), "{reference}");
    }
}

#[test]
fn the_document_is_as_it_was_reviewed() {
    let mut document = serde_json::to_value(beadsbox_server::openapi_document()).unwrap();
    document["info"]["version"] = "(the program's)".into();
    // Sorted: whether JSON keeps its order depends on which packages are built together.
    insta::with_settings!({ sort_maps => true }, { insta::assert_json_snapshot!("openapi", document) });
}
