// The page as a person uses it: found by roles and names, as assistive technology finds things.
import { expect, type Locator, type Page } from "@playwright/test";

export class Chat {
  constructor(
    readonly page: Page,
    readonly origin: string,
    readonly phone: boolean = false,
  ) {}

  get composer(): Locator {
    return this.page.getByRole("textbox", { name: "Ask your NetBox" });
  }
  get send(): Locator {
    return this.page.getByRole("button", { name: "Send", exact: true });
  }
  get stop(): Locator {
    return this.page.getByRole("button", { name: "Stop", exact: true });
  }
  get transcript(): Locator {
    return this.page.getByRole("log", { name: "Conversation" });
  }
  /** A question with its answer. */
  get turns(): Locator {
    return this.transcript.locator("article.turn:not(.turn-pending)");
  }
  /** The newest answer, without its question. */
  get answer(): Locator {
    return this.turns.last().locator(".answer");
  }
  get startingQuestions(): Locator {
    return this.page.locator(".starting-questions").getByRole("link");
  }
  get toolGroup(): Locator {
    return this.answer.getByRole("button", { name: /quer(y|ies)/ });
  }
  get conversations(): Locator {
    return this.page.getByRole("navigation", { name: "Conversations" });
  }

  /** Opens a page and waits until WebAssembly has taken it over. */
  async open(path = "/"): Promise<void> {
    await this.page.goto(this.origin + path);
    await this.hydrated();
  }

  async hydrated(): Promise<void> {
    await expect(this.page.locator("body[data-hydrated]")).toBeAttached();
  }

  async reload(): Promise<void> {
    await this.page.reload();
    await this.hydrated();
  }

  /** Types and sends, and waits until the question stands in the transcript. */
  async begin(question: string): Promise<void> {
    await this.composer.fill(question);
    await this.send.click();
    await expect(this.turns.filter({ hasText: question }).last()).toBeVisible();
  }

  /** The newest answer has ended, however it did. */
  async finished(): Promise<void> {
    await expect(this.answer.locator(".answer-footer")).toBeVisible({ timeout: 90_000 });
    await expect(this.stop).toBeHidden({ timeout: 90_000 });
    await expect(this.transcript).not.toHaveAttribute("aria-busy", "true");
  }

  /** Asks and waits for the whole answer. */
  async ask(question: string): Promise<void> {
    await this.begin(question);
    await this.finished();
  }

  /** The list of conversations, which on a phone is in a drawer. */
  async showConversations(): Promise<void> {
    if (this.phone) await this.page.getByRole("button", { name: "Open the list of conversations" }).click();
    await expect(this.conversations).toBeVisible();
  }

  /** Chooses a theme, on a phone in the drawer. */
  async chooseTheme(name: "System" | "Light" | "Dark"): Promise<void> {
    await this.showConversations();
    const choice = this.page.getByRole("button", { name: name === "System" ? "Theme of the system" : `${name} theme` });
    await choice.click();
    await expect(choice).toHaveAttribute("aria-pressed", "true");
    if (this.phone) await this.page.keyboard.press("Escape");
  }

  /** The text of every turn as it is seen, without what changes by itself (durations, times). */
  async text(): Promise<string[]> {
    const turns = await this.turns.allInnerTexts();
    return turns.map((turn) => turn.replace(/\d+(\.\d+)? (m?s|min)\b/g, "…").replace(/\s+/g, " ").trim());
  }
}
