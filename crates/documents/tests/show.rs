use beadsbox_documents::*;
use beadsbox_domain::*;
use jiff::civil::date;
#[test]
fn show() {
    let eur = Currency::from_code("EUR").unwrap();
    let shop = Shop { name: "My Beads Box Montmartre".into(), lines: vec!["12 rue des Abbesses".into(), "75018 Paris".into(), "+33 1 23 45 67 89".into()] };
    let base = VoucherPaper { language: Language::Fr, title: "Quantum Cuisine – cours d’initiation".into(), description: "Une soirée de trois heures pour quatre gourmets curieux : superposition de saveurs, intrication du goût, et un dessert qui n’existe que si on le regarde.".into(), price: Some(Money::new(4136, eur)), recipient: Some("Élodie Lefèvre".into()), giver: Some("Jean-Baptiste & Zoé".into()), message: Some("Joyeux anniversaire !\nQue chaque bouchée soit une surprise, et que tu nous racontes tout.".into()), code: "7Q4M-K2ZT-9XH3B".into(), qr: format!("MBB1:{}", "6BF$8DVD7C8:WEDZC3$EQVD2 C".repeat(7)), expires_on: Some(date(2027, 11, 26)), terms: "Ce bon vaut pour une prestation décrite ci-dessus, dans toutes nos boutiques. Il n’est ni remboursable ni échangeable contre des espèces. En cas de perte, adressez-vous à la boutique avec votre ticket ; toute copie d’un bon déjà utilisé est refusée.".into(), shop: shop.clone(), training: false };
    let made = "2026-11-26T09:00:00Z".parse().unwrap();
    for _ in 0..5 {
        let t = std::time::Instant::now();
        let mut v = base.clone();
        v.title.push('x');
        let p = v.pdf(made).unwrap();
        eprintln!("{:?} {}", t.elapsed(), p.len());
    }
    let w = |n: &str, b: Vec<u8>| std::fs::write(format!("/tmp/documents/{n}.pdf"), b).unwrap();
    w("v1", base.pdf(made).unwrap());
    let mut v = base.clone();
    v.title = "Wort".repeat(75);
    v.message = Some("Looooong message about food. ".repeat(34));
    v.description = "x ".repeat(2500);
    v.recipient = Some("N".repeat(100));
    v.training = true;
    w("v2", v.pdf(made).unwrap());
    let mut v = base.clone();
    v.language = Language::En;
    v.price = None;
    v.message = None;
    v.description = String::new();
    v.giver = None;
    v.title = "Pottery for two".into();
    v.expires_on = None;
    w("v3", v.pdf(made).unwrap());
    let mut v = base.clone();
    v.title = "Курс квантовой кухни Ελληνικά שלום مرحبا بالعالم 寿司".into();
    v.message = Some("a\n".repeat(300));
    w("v4", v.pdf(made).unwrap());
    let r = Receipt {
        language: Language::Fr,
        shop,
        reference: "0193-7F2A".into(),
        sold_at: date(2026, 11, 26).at(14, 5, 0, 0),
        till: "Caisse 2".into(),
        staff: "Carla".into(),
        lines: vec![
            ReceiptLine {
                title: base.title.clone(),
                code: base.code.clone(),
                price: Money::new(4136, eur),
                vat: Vat::SinglePurpose { rate_basis_points: 2000 },
                expires_on: base.expires_on,
                qr: Some(base.qr.clone()),
            },
            ReceiptLine { title: "Poterie".into(), code: base.code.clone(), price: Money::new(12000, eur), vat: Vat::MultiPurpose, expires_on: None, qr: None },
        ],
        payment: Payment::CardTerminal,
        reprint: Some(Reprint { at: date(2026, 11, 27).at(9, 0, 0, 0) }),
        training: true,
    };
    w("r80", r.pdf(Width::Mm80, made).unwrap());
    w("r58", r.pdf(Width::Mm58, made).unwrap());
    std::fs::write("/tmp/documents/r.bin", EscPos::default().receipt(&r).unwrap()).unwrap();
}
