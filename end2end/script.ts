// Asks over a socket as a script does, one question after the other, without a page that shows it.
import type { Page } from "@playwright/test";

/** How many questions are asked until the model forgets them: it should not have to read hundreds. */
const REMEMBERED = 10;

/** Asks all in this conversation, which it makes. */
export async function askAll(page: Page, origin: string, conversation: string, questions: string[]): Promise<void> {
  // A page without a script, and from where a socket may be opened.
  await page.goto(`${origin}/usage`);
  await page.evaluate(
    async ({ conversation, questions, remembered }) => {
      const socket = new WebSocket(`${location.origin.replace(/^http/, "ws")}/ws/chat`);
      await new Promise((resolve, reject) => ((socket.onopen = resolve), (socket.onclose = reject)));
      for (const [index, text] of questions.entries()) {
        await new Promise<void>((resolve, reject) => {
          socket.onclose = () => reject(new Error("the socket was closed"));
          socket.onmessage = ({ data }) => {
            const frame = JSON.parse(data);
            if (frame.type === "error") reject(new Error(data));
            if (frame.completed) resolve();
          };
          if (index > 0 && index % remembered === 0) socket.send(JSON.stringify({ type: "reset", conversation }));
          socket.send(JSON.stringify({ type: "send", conversation, text }));
        });
      }
      socket.onclose = null;
      socket.close();
    },
    { conversation, questions, remembered: REMEMBERED },
  );
}
