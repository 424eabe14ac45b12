// What the demo NetBox itself says, for comparison with what answers say.

interface Page {
  count: number;
  results: Record<string, unknown>[];
}

export class Netbox {
  constructor(private readonly address: string = process.env.NETBOX ?? "") {}

  async list(endpoint: string, query: Record<string, string> = {}): Promise<Page> {
    const address = new URL(`/api/${endpoint}/?${new URLSearchParams(query)}`, this.address);
    const answer = await fetch(address, { headers: { authorization: `Bearer ${process.env.NETBOX_TOKEN}` } });
    if (!answer.ok) throw new Error(`${address}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as Page;
  }

  /** Changes an object, as somebody else would. */
  async change(path: string, values: Record<string, unknown>): Promise<void> {
    const answer = await fetch(new URL(`/api/${path}/`, this.address), {
      method: "PATCH",
      headers: { authorization: `Bearer ${process.env.NETBOX_TOKEN}`, "content-type": "application/json" },
      body: JSON.stringify(values),
    });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  }

  async count(endpoint: string, query: Record<string, string> = {}): Promise<number> {
    return (await this.list(endpoint, { limit: "1", ...query })).count;
  }

  async names(endpoint: string, query: Record<string, string> = {}): Promise<string[]> {
    return (await this.list(endpoint, { limit: "1000", ...query })).results.map((row) => String(row.name));
  }
}
