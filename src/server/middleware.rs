//! What every request passes on its way in and out.

pub mod rate_limits;
pub mod request_body;
pub mod request_log;
pub mod same_origin;
pub mod security_headers;
pub mod sign_in;
