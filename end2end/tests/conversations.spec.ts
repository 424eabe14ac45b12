// A person's conversations and drafts.
import { expect, test } from "../fixtures.ts";
import { addressOf } from "../people.ts";

test("a conversation is listed, renamed, deleted and brought back", async ({ chat }) => {
  const { page } = chat;
  await chat.open();
  await chat.ask("How many sites do we have?");
  await chat.showConversations();
  const items = chat.conversations.getByRole("listitem");
  await expect(items).toHaveCount(1);

  await items.first().getByRole("button", { name: /rename/i }).click();
  const title = page.getByRole("textbox", { name: "Title" });
  await title.fill("Not this one");
  await title.press("Escape");
  await expect(items.first()).toContainText("How many sites do we have?");
  await items.first().getByRole("button", { name: /rename/i }).click();
  await title.fill("Sites of the company");
  await title.press("Enter");
  await expect(items.first()).toContainText("Sites of the company");
  await chat.reload();
  await chat.showConversations();
  await expect(items.first()).toContainText("Sites of the company");

  await items.first().getByRole("button", { name: /delete/i }).click();
  await expect(chat.conversations.getByText("Sites of the company")).toHaveCount(0);
  await page.getByRole("button", { name: /undo/i }).click();
  if (chat.phone) await chat.showConversations();
  await expect(items.first()).toContainText("Sites of the company");
});

test("conversations are opened from the list", async ({ chat }) => {
  await chat.open();
  await chat.ask("How many sites do we have?");
  const first = chat.page.url();
  await chat.open();
  await expect(chat.startingQuestions.first()).toBeVisible();
  await chat.ask("How many racks do we have?");
  await chat.showConversations();
  await expect(chat.conversations.getByRole("listitem")).toHaveCount(2);
  await chat.conversations.getByRole("link", { name: /sites/i }).click();
  await expect(chat.page).toHaveURL(first);
  await expect(chat.transcript).toContainText("How many sites do we have?");
  await expect(chat.transcript).not.toContainText("How many racks do we have?");
  await chat.page.goBack();
  await expect(chat.transcript).toContainText("How many racks do we have?");
});

test("another person does not see them", async ({ chat, browser, person }) => {
  await chat.open();
  await chat.ask("How many sites do we have?");
  const stranger = await browser.newContext();
  const page = await stranger.newPage();
  await page.goto(addressOf(`not-${person}`, process.env.ORIGIN ?? "") + new URL(chat.page.url()).pathname);
  await expect(page.getByText("There is no such conversation")).toBeVisible();
  await expect(page.getByText("How many sites do we have?")).toHaveCount(0);
  await stranger.close();
});

test("a draft survives a reload, one for each conversation", async ({ chat }) => {
  await chat.open();
  await chat.ask("How many sites do we have?");
  await chat.composer.fill("and the racks of");
  await chat.page.waitForTimeout(600);
  await chat.reload();
  await expect(chat.composer).toHaveValue("and the racks of");
  await chat.open();
  await expect(chat.composer).toHaveValue("");
});

test("an unknown conversation says so and offers a new one", async ({ chat, expectedErrors }) => {
  expectedErrors.push(/404/);
  await chat.open("/c/00000000-0000-7000-8000-000000000000");
  await expect(chat.page.getByRole("main").getByRole("alert")).toContainText(/conversation/i);
  await chat.page.getByRole("main").getByRole("link", { name: "New conversation" }).click();
  await expect(chat.startingQuestions.first()).toBeVisible();
});

test("an unknown address says so", async ({ chat, expectedErrors }) => {
  expectedErrors.push(/404/);
  const answer = await chat.page.goto(`${chat.origin}/no/such/page`);
  expect(answer?.status()).toBe(404);
  await expect(chat.page.getByRole("heading", { name: /nothing at this address/i })).toBeVisible();
  await chat.page.getByRole("link", { name: "Ask your NetBox" }).click();
  await expect(chat.composer).toBeVisible();
});
