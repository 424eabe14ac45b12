//! The query of a request: ordered pairs, because a filter may be repeated.

/// Ordered name and value pairs. A repeated name means `or` for most filters and `and` for `tag`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query(Vec<(String, String)>);

impl Query {
    /// No pairs.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a pair.
    pub fn add(&mut self, name: impl Into<String>, value: impl Into<String>) {
        self.0.push((name.into(), value.into()));
    }

    /// Adds a pair.
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, value: impl ToString) -> Self {
        self.add(name, value.to_string());
        self
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The pairs in their order.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Without the pairs that shape the answer instead of choosing objects: what a page of NetBox's interface
    /// understands.
    #[must_use]
    pub fn filters_only(&self) -> Self {
        const SHAPING: [&str; 7] = ["limit", "offset", "start", "fields", "omit", "brief", "ordering"];
        Self(self.0.iter().filter(|(name, _)| !SHAPING.contains(&name.as_str())).cloned().collect())
    }
}
