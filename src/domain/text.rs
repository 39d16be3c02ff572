//! Text that other people typed: what may be kept, how wide it is on a screen, and how it is searched.
//!
//! Names, notes and answers come from forms, spreadsheets and other admins, and are shown on somebody else's
//! terminal. Nothing that moves a cursor, turns the reading direction round or cannot be seen gets past
//! [`clean_name`] and [`clean_text`]; what older data may still hold is made visible by [`visible`].
//! Knows nothing of records or of the terminal; widths are those of the tables that ratatui uses.

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::{is_combining_mark, is_public_assigned};
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// The most graphemes (characters as people count them) a name may have.
pub const NAME_GRAPHEMES: usize = 100;
/// The most bytes a name may take as UTF-8.
pub const NAME_BYTES: usize = 400;
/// The most bytes free text may take as UTF-8.
pub const TEXT_BYTES: usize = 4096;
/// The most bytes of an address (RFC 5321 §4.5.3.1.3, less the angle brackets).
pub const EMAIL_BYTES: usize = 254;
/// The most combining marks that may follow one another; real orthographies need three.
const MARKS_IN_A_ROW: usize = 4;

/// Text after cleaning.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Cleaned {
    /// What may be kept.
    pub text: String,
    /// Whether something was taken out or made visible that the reader should be told about; spaces that were
    /// only trimmed or collapsed do not count.
    pub removed: bool,
}

/// A name or other one-line value as it may be kept: NFC, trimmed, single spaces, nothing unseen.
///
/// Never refuses: an import keeps the row and reports [`Cleaned::removed`]. Lengths are not cut; ask
/// [`refuse_name`] about those.
#[must_use]
pub fn clean_name(text: &str) -> Cleaned {
    if is_simple(text) && !text.contains("  ") {
        return Cleaned {
            text: text.trim().to_owned(),
            removed: false,
        };
    }
    let mut removed = false;
    let mut kept = String::with_capacity(text.len());
    for c in text.trim().chars() {
        if c.is_whitespace() {
            removed |= c.is_control();
            if !kept.is_empty() && !kept.ends_with(' ') {
                kept.push(' ');
            }
        } else if is_unseen(c) {
            removed = true;
        } else {
            kept.push(c);
        }
    }
    let (text, marks_removed) = tame_marks(kept.nfc());
    let text = text.trim().to_owned();
    Cleaned {
        removed: removed || marks_removed,
        text,
    }
}

/// Free text as it may be kept: NFC, lines ended by `\n`, a tab as a space, anything unseen as a token such as
/// `<U+202E>` rather than dropped.
///
/// Lengths are not cut; ask [`refuse_text`] about those.
#[must_use]
pub fn clean_text(text: &str) -> Cleaned {
    if is_simple(text) {
        return Cleaned {
            text: text.trim().to_owned(),
            removed: false,
        };
    }
    let one_line_end = text
        .replace("\r\n", "\n")
        .replace(['\r', '\u{b}', '\u{c}', '\u{85}', '\u{2028}', '\u{2029}'], "\n");
    let spaced: String = one_line_end
        .chars()
        .map(|c| if c != '\n' && c.is_whitespace() { ' ' } else { c })
        .nfc()
        .collect();
    let trimmed = spaced.trim_matches([' ', '\n']);
    let (text, removed) = show_unseen(trimmed, |c| c == '\n');
    Cleaned { text, removed }
}

