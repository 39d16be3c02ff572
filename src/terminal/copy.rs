//! Copying to the clipboard of whoever sits at the terminal, through SSH, by OSC 52. Nothing is ever read back.

use crossterm::Command as _;
use crossterm::clipboard::CopyToClipboard;

/// The most that is sent to a clipboard, in bytes of text: more than this is dropped by common terminals.
pub const COPY_LIMIT: usize = 74_000;

/// The bytes that put `text` into the clipboard, to be given to [`Painter::send`](super::Painter::send); `None`
/// when it is longer than [`COPY_LIMIT`]. Whether the terminal obeys is not known, so say "sent", not "copied".
pub fn copy_sequence(text: &str) -> Option<String> {
    if text.len() > COPY_LIMIT {
        return None;
    }
    let mut bytes = String::new();
    CopyToClipboard::to_clipboard_from(text)
        .write_ansi(&mut bytes)
        .expect("writing to a String does not fail");
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copied_text_travels_as_base64_in_osc_52() {
        assert_eq!(
            copy_sequence("Łukasz").as_deref(),
            Some("\x1b]52;c;xYF1a2Fzeg==\x1b\\")
        );
    }

    #[test]
    fn text_beyond_what_terminals_take_is_not_sent() {
        assert!(copy_sequence(&"x".repeat(COPY_LIMIT)).is_some());
        assert!(copy_sequence(&"x".repeat(COPY_LIMIT + 1)).is_none());
    }
}
