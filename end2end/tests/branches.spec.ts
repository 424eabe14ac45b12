// A question is asked in another way beside the one it was; both can be shown, also after a reload and in another tab.
import { expect, test } from "../fixtures.ts";
import { Chat } from "../chat.ts";

async function edit(chat: Chat, question: string, text: string): Promise<void> {
  const turn = chat.turns.filter({ hasText: question });
  await turn.hover();
  await turn.getByRole("button", { name: "Edit question" }).click();
  await chat.page.getByRole("textbox", { name: "Edit question" }).fill(text);
}

test("a question is asked in another way, and what followed it comes back", async ({ chat, context, isMobile }) => {
  await chat.open();
  await chat.ask("How many sites do we have?");
  await chat.ask("And how many racks?");
  const whole = await chat.text();

  await edit(chat, "How many sites do we have?", "How many regions do we have?");
  await chat.page.getByRole("button", { name: "Ask", exact: true }).click();
  await expect(chat.turns).toHaveCount(1);
  await chat.finished();
  const versions = chat.transcript.getByRole("group", { name: "Versions of this question" });
  await expect(versions).toHaveText(/^2\D+2$/);
  await expect(versions.getByRole("button", { name: "Next version" })).toBeDisabled();
  const other = new Chat(await context.newPage(), chat.origin, isMobile);
  await other.open(new URL(chat.page.url()).pathname);
  await expect(other.turns).toHaveCount(1);

  await versions.getByRole("button", { name: "Previous version" }).click();
  await expect(chat.turns).toHaveCount(2);
  await expect(chat.transcript.getByRole("heading", { name: "How many sites do we have?" })).toBeFocused();
  await expect(versions).toHaveText(/^1\D+2$/);
  // Besides the versions it is what it was.
  const shown = await chat.text();
  expect(shown.map((turn) => turn.replace(/ 1\D{1,12}2 /, " "))).toEqual(whole);
  await expect(other.turns).toHaveCount(2);
  await chat.reload();
  await expect(chat.turns).toHaveCount(2);
  await expect(versions).toHaveText(/^1\D+2$/);
});

test("an edit can be left, and what was typed outlives a reload", async ({ chat }) => {
  await chat.open();
  await chat.ask("How many sites do we have?");
  await edit(chat, "How many sites do we have?", "How many sites are planned?");
  await chat.reload();
  await chat.turns.hover();
  await chat.turns.getByRole("button", { name: "Edit question" }).click();
  const field = chat.page.getByRole("textbox", { name: "Edit question" });
  await expect(field).toHaveValue("How many sites are planned?");
  await expect(field).toBeFocused();
  await field.press("Escape");
  await expect(field).toBeHidden();
  const heading = chat.transcript.getByRole("heading", { name: "How many sites do we have?" });
  await expect(heading).toBeFocused();
  await chat.turns.hover();
  await chat.turns.getByRole("button", { name: "Edit question" }).click();
  await expect(field).toHaveValue("How many sites do we have?");
  await field.fill("  ");
  await expect(chat.page.getByRole("button", { name: "Ask", exact: true })).toBeDisabled();
});

test("while an answer is written, the question stays as it is", async ({ faults }) => {
  await faults.open();
  await faults.begin("[[slow]] How many sites do we have?");
  await expect(faults.stop).toBeVisible();
  await expect(faults.page.getByRole("button", { name: "Edit question" })).toHaveCount(0);
  await faults.stop.click();
  await expect(faults.page.getByRole("button", { name: "Edit question" })).toHaveCount(1);
});

test("what is found on another branch is shown", async ({ chat }) => {
  await chat.open();
  await chat.ask("How many sites do we have?");
  const conversation = new URL(chat.page.url()).pathname;
  await edit(chat, "How many sites do we have?", "How many racks do we have?");
  await chat.page.getByRole("textbox", { name: "Edit question" }).press("Control+Enter");
  // Before it is taken, the question stands below the old turn.
  await expect(chat.transcript.getByRole("group", { name: "Versions of this question" })).toHaveText(/^2\D+2$/);
  await chat.finished();
  await chat.open("/");
  await chat.showConversations();
  await chat.conversations.getByRole("searchbox").fill("how many sites");
  await chat.conversations.locator(`.search-hit[href^="${conversation}#"]`).first().click();
  await expect(chat.transcript.getByRole("heading", { name: "How many sites do we have?" })).toBeFocused();
});
