// Whatever becomes of single frames, the page ends as one that was opened afterwards and saw nothing of it.
import { expect, test } from "../fixtures.ts";
import { Chat } from "../chat.ts";
import { BadLine, chances, type Fate, type Frame } from "../interference.ts";
import { shape } from "../shape.ts";

// Frames are told apart, not screens; and each of these takes long.
test.skip(({ isMobile }) => isMobile, "the same on every screen");
test.beforeEach(({ expectedErrors }) => void expectedErrors.push(/WebSocket/));

/** Waits until the page shows what a new one does of the same conversation, once that has come to its end. */
async function endsAsAFreshPage(chat: Chat, within: number): Promise<void> {
  const fresh = new Chat(await chat.page.context().newPage(), chat.origin);
  await fresh.open(new URL(chat.page.url()).pathname);
  await fresh.finished();
  await expect(fresh.page.getByRole("list", { name: "Asked next" })).toBeHidden();
  // A table that is fetched is drawn when it is there.
  await expect(fresh.transcript.locator("[aria-busy=true]")).toHaveCount(0);
  const expected = await shape(fresh.transcript);
  await expect(async () => expect(await shape(chat.transcript)).toEqual(expected)).toPass({ timeout: within });
  await fresh.page.close();
}

test("a conversation over a line that loses, repeats, swaps and cuts ends as it is", async ({ unlimited: chat, netbox }) => {
  test.setTimeout(600_000);
  const seed = Number(process.env.FRAMES_SEED ?? Math.floor(Math.random() * 2 ** 31));
  console.log(`FRAMES_SEED=${seed}`);
  test.info().annotations.push({ type: "FRAMES_SEED", description: String(seed) });
  const chance = chances(seed);
  const one = (fates: [Fate, number][]): Fate => {
    let left = chance();
    return fates.find(([, share]) => (left -= share) < 0)?.[0] ?? "pass";
  };
  // Only what may be sent twice is lost or repeated on its way to the server: a person sees that `stop` did nothing.
  const mayBeLost = (command: Frame) => ["send", "regenerate", "subscribe", "hello", "ping"].includes(command.type);
  const line = new BadLine(chat.page, {
    fromServer: () => one([["lose", 0.08], ["repeat", 0.08], ["late", 0.08], ["cut", 0.02]]),
    fromPage: (command) => (mayBeLost(command) ? one([["lose", 0.2], ["repeat", 0.1], ["late", 0.1]]) : "pass"),
  });
  await line.lay();
  line.looksEvery(600);
  await chat.open();
  const queue = chat.page.getByRole("list", { name: "Asked next" });
  const say = async (question: string) => {
    await chat.composer.fill(question);
    await chat.send.click();
  };
  const turn = (question: string) => chat.turns.filter({ has: chat.page.getByRole("heading", { name: question }) });
  const over = (question: string) => expect(turn(question).locator(".answer-footer")).toBeVisible({ timeout: 120_000 });

  await say("Show me all devices in Cleveland");
  await over("Show me all devices in Cleveland");
  // Breaks off in the middle again and again: what was shown is withdrawn, and in the end it fails.
  await say("[[cut]] How many sites do we have?");
  await over("[[cut]] How many sites do we have?");
  await expect(turn("[[cut]]").getByRole("alert")).toBeVisible();

  await say("[[slow]] Which sites do we have in Ohio?");
  await expect(chat.stop).toBeVisible();
  for (const question of ["How many racks do we have?", "How many prefixes do we have?"]) {
    await say(question);
    await expect(queue).toContainText(question);
  }
  // On a slow machine its turn may come before it can be taken back.
  await expect(async () => {
    if ((await turn("How many prefixes do we have?").count()) > 0) return;
    await queue.getByRole("listitem").filter({ hasText: "prefixes" }).getByRole("button", { name: /remove/i }).click({ timeout: 1_000 });
  }).toPass({ timeout: 120_000 });
  await expect(async () => {
    const stopped = turn("[[slow]] Which sites do we have in Ohio?").locator(".answer-footer");
    if (!(await stopped.isVisible())) await chat.stop.click({ timeout: 1_000 });
    await expect(stopped).toBeVisible({ timeout: 2_000 });
  }).toPass({ timeout: 120_000 });
  await over("How many racks do we have?");

  await say("[[slow]] Show me all devices in Cleveland");
  await expect(chat.stop).toBeVisible();
  await chat.composer.fill("[[unknown-tool]] How many sites do we have?");
  const interrupt = chat.page.getByRole("button", { name: "Interrupt", exact: true });
  await ((await interrupt.isVisible()) ? interrupt : chat.send).click();
  await over("[[unknown-tool]] How many sites do we have?");
  await say("[[slow]] How many sites do we have?");
  await over("[[slow]] How many sites do we have?");

  // The page may be told of the other answer all at once, when it is there: another one, that hears all, sees it written.
  const witness = new Chat(await chat.page.context().newPage(), chat.origin);
  await witness.open(new URL(chat.page.url()).pathname);
  await chat.answer.getByRole("button", { name: "Answer again" }).click();
  await expect(witness.stop).toBeVisible();
  await witness.finished();
  await witness.page.close();

  line.rest();
  await line.look();
  await expect(chat.answer).toContainText(String(await netbox.count("dcim/sites")));
  console.log(JSON.stringify(line.happened));
  await endsAsAFreshPage(chat, 60_000);
});

