//! A scanner, and hands on the keyboard: real keys of the X server, whatever layout the computer has.

use std::{process::Stdio, time::Duration};

use anyhow::{Context as _, bail};
use tokio::{io::AsyncWriteExt as _, process::Command};

/// A keyboard that a scanner or a computer can be set to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    Us,
    Fr,
    De,
}

/// The X key codes of the four rows, by the place of the key; the tables below follow this order.
const KEYS: [u8; 47] = [
    49, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47, 48, 51, 52, 53,
    54, 55, 56, 57, 58, 59, 60, 61,
];
const SHIFT: u8 = 50;
const SPACE: u8 = 65;
const ENTER: u8 = 36;
const CAPS_LOCK: u8 = 66;

impl Layout {
    /// Its name for `setxkbmap`.
    const fn name(self) -> &'static str {
        match self {
            Self::Us => "us",
            Self::Fr => "fr",
            Self::De => "de",
        }
    }

    const fn rows(self) -> (&'static str, &'static str) {
        match self {
            Self::Us => (r"`1234567890-=qwertyuiop[]asdfghjkl;'\zxcvbnm,./", r#"~!@#$%^&*()_+QWERTYUIOP{}ASDFGHJKL:"|ZXCVBNM<>?"#),
            Self::Fr => (r#"²&é"'(-è_çà)=azertyuiop^$qsdfghjklmù*wxcvbn,;:!"#, "\u{0}1234567890°+AZERTYUIOP¨£QSDFGHJKLM%µWXCVBN?./§"),
            Self::De => ("^1234567890ß´qwertzuiopü+asdfghjklöä#yxcvbnm,.-", r#"°!"§$%&/()=?`QWERTZUIOPÜ*ASDFGHJKLÖÄ'YXCVBNM;:_"#),
        }
    }

    fn key(self, symbol: char) -> anyhow::Result<(u8, bool)> {
        if symbol == ' ' {
            return Ok((SPACE, false));
        }
        let (plain, shifted) = self.rows();
        let place = |row: &str| row.chars().position(|known| known == symbol).and_then(|place| KEYS.get(place).copied());
        match (place(plain), place(shifted)) {
            (Some(key), _) => Ok((key, false)),
            (None, Some(key)) => Ok((key, true)),
            (None, None) => bail!("no key for {symbol:?} on {}", self.name()),
        }
    }

    /// What xdotool is told to type the text, so many milliseconds from key to key.
    fn strokes(self, text: &str, pace: u32) -> anyhow::Result<String> {
        let mut script = Vec::new();
        for symbol in text.chars() {
            let (key, shift) = self.key(symbol)?;
            let press = format!("key --delay {pace} {key}\n");
            if shift {
                script.extend([format!("keydown --delay 1 {SHIFT}\n"), press, format!("keyup --delay 1 {SHIFT}\n")]);
            } else {
                script.push(press);
            }
        }
        Ok(script.concat())
    }

    /// Sets the computer to it.
    pub async fn use_it(self) -> anyhow::Result<()> {
        let set = Command::new("setxkbmap").arg(self.name()).status().await.context("setxkbmap")?;
        anyhow::ensure!(set.success(), "no layout {}", self.name());
        // The programs hear of it by an event.
        tokio::time::sleep(Duration::from_millis(300)).await;
        Ok(())
    }
}

/// A scanner that is set to that layout and sends Enter behind each code.
#[derive(Debug, Clone, Copy)]
pub struct Scanner {
    pub layout: Layout,
    /// Milliseconds from key to key.
    pub pace: u32,
}

impl Scanner {
    /// Scans: returns when the last key is up.
    pub async fn scan(self, text: &str) -> anyhow::Result<()> {
        let strokes = self.layout.strokes(text, self.pace)?;
        xdotool(&format!("{strokes}key --delay {} {ENTER}\n", self.pace)).await
    }
}

/// A key that hands hold down while something else goes on, with its X key code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Held {
    Alt = 64,
    AltGr = 108,
}

/// Hands on the computer's own keyboard.
#[derive(Debug)]
pub struct Hands;

impl Hands {
    /// Strikes keys by their names for `xdotool`, one after another: `ctrl+v`, `Return`.
    pub async fn strike(keys: &[&str]) -> anyhow::Result<()> {
        let strokes: Vec<String> = keys.iter().map(|key| format!("key --delay 80 {key}\n")).collect();
        xdotool(&strokes.concat()).await
    }

    /// Types on that layout, so many milliseconds from key to key.
    pub async fn type_at(layout: Layout, text: &str, pace: u32) -> anyhow::Result<()> {
        xdotool(&layout.strokes(text, pace)?).await
    }

    /// Switches Caps Lock.
    pub async fn switch_caps_lock() -> anyhow::Result<()> {
        xdotool(&format!("key --delay 50 {CAPS_LOCK}\n")).await
    }

    /// Holds the key down for as long as the deed takes.
    pub async fn hold<T>(key: Held, deed: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
        let key = key as u8;
        xdotool(&format!("keydown --delay 20 {key}\n")).await?;
        let done = deed.await;
        xdotool(&format!("keyup --delay 20 {key}\n")).await?;
        done
    }
}

/// Has xdotool do that; returns when it is done.
async fn xdotool(script: &str) -> anyhow::Result<()> {
    let mut xdotool = Command::new("xdotool").arg("-").stdin(Stdio::piped()).kill_on_drop(true).spawn().context("xdotool")?;
    let mut input = xdotool.stdin.take().context("the input of xdotool")?;
    input.write_all(script.as_bytes()).await?;
    drop(input);
    let done = xdotool.wait().await?;
    anyhow::ensure!(done.success(), "xdotool sent not all keys");
    Ok(())
}
