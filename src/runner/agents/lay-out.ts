/** Writes files into a folder that somebody else may have filled: no link in it is followed. */
import { lstat, mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join, normalize, sep } from "node:path";

/**
 * `files`: path relative to the folder → text. What lies in the way (a link, or a file where a folder is needed) is removed, and so is what
 * lies under the file's own name. Nobody may write there meanwhile. Throws for a path that leads out.
 */
export async function layOut(folder: string, files: Record<string, string | Uint8Array>): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    const parts = normalize(path).split(sep);
    if (parts.includes("..") || parts[0] === "") throw new Error(`${path} leads out of ${folder}`);
    await makeFolders(folder, dirname(normalize(path)));
    const file = join(folder, path);
    await rm(file, { recursive: true, force: true });
    await writeFile(file, content, { flag: "wx", mode: 0o600 });
  }
}

async function makeFolders(folder: string, path: string): Promise<void> {
  let at = folder;
  for (const part of path.split(sep)) {
    at = join(at, part);
    if (await isFolder(at)) continue;
    await rm(at, { recursive: true, force: true });
    await mkdir(at);
  }
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await lstat(path)).isDirectory();
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return false;
    throw error;
  }
}
