// Asking: the answer is streamed, its numbers are NetBox's, and its evidence can be looked at.
import { expect, test } from "../fixtures.ts";

test("a question is answered with NetBox's own number", async ({ chat, netbox }) => {
  await chat.open();
  await chat.ask("How many sites do we have?");
  await expect(chat.answer).toContainText(new RegExp(`\\b${await netbox.count("dcim/sites")}\\b`));
});

test("the answer appears piece by piece", async ({ chat }) => {
  await chat.open();
  await chat.begin("Which devices are in Cleveland?");
  await expect(chat.stop).toBeVisible();
  const lengths = new Set<number>();
  while (await chat.stop.isVisible()) {
    lengths.add((await chat.answer.innerText()).length);
    await chat.page.waitForTimeout(50);
  }
  // Nothing, some of it, all of it: how many more are seen depends on how fast this looks.
  expect(lengths.size).toBeGreaterThan(2);
});

test("sites of a region are the ones NetBox has there", async ({ chat, netbox }) => {
  const [region] = (await netbox.list("dcim/regions", { name: "Ohio" })).results;
  const sites = await netbox.names("dcim/sites", { region_id: String(region?.id) });
  expect(sites.length).toBeGreaterThan(1);
  await chat.open();
  await chat.ask("Which sites do we have in Ohio?");
  for (const site of sites) await expect(chat.answer).toContainText(site);
});

test("a follow-up is understood from what was said before", async ({ chat, netbox }) => {
  const regions = (await netbox.list("dcim/regions", { limit: "1000" })).results;
  const other = regions.find((region) => region.name !== "Ohio" && Number(region._depth) > 0 && Number(region.site_count) > 0);
  const name = String(other?.name);
  await chat.open();
  await chat.ask("How many sites do we have in Ohio?");
  await chat.ask(`And in ${name}?`);
  await expect(chat.turns).toHaveCount(2);
  const [site] = await netbox.names("dcim/sites", { region_id: String(other?.id) });
  const count = await netbox.count("dcim/sites", { region_id: String(other?.id) });
  await expect(chat.answer).toContainText(new RegExp(`\\b(${count}|one|${site})\\b`, "i"));
});

test("the queries behind an answer can be opened", async ({ chat }) => {
  await chat.open();
  await chat.ask("How many sites do we have?");
  await expect(chat.toolGroup).toBeVisible();
  await expect(chat.answer.getByText("/api/dcim/sites/")).toHaveCount(0);
  await chat.toolGroup.click();
  await expect(chat.toolGroup).toHaveAttribute("aria-expanded", "true");
  await expect(chat.answer.getByText("/api/dcim/sites/").first()).toBeVisible();
  await expect(chat.answer.getByRole("link", { name: /open in netbox/i }).first()).toHaveAttribute("href", /\/dcim\/sites\//);
});

test("a starting question is asked with one press", async ({ chat }) => {
  await chat.open();
  expect(await chat.startingQuestions.count()).toBeGreaterThan(2);
  const question = chat.startingQuestions.first();
  const words = await question.locator(".starting-text").innerText();
  await question.click();
  await expect(chat.turns.first().getByRole("heading", { name: words })).toBeVisible();
  await chat.finished();
  await expect(chat.page).toHaveURL(/\/c\//);
});

test("an answer can be copied", async ({ chat, context }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await chat.open();
  await chat.ask("How many sites do we have?");
  await chat.answer.getByRole("button", { name: "Copy answer" }).click();
  const copied = await chat.page.evaluate(() => navigator.clipboard.readText());
  expect(copied).toMatch(/\d+/);
  expect(copied).toContain("site");
});

test("what is not understood is said plainly", async ({ chat }) => {
  await chat.open();
  await chat.ask("Please compose a sonnet on the moon");
  await expect(chat.answer).toContainText(/stand-in|demo/i);
});
