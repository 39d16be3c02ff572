//! Finding out what a file is by looking at its bytes: kind, encoding, separator. Never by its name alone.

use encoding_rs::{UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

use super::problem::FileProblem;

/// What a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    /// A spreadsheet in the Office Open XML format (.xlsx).
    Workbook,
    /// Lines of values with a separator between them (.csv, .tsv, pasted rows).
    Delimited,
}

/// Text out of bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decoded {
    /// The text, with every line end as `\n` and without a byte order mark.
    pub text: String,
    /// The encoding's name: `utf-8`, `utf-16le`, `utf-16be` or `windows-1252`.
    pub encoding: &'static str,
}

/// How many lines are looked at to find the separator.
const LOOKED_AT: usize = 50;

/// What the bytes are; files that are known not to be tables are refused with the way to a file that is one.
pub fn file_kind(file: &str, bytes: &[u8]) -> Result<FileKind, FileProblem> {
    const SAVE_AS: &str = "save it as .xlsx or .csv and import that";
    let refuse = |what: &str| Err(FileProblem::whole(file, what, SAVE_AS));
    match bytes {
        [b'P', b'K', 3, 4, ..] if holds(&bytes[..bytes.len().min(200)], b"opendocument") => {
            refuse("this is an OpenDocument file")
        }
        [b'P', b'K', 3, 4, ..] => Ok(FileKind::Workbook),
        [b'P', b'K', 5, 6, ..] => refuse("this is an empty archive"),
        [0xd0, 0xcf, 0x11, 0xe0, ..] => Err(FileProblem::whole(
            file,
            "this is an old .xls file, or a workbook with a password",
            "open it, take the password off and save it as .xlsx",
        )),
        [b'%', b'P', b'D', b'F', ..] => refuse("this is a PDF"),
        [0x1f, 0x8b, ..] => refuse("this is a compressed file"),
        [0x89, b'P', b'N', b'G', ..] | [0xff, 0xd8, 0xff, ..] => refuse("this is a picture"),
        _ if bytes.iter().all(u8::is_ascii_whitespace) => Err(FileProblem::whole(
            file,
            "the file is empty",
            "export it again from where it came from",
        )),
        _ if starts_with_tag(bytes) => refuse("this is a web page or XML, not a table"),
        _ => Ok(FileKind::Delimited),
    }
}

/// The text in the bytes.
///
/// A byte order mark decides; without one, zero bytes in every other place are UTF-16, valid UTF-8 is UTF-8, and
/// what is left is Windows-1252, which is what Excel writes as "CSV" in this country.
pub fn decode(file: &str, bytes: &[u8]) -> Result<Decoded, FileProblem> {
    let (text, encoding) = if let Some(rest) = bytes.strip_prefix(b"\xef\xbb\xbf") {
        (utf_8(file, rest)?, "utf-8")
    } else if let Some(rest) = bytes.strip_prefix(b"\xff\xfe") {
        (
            UTF_16LE.decode_without_bom_handling(rest).0.into_owned(),
            "utf-16le",
        )
    } else if let Some(rest) = bytes.strip_prefix(b"\xfe\xff") {
        (
            UTF_16BE.decode_without_bom_handling(rest).0.into_owned(),
            "utf-16be",
        )
    } else if zeros(bytes, 1) {
        (
            UTF_16LE.decode_without_bom_handling(bytes).0.into_owned(),
            "utf-16le",
        )
    } else if zeros(bytes, 0) {
        (
            UTF_16BE.decode_without_bom_handling(bytes).0.into_owned(),
            "utf-16be",
        )
    } else if let Some(text) = UTF_8.decode_without_bom_handling_and_without_replacement(bytes) {
        (text.into_owned(), "utf-8")
    } else {
        (
            WINDOWS_1252.decode_without_bom_handling(bytes).0.into_owned(),
            "windows-1252",
        )
    };
    if let Some(at) = text.find('\0') {
        return Err(FileProblem::whole(
            file,
            "this is not text",
            "save it as .xlsx or .csv and import that",
        )
        .at_line(line_of(&text[..at])));
    }
    let text = if text.contains('\r') {
        text.replace("\r\n", "\n").replace('\r', "\n")
    } else {
        text
    };
    Ok(Decoded { text, encoding })
}

/// The separator that cuts most neighbouring lines into the same number of pieces; a comma when none does.
///
/// Neighbours, because an attendance report has sections of different width.
#[must_use]
pub fn separator(text: &str) -> char {
    let mut best = (0, ',');
    for candidate in [',', ';', '\t'] {
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(candidate as u8)
            .from_reader(text.as_bytes());
        let widths: Vec<usize> = reader
            .byte_records()
            .take(LOOKED_AT)
            .filter_map(|r| r.ok())
            .map(|r| r.len())
            .collect();
        let agreeing = widths
            .windows(2)
            .filter(|pair| pair[0] > 1 && pair[0] == pair[1])
            .count();
        // Agreement counts for more than width: a comma inside every address must not beat the real semicolons.
        let widest = widths.iter().max().copied().unwrap_or_default();
        let score = agreeing * 1000 / widths.len().max(1) * 1000 + widest.min(999);
        if widest > 1 && score > best.0 {
            best = (score, candidate);
        }
    }
    best.1
}

