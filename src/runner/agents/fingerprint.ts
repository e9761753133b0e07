/** Tells values apart without keeping them. */
import { createHash } from "node:crypto";

/** Deeper values count as equal: what an agent prints can be nested as deeply as it likes. */
const MOST_LEVELS = 50;

/** The same for values with the same JSON, whatever the order of their keys. */
export function fingerprint(value: unknown): string {
  return createHash("sha256").update(canonical(value, MOST_LEVELS)).digest("base64").slice(0, 22);
}

function canonical(value: unknown, levels: number): string {
  if (value === null || typeof value !== "object") return JSON.stringify(value) ?? "";
  if (levels === 0) return "…";
  if (Array.isArray(value)) return `[${value.map((one) => canonical(one, levels - 1)).join()}]`;
  const entries: [string, unknown][] = Object.entries(value);
  const sorted = entries.toSorted(([a], [b]) => (a < b ? -1 : 1));
  return `{${sorted.map(([key, one]) => `${JSON.stringify(key)}:${canonical(one, levels - 1)}`).join()}}`;
}
