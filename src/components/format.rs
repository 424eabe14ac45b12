//! Numbers as people read them.

/// A span of time: `820 ms`, `1.2 s`, `2 min 5 s`.
pub fn duration(milliseconds: u64) -> String {
    match milliseconds {
        0..1_000 => format!("{milliseconds} ms"),
        1_000..60_000 => format!("{}.{} s", milliseconds / 1_000, milliseconds % 1_000 / 100),
        _ => format!("{} min {} s", milliseconds / 60_000, milliseconds % 60_000 / 1_000),
    }
}

/// A number with its thousands parted: `1,204`.
pub fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut parted = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            parted.push(',');
        }
        parted.push(digit);
    }
    parted
}

/// A number with the word for what is counted: `1 query`, `4 queries`.
pub fn counted(number: u64, one: &str, many: &str) -> String {
    format!("{} {}", count(number), if number == 1 { one } else { many })
}

/// A size: `812 B`, `12 kB`, `1.4 MB`.
pub fn bytes(number: u64) -> String {
    match number {
        0..1_000 => format!("{number} B"),
        1_000..1_000_000 => format!("{} kB", number.div_ceil(1_000)),
        _ => format!("{}.{} MB", number / 1_000_000, number % 1_000_000 / 100_000),
    }
}

/// The host (and port) of an address, for a short mention.
pub fn host(address: &str) -> &str {
    let after_scheme = address.split_once("://").map_or(address, |(_, rest)| rest);
    after_scheme.split(['/', '?', '#']).next().unwrap_or(after_scheme)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_of_time_keep_the_digits_that_matter() {
        assert_eq!(duration(0), "0 ms");
        assert_eq!(duration(999), "999 ms");
        assert_eq!(duration(1_250), "1.2 s");
        assert_eq!(duration(125_900), "2 min 5 s");
    }

    #[test]
    fn thousands_are_parted() {
        assert_eq!(count(0), "0");
        assert_eq!(count(999), "999");
        assert_eq!(count(1_204), "1,204");
        assert_eq!(count(1_234_567), "1,234,567");
        assert_eq!(counted(1, "query", "queries"), "1 query");
        assert_eq!(counted(1_000, "query", "queries"), "1,000 queries");
    }

    #[test]
    fn sizes_are_rounded_up_to_the_unit() {
        assert_eq!(bytes(812), "812 B");
        assert_eq!(bytes(11_001), "12 kB");
        assert_eq!(bytes(1_450_000), "1.4 MB");
    }

    #[test]
    fn a_host_is_found_in_any_address() {
        assert_eq!(host("https://netbox.example.com/base/"), "netbox.example.com");
        assert_eq!(host("http://127.0.0.1:8000"), "127.0.0.1:8000");
    }
}
