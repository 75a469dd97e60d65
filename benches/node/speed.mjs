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

/** Each from an empty server. */
const ways = {
  "ioredis-mock, a call each": async () => {
    const redis = new RedisMock();
    await redis.flushall();
    for (const [name, ...words] of commands) await redis[name.toLowerCase()](...words);
    redis.disconnect();
  },
  "ioredis-mock, pipelines of 100": async () => {
    const redis = new RedisMock();
    await redis.flushall();
    for (let at = 0; at < commands.length; at += 100) {
      const pipeline = redis.pipeline();
      for (const [name, ...words] of commands.slice(at, at + 100)) pipeline[name.toLowerCase()](...words);
      await pipeline.exec();
    }
    redis.disconnect();
  },
  "engine, a typed call each": () => {
    const client = new Client(glue);
    for (const argv of commands) client.call(argv);
    client.free();
  },
  "engine, batches of 100": () => {
    const client = new Client(glue);
    for (let at = 0; at < commands.length; at += 100) client.batch(commands.slice(at, at + 100));
    client.free();
  },
};

/** The best of some rounds, in turn: what else the machine does disturbs all alike, and only ever makes a run longer. */
const best = {};
for (let round = 0; round < 7; round += 1) {
  for (const [name, run] of Object.entries(ways)) {
    const begin = process.hrtime.bigint();
    await run();
    const time = Number(process.hrtime.bigint() - begin) / commands.length;
    best[name] = Math.min(best[name] ?? Infinity, time);
  }
}

const [calls, pipelines] = Object.values(best);
const columns = ["ns/command", "beside calls", "beside pipelines"].map((title) => title.padStart(18)).join("");
console.log(`${"mixed workload, 100,000 commands".padEnd(34)}${columns}`);
for (const [name, time] of Object.entries(best)) {
  const figures = [time.toFixed(0), (calls / time).toFixed(1), (pipelines / time).toFixed(1)];
  console.log(`${name.padEnd(34)}${figures.map((figure) => figure.padStart(18)).join("")}`);
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
