// What the demo NetBox itself says, for comparison with what answers say.

interface Page {
  count: number;
  results: Record<string, unknown>[];
}

export class Netbox {
  async list(endpoint: string, query: Record<string, string> = {}): Promise<Page> {
    const address = new URL(`/api/${endpoint}/?${new URLSearchParams(query)}`, process.env.NETBOX);
    const answer = await fetch(address, { headers: { authorization: `Bearer ${process.env.NETBOX_TOKEN}` } });
    if (!answer.ok) throw new Error(`${address}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as Page;
  }

  async count(endpoint: string, query: Record<string, string> = {}): Promise<number> {
    return (await this.list(endpoint, { limit: "1", ...query })).count;
  }

  async names(endpoint: string, query: Record<string, string> = {}): Promise<string[]> {
    return (await this.list(endpoint, { limit: "1000", ...query })).results.map((row) => String(row.name));
  }
}
