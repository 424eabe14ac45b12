// Starts the real program for the tests, on ports that were free, and ends it afterwards:
//   ORIGIN         serve --demo, behind a proxy that says who people are (people.ts)
//   FAULTS_ORIGIN  serve, with a stand-in model of its own that fails when a question asks it to ([[overloaded]] ...)
//   FAULTS_SERVER  the same without the proxy, for tests that put another before it
//   UNLIMITED_ORIGIN  the same without limits of how much people may do in a while
//   INSTANT_ORIGIN    the same with a stand-in model that answers at once
//   CHANGING_ORIGIN   the same before a NetBox of its own (CHANGING_NETBOX), which people may change; nobody signs in
//   HOSTILE_ORIGIN serve, with a NetBox whose every field holds hostile texts (tests/hostile/fields.json)
//   SIGN_IN_ORIGIN serve --demo, where people sign in with their NetBox user
//   REAL_ORIGIN    the same before the real NetBox, where one is named by TEST_NETBOX_URL
//   NETBOX         the demo NetBox alone: what it says over REST is what answers have to say
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { createWriteStream, existsSync, mkdirSync, mkdtempSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import path from "node:path";
import { proxyBefore } from "./people.ts";

const root = path.resolve(import.meta.dirname ?? ".", "..");
const target = path.resolve(root, process.env.CARGO_TARGET_DIR ?? "target");
const logs = path.join(root, "end2end", "test-results", "servers");
const running: ChildProcess[] = [];
const proxies: (() => void)[] = [];
/** Every test is somebody else. */
const PROXY = { AUTH_MODE: "proxy", TRUSTED_PROXIES: "127.0.0.1" };
/** Where each server keeps things: `memory` (unset), `sqlite` (a file of its own) or `postgres` (a database of its own on
 *  the server that TEST_POSTGRES_URL names). */
const DATABASE = process.env.TEST_DATABASE || "memory";
const databases: string[] = [];
const UNLIMITED = { MESSAGES_PER_MINUTE: "0", TOOL_CALLS_PER_MINUTE: "0", REQUESTS_PER_MINUTE: "0", ADDRESS_REQUESTS_PER_MINUTE: "0" };

async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => (address && typeof address === "object" ? resolve(address.port) : reject(new Error("no port"))));
    });
  });
}

function sql(statement: string): void {
  const server = process.env.TEST_POSTGRES_URL;
  if (!server) throw new Error("TEST_POSTGRES_URL is not set\n hint: name a PostgreSQL in which databases may be made");
  execFileSync("psql", ["-X", "-q", "-v", "ON_ERROR_STOP=1", "-c", statement, server], { stdio: ["ignore", "ignore", "inherit"] });
}

/** A new database for the server of this name. */
function databaseUrl(name: string): string {
  switch (DATABASE) {
    case "memory":
      return "memory:";
    case "sqlite":
      return `sqlite:${path.join(mkdtempSync(path.join(logs, "database-")), `${name}.db`)}`;
    case "postgres": {
      const database = `chatbox_browser_${randomUUID().replaceAll("-", "")}`;
      sql(`CREATE DATABASE ${database}`);
      databases.push(database);
      const url = new URL(process.env.TEST_POSTGRES_URL ?? "");
      url.pathname = `/${database}`;
      return url.href;
    }
    default:
      throw new Error(`TEST_DATABASE=${DATABASE} is none of memory, sqlite, postgres`);
  }
}

