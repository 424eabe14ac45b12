// A link to a conversation: made, opened, revoked, without a script of the chat's own.
import { expect, test } from "../fixtures.ts";

test("a conversation is shared by a link until that is revoked", async ({ chat, expectedErrors }) => {
  const { page } = chat;
  await chat.open();
  await chat.ask("Show me all sites");
  await page.getByRole("link", { name: "Share" }).click();
  await page.getByRole("button", { name: "Make a link" }).click();
  const address = page.getByRole("textbox", { name: /the link of/i });
  const made = await address.inputValue();
  expect(made).toMatch(/\/s\/[\w-]{43}$/);
  // The proxy of the tests has a name of its own for each person.
  const link = new URL(new URL(made).pathname, page.url()).href;
  await expect(page.getByText("It shows all of the conversation")).toBeVisible();

  await page.goto(link);
  await expect(page.getByRole("heading", { name: "Show me all sites", level: 2 })).toBeVisible();
  await expect(page.getByText(/^Shared by/)).toBeVisible();
  // The rows are there as they were, without anything being fetched for them.
  await expect(page.getByRole("group", { name: "Rows from NetBox" }).first().getByRole("row").nth(1)).toBeVisible();
  await expect(page.getByRole("textbox")).toHaveCount(0);

  await page.goBack();
  await page.getByRole("button", { name: /revoke/i }).click();
  await expect(page.getByRole("textbox")).toHaveCount(0);
  expectedErrors.push(/404/);
  const answer = await page.goto(link);
  expect(answer?.status()).toBe(404);
});
