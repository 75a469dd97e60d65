// Opens the page as a visitor would and keeps account of everything that goes wrong in it.
import { mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { join } from "node:path";

const root = fileURLToPath(new URL("../../../", import.meta.url));

/** The built page: what `cargo xtask dist` leaves, or the folder that DIST names. */
export const dist = process.env.DIST ?? join(root, "dist");

/** Where screenshots go. */
export const shotsFolder = process.env.SHOTS ?? join(root, "target", "shots");

/**
 * A fresh page of `browser`. What it complains of (console errors, uncaught exceptions, failed requests) gathers in `problems`.
 * @param {import("puppeteer-core").Browser} browser
 * @param {{ width?: number, height?: number, touch?: boolean, dark?: boolean, calm?: boolean }} look `calm` asks for reduced motion;
 *   Firefox cannot be told `touch`, and `dark` and `calm` only at its start (`launch`)
 */
export async function newPage(browser, { width = 1440, height = 900, touch = false, dark, calm } = {}) {
  const page = await browser.newPage();
  const problems = [];
  page.on("console", (message) => {
    if (message.type() === "error") problems.push(`console: ${message.text()}`);
  });
  page.on("pageerror", (error) => problems.push(`uncaught: ${error?.message ?? error}`));
  page.on("requestfailed", (request) => problems.push(`request: ${request.url()} ${request.failure()?.errorText ?? ""}`));
  page.on("response", (response) => {
    if (response.status() >= 400) problems.push(`request: ${response.url()} answered ${response.status()}`);
  });
  const firefox = (await browser.version()).toLowerCase().startsWith("firefox");
  await page.setViewport({ width, height, ...(touch && !firefox ? { hasTouch: true, isMobile: true, deviceScaleFactor: 2 } : {}) });
  const features = [];
  if (dark !== undefined) features.push({ name: "prefers-color-scheme", value: dark ? "dark" : "light" });
  if (calm) features.push({ name: "prefers-reduced-motion", value: "reduce" });
  if (features.length > 0 && !firefox) await page.emulateMediaFeatures(features);
  return { page, problems };
}

/** Waits until the page has drawn its first frame (`<html data-ready="1">`). */
export async function untilReady(page, timeout = 60_000) {
  await page.waitForFunction(() => document.documentElement.dataset.ready === "1", { timeout, polling: 50 });
}

/** Saves what the page looks like as `<shotsFolder>/<name>.png` and returns the path. */
export async function shot(page, name) {
  mkdirSync(shotsFolder, { recursive: true });
  const path = join(shotsFolder, `${name.replace(/[^a-z0-9-]+/gi, "-")}.png`);
  await page.screenshot({ path });
  return path;
}
