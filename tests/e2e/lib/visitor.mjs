// What a visitor does on the page and reads from it, in the words of the tests.
import assert from "node:assert/strict";

/** Waits until `predicate` holds in the page; when it never does, the test fails with `what`. */
export async function until(page, what, predicate, ...args) {
  try {
    return await page.waitForFunction(predicate, { timeout: 60_000, polling: 50 }, ...args);
  } catch (error) {
    assert.fail(`never came: ${what} (${error.message})`);
  }
}

/** Lets the page draw twice, so that what was asked for is under way. */
export const twoFrames = (page) =>
  page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));

/** Waits until the run stands still; gives its moment in nanoseconds and its fingerprint there. */
export async function still(page) {
  await twoFrames(page);
  await until(page, "a run that stands still", () => document.documentElement.dataset.doing === "paused");
  return page.evaluate(() => {
    const { now, fingerprint } = document.documentElement.dataset;
    return { now: Number(now), fingerprint };
  });
}

/** The simulated time in the top bar, in seconds. */
export const clock = (page) =>
  page.$eval(".clock", (clock) => {
    const [minutes, seconds] = clock.textContent.split(":");
    return Number(minutes) * 60 + Number(seconds);
  });

/** Chooses a console and types into it, key by key; `Enter` follows unless `send` is false. */
export async function type(page, console, line, { send = true } = {}) {
  await page.click(`#console-${console}`);
  await page.waitForSelector(`#entry-${console}`);
  await page.type(`#entry-${console}`, line);
  if (send) await page.keyboard.press("Enter");
}

/** The lines of the console that is shown. */
export const said = (page) => page.$$eval(".transcript .line", (lines) => lines.map((line) => line.textContent));

/** Waits until the console that is shown has a line that is `text`, or begins with it where it ends in `…`. */
export const answers = (page, text) =>
  until(
    page,
    `the line ${JSON.stringify(text)}`,
    (text) => {
      const lines = [...document.querySelectorAll(".transcript .line")].map((line) => line.textContent);
      return lines.some((line) => (text.endsWith("…") ? line.startsWith(text.slice(0, -1)) : line === text));
    },
    text,
  );

/** What stands in a text field. */
export const valueOf = (page, selector) => page.$eval(selector, (field) => field.value);

/** Moves the handle of the time line to a moment, as dragging does. */
export async function scrub(page, milliseconds) {
  await page.$eval(
    ".scrubber",
    (scrubber, value) => {
      // As a drag does it: past the page's own record of the value, then both events.
      Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value").set.call(scrubber, String(value));
      scrubber.dispatchEvent(new InputEvent("input", { bubbles: true }));
      scrubber.dispatchEvent(new Event("change", { bubbles: true }));
    },
    milliseconds,
  );
  return still(page);
}

/** The figures of a lane, by name. */
export const figures = (page, lane) =>
  page.$$eval(`[data-lane="${lane}"] .figure`, (figures) =>
    Object.fromEntries(figures.map((of) => [of.querySelector(".figure-name").textContent, of.querySelector("dd").textContent])),
  );

/** What a node says of itself to those who do not see it: name, role, zone, health. */
export const nodeWords = (page, lane, node) =>
  page.$eval(`[data-lane="${lane}"] [data-node="${node}"]`, (button) => button.getAttribute("aria-label"));
