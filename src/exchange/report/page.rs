//! A report as one HTML file: nothing is fetched, nothing runs, and it prints.
//!
//! Text is escaped by `maud`. Wide tables scroll in a box of their own that the keyboard reaches.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::{Cell, Part, Report, Table, chart};
use crate::domain::text::visible;

/// How it looks: one column from 320 pixels on, dark on light, colour only where shape says the same.
const STYLE: &str = "\
*{box-sizing:border-box}\
html{font:100%/1.5 system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif;color:#1b1f24;background:#fff}\
body{margin:0 auto;padding:1rem 12px 3rem;max-width:46rem}\
h1{font-size:1.8rem;line-height:1.2;margin:.5rem 0 1rem}\
h2{font-size:1.3rem;line-height:1.3;margin:2.5rem 0 .5rem;padding-top:.6rem;border-top:2px solid #1b1f24}\
p{margin:.6rem 0;overflow-wrap:break-word}\
nav ul,.points{padding-left:1.2rem;margin:.3rem 0}\
.points li{margin:.3rem 0;overflow-wrap:break-word}\
a{color:#003087}\
a:focus-visible,.wide:focus-visible{outline:3px solid #1b1f24;outline-offset:2px}\
.wide{overflow-x:auto;margin:1rem 0}\
table{border-collapse:collapse;width:100%;font-size:.92rem}\
caption{text-align:left;font-weight:600;padding:.2rem 0 .4rem}\
th,td{padding:.3rem .6rem .3rem 0;text-align:left;vertical-align:top;border-bottom:1px solid #b7bec8}\
th{font-weight:600}\
tbody th{font-weight:400;min-width:8rem}\
tr:last-child th,tr:last-child td{border-bottom:2px solid #1b1f24}\
.n{text-align:right;font-variant-numeric:tabular-nums}\
td.n{white-space:nowrap}\
.hidden{font-style:italic;color:#4a5361}\
figure{margin:1.2rem 0}\
figcaption{font-weight:600;margin-bottom:.5rem}\
svg{display:block;width:100%;max-width:28rem;height:auto}\
svg text{font-size:14px;fill:#1b1f24}\
svg .value{font-variant-numeric:tabular-nums;font-weight:600}\
.track{fill:none;stroke:#b7bec8;stroke-width:1}\
.before{fill:#fff;stroke:#1b1f24;stroke-width:2}\
.now{fill:#003087;stroke:#003087;stroke-width:1}\
blockquote{margin:1rem 0;padding:.1rem 0 .1rem 1rem;border-left:4px solid #003087}\
blockquote p{font-size:1.05rem;margin:.3rem 0}\
blockquote footer{color:#3c4450}\
@media(max-width:30rem){table{font-size:.85rem}th,td{padding-right:.4rem}tbody th{min-width:6.5rem}}\
@media print{html{font-size:10pt}body{max-width:none;padding:0}nav{display:none}a{color:inherit;text-decoration:none}\
.wide{overflow:visible}h2,caption,figcaption{break-after:avoid}figure,tr,blockquote{break-inside:avoid}\
svg{max-width:11cm}.now,.before,.track{print-color-adjust:exact;-webkit-print-color-adjust:exact}}";

pub(super) fn write(report: &Report) -> String {
    let page = html! {
        (DOCTYPE)
        html lang="en-GB" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'";
                title { (visible(&report.title)) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                header { h1 { (visible(&report.title)) } }
                nav aria-label="Contents" {
                    ul {
                        @for (at, section) in report.sections.iter().enumerate() {
                            li { a href=(format!("#s{at}")) { (section.heading) } }
                        }
                    }
                }
                main {
                    @for (at, section) in report.sections.iter().enumerate() {
                        section aria-labelledby=(format!("s{at}")) {
                            h2 id=(format!("s{at}")) { (section.heading) }
                            @for (nth, is) in section.parts.iter().enumerate() {
                                (part(is, &format!("s{at}p{nth}")))
                            }
                        }
                    }
                }
            }
        }
    };
    page.into_string()
}

fn part(part: &Part, id: &str) -> Markup {
    match part {
        Part::Say(text) => html! { p { (visible(text)) } },
        Part::Points(points) => html! {
            ul.points { @for point in points { li { (visible(point)) } } }
        },
        Part::Table(is) => table(is, id),
        Part::Chart(is) => html! {
            figure {
                figcaption { (visible(&is.title)) }
                (chart::draw(is, id))
            }
        },
        Part::Quotes(quotes) => html! {
            @for quote in quotes {
                blockquote {
                    p { "\u{201c}" (visible(&quote.text)) "\u{201d}" }
                    footer { "\u{2014} " (visible(&quote.label)) }
                }
            }
        },
    }
}

fn table(table: &Table, id: &str) -> Markup {
    let right = |column: usize| {
        let mut cells = table.rows.iter().filter_map(|row| row.get(column));
        cells.any(Cell::is_number).then_some("n")
    };
    let class = |cell: &Cell, column: usize| match cell {
        Cell::Hidden(_) => Some("hidden"),
        _ => right(column),
    };
    html! {
        div.wide role="region" tabindex="0" aria-labelledby=(id) {
            table {
                caption id=(id) { (visible(&table.caption)) }
                thead {
                    tr {
                        @for (column, head) in table.heads.iter().enumerate() {
                            th scope="col" class=[right(column)] { (visible(head)) }
                        }
                    }
                }
                tbody {
                    @for row in &table.rows {
                        tr {
                            @for (column, cell) in row.iter().enumerate() {
                                @if column == 0 {
                                    th scope="row" { (visible(&cell.text())) }
                                } @else {
                                    td class=[class(cell, column)] { (visible(&cell.text())) }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}
