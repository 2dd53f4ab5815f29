//! What the palette asks of a real device: the voucher of a typed code, and what each person did last.

use crate::stage::{Centre, PASSWORD};
use beadsbox_app::view::{CodeHit, ZoomStep};
use beadsbox_domain::Status;

#[tokio::test(flavor = "multi_thread")]
async fn a_typed_code_is_a_voucher_or_said_to_be_none() {
    let centre = Centre::open().await;
    let till = centre.till("Montmartre", "Bruno").await;
    let sold = till.sell("Buyer").await;
    let seat = till.seat();
    let typed = sold.code.to_lowercase().replace('-', " ");
    let CodeHit::Found { id, code, status, .. } = seat.find_voucher(typed).await.unwrap() else { panic!("not found") };
    assert_eq!((id, &code, status), (sold.voucher_id.clone(), &sold.code, Status::Purchased));

    let mistyped: String = sold
        .code
        .chars()
        .enumerate()
        .map(|(place, one)| if place == 0 { if one == '7' { '8' } else { '7' } } else { one })
        .collect();
    assert!(matches!(seat.find_voucher(mistyped).await.unwrap(), CodeHit::Mistyped { .. }));
    // Right by its check symbol, and nobody's.
    assert!(matches!(seat.find_voucher("0000-0000-00000".to_owned()).await.unwrap(), CodeHit::Unknown { .. }));
    for none in ["vouchers", "", &"7".repeat(10_000)] {
        assert_eq!(seat.find_voucher(none.to_owned()).await.unwrap(), CodeHit::NotACode);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_person_has_what_they_did_last_and_the_zoom_is_the_machines() {
    let centre = Centre::open().await;
    let mut till = centre.till("Montmartre", "Bruno").await;
    for id in ["sync_now", "go_conflicts", "sync_now"] {
        till.seat().note_action(id.to_owned()).await.unwrap();
    }
    assert!(till.seat().note_action("Léa O'Connor".to_owned()).await.is_err());
    assert_eq!(till.program.step_zoom(ZoomStep::In).await.unwrap(), 110);

    till.restart().await;
    till.sign_in("Ada", PASSWORD).await.unwrap();
    assert_eq!(till.seat().recent_actions().await.unwrap(), Vec::<String>::new());
    till.sign_in("Bruno", PASSWORD).await.unwrap();
    assert_eq!(till.seat().recent_actions().await.unwrap(), ["sync_now", "go_conflicts"]);
    assert_eq!(till.program.zoom().await, 110);
}
