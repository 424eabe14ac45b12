//! What tokens cost: an editable, dated list, and the estimate that follows from it.

use super::table;
use crate::wire::transcript::Usage;

/// The list that is used where the operator names no other.
const BUILT_IN: &str = include_str!("prices.txt");
/// Tokens that a price is for.
const MILLION: u128 = 1_000_000;

/// A list of prices.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Prices {
    as_of: String,
    rows: Vec<Row>,
}

/// One line: all prices in millionths of a US dollar per million tokens.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Row {
    model: String,
    /// Holds for prompts of more tokens than this.
    above: u64,
    input: u64,
    output: u64,
    write_5m: u64,
    write_1h: u64,
    read: u64,
}

impl Prices {
    /// The built-in list.
    pub fn built_in() -> Self {
        // A test proves that it can be read.
        Self::parse(BUILT_IN).unwrap_or_default()
    }

    /// Reads a list; the error names the line.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut prices = Self::default();
        for (number, line) in text.lines().enumerate() {
            let line = line.split('#').next().unwrap_or_default().trim();
            let words: Vec<&str> = line.split_whitespace().collect();
            let wrong = |what: &str| format!("line {}: {what}", number + 1);
            match words.as_slice() {
                [] => {}
                ["as-of", date] => (*date).clone_into(&mut prices.as_of),
                [model, above, input, output, write_5m, write_1h, read] => {
                    let price = |text: &str| micro_dollars(text).ok_or_else(|| wrong(&format!("`{text}` is no price")));
                    prices.rows.push(Row {
                        model: (*model).to_owned(),
                        above: above.parse().map_err(|_| wrong(&format!("`{above}` is no number of tokens")))?,
                        input: price(input)?,
                        output: price(output)?,
                        write_5m: price(write_5m)?,
                        write_1h: price(write_1h)?,
                        read: price(read)?,
                    });
                }
                _ => {
                    return Err(wrong(
                        "a model with six numbers is expected: above, input, output, write-5m, write-1h, read",
                    ));
                }
            }
        }
        // The dearer line of a long prompt comes before the cheaper one that would fit it too.
        prices.rows.sort_by_key(|row| std::cmp::Reverse(row.above));
        Ok(prices)
    }

    /// The date of the list, as it is written there; empty where it has none.
    pub fn as_of(&self) -> &str {
        &self.as_of
    }

    /// What one call cost, in millionths of a US dollar, rounded up; none where the list does not have the model.
    pub fn cost(&self, model: &str, usage: &Usage) -> Option<u64> {
        let prompt = usage.all_input_tokens();
        let fits = |row: &&Row| table::is_same(model, &row.model) && (row.above == 0 || prompt > row.above);
        let row = self.rows.iter().find(fits)?;
        let written_1h = usage.cache_creation_1h_input_tokens.min(usage.cache_creation_input_tokens);
        let parts = [
            (usage.input_tokens, row.input),
            (usage.output_tokens, row.output),
            (usage.cache_creation_input_tokens - written_1h, row.write_5m),
            (written_1h, row.write_1h),
            (usage.cache_read_input_tokens, row.read),
        ];
        let sum: u128 = parts.iter().map(|&(tokens, price)| u128::from(tokens) * u128::from(price)).sum();
        u64::try_from(sum.div_ceil(MILLION)).ok()
    }

    /// The prompt, in tokens, from which on the model costs more, where there is such a step.
    pub fn step(&self, model: &str) -> Option<u64> {
        let of_model = self.rows.iter().filter(|row| table::is_same(model, &row.model));
        of_model.map(|row| row.above).filter(|&above| above > 0).min()
    }
}

/// Dollars with up to six decimals, as whole millionths.
pub fn micro_dollars(text: &str) -> Option<u64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || fraction.len() > 6 || !digits(whole) || !digits(fraction) {
        return None;
    }
    let fraction: u64 = format!("{fraction:0<6}").parse().ok()?;
    whole.parse::<u64>().ok()?.checked_mul(1_000_000)?.checked_add(fraction)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn usage(input: u64, written: u64, written_1h: u64, read: u64, output: u64) -> Usage {
        Usage {
            calls: 1,
            input_tokens: input,
            cache_creation_input_tokens: written,
            cache_creation_1h_input_tokens: written_1h,
            cache_read_input_tokens: read,
            output_tokens: output,
            ..Usage::default()
        }
    }

    #[test]
    fn the_built_in_list_has_a_date_and_the_default_model() {
        let prices = Prices::built_in();
        assert_eq!(prices.as_of().len(), 10);
        assert!(prices.cost(super::super::DEFAULT_MODEL, &usage(1, 0, 0, 0, 1)).is_some());
    }

    #[test]
    fn every_kind_of_token_has_its_price() {
        let prices = Prices::built_in();
        // In micro-dollars: 1,000 × 2 + 2,000 × 2.5 + 500 × 4 + 10,000 × 0.1 + 100 × 10.
        assert_eq!(prices.cost("claude-sonnet-5-5", &usage(1_000, 2_500, 500, 10_000, 100)), Some(11_000));
        assert_eq!(prices.cost("claude-sonnet-5-5-20260928", &usage(1, 0, 0, 0, 0)), Some(2));
        assert_eq!(prices.cost("qwen3", &usage(1, 0, 0, 0, 0)), None);
    }

    #[test]
    fn a_long_prompt_of_haiku_costs_five_times_as_much_for_all_its_tokens() {
        let prices = Prices::built_in();
        assert_eq!(prices.cost("claude-haiku-5-5", &usage(0, 0, 0, 100_000, 1_000)), Some(1_500));
        assert_eq!(prices.cost("claude-haiku-5-5", &usage(1, 0, 0, 100_000, 1_000)), Some(7_501));
        assert_eq!(prices.step("claude-haiku-5-5"), Some(100_000));
        assert_eq!(prices.step("claude-opus-5-5"), None);
    }

    #[test]
    fn a_list_of_ones_own_is_read_or_told_where_it_is_wrong() {
        let own = Prices::parse("as-of 2027-01-01\nmine 0 1 2.5 0 0 0.000001 # cheap\n").unwrap();
        assert_eq!((own.as_of(), own.cost("mine", &usage(0, 0, 0, 0, 2))), ("2027-01-01", Some(5)));
        for wrong in
            ["mine 0 1 2", "mine 0 1 2 -3 4 5", "mine 0 1e3 2 3 4 5", "mine x 1 2 3 4 5", "mine 0 0.0000001 2 3 4 5"]
        {
            let told = Prices::parse(&format!("# mine\n{wrong}\n")).unwrap_err();
            assert!(told.starts_with("line 2: "), "{told}");
        }
    }
}
