// Writes FILE.br and FILE.gz beside each file of a folder that compresses well. Usage: node compress.mjs FOLDER
//
// The program embeds these and sends them as they are, so that no request is ever compressed while somebody waits.
import { readdir, readFile, stat, writeFile, rm } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import zlib from "node:zlib";

const brotli = promisify(zlib.brotliCompress);
const gzip = promisify(zlib.gzip);

const TEXT = new Set([".css", ".html", ".js", ".json", ".mjs", ".svg", ".txt", ".webmanifest", ".xml"]);
const BINARY = new Set([".ico", ".wasm"]);
// Below this a response fits into one packet anyway.
const SMALLEST = 512;
// What is not at least this much smaller is not worth a second copy in the program.
const WORTH = 0.9;

async function* files(folder) {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const file = path.join(folder, entry.name);
    if (entry.isDirectory()) yield* files(file);
    else if (TEXT.has(path.extname(file)) || BINARY.has(path.extname(file))) yield file;
  }
}

async function compress(file) {
  const content = await readFile(file);
  const constants = zlib.constants;
  const mode = TEXT.has(path.extname(file)) ? constants.BROTLI_MODE_TEXT : constants.BROTLI_MODE_GENERIC;
  const candidates = {
    br: brotli(content, {
      params: {
        [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
        [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS,
        [constants.BROTLI_PARAM_SIZE_HINT]: content.length,
        [constants.BROTLI_PARAM_MODE]: mode,
      },
    }),
    gz: gzip(content, { level: 9 }),
  };
  const sizes = { file, plain: content.length };
  for (const [extension, pending] of Object.entries(candidates)) {
    const compressed = await pending;
    const destination = `${file}.${extension}`;
    if (content.length >= SMALLEST && compressed.length < content.length * WORTH) {
      await writeFile(destination, compressed);
      sizes[extension] = compressed.length;
    } else {
      await rm(destination, { force: true });
    }
  }
  return sizes;
}

const folder = process.argv[2];
if (!folder || !(await stat(folder).catch(() => null))?.isDirectory()) {
  console.error(`error: there is no folder '${folder ?? ""}' to compress\n hint: run 'make build', which makes it first`);
  process.exit(1);
}
const pending = [];
for await (const file of files(folder)) pending.push(compress(file));
const kilobytes = (bytes) => (bytes === undefined ? "-" : (bytes / 1000).toFixed(1)).padStart(9);
console.log(`${"kB".padStart(9)}${"gzip".padStart(9)}${"brotli".padStart(9)}`);
for (const { file, plain, gz, br } of (await Promise.all(pending)).sort((a, b) => b.plain - a.plain)) {
  console.log(`${kilobytes(plain)}${kilobytes(gz)}${kilobytes(br)}  ${path.relative(folder, file)}`);
}
