import { defineConfig } from "@playwright/test";

// Debian's Chromium: Playwright's own browsers are downloads, and this one gets security updates with the system.
const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";

export default defineConfig({
  testDir: "tests",
  globalSetup: "./servers.ts",
  fullyParallel: true,
  // Most of a test is waiting for words that come at the pace of a model.
  workers: 3,
  // A flaky test is a failed test.
  retries: 0,
  forbidOnly: true,
  // What is waited for comes in a moment; on a machine that does ten things at once, and before the real NetBox, in many.
  timeout: 150_000,
  expect: { timeout: 30_000 },
  reporter: "list",
  use: {
    browserName: "chromium",
    locale: "en-GB",
    timezoneId: "Europe/Berlin",
    // Drawn by software, what moves takes two fifths of the processor. What depends on motion asks for it (scroll.spec.ts).
    contextOptions: { reducedMotion: "reduce" },
    trace: "retain-on-failure",
    screenshot: "only-on-failure",
    // What cannot be done is named, before the test as a whole is over.
    actionTimeout: 30_000,
    navigationTimeout: 30_000,
    launchOptions: {
      executablePath,
      args: [
        // Tests may run as root in a container, where Chromium's sandbox does not start.
        ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    },
  },
  projects: [
    { name: "desktop", use: { viewport: { width: 1440, height: 900 } } },
    {
      name: "phone",
      use: { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true },
    },
  ],
});
