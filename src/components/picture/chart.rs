//! Bars, one a value, each under its name.

use super::scene::{LETTER, Scene, WIDTH, fitted};
use crate::wire::result::Chart;

const ROW: u32 = 32;

/// The picture of values.
pub fn chart(chart: &Chart) -> Scene {
    let mut scene = Scene::default();
    for (bar, y) in chart.bars.iter().zip((0..).step_by(ROW as usize)) {
        let hint = format!("{}: {} {}", bar.label.text, bar.value, chart.unit);
        // The name is a box without an edge, so that it can be a link.
        let value = u32::try_from(bar.value.chars().count()).unwrap_or_default() * 7;
        scene.labelled([0, y, WIDTH.saturating_sub(value + 8), 18], "picture-bar-name", &bar.label, hint.clone());
        scene.words([WIDTH, y + 13], "picture-value picture-end", fitted(&bar.value, WIDTH / 2, LETTER));
        scene.bare([0, y + 19, WIDTH, 7], "picture-free", hint.clone());
        let length = bar.length.min(1_000) * WIDTH / 1_000;
        if length > 0 {
            scene.bare([0, y + 19, length, 7], "picture-bar", hint);
        }
    }
    scene.height = ROW * u32::try_from(chart.bars.len()).unwrap_or_default();
    let bars: Vec<String> = chart.bars.iter().map(|bar| format!("{} {}", bar.label.text, bar.value)).collect();
    scene.title = format!("Bars, {}: {}", chart.unit, bars.join(", "));
    scene
}
