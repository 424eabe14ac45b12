// A run is the server's: whatever happens to the page or its socket, the whole answer is there once.
import { expect, test } from "../fixtures.ts";
import { Chat } from "../chat.ts";

// Long enough at the stand-in's natural pace to be interrupted in the middle.
const LONG = "[[slow]] Which sites do we have in Ohio?";

test("a reload in the middle of an answer continues it", async ({ faults }) => {
  await faults.open();
  await faults.begin(LONG);
  await expect(faults.page).toHaveURL(/\/c\//);
  await expect(faults.stop).toBeVisible();
  await faults.page.waitForTimeout(700);
  await faults.reload();
  await expect(faults.stop).toBeVisible();
  await faults.finished();
  const continued = await faults.text();
  expect(continued).toHaveLength(1);
  // What was streamed across the reload equals what the server has.
  await faults.reload();
  expect(await faults.text()).toEqual(continued);
});

test("two tabs show the same conversation live", async ({ faults, context, isMobile }) => {
  await faults.open();
  await faults.begin(LONG);
  await expect(faults.page).toHaveURL(/\/c\//);
  const second = new Chat(await context.newPage(), faults.origin, isMobile);
  await second.open(new URL(faults.page.url()).pathname);
  await expect(second.stop).toBeVisible();
  await faults.finished();
  await second.finished();
  expect(await second.text()).toEqual(await faults.text());
  // And the other way round.
  await second.begin("How many sites do we have?");
  await expect(faults.turns).toHaveCount(2);
  await faults.finished();
  await second.finished();
  expect(await faults.text()).toEqual(await second.text());
});

test("a socket that is cut in the middle comes back without loss or repetition", async ({ faults, expectedErrors }) => {
  expectedErrors.push(/WebSocket/);
  let cuts = 0;
  await faults.page.routeWebSocket(/\/ws\/chat/, (socket) => {
    const server = socket.connectToServer();
    let frames = 0;
    const mine = cuts;
    server.onMessage((message) => {
      // The first two connections die after a dozen frames, in the middle of an answer.
      if (mine < 2 && ++frames > 12) {
        cuts = Math.max(cuts, mine + 1);
        void socket.close({ code: 4999, reason: "cut by the test" });
        void server.close();
        return;
      }
      socket.send(message);
    });
  });
  await faults.open();
  await faults.ask(LONG);
  expect(cuts).toBe(2);
  const shown = await faults.text();
  expect(shown).toHaveLength(1);
  await faults.page.unrouteAll();
  await faults.reload();
  expect(await faults.text()).toEqual(shown);
});

test("a question asked while offline is sent when the network is back", async ({ chat, context, netbox, expectedErrors }) => {
  expectedErrors.push(/ERR_INTERNET_DISCONNECTED|WebSocket/);
  // Chromium's offline switch leaves open sockets alone, so this one is closed and stays away while offline.
  let offline = false;
  const open: { close: (options?: { code?: number; reason?: string }) => Promise<void> }[] = [];
  await chat.page.routeWebSocket(/\/ws\/chat/, (socket) => {
    if (offline) return void socket.close({ code: 4998, reason: "offline" });
    socket.connectToServer();
    open.push(socket);
  });
  await chat.open();
  offline = true;
  await context.setOffline(true);
  for (const socket of open) await socket.close({ code: 4998, reason: "offline" });
  await chat.composer.fill("How many sites do we have?");
  await chat.send.click();
  await expect(chat.page.locator(".connection-lost")).toBeVisible();
  offline = false;
  await context.setOffline(false);
  await expect(chat.answer).toContainText(String(await netbox.count("dcim/sites")), { timeout: 45_000 });
  await chat.finished();
  await expect(chat.turns).toHaveCount(1);
});

test("leaving the page does not end the answer", async ({ faults }) => {
  await faults.open();
  await faults.begin(LONG);
  await expect(faults.page).toHaveURL(/\/c\//);
  const address = faults.page.url();
  await faults.page.goto("about:blank");
  await faults.page.waitForTimeout(1_000);
  await faults.page.goto(address);
  await faults.hydrated();
  await faults.finished();
  await expect(faults.turns).toHaveCount(1);
  await expect(faults.answer).not.toContainText(/interrupted|failed/i);
});
