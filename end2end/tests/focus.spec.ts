// A control that takes itself away leaves the keyboard somewhere to go on, and what was missed while the connection
// was lost is caught up with.
import { expect, test } from "../fixtures.ts";
import { Chat } from "../chat.ts";

test("after undoing a deletion the keyboard is at the conversation that is back", async ({ chat, isMobile }) => {
  test.skip(isMobile, "on touch there is no place to keep");
  await chat.open();
  await chat.ask("How many sites do we have?");
  const row = chat.conversations.locator(".conversation-row").first();
  const address = await row.getByRole("link").getAttribute("href");
  await row.hover();
  await row.getByRole("button", { name: /^Delete/ }).click();
  await expect(chat.composer).toBeFocused();
  await chat.page.getByRole("button", { name: "Undo" }).press("Enter");
  await expect(chat.conversations.locator(`a[href="${address}"]`)).toBeFocused();
});

test("after taking questions back the keyboard is at the next one, then in the question field", async ({ faults, isMobile }) => {
  await faults.open();
  await faults.begin("[[slow]] Show me all devices in Cleveland");
  const queue = faults.page.getByRole("list", { name: "Asked next" });
  for (const question of ["How many racks do we have?", "How many prefixes do we have?"]) {
    await faults.composer.fill(question);
    await faults.send.click();
    await expect(queue).toContainText(question);
  }
  await queue.getByRole("button", { name: /racks/ }).press("Enter");
  await expect(queue.getByRole("button")).toHaveCount(1);
  await expect(queue.getByRole("button", { name: /prefixes/ })).toBeFocused();
  await queue.getByRole("button", { name: /prefixes/ }).press("Enter");
  await expect(queue).toBeHidden();
  await expect(isMobile ? faults.transcript : faults.composer).toBeFocused();
});

test("after trying again the keyboard is in the question field", async ({ faults, isMobile }) => {
  await faults.open();
  await faults.ask("[[401]] How many sites do we have?");
  await faults.answer.getByRole("button", { name: "Try again" }).press("Enter");
  await expect(isMobile ? faults.transcript : faults.composer).toBeFocused();
});

test("what ended while the connection was lost is not shown as running", async ({ faults, context, isMobile, expectedErrors }) => {
  expectedErrors.push(/WebSocket/, /events\/chat/);
  let away = false;
  const sockets: { close: (options?: { code?: number; reason?: string }) => Promise<void> }[] = [];
  await faults.page.routeWebSocket(/\/ws\/chat/, (socket) => {
    if (away) return void socket.close({ code: 4998, reason: "away" });
    socket.connectToServer();
    sockets.push(socket);
  });
  await faults.page.route(/\/events\/chat/, (route) => (away ? route.abort() : route.continue()));
  await faults.open();
  const other = new Chat(await context.newPage(), faults.origin, isMobile);
  await other.open();
  await other.begin("[[slow]] Which sites do we have in Ohio?");
  await faults.showConversations();
  const mark = faults.conversations.locator(".running-mark");
  await expect(mark).toHaveCount(1);
  away = true;
  for (const socket of sockets) await socket.close({ code: 4998, reason: "away" });
  await other.finished();
  await expect(mark).toHaveCount(1);
  away = false;
  await expect(mark).toHaveCount(0, { timeout: 45_000 });
});

test("a message says what happened and, apart from that, what to do", async ({ chat, isMobile, expectedErrors }) => {
  test.skip(isMobile, "the same on both");
  expectedErrors.push(/500/);
  await chat.open();
  await chat.ask("How many sites do we have?");
  await chat.page.route("**/api/rename_conversation", (route) =>
    route.fulfill({ status: 500, body: "ServerError|The store is full\nhint: free some space" }),
  );
  const row = chat.conversations.locator(".conversation-row").first();
  await row.hover();
  await row.getByRole("button", { name: /^Rename/ }).click();
  await chat.page.getByRole("textbox", { name: "Title" }).fill("Other");
  await chat.page.keyboard.press("Enter");
  const toast = chat.page.locator(".toast");
  await expect(toast.locator("p").first()).toHaveText("The title was not saved: The store is full");
  await expect(toast.locator(".toast-hint")).toHaveText("free some space");
});
