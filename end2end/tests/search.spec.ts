// Finding a conversation by its title and by what stands in it.
import { expect, test } from "../fixtures.ts";

test("titles are filtered at once, and what was said is found below them", async ({ chat }) => {
  const { page } = chat;
  await chat.open();
  await chat.ask("How many sites do we have?");
  const sites = page.url();
  await chat.open();
  await chat.ask("Which racks are there in Ohio?");
  await chat.showConversations();
  const field = chat.conversations.getByRole("searchbox", { name: "Search conversations" });
  const titles = chat.conversations.locator(".conversation-row");
  const hits = chat.conversations.locator(".search-hit");
  await expect(titles).toHaveCount(2);
  await field.fill("ohio");
  await expect(titles).toHaveCount(1);
  await expect(hits.first()).toContainText("Ohio");
  await expect(hits.first().locator("mark").first()).toHaveText(/ohio/i);

  await field.fill("how many sites");
  await expect(titles).toHaveCount(1);
  // Those of the words before stay until the new ones are there.
  await expect(hits.first()).toContainText("How many sites");
  await hits.first().focus();
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(new RegExp(`^${sites}#question-`));
  await expect(chat.transcript.getByRole("heading", { name: "How many sites do we have?" })).toBeFocused();

  await chat.showConversations();
  await field.fill("no such words anywhere");
  await expect(chat.conversations.getByText("Nothing found")).toBeVisible();
  await field.press("Escape");
  await expect(field).toHaveValue("");
  await expect(titles).toHaveCount(2);
  await expect(hits).toHaveCount(0);
});

test("a link to a turn opens there", async ({ chat }) => {
  const { page } = chat;
  await chat.open();
  for (const question of ["How many sites do we have?", "List all devices", "List all racks", "How many racks do we have?"]) {
    await chat.ask(question);
  }
  const first = chat.transcript.getByRole("heading", { name: "How many sites do we have?" });
  await expect(first).not.toBeInViewport();
  const id = await first.getAttribute("id");
  await chat.open();
  await chat.showConversations();
  await chat.conversations.getByRole("searchbox").fill("how many sites");
  await chat.conversations.locator(".search-hit").first().click();
  await expect(page).toHaveURL(new RegExp(`#${id}$`));
  await expect(first).toBeInViewport();
  await chat.reload();
  await expect(first).toBeInViewport();
});

test("a search that fails says so, and the next one works", async ({ chat, expectedErrors }) => {
  const { page } = chat;
  expectedErrors.push(/500/);
  await chat.open();
  await chat.ask("How many sites do we have?");
  await chat.showConversations();
  let fails = true;
  await page.route("**/api/search_conversations", (route) =>
    fails ? route.fulfill({ status: 500, body: "ServerError|The database does not answer" }) : route.continue(),
  );
  const field = chat.conversations.getByRole("searchbox", { name: "Search conversations" });
  await field.fill("sites");
  await expect(chat.conversations.getByText("The database does not answer")).toBeVisible();
  fails = false;
  await field.fill("how many");
  await expect(chat.conversations.locator(".search-hit").first()).toBeVisible();
});
