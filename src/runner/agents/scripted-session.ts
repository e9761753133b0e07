/** The scripted agent's sessions: per session a file of JSON lines with what it was told, said and did, so that a later run goes on with it. */
import { appendFileSync, mkdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { z } from "zod";

/** Where the scripted agent keeps the session; `id` is a UUID. Throws for anything else, which could point elsewhere. */
export function scriptedSessionFile(home: string, id: string): string {
  return join(home, ".scripted-agent", "sessions", `${z.uuid().parse(id)}.jsonl`);
}

const Entry = z.looseObject({ session_id: z.uuid() });

/** The session that a file of this text is of: its first line names it. null: it is no session of the scripted agent. */
export function scriptedSessionIn(text: string): string | null {
  const [first = ""] = text.split("\n", 1);
  return Entry.safeParse(parseJson(first)).data?.session_id ?? null;
}

/** Checks that the session to go on with is there. Throws and says so if it is not. */
export function openSession(home: string, id: string): void {
  const file = scriptedSessionFile(home, id);
  let kept: string;
  try {
    kept = readFileSync(file, "utf8");
  } catch (cause) {
    throw new Error(`No session ${id} is kept here; start without --resume.`, { cause });
  }
  if (scriptedSessionIn(kept) !== id)
    throw new Error(`The file kept for the session ${id} is not of it; start without --resume.`);
}

/** Adds what was told, said or done; written at once, so that a kill loses nothing. */
export function keepInSession(home: string, entry: { session_id: string; [key: string]: unknown }): void {
  const file = scriptedSessionFile(home, entry.session_id);
  mkdirSync(dirname(file), { recursive: true });
  appendFileSync(file, `${JSON.stringify(entry)}\n`);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // No JSON, so no session's line either.
    return undefined;
  }
}