/// Why this typed text is no name, as a sentence; `None` when it can be kept after [`clean_name`].
#[must_use]
pub fn refuse_name(text: &str) -> Option<String> {
    let trimmed = text.trim();
    if trimmed.is_empty() {
        return Some("A name is needed here.".to_owned());
    }
    if is_simple(trimmed) && trimmed.len() <= NAME_GRAPHEMES.min(NAME_BYTES) {
        return None;
    }
    if let Some(c) = trimmed.chars().find(|c| c.is_control() || is_unseen(*c)) {
        return Some(format!(
            "A name cannot hold {}, which is not seen on a screen: type it without.",
            token(c)
        ));
    }
    let composed: String = trimmed
        .chars()
        .map(|c| if c.is_whitespace() { ' ' } else { c })
        .nfc()
        .collect();
    if composed.chars().next().is_some_and(is_combining_mark) {
        return Some("A name cannot begin with an accent that stands alone: type a letter first.".to_owned());
    }
    if tame_marks(composed.chars()).1 {
        return Some(format!(
            "Accents stand on a letter, {MARKS_IN_A_ROW} at most: take the others away."
        ));
    }
    let count = composed.graphemes(true).count();
    if count > NAME_GRAPHEMES {
        return Some(format!(
            "A name can have {NAME_GRAPHEMES} characters, and this has {count}: shorten it."
        ));
    }
    if composed.len() > NAME_BYTES {
        return Some(format!(
            "A name can take {NAME_BYTES} bytes, and this takes {}: shorten it.",
            composed.len()
        ));
    }
    None
}

/// Why this free text is too long to keep, as a sentence; `None` when it fits.
#[must_use]
pub fn refuse_text(text: &str) -> Option<String> {
    if is_simple(text) && text.len() <= TEXT_BYTES {
        return None;
    }
    let bytes = clean_text(text).text.len();
    (bytes > TEXT_BYTES)
        .then(|| format!("A text can take {TEXT_BYTES} bytes, and this takes {bytes}: shorten it."))
}

/// The text with everything a terminal would hide or obey replaced by a token such as `<U+202E>`, on one line.
///
/// For data that was written before it was cleaned, by whatever wrote it. Line ends and tabs become spaces.
#[must_use]
pub fn visible(text: &str) -> Cow<'_, str> {
    if is_simple(text) {
        return Cow::Borrowed(text);
    }
    let spaced: String = text
        .chars()
        .map(|c| if c.is_whitespace() { ' ' } else { c })
        .collect();
    let (shown, _) = show_unseen(&spaced, |_| false);
    if shown == text {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(shown)
    }
}

/// The text as it is searched: without accents and case, `ł ø đ ð ı ß æ` and curly marks as plain ones.
#[must_use]
pub fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    let mut folded = String::with_capacity(text.len());
    for c in text
        .nfd()
        .flat_map(char::to_lowercase)
        .nfd()
        .filter(|c| !is_combining_mark(*c))
    {
        match c {
            'ł' => folded.push('l'),
            'ø' => folded.push('o'),
            'đ' | 'ð' => folded.push('d'),
            'ħ' => folded.push('h'),
            'ŧ' => folded.push('t'),
            'ı' => folded.push('i'),
            'ß' => folded.push_str("ss"),
            'æ' => folded.push_str("ae"),
            'œ' => folded.push_str("oe"),
            'þ' => folded.push_str("th"),
            'ς' => folded.push('σ'),
            '\u{2018}' | '\u{2019}' | '\u{201b}' | '\u{2bc}' | '\u{2032}' | '\u{b4}' | '`' => {
                folded.push('\'')
            }
            '\u{201c}' | '\u{201d}' | '\u{201e}' => folded.push('"'),
            '\u{2010}'..='\u{2015}' | '\u{2212}' => folded.push('-'),
            c if c.is_whitespace() => folded.push(' '),
            c => folded.push(c),
        }
    }
    folded
}

/// How many columns the text takes on a terminal; the emoji selector U+FE0F is not drawn and not counted.
#[must_use]
pub fn width(text: &str) -> usize {
    if is_simple(text) {
        return text.len();
    }
    text.graphemes(true).map(|grapheme| drawn(grapheme).width()).sum()
}

/// The text in exactly so many columns: cut at a grapheme and marked with `cut_mark` (`~` or `…`) when it is too
/// wide, filled with spaces when it is narrower, unseen characters shown.
#[must_use]
pub fn fit(text: &str, columns: usize, cut_mark: &str) -> String {
    let text = visible(text);
    if width(&text) <= columns {
        let shown: String = text.chars().filter(|c| *c != EMOJI_STYLE).collect();
        return pad_right(&shown, columns);
    }
    let mark = if width(cut_mark) <= columns { cut_mark } else { "" };
    let room = columns - width(mark);
    let mut line = String::with_capacity(columns + 4);
    let mut used = 0;
    for grapheme in text.graphemes(true).map(drawn) {
        let wide = grapheme.width();
        if used + wide > room {
            break;
        }
        used += wide;
        line.push_str(&grapheme);
    }
    line.push_str(mark);
    pad_right(&line, columns)
}

