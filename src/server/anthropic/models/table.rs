//! The built-in table, for servers that do not tell what their models can. As of November 2026, from
//! <https://platform.claude.com/docs/en/about-claude/models/overview> and the thinking and effort pages beside it.

use super::{Effort, Model, ThinkingMode};

struct Row {
    /// The id, or the part of it before a date.
    id: &'static str,
    name: &'static str,
    context_tokens: u64,
    maximum_tokens: u64,
    thinking: &'static [ThinkingMode],
    efforts: &'static [Effort],
}

const ADAPTIVE: &[ThinkingMode] = &[ThinkingMode::Adaptive];
const ADAPTIVE_OR_OFF: &[ThinkingMode] = &[ThinkingMode::Adaptive, ThinkingMode::Disabled];
const ADAPTIVE_OR_BETWEEN_TOOLS: &[ThinkingMode] = &[ThinkingMode::Adaptive, ThinkingMode::BetweenTools];
const BUDGET_OR_OFF: &[ThinkingMode] = &[ThinkingMode::Enabled, ThinkingMode::Disabled];

const fn row(id: &'static str, name: &'static str, thinking: &'static [ThinkingMode]) -> Row {
    Row { id, name, context_tokens: 1_000_000, maximum_tokens: 128_000, thinking, efforts: &Effort::ALL }
}

/// Longer ids stand before the ids that they begin with.
const TABLE: &[Row] = &[
    row("claude-haiku-5-5", "Claude Haiku 5.5", ADAPTIVE_OR_OFF),
    row("claude-sonnet-5-5", "Claude Sonnet 5.5", ADAPTIVE_OR_BETWEEN_TOOLS),
    row("claude-opus-5-5", "Claude Opus 5.5", ADAPTIVE),
    row("claude-fable-5-2", "Claude Fable 5.2", ADAPTIVE),
    row("claude-fable-5-1", "Claude Fable 5.1", ADAPTIVE),
    row("claude-fable-5", "Claude Fable 5", ADAPTIVE),
    row("claude-opus-5", "Claude Opus 5", ADAPTIVE),
    row("claude-sonnet-5", "Claude Sonnet 5", ADAPTIVE_OR_OFF),
    Row {
        context_tokens: 200_000,
        maximum_tokens: 64_000,
        efforts: &[],
        ..row("claude-haiku-4-5", "Claude Haiku 4.5", BUDGET_OR_OFF)
    },
];

/// Whether `id` is this model's, with or without a date at its end.
pub fn is_same(id: &str, model: &str) -> bool {
    let date = id.strip_prefix(model).map(|rest| rest.strip_prefix('-').unwrap_or(rest));
    date.is_some_and(|date| date.is_empty() || (date.len() == 8 && date.bytes().all(|byte| byte.is_ascii_digit())))
}

/// The model of this id, with or without a date at its end.
pub fn find(id: &str) -> Model {
    let row = TABLE.iter().find(|row| is_same(id, row.id));
    Model {
        id: id.to_owned(),
        display_name: row.map_or(id, |row| row.name).to_owned(),
        lifecycle: None,
        context_tokens: row.map(|row| row.context_tokens),
        maximum_tokens: row.map(|row| row.maximum_tokens),
        thinking: row.map_or(&[][..], |row| row.thinking).to_vec(),
        efforts: row.map_or(&[][..], |row| row.efforts).to_vec(),
    }
}
