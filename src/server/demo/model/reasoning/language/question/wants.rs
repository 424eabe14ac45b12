//! What is wanted: by the phrases that say so.

use super::super::cue::{ATTRIBUTES, Act, CUES, Finder, WHERE};
use super::Question;
use super::reader::Reader;

impl Reader {
    pub(super) fn cues(&mut self, question: &mut Question) {
        if let Some((start, end)) = [
            "free",
            "unused",
            "available",
            "spare",
            "open",
            "empty",
            "unconnected",
            "disconnected",
            "uncabled",
            "unoccupied",
        ]
        .iter()
        .filter_map(|word| self.find(word))
        .find(|(_, end)| self.kind_at(*end).is_some_and(|(kind, _)| kind.object_type == "dcim.interface"))
        {
            question.act = Some(Act::Ports { occupied: false });
            self.use_up(start, end);
            return;
        }
        if let Some((start, end)) = ["connected", "occupied", "cabled", "used", "up"]
            .iter()
            .filter_map(|word| self.find(word))
            .find(|(_, end)| self.kind_at(*end).is_some_and(|(kind, _)| kind.object_type == "dcim.interface"))
        {
            question.act = Some(Act::Ports { occupied: true });
            self.use_up(start, end);
            return;
        }
        let found = CUES.iter().find_map(|(term, act)| self.find(term).map(|(start, end)| (start, end, *act)));
        if let Some((start, end, act)) = found {
            question.act = Some(act);
            self.use_up(start, end);
        }
        // "how many changes", "which devices were added": the change is what is asked for.
        if matches!(question.act, Some(Act::Count | Act::Profile))
            && let Some((start, end, act)) = CUES
                .iter()
                .filter(|(_, act)| matches!(act, Act::Changes { .. }))
                .find_map(|(term, act)| self.find(term).map(|(start, end)| (start, end, *act)))
        {
            question.act = Some(act);
            self.use_up(start, end);
        }
        if let Some((start, end)) =
            self.find("where is").or_else(|| self.find("where are")).or_else(|| self.find("where's"))
        {
            self.attribute = Some(&WHERE);
            self.use_up(start, end);
        }
        for (term, finder) in [
            ("serial number", Finder::Serial),
            ("serial", Finder::Serial),
            ("asset tag", Finder::AssetTag),
            ("asset", Finder::AssetTag),
        ] {
            if let Some((start, end)) = self.find(term) {
                // "serial FOC123" searches for it, "serial of core-01" asks for it.
                let next = self.tokens.get(end).map_or("", |token| token.text.as_str());
                if next.chars().any(|character| character.is_ascii_digit()) {
                    question.act = Some(Act::Find(finder));
                    self.use_up(start, end);
                    return;
                }
            }
        }
    }

    /// "what is the serial number of X", "the primary IP of X".
    pub(super) fn attributes_before_kinds(&mut self, question: &mut Question) {
        if self.attribute.is_some() || !matches!(question.act, None | Some(Act::Profile)) {
            return;
        }
        for attribute in ATTRIBUTES {
            for term in attribute.words {
                let Some((start, end)) = self.find(term) else { continue };
                let of = ["of", "for", "does", "do", "is", "has", "on", "runs"].contains(&self.word(end));
                let its = ["its", "their", "what", "which", "whose"].contains(&self.before(start));
                // "devices whose status is failed" chooses devices; the state itself was read before.
                if self.before(start) == "whose" && !question.statuses.is_empty() {
                    self.use_up(start, end);
                    return;
                }
                // "the status of rack R1" asks; "which site has ..." chooses a site.
                if (of && !["has", "do"].contains(&self.word(end)))
                    || (its && end == self.tokens.len())
                    || (self.before(start) == "its")
                {
                    self.attribute = Some(attribute);
                    self.use_up(start, end);
                    return;
                }
            }
        }
    }
}
