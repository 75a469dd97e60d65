// The engine as WebAssembly in Node: beside ioredis-mock on one mixed workload, beside its native self, and its memory.
// Usage: node speed.mjs FOLDER [NATIVE], where FOLDER holds wasm-bindgen's output for Node and NATIVE is the native
// engine's time of the same GETs and SETs, in nanoseconds.

import { createRequire } from "node:module";
import { resolve } from "node:path";
import RedisMock from "ioredis-mock";
import { Client } from "./server.mjs";

const [folder, native] = process.argv.slice(2);
const glue = createRequire(import.meta.url)(resolve(folder, "slotscope_node.js"));

/** The same words for both: strings, counters, lists, hashes, sets, sorted sets; reads and writes by halves. */
function workload(count) {
  let state = 1;
  const below = (n) => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return (state >>> 8) % n;
  };
  const kinds = [
    (k) => ["SET", `string:${k}`, `value of ${k}`],
    (k) => ["GET", `string:${k}`],
    (k) => ["GET", `string:${k}`],
    (k) => ["INCR", `counter:${k}`],
    (k) => ["LPUSH", `list:${k % 100}`, `element ${k}`],
    (k) => ["LRANGE", `list:${k % 100}`, "0", "9"],
    (k) => ["HSET", `hash:${k % 100}`, `field:${k}`, `value of ${k}`],
    (k) => ["HGET", `hash:${k % 100}`, `field:${k}`],
    (k) => ["SADD", `set:${k % 100}`, `member:${k}`],
    (k) => ["SISMEMBER", `set:${k % 100}`, `member:${k}`],
    (k) => ["ZADD", `zset:${k % 100}`, `${k}`, `member:${k}`],
    (k) => ["ZRANGE", `zset:${k % 100}`, "0", "9"],
    (k) => ["EXPIRE", `string:${k}`, "1000"],
    (k) => ["EXISTS", `string:${k}`],
  ];
  return Array.from({ length: count }, () => kinds[below(kinds.length)](below(1000)));
}

const commands = workload(100_000);

async function timed(run) {
  const begin = process.hrtime.bigint();
  await run();
  return Number(process.hrtime.bigint() - begin) / commands.length;
}

/** The best of three runs, each from an empty server: what disturbs a run only ever makes it longer. */
async function best(run) {
  const times = [];
  for (let turn = 0; turn < 3; turn += 1) times.push(await timed(run));
  return Math.min(...times);
}

const figures = {
  "ioredis-mock, a call each": await best(async () => {
    const redis = new RedisMock();
    await redis.flushall();
    for (const [name, ...words] of commands) await redis[name.toLowerCase()](...words);
    redis.disconnect();
  }),
  "ioredis-mock, pipelines of 100": await best(async () => {
    const redis = new RedisMock();
    await redis.flushall();
    for (let at = 0; at < commands.length; at += 100) {
      const pipeline = redis.pipeline();
      for (const [name, ...words] of commands.slice(at, at + 100)) pipeline[name.toLowerCase()](...words);
      await pipeline.exec();
    }
    redis.disconnect();
  }),
  "engine, a typed call each": await best(() => {
    const client = new Client(glue);
    for (const argv of commands) client.call(argv);
    client.free();
  }),
  "engine, batches of 100": await best(() => {
    const client = new Client(glue);
    for (let at = 0; at < commands.length; at += 100) client.batch(commands.slice(at, at + 100));
    client.free();
  }),
};

const mock = figures["ioredis-mock, a call each"];
console.log("mixed workload, 100,000 commands".padEnd(40), "ns/command".padStart(12), "ratio".padStart(8));
for (const [name, time] of Object.entries(figures)) {
  console.log(name.padEnd(40), time.toFixed(0).padStart(12), (mock / time).toFixed(1).padStart(8));
}

const server = new glue.Server();
server.alone(100_000);
const alone = Math.min(...Array.from({ length: 5 }, () => server.alone(1_000_000)));
const beside = native ? `, ${(Number(native) / alone).toFixed(2)} of native (${Number(native).toFixed(0)} ns)` : "";
console.log(`\nGET and SET inside the engine: ${alone.toFixed(0)} ns each${beside}`);

const filled = new glue.Server();
const before = filled.memory();
const keys = filled.fill(1_000_000);
const bytes = filled.memory() - before;
console.log(`${keys} small string keys: ${(filled.memory() / 1e6).toFixed(1)} MB of memory, ${(bytes / keys).toFixed(1)} bytes a key more`);
