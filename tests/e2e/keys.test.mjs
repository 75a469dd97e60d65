// The key browser: pages of keys, and each value as what it is.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { eachBrowser } from "./lib/each-browser.mjs";
import { answers, still, twoFrames, type, until } from "./lib/visitor.mjs";

const START = "#t=6&speed=1&paused=yes";
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];

async function judge(page, state) {
  await page.evaluate(axe);
  const { violations } = await page.evaluate((values) => window.axe.run({ runOnly: { type: "tag", values } }), rules);
  assert.deepEqual(violations.map((v) => `${v.id}: ${v.help}: ${v.nodes.map((n) => n.target.join(" ")).slice(0, 5).join(", ")}`), [], state);
}

/** Clicks the button of the keys tab that says so. */
const press = async (page, words) => {
  await until(page, `the button ${words}`, (words) => {
    const button = [...document.querySelectorAll(".keys-tab button")].find((button) => button.textContent.includes(words) && !button.disabled);
    button?.click();
    return Boolean(button);
  }, words);
  await twoFrames(page);
};

const browse = async (page) => {
  await page.click("#tab-Keys");
  await press(page, "Browse the keys");
  await page.waitForSelector(".key-list");
};

const names = (page) => page.$$eval(".key-row .key-name", (names) => names.map((name) => name.textContent));

/** Types a pattern, and waits until the list is these keys. */
const filter = async (page, pattern, expected) => {
  await page.click(".filters [aria-label=Pattern]", { clickCount: 3 });
  await page.type(".filters [aria-label=Pattern]", pattern);
  await until(page, `the keys ${expected}`, (expected) => [...document.querySelectorAll(".key-row .key-name")].map((name) => name.textContent).join() === expected, expected.join());
};

/** The rows of the value that is shown. */
const rows = (page) => page.$$eval(".value-table tbody tr", (rows) => rows.map((row) => [...row.cells].map((cell) => cell.textContent).join(" | ")));

const redis = async (page, line, answer) => {
  await type(page, "redis", line);
  await answers(page, answer);
};

