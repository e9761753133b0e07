/** Opens a file that somebody else has left: never through a link, never waiting for the other end of a pipe. */
import { constants } from "node:fs";
import { lstat, open, type FileHandle } from "node:fs/promises";
import { join } from "node:path";

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

/**
 * The same below a folder that is ours, where no folder on the way may be a link either. `path`: names with `/` between them. Whoever
 * could change the folders meanwhile has to be gone.
 */
export async function openWithin(root: string, path: string): Promise<Opened> {
  const names = path.split("/");
  if (names.some((name) => name === "" || name === "." || name === "..")) return { kind: "not_plain" };
  for (let depth = 1; depth < names.length; depth += 1) {
    const kind = await kindOf(join(root, ...names.slice(0, depth)));
    if (kind !== "folder") return { kind };
  }
  return openPlain(join(root, ...names));
}

async function kindOf(path: string): Promise<"folder" | "missing" | "not_plain"> {
  try {
    return (await lstat(path)).isDirectory() ? "folder" : "not_plain";
  } catch (error) {
    if (codeOf(error) === "ENOENT") return "missing";
    throw error;
  }
}

async function openWithoutLinks(path: string): Promise<FileHandle | "missing" | "not_plain"> {
  try {
    return await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    const code = codeOf(error);
    if (code === "ENOENT") return "missing";
    // A link; a socket, or a device without a driver.
    if (code === "ELOOP" || code === "ENXIO" || code === "ENODEV") return "not_plain";
    throw error;
  }
}

function codeOf(error: unknown): string | null {
  return error instanceof Error && "code" in error ? String(error.code) : null;
}
