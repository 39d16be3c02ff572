//! A report as Markdown: CommonMark with tables, readable as it stands.

use super::{Cell, Chart, Part, Report, Table, number};
use crate::domain::text::visible;

/// How many characters a full bar has.
const BAR: usize = 24;

pub(super) fn write(report: &Report) -> String {
    let mut out = format!("# {}\n", plain(&report.title));
    for section in &report.sections {
        out.push_str(&format!("\n## {}\n", section.heading));
        for part in &section.parts {
            out.push('\n');
            match part {
                Part::Say(text) => out.push_str(&format!("{}\n", plain(text))),
                Part::Points(points) => {
                    points
                        .iter()
                        .for_each(|point| out.push_str(&format!("- {}\n", plain(point))));
                }
                Part::Table(is) => table(&mut out, is),
                Part::Chart(is) => chart(&mut out, is),
                Part::Quotes(quotes) => {
                    for (at, quote) in quotes.iter().enumerate() {
                        let gap = if at == 0 { "" } else { "\n" };
                        let (text, label) = (plain(&quote.text), plain(&quote.label));
                        out.push_str(&format!("{gap}> \u{201c}{text}\u{201d}\n>\n> \u{2014} {label}\n"));
                    }
                }
            }
        }
    }
    out
}

fn table(out: &mut String, table: &Table) {
    out.push_str(&format!("**{}**\n\n", plain(&table.caption)));
    let line = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
    out.push_str(&line(table.heads.iter().map(|head| plain(head)).collect()));
    let right = |column: usize| {
        let mut cells = table.rows.iter().filter_map(|row| row.get(column));
        cells.any(Cell::is_number)
    };
    let rule = (0..table.heads.len()).map(|column| if right(column) { "--:" } else { ":--" }.to_owned());
    out.push_str(&line(rule.collect()));
    for row in &table.rows {
        out.push_str(&line(row.iter().map(|cell| plain(&cell.text())).collect()));
    }
}

/// Bars of characters: they say nothing that the table does not, so that nothing is lost where they are not read.
fn chart(out: &mut String, chart: &Chart) {
    out.push_str(&format!(
        "{}: {}\n\n```text\n",
        plain(&chart.title),
        plain(&chart.says)
    ));
    let (low, high) = chart.scale;
    let names = chart
        .series
        .iter()
        .map(|name| name.chars().count())
        .max()
        .unwrap_or(0);
    for (label, values) in &chart.lines {
        out.push_str(&format!("{}\n", visible(label).replace('`', "'")));
        for (series, value) in chart.series.iter().zip(values) {
            let share = ((value - low) / (high - low)).clamp(0.0, 1.0);
            // A share of a short bar.
            #[allow(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "between 0 and the bar's length"
            )]
            let filled = (share * BAR as f64).round() as usize;
            let text = number(*value, chart.decimals);
            let bar = format!("{}{}", "#".repeat(filled), ".".repeat(BAR - filled));
            out.push_str(&format!("  {series:<names$}  {bar}  {text}\n"));
        }
    }
    out.push_str("```\n");
}

/// Text that Markdown takes as nothing but text.
fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in visible(text).chars() {
        match c {
            '\\' | '`' | '*' | '_' | '[' | ']' | '#' | '|' | '~' | '!' => out.extend(['\\', c]),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_wrote_stays_text() {
        let hostile = "<script>x</script> **a** [b](javascript:c) |d|\n# e ![f](g)";
        let text = plain(hostile);
        assert!(!text.contains('<') && !text.contains('\n'), "{text}");
        assert!(
            text.contains("\\*\\*a\\*\\*") && text.contains("\\[b\\](javascript:c)"),
            "{text}"
        );
        assert!(text.contains("\\|d\\|") && text.contains("\\!\\[f\\]"), "{text}");
    }
}
