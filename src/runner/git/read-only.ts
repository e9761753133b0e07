/** Takes the right to write from everything in a folder, and gives it back. */
import type { Stats } from "node:fs";
import { chmod, lstat, readdir } from "node:fs/promises";
import { join } from "node:path";

/** Help against slips, not a wall: the agent runs as the owner of the files. */
export function makeReadOnly(folder: string): Promise<void> {
  return changeModes(folder, (mode) => mode & ~0o222);
}

/** Folders can be entered and emptied again, whatever became of their modes. */
export function makeWritable(folder: string): Promise<void> {
  return changeModes(folder, (mode, isFolder) => mode | (isFolder ? 0o700 : 0o600));
}

/** A folder's own mode comes first, for without its rights nothing in it can be listed; links are left alone. */
async function changeModes(path: string, change: (mode: number, isFolder: boolean) => number): Promise<void> {
  const facts = await factsOf(path);
  if (facts === null) return;
  if (!facts.isDirectory() && !facts.isFile()) return;
  const mode = facts.mode & 0o7777;
  const changed = change(mode, facts.isDirectory());
  if (changed !== mode) await chmod(path, changed);
  if (!facts.isDirectory()) return;
  for (const name of await readdir(path)) await changeModes(join(path, name), change);
}

async function factsOf(path: string): Promise<Stats | null> {
  try {
    return await lstat(path);
  } catch (error) {
    // Whoever had the right to remove it has done so, and nothing is left to change.
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
    throw error;
  }
}
