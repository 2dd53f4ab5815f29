//! What is handed to whoever helps names nobody: names, addresses, codes and tokens are put wherever they can go, and looked for in every
//! byte of the file.

use std::{fs::File, io::Read as _, path::Path};

use crate::stage::{Centre, PASSWORD, Till};
use beadsbox_app::view::{PrinterKind, PrinterSettings, SaleForm, SaleLine, ScannerSettings};
use beadsbox_domain::Payment;
use zip::ZipArchive;

const AT: &str = "2026-11-27T00:15:12.123Z";
/// Somebody's, and nobody's business.
const PRIVATE: [&str; 10] =
    ["Zazie", "Lefebvre", "zazie@example.org", "Pour ta fête", "Oncle Gabriel", "Carla", "Montmartre", "imprimante.example", "QRX~", PASSWORD];

async fn sell_to_zazie(till: &Till) -> String {
    let card = till.seat().sale_choices().await.unwrap().templates.remove(0);
    let line = SaleLine { template_id: card.id, quantity: 1, recipient: "Oncle Gabriel".to_owned(), message: "Pour ta fête".to_owned() };
    let form = SaleForm {
        lines: vec![line],
        buyer: "Zazie Lefebvre".to_owned(),
        email: "zazie@example.org".to_owned(),
        mail: None,
        payment: Payment::Cash,
        this_shop_only: false,
    };
    till.seat().sell(form).await.unwrap().vouchers.remove(0).code
}

/// A log in which every field tells too much.
fn log(code: &str) -> String {
    [
        format!("{AT} INFO beadsbox_app::program signed in staff=Carla offline=false"),
        format!("{AT} ERROR beadsbox_app::error internal error detail=no voucher {code} of Zazie Lefebvre <zazie@example.org>"),
        format!("{AT} INFO beadsbox_app::device an admin changed where this device stands, or its name before=Place {{ name: \"Till Montmartre\" }}"),
        format!("{AT} INFO beadsbox_sync::syncer sync pauses trouble=the server cannot be reached: http://zazie@example.org/{code}"),
        format!("{AT} DEBUG hyper::client asked https://example.org/?token={PASSWORD}&code={code}"),
        "and Zazie on a line of her own".to_owned(),
    ]
    .join("\n")
}

/// Every file in the archive, unpacked, and the archive's own bytes.
fn unpacked(path: &Path) -> Vec<(String, String)> {
    let mut archive = ZipArchive::new(File::open(path).unwrap()).unwrap();
    let mut files: Vec<(String, String)> = (0..archive.len())
        .map(|place| {
            let mut file = archive.by_index(place).unwrap();
            let mut text = String::new();
            file.read_to_string(&mut text).unwrap();
            (file.name().to_owned(), text)
        })
        .collect();
    files.push(("the archive".to_owned(), String::from_utf8_lossy(&std::fs::read(path).unwrap()).into_owned()));
    files
}

#[tokio::test(flavor = "multi_thread")]
async fn a_support_bundle_says_how_the_device_stands_and_names_nobody() {
    let mut centre = Centre::open().await;
    let till = centre.till("Montmartre", "Carla").await;
    till.program
        .set_scanner_settings(ScannerSettings { prefix: "QRX~".to_owned(), ..ScannerSettings::default() })
        .await
        .unwrap();
    let printer = PrinterSettings { kind: PrinterKind::Network, address: "imprimante.example".to_owned(), ..PrinterSettings::default() };
    till.seat().set_printer_settings(printer).await.unwrap();
    let code = sell_to_zazie(&till).await;
    till.sync().await;
    centre.stop().await;
    till.go_offline().await;
    // One waits, so that the counts say something.
    sell_to_zazie(&till).await;

    let parts = till.program.support_bundle("counter", &log(&code)).await.unwrap();
    let path = till.folder.path().join("support.zip");
    till.seat().save_support("counter", &path).await.unwrap();
    let files = unpacked(&path);

    let compact = code.replace('-', "");
    for (name, text) in &files {
        for private in PRIVATE.iter().copied().chain([code.as_str(), compact.as_str()]) {
            assert!(!text.contains(private), "{private:?} is in {name}:\n{text}");
        }
    }
    // What was shown is what was saved.
    let shown: Vec<(String, String)> = parts.into_iter().map(|part| (part.name, part.text)).collect();
    assert_eq!(files[..files.len() - 1], shown[..]);
    // And it says what helps.
    let part = |name: &str| &shown.iter().find(|(known, _)| known == name).unwrap().1;
    assert!(part("versions.json").contains("cache_schema"));
    assert!(part("settings.json").contains(r#""kind": "network""#));
    let sync: serde_json::Value = serde_json::from_str(part("sync.json")).unwrap();
    assert_eq!(
        (&sync["online"], &sync["operations"]["recorded"], &sync["operations"]["waiting"]),
        (&false.into(), &2.into(), &1.into())
    );
    assert!(part("log.txt").contains("sync pauses trouble=the server cannot be reached\n"));
    assert!(part("log.txt").starts_with("2 lines of other code"));
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_saved_that_nobody_has_seen_and_nobody_sees_it_before_they_sign_in() {
    let centre = Centre::open().await;
    let till = centre.till("Montmartre", "Carla").await;
    let path = till.folder.path().join("support.zip");
    assert!(till.seat().save_support("counter", &path).await.is_err());
    till.program.support_bundle("office", "").await.unwrap();
    assert!(till.seat().save_support("counter", &path).await.is_err(), "another window showed it, to whoever stands there");
    assert!(!path.exists());
    till.program.sign_out();
    assert!(till.program.support_bundle("counter", "").await.is_err());
}
