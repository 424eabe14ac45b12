//! How often people may do what costs, and how much they may use.

pub mod flood;
pub mod period;
pub mod places;
pub mod rate;
