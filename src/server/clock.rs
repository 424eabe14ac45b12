//! The moment it is.

/// Now, in milliseconds since 1970 (UTC): as times are kept and sent.
pub fn now() -> i64 {
    jiff::Timestamp::now().as_millisecond()
}
