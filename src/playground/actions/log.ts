/** A workflow job's log: plain text on disk, every line with its instant, secrets replaced by `***`. */
import { appendFileSync, mkdirSync } from "node:fs";
import { dirname } from "node:path";

export interface Log {
  write: (line: string) => void;
  /** From now on these texts, and each of their lines, are written as `***`. */
  mask: (secret: string) => void;
  /** A text as it may be shown. */
  masked: (text: string) => string;
}

export function openLog(path: string, now: () => Date): Log {
  mkdirSync(dirname(path), { recursive: true });
  appendFileSync(path, "");
  let secrets: string[] = [];
  const masked = (text: string): string =>
    secrets.reduce((shown, secret) => shown.replaceAll(secret, "***"), text);
  return {
    masked,
    mask(secret) {
      const parts = [secret, ...secret.split(/\r?\n/)].filter((part) => part.trim() !== "");
      // The longest first, so that a secret that holds another is not shown in part.
      secrets = [...new Set([...secrets, ...parts])].toSorted((a, b) => b.length - a.length);
    },
    write(line) {
      const stamp = now().toISOString().replace("Z", "0000Z");
      for (const part of masked(line).split("\n")) appendFileSync(path, `${stamp} ${part}\n`);
    },
  };
}
