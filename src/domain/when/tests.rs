//! What typed days and times mean, and how they are shown.

use super::*;
use chrono_tz::Europe::London;
use proptest::prelude::*;

fn local(text: &str) -> DateTime<Tz> {
    let naive = NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").expect(text);
    London.from_local_datetime(&naive).earliest().expect(text)
}

/// Tuesday 14 April 2026, 10:42.
fn now() -> DateTime<Tz> {
    local("2026-04-14 10:42")
}

fn typed(text: &str, now: DateTime<Tz>, base: Option<DateTime<Tz>>) -> Result<String, WhenProblem> {
    parse_when(text, now, base).map(|at| at.with_timezone(&London).format("%Y-%m-%d %H:%M").to_string())
}

fn says(text: &str, base: Option<&str>) -> String {
    typed(text, now(), base.map(local)).unwrap_or_else(|problem| problem.to_string())
}

#[test]
fn a_full_phrase_means_the_same_with_or_without_a_base() {
    for (text, means) in [
        ("thu 16:00", "2026-04-16 16:00"),
        ("Thursday at 4pm", "2026-04-16 16:00"),
        ("thurs, 16.00", "2026-04-16 16:00"),
        ("tue 14:00", "2026-04-21 14:00"),
        ("today 14:00", "2026-04-14 14:00"),
        ("tomorrow 9", "2026-04-15 09:00"),
        ("9:30 tomorrow", "2026-04-15 09:30"),
        ("yesterday 17:30", "2026-04-13 17:30"),
        ("next tue 14:00", "2026-04-21 14:00"),
        ("next fri 14:00", "2026-04-24 14:00"),
        ("this fri 14:00", "2026-04-17 14:00"),
        ("fri week 10am", "2026-04-24 10:00"),
        ("12 may 16", "2026-05-12 16:00"),
        ("12 may 16:30", "2026-05-12 16:30"),
        ("may 12 16:30", "2026-05-12 16:30"),
        ("12 may 1630", "2026-05-12 16:30"),
        ("12th of May 2027 16:30", "2027-05-12 16:30"),
        ("1st dec 9.30am", "2026-12-01 09:30"),
        ("1st December 2026, 9.30 am", "2026-12-01 09:30"),
        ("22nd sept. 12pm", "2026-09-22 12:00"),
        ("22 sep 12am", "2026-09-22 00:00"),
        ("5 jan noon", "2027-01-05 12:00"),
        ("20 mar 10:00", "2026-03-20 10:00"),
        ("25/12 10:00", "2026-12-25 10:00"),
        ("25/12/26 10:00", "2026-12-25 10:00"),
        ("25.12.2026 10:00", "2026-12-25 10:00"),
        ("2025-04-14 16:00", "2025-04-14 16:00"),
        ("2025-04-14T16:00", "2025-04-14 16:00"),
        ("2025-04-14T16:00:00Z", "2025-04-14 17:00"),
        ("2025-04-14T16:00:00+01:00", "2025-04-14 16:00"),
        ("Tue, 24 Nov 14:00", "2026-11-24 14:00"),
        ("end of month 15:00", "2026-04-30 15:00"),
        ("in 2 weeks 10:00", "2026-04-28 10:00"),
        ("in a week at 10:00", "2026-04-21 10:00"),
        ("in 45 minutes", "2026-04-14 11:27"),
        ("in 2 hours", "2026-04-14 12:42"),
        ("16:00 utc today", "2026-04-14 17:00"),
    ] {
        assert_eq!(says(text, None), means, "{text}");
        assert_eq!(says(text, Some("2026-04-14 15:00")), means, "{text} with a base");
    }
}

#[test]
fn what_is_left_out_is_kept_from_the_base() {
    for (text, means) in [
        ("16:30", "2026-05-12 16:30"),
        ("noon", "2026-05-12 12:00"),
        ("4pm", "2026-05-12 16:00"),
        ("+2d", "2026-05-14 15:00"),
        ("+ 2 days", "2026-05-14 15:00"),
        ("-1d", "2026-05-11 15:00"),
        ("+1w", "2026-05-19 15:00"),
        ("+1w 16:00", "2026-05-19 16:00"),
        ("+1mo", "2026-06-12 15:00"),
        ("+30m", "2026-05-12 15:30"),
        ("-2h", "2026-05-12 13:00"),
        ("thu", "2026-05-14 15:00"),
        ("thu 10:00", "2026-05-14 10:00"),
        ("tomorrow", "2026-04-15 15:00"),
        ("in 2 weeks", "2026-04-28 15:00"),
        ("next week", "2026-04-21 15:00"),
        ("25/12", "2026-12-25 15:00"),
        ("20 may", "2026-05-20 15:00"),
    ] {
        assert_eq!(says(text, Some("2026-05-12 15:00")), means, "{text}");
    }
}

