//! The settings of limits and of the audit trail, as they are given.

/// How much people may do, and what is noted of it.
#[derive(Default, clap::Args)]
pub struct LimitArguments {
    /// The most messages of a person in a minute; 0 for any number, here and below [default: 20]
    #[arg(long = "messages-per-minute", env = "MESSAGES_PER_MINUTE", value_name = "NUMBER", help_heading = "Limits")]
    pub messages: Option<String>,

    /// The most tool calls of a person's answers in a minute; those over it wait [default: 240]
    #[arg(
        long = "tool-calls-per-minute",
        env = "TOOL_CALLS_PER_MINUTE",
        value_name = "NUMBER",
        help_heading = "Limits"
    )]
    pub tool_calls: Option<String>,

    /// The most requests of a person in a minute [default: 300]
    #[arg(long = "requests-per-minute", env = "REQUESTS_PER_MINUTE", value_name = "NUMBER", help_heading = "Limits")]
    pub requests: Option<String>,

    /// The most requests from an address in a minute [default: 1200]
    #[arg(
        long = "address-requests-per-minute",
        env = "ADDRESS_REQUESTS_PER_MINUTE",
        value_name = "NUMBER",
        help_heading = "Limits"
    )]
    pub address_requests: Option<String>,

    /// The most attempts to sign in under one name in ten minutes [default: 10]
    #[arg(long, env = "NAME_SIGN_INS", value_name = "NUMBER", help_heading = "Limits")]
    pub name_sign_ins: Option<String>,

    /// The most attempts to sign in from one address in ten minutes [default: 30]
    #[arg(long, env = "ADDRESS_SIGN_INS", value_name = "NUMBER", help_heading = "Limits")]
    pub address_sign_ins: Option<String>,

    /// The most sockets of a person at once, in each process [default: 30]
    #[arg(long, env = "SOCKETS", value_name = "NUMBER", help_heading = "Limits")]
    pub sockets: Option<String>,

    /// The most sockets from an address at once, in each process [default: 300]
    #[arg(long, env = "ADDRESS_SOCKETS", value_name = "NUMBER", help_heading = "Limits")]
    pub address_sockets: Option<String>,

    /// The most connections at once, in each process [default: 2000]
    #[arg(long, env = "CONNECTIONS", value_name = "NUMBER", help_heading = "Limits")]
    pub connections: Option<String>,

    /// The most connections from one address that is no trusted proxy, in each process [default: 500]
    #[arg(long, env = "ADDRESS_CONNECTIONS", value_name = "NUMBER", help_heading = "Limits")]
    pub address_connections: Option<String>,

    /// The most answers that are written for a person at once [default: 5]
    #[arg(long, env = "RUNNING_ANSWERS", value_name = "NUMBER", help_heading = "Limits")]
    pub running_answers: Option<String>,

    /// The most answers that are written at once [default: 50]
    #[arg(long, env = "ALL_RUNNING_ANSWERS", value_name = "NUMBER", help_heading = "Limits")]
    pub all_running_answers: Option<String>,

    /// The most tokens that a person may use in a day (UTC), those of the cache included [default: 0]
    #[arg(long, env = "TOKENS_PER_DAY", value_name = "NUMBER", help_heading = "Limits")]
    pub tokens_per_day: Option<String>,

    /// The most tokens that a person may use in a month (UTC) [default: 0]
    #[arg(long, env = "TOKENS_PER_MONTH", value_name = "NUMBER", help_heading = "Limits")]
    pub tokens_per_month: Option<String>,

    /// The most US dollars that a person's answers may cost in a day, by the list of prices [default: 0]
    #[arg(long, env = "COST_PER_DAY", value_name = "DOLLARS", help_heading = "Limits")]
    pub cost_per_day: Option<String>,

    /// The most US dollars that a person's answers may cost in a month [default: 0]
    #[arg(long, env = "COST_PER_MONTH", value_name = "DOLLARS", help_heading = "Limits")]
    pub cost_per_month: Option<String>,

    /// The most tokens that all may use in a day [default: 0]
    #[arg(long, env = "ALL_TOKENS_PER_DAY", value_name = "NUMBER", help_heading = "Limits")]
    pub all_tokens_per_day: Option<String>,

    /// The most tokens that all may use in a month [default: 0]
    #[arg(long, env = "ALL_TOKENS_PER_MONTH", value_name = "NUMBER", help_heading = "Limits")]
    pub all_tokens_per_month: Option<String>,

    /// The most US dollars that all answers may cost in a day [default: 0]
    #[arg(long, env = "ALL_COST_PER_DAY", value_name = "DOLLARS", help_heading = "Limits")]
    pub all_cost_per_day: Option<String>,

    /// The most US dollars that all answers may cost in a month [default: 0]
    #[arg(long, env = "ALL_COST_PER_MONTH", value_name = "DOLLARS", help_heading = "Limits")]
    pub all_cost_per_month: Option<String>,

    /// How long browsers that came over TLS shall use nothing else (Strict-Transport-Security); 0 does not ask them to
    /// [default: 31536000]
    #[arg(long, env = "HSTS_SECONDS", value_name = "SECONDS", help_heading = "Limits")]
    pub hsts_seconds: Option<String>,

    /// Whether people may share conversations by links; off, no link works [default: on] [possible values: on, off]
    #[arg(long, env = "SHARING", value_name = "BOOLEAN", help_heading = "People")]
    pub sharing: Option<String>,

    /// Whether the audit trail holds the words of questions and the arguments of tool calls [default: off] [possible
    /// values: on, off]
    #[arg(long, env = "AUDIT_CONTENT", value_name = "BOOLEAN", help_heading = "Audit")]
    pub audit_content: Option<String>,

    /// After how many days entries of the audit trail are deleted; 0 for never [default: 365]
    #[arg(long, env = "AUDIT_RETENTION_DAYS", value_name = "DAYS", help_heading = "Audit")]
    pub audit_retention_days: Option<String>,
}
