// What a tool found, in the answer: all of it, from NetBox, page by page.
import { AxeBuilder } from "@axe-core/playwright";
import { readFile } from "node:fs/promises";
import type { Locator, Page } from "@playwright/test";
import { Chat } from "../chat.ts";
import { expect, test } from "../fixtures.ts";
import * as results from "../results.ts";
import { Scripted } from "../scripted.ts";

/** A conversation whose answer places these results. */
async function placed(chat: Chat, shown: Record<string, (typeof results)["devices"]>): Promise<Scripted> {
  const script = await new Scripted(chat.page, shown).start();
  await chat.open();
  await chat.composer.fill("What is there?");
  await chat.send.click();
  await script.begun();
  for (const [handle, result] of Object.entries(shown)) script.calls(result.title, handle)();
  await script.writes(Object.keys(shown).map((handle) => `Here:\n\n{{result:${handle}}}\n\n`).join(""), 9);
  script.ends();
  await chat.finished();
  return script;
}

const shownResult = (chat: Chat, title: string): Locator => chat.answer.getByRole("group", { name: new RegExp(title) });
const column = (result: Locator, place: number) => result.locator(`tbody td:nth-child(${place})`).allInnerTexts();
const focused = (page: Page) => page.evaluate(() => document.activeElement?.textContent?.trim());

test("a result in the answer is NetBox's table, page by page", async ({ chat }) => {
  await placed(chat, { r1: results.devices });
  const result = shownResult(chat, "devices where site is cle-01");
  await expect(result.locator("tbody tr")).toHaveCount(10);
  await expect(result).toContainText("1 to 10 of 212");
  await expect(result.getByRole("link", { name: "cle-01-access-sw001" })).toHaveAttribute("href", "https://netbox.example.com/dcim/devices/1/");
  const height = await result.evaluate((element) => element.clientHeight);
  for (let page = 1; page < 22; page++) {
    await result.getByRole("button", { name: "Rows after" }).click();
    await expect(result).toContainText(`${page * 10 + 1} to ${Math.min(page * 10 + 10, 212)} of 212`);
  }
  await expect(result.locator("tbody tr")).toHaveCount(2);
  expect(await result.evaluate((element) => element.clientHeight)).toBe(height);
  await result.getByRole("button", { name: "Rows before" }).click();
  await expect(result).toContainText("201 to 210 of 212");
  await expect(chat.answer).not.toContainText("{{");
});

test("rows are ordered and found, and the keyboard stays where it was", async ({ chat }) => {
  await placed(chat, { r1: results.devices });
  const result = shownResult(chat, "devices where site is cle-01");
  const heading = result.getByRole("columnheader", { name: "primary ip4" });
  for (const order of ["ascending", "descending", "none"]) {
    await heading.getByRole("button").press("Enter");
    await expect(heading).toHaveAttribute("aria-sort", order);
    expect(await focused(chat.page)).toBe("primary ip4");
  }
  await heading.getByRole("button").press("Enter");
  await heading.getByRole("button").press("Enter");
  await expect.poll(async () => (await column(result, 5))[0]).toBe("10.20.212.10/24");
  await result.getByRole("searchbox").fill("DISTRIBUTION");
  await expect(result).toContainText("1 to 10 of 70 that match, 212 in all");
  await result.getByRole("searchbox").fill("no such thing");
  await expect(result).toContainText("None of 212 rows match");
});

test("columns are chosen, one stays", async ({ chat }) => {
  await placed(chat, { r1: { ...results.devices, columns: results.devices.columns.slice(0, 2) } });
  const result = shownResult(chat, "devices where site is cle-01");
  await result.getByLabel("Columns").click();
  await result.getByRole("checkbox", { name: "name" }).uncheck();
  await expect(result.getByRole("columnheader")).toHaveCount(1);
  await expect(result.getByRole("checkbox", { name: "status" })).toBeDisabled();
  await chat.page.keyboard.press("Escape");
  await expect(result.getByRole("checkbox", { name: "status" })).toBeHidden();
});

test("all rows are taken along, and none is a formula", async ({ chat, context }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await placed(chat, { r1: results.devices });
  const result = shownResult(chat, "devices where site is cle-01");
  await result.getByLabel("Copy or save").click();
  const [download] = await Promise.all([chat.page.waitForEvent("download"), result.getByRole("button", { name: "Save all rows as CSV" }).click()]);
  expect(download.suggestedFilename()).toBe("devices-where-site-is-cle-01.csv");
  const text = await readFile(await download.path(), "utf8");
  expect(text.trimEnd().split("\r\n")).toHaveLength(213);
  expect(text).toContain(`"'=HYPERLINK(""http://evil.example"",""x"")"`);
  await result.getByRole("button", { name: "Copy all rows as Markdown" }).click();
  await expect(result).toContainText("Copied 212 rows");
  const copied = await chat.page.evaluate(() => navigator.clipboard.readText());
  expect(copied.split("\n")[2]).toContain("[cle-01-access-sw001](<https://netbox.example.com/dcim/devices/1/>)");
});

