// A conversation by script: the page's socket and its results are played by the test, so that every state can be
// looked at, the ones that real servers rarely get into too. Everything else is the real program.
import type { Page, WebSocketRoute } from "@playwright/test";

export interface Cell {
  text: string;
  link?: string;
}
export interface Column {
  name: string;
  kind: "text" | "identifier" | "number" | "status" | "time";
}
export interface ScriptedResult {
  title: string;
  columns: Column[];
  rows: Cell[][];
  /** How many there are in NetBox, where it is more than are kept. */
  total?: number;
  page?: string;
  picture?: unknown;
}

/** One change of a plan, as far as a test says what it is. */
export interface ScriptedChange {
  action: "create" | "update" | "delete";
  kind?: string;
  object: string;
  link?: string;
  fields?: { field: string; before: string; after: string }[];
  body?: unknown;
}

type Fields = Record<string, unknown>;

export class Scripted {
  private socket?: WebSocketRoute;
  private seq = 0;
  private conversation = "";
  private parts = 0;
  private approvals = 0;
  private readonly asked: Promise<void>;
  private heard: () => void = () => {};
  /** What was asked of `result_page`, oldest first. */
  readonly queries: Fields[] = [];
  /** The words that were said to plans, oldest first. */
  readonly words: Fields[] = [];
  /** What `result_page` answers instead of rows, while it is set. */
  failure?: { status: number; body: string };

  constructor(
    readonly page: Page,
    readonly results: Record<string, ScriptedResult> = {},
  ) {
    this.asked = new Promise((resolve) => (this.heard = resolve));
  }

  async start(): Promise<this> {
    await this.page.routeWebSocket(/\/ws\/chat/, (socket) => {
      this.socket = socket;
      this.tell({ type: "connected", protocol: 1, maximum_frame_bytes: 262144, deployment: { version: "1", netbox: { url: "", demo: true }, model: { id: "scripted", stand_in: false } } });
      socket.onMessage((text) => this.obey(JSON.parse(String(text))));
    });
    await this.page.route("**/api/result_page", async (route) => {
      const asked = route.request().postDataJSON();
      this.queries.push(asked);
      if (this.failure) return route.fulfill(this.failure);
      return route.fulfill({ json: this.answer(asked.handle, asked.query) });
    });
    return this;
  }

  private obey(command: Fields): void {
    if (command.type === "ping") this.tell({ type: "pong" });
    if (command.type === "approve") this.words.push(command);
    if (command.type !== "send") return;
    this.conversation = String(command.conversation);
    this.tell({ type: "ack", id: command.id, message: "m1", duplicate: false });
    this.log({ type: "message", message: "m1", command: command.id, asked_at: Date.now(), fresh_context: false }, String(command.text));
    this.log({ type: "run_start", run: "run1", message: "m1", model: "claude-haiku-5-5", stand_in: false, started_at: Date.now() });
    this.heard();
  }

  private answer(handle: string, query: { offset: number; limit: number; ordering: string; search: string }): Fields {
    const { title, columns, rows, page, picture, total } = this.results[handle] ?? { title: "", columns: [], rows: [] };
    const found = query.search ? rows.filter((row) => row.some((cell) => cell.text.toLowerCase().includes(query.search.toLowerCase()))) : [...rows];
    const name = query.ordering.replace(/^-/, "");
    const place = columns.findIndex((column) => column.name === name);
    if (place >= 0) {
      const sign = query.ordering.startsWith("-") ? -1 : 1;
      found.sort((one, other) => sign * one[place]!.text.localeCompare(other[place]!.text, "en", { numeric: true }));
    }
    const limit = query.limit || 50;
    return { title, columns, rows: found.slice(query.offset, query.offset + limit), offset: query.offset, matching: found.length, kept: rows.length, total: total ?? rows.length, page, picture };
  }

  private tell(fields: Fields): void {
    this.socket?.send(JSON.stringify({ seq: 0, content: "", completed: false, ...fields }));
  }

  private log(fields: Fields, content = "", completed = false): void {
    this.seq += 1;
    this.socket?.send(JSON.stringify({ seq: this.seq, conversation: this.conversation, content, completed, ...fields }));
  }

  /** The question was asked and its run has begun. */
  async begun(): Promise<void> {
    await this.asked;
  }

