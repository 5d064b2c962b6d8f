//! A plain table: heads, and columns as wide as their widest. Never here: what stands in it.

use std::fmt::Write as _;

/// Between two columns.
const GAP: &str = "  ";

/// The lines of a table, or that there is nothing to show.
pub(super) fn table<const N: usize>(heads: [&str; N], rows: Vec<[String; N]>) -> String {
    if rows.is_empty() {
        return "There are none.".to_owned();
    }
    let heads = heads.map(str::to_owned);
    let rows: Vec<[String; N]> = std::iter::once(heads).chain(rows).map(|row| row.map(plain)).collect();
    let mut widths = [0; N];
    for row in &rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let mut text = String::new();
    for row in rows {
        let cells = row.iter().zip(widths).map(|(cell, width)| format!("{cell:width$}"));
        let line = cells.collect::<Vec<_>>().join(GAP);
        let _ = writeln!(text, "{}", line.trim_end());
    }
    text
}

/// On one line, and nothing that a terminal would obey: anybody may have written it.
pub(super) fn plain(text: impl AsRef<str>) -> String {
    let line = |letter: char| if letter.is_control() { ' ' } else { letter };
    text.as_ref().chars().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_their_widest_and_terminals_obey_nothing() {
        let rows =
            vec![["a".to_owned(), "long one".to_owned()], ["ünï".to_owned(), "\u{1b}[31mred\n".to_owned()]];
        assert_eq!(table(["name", "what"], rows), "name  what\na     long one\nünï    [31mred\n");
        assert_eq!(table(["name"], Vec::new()), "There are none.");
    }
}