async function start(name: string, program: string, command: string[], environment: Record<string, string>): Promise<string> {
  const address = `127.0.0.1:${await freePort()}`;
  const log = createWriteStream(path.join(logs, `${name}.log`));
  const child = spawn(program, [...command, "--listen", address], {
    cwd: logs,
    env: { PATH: process.env.PATH ?? "", HOME: logs, ...(command[0] === "serve" ? { DATABASE_URL: databaseUrl(name) } : {}), ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  running.push(child);
  child.stdout?.pipe(log);
  child.stderr?.pipe(log);
  const deadline = Date.now() + 60_000;
  while (Date.now() < deadline) {
    if (child.exitCode !== null) throw new Error(`${name} ended with code ${child.exitCode}: see ${logs}/${name}.log`);
    const answered = await fetch(`http://${address}/`).then(() => true, () => false);
    if (answered) return `http://${address}`;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`${name} did not answer within 60 s: see ${logs}/${name}.log`);
}

async function behindProxy(origin: string): Promise<string> {
  const proxy = await proxyBefore(origin);
  proxies.push(proxy.stop);
  return proxy.origin;
}

async function stop(): Promise<void> {
  for (const proxy of proxies) proxy();
  await Promise.all(
    running.map(
      (child) =>
        new Promise<void>((resolve) => {
          if (child.exitCode !== null) return resolve();
          const insist = setTimeout(() => child.kill("SIGKILL"), 5_000);
          child.once("exit", () => (clearTimeout(insist), resolve()));
          child.kill("SIGTERM");
        }),
    ),
  );
  for (const database of databases) sql(`DROP DATABASE IF EXISTS ${database} WITH (FORCE)`);
}

export default async function setup(): Promise<() => Promise<void>> {
  const program = process.env.PROGRAM ?? path.join(target, "release", "netbox-chatbox");
  if (!existsSync(program)) throw new Error(`there is no ${program}\n hint: run 'make build' first, or name another in PROGRAM`);
  mkdirSync(logs, { recursive: true });
  try {
    const model = await start("model", program, ["demo-model", "--faults"], {});
    process.env.NETBOX = await start("netbox", program, ["demo-netbox"], {});
    process.env.NETBOX_TOKEN = /nbt_\w+\.\w+/.exec(readFileSync(path.join(logs, "netbox.log"), "utf8"))?.[0] ?? "";
    process.env.ORIGIN = await behindProxy(await start("demo", program, ["serve", "--demo"], PROXY));
    const standIn = { ...PROXY, ANTHROPIC_BASE_URL: model, ANTHROPIC_MODEL: "netbox-chatbox-stand-in" };
    process.env.FAULTS_SERVER = await start("faults", program, ["serve"], standIn);
    process.env.FAULTS_ORIGIN = await behindProxy(process.env.FAULTS_SERVER);
    process.env.UNLIMITED_ORIGIN = await behindProxy(await start("unlimited", program, ["serve"], { ...standIn, ...UNLIMITED }));
    const instantModel = await start("instant-model", program, ["demo-model", "--faults", "--instant"], {});
    const instant = { ...standIn, ...UNLIMITED, ANTHROPIC_BASE_URL: instantModel };
    process.env.INSTANT_ORIGIN = await behindProxy(await start("instant", program, ["serve"], instant));
    process.env.CHANGING_NETBOX = await start("changing-netbox", program, ["demo-netbox"], {});
    process.env.CHANGING_ORIGIN = await start("changing", program, ["serve"], {
      ...UNLIMITED,
      CHANGES: "on",
      ANTHROPIC_BASE_URL: instantModel,
      ANTHROPIC_MODEL: standIn.ANTHROPIC_MODEL,
      NETBOX_URL: process.env.CHANGING_NETBOX,
      NETBOX_TOKEN: process.env.NETBOX_TOKEN,
    });
    process.env.HOSTILE_NETBOX = await start("hostile-netbox", program, ["demo-netbox", "--plant", path.join(root, "tests/hostile/fields.json")], {});
    process.env.HOSTILE_ORIGIN = await start("hostile", program, ["serve"], {
      ANTHROPIC_BASE_URL: model,
      ANTHROPIC_MODEL: "netbox-chatbox-stand-in",
      NETBOX_URL: process.env.HOSTILE_NETBOX,
      NETBOX_TOKEN: process.env.NETBOX_TOKEN,
    });
    process.env.SIGN_IN_ORIGIN = await start("sign-in", program, ["serve", "--demo"], { AUTH_MODE: "netbox", ADMINS: "bola.okafor" });
    if (process.env.TEST_NETBOX_URL) {
      const real = { AUTH_MODE: "netbox", NETBOX_URL: process.env.TEST_NETBOX_URL, NETBOX_TOKEN: process.env.TEST_NETBOX_TOKEN ?? "" };
      process.env.REAL_ORIGIN = await start("real", program, ["serve"], real);
    }
  } catch (error) {
    await stop();
    throw error;
  }
  return stop;
}
