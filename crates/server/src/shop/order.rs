//! Makes orders: once for each form, however often it is sent.

use beadsbox_documents::Language;
use beadsbox_domain::{Person, Template, Timestamp, VoucherCode, VoucherId};
use beadsbox_protocol::{person::SaltedPerson, reservation::ReservationCode};
use jiff::SignedDuration;
use sha2::{Digest as _, Sha256};
use sqlx::PgConnection;
use uuid::Uuid;

use super::{guard::Form, open};
use crate::{
    db::{
        self,
        person::Checked,
        shop_order::{Made, New, Order, OrderState, PayBy},
        shop_page::ShopPage,
    },
    error::Failure,
    sight,
    state::App,
    token,
};

/// How long the provider's page may take. Stripe takes 30 minutes to 24 hours.
const CARD_HOLDS: SignedDuration = SignedDuration::from_hours(2);
/// Less than this before the end no payment page can be made any more: Stripe's least, and some time to get there.
pub(super) const LAST_CALL: SignedDuration = SignedDuration::from_mins(33);
/// How often other codes are tried where somebody has them: one in 2⁴⁰ each.
const TRIES: u32 = 4;

/// Whether its buyer paid by a way that takes its time: then it is held for longer than any payment page.
pub(super) fn is_on_its_way(order: &Order) -> bool {
    let held = order.holds_until.duration_since(order.created_at);
    order.payment == PayBy::Card && order.state == OrderState::Reserved && held > CARD_HOLDS
}

/// What somebody wants.
#[derive(Debug, Clone)]
pub(super) struct Wanted {
    pub form: Form,
    pub person: Person,
    pub payment: PayBy,
    pub language: Language,
}

/// What became of it.
#[derive(Debug)]
pub(super) enum Placed {
    /// An order: a new one, or the one that the same form made before.
    Order(Box<Order>),
    /// The template says something else by now than the buyer saw.
    Changed(Box<Template>),
    /// What that form made has ended: whoever sends it again wants another order, by another form.
    LetGo,
    /// It is not on sale any more.
    Gone,
}

impl Placed {
    fn before(order: Order) -> Self {
        if order.is_let_go() { Self::LetGo } else { Self::Order(Box::new(order)) }
    }
}

impl Wanted {
    /// The hash of the form and everything that was typed: another text is another wish.
    fn key(&self) -> Result<[u8; 32], Failure> {
        let said = serde_json::to_vec(&(self.form.id, &self.person, self.payment)).map_err(|error| Failure::Defect(format!("a form: {error}")))?;
        Ok(Sha256::digest(said).into())
    }

    /// What orders of the same form are known by. The form's own id stands nowhere: with it anybody could try whether `key` is that of a buyer they guess.
    fn form(&self) -> Uuid {
        let hash: [u8; 32] = Sha256::digest([b"beadsbox form ", self.form.id.as_bytes().as_slice()].concat()).into();
        let [half, _] = *hash.as_chunks::<16>().0 else { return Uuid::nil() };
        uuid::Builder::from_custom_bytes(half).into_uuid()
    }
}

/// Makes the order.
pub(super) async fn place(app: &App, page: &ShopPage, wanted: &Wanted) -> Result<Placed, Failure> {
    let key = wanted.key()?;
    for _ in 0..TRIES {
        if let Some(placed) = place_once(app, page, wanted, &key).await? {
            return Ok(placed);
        }
    }
    Err(Failure::Defect("no code is free".to_owned()))
}

/// None where somebody has its codes.
async fn place_once(app: &App, page: &ShopPage, wanted: &Wanted, key: &[u8; 32]) -> Result<Option<Placed>, Failure> {
    let mut tx = db::begin(&app.pool).await?;
    app.check_home(&mut tx).await?;
    if let Some(order) = db::shop_order::find_by_form(&mut tx, key).await? {
        return Ok(Some(Placed::before(order)));
    }
    let Some(template) = open::find_on_sale(&mut tx, page, wanted.form.template).await? else {
        return Ok(Some(Placed::Gone));
    };
    if template.version != wanted.form.version {
        return Ok(Some(Placed::Changed(Box::new(template))));
    }
    let now = app.clock.now();
    let order = new_order(&mut tx, page, wanted, &template, now).await?;
    match db::shop_order::insert(&mut tx, &New { order: &order, form: wanted.form(), form_key: *key }).await? {
        Made::New => {}
        Made::Before => {
            // The same form at the same moment: it waited for that one's commit.
            drop(tx);
            let before = db::shop_order::find_by_form(&mut *app.pool.acquire().await?, key).await?;
            return Ok(before.map(Placed::before));
        }
        Made::Collided => return Ok(None),
    }
    db::shop_order::end_earlier_of_form(&mut tx, wanted.form(), order.id, now).await?;
    tx.commit().await?;
    tracing::info!(order = %order.id, payment = ?order.payment, "a voucher was ordered");
    Ok(Some(Placed::Order(Box::new(order))))
}

/// An order, whose buyer is written already.
async fn new_order(conn: &mut PgConnection, page: &ShopPage, wanted: &Wanted, template: &Template, now: Timestamp) -> Result<Order, Failure> {
    let salt: [u8; 16] = token::random()?;
    let unreadable = |error| Failure::Defect(format!("a buyer: {error}"));
    let salted = SaltedPerson::new(&wanted.person, salt).map_err(unreadable)?;
    let person = salted.hash().map_err(unreadable)?;
    db::person::insert(conn, &[Checked { hash: person, salt: salt.to_vec(), person: salted.person }]).await?;
    let holds = match wanted.payment {
        PayBy::Card => CARD_HOLDS,
        PayBy::InShop => page.holds,
    };
    Ok(Order {
        id: Uuid::now_v7(),
        state: OrderState::Reserved,
        payment: wanted.payment,
        reservation: ReservationCode::from_random(token::random()?).compact().to_owned(),
        voucher: VoucherId(Uuid::now_v7()),
        code: VoucherCode::from_random(token::random()?),
        template: template.id,
        template_version: template.version,
        price: template.content.price,
        shop: page.shop.id,
        person,
        language: wanted.language,
        created_at: now,
        holds_until: now + holds,
        session_id: None,
        payment_ref: None,
        trouble: None,
        settled: false,
        ask_at: None,
        trace: sight::current(),
    })
}
