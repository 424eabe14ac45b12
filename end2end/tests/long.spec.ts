// A conversation of hundreds of turns is as quick to open and to use as a short one.
import { randomUUID } from "node:crypto";
import { expect, test } from "../fixtures.ts";
import type { Chat } from "../chat.ts";
import { askAll } from "../script.ts";
import { watchStrain } from "../strain.ts";

// A trace looks at every element after every key: it would be what is measured.
test.use({ trace: "off" });

/** How many turns are drawn at first: `STEP` of `components/chat_history/drawn.rs`. */
const STEP = 30;
const questions = [
  "How many sites do we have?",
  "Which sites do we have in Ohio?",
  "Show me all devices in Cleveland",
  "How many racks do we have?",
  "List all racks in Ohio",
];

/** Makes a conversation of so many turns. */
async function converse(chat: Chat, turns: number): Promise<string> {
  const conversation = randomUUID();
  await askAll(chat.page, chat.origin, conversation, Array.from({ length: turns }, (_, index) => questions[index % questions.length]!));
  return `/c/${conversation}`;
}

/** Opens it and waits for the tables. */
async function open(chat: Chat, path: string): Promise<void> {
  await chat.open(path);
  await expect(chat.transcript.locator("[aria-busy=true]")).toHaveCount(0);
}

const earlier = (chat: Chat) => chat.page.getByRole("button", { name: "Show earlier" });

test("300 turns are as quick to open and to write under as a few", async ({ instant: chat, isMobile }) => {
  test.skip(isMobile, "it takes long, and screens make no difference");
  test.setTimeout(240_000);
  const path = await converse(chat, 300);
  let tables = 0;
  chat.page.on("request", (request) => void (request.url().endsWith("/api/result_page") && (tables += 1)));
  const began = Date.now();
  await open(chat, path);
  const opened = Date.now() - began;
  await expect(chat.turns).toHaveCount(STEP);
  await expect(earlier(chat)).toHaveText(`Show earlier: ${300 - STEP} questions`);
  expect(tables).toBeLessThanOrEqual(STEP);

  await chat.begin("[[slow]] Show me all devices in Cleveland");
  await expect(chat.toolGroup.first()).toBeVisible({ timeout: 45_000 });
  const strain = await watchStrain(chat.page);
  const typed = "Which of those are not active?";
  await chat.composer.pressSequentially(typed, { delay: 60 });
  await expect(chat.answer.locator(".markdown").first()).not.toBeEmpty({ timeout: 60_000 });
  const { longTasks, keys, elsewhere, inLastTurn } = await strain();
  await expect(chat.composer).toHaveValue(typed);
  const elements = await chat.page.evaluate(() => document.querySelectorAll("*").length);
  // How long things took is told and not judged: it depends on the machine more than on the page.
  const figures = { opened, elements, tables, longTasks: longTasks.map(Math.round), slowestKey: Math.max(0, ...keys), inLastTurn };
  console.log(JSON.stringify(figures));
  test.info().annotations.push({ type: "figures", description: JSON.stringify(figures) });
  expect(elements).toBeLessThan(10_000);
  // What streams changes its own turn and nothing above it.
  expect(elsewhere).toEqual([]);
  expect(inLastTurn).toBeGreaterThan(0);
});

test("earlier turns come when they are asked for, and what is seen stays where it is", async ({ instant: chat }) => {
  const { page } = chat;
  const turns = 2 * STEP + 10;
  const path = await converse(chat, turns);
  await open(chat, path);
  await expect(chat.turns).toHaveCount(STEP);
  await expect(earlier(chat)).toHaveText(`Show earlier: ${turns - STEP} questions`);
  await earlier(chat).focus();
  const first = chat.turns.first().locator(".question");
  const seen = page.locator(`#${await first.getAttribute("id")}`);
  const top = () => seen.evaluate((heading) => Math.round(heading.getBoundingClientRect().top));
  const before = await top();
  await page.keyboard.press("Enter");
  await expect(chat.turns).toHaveCount(2 * STEP);
  await expect(seen).toBeFocused();
  await expect(chat.transcript.locator("[aria-busy=true]")).toHaveCount(0);
  await expect.poll(async () => Math.abs((await top()) - before)).toBeLessThanOrEqual(2);

  await earlier(chat).click();
  await expect(chat.turns).toHaveCount(turns);
  await expect(earlier(chat)).toBeHidden();
  const oldest = await first.getAttribute("id");

  // Whoever asks is led back to the end, and what was shown above it is not kept in the page.
  await chat.ask("How many sites do we have?");
  await expect(chat.turns).toHaveCount(STEP);
  const distance = () => chat.transcript.evaluate((log) => Math.round(log.scrollHeight - log.clientHeight - log.scrollTop));
  await expect.poll(distance).toBeLessThanOrEqual(1);

  // A link leads to a turn that would not be drawn.
  await page.goto("about:blank");
  await chat.open(`${path}#${oldest}`);
  await expect(page.locator(`#${oldest}`)).toBeFocused();
  await expect(page.locator(`#${oldest}`)).toBeInViewport();
});
