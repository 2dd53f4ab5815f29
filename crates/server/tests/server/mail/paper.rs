//! What stands on the paper that a mail brings.

use beadsbox_protocol::signed_code::SignedCode;
use hayro::{RenderCache, RenderSettings, hayro_interpret::InterpreterSettings, hayro_syntax::Pdf, render, vello_cpu::color::palette::css::WHITE};

/// All that is written on it, in one line.
pub fn read_text(pdf: &[u8]) -> String {
    let document = lopdf::Document::load_mem(pdf).unwrap();
    let pages: Vec<u32> = document.get_pages().into_keys().collect();
    document.extract_text(&pages).unwrap().replace('\u{200b}', " ").split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What a camera reads from the first page of a PDF.
pub fn read_code(pdf: &[u8]) -> SignedCode {
    const SCALE: f32 = 4.0;
    let pdf = Pdf::new(pdf.to_vec()).unwrap();
    let settings = RenderSettings { x_scale: SCALE, y_scale: SCALE, bg_color: WHITE, ..RenderSettings::default() };
    let picture = render(&pdf.pages()[0], &RenderCache::new(), &InterpreterSettings::default(), &settings);
    let (width, height) = (usize::from(picture.width()), usize::from(picture.height()));
    let pixels = picture.data_as_u8_slice();
    let mut image = rqrr::PreparedImage::prepare_from_greyscale(width, height, |x, y| pixels[(y * width + x) * 4 + 1]);
    let text = image.detect_grids().iter().find_map(|grid| grid.decode().ok()).unwrap().1;
    SignedCode::parse(&text).unwrap()
}
