//! What is missing, or too many or too few: "without a tenant", "more than 5 racks".

use super::super::super::kind::Kind;
use super::reader::Reader;
use super::{Lack, Question};

/// Terms for what can be missing, longest first.
const LACKS: &[(&str, Lack)] = &[
    ("primary ip address", Lack::Filter("has_primary_ip", "false", "without a primary IP address")),
    ("primary ip addresses", Lack::Filter("has_primary_ip", "false", "without a primary IP address")),
    ("primary ip", Lack::Filter("has_primary_ip", "false", "without a primary IP address")),
    ("primary address", Lack::Filter("has_primary_ip", "false", "without a primary IP address")),
    ("management ip", Lack::Filter("has_primary_ip", "false", "without a primary IP address")),
    ("ip address", Lack::Filter("has_primary_ip", "false", "without a primary IP address")),
    ("ip", Lack::Filter("has_primary_ip", "false", "without a primary IP address")),
    ("serial number", Lack::Filter("serial__empty", "true", "without a serial number")),
    ("serial numbers", Lack::Filter("serial__empty", "true", "without a serial number")),
    ("serial", Lack::Filter("serial__empty", "true", "without a serial number")),
    ("asset tag", Lack::Filter("asset_tag__empty", "true", "without an asset tag")),
    ("asset tags", Lack::Filter("asset_tag__empty", "true", "without an asset tag")),
    ("description", Lack::Filter("description__empty", "true", "without a description")),
    ("dns name", Lack::Filter("dns_name__empty", "true", "without a DNS name")),
    ("tenant", Lack::Filter("tenant_id", "null", "without a tenant")),
    ("platform", Lack::Filter("platform_id", "null", "without a platform")),
    ("location", Lack::Filter("location_id", "null", "without a location")),
    ("vrf", Lack::Filter("vrf_id", "null", "without a VRF")),
    ("vlan group", Lack::Filter("group_id", "null", "without a VLAN group")),
    ("cable", Lack::Filter("cabled", "false", "without a cable")),
    ("cables", Lack::Filter("cabled", "false", "without a cable")),
    ("region", Lack::Filter("region_id", "null", "without a region")),
    ("role", Lack::Filter("role_id", "null", "without a role")),
];

impl Reader {
    pub(super) fn lacks(&mut self, question: &mut Question) {
        const OPENINGS: &[&str] = &[
            "that have no",
            "which have no",
            "that has no",
            "have no",
            "has no",
            "with no",
            "without",
            "lacking",
            "missing",
            "that lack",
            "lack",
            "do not have",
            "don't have",
        ];
        const BOUNDS: &[(&str, bool, u64)] = &[
            ("more than", true, 0),
            ("over", true, 0),
            ("above", true, 0),
            ("at least", true, 1),
            ("fewer than", false, 0),
            ("less than", false, 0),
            ("under", false, 0),
        ];
        for (term, above, slack) in BOUNDS {
            if let Some((start, end)) = self.find(term)
                && let Ok(number) = self.word(end).parse::<u64>()
                && let Some((kind, last)) = self.kind_at(end + 1)
            {
                question.lacks = Some(if *above {
                    Lack::Above(kind, number.saturating_sub(*slack))
                } else {
                    Lack::Below(kind, number)
                });
                self.use_up(start, last);
                return;
            }
        }
        if let Some((start, end)) = self.find("unracked") {
            question.lacks = Some(Lack::Filter("rack_id", "null", "without a rack"));
            self.use_up(start, end);
            return;
        }
        let Some((start, mut end)) = OPENINGS.iter().find_map(|opening| self.find(opening)) else {
            if let Some((start, end)) = self.find("empty").or_else(|| self.find("unused"))
                && let Some(kind) = self
                    .kind_at(end)
                    .map(|(kind, _)| kind)
                    .or_else(|| (0..start).find_map(|at| self.kind_at(at)).map(|(kind, _)| kind))
            {
                let counted = match kind.object_type {
                    "dcim.rack" | "dcim.site" | "dcim.devicetype" | "dcim.devicerole" | "dcim.location" => {
                        "dcim.device"
                    }
                    "ipam.vlan" => "ipam.prefix",
                    "virtualization.cluster" => "virtualization.virtualmachine",
                    _ => return,
                };
                question.lacks = Kind::by_type(counted).map(Lack::Zero);
                self.use_up(start, end);
            }
            return;
        };
        while ["a", "an", "any", "the"].contains(&self.word(end)) {
            end += 1;
        }
        if let Some((last, lack)) =
            LACKS.iter().find_map(|(term, lack)| self.stands(end, term).map(|last| (last, *lack)))
        {
            question.lacks = Some(lack);
            self.use_up(start, last);
        } else if let Some((kind, last)) = self.kind_at(end) {
            let racked = kind.object_type == "dcim.rack" && self.phrase().contains("device");
            question.lacks =
                Some(if racked { Lack::Filter("rack_id", "null", "without a rack") } else { Lack::Zero(kind) });
            self.use_up(start, last);
        }
    }
}
