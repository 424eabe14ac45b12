//! Results as pictures, made from data: nothing is ever loaded for one.

mod chart;
mod difference;
mod path;
mod prefix_map;
mod rack;
mod scene;

use self::scene::Scene;
use super::erase::Erased;
use crate::wire::result::Picture;

/// The picture.
pub fn picture(picture: &Picture) -> Erased {
    match picture {
        Picture::Difference(of) => difference::difference(of),
        drawn => scene(drawn).draw(),
    }
}

/// Whether it is drawn, and can be kept as an SVG file.
pub fn is_drawn(picture: &Picture) -> bool {
    !matches!(picture, Picture::Difference(_))
}

fn scene(picture: &Picture) -> Scene {
    match picture {
        Picture::Rack(of) => rack::rack(of),
        Picture::Path(of) => path::path(of),
        Picture::PrefixMap(of) => prefix_map::prefix_map(of),
        Picture::Chart(of) => chart::chart(of),
        Picture::Difference(_) => Scene::default(),
    }
}
