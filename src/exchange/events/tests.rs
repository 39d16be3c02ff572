use super::*;

const LONDON: Tz = Tz::Europe__London;

fn calendar(inside: &str) -> Calendar {
    let text = format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{inside}END:VCALENDAR\r\n");
    read_calendar("a.ics", text.as_bytes(), LONDON).expect("a calendar")
}

fn event(lines: &[&str]) -> Calendar {
    calendar(&format!(
        "BEGIN:VEVENT\r\nUID:a@b\r\n{}\r\nEND:VEVENT\r\n",
        lines.join("\r\n")
    ))
}

/// The times of the only event within a year around the cohort, on London's clocks.
fn times(lines: &[&str]) -> Vec<String> {
    let calendar = event(lines);
    let only = calendar
        .events
        .first()
        .unwrap_or_else(|| panic!("{:?}", calendar.unread));
    let day = |month, day| {
        NaiveDate::from_ymd_opt(2025, month, day)
            .unwrap()
            .and_time(NaiveTime::MIN)
            .and_utc()
    };
    let (times, _) = only.times(day(1, 1), day(12, 31));
    let local = |at: DateTime<Utc>| at.with_timezone(&LONDON).format("%m-%d %H:%M").to_string();
    times
        .into_iter()
        .map(|(from, to)| format!("{} {}", local(from), local(to)))
        .collect()
}

/// Why the only event is not read.
fn refused(lines: &[&str]) -> String {
    let calendar = event(lines);
    assert!(calendar.events.is_empty(), "{:?}", calendar.events);
    calendar.unread[0].1.clone()
}

#[test]
fn a_weekly_meeting_stays_at_four_when_the_clocks_change() {
    let weekly = times(&[
        "DTSTART;TZID=Europe/London:20250324T160000",
        "DTEND;TZID=Europe/London:20250324T170000",
        "RRULE:FREQ=WEEKLY;COUNT=3",
    ]);
    assert_eq!(
        weekly,
        [
            "03-24 16:00 03-24 17:00",
            "03-31 16:00 03-31 17:00",
            "04-07 16:00 04-07 17:00"
        ]
    );
}

#[test]
fn what_is_excepted_does_not_take_place_and_until_is_the_last_day() {
    let weekly = times(&[
        "DTSTART;TZID=GMT Standard Time:20250505T090000",
        "DURATION:PT90M",
        "RRULE:FREQ=WEEKLY;UNTIL=20250526",
        "EXDATE;TZID=GMT Standard Time:20250512T090000",
    ]);
    assert_eq!(
        weekly,
        [
            "05-05 09:00 05-05 10:30",
            "05-19 09:00 05-19 10:30",
            "05-26 09:00 05-26 10:30"
        ]
    );
}

#[test]
fn whole_days_are_days_of_the_cohorts_zone() {
    let april = times(&["DTSTART;VALUE=DATE:20250418", "DTEND;VALUE=DATE:20250419"]);
    assert_eq!(april, ["04-18 00:00 04-19 00:00"]);
    assert_eq!(
        times(&["DTSTART;VALUE=DATE:20250330"]),
        ["03-30 00:00 03-31 00:00"]
    );
}

#[test]
fn a_zone_is_known_by_its_name_by_windows_name_and_by_its_offsets() {
    let described = "BEGIN:VTIMEZONE\r\nTZID:Home\r\nBEGIN:STANDARD\r\nTZOFFSETTO:+0100\r\nEND:STANDARD\r\n\
                     BEGIN:DAYLIGHT\r\nTZOFFSETTO:+0200\r\nEND:DAYLIGHT\r\nEND:VTIMEZONE\r\n";
    for (zone, utc) in [
        ("Europe/Paris", 8),
        ("Romance Standard Time", 8),
        ("/x.org/1/Europe/Paris", 8),
        ("Home", 8),
    ] {
        let calendar = calendar(&format!(
            "{described}BEGIN:VEVENT\r\nUID:1\r\nDTSTART;TZID={zone}:20250106T090000\r\nDURATION:PT1H\r\nEND:VEVENT\r\n"
        ));
        let hour = chrono::Timelike::hour(&calendar.events[0].starts.to_utc());
        assert_eq!((hour, calendar.warnings.len()), (utc, 0), "{zone}");
    }
    let unknown = event(&["DTSTART;TZID=Moon:20250106T090000", "DURATION:PT1H"]);
    assert!(unknown.warnings[0].contains("Moon"), "{:?}", unknown.warnings);
}

#[test]
fn lines_that_go_on_and_escaped_letters_are_read() {
    let calendar = event(&[
        "DTSTART:20250106T090000Z",
        "DURATION:PT1H",
        "SUMMARY:Board\\, all",
        " \t day",
    ]);
    assert_eq!(calendar.events[0].what, "Board, all day");
}

