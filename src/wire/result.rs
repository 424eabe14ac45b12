//! Results by reference: what a tool found, kept whole on the server under a handle and shown page by page. It comes
//! from NetBox, never through the model.

use serde::{Deserialize, Serialize};

use super::json::tagged_enum;
use super::tool::Cell;

/// A result that can be fetched.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResultReference {
    /// Its handle within the conversation: `r3`. The model places it in an answer as `{{result:r3}}`.
    pub handle: String,
    /// What was asked for, in words: `devices where site is cle-01`.
    pub title: String,
    /// How many rows there are in all; 0 for a picture alone.
    pub total: u64,
    /// Whether there is a picture.
    #[serde(default)]
    pub picture: bool,
}

/// Rows of a result.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResultPage {
    /// What was asked for, in words.
    pub title: String,
    /// The columns, in their order.
    pub columns: Vec<Column>,
    /// The rows from `offset` on, each as long as `columns`.
    pub rows: Vec<Vec<Cell>>,
    /// The place of the first of these rows, from 0, in the order asked for.
    pub offset: u64,
    /// How many rows match what was searched for.
    pub matching: u64,
    /// How many rows are kept here. Less than `total` when there are more than are ever fetched.
    pub kept: u64,
    /// How many there are in all.
    pub total: u64,
    /// The list or object in NetBox's own interface.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page: Option<String>,
    /// The picture, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub picture: Option<Picture>,
}

/// What part of a result is wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ResultQuery {
    /// The place of the first row, from 0.
    pub offset: u64,
    /// How many rows at most, 1 to 1000; 0 means 50.
    pub limit: u64,
    /// The column to order by, descending with a leading `-`; empty: as it came.
    pub ordering: String,
    /// Only rows in which any cell contains this, whatever the case; empty: all.
    pub search: String,
}

/// A column.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    /// NetBox's field name: `primary_ip4`, `site.region`.
    pub name: String,
    /// What its values are.
    pub kind: ColumnKind,
}

/// What a column's values are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ColumnKind {
    /// Words.
    #[default]
    Text,
    /// Something read letter by letter: a name, an address, a serial.
    Identifier,
    /// A number, to be set flush right.
    Number,
    /// A status of NetBox's.
    Status,
    /// A moment, in RFC 3339.
    Time,
}

tagged_enum! {
/// A result as a picture. All texts are plain; links are pages of the configured NetBox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Picture as "Picture" by "kind" {
    /// A rack with what stands in it.
    Rack(Rack),
    /// A path, hop by hop.
    Path(Path),
    /// What of a prefix is used and free.
    PrefixMap(PrefixMap),
    /// Bars, one a value.
    Chart(Chart),
    /// What differs between two states of objects.
    Difference(Difference),
}
}

/// A rack. Heights and places count half units from the bottom: unit 1 begins at 0, unit 2 at 2.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rack {
    /// The rack.
    pub name: Cell,
    /// Its height in half units.
    pub height: u32,
    /// The number of its lowest unit.
    pub starting_unit: u32,
    /// Whether units are numbered from the top down.
    #[serde(default)]
    pub descending: bool,
    /// What occupies it in front and behind.
    pub slots: Vec<RackSlot>,
}

/// Something in a rack.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RackSlot {
    /// `front` or `rear`.
    pub face: String,
    /// Its lowest place in half units from the bottom.
    pub from: u32,
    /// Its height in half units.
    pub height: u32,
    /// `device`, or `reservation`.
    pub kind: String,
    /// What it is.
    pub label: Cell,
    /// Its role or status, for the colour's word; may be empty.
    #[serde(default)]
    pub detail: String,
}

/// A path from end to end.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Path {
    /// The hops in order.
    pub hops: Vec<Hop>,
    /// Whether it reaches its end.
    pub complete: bool,
    /// Why not, or what else is to be said; may be empty.
    #[serde(default)]
    pub note: String,
}

/// One hop: a place, and how one goes on from it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hop {
    /// The device, circuit or panel.
    pub place: Cell,
    /// The ports by which the path enters and leaves it; equal texts are one port.
    pub ports: Vec<Cell>,
    /// The cable or link to the next hop; empty at the end.
    #[serde(default)]
    pub link: Cell,
    /// About that link: its status, colour or length; may be empty.
    #[serde(default)]
    pub detail: String,
}

/// What of a prefix is used and free.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PrefixMap {
    /// The prefix.
    pub prefix: Cell,
    /// Hundredths of a percent that are used: 0 to 10,000.
    pub used: u32,
    /// Its parts in the order of addresses, together the whole prefix.
    pub blocks: Vec<Block>,
}

/// A part of a prefix.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Block {
    /// `10.0.0.0/26`, or first and last address.
    pub label: Cell,
    /// Its share of the prefix, in millionths.
    pub share: u32,
    /// `free`, `prefix`, `range`, `address`.
    pub kind: String,
    /// More about it; may be empty.
    #[serde(default)]
    pub detail: String,
}

/// Bars.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chart {
    /// What is measured: `devices`.
    pub unit: String,
    /// The bars, as they are to be shown.
    pub bars: Vec<Bar>,
}

/// One bar.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bar {
    /// What it stands for.
    pub label: Cell,
    /// Its value in words: `1,204`, `12.5`.
    pub value: String,
    /// Its length, in thousandths of the longest.
    pub length: u32,
}

/// What changed, object by object.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    /// The changes, newest first.
    pub changes: Vec<Change>,
}

/// One change.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// The object.
    pub object: Cell,
    /// `create`, `update` or `delete`.
    pub action: String,
    /// When, in RFC 3339.
    pub time: String,
    /// By whom.
    pub user: String,
    /// The fields that differ.
    pub fields: Vec<ChangedField>,
}

/// A field that differs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangedField {
    /// Its name.
    pub name: String,
    /// Its value before; empty when there was none.
    pub before: String,
    /// Its value after; empty when there is none.
    pub after: String,
}
