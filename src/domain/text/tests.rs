//! What cleaning, folding and fitting promise.

use super::*;
use proptest::prelude::*;

fn name(text: &str) -> String {
    clean_name(text).text
}

#[test]
fn a_name_is_trimmed_and_its_spaces_collapsed_without_a_warning() {
    assert_eq!(
        clean_name("  Ana\u{a0}  Bell "),
        Cleaned {
            text: "Ana Bell".into(),
            removed: false
        }
    );
}

#[test]
fn a_name_on_two_lines_becomes_one_and_says_so() {
    assert_eq!(
        clean_name("Ana\r\nBell"),
        Cleaned {
            text: "Ana Bell".into(),
            removed: true
        }
    );
}

#[test]
fn nothing_that_moves_or_hides_survives_in_a_name() {
    for hostile in [
        "\u{1b}",
        "\u{7}",
        "\u{0}",
        "\u{7f}",
        "\u{9b}",
        "\u{202e}",
        "\u{2066}",
        "\u{200b}",
        "\u{200d}",
        "\u{feff}",
        "\u{ad}",
        "\u{e0041}",
        "\u{e000}",
        "\u{fe0f}",
        "\u{3164}",
        "\u{378}",
    ] {
        let cleaned = clean_name(&format!("An{hostile}a"));
        assert_eq!(
            cleaned,
            Cleaned {
                text: "Ana".into(),
                removed: true
            },
            "{hostile:?}"
        );
        assert!(refuse_name(&format!("An{hostile}a")).is_some(), "{hostile:?}");
    }
}

#[test]
fn a_name_is_composed() {
    assert_eq!(name("Luci\u{301}a"), "Luc\u{ed}a");
}

#[test]
fn names_of_many_scripts_stay_as_they_are() {
    for kept in [
        "Niamh O'Neill",
        "Tomás",
        "Nguyễn Thị",
        "李 明",
        "محمد",
        "François-Noël",
        "D’Arcy",
        "Zoë 🙂",
    ] {
        assert_eq!(
            clean_name(kept),
            Cleaned {
                text: kept.into(),
                removed: false
            }
        );
        assert_eq!(refuse_name(kept), None);
    }
}

#[test]
fn an_accent_without_a_letter_is_removed() {
    assert_eq!(
        clean_name("\u{301}Ana"),
        Cleaned {
            text: "Ana".into(),
            removed: true
        }
    );
    assert!(refuse_name("\u{301}Ana").is_some_and(|why| why.contains("accent")));
}

#[test]
fn stacked_accents_stop_at_four() {
    let stacked = format!("q{}", "\u{317}".repeat(30));
    assert_eq!(name(&stacked), format!("q{}", "\u{317}".repeat(4)));
    assert!(refuse_name(&stacked).is_some());
    assert_eq!(refuse_name(&format!("q{}", "\u{317}".repeat(4))), None);
}

#[test]
fn a_name_of_a_hundred_characters_is_the_longest() {
    assert_eq!(refuse_name(&"ö".repeat(99)), None);
    assert_eq!(refuse_name(&"ö".repeat(100)), None);
    assert!(refuse_name(&"ö".repeat(101)).is_some_and(|why| why.contains("101")));
}

#[test]
fn a_name_of_four_hundred_bytes_is_the_longest() {
    let heavy = "\u{20000}";
    assert_eq!(refuse_name(&heavy.repeat(100)), None);
    assert!(refuse_name(&format!("{}q\u{317}", heavy.repeat(99))).is_none());
    assert!(refuse_name(&format!("{}{heavy}\u{317}", heavy.repeat(99))).is_some_and(|w| w.contains("402")));
}

#[test]
fn an_empty_name_is_refused() {
    assert!(refuse_name(" \t").is_some());
}

#[test]
fn free_text_keeps_its_lines_and_loses_its_tabs() {
    let cleaned = clean_text("one\r\ntwo\tthree\rfour\n");
    assert_eq!(
        cleaned,
        Cleaned {
            text: "one\ntwo three\nfour".into(),
            removed: false
        }
    );
}

#[test]
fn free_text_shows_what_it_would_have_hidden() {
    let cleaned = clean_text("pay \u{202e}evil\u{1b}[31m");
    assert_eq!(
        cleaned,
        Cleaned {
            text: "pay <U+202E>evil<U+001B>[31m".into(),
            removed: true
        }
    );
}

#[test]
fn a_joined_emoji_stays_whole_in_free_text_and_a_bare_joiner_does_not() {
    let family = "well done \u{1f469}\u{200d}\u{2695}\u{fe0f}";
    assert_eq!(clean_text(family).text, family);
    assert_eq!(clean_text("a\u{200d}b").text, "a<U+200D>b");
}

#[test]
fn free_text_of_four_kilobytes_is_the_longest() {
    assert_eq!(refuse_text(&"x".repeat(TEXT_BYTES - 1)), None);
    assert_eq!(refuse_text(&"x".repeat(TEXT_BYTES)), None);
    assert!(refuse_text(&"x".repeat(TEXT_BYTES + 1)).is_some());
}

#[test]
fn old_data_is_shown_on_one_line_with_tokens() {
    assert_eq!(visible("a\nb\u{9b}c"), "a b<U+009B>c");
    assert!(matches!(visible("Tomás"), Cow::Borrowed("Tomás")));
}

#[test]
fn a_search_finds_letters_without_their_accents() {
    for (written, searched) in [
        ("Łukasz Ørsted", "lukasz orsted"),
        ("Nguyễn Đức", "nguyen duc"),
        ("İpek Işık", "ipek isik"),
        ("Guðrún Þór", "gudrun thor"),
        ("STRAßE", "strasse"),
        ("O’Neill", "o'neill"),
        ("Zoë Øverland", "zoe overland"),
    ] {
        assert_eq!(fold(written), searched);
    }
}

