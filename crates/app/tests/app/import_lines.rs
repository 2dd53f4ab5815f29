//! Lines of another system's table: what each says, why it is refused, and how it comes back mended.

use std::path::Path;

use crate::foreign::desk::{form, sample};
use crate::stage::Centre;
use beadsbox_app::{
    ErrorCode,
    error::FieldErrorCode,
    view::{AnswerKind, FaultWord, ImportForm, LineState, PaperLanguage, RefusedWords, SheetField, SheetForm, SheetUse},
};
use beadsbox_documents::read_table;
use beadsbox_domain::{Status, Vat};

fn words() -> RefusedWords {
    let faults = ["required", "not_a_date", "twice"].map(|code| FaultWord { code: code.to_owned(), word: format!("<{code} {{limit}}>") });
    let (title, line, reason) = ("Refused".to_owned(), "Line".to_owned(), "Reason".to_owned());
    RefusedWords { title, line, reason, fields: Vec::new(), faults: faults.to_vec(), language: PaperLanguage::En }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_devices_that_import_one_systems_files_taxed_in_two_ways_both_get_in() {
    let centre = Centre::open().await;
    let (one, other) = (centre.till("Montmartre", "Bruno").await, centre.till("Marais", "Ada").await);
    let taxed = Vat::SinglePurpose { rate_basis_points: 2_000 };
    for (device, code, vat) in [(&one, "A-1", taxed), (&other, "B-1", Vat::MultiPurpose)] {
        device.go_offline().await;
        let path = device.folder.path().join("old.csv");
        std::fs::write(&path, format!("code,title,price,buyer\n{code},Night walk,41.36,Anna\n")).unwrap();
        let asked = ImportForm { vat, ..form(&device.open(&path).await) };
        assert_eq!(device.seat().run_import(asked).await.unwrap().imported, 1);
    }
    for device in [&one, &other] {
        device.come_back().await;
        device.all_sent().await;
        assert_eq!(device.seat().status_bar().await.unwrap().refused, 0);
    }
    assert_eq!(centre.count("SELECT count(*) FROM voucher").await, 2);
    // Each way of taxing keeps its template, and one that is on sale is used and told of.
    one.sync().await;
    let path = one.folder.path().join("more.csv");
    std::fs::write(&path, "code,title,price,buyer\nC-1,Night walk,41.36,Anna\nC-2,Quantum Cuisine - introductory course,41.36,Bo\n").unwrap();
    let asked = ImportForm { vat: Vat::MultiPurpose, ..form(&one.open(&path).await) };
    let check = one.seat().check_import(asked).await.unwrap();
    let told: Vec<(&str, bool, bool)> = check.templates.iter().map(|row| (row.title.as_str(), row.known, row.other_vat)).collect();
    assert!(told.contains(&("Night walk", true, false)), "{told:?}");
    let on_sale = check.templates.iter().find(|row| row.title.starts_with("Quantum")).unwrap();
    assert_eq!((on_sale.known, on_sale.other_vat), (true, on_sale.vat != Vat::MultiPurpose));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_french_tills_table_is_read_and_its_refused_lines_come_back_with_reasons() {
    let centre = Centre::open().await;
    let office = centre.till("Montmartre", "Bruno").await;
    let view = office.open(&sample("ancienne-caisse.csv")).await;
    assert_eq!(view.form, SheetForm::Windows1252);
    let mapped: Vec<SheetField> = view.mapping.iter().map(|column| column.field).collect();
    for field in [
        SheetField::Code,
        SheetField::Title,
        SheetField::Price,
        SheetField::Buyer,
        SheetField::Email,
        SheetField::Status,
        SheetField::SoldOn,
        SheetField::ExpiresOn,
    ] {
        assert!(mapped.contains(&field), "{field:?} in {mapped:?}");
    }
    let check = office.seat().check_import(form(&view)).await.unwrap();
    assert_eq!((check.good, check.refused), (3, 3), "{:?}", office.all_lines(true));
    let lines = office.all_lines(false);
    assert_eq!(
        lines.iter().map(|line| line.state).collect::<Vec<_>>()[..4],
        [LineState::Good, LineState::Good, LineState::Good, LineState::Refused]
    );
    let sold = lines[0].values.iter().find(|value| value.field == SheetField::SoldOn).unwrap();
    assert_eq!(sold.text, "2025-12-03", "days are shown as they were understood");

    let path = office.folder.path().join("refused.csv");
    office.seat().save_refused_lines(SheetUse::Import, words(), &path).await.unwrap();
    let refused = read_table(&std::fs::read(&path).unwrap()).unwrap();
    assert_eq!(refused.headings[..3], ["Line", "Reason", view.columns[0].heading.as_str()]);
    let told: Vec<(&str, &str)> = refused.rows.iter().map(|row| (row.cells[0].as_str(), row.cells[1].as_str())).collect();
    assert_eq!(told[0], ("5", "<twice 4>"));
    assert!(told[1].1.contains("<required >") && told[1].1.contains("<not_a_date >"), "{told:?}");
    assert_eq!(refused.rows[2].cells[2..5], ["AC-0005", "Atelier perles", "gratuit"]);

    // The mapping is kept for the next table, also where nobody could have guessed it.
    let other = office.folder.path().join("other.csv");
    std::fs::write(&other, "Nom de l'acheteur,Numéro du bon\nAnna,AC-9\n").unwrap();
    let next = office.open(&other).await;
    assert_eq!(next.mapping.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn refused_lines_are_refused_again_until_somebody_mends_them() {
    let centre = Centre::open().await;
    let office = centre.till("Montmartre", "Bruno").await;
    let path = office.folder.path().join("round.csv");
    std::fs::write(&path, "code,title,price,buyer,note,reason\n-0001,Tea,free,Anna,x,y\nA-2,Tea\nA-3,Tea,5,Bo,x,y,beyond\n").unwrap();
    for round in 0..3 {
        let view = office.open(&path).await;
        let check = office.seat().check_import(form(&view)).await.unwrap();
        assert_eq!((check.good, check.refused), (0, 3), "round {round}");
        let faults: Vec<FieldErrorCode> = office.all_lines(false).iter().flat_map(|line| line.faults.iter().map(|fault| fault.code)).collect();
        assert_eq!(faults, [FieldErrorCode::NotANumber, FieldErrorCode::CellCount, FieldErrorCode::CellCount]);
        office.seat().save_refused_lines(SheetUse::Import, words(), &path).await.unwrap();
        let headings = read_table(&std::fs::read(&path).unwrap()).unwrap().headings;
        assert_eq!(headings, ["Line", "Reason 2", "code", "title", "price", "buyer", "note", "reason"], "once, in front of the table's own");
    }
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.contains("beyond"), "no cell is lost: {text}");
    std::fs::write(&path, text.replace("free", "5")).unwrap();
    let view = office.open(&path).await;
    let check = office.seat().check_import(form(&view)).await.unwrap();
    assert_eq!((check.good, check.refused), (1, 2));
    let code = office.all_lines(false)[0].values.iter().find(|value| value.field == SheetField::Code).unwrap().text.clone();
    assert_eq!(code, "-0001", "the apostrophe is the file's, and not the code's");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_later_table_that_says_otherwise_of_what_is_here_is_told() {
    let centre = Centre::open().await;
    let office = centre.patient_till("Montmartre", "Bruno").await;
    let path = office.folder.path().join("old.csv");
    let open = async |lines: &str| {
        std::fs::write(&path, format!("code,title,price,buyer,status,expires on\n{lines}")).unwrap();
        form(&office.open(&path).await)
    };
    let monday = "A,Tea,5,Anna,purchased,2090-12-31\nB,Tea,5,Bo,purchased,2090-12-31\nC,Tea,5,Cy,used,\nD,Tea,5,Di,purchased,2090-12-31\n";
    let asked = open(monday).await;
    assert_eq!(office.seat().run_import(asked.clone()).await.unwrap().imported, 4);
    office.all_sent().await;
    assert_eq!(office.seat().redeem("B").await.unwrap().answer, AnswerKind::Confirmed);
    let check = office.seat().check_import(asked).await.unwrap();
    assert_eq!((check.good, check.already, check.refused), (0, 4, 0), "what was used here is no contradiction");

    let friday = "A,Tea,5,Anna,used,2090-12-31\nB,Tea,5,Bo,used,2090-12-31\nC,Tea,6,Cy,used,\nD,Tea,5,Di,purchased,2091-01-31\nE,Tea,5,Eve,,\n";
    let asked = open(friday).await;
    let check = office.seat().check_import(asked.clone()).await.unwrap();
    assert_eq!((check.good, check.already, check.refused), (1, 1, 3));
    let told: Vec<(u64, Option<SheetField>, FieldErrorCode)> = office
        .all_lines(true)
        .iter()
        .flat_map(|line| line.faults.iter().map(|fault| (line.line, fault.field, fault.code)))
        .collect();
    let otherwise = FieldErrorCode::HereOtherwise;
    assert_eq!(
        told,
        [(2, Some(SheetField::Status), otherwise), (4, Some(SheetField::Price), otherwise), (5, Some(SheetField::ExpiresOn), otherwise)]
    );
    assert_eq!(office.seat().run_import(asked).await.unwrap().imported, 1, "and the good lines are taken over");
    assert_eq!(office.status_of("A").await, Status::Purchased, "nothing is changed by itself");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_that_stands_twice_is_found_however_lines_end() {
    let centre = Centre::open().await;
    let office = centre.till("Montmartre", "Bruno").await;
    let path = office.folder.path().join("old-mac.csv");
    std::fs::write(&path, "code,title,price,buyer,note\rA,T,5,Anna,\"x\ny\"\rB,T,5,Bo,\rB,T,5,Bo,\r").unwrap();
    let view = office.open(&path).await;
    let check = office.seat().check_import(form(&view)).await.unwrap();
    assert_eq!((check.good, check.refused, check.faults[0].fault.code), (2, 1, FieldErrorCode::Twice));
    let lines = office.all_lines(false);
    assert_eq!(lines.iter().map(|line| line.line).collect::<Vec<_>>(), [2, 4, 5]);
    assert_eq!(lines[2].faults[0].limit, Some(4), "where it stood first");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_read_says_why_and_changes_nothing() {
    let centre = Centre::open().await;
    let office = centre.till("Montmartre", "Bruno").await;
    let open = async |bytes: &[u8]| {
        let path = office.folder.path().join("file.csv");
        std::fs::write(&path, bytes).unwrap();
        office.seat().open_sheet(&path, SheetUse::Import).await.map_err(|error| error.code)
    };
    assert_eq!(open(b"").await, Err(ErrorCode::SheetEmpty));
    assert_eq!(open(b"code,title\n").await, Err(ErrorCode::SheetOnlyHeadings));
    assert_eq!(open(b"code,code\n1,2\n").await, Err(ErrorCode::SameHeading));
    assert_eq!(open(b"\x00\x01\x02").await, Err(ErrorCode::NotASheet));
    assert_eq!(open(b"PK\x03\x04 and no more").await, Err(ErrorCode::DamagedWorkbook));
    // Larger than may be read: no more than the bound is read of it, whatever its size.
    let large = office.folder.path().join("large.csv");
    std::fs::File::create(&large).unwrap().set_len(200 * 1024 * 1024).unwrap();
    let error = office.seat().open_sheet(&large, SheetUse::Import).await.unwrap_err();
    assert_eq!((error.code, error.params["most"].as_str()), (ErrorCode::SheetTooLarge, "64"));
    assert_eq!(
        office.seat().open_sheet(Path::new("/nowhere/at/all.csv"), SheetUse::Import).await.unwrap_err().code,
        ErrorCode::DiskFailed
    );

    let view = open(b"code,title,price,buyer\nA,Beads,5,Anna\n").await.unwrap();
    let unmapped = office.seat().check_import(ImportForm { mapping: Vec::new(), ..form(&view) }).await.unwrap_err();
    assert_eq!((unmapped.code, unmapped.fields[0].field.as_str()), (ErrorCode::InvalidInput, "mapping.code"));
    let nameless = office.seat().check_import(ImportForm { source: " ".to_owned(), ..form(&view) }).await.unwrap_err();
    assert_eq!(nameless.fields[0].field, "source");
    assert_eq!(centre.count("SELECT count(*) FROM voucher").await, 0);
}
