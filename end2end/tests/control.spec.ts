// Stopping, queueing, failing and trying again: the person keeps the upper hand and nothing is lost.
import { expect, test } from "../fixtures.ts";

test("stop ends the answer and keeps what was shown", async ({ faults }) => {
  await faults.open();
  await faults.begin("[[slow]] Show me all devices in Cleveland");
  await expect(faults.stop).toBeVisible();
  await faults.page.waitForTimeout(800);
  await faults.stop.click();
  await faults.finished();
  await expect(faults.answer).toContainText(/stopped/i);
  const kept = await faults.text();
  await faults.reload();
  expect(await faults.text()).toEqual(kept);
  // The conversation goes on as if nothing had happened.
  await faults.ask("How many sites do we have?");
  await expect(faults.turns).toHaveCount(2);
});

test("an endless loop of queries can be stopped", async ({ faults }) => {
  await faults.open();
  await faults.begin("[[endless]] How many sites do we have?");
  await expect(faults.answer.getByRole("button", { name: /quer(y|ies)/ }).first()).toBeVisible();
  await faults.stop.click();
  await faults.finished();
  await expect(faults.answer).toContainText(/stopped/i);
});

test("a question sent while an answer streams waits for its turn", async ({ faults, netbox, isMobile }) => {
  await faults.open();
  await faults.begin("[[slow]] How many sites do we have?");
  await expect(faults.stop).toBeVisible();
  await faults.composer.fill("How many racks do we have?");
  if (isMobile) await faults.send.click();
  else await faults.composer.press("Enter");
  await expect(faults.composer).toHaveValue("");
  await expect(faults.page.getByRole("list", { name: "Asked next" })).toContainText("How many racks do we have?");
  await expect(faults.turns).toHaveCount(2, { timeout: 45_000 });
  await faults.finished();
  await expect(faults.answer).toContainText(String(await netbox.count("dcim/racks")));
});

test("a question that waits can be taken back, and one can interrupt", async ({ faults, netbox }) => {
  await faults.open();
  await faults.begin("[[slow]] Show me all devices in Cleveland");
  await expect(faults.stop).toBeVisible();
  await faults.composer.fill("How many prefixes do we have?");
  await faults.send.click();
  const queue = faults.page.getByRole("list", { name: "Asked next" });
  await queue.getByRole("button", { name: /remove/i }).click();
  await expect(queue).toBeHidden();
  await faults.composer.fill("How many racks do we have?");
  await faults.page.getByRole("button", { name: "Interrupt" }).click();
  await expect(faults.turns).toHaveCount(2);
  await expect(faults.turns.first()).toContainText(/stopped/i);
  await faults.finished();
  await expect(faults.answer).toContainText(String(await netbox.count("dcim/racks")));
});

test("an overloaded model is tried again until it answers", async ({ faults, netbox }) => {
  await faults.open();
  // The stand-in fails twice for each question that asks it to, so every project asks another.
  await faults.ask(`[[overloaded]] How many sites ${test.info().project.name === "phone" ? "are there" : "do we have"}?`);
  await expect(faults.answer).toContainText(new RegExp(`\\b${await netbox.count("dcim/sites")}\\b`));
});

const failures: [marker: string, says: RegExp][] = [
  ["[[cut]]", /cut|broke|ended early|incomplete|broke off|interrupted/i],
  ["[[error-event]]", /overloaded|error|try again/i],
  ["[[401]]", /key/i],
  ["[[404]]", /model/i],
];
for (const [marker, says] of failures) {
  test(`${marker} is a clear message, and the page stays usable`, async ({ faults, netbox }) => {
    await faults.open();
    await faults.ask(`${marker} How many sites do we have?`);
    await expect(faults.answer.getByRole("alert")).toContainText(says);
    await expect(faults.answer.getByRole("button", { name: "Try again" })).toBeVisible();
    await faults.ask("How many racks do we have?");
    await expect(faults.answer).toContainText(String(await netbox.count("dcim/racks")));
  });
}

test("a refusal and an answer cut at the length limit are said to be that", async ({ faults }) => {
  await faults.open();
  await faults.ask("[[refuse]] How many sites do we have?");
  await expect(faults.answer).toContainText(/declined|refused/i);
  await faults.ask("[[max-tokens]] How many sites do we have?");
  await expect(faults.answer).toContainText(/length|limit/i);
});

test("a failed answer is asked for again in its place", async ({ faults }) => {
  await faults.open();
  await faults.ask("[[401]] How many sites do we have?");
  await faults.answer.getByRole("button", { name: "Try again" }).dblclick();
  await expect(faults.answer.getByRole("alert")).toBeVisible();
  await expect(faults.page.locator(".toast")).toHaveCount(0);
  await faults.finished();
  await expect(faults.turns).toHaveCount(1);
});

test("an answer can be asked for again", async ({ chat, netbox }) => {
  await chat.open();
  await chat.ask("How many sites do we have?");
  await chat.answer.getByRole("button", { name: "Answer again" }).click();
  await expect(chat.stop).toBeVisible();
  await chat.finished();
  await expect(chat.answer).toContainText(String(await netbox.count("dcim/sites")));
  await expect(chat.turns).toHaveCount(1);
});
