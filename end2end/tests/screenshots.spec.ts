// Takes the pictures of the README (make screenshots); otherwise there is nothing to do here.
import path from "node:path";
import { Chat } from "../chat.ts";
import { test } from "../fixtures.ts";
import { addressOf } from "../people.ts";

const folder = path.resolve(import.meta.dirname, "../../docs/images");

test.skip(!process.env.SCREENSHOTS, "pictures are taken by 'make screenshots'");

// Who is seen in the rail; a phone's is not seen, and has a list of its own all the same.
const people = { light: ["anna", "ana"], dark: ["ben", "benjamin"] };

for (const colorScheme of ["light", "dark"] as const) {
  test(`a conversation, ${colorScheme}`, async ({ browser, isMobile }) => {
    const context = await browser.newContext({
      ...test.info().project.use,
      baseURL: undefined,
      colorScheme,
      viewport: isMobile ? { width: 390, height: 844 } : { width: 1280, height: 800 },
      deviceScaleFactor: 2,
    });
    const page = await context.newPage();
    const person = people[colorScheme][isMobile ? 1 : 0]!;
    const pictured = new Chat(page, addressOf(person, process.env.ORIGIN ?? ""), isMobile);
    await pictured.open();
    await pictured.ask("Which sites do we have in Ohio?");
    await page.screenshot({ path: path.join(folder, `${isMobile ? "phone" : "desktop"}-${colorScheme}.png`), animations: "disabled" });
    await context.close();
  });
}