test("a cut after each event of the log loses nothing and repeats nothing", async ({ unlimited: chat }) => {
  test.setTimeout(300_000);
  const cuts: number[] = [];
  const line = new BadLine(chat.page, {
    fromServer: ({ seq }) => {
      if (seq === 0 || cuts.includes(seq)) return "pass";
      cuts.push(seq);
      return "cut";
    },
  });
  await line.lay();
  // Whoever has seen nothing yet gets all at once; then every event comes by itself.
  line.calm = true;
  await chat.open();
  await chat.ask("How many racks do we have?");
  line.calm = false;
  line.looksEvery(50);
  await chat.composer.fill("Which sites do we have in Ohio?");
  await chat.send.click();
  await expect(chat.turns).toHaveCount(2);
  await expect(chat.answer.locator(".answer-footer")).toBeVisible({ timeout: 120_000 });
  line.rest();
  await endsAsAFreshPage(chat, 30_000);
  cuts.sort((one, other) => one - other);
  expect(cuts.length).toBeGreaterThan(10);
  expect(cuts).toEqual(Array.from(cuts, (_, index) => cuts[0]! + index));
});

test("a reload at each kind of event goes on with the answer", async ({ unlimited: chat }) => {
  test.setTimeout(240_000);
  let wanted = "";
  let came = (): void => {};
  await chat.page.routeWebSocket(/\/ws\/chat/, (socket) => {
    const server = socket.connectToServer();
    let isHeld = false;
    // The page sees this event and none after it.
    server.onMessage((text) => {
      if (isHeld) return;
      socket.send(text);
      if ((JSON.parse(String(text)) as Frame).type === wanted) {
        isHeld = true;
        came();
      }
    });
  });
  await chat.open();
  await chat.ask("How many racks do we have?");
  const kinds = ["message", "run_start", "thinking", "tool_use", "tool_result", "text", "run_end"];
  for (const [number, kind] of kinds.entries()) {
    const seen = new Promise<void>((resolve) => (came = resolve));
    wanted = kind;
    await chat.begin("Which sites do we have in Ohio?");
    await seen;
    wanted = "";
    await chat.reload();
    await expect(chat.turns).toHaveCount(number + 2);
    await chat.finished();
  }
  await endsAsAFreshPage(chat, 30_000);
});

test("the end of an answer that is lost is noticed, though nothing follows it", async ({ unlimited: chat }) => {
  const lost = new Set<number>();
  let losing = false;
  const line = new BadLine(chat.page, {
    fromServer: (frame) => {
      losing ||= frame.type === "tool_result";
      if (!losing || frame.seq === 0 || lost.has(frame.seq)) return "pass";
      lost.add(frame.seq);
      return "lose";
    },
  });
  await line.lay();
  await chat.open();
  await chat.begin("Which sites do we have in Ohio?");
  await expect(chat.page).toHaveURL(/\/c\//);
  // The page pings every 20 seconds, whatever else it hears.
  await endsAsAFreshPage(chat, 60_000);
  expect(lost.size).toBeGreaterThan(1);
});
