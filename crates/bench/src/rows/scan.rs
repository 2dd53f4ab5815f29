//! From the text of a scan to the answer that the screen is told, through the program's own use cases: what the window's commands
//! call. Without the network beside a bare commit of SQLite of the same bytes; and with a server that takes everything and says nothing.

use std::time::{Duration, Instant};

use anyhow::Context as _;
use beadsbox_app::{
    Program,
    host::ASK_LIMIT,
    view::{AnswerKind, EnrolForm, LimitsForm, PolicyForm, SignInForm},
};
use beadsbox_domain::{Currency, Money, Operation, RedeemMode, VoucherCode, VoucherId, text::SignedText};
use beadsbox_protocol::signed_code::SignedVoucher;
use beadsbox_testkit::{TestDevice, fixtures};
use uuid::Uuid;

use super::{Bench, milliseconds, redeem, shelf::Shelves, side};
use crate::{
    centre::{ADMIN, Centre, End, PASSWORD},
    figure::Unit,
    ledger::{Entry, Goal, Number},
    till,
    wire::{State, Wire},
};

const ROW: &str = "scan";
const PATIENCE: Duration = Duration::from_mins(1);
/// How often the server is met while it hangs: each time it has to be found again first.
const HANGING: usize = 15;

pub(super) async fn measure(bench: &Bench, shelves: &mut Shelves<'_>) -> anyhow::Result<Vec<Entry>> {
    let vouchers = *bench.scale.vouchers.first().context("no sizes")?;
    let rounds = bench.scale.rounds;
    let hanging = HANGING.min(rounds / 3);
    let centre = &shelves.get(vouchers).await?.centre;
    let counter = Counter::open(bench, centre).await?;
    let known = counter.codes_of_known(centre, rounds + hanging).await?;

    counter.wire.set(State::Cut);
    counter.until_online(false).await?;
    let entries = [
        counter.offline(bench, vouchers, "a code that the till knows", &known[..rounds]).await?,
        counter.offline(bench, vouchers, "a code never seen, by its signature", &counter.codes_never_seen(rounds)?).await?,
        counter.hanging(bench, vouchers, &known[rounds..]).await?,
    ];
    counter.program.close();
    Ok(entries.into())
}

/// A scan: its text, and the bytes of the operation that redeems it.
struct Scan {
    text: String,
    body: String,
}

/// The program without its windows, with somebody at the counter, and another device of the organisation that signs.
struct Counter {
    program: Program,
    signer: TestDevice,
    wire: Wire,
}

impl Counter {
    async fn open(bench: &Bench, centre: &Centre) -> anyhow::Result<Self> {
        let told = |problem: Box<beadsbox_protocol::Problem>| anyhow::anyhow!("{}", problem.title);
        let mut signer = TestDevice::enrol(&centre.url(), &centre.enrolment_code().await?, "Signer").await.map_err(told)?;
        signer.staff = centre.staff;
        let wire = Wire::to(&centre.url()).await?;
        let program = Program::new(till::host(&bench.folder("counter")?), "none".to_owned());
        program.start().await;
        program
            .enrol(EnrolForm { server: wire.url.clone(), code: centre.enrolment_code().await?, device_name: "Counter".to_owned() })
            .await?;
        program.sign_in(SignInForm::new(ADMIN, PASSWORD)).await?;
        let counter = Self { program, signer, wire };
        counter.seat()?.sync_now().await?;
        counter.lift_limits().await?;
        Ok(counter)
    }

    fn seat(&self) -> anyhow::Result<beadsbox_app::Seat> {
        Ok(self.program.seat()?)
    }

    /// More is redeemed here in a minute than the limits let pass in days.
    async fn lift_limits(&self) -> anyhow::Result<()> {
        let policy = self.seat()?.policy().await?;
        let limits = LimitsForm { most_redemptions: 10_000, most_value: "1000000".to_owned(), ..policy.limits.clone() };
        self.seat()?.set_policy(PolicyForm { limits, ..policy }).await?;
        Ok(())
    }

