// Who is who in the tests. The servers trust a proxy on loopback to name people (AUTH_MODE=proxy); this is that proxy.
// A person has an address of their own, http://PERSON.localhost:PORT, so every test is somebody else without knowing.
import { createServer, request as ask, type IncomingHttpHeaders } from "node:http";
import { connect, type AddressInfo, type Socket } from "node:net";

/** The address at which a proxy takes whoever opens it for this person. */
export function addressOf(person: string, proxy: string): string {
  const address = new URL(proxy);
  address.hostname = `${person}.localhost`;
  return address.origin;
}

/** What is passed on: as if the server had been addressed itself, and with who it is. */
function passedOn(headers: IncomingHttpHeaders, server: URL): Record<string, string | string[]> {
  const passed: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined && name !== "x-forwarded-user") passed[name] = value;
  }
  const person = /^([\w-]+)\.localhost(:|$)/.exec(headers.host ?? "")?.[1];
  if (person) passed["x-forwarded-user"] = person;
  if (headers.origin === `http://${headers.host}`) passed.origin = server.origin;
  passed.host = server.host;
  return passed;
}

export interface Proxy {
  origin: string;
  /** Ends every connection there is; new ones are taken. */
  cut: () => void;
  stop: () => void;
}

/** Starts a proxy before this server. One that knows no WebSockets refuses them, as many do. */
export async function proxyBefore(origin: string, knowsWebSockets = true): Promise<Proxy> {
  const server = new URL(origin);
  const sockets = new Set<Socket>();
  const proxy = createServer((incoming, outgoing) => {
    const passed = ask(
      { host: server.hostname, port: server.port, method: incoming.method, path: incoming.url, headers: passedOn(incoming.headers, server) },
      (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
      },
    );
    passed.on("error", () => outgoing.destroy());
    outgoing.on("close", () => passed.destroy());
    incoming.pipe(passed);
  });
  proxy.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  proxy.on("upgrade", (incoming, socket: Socket, head) => {
    if (!knowsWebSockets) {
      socket.on("error", () => socket.destroy()).end("HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
      return;
    }
    const through = connect(Number(server.port), server.hostname, () => {
      const lines = Object.entries(passedOn(incoming.headers, server)).flatMap(([name, value]) =>
        [value].flat().map((one) => `${name}: ${one}`),
      );
      through.write(`${incoming.method} ${incoming.url} HTTP/1.1\r\n${lines.join("\r\n")}\r\n\r\n`);
      through.write(head);
      through.pipe(socket);
      socket.pipe(through);
    });
    const end = () => (through.destroy(), socket.destroy());
    for (const one of [through, socket]) one.on("error", end).on("close", end);
  });
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  const { port } = proxy.address() as AddressInfo;
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  const stop = () => {
    proxy.close();
    cut();
  };
  return { origin: `http://127.0.0.1:${port}`, cut, stop };
}
