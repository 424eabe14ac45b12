// Changes of NetBox under approval: what would be written is seen before it is, nothing is written without a word, and
// what became of it is seen afterwards. States that a real server rarely gets into are played.
import { AxeBuilder } from "@axe-core/playwright";
import type { Locator } from "@playwright/test";
import { Chat } from "../chat.ts";
import { expect, test } from "../fixtures.ts";
import { Netbox } from "../netbox.ts";
import { type ScriptedChange, Scripted } from "../scripted.ts";

const UPDATE: ScriptedChange = {
  action: "update",
  object: "cle-01-access-sw001",
  link: "https://netbox.example.com/dcim/devices/1/",
  fields: [
    { field: "status", before: "Active", after: "Offline" },
    { field: "comments", before: "", after: "Out of service since the water damage in row B. ".repeat(12) },
  ],
};
const CREATE: ScriptedChange = { action: "create", object: "cle-01-access-sw099", fields: [{ field: "name", before: "", after: "cle-01-access-sw099" }] };
const DELETE: ScriptedChange = { action: "delete", object: "cle-01-access-sw002", link: "https://netbox.example.com/dcim/devices/2/", fields: [{ field: "serial", before: "SN-0002", after: "" }] };

/** A conversation in which a plan waits. */
async function waiting(chat: Chat, changes: ScriptedChange[], expiresIn?: number): Promise<Scripted> {
  const script = await new Scripted(chat.page).start();
  await chat.open();
  await chat.composer.fill("Take it out of service");
  await chat.send.click();
  await script.begun();
  await script.writes("I would change this:");
  script.plans("water damage in row B", changes, expiresIn);
  await expect(plan(chat)).toBeVisible();
  return script;
}

const plan = (chat: Chat): Locator => chat.answer.getByRole("group", { name: / in NetBox$/ });
const button = (chat: Chat, name: string | RegExp): Locator => plan(chat).getByRole("button", { name, exact: true });
const decision = (chat: Chat): Locator => plan(chat).getByRole("group", { name: "Decision" });
const changes = (chat: Chat): Locator => plan(chat).locator(".approval-changes > li");
const said = (chat: Chat): Locator => chat.page.locator("[role=status][aria-live=polite]");
const hasFocus = async (locator: Locator) => locator.evaluate((element) => element === document.activeElement);

/** Nothing scrolls sideways, neither the page nor anything in the plan. */
async function fits(chat: Chat): Promise<void> {
  const wide = await plan(chat).evaluate((card) => {
    const inside = [...card.querySelectorAll("*")].filter((element) => !element.closest("svg"));
    const wider = inside.filter((element) => element.getBoundingClientRect().right > card.getBoundingClientRect().right + 0.5);
    return [document.documentElement.scrollWidth > innerWidth, wider.map((element) => element.outerHTML.slice(0, 80))];
  });
  expect(wide).toEqual([false, []]);
}

