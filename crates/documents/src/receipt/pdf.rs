use jiff::Timestamp;
use serde::Serialize;

use super::{Block, Receipt, blocks};
use crate::{DocumentError, Width, press::Press, qr};

#[derive(Serialize)]
struct Data<'a> {
    language: &'static str,
    title: String,
    width: u32,
    margin: u32,
    blocks: &'a [Block],
}

impl Receipt {
    /// As a PDF of that width, as long as it needs to be, that says that it was made at that moment.
    pub fn pdf(&self, width: Width, made: Timestamp) -> Result<Vec<u8>, DocumentError> {
        let blocks = blocks(self)?;
        let title = format!("{} {}", self.language.pick("Receipt", "Ticket"), self.reference);
        let data = Data { language: self.language.code(), title, width: width.paper_mm(), margin: width.margin_mm(), blocks: &blocks };
        let mut press = Press::new("/receipt.typ", include_str!("receipt.typ"), &data)?;
        for block in &blocks {
            if let Block::Qr { text, place } = block {
                press = press.with(&format!("/qr-{place}.svg"), qr::svg(text)?)?;
            }
        }
        press.pdf(&format!("receipt {}", self.reference), made)
    }
}
