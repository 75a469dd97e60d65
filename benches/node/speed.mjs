// The engine as WebAssembly in Node: beside ioredis-mock, beside its native self, and its memory.
// Usage: node speed.mjs FOLDER [NATIVE], where FOLDER holds wasm-bindgen's output for Node and NATIVE is the native
// engine's time of the same GETs and SETs, in nanoseconds.

import { createRequire } from "node:module";
import { resolve } from "node:path";
import RedisMock from "ioredis-mock";
import { alone, race } from "./race.mjs";

const [folder, native] = process.argv.slice(2);
const glue = createRequire(import.meta.url)(resolve(folder, "slotscope_node.js"));

console.log(`Node ${process.versions.node}\n${await race(RedisMock, glue)}`);

const time = alone(glue);
const beside = native ? `, ${(Number(native) / time).toFixed(2)} of native (${Number(native).toFixed(0)} ns)` : "";
console.log(`\nGET and SET inside the engine: ${time.toFixed(0)} ns each${beside}`);

const filled = new glue.Server();
const before = filled.memory();
const keys = filled.fill(1_000_000);
const bytes = filled.memory() - before;
console.log(`${keys} small string keys: ${(filled.memory() / 1e6).toFixed(1)} MB of memory, ${(bytes / keys).toFixed(1)} bytes a key more`);
