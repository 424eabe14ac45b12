// Hostile texts from NetBox and from a model that was talked into repeating them: nothing executes, nothing is fetched
// from anywhere else (the fixture fails on any request to another origin, on console errors and on exceptions), what is
// taken along is inert, and the page stays usable.
import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import path from "node:path";
import type { Page } from "@playwright/test";
import { expect, test } from "../fixtures.ts";
import { Scripted, type Cell, type ScriptedResult } from "../scripted.ts";

interface Planted {
  kind: string;
  text: string;
  times?: number;
}
const planted = JSON.parse(readFileSync(path.resolve(import.meta.dirname ?? ".", "../../tests/hostile/fields.json"), "utf8")) as Planted[];
const texts = planted.map(({ text, times }) => text.repeat(times ?? 1));

/** Whatever opens a dialog, loads a picture or a frame, or leaves the page, is remembered. */
async function guard(page: Page): Promise<() => Promise<void>> {
  const seen: string[] = [];
  page.on("dialog", (dialog) => (seen.push(`dialog: ${dialog.message()}`), dialog.dismiss()));
  page.on("popup", (popup) => seen.push(`popup: ${popup.url()}`));
  page.on("download", (download) => seen.push(`download: ${download.url().slice(0, 40)}`));
  return async () => {
    expect(seen.filter((what) => !what.startsWith("download: blob:"))).toEqual([]);
    const found = await page.evaluate(() => {
      const inside = document.querySelectorAll("main *, [role=log] *, aside *");
      const named = (names: string) => [...inside].filter((element) => names.split(" ").includes(element.localName)).map((element) => element.outerHTML.slice(0, 200));
      const handlers = [...inside].filter((element) => [...element.attributes].some(({ name }) => /^on/i.test(name)));
      const addresses = [...document.querySelectorAll("a[href], area[href]")].map((link) => link.getAttribute("href") ?? "");
      return {
        forbidden: named("script iframe object embed img image foreignobject base meta link style video audio source form animate set use"),
        handlers: handlers.map((element) => element.outerHTML.slice(0, 200)),
        schemes: addresses.filter((address) => !/^(https?:\/\/|mailto:|\/|#)/i.test(address) || /^\/\//.test(address)),
        wide: document.documentElement.scrollWidth > innerWidth,
      };
    });
    expect(found).toEqual({ forbidden: [], handlers: [], schemes: [], wide: false });
  };
}

test("hostile objects are listed as they are, and nothing happens", async ({ hostile: chat }) => {
  const unharmed = await guard(chat.page);
  await chat.open();
  await chat.ask("Which sites do we have?");
  await unharmed();
  await chat.toolGroup.click();
  await expect(chat.answer.getByText("/api/dcim/sites/").first()).toBeVisible();
  await unharmed();
  for (const question of ["Tell me about site hostile-034", "What changed yesterday?", "How many devices per site do we have?", "Which tags do we have?", "Which contacts do we have?"]) {
    await chat.ask(question);
    await unharmed();
  }
  // Every link of a table leads to the NetBox that is connected.
  const links = await chat.transcript.locator("td a[href]").evaluateAll((all) => all.map((link) => link.getAttribute("href") ?? ""));
  expect(links.length).toBeGreaterThan(5);
  for (const link of links) expect(link.startsWith(process.env.HOSTILE_NETBOX ?? "?")).toBe(true);
});

test("an answer that repeats every hostile text shows it and does nothing", async ({ chat }) => {
  const script = await new Scripted(chat.page, {}).start();
  const unharmed = await guard(chat.page);
  await chat.open();
  await chat.composer.fill(texts[0]!);
  await chat.send.click();
  await script.begun();
  const short = texts.filter((text) => text.length < 20_000 && !text.includes("{{"));
  // Whole, in pieces, and after one another, as a stream brings them.
  for (const text of short) await script.writes(`${text}\n\n`, text.length > 300 ? undefined : 7);
  script.calls("a title with \u202eno end");
  script.ends("done", { ungrounded: short.filter((text) => text.length < 60).slice(0, 24) });
  await chat.finished();
  await unharmed();
  // A link that leads elsewhere says where.
  const silent = await chat.answer.locator("a[href*='evil.invalid']:not([data-host])").evaluateAll((all) => all.filter((link) => !link.textContent?.includes("evil.invalid")).length);
  expect(silent).toBe(0);
  expect(await chat.answer.locator("a[href*='evil.invalid'][data-host='evil.invalid']").count()).toBeGreaterThan(0);
  // The page is still one that can be used.
  await expect(chat.composer).toBeEditable();
  await chat.answer.getByRole("button", { name: "Copy answer" }).focus();
});

test("right-to-left texts do not reorder what stands beside them", async ({ chat }) => {
  const script = await new Scripted(chat.page, {}).start();
  await chat.open();
  await chat.composer.fill("Which?");
  await chat.send.click();
  await script.begun();
  await script.writes("Device `\u202ercs` and [\u202etpircs](https://netbox.example.com/) AFTER **\u2067xyz** END");
  script.ends();
  await chat.finished();
  const places = await chat.answer.locator("p").filter({ hasText: "AFTER" }).evaluate((paragraph) => {
    const left = (node: Node) => {
      const range = document.createRange();
      range.selectNodeContents(node);
      return range.getBoundingClientRect().left;
    };
    return [...paragraph.childNodes].filter((node) => node.textContent?.trim()).map(left);
  });
  expect(places.length).toBeGreaterThanOrEqual(6);
  expect(places).toEqual([...places].sort((one, other) => one - other));
});

const cell = (text: string): Cell => ({ text: [...text].slice(0, 200).join("") });
const rows = texts.map((text) => [cell(text), cell(text), cell("Active"), cell(text)]);
const table: ScriptedResult = {
  title: "sites with hostile names",
  columns: [
    { name: "name", kind: "identifier" },
    { name: "description", kind: "text" },
    { name: "status", kind: "status" },
    { name: "=cmd|' /C calc'!A0", kind: "text" },
  ],
  rows,
};
const slots = texts.slice(0, 40).map((text, index) => ({ face: "front", from: index * 2, height: 2, kind: "device", label: cell(text), detail: text.slice(0, 200) }));
const rack: ScriptedResult = { ...table, title: "elevation of a hostile rack", picture: { kind: "rack", name: cell(texts[60]!), height: 84, starting_unit: 1, slots } };

test("what is taken along is inert", async ({ chat, context, browserName }) => {
  test.skip(browserName !== "chromium", "only Chromium grants the clipboard");
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  const unharmed = await guard(chat.page);
  const script = await new Scripted(chat.page, { r1: table, r2: rack }).start();
  await chat.open();
  await chat.composer.fill("Which?");
  await chat.send.click();
  await script.begun();
  script.calls("sites", "r1")();
  script.calls("rack", "r2")();
  await script.writes("{{result:r1}}\n\n{{result:r2}}");
  script.ends();
  await chat.finished();
  await expect(chat.answer.locator(".result")).toHaveCount(2);
  await unharmed();

  const first = chat.answer.locator(".result").first();
  const menu = first.getByLabel("Copy or save");
  await menu.click();
  const [saved] = await Promise.all([chat.page.waitForEvent("download"), first.getByRole("button", { name: "Save all rows as CSV" }).click()]);
  const csv = (await readFile(await saved.path(), "utf8")).replace(/^\ufeff/, "");
  const cells = fields(csv);
  expect(cells.length).toBe((rows.length + 1) * 4);
  for (const text of cells) {
    expect(text).not.toMatch(/^[\s\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]*[=+@\uff1d\uff0b\uff0d\uff20]/u);
    expect(text).not.toMatch(/^[\t\r\n]/);
    expect(text).not.toMatch(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/u);
  }

  await first.getByRole("button", { name: "Copy all rows as Markdown" }).click();
  await expect(first.getByText(/^Copied/)).toBeAttached();
  const markdown = await chat.page.evaluate(() => navigator.clipboard.readText());
  const lines = markdown.trimEnd().split("\n");
  expect(lines.length).toBe(rows.length + 2);
  for (const line of lines) {
    expect(line.replace(/\\./gs, "").split("|").length, line.slice(0, 200)).toBe(6);
    expect(line.replace(/\\./gs, "")).not.toMatch(/[<[\]`]/);
  }

  const second = chat.answer.locator(".result").nth(1);
  await second.getByLabel("Copy or save").click();
  const [drawn] = await Promise.all([chat.page.waitForEvent("download"), second.getByRole("button", { name: "Save the picture as SVG" }).click()]);
  const svg = await readFile(await drawn.path(), "utf8");
  const inside = await chat.page.evaluate((text) => {
    const document = new DOMParser().parseFromString(text, "image/svg+xml");
    const all = [...document.querySelectorAll("*")];
    return {
      broken: document.querySelector("parsererror") !== null,
      names: [...new Set(all.map((element) => element.localName))].filter((name) => !["svg", "title", "g", "rect", "path", "text", "a"].includes(name)),
      handlers: all.flatMap((element) => [...element.attributes].map(({ name }) => name)).filter((name) => /^on|style/i.test(name)),
      links: [...document.querySelectorAll("[href]")].map((element) => element.getAttribute("href")),
    };
  }, svg);
  expect(inside).toEqual({ broken: false, names: [], handlers: [], links: [] });
  await unharmed();
});

/** The fields of a CSV file (RFC 4180). */
function fields(csv: string): string[] {
  const found: string[] = [];
  const pattern = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n|$)/gy;
  while (pattern.lastIndex < csv.length) {
    const match = pattern.exec(csv);
    if (!match) throw new Error(`no CSV at ${csv.slice(pattern.lastIndex, pattern.lastIndex + 80)}`);
    found.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? "");
  }
  return found;
}