    async fn codes_of_known(&self, centre: &Centre, count: usize) -> anyhow::Result<Vec<Scan>> {
        // Not those that the other rows redeem: they take the first.
        let vouchers = centre.redeemable(count, End::Last).await?;
        vouchers
            .into_iter()
            .map(|(id, code)| Ok(Scan { text: self.sign(id, code)?, body: self.body(Operation::redeem(id, RedeemMode::Honoured))? }))
            .collect()
    }

    fn codes_never_seen(&self, count: usize) -> anyhow::Result<Vec<Scan>> {
        let scans = std::iter::repeat_with(|| {
            let voucher = VoucherId(Uuid::now_v7());
            let text = self.sign(voucher, fixtures::code())?;
            let signed_code = Some(SignedText::new(&text)?);
            let body = self.body(Operation::Redeem { voucher, mode: RedeemMode::Honoured, signed_code, approved_by: None })?;
            Ok(Scan { text, body })
        });
        scans.take(count).collect()
    }

    fn sign(&self, voucher: VoucherId, code: VoucherCode) -> anyhow::Result<String> {
        let price = Money::new(4_136, Currency::from_code("EUR")?);
        let says = SignedVoucher { voucher, code, price, expires_on: None, expires_at: None, home_shop: None };
        Ok(says.sign(self.signer.id, &self.signer.key))
    }

    fn body(&self, operation: Operation) -> anyhow::Result<String> {
        Ok(self.signer.body(operation).encode()?)
    }

    async fn until_online(&self, online: bool) -> anyhow::Result<()> {
        let reached = async {
            while self.seat()?.status_bar().await?.online != online {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            Ok::<_, anyhow::Error>(())
        };
        tokio::time::timeout(PATIENCE, reached).await.with_context(|| format!("online: {online}"))?
    }

    /// Scans; milliseconds until it is told that the goods go. By then it is on the disk.
    async fn scan(&self, text: &str) -> anyhow::Result<f64> {
        let seat = self.seat()?;
        let begun = Instant::now();
        let answer = seat.redeem(text).await?;
        let taken = milliseconds(begun);
        anyhow::ensure!(answer.answer == AnswerKind::AcceptedOffline, "{:?}: {:?}", answer.answer, answer.refusal);
        Ok(taken)
    }

    async fn offline(&self, bench: &Bench, vouchers: u64, what: &str, scans: &[Scan]) -> anyhow::Result<Entry> {
        let bare = redeem::bare(bench)?;
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        for Scan { text, body } in scans {
            ours.push(self.scan(text).await?);
            let begun = Instant::now();
            bare.execute("INSERT INTO operation (body) VALUES (?1)", [body])?;
            theirs.push(milliseconds(begun));
        }
        let note = "signature checked, found, limits, chained, committed, told; no server reachable; outbox synchronous=FULL, encrypted";
        let ours = bench.ours(ours, Unit::Milliseconds, note)?;
        let other = side("SQLite, one row", rusqlite::version(), theirs, Unit::Milliseconds, redeem::NOTE)?;
        let what = format!("scan to answer, offline: {what}");
        Ok(Entry::new(ROW, vouchers, what, ours, Some(other)).judged(Number::P99, &[Goal::AtMostTimes(1.5)]))
    }

    async fn hanging(&self, bench: &Bench, vouchers: u64, scans: &[Scan]) -> anyhow::Result<Entry> {
        let mut measured = Vec::new();
        for Scan { text, .. } in scans {
            self.wire.set(State::Whole);
            self.until_online(true).await?;
            // All that was done before is sent: it finds a till at rest, which takes the server to be there.
            self.seat()?.sync_now().await?;
            self.until_online(true).await?;
            self.wire.set(State::Silent);
            measured.push(self.scan(text).await?);
        }
        self.wire.set(State::Whole);
        let note = format!("asked first, for {} ms; connections are taken and nothing comes back", ASK_LIMIT.as_millis());
        let ours = bench.ours(measured, Unit::Milliseconds, &note)?;
        Ok(Entry::new(ROW, vouchers, "scan to answer, the server hangs", ours, None).judged(Number::P99, &[Goal::AtMost(1_000.0)]))
    }
}
