// The transcript follows the answer until the person goes elsewhere, and leads back when asked.
import { expect, test } from "../fixtures.ts";

test.use({ contextOptions: { reducedMotion: "no-preference" } });

test("an answer is followed until somebody scrolls up, however slowly", async ({ faults, isMobile }) => {
  test.skip(isMobile, "a wheel is turned");
  await faults.page.setViewportSize({ width: 1280, height: 480 });
  await faults.open();
  await faults.ask("Show me all devices in Cleveland");
  const distance = () => faults.transcript.evaluate((log) => Math.round(log.scrollHeight - log.clientHeight - log.scrollTop));
  await expect.poll(distance).toBeLessThanOrEqual(1);

  await faults.begin("[[slow]] Which sites do we have in Ohio?");
  await expect(faults.toolGroup.first()).toBeVisible({ timeout: 30_000 });
  await expect.poll(distance).toBeLessThanOrEqual(1);
  await faults.transcript.hover();
  for (let turn = 0; turn < 10; turn++) {
    await faults.page.mouse.wheel(0, -20);
    await faults.page.waitForTimeout(40);
  }
  expect(await distance()).toBeGreaterThanOrEqual(150);
  const jump = faults.page.getByRole("button", { name: /jump to latest/i });
  await expect(jump).toBeVisible();
  await faults.finished();
  await expect(jump).toHaveText(/1 new/);
  await jump.click();
  await expect(jump).toBeHidden();
  await expect.poll(distance).toBeLessThanOrEqual(1);
});
