// The page itself: server-rendered, keyboard, themes, phone.
import { expect, test } from "../fixtures.ts";

test("the server renders the page before any script runs", async ({ browser, chat }) => {
  await chat.open();
  await chat.ask("How many sites do we have?");
  const storageState = await chat.page.context().storageState();
  const plain = await browser.newContext({ javaScriptEnabled: false, storageState });
  const page = await plain.newPage();
  await page.goto(chat.page.url());
  await expect(page.getByRole("log", { name: "Conversation" })).toContainText("How many sites do we have?");
  await page.goto(chat.origin);
  await expect(page.getByRole("textbox", { name: "Ask your NetBox" })).toBeVisible();
  await plain.close();
});

test("a calm banner says what is the demo's", async ({ chat }) => {
  await chat.open();
  const banner = chat.page.locator(".banner");
  await expect(banner).toContainText(/demo/i);
  await expect(banner).toContainText(/stand-in/i);
  await banner.locator("summary").click();
  await expect(banner).toContainText("NETBOX_URL=");
  await expect(banner).toContainText("ANTHROPIC_API_KEY=");
});

test("scripts run only from here, under a policy that says so", async ({ chat }) => {
  const answer = await chat.page.goto(chat.origin);
  const policy = answer?.headers()["content-security-policy"] ?? "";
  expect(policy).toContain("default-src 'none'");
  expect(policy).not.toContain("unsafe-inline");
  expect(policy).not.toMatch(/script-src[^;]*(\*|'unsafe-eval')/);
  await chat.hydrated();
});

test("everything can be done with the keyboard alone", async ({ chat, isMobile }) => {
  test.skip(isMobile, "a phone has no Tab key");
  const { page } = chat;
  await chat.open();
  await page.keyboard.press("Tab");
  await expect(page.getByRole("link", { name: /skip to/i })).toBeFocused();
  await chat.composer.focus();
  await page.keyboard.type("How many sites do we have?");
  await page.keyboard.press("Shift+Enter");
  await expect(chat.composer).toHaveValue("How many sites do we have?\n");
  await page.keyboard.press("Backspace");
  await page.keyboard.press("Enter");
  await chat.finished();
  await expect(chat.turns).toHaveCount(1);
  await expect(chat.composer).toBeFocused();
  await chat.toolGroup.focus();
  await page.keyboard.press("Enter");
  await expect(chat.toolGroup).toHaveAttribute("aria-expanded", "true");
});

test("the keyboard sheet opens with ? and closes with Escape", async ({ chat, isMobile }) => {
  test.skip(isMobile, "a phone has no such key");
  await chat.open();
  await chat.composer.blur();
  await chat.page.keyboard.press("?");
  const sheet = chat.page.getByRole("dialog", { name: "Keys" });
  await expect(sheet).toBeVisible();
  await chat.page.keyboard.press("Escape");
  await expect(sheet).toBeHidden();
});

test("Escape stops the answer and the up-arrow brings the question back", async ({ faults, isMobile }) => {
  test.skip(isMobile, "a phone has no such keys");
  await faults.open();
  await faults.begin("[[slow]] Show me all devices in Cleveland");
  await expect(faults.stop).toBeVisible();
  await faults.page.keyboard.press("Escape");
  await faults.finished();
  await expect(faults.answer).toContainText(/stopped/i);
  await faults.page.keyboard.press("ArrowUp");
  await expect(faults.composer).toHaveValue("[[slow]] Show me all devices in Cleveland");
});

test("an input method that composes does not send", async ({ chat, isMobile }) => {
  test.skip(isMobile, "Enter makes a new line there");
  await chat.open();
  await chat.composer.fill("東京のサイト");
  await chat.composer.dispatchEvent("keydown", { key: "Enter", code: "Enter", keyCode: 229, isComposing: true, bubbles: true });
  await expect(chat.composer).toHaveValue("東京のサイト");
  await expect(chat.turns).toHaveCount(0);
});

test("Enter makes a new line on a touch screen", async ({ chat, isMobile }) => {
  test.skip(!isMobile, "there is a keyboard");
  await chat.open();
  await chat.composer.fill("How many sites");
  await chat.composer.press("Enter");
  await expect(chat.composer).toHaveValue("How many sites\n");
});

test("the theme follows the system until it is chosen, and the choice survives", async ({ chat }) => {
  const background = () => chat.page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  await chat.page.emulateMedia({ colorScheme: "light" });
  await chat.open();
  const light = await background();
  await chat.page.emulateMedia({ colorScheme: "dark" });
  await expect.poll(background).not.toBe(light);
  const dark = await background();
  await chat.chooseTheme("Light");
  await expect.poll(background).toBe(light);
  await chat.reload();
  expect(await background()).toBe(light);
  await chat.chooseTheme("Dark");
  await chat.page.emulateMedia({ colorScheme: "light" });
  await expect.poll(background).toBe(dark);
});

test("nothing is wider than the screen", async ({ chat }) => {
  const overflow = () => chat.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  await chat.open();
  expect(await overflow()).toBeLessThanOrEqual(0);
  await chat.ask("List the devices in Cleveland");
  await chat.toolGroup.click();
  expect(await overflow()).toBeLessThanOrEqual(0);
});

test("the composer's text is large enough that a phone does not zoom", async ({ chat }) => {
  await chat.open();
  const size = await chat.composer.evaluate((element) => Number.parseFloat(getComputedStyle(element).fontSize));
  expect(size).toBeGreaterThanOrEqual(16);
});

test("the drawer opens, closes and gives the focus back", async ({ chat, isMobile }) => {
  test.skip(!isMobile, "the list is always there");
  await chat.open();
  await expect(chat.conversations).toBeHidden();
  await chat.showConversations();
  await expect(chat.page.getByRole("button", { name: "Close the list of conversations" })).toBeFocused();
  await chat.page.keyboard.press("Escape");
  await expect(chat.conversations).toBeHidden();
  await expect(chat.page.getByRole("button", { name: "Open the list of conversations" })).toBeFocused();
});