test("a plan is read before it is approved, and followed while it is carried out", async ({ chat }) => {
  const script = await waiting(chat, [UPDATE, CREATE]);
  await expect(plan(chat)).toContainText("Change 2 objects in NetBox");
  await expect(plan(chat)).toContainText("water damage in row B");
  await expect(plan(chat)).toContainText("expires in 14 min");
  await expect(said(chat)).toContainText("Approval needed: Change 2 objects in NetBox. water damage in row B");
  const row = changes(chat).first().getByRole("row", { name: /status/ });
  await expect(row.getByRole("cell")).toHaveText(["Active", "Offline"]);
  await expect(changes(chat).first().getByRole("link", { name: "cle-01-access-sw001" })).toHaveAttribute("href", UPDATE.link ?? "");
  await changes(chat).first().getByText("Exact request").click();
  await expect(changes(chat).first()).toContainText("PATCH /api/dcim/devices/1/");
  await expect(changes(chat).first().locator(".approval-body")).toContainText("changelog_message");
  await fits(chat);
  // Nothing took the keyboard, and the composer's Enter is the composer's.
  expect(await hasFocus(button(chat, "Approve"))).toBe(false);
  await chat.composer.fill("Wait");
  await chat.composer.press("Enter");
  expect(script.words).toEqual([]);

  await button(chat, "Approve").press("Enter");
  await expect.poll(() => script.words.length).toBe(1);
  expect(script.words[0]).toMatchObject({ type: "approve", approval: "a1", digest: "d1", decision: "approve" });
  await button(chat, "Approve").press("Enter");
  script.decides("approved");
  await expect(plan(chat)).toContainText("Approved, 0 of 2 carried out");
  expect(script.words.length).toBe(1);
  await expect(button(chat, "Approve")).toBeHidden();
  script.carriesOut(200);
  await expect(plan(chat)).toContainText("Approved, 1 of 2 carried out");
  await expect(changes(chat).nth(1)).toContainText("being carried out");
  script.carriesOut(201, { link: "https://netbox.example.com/dcim/devices/99/" });
  await expect(plan(chat)).toContainText("Approved, all 2 carried out");
  await expect(changes(chat).nth(1).getByRole("link", { name: "Open in NetBox" })).toHaveAttribute("href", /devices\/99/);
  await expect(said(chat)).toHaveText("Approved, all 2 carried out");
  // What was opened stayed open all the while.
  await expect(changes(chat).first()).toContainText("changelog_message");
  script.concludes("2 of 2 changes were made");
  await script.writes("Done.");
  script.ends();
  await chat.finished();
  await expect(plan(chat)).toContainText("Approved, all 2 carried out");
});

test("a rejected plan changes nothing, and the keyboard goes on from what became of it", async ({ chat }) => {
  const script = await waiting(chat, [UPDATE]);
  await button(chat, "Reject").press("Enter");
  await expect.poll(() => script.words).toMatchObject([{ decision: "reject" }]);
  await expect.poll(() => hasFocus(plan(chat).locator(".approval-state"))).toBe(true);
  script.decides("rejected");
  await expect(plan(chat)).toContainText("Rejected: nothing was changed");
  await expect(plan(chat).getByRole("button", { name: /Approve|Reject/ })).toHaveCount(0);
});

test("a deletion needs a second press, on a button that was not there", async ({ chat, isMobile }) => {
  const script = await waiting(chat, [UPDATE, DELETE, { ...DELETE, object: "cle-01-access-sw003" }]);
  await expect(button(chat, "Approve")).toBeHidden();
  const review = button(chat, "Review deletion");
  const place = await review.boundingBox();
  // A second tap at the same place deletes nothing.
  if (isMobile) await review.tap();
  else await review.click();
  await expect(button(chat, "Approve and delete 2 objects")).toBeVisible();
  await expect(plan(chat).locator(".approval-review")).toContainText("cle-01-access-sw002, cle-01-access-sw003");
  expect(await hasFocus(plan(chat).locator(".approval-review"))).toBe(true);
  const confirm = await button(chat, "Approve and delete 2 objects").boundingBox();
  const overlaps = (one: typeof place, other: typeof place) =>
    one && other && one.x < other.x + other.width && other.x < one.x + one.width && one.y < other.y + other.height && other.y < one.y + one.height;
  expect(overlaps(place, confirm)).toBe(false);
  await chat.page.keyboard.press("Escape");
  await expect(review).toBeVisible();
  await expect.poll(() => hasFocus(review)).toBe(true);
  expect(script.words).toEqual([]);

  await chat.page.keyboard.press("Enter");
  await chat.page.keyboard.press("Enter");
  expect(script.words).toEqual([]);
  await chat.page.keyboard.press("Tab");
  expect(await hasFocus(button(chat, "Back"))).toBe(true);
  await chat.page.keyboard.press("Tab");
  await chat.page.keyboard.press("Enter");
  await expect.poll(() => script.words).toMatchObject([{ decision: "approve" }]);
});