eachBrowser("the key browser", (test) => {
  test("lists keys by slot and name, pages through them and back", async ({ open }) => {
    const { page } = await open({ hash: START });
    await still(page);
    await browse(page);
    await until(page, "a page of keys", () => document.querySelectorAll(".key-row").length === 50);
    const first = await names(page);
    const slots = await page.$$eval(".key-about", (all) => all.map((about) => Number(/slot (\d+)/.exec(about.textContent)[1])));
    assert.deepEqual(slots, [...slots].sort((one, other) => one - other));
    assert.match(await page.$eval(".browser-words", (words) => words.textContent), /^50 keys of [\d\u202f]+, by slot and name$/);
    await press(page, "On ›");
    await until(page, "another page", (first) => document.querySelector(".key-row .key-name").textContent !== first, first[0]);
    assert.equal(new Set([...first, ...(await names(page))]).size, 100);
    await press(page, "‹ Back");
    await until(page, "the first page", (first) => document.querySelector(".key-row .key-name").textContent === first, first[0]);
    assert.deepEqual(await names(page), first);
  });

  test("a sorted set found by pattern and type is a ranked table, and a click runs the command that shows the same", async ({ open }) => {
    const { page } = await open({ hash: START });
    await still(page);
    await redis(page, "ZADD board:{1} 30 Ann 10 Bob 20 Cy", "(integer) 3");
    await redis(page, "SET board:{1}:title Scores", "OK");
    await browse(page);
    await filter(page, "board:*", ["board:{1}", "board:{1}:title"]);
    await page.select(".filters [aria-label=Type]", "zset");
    await until(page, "the sorted set alone", () => document.querySelectorAll(".key-row").length === 1);
    assert.match(await page.$eval(".key-about", (about) => about.textContent), /^zset · listpack · [\d.]+\u202fB · slot \d+ · 000\d-001$/);
    await page.click(".key-row");
    await page.waitForSelector(".value-table");
    assert.deepEqual(await rows(page), ["0 | Bob | 10", "1 | Cy | 20", "2 | Ann | 30"]);
    await press(page, "highest first");
    await until(page, "the other order", () => document.querySelector(".value-table td:nth-child(2)").textContent === "Ann");
    assert.deepEqual(await rows(page), ["0 | Ann | 30", "1 | Cy | 20", "2 | Bob | 10"]);
    await press(page, "redis> ZRANGE board:{1} 0 2 REV WITHSCORES");
    await until(page, "the same on the console", () => [...document.querySelectorAll(".transcript .line")].some((line) => line.textContent.includes('1) "Ann"') && line.textContent.includes('2) "30"')));
    await press(page, "‹ All keys");
    await until(page, "the list as it was", () => document.querySelectorAll(".key-row").length === 1);
  });

  test("every type is shown as what it is", async ({ open }) => {
    const { page } = await open({ hash: START });
    await still(page);
    for (const [line, answer] of [
      ["RPUSH l{t} a b", "(integer) 2"],
      ["HSET h{t} name Ada", "(integer) 1"],
      ["SADD s{t} 2 1", "(integer) 2"],
      ["SETBIT b{t} 7 1", "(integer) 0"],
      ["PFADD p{t} x y", "(integer) 1"],
      ["GEOADD g{t} 13.361389 38.115556 Palermo", "(integer) 1"],
      ["XADD x{t} 5-1 temp 21", '"5-1"'],
      ["XGROUP CREATE x{t} readers 0", "OK"],
      ["XREADGROUP GROUP readers ann COUNT 1 STREAMS x{t} >", "1) 1) \"x{t}\"…"],
    ]) await redis(page, line, answer);
    await browse(page);
    await filter(page, "?{t}", ["b{t}", "g{t}", "h{t}", "l{t}", "p{t}", "s{t}", "x{t}"]);
    for (const [key, aspect, expected] of [
      ["l{t}", null, ["0 | a", "1 | b"]],
      ["h{t}", null, ["name | Ada"]],
      ["s{t}", null, ["1", "2"]],
      ["b{t}", "bits", ["0 | 00000001"]],
      ["p{t}", null, ["estimated members | 2", "encoding | sparse", "registers in use | 2 of 16384"]],
      ["g{t}", "places", ["Palermo | 13.361389 | 38.115556"]],
      ["x{t}", null, ["5-1 | temp: 21"]],
      ["x{t}", "groups", ["readers | 1 | 1 | 5-1 | 0"]],
      ["x{t}", "pending", [/^5-1 \| readers \| ann \| \d+\.\d s \| 1$/]],
    ]) {
      await press(page, key);
      await page.waitForSelector(".key-title");
      if (aspect) await press(page, aspect);
      await until(page, `${key} as ${aspect ?? "it is"}`, (aspect) => document.querySelector(".value-table") && (!aspect || [...document.querySelectorAll('.aspects [aria-pressed="true"]')].some((chip) => chip.textContent === aspect)), aspect);
      const shown = await rows(page);
      assert.equal(shown.length, expected.length, `${key}: ${shown}`);
      shown.forEach((row, at) => (expected[at] instanceof RegExp ? assert.match(row, expected[at]) : assert.equal(row, expected[at])));
      await press(page, "‹ All keys");
    }
  });

  test("a time to live counts down while the run plays, and stands still with it", async ({ open }) => {
    const { page } = await open({ hash: START });
    await still(page);
    await redis(page, "SET gone v PX 900", "OK");
    await browse(page);
    await filter(page, "gone", ["gone"]);
    const ttl = () => page.$eval(".key-ttl", (ttl) => ttl.textContent);
    const before = await ttl();
    assert.match(before, /^TTL 0\.\d\u202fs$/);
    await new Promise((resolve) => setTimeout(resolve, 600));
    assert.equal(await ttl(), before);
    await page.click(".key-row");
    await page.click(".clock");
    await page.evaluate(() => document.activeElement.blur());
    await page.keyboard.press("k");
    await until(page, "the end of the key", () => document.querySelector(".browser").textContent.includes("There is no such key now."));
    await page.keyboard.press("k");
    await still(page);
  });

  for (const dark of [true, false]) {
    test(`axe finds no violation in it, ${dark ? "dark" : "light"}, and it is used by keys alone`, async ({ open }) => {
      const { page } = await open({ hash: START, dark });
      await still(page);
      await page.focus("#tab-Lesson");
      await page.keyboard.press("ArrowRight");
      await page.keyboard.press("ArrowRight");
      await until(page, "the keys tab", () => document.activeElement.id === "tab-Keys");
      await page.evaluate(() => [...document.querySelectorAll(".keys-tab button")].find((button) => button.textContent === "Browse the keys").focus());
      await page.keyboard.press("Enter");
      await page.waitForSelector(".key-row");
      await judge(page, "the list");
      await page.focus(".key-row");
      await page.keyboard.press("Enter");
      await page.waitForSelector(".key-title");
      await judge(page, "a value");
      await press(page, "hex");
      await page.waitForSelector(".value-table");
      await judge(page, "a table");
    });
  }

  for (const [width, height] of [[360, 640], [390, 844]]) {
    test(`is a sheet on a phone of ${width}×${height}`, async ({ open }) => {
      const { page } = await open({ width, height, touch: true, hash: START });
      await still(page);
      await browse(page);
      await page.waitForSelector(".key-row");
      const fits = async () => assert.ok((await page.evaluate(() => document.scrollingElement.scrollWidth - innerWidth)) <= 0, "nothing scrolls sideways");
      await fits();
      await page.click(".key-row");
      await page.waitForSelector(".key-title");
      await press(page, "bits");
      await page.waitForSelector(".value-table");
      await fits();
      const sheet = await page.$eval(".side", (side) => side.getBoundingClientRect().toJSON());
      assert.ok(sheet.top >= height * 0.49, `the sheet leaves the stage half of the screen: ${sheet.top}`);
    });
  }
}, ["chromium"]);