  thinks(text: string): void {
    this.log({ type: "thinking", run: "run1", part: this.parts++, offset: 0 }, text);
  }

  calls(title: string, handle?: string): () => void {
    const call = `call-${this.parts}`;
    this.log({ type: "tool_use", run: "run1", part: this.parts++, call, name: "netbox_get_objects", input: { object_type: "dcim.device", limit: 100 } }, title);
    return () => {
      const result = handle ? this.results[handle] : undefined;
      const reference = result && { handle, title: result.title, total: result.total ?? result.rows.length, picture: Boolean(result.picture) };
      const request = { method: "GET", url: "https://netbox.example.com/api/dcim/devices/?site=cle-01&limit=100", status: 200, milliseconds: 84, bytes: 48_211, total: result?.rows.length, returned: result?.rows.length };
      this.log({ type: "tool_result", run: "run1", call, outcome: { is_error: false, summary: `${result?.rows.length ?? 0} rows`, milliseconds: 112, requests: [request], result: reference } });
    };
  }

  /** A call makes a plan that waits for its person's word: the first is `a1`. */
  plans(reason: string, changes: ScriptedChange[], expiresIn = 14.5 * 60_000): void {
    const call = `call-${this.parts}`;
    const planned = changes.map(({ action, kind = "device", object, link, fields = [], body }, place) => ({
      action, kind, object, link, fields,
      method: { create: "POST", update: "PATCH", delete: "DELETE" }[action],
      path: `/api/dcim/devices/${action === "create" ? "" : `${place + 1}/`}`,
      body: body ?? { ...Object.fromEntries(fields.map(({ field, after }) => [field, after])), changelog_message: reason },
    }));
    this.log({ type: "tool_use", run: "run1", part: this.parts++, call, name: "netbox_change", input: {} }, "Change objects");
    this.log({ type: "approval", run: "run1", call, approval: `a${++this.approvals}`, digest: `d${this.approvals}`, plan: { reason, changes: planned }, expires_at: Date.now() + expiresIn });
  }

  decides(decision: "approved" | "rejected" | "expired" | "withdrawn"): void {
    this.log({ type: "decided", run: "run1", approval: `a${this.approvals}`, decision });
  }

  carriesOut(status: number, more: Fields = {}): void {
    this.log({ type: "applied", run: "run1", approval: `a${this.approvals}`, applied: { status, ...more } });
  }

  /** The call that made the plan ends. */
  concludes(summary: string): void {
    this.log({ type: "tool_result", run: "run1", call: `call-${this.parts - 1}`, outcome: { is_error: false, summary, milliseconds: 112, requests: [] } });
  }

  /** A command is refused, as one without an id is. */
  refuses(problem: Fields): void {
    this.socket?.send(JSON.stringify({ seq: 0, content: "", completed: false, conversation: this.conversation, type: "error", problem }));
  }

  /** The connection is lost, and no other one comes. */
  async hangUp(): Promise<void> {
    await this.page.unrouteAll();
    await this.page.routeWebSocket(/\/ws\/chat/, (socket) => socket.close());
    await this.page.route("**/events/chat*", (route) => route.abort());
    await this.socket?.close();
  }

  /** Writes text, as one part, in pieces of so many letters. */
  async writes(text: string, letters = text.length, pause = 0): Promise<void> {
    const part = this.parts++;
    let offset = 0;
    // By characters: half of a surrogate pair is nothing that a server could send.
    const characters = [...text];
    for (let at = 0; at < characters.length; at += letters) {
      const piece = characters.slice(at, at + letters).join("");
      this.log({ type: "text", run: "run1", part, offset }, piece);
      offset += Buffer.byteLength(piece);
      if (pause) await this.page.waitForTimeout(pause);
    }
  }

  notices(problem: Fields): void {
    this.log({ type: "notice", run: "run1", problem });
  }

  ends(why = "done", more: Fields = {}): void {
    const usage = { calls: 2, input_tokens: 1_204, cache_read_input_tokens: 9_300, output_tokens: 412, cost_micro_dollars: 4_250 };
    this.log({ type: "run_end", run: "run1", why, milliseconds: 2_310, usage, ...more }, "", true);
  }
}