test("a change that failed says why, and what follows is not done", async ({ chat }) => {
  const script = await waiting(chat, [UPDATE, { ...UPDATE, object: "cle-01-access-sw004" }, CREATE]);
  await button(chat, "Approve").click();
  script.decides("approved");
  script.carriesOut(200);
  script.carriesOut(412, { problem: { code: "conflict", message: "Somebody else has changed this since", hint: "ask for the change again" } });
  script.concludes("1 of 3 changes were made");
  await expect(plan(chat)).toContainText("Approved, but only 1 of 3 carried out");
  await expect(changes(chat).nth(1)).toContainText("failed: Somebody else has changed this since (ask for the change again)");
  await expect(changes(chat).nth(2)).toContainText("not done");
});

test("a plan expires, is withdrawn by a stop, and is not taken for undecided later", async ({ chat }) => {
  const script = await waiting(chat, [UPDATE], 40_000);
  await expect(plan(chat)).toContainText("expires in less than a minute");
  script.decides("expired");
  await expect(plan(chat)).toContainText("Expired before anybody decided: nothing was changed");
  script.plans("once more", [UPDATE]);
  script.ends("stopped");
  await expect(plan(chat).last()).toContainText("Withdrawn before anybody decided: nothing was changed");
});

test("a refused word is told, and one can decide again", async ({ chat }) => {
  const script = await waiting(chat, [UPDATE]);
  await button(chat, "Approve").click();
  await expect(plan(chat)).toContainText("Telling the server");
  script.refuses({ code: "conflict", message: "This is not the plan that was shown", hint: "look at the plan again" });
  await expect(chat.page.getByText("This is not the plan that was shown").first()).toBeVisible();
  await expect(decision(chat)).not.toHaveAttribute("aria-disabled", "true");
  await button(chat, "Reject").click();
  await expect.poll(() => script.words.length).toBe(2);
});

test("without a connection nothing is approved, not even later", async ({ chat, expectedErrors }) => {
  expectedErrors.push(/WebSocket|ERR_FAILED|EventSource|\/events\/chat/);
  const script = await waiting(chat, [UPDATE]);
  await script.hangUp();
  await expect(plan(chat)).toContainText("Not connected: nothing can be approved until the page is connected again");
  await expect(decision(chat)).toHaveAttribute("aria-disabled", "true");
  await button(chat, "Approve").click({ force: true });
  await expect(plan(chat)).not.toContainText("Telling the server");
  await script.start();
  await expect(decision(chat)).not.toHaveAttribute("aria-disabled", "true", { timeout: 40_000 });
  expect(script.words).toEqual([]);
});

test("of many changes the first ten are shown, then all", async ({ chat }) => {
  const many = Array.from({ length: 45 }, (_, place) => ({ ...UPDATE, object: `cle-01-access-sw${place}`, fields: UPDATE.fields?.slice(0, 1) }));
  await waiting(chat, many);
  await expect(plan(chat).locator(".approval-changes > li:visible")).toHaveCount(10);
  await button(chat, "Show all 45 changes").click();
  await expect(plan(chat).locator(".approval-changes > li:visible")).toHaveCount(45);
  await chat.page.emulateMedia({ media: "print" });
  await expect(button(chat, "Approve")).toBeHidden();
});

test("names and values are text, however they look", async ({ chat }) => {
  const hostile = "<img src=x onerror=alert(1)>\u202e[x](javascript:alert(1))" + "W".repeat(400);
  await waiting(chat, [{ action: "update", kind: hostile, object: hostile, fields: [{ field: hostile, before: hostile, after: hostile }] }]);
  await expect(plan(chat).locator("img, script, a")).toHaveCount(0);
  await fits(chat);
  await plan(chat).locator(".long-value summary").first().click();
  await fits(chat);
});