/// Spaces before the text up to so many columns; a wider text is returned as it is.
#[must_use]
pub fn pad_left(text: &str, columns: usize) -> String {
    let mut line = " ".repeat(columns.saturating_sub(width(text)));
    line.push_str(text);
    line
}

/// A line broken at blanks so that each part fits so many columns; a word that is wider stands alone.
#[must_use]
pub fn wrapped(line: &str, columns: usize) -> Vec<String> {
    let mut parts = vec![String::new()];
    for word in line.split(' ') {
        let last = parts.last_mut().expect("there is always one part");
        if !last.is_empty() && self::width(last) + 1 + self::width(word) > columns {
            parts.push(word.to_owned());
        } else {
            if !last.is_empty() {
                last.push(' ');
            }
            last.push_str(word);
        }
    }
    parts
}

/// Spaces after the text up to so many columns; a wider text is returned as it is.
#[must_use]
pub fn pad_right(text: &str, columns: usize) -> String {
    let mut line = text.to_owned();
    line.extend(std::iter::repeat_n(' ', columns.saturating_sub(width(text))));
    line
}

/// The first letters of the first and last word, upper case: "Sam K" is "SK", "Madonna" is "M".
#[must_use]
pub fn initials(name: &str) -> String {
    let mut letters = name
        .split_whitespace()
        .filter_map(|word| word.chars().find(|c| c.is_alphanumeric()));
    letters
        .next()
        .into_iter()
        .chain(letters.next_back())
        .flat_map(char::to_uppercase)
        .collect()
}

/// What is wrong with an email address, in the words an import report uses; `None` when mail could be sent to it.
#[must_use]
pub fn email_problem(email: &str) -> Option<&'static str> {
    let email = email.trim();
    if email.is_empty() {
        return Some("no address");
    }
    let Some((name, host)) = email.split_once('@') else {
        return Some("address has no @");
    };
    if host.contains('@') {
        return Some("address has more than one @");
    }
    if email
        .chars()
        .any(|c| c.is_whitespace() || c.is_control() || is_unseen(c))
    {
        return Some("address has a space or an unseen character in it");
    }
    if email.contains(['<', '>', '(', ')', '[', ']', '"', ',', ';', ':', '\\']) {
        return Some("address has a character in it that addresses cannot have");
    }
    if name.is_empty() {
        return Some("address has nothing before the @");
    }
    if !host.contains('.') {
        return Some("address has no full stop after the @");
    }
    if [name, host].iter().any(|part| part.split('.').any(str::is_empty)) {
        return Some("address has a full stop in the wrong place");
    }
    (email.len() > EMAIL_BYTES).then_some("address is longer than 254 bytes")
}

/// The address as two addresses are compared: trimmed, NFC, lower case.
#[must_use]
pub fn fold_email(email: &str) -> Cow<'_, str> {
    let email = email.trim();
    if !email.is_ascii() {
        return Cow::Owned(email.nfc().flat_map(char::to_lowercase).collect());
    }
    if email.bytes().any(|b| b.is_ascii_uppercase()) {
        Cow::Owned(email.to_ascii_lowercase())
    } else {
        Cow::Borrowed(email)
    }
}

/// The selector that asks for an emoji in colour; ratatui 0.30 misplaces the cell after it (ratatui#2357).
const EMOJI_STYLE: char = '\u{fe0f}';
const JOINER: char = '\u{200d}';

/// A grapheme as it is drawn.
fn drawn(grapheme: &str) -> Cow<'_, str> {
    if grapheme.contains(EMOJI_STYLE) {
        Cow::Owned(grapheme.replace(EMOJI_STYLE, ""))
    } else {
        Cow::Borrowed(grapheme)
    }
}

