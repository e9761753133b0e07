/** The figures of the secret scanner: how much of what is hidden it finds, and how often it cries wolf over honest files. */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { findSecrets } from "../../../src/runner/secrets/find-secrets.ts";
import { KNOWN_KIND, knownValues } from "../../../src/runner/secrets/known-values.ts";
import { DISGUISES } from "./disguises.ts";

const ROOT = join(import.meta.dirname, "..", "..", "..");
const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/** Made of the seed alone, so that every run judges the same. */
function letters(seed: string, length: number): string {
  let made = "";
  for (let block = 0; made.length < length; block += 1)
    made += [...createHash("sha512").update(`${seed} ${block}`).digest()]
      .map((byte) => LETTERS[byte % LETTERS.length] ?? "")
      .join("");
  return made.slice(0, length);
}

/** As the services that people use give them out, and one of nobody's. */
const VALUES: readonly ((seed: string) => string)[] = [
  (seed) => `sk-ant-api03-${letters(seed, 95)}`,
  (seed) => `ghs_${letters(seed, 36)}`,
  (seed) => `sk-proj-${letters(seed, 120)}`,
  (seed) => letters(seed, 40),
];

it("finds at least 99 of 100 of the run's values in 200 and more disguises", async () => {
  const missed: string[] = [];
  const source = readFileSync(join(ROOT, "src", "runner", "git", "git.ts"), "utf8");
  let tried = 0;
  for (const [index, [name, write]] of DISGUISES.entries()) {
    for (const [kind, make] of VALUES.entries()) {
      const value = make(`${index} ${kind}`);
      const other = make(`other ${index} ${kind}`);
      tried += 1;
      const cut = (index * 97) % source.length;
      const text = `${source.slice(0, cut)}\n${write(value)}\n${source.slice(cut)}`;
      const found = await findSecrets(text, knownValues([other, value]));
      if (!found.some((one) => one.kind === KNOWN_KIND)) missed.push(`${name}, value ${kind}`);
    }
  }
  console.log(`${tried} disguised values, ${missed.length} missed: ${missed.join("; ")}`);

  expect(tried).toBeGreaterThanOrEqual(200);
  expect(missed.length / tried).toBeLessThanOrEqual(0.01);
});

it("cries wolf over at most one of 100 honest files", async () => {
  const files = honestFiles(1000);
  const known = knownValues(VALUES.map((make, kind) => make(`none ${kind}`)));
  const alarms: string[] = [];
  let bytes = 0;
  const started = performance.now();
  for (const file of files) {
    const text = readFileSync(file, "utf8");
    bytes += text.length;
    const found = await findSecrets(text, known);
    if (found.length > 0)
      alarms.push(`${file.slice(ROOT.length)} (${[...new Set(found.map((f) => f.kind))].join(", ")})`);
  }
  const seconds = (performance.now() - started) / 1000;
  console.log(
    `${files.length} honest files, ${Math.round(bytes / 1024)} KB in ${seconds.toFixed(1)} s, ${alarms.length} false alarms:\n${alarms.join("\n")}`,
  );

  expect(files).toHaveLength(1000);
  expect(alarms.length / files.length).toBeLessThanOrEqual(0.01);
});

/** Sources, documents and settings of published packages, spread over all of them; those of the checker itself are full of samples. */
function honestFiles(count: number): string[] {
  const folder = join(ROOT, "node_modules");
  const all = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter(
      (file) => /\.(?:[cm]?[jt]s|json|md|ya?ml|css|html|txt)$/.test(file) && !file.startsWith("@secretlint"),
    )
    .map((file) => join(folder, file))
    .filter((file) => statSync(file).isFile() && statSync(file).size < 300_000)
    .toSorted();
  const step = all.length / count;
  return Array.from({ length: count }, (_, index) => all[Math.floor(index * step)] ?? "");
}