test("a hidden page's title says that a plan waits", async ({ chat }) => {
  await chat.page.addInitScript(() => Object.defineProperty(Document.prototype, "hidden", { get: () => true }));
  const script = await waiting(chat, [UPDATE]);
  await expect(chat.page).toHaveTitle(/^Approval needed: /);
  script.decides("rejected");
  await expect(chat.page).not.toHaveTitle(/^Approval needed/);
});

for (const colorScheme of ["light", "dark"] as const) {
  test(`axe finds nothing in any state, ${colorScheme}`, async ({ page, chat }) => {
    await page.emulateMedia({ colorScheme });
    const violations = async () => {
      const found = await new AxeBuilder({ page }).withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]).analyze();
      return found.violations.map((rule) => `${rule.id}: ${rule.help}\n${rule.nodes.map((node) => node.html).join("\n")}`);
    };
    const picture = async (name: string) => process.env.PICTURES && page.screenshot({ path: `${process.env.PICTURES}/${chat.phone ? "phone" : "desktop"}-${colorScheme}-${name}.png`, animations: "disabled" });
    const script = await waiting(chat, [UPDATE, CREATE, DELETE]);
    await changes(chat).first().getByText("Exact request").click();
    expect(await violations()).toEqual([]);
    await picture("waiting");
    const small = await plan(chat).locator("button, summary").evaluateAll((all, least) =>
      all.filter((one) => one.getBoundingClientRect().height < least && !one.matches(".icon-button")).map((one) => one.outerHTML.slice(0, 100)), chat.phone ? 44 : 24);
    expect(small).toEqual([]);
    await button(chat, "Review deletion").click();
    await expect(button(chat, "Back")).toBeVisible();
    expect(await violations()).toEqual([]);
    await picture("deletion");
    await button(chat, "Approve and delete 1 object").click();
    expect(await violations()).toEqual([]);
    script.decides("approved");
    script.carriesOut(200);
    await expect(plan(chat)).toContainText("1 of 3");
    expect(await violations()).toEqual([]);
    await picture("working");
    script.carriesOut(0, { is_unknown: true, problem: { code: "netbox_unreachable", message: "NetBox did not answer", hint: "look at the object in NetBox" } });
    await expect(plan(chat)).toContainText("maybe done");
    script.concludes("1 of 3 changes were made");
    await script.writes("One change was made.");
    script.ends();
    await chat.finished();
    expect(await violations()).toEqual([]);
    await picture("failed");
  });
}

/** The NetBox that the real server changes. */
const netbox = (): Netbox => new Netbox(process.env.CHANGING_NETBOX);
/** A device of this test's own: desktop and phone run at the same time. */
async function device(place: number, phone: boolean): Promise<{ id: string; name: string; status: string }> {
  const found = await netbox().list("dcim/devices", { site: phone ? "cle-01" : "cmh-01", limit: "1", offset: String(place), ordering: "name" });
  const { id, name, status } = found.results[0] as { id: number; name: string; status: { value: string } };
  return { id: String(id), name, status: status.value };
}
const statusOf = async (id: string) => ((await netbox().list("dcim/devices", { id })).results[0]?.status as { value: string }).value;

test("NetBox is changed by an approved plan, which waits over a reload and is seen by every tab", async ({ changing: chat, context, isMobile }) => {
  const { id, name, status } = await device(0, isMobile);
  await chat.open();
  await chat.begin(`Set the status of ${name} to offline`);
  await expect(plan(chat)).toContainText(name);
  await expect(changes(chat).first().getByRole("row", { name: /status/ }).getByRole("cell")).toHaveText([status, "offline"]);
  await chat.reload();
  await expect(button(chat, "Approve")).toBeVisible();
  const waits = chat.conversations.getByRole("link", { name: `Approval needed: Set the status of ${name}` });
  if (!isMobile) await expect(waits).toBeVisible();
  const other = new Chat(await context.newPage(), chat.origin, isMobile);
  await other.open(new URL(chat.page.url()).pathname);
  await expect(button(other, "Approve")).toBeVisible();
  expect(await statusOf(id)).toBe(status);
  await button(chat, "Approve").click();
  await expect(plan(other)).toContainText("Approved and carried out");
  await expect(button(other, "Approve")).toBeHidden();
  await chat.finished();
  await expect(waits).toBeHidden();
  expect(await statusOf(id)).toBe("offline");
  const before = await plan(chat).innerText();
  await chat.reload();
  expect(await plan(chat).innerText()).toBe(before);
});