/// Whether a text is made of printable ASCII alone, as nearly every one is: nothing in it can be composed, is unseen
/// or wider than one column.
fn is_simple(text: &str) -> bool {
    text.bytes().all(|b| (b' '..=b'~').contains(&b))
}

/// How a character that cannot be seen is written out.
fn token(c: char) -> String {
    format!("<U+{:04X}>", u32::from(c))
}

/// Whether a character has no place in a line of text: control, format (bidi, zero width, tags), line and
/// paragraph separators, variation selectors, blank fillers, private use, unassigned.
fn is_unseen(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_control();
    }
    c.is_control() || !is_public_assigned(c) || is_format_or_filler(c)
}

/// General category Cf of Unicode 16, Zl and Zp, and the other default-ignorable or blank characters.
fn is_format_or_filler(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{600}'..='\u{605}' | '\u{61c}' | '\u{6dd}' | '\u{70f}' | '\u{890}'..='\u{891}' | '\u{8e2}'
        | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{110bd}' | '\u{110cd}' | '\u{13430}'..='\u{1343f}'
        | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}'
        | '\u{34f}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}' | '\u{2800}' | '\u{3164}' | '\u{ffa0}'
        | '\u{fe00}'..='\u{fe0f}')
}

/// Whether a character can stand beside a joiner or before a variation selector in an emoji.
fn is_pictograph(c: char) -> bool {
    matches!(c, '\u{a9}' | '\u{ae}' | '\u{203c}' | '\u{2049}' | '\u{2122}' | '\u{2139}' | '\u{2190}'..='\u{21ff}'
        | '\u{2300}'..='\u{23ff}' | '\u{2460}'..='\u{24ff}' | '\u{25a0}'..='\u{27bf}' | '\u{2900}'..='\u{297f}'
        | '\u{2b00}'..='\u{2bff}' | '\u{3030}' | '\u{303d}' | '\u{3297}' | '\u{3299}' | '\u{1f000}'..='\u{1faff}')
}

/// Whether the unseen character `c` is part of an emoji here.
fn in_emoji(before: Option<char>, c: char, after: Option<char>) -> bool {
    match c {
        EMOJI_STYLE => {
            before.is_some_and(|b| is_pictograph(b) || b.is_ascii_digit() && after == Some('\u{20e3}'))
        }
        JOINER => {
            before.is_some_and(|b| is_pictograph(b) || b == EMOJI_STYLE) && after.is_some_and(is_pictograph)
        }
        _ => false,
    }
}

/// Writes out what cannot be seen as tokens, and tells whether there was any.
fn show_unseen(text: &str, allowed: impl Fn(char) -> bool) -> (String, bool) {
    let mut shown = String::with_capacity(text.len());
    let mut found = false;
    let mut before = None;
    let mut marks = 0;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let mark = is_combining_mark(c) && !is_format_or_filler(c);
        marks = if mark { marks + 1 } else { 0 };
        let lone = mark && (before.is_none_or(char::is_whitespace) || marks > MARKS_IN_A_ROW);
        let unseen = is_unseen(c) && !allowed(c) && !in_emoji(before, c, chars.peek().copied());
        if lone || unseen {
            found = true;
            shown.push_str(&token(c));
        } else {
            shown.push(c);
        }
        // After a token nothing may combine with what was there before it.
        before = if lone || unseen { None } else { Some(c) };
    }
    (shown, found)
}

/// Takes away accents that have no letter under them or are too many, and tells whether there were any.
fn tame_marks(chars: impl Iterator<Item = char>) -> (String, bool) {
    let mut kept = String::new();
    let mut found = false;
    let mut marks = 0;
    for c in chars {
        if is_combining_mark(c) {
            marks += 1;
            if marks > MARKS_IN_A_ROW || kept.is_empty() || kept.ends_with(' ') {
                found = true;
                continue;
            }
        } else {
            marks = 0;
        }
        if c == ' ' && kept.ends_with(' ') {
            continue;
        }
        kept.push(c);
    }
    (kept, found)
}

#[cfg(test)]
mod tests;
