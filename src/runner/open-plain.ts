/** Opens a file that somebody else has left: never through a link, never waiting for the other end of a pipe. */
import { constants } from "node:fs";
import { open, type FileHandle } from "node:fs/promises";

/** `not_plain`: a link, a folder, a pipe, a device. */
export type Opened =
  | { kind: "missing" }
  | { kind: "not_plain" }
  | { kind: "file"; handle: FileHandle; bytes: number };

/** The caller closes the handle. */
export async function openPlain(path: string): Promise<Opened> {
  const handle = await openWithoutLinks(path);
  if (typeof handle === "string") return { kind: handle };
  const facts = await handle.stat();
  if (facts.isFile()) return { kind: "file", handle, bytes: facts.size };
  await handle.close();
  return { kind: "not_plain" };
}

async function openWithoutLinks(path: string): Promise<FileHandle | "missing" | "not_plain"> {
  try {
    return await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : null;
    if (code === "ENOENT") return "missing";
    if (code === "ELOOP") return "not_plain";
    throw error;
  }
}
