// What travels: every file of a built page, raw and as gzip and brotli would send it.
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

/** All files below `folder`, biggest first. */
export function sizes(folder) {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return files
    .map((entry) => {
      const path = join(entry.parentPath ?? entry.path, entry.name);
      const body = readFileSync(path);
      return {
        name: relative(folder, path),
        raw: body.length,
        gzip: gzipSync(body, { level: 9 }).length,
        brotli: brotliCompressSync(body, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: body.length } }).length,
      };
    })
    .sort((a, b) => b.raw - a.raw);
}

/** The same as lines of a table, with a total. */
export function sizeTable(folder) {
  const rows = sizes(folder);
  const total = { name: "total", raw: 0, gzip: 0, brotli: 0 };
  for (const row of rows) for (const key of ["raw", "gzip", "brotli"]) total[key] += row[key];
  const cells = [["file", "raw", "gzip", "brotli"], ...[...rows, total].map((row) => [row.name, ...["raw", "gzip", "brotli"].map((key) => kilobytes(row[key]))])];
  return table(cells);
}

/** Columns that line up: the first to the left, the others to the right. */
export function table(rows) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => String(row[column]).length)));
  return rows.map((row) => row.map((cell, column) => (column === 0 ? String(cell).padEnd(widths[0]) : String(cell).padStart(widths[column]))).join("   ")).join("\n");
}

const kilobytes = (bytes) => `${(bytes / 1000).toFixed(1)} kB`;
