// Results to play with, one of each kind.
import type { Cell, ScriptedResult } from "./scripted.ts";

const NETBOX = "https://netbox.example.com";
const statuses = ["Active", "Planned", "Staged", "Failed", "Offline"];

function cell(text: string, path = ""): Cell {
  return path ? { text, link: `${NETBOX}${path}` } : { text };
}

function device(number: number): Cell[] {
  const name = `cle-01-access-sw${String(number).padStart(3, "0")}`;
  return [
    cell(name, `/dcim/devices/${number}/`),
    cell(statuses[number % 5]!),
    cell("Cleveland 01", "/dcim/sites/1/"),
    cell(number % 3 ? "Access switch" : "Distribution switch"),
    cell(`10.20.${number % 250}.10/24`),
    cell(String(24 * (1 + (number % 2)))),
    cell(number % 4 ? `FDO${2_100 + number}X0${number}` : ""),
    cell(`2026-11-${String(1 + (number % 28)).padStart(2, "0")}T09:14:03Z`),
    cell(number === 2 ? '=HYPERLINK("http://evil.example","x")' : number % 7 ? "" : "Stack member behind the loading dock, to be replaced in the spring"),
  ];
}

export const devices: ScriptedResult = {
  title: "devices where site is cle-01",
  columns: [
    { name: "name", kind: "identifier" },
    { name: "status", kind: "status" },
    { name: "site", kind: "text" },
    { name: "role", kind: "text" },
    { name: "primary_ip4", kind: "identifier" },
    { name: "interface_count", kind: "number" },
    { name: "serial", kind: "identifier" },
    { name: "last_updated", kind: "time" },
    { name: "description", kind: "text" },
  ],
  rows: Array.from({ length: 212 }, (_, index) => device(index + 1)),
  page: `${NETBOX}/dcim/devices/?site=cle-01`,
};

export const cut: ScriptedResult = { ...devices, title: "all devices", total: 48_210 };
export const empty: ScriptedResult = { ...devices, title: "devices where role is firewall", rows: [] };
const few = (title: string, picture: unknown): ScriptedResult => ({
  title,
  columns: [
    { name: "name", kind: "identifier" },
    { name: "value", kind: "text" },
  ],
  rows: [
    [cell("a", "/a/"), cell("1")],
    [cell("b", "/b/"), cell("2")],
  ],
  page: NETBOX,
  picture,
});

const slot = (face: string, from: number, height: number, text: string, kind = "device", detail = "Active") => ({
  face,
  from,
  height,
  kind,
  label: kind === "device" ? cell(text, "/dcim/devices/1/") : cell(text),
  detail,
});

export const rack = few("elevation of rack CLE-R01", {
  kind: "rack",
  name: cell("CLE-R01", "/dcim/racks/1/"),
  height: 84,
  starting_unit: 1,
  slots: [
    slot("front", 82, 2, "cle-01-patch-panel-with-a-long-name-01"),
    slot("front", 80, 2, "cle-01-core-rtr1"),
    slot("rear", 80, 2, "cle-01-core-rtr1"),
    slot("front", 76, 4, "cle-01-core-sw1"),
    slot("rear", 76, 4, "cle-01-core-sw1"),
    slot("front", 60, 8, "Expansion of storage, Q1", "reservation", "mwong"),
    slot("front", 41, 1, "cle-01-oob1"),
    slot("front", 20, 8, "cle-01-esx01"),
    slot("rear", 20, 8, "cle-01-esx01"),
    slot("rear", 4, 2, "cle-01-pdu-b"),
    slot("front", 0, 4, "cle-01-ups1"),
  ],
});

export const path = few("cable trace from cle-01-access-sw001 Gi1/0/48", {
  kind: "path",
  complete: false,
  note: "The rear port has no cable: the path is not connected any further",
  hops: [
    { place: cell("cle-01-access-sw001", "/dcim/devices/1/"), ports: [cell("GigabitEthernet1/0/48", "/dcim/interfaces/48/")], link: cell("#1204", "/dcim/cables/1204/"), detail: "Cat6a, Connected, 4 m" },
    { place: cell("cle-01-patch-a", "/dcim/devices/9/"), ports: [cell("Front 12"), cell("Rear 1")], link: cell("#77"), detail: "SMF, Connected, 120 m" },
    { place: cell("cle-01-patch-b", "/dcim/devices/10/"), ports: [cell("Rear 1"), cell("Front 12")], link: cell(""), detail: "" },
  ],
});

const block = (text: string, share: number, kind: string, detail = "") => ({ label: kind === "free" ? cell(text) : cell(text, "/ipam/prefixes/1/"), share, kind, detail });

export const prefixMap = few("use of 10.20.0.0/16", {
  kind: "prefix_map",
  prefix: cell("10.20.0.0/16", "/ipam/prefixes/1/"),
  used: 4_296,
  blocks: [
    block("10.20.0.0/18", 250_000, "prefix", "Cleveland users"),
    block("10.20.64.0/20", 62_500, "prefix", "Voice"),
    block("10.20.80.0/20", 62_500, "free"),
    block("10.20.96.0/22", 15_625, "prefix", "Cameras"),
    block("10.20.100.0/22", 15_625, "free"),
    block("10.20.104.10 to 10.20.104.200", 15_625, "range", "DHCP"),
    block("10.20.108.0/22", 15_625, "free"),
    block("10.20.112.0/20", 62_500, "free"),
    block("10.20.128.0/17", 500_000, "free"),
  ],
});

export const chart = few("devices per site", {
  kind: "chart",
  unit: "devices",
  bars: [
    { label: cell("Cleveland 01", "/dcim/sites/1/"), value: "1,212", length: 1_000 },
    { label: cell("Columbus 02", "/dcim/sites/2/"), value: "604", length: 498 },
    { label: cell("A campus with a name that is much longer than any name should be", "/dcim/sites/3/"), value: "38", length: 31 },
    { label: cell("Dayton"), value: "0", length: 0 },
  ],
});

export const difference = few("changes of cle-01-access-sw001 since Monday", {
  kind: "difference",
  changes: [
    { object: cell("cle-01-access-sw001", "/dcim/devices/1/"), action: "update", time: "2026-11-24T09:14:03Z", user: "mwong", fields: [{ name: "status", before: "Planned", after: "Active" }, { name: "primary_ip4", before: "", after: "10.20.1.10/24" }, { name: "description", before: "To be racked in the second week of November, ask Mei", after: "" }] },
    { object: cell("cle-01-access-sw999"), action: "delete", time: "2026-11-23T17:02:00Z", user: "admin", fields: [] },
    { object: cell("cle-01-access-sw001", "/dcim/devices/1/"), action: "create", time: "2026-11-23T08:00:00Z", user: "mwong", fields: [{ name: "name", before: "", after: "cle-01-access-sw001" }] },
  ],
});

export const all = { r1: devices, r2: cut, r3: empty, r4: rack, r5: path, r6: prefixMap, r7: chart, r8: difference };
