// axe finds nothing in any state, in both themes; targets are large enough for a finger.
import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { expect, test } from "../fixtures.ts";

async function violations(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page })
    .withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"])
    .analyze();
  return violations.map((rule) => `${rule.id}: ${rule.help}\n${rule.nodes.map((node) => `    ${node.html}`).join("\n")}`);
}

for (const colorScheme of ["light", "dark"] as const) {
  test.describe(colorScheme, () => {
    test.use({ colorScheme });

    test("the empty conversation", async ({ chat }) => {
      await chat.open();
      expect(await violations(chat.page)).toEqual([]);
    });

    test("an answer, finished and with its queries open", async ({ chat }) => {
      await chat.open();
      await chat.ask("List the devices in Cleveland");
      expect(await violations(chat.page)).toEqual([]);
      await chat.toolGroup.click();
      for (const card of await chat.answer.locator("button[aria-expanded=false]").all()) await card.click();
      expect(await violations(chat.page)).toEqual([]);
    });

    test("an answer while it streams", async ({ faults }) => {
      await faults.open();
      await faults.begin("[[slow]] List the devices in Cleveland");
      await expect(faults.stop).toBeVisible();
      expect(await violations(faults.page)).toEqual([]);
    });

    test("a failed answer", async ({ faults }) => {
      await faults.open();
      await faults.ask("[[401]] How many sites do we have?");
      expect(await violations(faults.page)).toEqual([]);
    });

    test("an address that is none, and a conversation that is none", async ({ chat, expectedErrors }) => {
      expectedErrors.push(/404/);
      await chat.open("/no/such/page");
      expect(await violations(chat.page)).toEqual([]);
      await chat.open("/c/00000000-0000-7000-8000-000000000000");
      expect(await violations(chat.page)).toEqual([]);
    });

    test("the list of conversations", async ({ chat }) => {
      await chat.open();
      await chat.ask("How many sites do we have?");
      await chat.showConversations();
      expect(await violations(chat.page)).toEqual([]);
      await chat.conversations.getByRole("button", { name: /delete/i }).first().click();
      await expect(chat.page.getByRole("button", { name: "Undo" })).toBeVisible();
      expect(await violations(chat.page)).toEqual([]);
    });
  });
}

test("every target is at least 24 pixels large", async ({ chat }) => {
  await chat.open();
  await chat.ask("How many sites do we have?");
  await chat.toolGroup.click();
  const small = await chat.page.evaluate(() =>
    [...document.querySelectorAll("button, textarea, summary, a:not(p a, li a, td a)")]
      .map((element) => ({ element, box: element.getBoundingClientRect() }))
      .filter(({ element, box }) => box.width > 1 && element.checkVisibility() && (box.width < 24 || box.height < 24))
      .map(({ element, box }) => `${element.outerHTML.slice(0, 120)} ${Math.round(box.width)}x${Math.round(box.height)}`),
  );
  expect(small).toEqual([]);
});

test("the log itself is silent, and one region says what happens", async ({ chat }) => {
  await chat.open();
  await chat.ask("How many sites do we have?");
  await expect(chat.transcript).toHaveAttribute("aria-live", "off");
  await expect(chat.page.locator("[aria-live=polite], [role=status]").filter({ hasText: /answer/i }).first()).toBeAttached();
});
