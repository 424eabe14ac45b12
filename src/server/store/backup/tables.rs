//! Every table and column that a backup holds. A test compares this with the schema, so that a later step of it cannot
//! forget one.

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColumnKind {
    /// Text.
    Text,
    /// A whole number.
    Integer,
    /// True or false.
    #[allow(dead_code, reason = "a later step of the schema may have one")]
    Boolean,
}

/// A column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: &'static str,
    /// What it holds, or nothing.
    pub kind: ColumnKind,
}

/// A table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Table {
    /// Its name.
    pub name: &'static str,
    /// Its columns. The first ones are its key, `key` of them: rows are kept in their order.
    pub columns: &'static [Column],
    /// How many columns are its key.
    pub key: usize,
}

impl Table {
    /// The column of this name.
    pub fn column(&self, name: &str) -> Option<&'static Column> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// The columns that are its key, for an `ORDER BY`.
    pub fn order(&self) -> String {
        let key: Vec<&str> = self.columns.iter().take(self.key).map(|column| column.name).collect();
        key.join(", ")
    }
}

/// The table of this name.
pub fn table(name: &str) -> Option<&'static Table> {
    TABLES.iter().find(|table| table.name == name)
}

const fn text(name: &'static str) -> Column {
    Column { name, kind: ColumnKind::Text }
}

const fn integer(name: &'static str) -> Column {
    Column { name, kind: ColumnKind::Integer }
}

/// Made from other tables, so that it need not be kept: the index of the search, with the tables that SQLite keeps for
/// it, and which steps of the schema were made. And what is of the moment: how often somebody did something just now, and
/// what running answers may use.
#[cfg(test)]
pub const DERIVED: &[&str] = &["search_", "_sqlx_migrations", "rates", "limit_lock", "admissions", "reservations"];

/// What is kept. A table stands after those that its rows name.
pub const TABLES: &[Table] = &[
    Table {
        name: "people",
        key: 1,
        columns: &[
            text("id"),
            text("subject"),
            text("display_name"),
            text("role"),
            text("netbox_token"),
            integer("created_at"),
            integer("seen_at"),
            integer("disabled_at"),
            text("netbox_user"),
        ],
    },
    Table {
        name: "sessions",
        key: 1,
        columns: &[
            text("id"),
            text("secret_hash"),
            text("person"),
            integer("created_at"),
            integer("used_at"),
            integer("expires_at"),
            text("user_agent"),
            text("address"),
            text("netbox_token"),
            integer("netbox_token_id"),
            integer("checked_at"),
        ],
    },
    Table { name: "left_tokens", key: 1, columns: &[integer("id"), text("person"), integer("expires_at")] },
    Table {
        name: "conversations",
        key: 1,
        columns: &[
            text("id"),
            text("owner"),
            text("title"),
            integer("created_at"),
            integer("updated_at"),
            integer("last_seq"),
            text("history"),
            integer("waiting"),
            integer("undecided"),
        ],
    },
    Table { name: "events", key: 2, columns: &[text("conversation"), integer("seq"), text("frame")] },
    Table { name: "history_messages", key: 2, columns: &[text("conversation"), integer("position"), text("message")] },
    Table { name: "history_aside", key: 2, columns: &[text("conversation"), text("message"), text("turn")] },
    Table {
        name: "commands",
        key: 2,
        columns: &[text("person"), text("id"), text("conversation"), text("message"), integer("at")],
    },
    Table {
        name: "runs",
        key: 1,
        columns: &[
            text("id"),
            text("conversation"),
            text("message"),
            text("person"),
            text("process"),
            text("machine"),
            integer("next_part"),
            integer("attempts"),
            integer("stop_requested"),
            text("time_zone"),
            integer("started_at"),
            integer("heartbeat_at"),
            integer("ended_at"),
        ],
    },
    Table {
        name: "usage",
        key: 1,
        columns: &[
            text("run"),
            text("person"),
            text("conversation"),
            integer("at"),
            text("model"),
            integer("calls"),
            integer("input_tokens"),
            integer("output_tokens"),
            integer("cache_creation_input_tokens"),
            integer("cache_read_input_tokens"),
            integer("cost_micro_dollars"),
        ],
    },
    Table {
        name: "results",
        key: 3,
        columns: &[
            text("conversation"),
            text("handle"),
            text("reader"),
            text("stored"),
            integer("created_at"),
            integer("bytes"),
        ],
    },
    Table {
        name: "audit",
        key: 1,
        columns: &[
            text("id"),
            integer("at"),
            text("kind"),
            text("person"),
            text("address"),
            text("conversation"),
            text("detail"),
            text("subject"),
            text("run"),
        ],
    },
    Table {
        name: "shares",
        key: 1,
        columns: &[
            text("id"),
            text("secret_hash"),
            text("conversation"),
            text("created_by"),
            integer("until_seq"),
            integer("created_at"),
            integer("revoked_at"),
            text("secret"),
            integer("expires_at"),
        ],
    },
    Table { name: "share_results", key: 2, columns: &[text("share"), text("handle"), text("page")] },
];