#[test]
fn width_counts_columns_and_not_letters() {
    assert_eq!(width("Ana"), 3);
    assert_eq!(width("李明"), 4);
    assert_eq!(width("e\u{301}"), 1);
    assert_eq!(width("\u{2764}\u{fe0f}"), width("\u{2764}"));
}

#[test]
fn a_cut_is_marked_and_never_splits_a_wide_letter() {
    assert_eq!(fit("Bernadette", 6, "~"), "Berna~");
    assert_eq!(fit("Bernadette", 6, "…"), "Berna…");
    assert_eq!(fit("Ana", 5, "~"), "Ana  ");
    assert_eq!(fit("李明李", 4, "~"), "李~ ");
    assert_eq!(fit("李明", 1, "~"), "~");
    assert_eq!(fit("Ana", 0, "~"), "");
}

#[test]
fn padding_fills_to_the_column() {
    assert_eq!(pad_left("7", 3), "  7");
    assert_eq!(pad_right("李", 3), "李 ");
    assert_eq!(pad_left("1234", 3), "1234");
}

#[test]
fn initials_are_of_the_first_and_the_last_word() {
    assert_eq!(initials("Sam K"), "SK");
    assert_eq!(initials("anne-marie van o'neill"), "AO");
    assert_eq!(initials("Madonna"), "M");
    assert_eq!(initials(" "), "");
}

#[test]
fn an_address_is_refused_in_plain_words() {
    for (address, why) in [
        ("asked.twice.example.org", "address has no @"),
        ("", "no address"),
        ("a@b@c.org", "address has more than one @"),
        ("@c.org", "address has nothing before the @"),
        ("a@localhost", "address has no full stop after the @"),
        ("a@b..org", "address has a full stop in the wrong place"),
        ("a b@c.org", "address has a space or an unseen character in it"),
        ("A <a@c.org>", "address has a space or an unseen character in it"),
        (
            "<a@c.org>",
            "address has a character in it that addresses cannot have",
        ),
    ] {
        assert_eq!(email_problem(address), Some(why), "{address}");
    }
}

#[test]
fn a_long_but_real_address_is_taken() {
    let long = "llanfairpwllgwyngyllgogerychwyrndrobwll.featherstonehaughcholmondeley@upton.example.org";
    assert_eq!(email_problem(long), None);
    assert_eq!(email_problem(" Sam.O'Neill+x@Severn.example.org "), None);
}

#[test]
fn addresses_are_compared_without_case() {
    assert_eq!(
        fold_email(" Niamh.ONeill@Severn.Example.ORG"),
        "niamh.oneill@severn.example.org"
    );
}

proptest! {
    #[test]
    fn cleaning_a_name_twice_changes_nothing(text in "\\PC{0,40}|[\\x00-\\u{ff}\\u{300}-\\u{36f}\\u{2000}-\\u{206f}]{0,20}") {
        let once = clean_name(&text);
        prop_assert_eq!(clean_name(&once.text), Cleaned { text: once.text.clone(), removed: false });
    }

    #[test]
    fn plain_letters_come_through_the_short_way_as_through_the_long_one(text in "[ -~]{0,60}") {
        // One accent sends the whole text the long way.
        let accented = format!("é{text}");
        let without = |long: &str| long.trim_start_matches('é').trim_start().to_owned();
        prop_assert_eq!(without(&clean_name(&accented).text), clean_name(&text).text);
        prop_assert_eq!(without(&clean_text(&accented).text), clean_text(&text).text);
        prop_assert_eq!(without(&fold_email(&accented)), fold_email(&text));
        prop_assert_eq!(refuse_name(&accented), None);
        prop_assert_eq!(refuse_name(&text).is_some(), text.trim().is_empty());
    }

    #[test]
    fn a_cleaned_name_is_refused_only_for_its_length(text in any::<String>()) {
        let cleaned = clean_name(&text).text;
        let short = cleaned.graphemes(true).count() <= NAME_GRAPHEMES && cleaned.len() <= NAME_BYTES;
        prop_assert_eq!(refuse_name(&cleaned).is_none(), short && !cleaned.is_empty());
    }

    #[test]
    fn a_name_that_is_not_refused_loses_nothing(text in any::<String>()) {
        if refuse_name(&text).is_none() {
            prop_assert!(!clean_name(&text).removed);
        }
    }

    #[test]
    fn cleaning_free_text_twice_changes_nothing(text in any::<String>()) {
        let once = clean_text(&text);
        prop_assert_eq!(clean_text(&once.text), Cleaned { text: once.text.clone(), removed: false });
    }

    #[test]
    fn what_is_shown_has_no_control_and_no_unseen_character(text in any::<String>()) {
        let hidden = visible(&text).chars().find(|c| c.is_control() || is_unseen(*c) && *c != EMOJI_STYLE && *c != JOINER);
        prop_assert_eq!(hidden, None);
    }

    #[test]
    fn a_fitted_text_has_exactly_its_columns(text in any::<String>(), columns in 0_usize..40) {
        prop_assert_eq!(width(&fit(&text, columns, "~")), columns);
        prop_assert_eq!(width(&fit(&text, columns, "…")), columns);
    }

    #[test]
    fn folding_twice_changes_nothing(text in any::<String>()) {
        let once = fold(&text);
        prop_assert_eq!(fold(&once), once.clone());
    }

    #[test]
    fn an_accepted_address_has_two_parts(text in "\\PC{0,12}@\\PC{0,12}") {
        if email_problem(&text).is_none() {
            prop_assert_eq!(fold_email(&text).split('@').filter(|part| !part.is_empty()).count(), 2);
        }
    }
}
