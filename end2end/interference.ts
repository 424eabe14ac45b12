// A bad line between page and server: it loses, repeats and swaps whole frames and cuts the socket between two of them.
// (TCP does none of the first three. A proxy, an extension or a fault of ours may.)
import type { Page, WebSocketRoute } from "@playwright/test";

export interface Frame {
  type: string;
  seq: number;
  [field: string]: unknown;
}

/** What happens to a frame. A late one comes after the next, or after a while where none comes. */
export type Fate = "pass" | "lose" | "repeat" | "late" | "cut";

/** Decides about frames of the server and of the page. */
export interface Weather {
  fromServer(frame: Frame): Fate;
  fromPage?(command: Frame): Fate;
}

/** How long a late frame waits for another one, in milliseconds. */
const LATE = 120;

export class BadLine {
  /** Everything passes from now on. */
  calm = false;
  /** How often something happened to frames. */
  readonly happened: Record<Fate, number> = { pass: 0, lose: 0, repeat: 0, late: 0, cut: 0 };
  private visits: NodeJS.Timeout | undefined;

  constructor(
    readonly page: Page,
    readonly weather: Weather,
  ) {}

  async lay(): Promise<void> {
    await this.page.routeWebSocket(/\/ws\/chat/, (socket) => {
      const server = socket.connectToServer();
      const cut = () => {
        this.happened.cut += 1;
        void socket.close({ code: 4999, reason: "cut by the test" });
        void server.close();
      };
      const toPage = new Direction(socket, cut);
      const toServer = new Direction(server, cut);
      server.onMessage((text) => toPage.carry(String(text), this.fate((frame) => this.weather.fromServer(frame), text)));
      socket.onMessage((text) => toServer.carry(String(text), this.fate((frame) => this.weather.fromPage?.(frame) ?? "pass", text)));
    });
  }

  /** The page is looked at again and again: it then asks at once whether its connection is what it seems. */
  looksEvery(milliseconds: number): void {
    this.visits = setInterval(() => void this.look().catch(() => {}), milliseconds);
  }

  async look(): Promise<void> {
    await this.page.evaluate(() => window.dispatchEvent(new Event("online")));
  }

  rest(): void {
    this.calm = true;
    clearInterval(this.visits);
  }

  private fate(decide: (frame: Frame) => Fate, text: string | Buffer): Fate {
    const fate = this.calm ? "pass" : decide(JSON.parse(String(text)) as Frame);
    if (fate !== "cut") this.happened[fate] += 1;
    return fate;
  }
}

/** One direction of one socket. */
class Direction {
  private waiting: string[] = [];
  private ended = false;

  constructor(
    private readonly to: WebSocketRoute,
    private readonly cut: () => void,
  ) {}

  /** A cut comes after its frame. */
  carry(text: string, fate: Fate): void {
    if (this.ended) return;
    if (fate === "late") {
      this.waiting.push(text);
      setTimeout(() => this.flush(), LATE);
      return;
    }
    if (fate !== "lose") this.to.send(text);
    if (fate === "repeat") this.to.send(text);
    this.flush();
    if (fate === "cut") {
      this.ended = true;
      this.cut();
    }
  }

  private flush(): void {
    if (!this.ended) for (const text of this.waiting.splice(0)) this.to.send(text);
  }
}

/** Numbers from 0 up to 1 that are the same for the same seed (mulberry32). */
export function chances(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
