//! The tables that are printed: what was measured, its floor, and what was to be reached.

/// One line of a table.
#[derive(Debug)]
pub struct Row {
    pub work: String,
    pub floor: String,
    pub ours: String,
    pub ratio: Option<f64>,
    pub target: String,
    pub is_reached: bool,
}

pub fn print(title: &str, rows: &[Row]) {
    println!("\n{title}");
    println!(
        "{:<52} {:>16} {:>16} {:>7}  {:<24} reached",
        "work", "floor", "orch", "ratio", "to reach"
    );
    for row in rows {
        let ratio = row.ratio.map_or_else(|| "–".to_owned(), |ratio| format!("{ratio:.2}"));
        let reached = if row.is_reached { "yes" } else { "NO" };
        println!(
            "{:<52} {:>16} {:>16} {:>7}  {:<24} {reached}",
            row.work, row.floor, row.ours, ratio, row.target
        );
    }
}
