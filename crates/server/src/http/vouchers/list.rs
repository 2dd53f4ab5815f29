//! `GET /v1/vouchers`

use axum::{
    body::{Body, Bytes},
    http::{HeaderValue, header},
    response::{IntoResponse as _, Response},
};
use beadsbox_domain::VoucherId;
use beadsbox_protocol::{
    Problem,
    voucher_list::{ListedVoucher, MOST_LISTED, VoucherList, VoucherListQuery},
};
use futures_util::stream;
use serde::Serialize;

use crate::{
    db,
    error::Failure,
    http::{auth::VoucherListAuth, json::Query},
};

/// How many bytes are written at a time, and how many more the last voucher of them may need without moving what is written.
const PIECE: usize = 32 * 1024;
const ROOM: usize = 2 * 1024;

/// A page of all vouchers, from the greatest id on.
#[utoipa::path(get, path = "/v1/vouchers", operation_id = "vouchers", tag = "office", params(VoucherListQuery), security(("session" = [])), responses(
    (status = 200, body = VoucherList),
    (status = "default", description = "Anything else", body = Problem, content_type = "application/problem+json"),
))]
pub async fn list(VoucherListAuth { profile, mut conn }: VoucherListAuth, Query(query): Query<VoucherListQuery>) -> Result<Response, Failure> {
    if !(1..=MOST_LISTED).contains(&query.limit) {
        return Err(Failure::malformed(format!("limit is 1 to {MOST_LISTED}")));
    }
    // Everything is read, and the connection given back, before anything is sent: whoever takes an answer slowly keeps nobody from the database,
    // and what goes wrong is told as a problem.
    let page = db::voucher_list::page(&mut conn, query.after, query.limit, profile).await?;
    drop(conn);
    let json = [(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))];
    Ok((json, Body::from_stream(stream::iter(Pieces::new(page.next, page)))).into_response())
}

/// A page as the JSON of a [`VoucherList`], written while it is sent: of the text no more is in memory than the connection has room for.
struct Pieces<I> {
    vouchers: I,
    next: Option<VoucherId>,
    written: u32,
    ended: bool,
}

impl<I: Iterator<Item = Result<ListedVoucher, Failure>>> Pieces<I> {
    const fn new(next: Option<VoucherId>, vouchers: I) -> Self {
        Self { vouchers, next, written: 0, ended: false }
    }

    fn write(&mut self) -> Result<Vec<u8>, Failure> {
        let mut piece = Vec::with_capacity(PIECE + ROOM);
        if self.written == 0 {
            piece.extend_from_slice(br#"{"vouchers":["#);
        }
        while piece.len() < PIECE && !self.ended {
            if let Some(voucher) = self.vouchers.next() {
                if self.written > 0 {
                    piece.push(b',');
                }
                write_json(&mut piece, &voucher?)?;
                self.written += 1;
            } else {
                self.ended = true;
                piece.push(b']');
                if let Some(next) = self.next {
                    piece.extend_from_slice(br#","next":"#);
                    write_json(&mut piece, &next)?;
                }
                piece.push(b'}');
            }
        }
        Ok(piece)
    }
}

fn write_json(piece: &mut Vec<u8>, value: &impl Serialize) -> Result<(), Failure> {
    serde_json::to_writer(piece, value).map_err(|error| Failure::Defect(format!("a page that is no JSON: {error}")))
}

impl<I: Iterator<Item = Result<ListedVoucher, Failure>>> Iterator for Pieces<I> {
    /// An error breaks the answer off, so that nobody takes what came for the whole page.
    type Item = Result<Bytes, Failure>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let piece = self.write();
        if let Err(error) = &piece {
            // Its status is on its way: nobody is told by a problem any more.
            tracing::error!(%error, "an answer was broken off");
            self.ended = true;
        }
        Some(piece.map(Bytes::from))
    }
}

#[cfg(test)]
mod tests {
    use beadsbox_domain::{Currency, Money, Person, ShopId, Status, Timestamp, VoucherCode, text};

    use super::*;

    fn voucher(number: u128) -> ListedVoucher {
        ListedVoucher {
            id: VoucherId(uuid::Uuid::from_u128(number)),
            code: VoucherCode::from_random([number.to_le_bytes()[0]; 8]),
            title: text::Title::new("A \"necklace\"").unwrap(),
            price: Money::new(1500, Currency::from_code("EUR").unwrap()),
            status: Status::Used,
            since: Timestamp::UNIX_EPOCH,
            sold_at: Timestamp::UNIX_EPOCH,
            sold_shop: ShopId(uuid::Uuid::nil()),
            expires_on: None,
            person: Some(Person {
                buyer: text::PersonName::new("Ada").unwrap(),
                email: None,
                recipient: None,
                message: Some(text::Message::new(&"é".repeat(1000)).unwrap()),
            }),
            row_version: 2,
        }
    }

    fn sent(next: Option<VoucherId>, vouchers: &[ListedVoucher]) -> Vec<Vec<u8>> {
        Pieces::new(next, vouchers.iter().cloned().map(Ok)).map(|piece| piece.unwrap().to_vec()).collect()
    }

    #[test]
    fn the_pieces_together_are_the_page() {
        for count in [0, 1, 2, 100] {
            let vouchers: Vec<ListedVoucher> = (0..count).map(voucher).collect();
            for next in [None, Some(VoucherId(uuid::Uuid::max()))] {
                let pieces = sent(next, &vouchers);
                let whole = serde_json::to_string(&VoucherList { vouchers: vouchers.clone(), next }).unwrap();
                assert_eq!(String::from_utf8(pieces.concat()).unwrap(), whole);
                assert_eq!(pieces.len() > 1, whole.len() > PIECE, "{} of {} bytes", pieces.len(), whole.len());
                assert!(pieces.iter().all(|piece| piece.len() < PIECE + 3 * ROOM));
            }
        }
    }

    #[test]
    fn an_answer_that_cannot_go_on_is_broken_off() {
        let vouchers = [Ok(voucher(1)), Err(Failure::not_found("template")), Ok(voucher(2))];
        let mut pieces = Pieces::new(None, vouchers.into_iter());
        assert!(pieces.next().unwrap().is_err());
        assert!(pieces.next().is_none(), "what looks like an end must not come");
    }
}
