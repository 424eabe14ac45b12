// Where something between page and server breaks WebSockets, the chat goes over Server-Sent Events, and nobody notices.
import type { BrowserContext, Page } from "@playwright/test";
import { expect, test } from "../fixtures.ts";
import { Chat } from "../chat.ts";

const LONG = "[[slow]] Which sites do we have in Ohio?";

// The browser itself reports each WebSocket that is refused.
test.beforeEach(({ expectedErrors }) => void expectedErrors.push(/WebSocket/));

/** What the page sends beside its stream. */
function commands(page: Page): string[] {
  const sent: string[] = [];
  page.on("request", (request) => {
    if (new URL(request.url()).pathname.startsWith("/events/chat/")) sent.push((request.postDataJSON() as { type: string }).type);
  });
  return sent;
}

/** The one answer is there once, and another page shows the same. */
async function isWhatAnotherPageShows(chat: Chat, context: BrowserContext, isMobile: boolean): Promise<void> {
  const shown = await chat.text();
  expect(shown).toHaveLength(1);
  const fresh = new Chat(await context.newPage(), chat.origin, isMobile);
  await fresh.open(new URL(chat.page.url()).pathname);
  expect(await fresh.text()).toEqual(shown);
}

test("a conversation works without WebSockets", async ({ plain, netbox, isMobile }) => {
  const sent = commands(plain.page);
  await plain.open();
  await plain.ask("How many sites do we have?");
  await expect(plain.answer).toContainText(String(await netbox.count("dcim/sites")));
  await expect(plain.page.locator(".connection-lost")).toBeHidden();
  expect(sent).toContain("send");

  // Typed as on every other page, one after the other: the second waits for the first.
  for (const question of [LONG, "How many racks do we have?"]) {
    await plain.composer.fill(question);
    if (isMobile) await plain.send.click();
    else await plain.composer.press("Enter");
    await expect(plain.composer).toHaveValue("");
  }
  await expect(plain.turns).toHaveCount(3, { timeout: 45_000 });
  await plain.finished();
  await expect(plain.answer).toContainText(String(await netbox.count("dcim/racks")));
});

test("stop and another wording work without WebSockets", async ({ plain, isMobile }) => {
  test.skip(isMobile, "the same on every screen");
  await plain.open();
  await plain.begin("[[slow]] Show me all devices in Cleveland");
  await expect(plain.stop).toBeVisible();
  await plain.page.waitForTimeout(800);
  await plain.stop.click();
  await plain.finished();
  await expect(plain.answer).toContainText(/stopped/i);
  await plain.answer.getByRole("button", { name: "Answer again" }).click();
  await expect(plain.stop).toBeVisible();
  await plain.stop.click();
  await plain.finished();
  await expect(plain.turns).toHaveCount(1);
});

test("a reload in the middle of an answer continues it without WebSockets", async ({ plain, context, isMobile }) => {
  await plain.open();
  await plain.begin(LONG);
  await expect(plain.page).toHaveURL(/\/c\//);
  await expect(plain.stop).toBeVisible();
  await plain.reload();
  await plain.finished();
  await isWhatAnotherPageShows(plain, context, isMobile);
});

test("a stream that is cut in the middle comes back without loss or repetition", async ({ plain, line, context, isMobile, expectedErrors }) => {
  expectedErrors.push(/events\/chat/);
  await plain.open();
  await plain.begin(LONG);
  await expect(plain.page).toHaveURL(/\/c\//);
  await expect(plain.stop).toBeVisible();
  for (let cut = 0; cut < 3; cut += 1) {
    await plain.page.waitForTimeout(400);
    line.cut();
  }
  await plain.finished();
  await isWhatAnotherPageShows(plain, context, isMobile);
});