#[test]
fn a_weekday_after_a_past_base_is_still_ahead() {
    assert_eq!(says("thu", Some("2026-02-03 15:00")), "2026-04-16 15:00");
}

#[test]
fn a_time_without_a_base_is_today() {
    assert_eq!(says("16:30", None), "2026-04-14 16:30");
}

#[test]
fn a_day_without_a_time_and_without_a_base_asks_for_the_time() {
    let problem = typed("12 may", now(), None).unwrap_err();
    assert_eq!(
        problem,
        WhenProblem::NoTime {
            day: NaiveDate::from_ymd_opt(2026, 5, 12).unwrap()
        }
    );
    assert_eq!(problem.remedy(), "type the time too: 12 may 16:00");
}

#[test]
fn what_is_no_date_is_refused() {
    for text in [
        "",
        "  ",
        "soon",
        "16",
        "thu fri",
        "12 may 13 may",
        "10:00 11:00",
        "next",
        "in",
        "in 2",
        "+",
        "+x",
        "2/3/4/5",
        "thu 16:00 foo bar",
        "12 may 16:00 BST GMT",
        "+99999999d",
        "in 2 hours 16:00",
        "é",
        "0Σ[A",
        "١٢ may",
        "2026-04",
    ] {
        assert!(typed(text, now(), Some(now())).is_err(), "{text:?}");
    }
}

#[test]
fn a_time_that_no_clock_shows_is_refused() {
    for text in [
        "today 25:00",
        "today 10:60",
        "thu 30",
        "today 13pm",
        "today 0am",
        "today 10:5",
    ] {
        assert!(
            matches!(typed(text, now(), None), Err(WhenProblem::NoSuchTime { .. })),
            "{text}"
        );
    }
}

#[test]
fn a_day_that_the_calendar_lacks_is_refused_with_the_reason() {
    assert_eq!(
        says("31/02/2025 10:00", None),
        "there is no 31 February 2025: February 2025 has 28 days"
    );
    assert_eq!(
        says("31 april 10:00", None),
        "there is no 31 April 2026: April 2026 has 30 days"
    );
    assert_eq!(
        says("4/14/2025 10:00", None),
        "there is no 4/14/2025: there are 12 months, and 14 is none of them"
    );
}

#[test]
fn a_weekday_that_does_not_fit_its_date_is_refused() {
    assert_eq!(says("mon 24 nov 14:00", None), "24 November 2026 is a Tuesday");
}

#[test]
fn a_session_at_four_stays_at_four_when_the_clocks_change() {
    let now = local("2025-03-18 09:00");
    let base = local("2025-03-25 16:00");
    assert_eq!(typed("+1w", now, Some(base)), Ok("2025-04-01 16:00".into()));
    assert_eq!(
        parse_when("+1w", now, Some(base)).unwrap() - base.to_utc(),
        TimeDelta::hours(7 * 24 - 1)
    );
}

#[test]
fn a_time_that_the_clocks_jump_over_is_refused_with_its_two_readings() {
    let problem = typed("30 mar 01:30", local("2025-03-18 09:00"), None).unwrap_err();
    let WhenProblem::Skipped { readings, .. } = &problem else {
        panic!("{problem:?}")
    };
    assert_eq!(*readings, [local("2025-03-30 00:30"), local("2025-03-30 02:30")]);
    assert_eq!(
        problem.to_string(),
        "there is no 01:30 on Sun 30 March 2025: the clocks go forward; it could be 00:30 GMT or 02:30 BST"
    );
    assert_eq!(problem.remedy(), "type 00:30 or 02:30");
}

#[test]
fn the_minutes_round_the_jump_exist() {
    let now = local("2025-03-18 09:00");
    assert_eq!(typed("30 mar 00:59", now, None), Ok("2025-03-30 00:59".into()));
    assert_eq!(typed("30 mar 02:00", now, None), Ok("2025-03-30 02:00".into()));
    assert!(typed("30 mar 01:00", now, None).is_err());
    assert!(typed("30 mar 01:59", now, None).is_err());
}

#[test]
fn a_time_that_is_twice_is_refused_until_the_clock_is_named() {
    let now = local("2025-10-20 09:00");
    let problem = typed("26 oct 01:30", now, None).unwrap_err();
    assert_eq!(
        problem.to_string(),
        "01:30 is twice on Sun 26 October 2025: the clocks go back; it could be 01:30 BST or 01:30 GMT"
    );
    assert_eq!(problem.remedy(), "type 01:30 BST or 01:30 GMT");
    let first = parse_when("26 oct 01:30 BST", now, None).unwrap();
    let second = parse_when("26 oct 01:30 GMT", now, None).unwrap();
    assert_eq!(first.to_rfc3339(), "2025-10-26T00:30:00+00:00");
    assert_eq!(second - first, TimeDelta::hours(1));
}

