// What every test gets: a chat, the demo NetBox to compare with, and an eye on the browser. Any console error, any
// uncaught exception and any request to another origin fails the test, whatever else it checks.
import { type Page, test as base } from "@playwright/test";
import { Chat } from "./chat.ts";
import { Netbox } from "./netbox.ts";
import { addressOf, type Proxy, proxyBefore } from "./people.ts";

interface Fixtures {
  /** Who this test is to the servers: somebody else than every other. */
  person: string;
  /** The page of `serve --demo`. */
  chat: Chat;
  /** The page of a server whose model fails when a question asks it to. */
  faults: Chat;
  /** A proxy before the same server that lets no WebSockets through, and the page behind it. */
  line: Proxy;
  plain: Chat;
  /** The same of a server that counts nothing: for tests that do more in a minute than people do. */
  unlimited: Chat;
  /** The same, whose model answers at once unless it is asked to be slow. */
  instant: Chat;
  /** The page of a server with which people change a NetBox that is like the demo NetBox at first. */
  changing: Chat;
  /** The page of a server whose NetBox holds hostile texts. */
  hostile: Chat;
  netbox: Netbox;
  /** Console messages that this test provokes on purpose, such as the browser's own report of a broken connection. */
  expectedErrors: RegExp[];
  watched: void;
}

function watch(page: Page, expected: RegExp[], problems: string[]): void {
  const report = (problem: string) => expected.some((pattern) => pattern.test(problem)) || problems.push(problem);
  page.on("console", (message) => message.type() === "error" && report(`console: ${message.text()} (${message.location().url})`));
  page.on("pageerror", (error) => report(`uncaught: ${error.message}`));
  page.on("request", (request) => {
    const address = new URL(request.url());
    const own = address.hostname.endsWith(".localhost") || [process.env.SIGN_IN_ORIGIN, process.env.REAL_ORIGIN, process.env.HOSTILE_ORIGIN, process.env.CHANGING_ORIGIN].includes(address.origin);
    if (!own && !["data:", "blob:", "about:"].includes(address.protocol)) report(`request to another origin: ${address}`);
  });
}

export const test = base.extend<Fixtures>({
  person: async ({}, use, info) => use(`person-${info.testId}`),
  chat: async ({ page, person, isMobile }, use) => use(new Chat(page, addressOf(person, process.env.ORIGIN ?? ""), isMobile)),
  faults: async ({ page, person, isMobile }, use) => use(new Chat(page, addressOf(person, process.env.FAULTS_ORIGIN ?? ""), isMobile)),
  line: async ({}, use) => {
    const line = await proxyBefore(process.env.FAULTS_SERVER ?? "", false);
    await use(line);
    line.stop();
  },
  plain: async ({ page, person, line, isMobile }, use) => use(new Chat(page, addressOf(person, line.origin), isMobile)),
  unlimited: async ({ page, person, isMobile }, use) => use(new Chat(page, addressOf(person, process.env.UNLIMITED_ORIGIN ?? ""), isMobile)),
  instant: async ({ page, person, isMobile }, use) => use(new Chat(page, addressOf(person, process.env.INSTANT_ORIGIN ?? ""), isMobile)),
  changing: async ({ page, isMobile }, use) => use(new Chat(page, process.env.CHANGING_ORIGIN ?? "", isMobile)),
  hostile: async ({ page, isMobile }, use) => use(new Chat(page, process.env.HOSTILE_ORIGIN ?? "", isMobile)),
  netbox: async ({}, use) => use(new Netbox()),
  expectedErrors: async ({}, use) => use([]),
  watched: [
    async ({ context, expectedErrors }, use) => {
      const problems: string[] = [];
      context.on("page", (page) => watch(page, expectedErrors, problems));
      await use();
      if (problems.length > 0) throw new Error(`the browser reported:\n  ${problems.join("\n  ")}`);
    },
    { auto: true },
  ],
});

export { expect } from "@playwright/test";
