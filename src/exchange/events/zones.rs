//! Time zones by the names that calendars give them: those of the zone data base, Windows' names, and names that a
//! file only describes.

use std::collections::HashMap;

use chrono_tz::Tz;

use crate::domain::text::clean_name;

/// Time zones by the names of this file.
pub(super) struct Zones {
    named: HashMap<String, Tz>,
    pub(super) own: Tz,
    pub(super) unknown: Vec<String>,
}

/// Windows' names, which Outlook writes, of the zones that people of the programme are in.
const WINDOWS: &[(&str, Tz)] = &[
    ("GMT Standard Time", Tz::Europe__London),
    ("Greenwich Standard Time", Tz::Atlantic__Reykjavik),
    ("W. Europe Standard Time", Tz::Europe__Berlin),
    ("Romance Standard Time", Tz::Europe__Paris),
    ("Central Europe Standard Time", Tz::Europe__Budapest),
    ("Central European Standard Time", Tz::Europe__Warsaw),
    ("E. Europe Standard Time", Tz::Europe__Chisinau),
    ("GTB Standard Time", Tz::Europe__Bucharest),
    ("FLE Standard Time", Tz::Europe__Kyiv),
    ("Eastern Standard Time", Tz::America__New_York),
    ("India Standard Time", Tz::Asia__Kolkata),
    ("UTC", Tz::UTC),
];

/// Offsets in minutes, in winter and in summer, of a zone that is only described.
const OFFSETS: &[(&[i32], Tz)] = &[
    (&[0], Tz::UTC),
    (&[0, 60], Tz::Europe__London),
    (&[60, 120], Tz::Europe__Paris),
    (&[120, 180], Tz::Europe__Athens),
    (&[-300, -240], Tz::America__New_York),
];

impl Zones {
    /// No names but those that everybody knows; times without a zone are of this one.
    pub(super) fn own(zone: Tz) -> Self {
        Self {
            named: HashMap::new(),
            own: zone,
            unknown: Vec::new(),
        }
    }

    /// Learns what a file means by the name of a zone.
    pub(super) fn learn(&mut self, text: &str) {
        let value = |key: &'static str| {
            text.lines().filter_map(move |line| {
                let (name, value) = line.split_once(':')?;
                let name = name.split(';').next()?;
                name.eq_ignore_ascii_case(key).then(|| value.trim().to_owned())
            })
        };
        let Some(name) = value("TZID").next() else { return };
        let located = value("X-LIC-LOCATION").find_map(|place| named(&place));
        let mut offsets: Vec<i32> = value("TZOFFSETTO").filter_map(|text| offset(&text)).collect();
        offsets.sort_unstable();
        offsets.dedup();
        let described = OFFSETS.iter().find(|(known, _)| *known == offsets.as_slice());
        if let Some(zone) = named(&name).or(located).or(described.map(|(_, zone)| *zone)) {
            self.named.insert(name, zone);
        }
    }

    /// The zone of this name; that of the cohort when nobody knows it.
    pub(super) fn of(&mut self, name: &str) -> Tz {
        if let Some(zone) = self.named.get(name).copied().or_else(|| named(name)) {
            return zone;
        }
        let said = clean_name(name).text;
        if !self.unknown.contains(&said) && self.unknown.len() < 5 {
            self.unknown.push(said);
        }
        self.own
    }
}

/// A zone by its name in the zone data base, at the end of a longer name, or as Windows calls it.
fn named(name: &str) -> Option<Tz> {
    let name = name.trim().trim_matches('"');
    if let Ok(zone) = name.parse() {
        return Some(zone);
    }
    let windows = WINDOWS
        .iter()
        .find(|(windows, _)| windows.eq_ignore_ascii_case(name));
    windows.map(|(_, zone)| *zone).or_else(|| {
        // Older programs write /mozilla.org/20070129_1/Europe/London.
        let parts: Vec<&str> = name.rsplitn(3, '/').collect();
        (parts.len() == 3).then(|| format!("{}/{}", parts[1], parts[0]).parse().ok())?
    })
}

/// `+0100` in minutes.
fn offset(text: &str) -> Option<i32> {
    let (sign, digits) = match text.split_at_checked(1)? {
        ("+", digits) => (1, digits),
        ("-", digits) => (-1, digits),
        _ => return None,
    };
    let hours: i32 = digits.get(..2)?.parse().ok()?;
    let minutes: i32 = digits.get(2..4)?.parse().ok()?;
    Some(sign * (hours * 60 + minutes))
}
