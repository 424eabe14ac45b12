//! What a person sees at the end of an answer that is being written.

use proptest::prelude::*;

use super::{Document, outline};

#[track_caller]
fn shows(markdown: &str, expected: &str) {
    let mut document = Document::new();
    document.push(markdown);
    let mut blocks = document.finished().to_vec();
    blocks.extend_from_slice(document.open());
    assert_eq!(outline(&blocks), expected, "{markdown:?}");
}

#[test]
fn emphasis_is_seen_from_its_first_letter() {
    shows("There are *", "p(There are)");
    shows("There are **", "p(There are)");
    shows("There are **1", "p(There are b(1))");
    shows("There are **14 ", "p(There are b(14))");
    shows("There are **14\nsites", "p(There are b(14␣sites))");
    shows("There are **14*", "p(There are b(14))");
    shows("There are **14**", "p(There are b(14))");
    shows("There are **14** sites", "p(There are b(14) sites)");
    shows("a **b *c", "p(a b(b i(c)))");
    shows("a *b **c**", "p(a i(b b(c)))");
    shows("a ***b", "p(a i(b(b)))");
    shows("a _b", "p(a i(b))");
    shows("a ~~b", "p(a s(b))");
    shows("a ~5 b", "p(a ~5 b)");
    shows("sw_core", "p(sw_core)");
    shows("sw_", "p(sw_)");
    shows("2 * 3 is", "p(2 * 3 is)");
    shows("a \\*b", "p(a *b)");
}

#[test]
fn code_is_seen_from_its_first_letter() {
    shows("Port `", "p(Port)");
    shows("Port `Et", "p(Port c(Et))");
    shows("Port **`Et", "p(Port b(c(Et)))");
    shows("Port `Et*1", "p(Port c(Et*1))");
    shows("Port ``a`", "p(Port c(a))");
    shows("Port `Et1` and `Et2", "p(Port c(Et1) and c(Et2))");
}

#[test]
fn a_link_is_its_text() {
    shows("See [the site](", "p(See the site)");
    shows("See [the **site**](https://netbox.exa", "p(See the b(site))");
    shows("See **[the site](https://net", "p(See b(the site))");
    shows("![rack](https://net", "p(rack)");
    shows("See [a](https://a.example) and [b](h", "p(See a(https://a.example|a) and b)");
    shows("values [1, 2", "p(values [1, 2)");
}

#[test]
fn the_beginning_of_markup_waits() {
    shows("text\n-", "p(text)");
    shows("text\n=", "p(text)");
    shows("text\n\n#", "p(text)");
    shows("text\n\n``", "p(text)");
    shows("text\n\n```", "p(text)");
    shows("text\n\n1", "p(text)");
    shows("text\n\n1.", "p(text)");
    shows("- a\n- ", "ul([p(a)])");
    shows("- a\n- **", "ul([p(a)])");
    shows("- a\n- **b", "ul([p(a)][p(b(b))])");
    shows("```\nx\n``", "code(x)");
    shows("```\nx\n```", "code(x)");
    shows("```\n**x\n", "code(**x)");
}

#[test]
fn a_table_is_one_from_its_first_cell() {
    shows("Sites:\n\n|", "p(Sites:)");
    shows("Sites:\n\n| Na", "p(Sites:) table-([Na] / )");
    shows("| Name | **Si", "table--([Name][b(Si)] / )");
    shows("| Name | Site |", "table--([Name][Site] / )");
    shows("| Name | Site |\n", "table--([Name][Site] / )");
    shows("| Name | Site |\n|--", "table--([Name][Site] / )");
    shows("| Name | Site |\n|--|:-:|", "table--([Name][Site] / )");
    shows("| Name | Site |\n|--|:-:|\n", "table-=([Name][Site] / )");
    shows("| Name | Site |\n|--|:-:|\n|", "table-=([Name][Site] / )");
    shows("| Name | Site |\n|--|:-:|\n| `sw", "table-=([Name][Site] / [c(sw)])");
    shows("| Name | Site |\n|--|:-:|\n| a | **b** |\n", "table-=([Name][Site] / [a][b(b)])");
}

#[test]
fn what_a_blank_line_closed_stays_closed() {
    shows("a **b\n\n", "p(a **b)");
    shows("a **b\n\nc", "p(a **b) p(c)");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    /// Whatever is half-written, the open end is shown without a panic.
    #[test]
    fn every_prefix_can_be_shown(text in "[-*_`~\\[\\]()|#>a1 \n!<\\\\]{0,60}") {
        let mut document = Document::new();
        for character in text.chars() {
            document.push(&character.to_string());
        }
        document.finish();
    }
}
