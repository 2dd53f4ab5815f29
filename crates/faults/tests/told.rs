//! What comes out at the other end, over real HTTP: as the desktop program tells, by lines of its log and by panics.

use beadsbox_faults::{note, tell};
use beadsbox_testkit::FaultReceiver;

const TRACE: [u8; 16] = [0x4b; 16];

#[tokio::test(flavor = "multi_thread")]
async fn what_is_told_begins_and_ends_as_it_is_chosen() {
    let receiver = FaultReceiver::start().await.unwrap();
    assert!(tell("not an address", "1.2.3", || None).is_err());
    note("beadsbox_app::error", "before anybody wants it");
    let faults = tell(&receiver.project(), "1.2.3", || Some((TRACE, [7; 8]))).unwrap();
    note("beadsbox_app::error", "internal error detail=no voucher of Zazie <zazie@example.org> code=Q2XA");
    note("hyper::client", "asked https://example.org/?token=zazie");
    // On a thread that has seen nothing of this.
    let panicked = std::thread::spawn(|| panic!("Zazie is not there")).join();
    assert!(panicked.is_err());
    let told = receiver.until(|event| event["message"] == "internal error").await.unwrap();
    assert_eq!((told["release"].as_str(), told["logger"].as_str()), (Some("my-beads-box@1.2.3"), Some("beadsbox_app::error")));
    assert_eq!(told["contexts"]["trace"]["trace_id"], serde_json::Value::from("4b".repeat(16)));
    let panic = receiver.until(|event| event["exception"]["values"][0]["type"] == "panic").await.unwrap();
    assert_eq!(panic["level"], "fatal");
    drop(faults);
    note("beadsbox_app::error", "after somebody switched it off");
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    let all = receiver.envelopes().join("\n").to_lowercase();
    for secret in ["zazie", "q2xa", "example.org", "before anybody", "after somebody"] {
        assert!(!all.contains(secret), "{secret}: {all}");
    }
}