test("a rejected plan, and one whose answer is stopped, leave NetBox as it is", async ({ changing: chat, isMobile }) => {
  const { id, name, status } = await device(1, isMobile);
  await chat.open();
  await chat.begin(`Set the status of ${name} to planned`);
  await button(chat, "Reject").click();
  await expect(plan(chat)).toContainText("Rejected: nothing was changed");
  await chat.finished();
  await chat.begin(`Set the status of ${name} to staged`);
  await expect(button(chat, "Approve")).toBeVisible();
  await chat.stop.click();
  await expect(plan(chat)).toContainText("Withdrawn before anybody decided: nothing was changed");
  await chat.finished();
  expect(await statusOf(id)).toBe(status);
});

test("what is made can be deleted, and what others use cannot", async ({ changing: chat, isMobile }) => {
  const name = `Acme ${isMobile ? "Phone" : "Desk"} Works`;
  await chat.open();
  await chat.begin(`Create a tenant called ${name}`);
  await button(chat, "Approve").click();
  await expect(changes(chat).first().getByRole("link", { name: "Open in NetBox" })).toBeVisible();
  await chat.finished();
  expect(await netbox().count("tenancy/tenants", { name })).toBe(1);
  await chat.begin(`Delete the tenant ${name}`);
  await button(chat, "Review deletion").click();
  expect(await netbox().count("tenancy/tenants", { name })).toBe(1);
  await button(chat, "Delete 1 object").click();
  await expect(plan(chat)).toContainText("Approved and carried out");
  await chat.finished();
  expect(await netbox().count("tenancy/tenants", { name })).toBe(0);
  await chat.begin("Delete the manufacturer Cisco");
  await button(chat, "Review deletion").click();
  await button(chat, "Delete 1 object").click();
  await expect(changes(chat).first()).toContainText(/failed: .*dependent/);
  await chat.finished();
  expect(await netbox().count("dcim/manufacturers", { slug: "cisco" })).toBe(1);
});

test("what somebody else changed meanwhile is left alone", async ({ changing: chat, isMobile }) => {
  const { id, name } = await device(2, isMobile);
  await chat.open();
  await chat.begin(`Set the status of ${name} to offline`);
  await expect(button(chat, "Approve")).toBeVisible();
  await netbox().change(`dcim/devices/${id}`, { status: "staged" });
  await button(chat, "Approve").click();
  await expect(plan(chat)).toContainText("Approved, but only 0 of 1 carried out");
  await expect(changes(chat).first()).toContainText("failed");
  await chat.finished();
  expect(await statusOf(id)).toBe("staged");
});

test("a shared conversation shows the plan and what became of it, and nothing to press", async ({ changing: chat, isMobile }) => {
  const { name } = await device(3, isMobile);
  await chat.open();
  await chat.begin(`Set the status of ${name} to offline`);
  await button(chat, "Approve").click();
  await chat.finished();
  await chat.page.getByRole("link", { name: "Share" }).click();
  await chat.page.getByRole("button", { name: "Make a link" }).click();
  const made = await chat.page.getByRole("textbox", { name: /the link of/i }).inputValue();
  await chat.page.goto(new URL(new URL(made).pathname, chat.page.url()).href);
  const shared = chat.page.getByRole("group", { name: / in NetBox$/ });
  await expect(shared).toContainText("Approved and carried out");
  await expect(shared).toContainText(name);
  await expect(shared.getByRole("button")).toHaveCount(0);
});
