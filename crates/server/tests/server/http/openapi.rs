//! `GET /openapi.json`

#[test]
fn the_document_is_as_it_was_reviewed() {
    let mut document = serde_json::to_value(beadsbox_server::openapi_document()).unwrap();
    document["info"]["version"] = "(the program's)".into();
    insta::assert_json_snapshot!("openapi", document);
}
