// Signing in with a NetBox user: the demo's people, and those of the real NetBox where there is one.
import { AxeBuilder } from "@axe-core/playwright";
import type { Browser, BrowserContext, Page } from "@playwright/test";
import { Chat } from "../chat.ts";
import { expect, test } from "../fixtures.ts";

const demo = process.env.SIGN_IN_ORIGIN ?? "";
const real = process.env.REAL_ORIGIN ?? "";

async function signIn(page: Page, name: string, password = name): Promise<void> {
  await page.getByRole("textbox", { name: "NetBox user name" }).fill(name);
  await page.getByRole("textbox", { name: "Password" }).fill(password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
}

/** Somebody at the start of the chat, signed in. */
async function somebody(page: Page, isMobile: boolean, name: string, origin = demo): Promise<Chat> {
  const chat = new Chat(page, origin, isMobile);
  await page.goto(origin);
  await expect(page).toHaveURL(`${origin}/sign-in`);
  await signIn(page, name);
  await expect(page).toHaveURL(`${origin}/`);
  await chat.hydrated();
  return chat;
}

/** The same person in another browser. */
async function elsewhere(browser: Browser, name: string): Promise<{ context: BrowserContext; page: Page }> {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(`${demo}/settings`);
  await signIn(page, name);
  await expect(page.getByRole("heading", { name: "Settings" })).toBeVisible();
  return { context, page };
}

/** Ends every session of this person but that of this page. */
async function endOthers(page: Page): Promise<void> {
  await page.goto(`${demo}/settings`);
  await page.getByRole("button", { name: "End all others" }).click();
  await expect(page.getByRole("status")).toContainText("ended");
}

async function count(chat: Chat): Promise<number> {
  await chat.ask("How many devices do we have?");
  return Number(/(\d+) device/.exec((await chat.answer.innerText()).replaceAll(",", ""))?.[1]);
}

test("each person gets the count that they may see, and nobody the other's", async ({ page, browser, isMobile, netbox }) => {
  const alice = await somebody(page, isMobile, "alice.nguyen");
  const context = await browser.newContext();
  const bola = await somebody(await context.newPage(), isMobile, "bola.okafor");
  expect(await count(alice)).toBe(await netbox.count("dcim/devices"));
  expect(await count(bola)).toBe(await netbox.count("dcim/devices", { site: "cle-01" }));
  await context.close();
});

test("people of the real NetBox get their own counts", async ({ page, browser, isMobile }) => {
  test.skip(!real, "no real NetBox is named by TEST_NETBOX_URL");
  const reader = await somebody(page, isMobile, "reader", real);
  const context = await browser.newContext();
  const viewer = await somebody(await context.newPage(), isMobile, "viewer", real);
  const [all, some] = [await count(reader), await count(viewer)];
  expect(some).toBeGreaterThan(0);
  expect(some).toBeLessThan(all);
  await context.close();
});

test("a wrong password is told, and the name need not be typed again", async ({ page, expectedErrors }) => {
  expectedErrors.push(/401/);
  await page.goto(`${demo}/sign-in?next=/settings`);
  await signIn(page, "alice.nguyen", "wrong");
  await expect(page.getByRole("alert")).toContainText("NetBox does not accept this user name and password");
  await expect(page.getByRole("textbox", { name: "NetBox user name" })).toHaveValue("alice.nguyen");
  await expect(page.getByRole("textbox", { name: "Password" })).toHaveValue("");
  await signIn(page, "alice.nguyen");
  await expect(page).toHaveURL(`${demo}/settings`);
  await expect(page.getByRole("main")).toContainText("Alice Nguyen");
});

test("signing in and out needs no script", async ({ browser }) => {
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(`${demo}/settings`);
  await expect(page).toHaveURL(`${demo}/sign-in?next=%2Fsettings`);
  await signIn(page, "alice.nguyen");
  await expect(page.getByRole("main")).toContainText("Alice Nguyen");
  await expect(page.getByRole("listitem").filter({ hasText: "This one" })).toHaveCount(1);
  await page.getByRole("button", { name: "Sign out" }).click();
  await expect(page).toHaveURL(`${demo}/sign-in`);
  await page.goto(demo);
  await expect(page).toHaveURL(`${demo}/sign-in`);
  await context.close();
});

test("the chat says who is signed in and leads to their pages and out", async ({ page, isMobile }) => {
  const chat = await somebody(page, isMobile, "alice.nguyen");
  await chat.showConversations();
  await expect(chat.conversations).toContainText("Alice Nguyen");
  await chat.conversations.getByRole("link", { name: "Settings" }).click();
  await expect(page.getByRole("heading", { name: "Settings" })).toBeVisible();
  await page.getByRole("link", { name: "Chat", exact: true }).click();
  await chat.hydrated();
  await chat.showConversations();
  await chat.conversations.getByRole("button", { name: "Sign out" }).click();
  // The page may hear of it from its socket first, and goes to the same place by itself.
  await expect(page).toHaveURL(/\/sign-in(\?next=%2F)?$/);
});

test("whoever is signed out elsewhere signs in again and finds the draft", async ({ page, browser, isMobile, expectedErrors }) => {
  test.skip(isMobile, "all sessions of one demo account are ended: one test at a time");
  expectedErrors.push(/401/, /WebSocket/);
  const chat = await somebody(page, isMobile, "divya.patel");
  await chat.ask("How many sites do we have?");
  const conversation = page.url();
  await chat.composer.fill("and the racks of");
  await page.waitForTimeout(600);
  const other = await elsewhere(browser, "divya.patel");
  await endOthers(other.page);
  await expect(page).toHaveURL(`${demo}/sign-in?next=${encodeURIComponent(new URL(conversation).pathname)}`);
  await signIn(page, "divya.patel");
  await expect(page).toHaveURL(conversation);
  await chat.hydrated();
  await expect(chat.composer).toHaveValue("and the racks of");
  await expect(chat.turns).toHaveCount(1);
  await other.context.close();
});

test("a question asked while the session ended is asked after signing in again", async ({ page, context, browser, isMobile, expectedErrors }) => {
  test.skip(isMobile, "all sessions of one demo account are ended: one test at a time");
  expectedErrors.push(/401/, /404/, /WebSocket/, /ERR_INTERNET_DISCONNECTED/);
  const chat = await somebody(page, isMobile, "carl.lindqvist");
  await context.setOffline(true);
  await chat.composer.fill("How many sites do we have?");
  await chat.send.click();
  const other = await elsewhere(browser, "carl.lindqvist");
  await endOthers(other.page);
  await context.setOffline(false);
  await expect(page).toHaveURL(/\/sign-in\?next=/, { timeout: 45_000 });
  await signIn(page, "carl.lindqvist");
  await chat.hydrated();
  await expect(chat.turns.filter({ hasText: "How many sites do we have?" })).toHaveCount(1, { timeout: 30_000 });
  await chat.finished();
  await other.context.close();
});

for (const colorScheme of ["light", "dark"] as const) {
  test(`axe finds nothing on the pages about a person, ${colorScheme}`, async ({ page, expectedErrors }) => {
    expectedErrors.push(/401/);
    await page.emulateMedia({ colorScheme });
    const look = async () => {
      const { violations } = await new AxeBuilder({ page }).analyze();
      expect(violations.map((rule) => `${rule.id}: ${rule.nodes.map((node) => node.html).join(" ")}`)).toEqual([]);
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      expect(overflow).toBeLessThanOrEqual(0);
    };
    await page.goto(`${demo}/sign-in?next=/settings`);
    await page.getByText("Use an API token instead").click();
    await look();
    await signIn(page, "bola.okafor", "wrong");
    await look();
    await signIn(page, "bola.okafor");
    await expect(page.getByRole("heading", { name: "Settings" })).toBeVisible();
    await look();
    // An admin by the settings of this server.
    await page.getByRole("link", { name: "People" }).click();
    await expect(page.getByRole("listitem").filter({ hasText: "netbox:bola.okafor" }).getByText("You", { exact: true })).toBeVisible();
    await look();
  });
}
