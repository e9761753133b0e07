/** Where Codex keeps its sessions: one file of JSON lines each, in a folder per day. */
import type { Dirent } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { SessionPlace } from "./agent-spec.ts";
import { parseLine } from "./stream.ts";

/** Codex finds a session by the id in the file's name, whatever the day. */
export function codexSessionFile({ home, id }: Omit<SessionPlace, "clone">): string {
  const name = `rollout-2026-01-01T00-00-00-${z.uuid().parse(id)}.jsonl`;
  return join(sessionsIn(home), "2026", "01", "01", name);
}

/** Years, months and days are looked through, the newest first; links are not followed. */
export async function findCodexSession({ home, id }: SessionPlace): Promise<string | null> {
  return find(sessionsIn(home), `-${z.uuid().parse(id)}.jsonl`, 3);
}

const Meta = z.object({ type: z.literal("session_meta"), payload: z.object({ id: z.uuid() }) });

/** The session that a file of this text is of: its first line says it. null: it is no session of Codex. */
export function codexSessionIn(text: string): string | null {
  const [first = ""] = text.split("\n", 1);
  return Meta.safeParse(parseLine(first)).data?.payload.id ?? null;
}

function sessionsIn(home: string): string {
  return join(home, ".codex", "sessions");
}

/** No run lasts longer than a few days. */
const MOST_FOLDERS = 10;

async function find(folder: string, ending: string, levels: number): Promise<string | null> {
  const entries = await listed(folder);
  if (levels === 0) {
    const file = entries.find((entry) => entry.isFile() && entry.name.endsWith(ending));
    return file === undefined ? null : join(folder, file.name);
  }
  const folders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  for (const name of folders.toSorted().toReversed().slice(0, MOST_FOLDERS)) {
    const found = await find(join(folder, name), ending, levels - 1);
    if (found !== null) return found;
  }
  return null;
}

async function listed(folder: string): Promise<Dirent[]> {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch (error) {
    if (error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ENOTDIR"))
      return [];
    throw error;
  }
}
