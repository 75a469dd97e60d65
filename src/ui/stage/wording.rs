//! Numbers as the picture says them: short, with units, with thin spaces for thousands.
//!
//! No browser here.

/// Thin space between thousands.
const THIN: char = '\u{2009}';

/// `4 018`, `31 500`, from 100 000 `123 k`, from a million `1.2 M`.
pub fn count(n: u64) -> String {
    match n {
        0..100_000 => grouped(n),
        100_000..1_000_000 => format!("{}{THIN}k", n / 1_000),
        1_000_000..10_000_000 => format!("{}.{}{THIN}M", n / 1_000_000, n / 100_000 % 10),
        10_000_000..1_000_000_000 => format!("{}{THIN}M", n / 1_000_000),
        _ => format!("{}{THIN}G", grouped(n / 1_000_000_000)),
    }
}

/// All digits, in groups of three.
pub fn grouped(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(THIN);
        }
        out.push(c);
    }
    out
}

/// `512 B`, `1.4 KB`, `38 MB`, in steps of 1024, as redis names them.
pub fn bytes(n: u64) -> String {
    const UNITS: [&str; 4] = ["KB", "MB", "GB", "TB"];
    if n < 1024 {
        return format!("{n}{THIN}B");
    }
    let mut value = n as f64 / 1024.0;
    let mut unit = 0;
    while value >= 999.5 && unit + 1 < UNITS.len() {
        value /= 1024.0;
        unit += 1;
    }
    let digits = usize::from(value < 9.95);
    format!("{value:.digits$}{THIN}{}", UNITS[unit])
}