#[test]
fn an_alarm_inside_is_left_out_and_two_events_keep_their_lines() {
    let one = |uid: u8| {
        format!(
            "BEGIN:VEVENT\r\nUID:{uid}\r\nDTSTART:20250106T090000Z\r\nDURATION:PT1H\r\nBEGIN:VALARM\r\n\
             TRIGGER:-PT5M\r\nEND:VALARM\r\nEND:VEVENT\r\n"
        )
    };
    let calendar = calendar(&(one(1) + &one(2)));
    let lines: Vec<u32> = calendar.events.iter().map(|event| event.line).collect();
    assert_eq!(lines, [3, 11]);
}

#[test]
fn free_and_busy_lists_give_their_busy_stretches() {
    let calendar = calendar(
        "BEGIN:VFREEBUSY\r\nATTENDEE:mailto:Ann@Example.org\r\nFREEBUSY:20250106T090000Z/20250106T100000Z,\
         20250107T090000Z/PT2H\r\nFREEBUSY;FBTYPE=FREE:20250108T090000Z/PT1H\r\nEND:VFREEBUSY\r\n",
    );
    assert_eq!(
        (calendar.events.len(), calendar.owners),
        (2, vec!["ann@example.org".to_owned()])
    );
}

#[test]
fn what_cannot_be_is_refused_with_the_reason() {
    for (lines, says) in [
        (vec!["DTSTART:20250231T090000Z", "DURATION:PT1H"], "is no date"),
        (vec!["SUMMARY:x"], "no start"),
        (
            vec!["DTSTART:20250106T090000Z", "DTEND:20250106T080000Z"],
            "before it begins",
        ),
        (vec!["DTSTART:20250106T090000Z"], "no length"),
        (
            vec!["DTSTART:20250106T090000Z", "DTEND:20990106T080000Z"],
            "longer than",
        ),
        (
            vec!["DTSTART:20250106T090000Z", "DURATION:PT1H", "RRULE:FREQ=SECONDLY"],
            "too often",
        ),
        (
            vec![
                "DTSTART:20250106T090000Z",
                "DURATION:PT1H",
                "RRULE:FREQ=DAILY;BYMINUTE=1,2,3",
            ],
            "within a day",
        ),
        (
            vec![
                "DTSTART:20250106T090000Z",
                "DURATION:PT1H",
                "RRULE:FREQ=SOMETIMES",
            ],
            "cannot be read",
        ),
        (
            vec![
                "DTSTART:20250106T090000Z",
                "DURATION:PT1H",
                "RRULE:FREQ=MONTHLY;BYDAY=-1\u{c0}R",
            ],
            "cannot be read (BYDAY=-1\u{c0}R)",
        ),
        (vec!["DTSTART:00010101T090000Z", "DURATION:PT1H"], "is no date"),
    ] {
        let why = refused(&lines);
        assert!(why.contains(says), "{lines:?}: {why}");
    }
}

#[test]
fn a_calendar_that_is_cut_short_names_the_line() {
    let cut = b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTART:2025";
    let problem = read_calendar("a.ics", cut, LONDON).unwrap_err();
    assert_eq!(problem.line, Some(3), "{problem}");
    let endless = read_calendar("a.ics", b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n", LONDON);
    assert!(endless.unwrap_err().what.contains("no end"));
}

#[test]
fn nesting_without_end_is_not_followed() {
    let deep = format!("BEGIN:VCALENDAR\r\n{}", "BEGIN:X\r\n".repeat(200_000));
    assert!(read_calendar("a.ics", deep.as_bytes(), LONDON).is_err());
}

#[test]
fn a_rule_whose_days_never_come_together_leaves_the_first_time_and_takes_no_time() {
    for rule in [
        "FREQ=YEARLY;BYMONTHDAY=31;BYMONTH=2",
        "FREQ=YEARLY;BYYEARDAY=366;BYMONTH=3",
        "FREQ=YEARLY;BYWEEKNO=53;BYMONTH=6",
        "FREQ=MONTHLY;BYDAY=5FR;BYMONTHDAY=1",
        "FREQ=YEARLY;BYSETPOS=366;BYMONTH=1",
        "FREQ=WEEKLY;BYSETPOS=9;BYDAY=MO,TU",
        "FREQ=YEARLY;INTERVAL=4294967295",
    ] {
        let rule = format!("RRULE:{rule}");
        for _ in 0..100 {
            let found = times(&["DTSTART:20250106T090000Z", "DURATION:PT1H", &rule]);
            assert_eq!(found, ["01-06 09:00 01-06 10:00"], "{rule}");
        }
    }
}
