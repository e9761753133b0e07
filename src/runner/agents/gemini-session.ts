/** Where Gemini CLI keeps its sessions: one file of JSON lines each, in a folder per project. */
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { SessionPlace } from "./agent-spec.ts";
import { parseLine } from "./stream.ts";

/** The name that the project has in its list of projects, which is written before each start. */
export const PROJECT = "gza";

/** Gemini CLI finds a session by the id in the file, but the file's name has to be of this form. */
export function geminiSessionFile({ home, id }: Omit<SessionPlace, "clone">): string {
  return join(chatsIn(home), `session-2026-01-01T00-00${endingOf(id)}`);
}

/** The file's name has the time of its start and the first part of its id; links are not followed. */
export async function findGeminiSession({ home, id }: SessionPlace): Promise<string | null> {
  const ending = endingOf(id);
  try {
    const entries = await readdir(chatsIn(home), { withFileTypes: true });
    const names = entries.filter((entry) => entry.isFile() && entry.name.endsWith(ending));
    const newest = names
      .map(({ name }) => name)
      .toSorted()
      .at(-1);
    return newest === undefined ? null : join(chatsIn(home), newest);
  } catch (error) {
    if (error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ENOTDIR"))
      return null;
    throw error;
  }
}

const Start = z.looseObject({ sessionId: z.uuid(), projectHash: z.string() });

/** The session that a file of this text is of: its first line says it. null: it is no session of Gemini CLI. */
export function geminiSessionIn(text: string): string | null {
  const [first = ""] = text.split("\n", 1);
  return Start.safeParse(parseLine(first)).data?.sessionId ?? null;
}

function chatsIn(home: string): string {
  return join(home, ".gemini", "tmp", PROJECT, "chats");
}

function endingOf(id: string): string {
  return `-${z.uuid().parse(id).slice(0, 8)}.jsonl`;
}