fn utf_8(file: &str, bytes: &[u8]) -> Result<String, FileProblem> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(text.to_owned()),
        Err(error) => {
            let good = String::from_utf8_lossy(&bytes[..error.valid_up_to()]);
            let column = good.rsplit('\n').next().map_or(0, |line| line.chars().count()) + 1;
            Err(FileProblem::whole(
                file,
                format!("the file says it is UTF-8, but character {column} of this line is not"),
                "export it again, or save it as .xlsx",
            )
            .at_line(line_of(&good)))
        }
    }
}

/// The line, counted from 1, on which a text goes on after `before`.
fn line_of(before: &str) -> u32 {
    u32::try_from(before.matches('\n').count())
        .unwrap_or(u32::MAX)
        .saturating_add(1)
}

/// Whether most bytes at this parity are zero, as in Latin text in UTF-16.
fn zeros(bytes: &[u8], parity: usize) -> bool {
    let looked = &bytes[..bytes.len().min(400)];
    let at: Vec<u8> = looked.iter().copied().skip(parity).step_by(2).collect();
    let elsewhere = looked
        .iter()
        .skip(1 - parity)
        .step_by(2)
        .filter(|b| **b == 0)
        .count();
    at.len() > 3 && at.iter().filter(|b| **b == 0).count() * 10 > at.len() * 6 && elsewhere * 10 < at.len()
}

fn holds(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

fn starts_with_tag(bytes: &[u8]) -> bool {
    let start = bytes
        .strip_prefix(b"\xef\xbb\xbf")
        .unwrap_or(bytes)
        .trim_ascii_start();
    let start = start[..start.len().min(14)].to_ascii_lowercase();
    [b"<html".as_slice(), b"<!doctype html", b"<?xml"]
        .iter()
        .any(|tag| start.starts_with(tag))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(bytes: &[u8]) -> Decoded {
        decode("a.csv", bytes).expect("text")
    }

    #[test]
    fn every_encoding_of_the_office_gives_the_same_letters() {
        let text = "Name,Lucía\n";
        let utf_16 = |big: bool| -> Vec<u8> {
            text.encode_utf16()
                .flat_map(|u| if big { u.to_be_bytes() } else { u.to_le_bytes() })
                .collect()
        };
        let marked = |mark: &[u8], bytes: Vec<u8>| [mark.to_vec(), bytes].concat();
        for (bytes, encoding) in [
            (text.as_bytes().to_vec(), "utf-8"),
            (marked(b"\xef\xbb\xbf", text.as_bytes().to_vec()), "utf-8"),
            (utf_16(false), "utf-16le"),
            (marked(b"\xff\xfe", utf_16(false)), "utf-16le"),
            (utf_16(true), "utf-16be"),
            (marked(b"\xfe\xff", utf_16(true)), "utf-16be"),
            (b"Name,Luc\xeda\r\n".to_vec(), "windows-1252"),
        ] {
            assert_eq!(
                decoded(&bytes),
                Decoded {
                    text: text.into(),
                    encoding
                }
            );
        }
    }

    #[test]
    fn a_file_that_lies_about_utf_8_is_refused_with_the_place() {
        let problem = decode("a.csv", b"\xef\xbb\xbfName\nLuc\xeda\n").unwrap_err();
        assert_eq!(
            (problem.line, problem.what.contains("character 4")),
            (Some(2), true),
            "{problem}"
        );
    }

    #[test]
    fn zero_bytes_are_not_text() {
        assert_eq!(
            decode("a.csv", b"Name\nAna\0Bell and some more")
                .unwrap_err()
                .line,
            Some(2)
        );
    }

    #[test]
    fn the_separator_is_found_although_others_are_inside() {
        assert_eq!(separator("a;b;c\n\"x, y\";1,5;z\nq, r;2,5;s\n"), ';');
        assert_eq!(separator("a\tb\nx, y\tz\n"), '\t');
        assert_eq!(separator("a,b,c\nx;y,z,1\n\"p\nq\",r,s\n"), ',');
        assert_eq!(separator("just one column\nand no separator\n"), ',');
    }

    #[test]
    fn what_is_no_table_is_refused_by_its_first_bytes() {
        for (bytes, says) in [
            (b"%PDF-1.7".as_slice(), "PDF"),
            (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "password"),
            (b"\x89PNG\r\n", "picture"),
            (b"<!DOCTYPE html><table>", "web page"),
            (b" \r\n ", "empty"),
            (b"", "empty"),
        ] {
            let problem = file_kind("a.csv", bytes).unwrap_err();
            assert!(
                problem.what.contains(says) && !problem.remedy.is_empty(),
                "{problem}"
            );
        }
    }
}
