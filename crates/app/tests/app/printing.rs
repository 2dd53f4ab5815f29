//! A till prints on a real listener in the place of a printer, and makes PDFs.

use std::{
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpListener},
    sync::{Arc, Mutex},
    thread,
};

use crate::stage::{Centre, Till};
use beadsbox_app::{
    ErrorCode,
    view::{PaperForm, PaperLanguage, PrinterKind, PrinterSettings, SoldVoucher},
};
use beadsbox_testkit::{StripeProvider, buy};

/// Takes one job after another, and answers with what a printer says of itself.
struct Printer {
    address: SocketAddr,
    jobs: Arc<Mutex<Vec<String>>>,
}

impl Printer {
    fn plug_in(answers: &'static [u8]) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let (address, jobs) = (listener.local_addr().unwrap(), Arc::<Mutex<Vec<String>>>::default());
        let printed = Arc::clone(&jobs);
        thread::spawn(move || {
            for stream in listener.incoming() {
                let (mut stream, mut bytes) = (stream.unwrap(), vec![0; 6]);
                stream.read_exact(&mut bytes).unwrap();
                stream.write_all(answers).unwrap();
                bytes.clear();
                // A till that does not like the answer hangs up.
                let _ = stream.read_to_end(&mut bytes);
                printed.lock().unwrap().push(String::from_utf8_lossy(&bytes).into_owned());
            }
        });
        Self { address, jobs }
    }

    fn settings(&self) -> PrinterSettings {
        PrinterSettings { kind: PrinterKind::Network, address: self.address.to_string(), ..PrinterSettings::default() }
    }

    fn last(&self) -> String {
        self.jobs.lock().unwrap().last().unwrap().clone()
    }
}

fn form(sold: &[&SoldVoucher]) -> PaperForm {
    PaperForm { voucher_ids: sold.iter().map(|sold| sold.voucher_id.clone()).collect(), language: PaperLanguage::En, with_price: true }
}

