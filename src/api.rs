//! The only server functions: each is one line into `server`.