test("a cut result, an empty one and one that is not there are said to be that", async ({ chat, expectedErrors }) => {
  expectedErrors.push(/500/);
  const script = await placed(chat, { r1: results.cut, r2: results.empty });
  await expect(shownResult(chat, "all devices")).toContainText("The first 212 of 48,210 rows are here");
  await expect(shownResult(chat, "role is firewall")).toContainText("Nothing matches in NetBox");
  script.failure = { status: 500, body: "ServerError|NetBox cannot be reached\nhint: check that it runs" };
  await shownResult(chat, "all devices").getByRole("searchbox").fill("x");
  await expect(shownResult(chat, "all devices").getByRole("alert")).toContainText("NetBox cannot be reached");
  await expect(shownResult(chat, "all devices").locator("tbody tr")).toHaveCount(10);
  script.failure = undefined;
  await shownResult(chat, "all devices").getByRole("button", { name: "Try again" }).click();
  await expect(shownResult(chat, "all devices").getByRole("alert")).toHaveCount(0);
});

test("a result that the conversation does not have is a quiet word", async ({ chat }) => {
  const script = await new Scripted(chat.page, {}).start();
  await chat.open();
  await chat.composer.fill("What is there?");
  await chat.send.click();
  await script.begun();
  await script.writes("Here:\n\n{{result:r9}}");
  script.ends();
  await expect(chat.answer).toContainText("There is no result r9 in this conversation");
});

test("a result is looked at beside the conversation, and the keyboard goes there and back", async ({ chat }) => {
  await placed(chat, { r1: results.devices });
  await shownResult(chat, "devices where site is cle-01").getByRole("button", { name: "Open beside the conversation" }).press("Enter");
  const panel = chat.page.getByRole("complementary", { name: "Result" });
  await expect(panel.locator("tbody tr")).toHaveCount(50);
  await expect(panel.getByRole("button", { name: "Close the panel" })).toBeFocused();
  await chat.page.keyboard.press("Escape");
  await expect(panel).toBeHidden();
  await expect(chat.answer.getByRole("button", { name: "Open beside the conversation" }).first()).toBeFocused();
});

for (const [handle, name] of Object.entries({ r4: "Rack CLE-R01, 42 units; front: 27 of 42 free, rear: 34 of 42 free", r5: "Path, not complete: cle-01-access-sw001", r6: "Prefix 10.20.0.0/16: 42.9 % used", r7: "Bars, devices: Cleveland 01 1,212" })) {
  test(`a picture has a name, its table one press away, and can be kept: ${handle}`, async ({ chat }) => {
    const shown = results.all[handle as keyof typeof results.all];
    await placed(chat, { [handle]: shown });
    const result = shownResult(chat, shown.title);
    await expect(result.locator("svg.picture-sheet")).toHaveAttribute("aria-label", new RegExp(name.replace(/[.%()]/g, "\\$&")));
    await result.getByLabel("Copy or save").click();
    const [download] = await Promise.all([chat.page.waitForEvent("download"), result.getByRole("button", { name: "Save the picture as SVG" }).click()]);
    const svg = await readFile(await download.path(), "utf8");
    expect(svg).toContain('xmlns="http://www.w3.org/2000/svg"');
    expect(svg).toMatch(/fill="rgb/);
    await result.getByRole("button", { name: "Table" }).click();
    await expect(result.locator("tbody tr")).toHaveCount(2);
  });
}

test("what is not from NetBox is marked when the answer has ended", async ({ chat }) => {
  const script = await new Scripted(chat.page, { r1: results.devices }).start();
  await chat.open();
  await chat.composer.fill("What is there?");
  await chat.send.click();
  await script.begun();
  script.calls("devices", "r1")();
  await script.writes("There are **7** devices, one is `cle-77`, and 17 more:\n\n{{result:r1}}\n\nDone.");
  await expect(chat.answer.locator("tbody tr")).toHaveCount(10);
  await expect(chat.answer.locator(".ungrounded")).toHaveCount(0);
  script.ends("done", { ungrounded: ["7", "cle-77"] });
  await chat.finished();
  expect(await chat.answer.locator(".ungrounded").allInnerTexts()).toEqual(["7", "cle-77"]);
  await expect(chat.answer).toContainText("2 things here are not from NetBox: 7 cle-77");
  await expect(chat.answer).toContainText("about $0.0043");
  // The table was not drawn anew for it.
  expect(script.queries).toHaveLength(1);
});

for (const theme of ["Light", "Dark"] as const) {
  test(`results are accessible and nothing is wider than the screen: ${theme}`, async ({ chat }) => {
    await placed(chat, results.all);
    await chat.chooseTheme(theme);
    await expect(chat.answer.locator(".result")).toHaveCount(8);
    const look = async () => {
      const { violations } = await new AxeBuilder({ page: chat.page }).withTags(["wcag2a", "wcag2aa", "wcag21aa", "best-practice"]).analyze();
      expect(violations.filter(({ impact }) => impact === "serious" || impact === "critical")).toEqual([]);
      expect(await chat.page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
    };
    await look();
    await shownResult(chat, "elevation of rack").getByRole("button", { name: "Open beside the conversation" }).click();
    await expect(chat.page.getByRole("complementary", { name: "Result" }).locator("svg.picture-sheet")).toBeVisible();
    await look();
  });
}
