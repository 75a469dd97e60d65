// Figures of the page in headless Chromium (which draws in software: a desktop's frames are shorter).
//
//   node measure.mjs [--seconds 20] [--hash '#…'] [--throttle 4] [--width 1440 --height 900]
//
// The page marks its first frame with `performance.mark("slotscope:first-frame")`; frames are what requestAnimationFrame counts.
import { parseArgs } from "node:util";
import { launch } from "./lib/browsers.mjs";
import { dist, newPage, untilReady } from "./lib/page.mjs";
import { serve } from "./lib/server.mjs";
import { sizeTable, table } from "./lib/sizes.mjs";

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "20" },
    hash: { type: "string", default: "" },
    throttle: { type: "string", default: "1" },
    width: { type: "string", default: "1440" },
    height: { type: "string", default: "900" },
  },
});
const seconds = Number(values.seconds);
const server = await serve(dist);
const { browser, close } = await launch("chromium");
let complaints = [];
try {
  console.log(`${sizeTable(dist)}\n`);
  const { page, problems } = await newPage(browser, { width: Number(values.width), height: Number(values.height) });
  complaints = problems;
  if (Number(values.throttle) > 1) await page.emulateCPUThrottling(Number(values.throttle));
  await page.goto(server.url + values.hash, { waitUntil: "load" });
  await untilReady(page);
  const first = await page.evaluate(() => performance.getEntriesByName("slotscope:first-frame")[0]?.startTime ?? null);
  const before = await page.metrics();
  const { frames, long, wall } = await page.evaluate(
    (length) =>
      new Promise((resolve) => {
        const frames = [];
        let long = 0;
        new PerformanceObserver((list) => (long += list.getEntries().length)).observe({ entryTypes: ["longtask"] });
        const begin = performance.now();
        let last = null;
        const next = (now) => {
          if (last !== null) frames.push(now - last);
          last = now;
          if (now - begin < length) requestAnimationFrame(next);
          else resolve({ frames, long, wall: performance.now() - begin });
        };
        requestAnimationFrame(next);
      }),
    seconds * 1000,
  );
  const after = await page.metrics();
  // The same run as `cargo bench -- world`, as fast as it goes.
  const perSecond = await page.evaluate(() => {
    const run = new window.wasmBindings.Playground("#t=5");
    const [events, begin] = [run.view().events, performance.now()];
    run.advance(5);
    return ((run.view().events - events) / (performance.now() - begin)) * 1000;
  });
  const sorted = [...frames].sort((a, b) => a - b);
  const at = (share) => `${(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN).toFixed(1)} ms`;
  const busy = (((after.TaskDuration - before.TaskDuration) * 1000) / wall) * 100;
  console.log(
    table([
      ["figure", "value"],
      ["first frame after navigation", first === null ? "the page set no mark" : `${first.toFixed(0)} ms`],
      [`frames in ${seconds} s`, String(frames.length)],
      ["frame time p50", at(0.5)],
      ["frame time p95", at(0.95)],
      ["frame time p99", at(0.99)],
      ["longest frame", at(1)],
      ["tasks over 50 ms", String(long)],
      ["main thread busy", `${busy.toFixed(0)} %`],
      ["of that script", `${((((after.ScriptDuration - before.ScriptDuration) * 1000) / wall) * 100).toFixed(0)} %`],
      ["events a second, as fast as it goes", `${(perSecond / 1e6).toFixed(2)} million`],
      ["JavaScript heap", `${(after.JSHeapUsedSize / 1e6).toFixed(1)} MB`],
    ]),
  );
} finally {
  await close();
  await server.close();
}
for (const problem of complaints) console.error(`  ${problem}`);
process.exitCode = complaints.length > 0 ? 1 : 0;