#[test]
fn a_clock_that_is_not_kept_that_day_is_refused() {
    assert!(typed("12 jan 2027 16:00 BST", now(), None).is_err());
}

#[test]
fn a_day_is_read_day_first() {
    let today = NaiveDate::from_ymd_opt(2025, 1, 6).unwrap();
    let expected = NaiveDate::from_ymd_opt(2025, 1, 27).unwrap();
    for text in [
        "27/01/2025",
        "27/1/25",
        "2025-01-27",
        "27 Jan 2025",
        "27 january",
        "27.01.2025",
        "mon 27 jan",
        "+3w",
    ] {
        assert_eq!(parse_day(text, today), Ok(expected), "{text}");
    }
}

#[test]
fn a_day_field_refuses_times_and_days_that_do_not_exist() {
    let today = NaiveDate::from_ymd_opt(2025, 1, 6).unwrap();
    assert_eq!(
        parse_day("31/02/2025", today).unwrap_err().to_string(),
        "there is no 31 February 2025: February 2025 has 28 days"
    );
    assert!(parse_day("27 jan 10:00", today).is_err());
    assert!(parse_day("29 feb", today).is_err());
    assert!(parse_day("12", today).is_err());
}

#[test]
fn a_length_is_read_in_minutes() {
    for (text, minutes) in [
        ("60", 60),
        ("90m", 90),
        ("45 min", 45),
        ("1h", 60),
        ("1h30", 90),
        ("1h 30m", 90),
        ("1.5h", 90),
        ("2 hours", 120),
        ("1:30", 90),
        ("1440", 1440),
    ] {
        assert_eq!(parse_duration_minutes(text), Ok(minutes), "{text}");
    }
    for text in [
        "",
        "0",
        "1441",
        "1h75",
        "an hour",
        "-5",
        "1:75",
        "99999999999",
        "5d",
        "30m30",
    ] {
        assert!(parse_duration_minutes(text).is_err(), "{text}");
    }
}

#[test]
fn days_times_and_spans_have_one_look() {
    let at = local("2026-04-04 09:05");
    assert_eq!(day_short(at.date_naive()), "Sat 4 Apr");
    assert_eq!(day_long(at.date_naive()), "Sat 4 April 2026");
    assert_eq!(clock(at), "09:05");
    assert_eq!(moment_short(at), "Sat 4 Apr 09:05");
    assert_eq!(span(at, 90), "09:05-10:35");
}

#[test]
fn distance_in_time_is_said_in_the_largest_fitting_unit() {
    let from = now().to_utc();
    for (minutes, says) in [
        (0, "0 min"),
        (42, "42 min"),
        (59, "59 min"),
        (198, "3h18"),
        (60, "1h00"),
        (1439, "23h59"),
        (1440, "1 day"),
        (8640, "6 days"),
    ] {
        assert_eq!(ago(from, from + TimeDelta::minutes(minutes)), says);
        assert_eq!(ago(from, from - TimeDelta::minutes(minutes)), says);
    }
}

proptest! {
    #[test]
    fn whatever_is_typed_is_answered(text in any::<String>()) {
        let _ = parse_when(&text, now(), Some(now()));
        let _ = parse_duration_minutes(&text);
    }

    #[test]
    fn whatever_is_typed_in_date_words_is_answered(
        words in proptest::collection::vec(
            prop_oneof!["thu|next|this|week|in|may|noon|am|bst|end|of|month|a|t", "[+-]?[0-9]{1,5}(d|w|h|m|mo|pm|th)?", "[0-9]{1,4}[/:.-][0-9]{1,2}([/:.-][0-9]{1,4})?"],
            0..5,
        )
    ) {
        let _ = parse_when(&words.join(" "), now(), None);
        let _ = parse_day(&words.join(" "), now().date_naive());
    }

    #[test]
    fn every_written_moment_reads_back(minutes in 0_i64..5_000_000) {
        let at = local("2023-01-01 00:00") + TimeDelta::minutes(minutes);
        let written = at.format("%-d/%-m/%Y %H:%M").to_string();
        match parse_when(&written, now(), None) {
            Ok(read) => prop_assert_eq!(read, at.to_utc()),
            Err(WhenProblem::Twice { readings, .. }) => prop_assert!(readings.contains(&at)),
            Err(other) => prop_assert!(false, "{}", other),
        }
    }

    #[test]
    fn a_local_time_goes_to_utc_and_back(minutes in 0_i64..5_000_000) {
        let naive = local("2023-01-01 00:00").naive_local() + TimeDelta::minutes(minutes);
        match local_to_utc(naive, London) {
            Ok(at) => prop_assert_eq!(to_local(at, London).naive_local(), naive),
            Err(WhenProblem::Skipped { readings: [early, late], .. } | WhenProblem::Twice { readings: [early, late], .. }) => {
                prop_assert!(early < late);
            }
            Err(other) => prop_assert!(false, "{}", other),
        }
    }
}
