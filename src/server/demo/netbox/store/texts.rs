//! Every text of a store once, under a symbol.

use std::collections::HashMap;
use std::sync::Arc;

/// A text that the store keeps once.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Symbol(u32);

/// Every text once: those that all clones share, and those that came later.
#[derive(Clone, Default)]
pub struct Texts {
    shared: Arc<[Box<str>]>,
    own: Vec<Box<str>>,
    /// Where the own texts are, while an estate is written. Later there are few of them.
    known: HashMap<Box<str>, u32>,
}

impl Texts {
    /// The symbol of a text.
    pub fn intern(&mut self, text: &str) -> Symbol {
        if let Some(&known) = self.known.get(text) {
            return Symbol(known);
        }
        if !self.shared.is_empty()
            && let Some(known) = self.shared.iter().chain(&self.own).position(|known| **known == *text)
        {
            return Symbol(number(known));
        }
        let next = number(self.shared.len() + self.own.len());
        self.own.push(text.into());
        if self.shared.is_empty() {
            self.known.insert(text.into(), next);
        }
        Symbol(next)
    }

    /// The text of a symbol.
    pub fn get(&self, symbol: Symbol) -> &str {
        let position = symbol.0 as usize;
        let own = || self.own.get(position - self.shared.len());
        self.shared.get(position).or_else(own).map_or("", |text| text)
    }

    /// From now on what is there is shared by all clones.
    pub fn share(&mut self) {
        self.shared = std::mem::take(&mut self.own).into();
        self.known = HashMap::new();
    }
}

fn number(position: usize) -> u32 {
    u32::try_from(position).unwrap_or(u32::MAX)
}
