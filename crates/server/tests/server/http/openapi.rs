//! `GET /openapi.json`

#[test]
fn the_document_is_as_it_was_reviewed() {
    let mut document = serde_json::to_value(beadsbox_server::openapi_document()).unwrap();
    document["info"]["version"] = "(the program's)".into();
    // Sorted: whether JSON keeps its order depends on which packages are built together.
    insta::with_settings!({ sort_maps => true }, { insta::assert_json_snapshot!("openapi", document) });
}
