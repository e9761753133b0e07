/** Values that must never leave, and the search for every trace of them: whole or in parts, plain, reversed, as base64 or as hexadecimal. */
import { randomBytes } from "node:crypto";

/** `prefix`: what anybody may know of it, as `sk-ant-`. */
export interface Canary {
  name: string;
  value: string;
  prefix: string;
}

/** Characters that give a value away. Parts are looked for too, so all that is found is this long. */
const TELLING = 12;
const CORE = 40;

export function canary(name: string, prefix = ""): Canary {
  let core = "";
  while (core.length < CORE) core += randomBytes(CORE).toString("base64").replaceAll(/[+/=]/g, "");
  return { name, prefix, value: prefix + core.slice(0, CORE) };
}

/** The long lines of a key, of which the first is much the same in all keys. */
export function canariesOfKey(name: string, pem: string): Canary[] {
  const lines = pem.split("\n").filter((line) => line.length === 64);
  return lines.slice(1).map((value) => ({ name, prefix: "", value }));
}

export interface Search {
  /** Names of the canaries of which the bytes hold a part, each once. */
  traces(bytes: Buffer | string): string[];
}

export function searchFor(canaries: readonly Canary[]): Search {
  const names = new Map<string, string>();
  for (const { name, prefix, value } of canaries) {
    for (const form of formsOf(value.slice(prefix.length)).map(bare)) {
      for (let start = 0; start + TELLING <= form.length; start += 1)
        names.set(form.slice(start, start + TELLING), name);
    }
  }
  return {
    traces(bytes) {
      const text = bare(typeof bytes === "string" ? bytes : bytes.toString("latin1"));
      const found = new Set<string>();
      for (let start = 0; start + TELLING <= text.length; start += 1) {
        const name = names.get(text.slice(start, start + TELLING));
        if (name !== undefined) found.add(name);
      }
      return [...found];
    },
  };
}

function formsOf(core: string): string[] {
  const reversed = [...core].toReversed().join("");
  return [core, reversed].flatMap((one) => {
    const hex = Buffer.from(one).toString("hex");
    // Where it stands in a longer text decides among three forms of its inside.
    const base64 = [0, 1, 2].map((skipped) =>
      Buffer.from(one.slice(skipped)).toString("base64").slice(0, -4),
    );
    return [one, hex, hex.toUpperCase(), ...base64];
  });
}

/** What stands between letters and digits is how things are put together, quoted or wrapped. */
function bare(text: string): string {
  return text.replaceAll(/[^A-Za-z0-9]/g, "");
}