async fn till() -> (Centre, Till) {
    let centre = Centre::open().await;
    let till = centre.till("Montmartre", "Carla").await;
    (centre, till)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_receipt_is_the_original_and_every_other_a_duplicate() {
    let (_centre, till) = till().await;
    let sold = till.seat().sell(till.sale("Buyer", 2).await).await.unwrap();
    assert_eq!(sold.total.minor, 2 * sold.vouchers[0].price.minor);
    let (one, other) = (&sold.vouchers[0], &sold.vouchers[1]);
    let printer = Printer::plug_in(&[0x12, 0x12]);
    till.seat().set_printer_settings(printer.settings()).await.unwrap();
    till.seat().print_receipt(&form(&[one, other])).await.unwrap();
    let paper = printer.last();
    assert!(
        paper.contains(&one.code) && paper.contains(&other.code) && paper.contains("Carla") && !paper.contains("DUPLICATE"),
        "{paper}"
    );
    assert!(paper.contains("82.72"), "twice 41.36: {paper}");
    till.seat().print_receipt(&form(&[one, other])).await.unwrap();
    assert_eq!(printer.last().matches("DUPLICATE").count(), 2);
    till.seat().print_receipt(&form(&[other])).await.unwrap();
    assert!(printer.last().contains("DUPLICATE"), "a part of it as well");
    let another = till.sell("Buyer").await;
    let mixed = till.seat().print_receipt(&form(&[one, &another])).await.unwrap_err();
    assert_eq!(mixed.code, ErrorCode::UnknownVoucher, "a receipt is of one sale");
    till.seat().print_receipt(&form(&[&another])).await.unwrap();
    assert!(!printer.last().contains("DUPLICATE"), "what was refused left no note");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_receipt_of_what_was_bought_online_says_so() {
    let provider = StripeProvider::start().await.unwrap();
    let mut centre = Centre::open().await;
    centre.take_cards("Montmartre", &provider).await;
    buy(&format!("http://{}", centre.address), "Odile").await.unwrap();
    let till = centre.till("Montmartre", "Bruno").await;
    let printer = Printer::plug_in(&[0x12, 0x12]);
    till.seat().set_printer_settings(printer.settings()).await.unwrap();
    let bought = till.page("").await.rows.remove(0);
    let form = PaperForm { voucher_ids: vec![bought.id], ..form(&[]) };
    till.seat().print_receipt(&form).await.unwrap();
    let paper = printer.last();
    assert!(paper.contains("Shop page") && paper.contains("online payment") && !paper.contains("other means"), "{paper}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_printer_without_paper_leaves_the_original_to_be_printed() {
    let (_centre, till) = till().await;
    let sold = till.sell("Buyer").await;
    let (empty, full) = (Printer::plug_in(&[0x32, 0x72]), Printer::plug_in(&[0x12, 0x12]));
    till.seat().set_printer_settings(empty.settings()).await.unwrap();
    let refused = till.seat().print_receipt(&form(&[&sold])).await.unwrap_err();
    assert_eq!((refused.code, refused.params["printer"].clone()), (ErrorCode::PrinterNoPaper, empty.address.to_string()));
    till.seat().set_printer_settings(full.settings()).await.unwrap();
    till.seat().print_receipt(&form(&[&sold])).await.unwrap();
    assert!(!full.last().contains("DUPLICATE"));
}

#[tokio::test(flavor = "multi_thread")]
async fn printing_needs_no_server_and_settings_outlive_a_restart() {
    let (_centre, mut till) = till().await;
    let printer = Printer::plug_in(&[0x12, 0x12]);
    till.seat().set_printer_settings(printer.settings()).await.unwrap();
    till.seat().print_test(printer.settings(), PaperLanguage::Fr).await.unwrap();
    assert!(printer.last().contains("Cette imprimante fonctionne.") && printer.last().contains("Till Montmartre"));
    till.go_offline().await;
    let sold = till.sell("Offline").await;
    till.restart().await;
    till.sign_in("Carla", crate::stage::PASSWORD).await.unwrap();
    assert_eq!(till.seat().printer_settings().await.unwrap(), printer.settings());
    till.seat().print_receipt(&form(&[&sold])).await.unwrap();
    assert!(printer.last().contains(&sold.code));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_set_up_or_not_there_is_told() {
    let (_centre, till) = till().await;
    let sold = till.sell("Buyer").await;
    assert_eq!(till.seat().print_receipt(&form(&[&sold])).await.unwrap_err().code, ErrorCode::PrinterNotSet);
    let wrong = PrinterSettings { kind: PrinterKind::Serial, port: " ".to_owned(), baud: 1, ..PrinterSettings::default() };
    let refused = till.seat().set_printer_settings(wrong).await.unwrap_err();
    let fields: Vec<&str> = refused.fields.iter().map(|field| field.field.as_str()).collect();
    assert_eq!((refused.code, fields), (ErrorCode::InvalidInput, vec!["port", "baud"]));
    let nothing = PaperForm { voucher_ids: Vec::new(), ..form(&[]) };
    assert_eq!(till.seat().receipt_paper(&nothing).await.unwrap_err().code, ErrorCode::UnknownVoucher);
}

#[tokio::test(flavor = "multi_thread")]
async fn vouchers_and_receipts_are_pdfs_that_this_user_alone_can_read() {
    let (_centre, till) = till().await;
    let sold = till.sell("Buyer").await;
    let mut papers = till.seat().voucher_papers(&form(&[&sold])).await.unwrap();
    papers.push(till.seat().receipt_paper(&form(&[&sold])).await.unwrap());
    let paths = till.program.keep_papers(&papers).unwrap();
    assert!(paths[0].ends_with(format!("paper/voucher-{}.pdf", sold.code)), "{paths:?}");
    for path in &paths {
        assert!(std::fs::read(path).unwrap().starts_with(b"%PDF"));
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::metadata(paths[0].parent().unwrap()).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{mode:o}");
    }
}
